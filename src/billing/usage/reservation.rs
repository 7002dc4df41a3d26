//! What is held for a task before it is known what the task takes.

use super::record::{BadRecord, MAX_QUANTITY, check_text};
use crate::billing::currency::Currency;

/// What is held until it is settled or expires. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    pub subject: String,
    pub metric: String,
    /// Of a metric that is counted in money.
    pub currency: Option<Currency>,
    /// Above zero; minor units if there is a currency.
    pub quantity: i64,
    /// Held once under it, and settled by it.
    pub key: String,
    pub at: i64,
    /// From then on it holds nothing any more.
    pub expires_at: i64,
    pub settled_at: Option<i64>,
}

impl Reservation {
    /// Checks what can be known without the store.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self) -> Result<(), BadRecord> {
        let Reservation { subject, metric, currency: _, quantity, key, at: _, expires_at: _, settled_at: _ } =
            self;
        for (what, text) in [("subject", subject), ("metric", metric), ("key", key)] {
            check_text(what, text)?;
        }
        match *quantity {
            ..=0 => Err(BadRecord::NotPositive),
            quantity if quantity > MAX_QUANTITY => Err(BadRecord::TooMuch),
            _ => Ok(()),
        }
    }
}
