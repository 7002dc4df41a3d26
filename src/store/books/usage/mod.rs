//! Usage records, what is reserved, and the sums by day that are kept up beside them.

mod count; // what counts in a stretch of time, and when it frees up
mod post; // recording, with or without a limit to hold
mod reserve; // holding an estimate before a task, and settling it
mod tables;

pub use count::{Series, UsageDay};
pub use post::{Bound, Recorded};
pub use reserve::{Reserved, Settled};
pub(super) use tables::TABLES;
