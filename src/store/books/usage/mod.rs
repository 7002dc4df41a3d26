//! Usage records, what is reserved, and the sums by day that are kept up beside them.

mod count; // what counts in a stretch of time, and when it frees up
mod explain; // the records behind a figure
mod import; // many records in one transaction
mod paid; // credits that usage takes and gives back
mod post; // recording, with or without a limit to hold
mod push; // what was told to Stripe, written down before
mod push_tables; // its tables, and what stands in them
mod pushed; // how the records stand with Stripe
mod reserve; // holding an estimate before a task, and settling it
mod sums; // sums for reports, and the tables that they are kept in
mod tables;

pub use count::{Series, UsageDay};
pub use explain::RecordQuery;
pub use import::{SeriesIds, UsageBatch};
pub use post::{Bound, Recorded};
pub(super) use push_tables::PUSHES;
pub use push_tables::{Corrected, Ended, Fate, MeterReport, PushState, Pushed, Staged, Unpushed};
pub use pushed::{Adding, Compared, MissingPush, PushCount, Standing};
pub use reserve::{Reserved, Settled};
pub use sums::KnownSeries;
pub(super) use sums::SUMS;
pub(super) use tables::{HELD_ANEW, TABLES};
