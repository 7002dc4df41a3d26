//! The credit ledger in the books.

mod batch;
mod beside;
mod days;
mod entry;
mod expire;
mod export;
mod post;
mod proposals;
mod read;
mod reverse;
mod settle;
mod tables;
mod verify;

pub(super) use days::DAYS;
pub(super) use post::{ByHand, post};
pub(super) use proposals::PROPOSALS;
pub(super) use read::{entry_of_key, reversal_of};
pub(super) use reverse::reverse;
pub(super) use tables::{REFUNDS, TABLES};

pub use batch::{CreditBatch, KindTotal};
pub use days::{LowBalance, LowBalanceQuery};
pub use export::{EntryFilter, HashedEntry};
pub use post::{Keep, Posting};
pub use proposals::Decided;
pub use read::{Account, HistoryFilter};
pub use settle::{Purchase, Refund, Settled, Settlement};
pub use verify::{Fault, Verified};
