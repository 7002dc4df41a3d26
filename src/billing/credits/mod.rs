//! Credits: the rules of the ledger. Entries are only ever added; a balance is their sum and never below zero.
//!
//! A grant makes a *lot*, which may expire; what is taken comes out of the lots that expire soonest. A mistake is undone by
//! another entry that names it. Entries are chained by their hashes, so that a changed or missing one shows.

pub mod allowance;
pub mod chain;
mod draw;
mod entry;
mod limits;
pub mod money;
mod money_limits;
mod proposal;
pub mod purchase;
mod report;
mod request;

pub use draw::{Draw, Lot, Part, draw};
pub use entry::{Entry, EntryType, UnknownType};
pub use limits::{Approval, Limits, OverLimit};
pub use money_limits::{MoneyLimits, OverMoney};
pub use proposal::{Decision, Proposal, Standing, Verdict, is_same_person};
pub use report::{By, DayTotal, Line, Opened, day_of, report};
pub use request::{
    BadRequest, Expiry, MAX_CREDITS, Request, Wanted, check_given_key, check_text, check_words,
};

/// The kind of credits where none is named.
pub const DEFAULT_KIND: &str = "credits";
