//! The credit ledger in the books.

mod entry;
mod expire;
mod post;
mod read;
mod reverse;
mod tables;
mod verify;

pub(super) use tables::TABLES;

pub use post::{Keep, Posting};
pub use read::{Account, HistoryFilter};
pub use verify::{Fault, Verified};
