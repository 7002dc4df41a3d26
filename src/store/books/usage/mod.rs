//! Usage records, what is reserved, and the sums by day that are kept up beside them.

mod count; // what counts in a stretch of time, and when it frees up
mod explain; // the records behind a figure
mod paid; // credits that usage takes and gives back
mod post; // recording, with or without a limit to hold
mod reserve; // holding an estimate before a task, and settling it
mod sums; // sums for reports, and the tables that they are kept in
mod tables;

pub use count::{Series, UsageDay};
pub use explain::RecordQuery;
pub use post::{Bound, Recorded};
pub use reserve::{Reserved, Settled};
pub use sums::KnownSeries;
pub(super) use sums::SUMS;
pub(super) use tables::TABLES;
