//! PURE. How the mirror is filled from Stripe's lists: which lists there are, how they are cut into slices of time,
//! where each walk goes on, what may have changed since a time, and whether everything arrived.

mod difference;
mod proof;
mod settled;
mod source;
mod split;
mod task;

pub use difference::{Change, changes};
pub use proof::{Count, Proof, Unread};
pub use settled::{Again, UNTOLD, again, is_settled, touches};
pub use source::{ENTITLEMENTS, ENTITLEMENTS_ROUTE, SOURCES, Source, Under, kinds, route_of_one, source_of};
pub use split::{most_left, split};
pub use task::{Page, Phase, Place, Question, Span, Task, Unlikely, entitlements_of};

/// No object of Stripe's is older: 1 January 2010, in seconds.
pub const STRIPES_FIRST_DAY: i64 = 1_262_304_000;
