//! Usage: what is counted, over which time, and what it costs.

mod cost; // units used → money, in exact decimals
mod identifier; // what Stripe knows a record by
mod record; // what may be recorded, and under which rules
mod report; // lines of a report: shares, changes, forecasts
mod reservation; // what is held for a task before it is known what it takes
mod upgrade; // which plan allows what the one in use does not
mod window; // a limit's time → the seconds that count now

pub use cost::{CostError, Units, cost};
pub use identifier::{identifier, identifier_again};
pub use record::{
    BadRecord, CLOCK_TOLERANCE_SECONDS, Check, Counted, Funding, MAX_QUANTITY, Record, check as check_limit,
};
pub use report::{Line, Measure, Tallies, Tally, lines};
pub use reservation::Reservation;
pub use upgrade::plan_that_allows;
pub use window::{Period, Stretch, WindowError, stretch};
