//! The books and the mirror: any order, any number of times, and nothing lost.

mod apply; // what events and fetched objects do
mod backup; // whole copies while others write
mod commands; // status and export, as they are met
mod derived; // transactions, subjects, and what is left out
mod faults; // a disk that is full, a file that is locked, damaged, read-only or newer
mod life; // random life cycles, with what is true of them
mod orders; // every order ends in the same mirror
mod query; // SQL that reads, and nothing else
mod rebuild; // made anew, row for row
mod tables; // the columns, and what is read into them
pub mod world; // books and a mirror in an empty folder
