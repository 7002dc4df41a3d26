//! What a business is told by: revenue, recurring revenue and its movements, churn, payments.
//!
//! Amounts are integers of minor units in one currency each; currencies are never added up. Shares and averages are exact
//! fractions that are rounded once, where they are shown. `docs/money-reports.md` has each definition with its formula.

mod life;
mod monthly;
mod movement;
mod mrr;
mod payment;
mod plans;
mod revenue;
mod share;

pub use life::{Point, Step, Subscription, life};
pub use monthly::{Every, monthly};
pub use movement::{Kind, Movement, UnknownKind, movements};
pub use mrr::{Moved, MovementSum, MrrLine, mrr};
pub use payment::{
    AttemptSum, Checkouts, DeclineLine, PaymentLine, PaymentSum, Trials, decline_code, declines, payments,
};
pub use plans::{PlanLine, PlanSum, plans};
pub use revenue::{MoneySum, RevenueLine, revenue};
pub use share::{average, percent};
