//! The books and the mirror: any order, any number of times, and nothing lost.

mod apply;
mod tables;
mod world;
