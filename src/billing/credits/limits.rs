//! What the policy lets one person book by hand.

use std::fmt;

use super::entry::EntryType;

/// Limits on what is booked by hand: grants and adjustments. What an application takes has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// The most credits that one entry adds or takes.
    pub max_change: Option<i64>,
    /// The most credits that one actor adds and takes in a day (UTC), together.
    pub max_per_day: Option<i64>,
}

/// The limit that a booking would pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverLimit {
    Change { amount: i64, most: i64 },
    Day { amount: i64, booked: i64, most: i64 },
}

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OverLimit::Change { amount, most } => {
                write!(f, "{amount} credits at once are more than the {most} of max_change")
            }
            OverLimit::Day { amount, booked, most } => write!(
                f,
                "{amount} credits on top of the {booked} that you booked today are more than the {most} of max_per_day"
            ),
        }
    }
}

impl Limits {
    /// Whether limits hold for entries of this type.
    pub fn hold_for(entry_type: EntryType) -> bool {
        match entry_type {
            EntryType::Grant | EntryType::Adjustment => true,
            EntryType::Purchase
            | EntryType::MonthlyGrant
            | EntryType::Deduction
            | EntryType::Expiry
            | EntryType::Reversal
            | EntryType::Refund => false,
        }
    }

    /// Checks an entry's amount, of either sign, where its actor has booked `booked` by hand today, signs left out.
    ///
    /// # Errors
    /// The first limit that it would pass.
    pub fn check(&self, entry_type: EntryType, amount: i64, booked: i64) -> Result<(), OverLimit> {
        if !Limits::hold_for(entry_type) {
            return Ok(());
        }
        let amount = amount.saturating_abs();
        match (self.max_change, self.max_per_day) {
            (Some(most), _) if amount > most => Err(OverLimit::Change { amount, most }),
            (_, Some(most)) if booked.saturating_add(amount) > most => {
                Err(OverLimit::Day { amount, booked, most })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { max_change: Some(100), max_per_day: Some(150) };

    #[test]
    fn a_limit_may_be_reached_and_not_passed() {
        assert_eq!(LIMITS.check(EntryType::Grant, 100, 50), Ok(()));
        assert_eq!(
            LIMITS.check(EntryType::Adjustment, -101, 0),
            Err(OverLimit::Change { amount: 101, most: 100 })
        );
        assert_eq!(
            LIMITS.check(EntryType::Grant, 100, 51),
            Err(OverLimit::Day { amount: 100, booked: 51, most: 150 })
        );
    }

    #[test]
    fn what_is_used_or_bought_has_no_limit() {
        for entry_type in EntryType::ALL.into_iter().filter(|known| !Limits::hold_for(*known)) {
            assert_eq!(LIMITS.check(entry_type, -1_000_000, 1_000_000), Ok(()));
        }
    }
}
