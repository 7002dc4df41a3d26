//! What of a payment can go back.

/// How much was paid, and how much of it went back already; in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refundable {
    pub captured: i64,
    pub refunded: i64,
}

impl Refundable {
    /// What can still go back, in minor units.
    pub fn left(self) -> i64 {
        self.captured.saturating_sub(self.refunded).max(0)
    }
}

/// The key of a refund of what was paid for time to come, in its metadata: there is one of each payment.
pub const PRORATED: &str = "prorated";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_than_was_paid_goes_back() {
        assert_eq!(Refundable { captured: 500, refunded: 200 }.left(), 300);
        assert_eq!(Refundable { captured: 500, refunded: 700 }.left(), 0);
    }
}
