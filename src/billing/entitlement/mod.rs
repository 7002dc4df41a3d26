//! Which plan and which limits hold for a subject now, what it falls back to, and why.
//!
//! Each subscription stands or it doesn't (`standing`), and is for a plan of the catalog or for something else (`bought`).
//! Of those that stand, the highest plan holds; without any, the default plan.

mod bought; // which plan of the catalog a subscription is for
mod decide; // all subscriptions of a customer → what holds
mod reason; // why, in a word for programs and in words for people
mod standing; // whether a subscription gives what it is for
#[cfg(test)]
mod tests;

pub use bought::bought;
pub use decide::{Entitlement, Verdict, decide};
pub use reason::Reason;
pub use standing::{Standing, standing};

/// A subscription as the mirror knows it. Times are seconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subscription {
    pub id: String,
    /// Stripe's word; one that is new gives nothing.
    pub status: String,
    pub current_period_start: Option<i64>,
    /// When something of it is billed next.
    pub current_period_end: Option<i64>,
    pub cancel_at_period_end: bool,
    pub cancel_at: Option<i64>,
    pub canceled_at: Option<i64>,
    /// Stripe's word: `cancellation_requested`, `payment_failed`, `payment_disputed`.
    pub cancellation_reason: Option<String>,
    pub ended_at: Option<i64>,
    pub trial_end: Option<i64>,
    /// What happens to invoices while collection is paused: `keep_as_draft`, `mark_uncollectible`, `void`.
    pub pause_behavior: Option<String>,
    pub created: i64,
    /// Its end gave money back, as [`REFUND_NOTE`](crate::billing::subscription::refund::REFUND_NOTE) says.
    pub is_refunded: bool,
    /// When the oldest of its invoices that is still unpaid was due.
    pub unpaid_since: Option<i64>,
    pub items: Vec<Item>,
}

/// What a subscription is for, with all that the mirror knows to recognise it by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    pub price: Option<String>,
    pub product: Option<String>,
    /// Of the price; a replaced one has lost it to its successor.
    pub lookup_key: Option<String>,
    /// The project and key that billctl marked the product with.
    pub product_mark: Option<(String, String)>,
}

impl Subscription {
    /// When it ends, as far as that was decided.
    pub fn ends_at(&self) -> Option<i64> {
        self.cancel_at.or(self.current_period_end.filter(|_| self.cancel_at_period_end))
    }

    /// Whether it is over for good.
    pub fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "canceled" | "incomplete_expired")
    }
}
