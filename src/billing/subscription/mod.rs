//! A subscription as Stripe shows it: how it stands, what a change of it asks for and costs, what of it was paid and not used.

pub mod change; // which items become which
pub mod migration; // many from one price to another
pub mod preview; // what an invoice preview says: what is paid now, and at the next renewal
pub mod refund; // the unused share of what was paid
pub mod schedule; // what is planned ahead, and how a change is
mod seen; // one of Stripe's objects, read

pub use seen::{Pause, Seen, SeenItem};
