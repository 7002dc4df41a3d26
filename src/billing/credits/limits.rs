//! What the policy lets one person book by hand.

use std::fmt;

use super::entry::{Entry, EntryType};
use super::proposal::is_same_person;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Limits on what is booked by hand: grants, adjustments and reversals. What an application takes has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// The most credits that one entry adds or takes.
    pub max_change: Option<i64>,
    /// The most credits that one actor adds and takes in a day (UTC), together.
    pub max_per_day: Option<i64>,
    /// From which amount on a second person has to approve.
    pub approval: Option<Approval>,
}

/// When a second person has to approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    /// The most credits that one actor adds to and takes from one subject in 24 hours, together, without it. What was
    /// approved does not count.
    pub above: i64,
    /// How long a proposal waits, in seconds.
    pub within_seconds: i64,
}

/// The limit that a booking would pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverLimit {
    Change {
        amount: i64,
        most: i64,
    },
    Day {
        amount: i64,
        booked: i64,
        most: i64,
    },
    /// A second person would have to approve it, and what it is can't wait for one.
    Alone {
        amount: i64,
        booked: i64,
        most: i64,
    },
}

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OverLimit::Change { amount, most } => {
                write!(f, "{amount} credits at once are more than the {most} of max_change")
            }
            OverLimit::Alone { amount, booked, most } => write!(
                f,
                "{amount} credits on top of the {booked} that you booked for this subject in 24 hours are more than the \
                 {most} of approval_above, and a reversal can't wait for a second person"
            ),
            OverLimit::Day { amount, booked, most } => write!(
                f,
                "{amount} credits on top of the {booked} that you booked today are more than the {most} of max_per_day"
            ),
        }
    }
}

impl Limits {
    /// Whether limits hold for entries of this type. What gives back what an application took is given by hand as a grant is,
    /// and what undoes a purchase is taken by hand as an adjustment is; but see [`Limits::hold_for_undoing`].
    pub fn hold_for(entry_type: EntryType) -> bool {
        match entry_type {
            EntryType::Grant | EntryType::Adjustment | EntryType::Reversal => true,
            EntryType::Purchase
            | EntryType::MonthlyGrant
            | EntryType::Deduction
            | EntryType::Expiry
            | EntryType::Refund => false,
        }
    }

    /// Whether limits hold where somebody undoes an entry. Not where they take back within 24 hours what they gave themselves,
    /// alone and by hand: a mistake is set right by whoever made it.
    pub fn hold_for_undoing(entry: &Entry, actor: &str, now: i64) -> bool {
        let by_hand = matches!(entry.entry_type, EntryType::Grant | EntryType::Adjustment);
        let own = entry.approver.is_none() && is_same_person(&entry.actor, actor);
        let recent = entry.at > now.saturating_sub(DAY_SECONDS);
        !(by_hand && entry.amount > 0 && own && recent)
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

    /// Whether a second person has to approve an entry of this amount, of either sign, where its actor has booked
    /// `unapproved` for the same subject in the last 24 hours, signs left out. Amounts count together, so that a large
    /// one can't be cut into small ones.
    pub fn approval_needed(&self, entry_type: EntryType, amount: i64, unapproved: i64) -> Option<Approval> {
        self.approval.filter(|approval| {
            Limits::hold_for(entry_type)
                && unapproved.saturating_add(amount.saturating_abs()) > approval.above
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPROVAL: Approval = Approval { above: 50, within_seconds: 60 };
    const LIMITS: Limits = Limits { max_change: Some(100), max_per_day: Some(150), approval: Some(APPROVAL) };

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
    fn above_a_threshold_a_second_person_is_needed_however_it_is_cut() {
        let needed = |amount, unapproved| LIMITS.approval_needed(EntryType::Adjustment, amount, unapproved);
        assert_eq!(needed(50, 0), None);
        assert_eq!(needed(-51, 0), Some(APPROVAL));
        assert_eq!(needed(-1, 49), None);
        assert_eq!(needed(1, 50), Some(APPROVAL));
        assert_eq!(needed(i64::MIN, i64::MAX), Some(APPROVAL));
        assert_eq!(Limits::default().approval_needed(EntryType::Grant, i64::MAX, 0), None);
    }

    #[test]
    fn what_is_undone_is_given_or_taken_by_hand() {
        assert!(LIMITS.check(EntryType::Reversal, 101, 0).is_err());
        assert!(LIMITS.check(EntryType::Reversal, -101, 0).is_err());
    }

    #[test]
    fn whoever_gave_something_by_mistake_may_take_it_back_for_a_day() {
        let gift = Entry {
            number: 1,
            subject: "u_1".to_owned(),
            kind: "credits".to_owned(),
            entry_type: EntryType::Grant,
            amount: 100,
            asked: 100,
            balance: 100,
            at: 1_000,
            expires_at: None,
            actor: "ada".to_owned(),
            approver: None,
            reason: "gift".to_owned(),
            reference: None,
            key: "k".to_owned(),
            reverses: None,
        };
        let day = 1_000 + DAY_SECONDS;
        assert!(!Limits::hold_for_undoing(&gift, "Ada ", day - 1));
        assert!(Limits::hold_for_undoing(&gift, "ada", day));
        assert!(Limits::hold_for_undoing(&gift, "bob", 1_000));
        let changed = |change: fn(&mut Entry)| {
            let mut other = gift.clone();
            change(&mut other);
            Limits::hold_for_undoing(&other, "ada", 1_000)
        };
        assert!(changed(|entry| entry.approver = Some("bob".to_owned())));
        assert!(changed(|entry| entry.entry_type = EntryType::Purchase));
        assert!(changed(|entry| entry.amount = -100));
    }

    #[test]
    fn what_is_used_or_bought_has_no_limit() {
        for entry_type in EntryType::ALL.into_iter().filter(|known| !Limits::hold_for(*known)) {
            assert_eq!(LIMITS.check(entry_type, -1_000_000, 1_000_000), Ok(()));
            assert_eq!(LIMITS.approval_needed(entry_type, -1_000_000, 1_000_000), None);
        }
    }
}
