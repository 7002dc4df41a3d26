//! What may be recorded, and whether a limit allows more.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::billing::currency::Currency;

/// The most that one record counts: far above any count, and far enough below 2^63 that sums of billions of them fit.
pub const MAX_QUANTITY: i64 = 1_000_000_000_000;

/// How far ahead of this machine's clock a record may lie. Stripe takes meter events up to five minutes ahead.
pub const CLOCK_TOLERANCE_SECONDS: i64 = 5 * 60;

/// The longest subject, metric, key, or name or value of a dimension, in bytes.
const MAX_LENGTH: usize = 255;

/// The most dimensions of one record.
const MAX_DIMENSIONS: usize = 20;

/// That something was used. It is never changed: what was wrong is corrected by a record below zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub subject: String,
    pub metric: String,
    /// How much; minor units if there is a currency.
    pub quantity: i64,
    pub currency: Option<Currency>,
    /// When it was used, in seconds since 1970. A correction counts when the corrected record does.
    pub at: i64,
    /// Counts once, however often it comes.
    pub key: String,
    /// What reports can be told apart by, such as `agent` = `writer`.
    pub dimensions: BTreeMap<String, String>,
    /// The key of the record that this one takes back, in part or whole.
    pub corrects: Option<String>,
}

/// Why nothing can be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadRecord {
    #[error("a quantity is above 0; what was recorded wrongly is taken back by naming it")]
    NotPositive,
    #[error("what is taken back is below 0")]
    NotNegative,
    #[error("one record counts at most {MAX_QUANTITY}")]
    TooMuch,
    #[error("the {0} is empty")]
    Empty(&'static str),
    #[error("the {what} is longer than {MAX_LENGTH} bytes")]
    TooLong { what: &'static str },
    #[error("the {0} has a control character in it")]
    Unprintable(&'static str),
    #[error("there are more than {MAX_DIMENSIONS} dimensions")]
    TooManyDimensions,
    #[error("it lies more than five minutes ahead")]
    Ahead,
    #[error("it lies before 1970")]
    BeforeTime,
}

impl Record {
    /// Checks what can be known without the store. `now` is in seconds since 1970. How late a record comes doesn't
    /// matter: it counts in the time that it was used in.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, now: i64) -> Result<(), BadRecord> {
        let Record { subject, metric, quantity, currency: _, at, key, dimensions, corrects } = self;
        for (what, text) in [("subject", subject), ("metric", metric), ("key", key)] {
            check_text(what, text)?;
        }
        match corrects {
            None if *quantity <= 0 => return Err(BadRecord::NotPositive),
            Some(_) if *quantity >= 0 => return Err(BadRecord::NotNegative),
            Some(corrected) => check_text("key of the corrected record", corrected)?,
            None => {}
        }
        if quantity.unsigned_abs() > MAX_QUANTITY.unsigned_abs() {
            return Err(BadRecord::TooMuch);
        }
        if dimensions.len() > MAX_DIMENSIONS {
            return Err(BadRecord::TooManyDimensions);
        }
        for (name, value) in dimensions {
            check_text("name of a dimension", name)?;
            check_text("value of a dimension", value)?;
        }
        match *at {
            at if at < 0 => Err(BadRecord::BeforeTime),
            at if at > now.saturating_add(CLOCK_TOLERANCE_SECONDS) => Err(BadRecord::Ahead),
            _ => Ok(()),
        }
    }

    /// The first field in which another record under the same key says something else; `at` is not compared where
    /// `at_matters` is false, because it was not given but read from the clock.
    pub fn differs_from(&self, other: &Record, at_matters: bool) -> Option<&'static str> {
        let Record { subject, metric, quantity, currency, at, key: _, dimensions, corrects } = self;
        [
            ("subject", *subject == other.subject),
            ("metric", *metric == other.metric),
            ("quantity", *quantity == other.quantity),
            ("currency", *currency == other.currency),
            ("time", !at_matters || *at == other.at),
            ("dimensions", *dimensions == other.dimensions),
            ("corrected record", *corrects == other.corrects),
        ]
        .into_iter()
        .find_map(|(field, same)| (!same).then_some(field))
    }
}

pub(super) fn check_text(what: &'static str, text: &str) -> Result<(), BadRecord> {
    if text.trim().is_empty() {
        return Err(BadRecord::Empty(what));
    }
    if text.len() > MAX_LENGTH {
        return Err(BadRecord::TooLong { what });
    }
    if text.chars().any(char::is_control) {
        return Err(BadRecord::Unprintable(what));
    }
    Ok(())
}

/// What counts against a limit at a moment, in the limit's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    pub used: i64,
    /// Held for what is under way.
    pub reserved: i64,
}

/// Prepaid credits that a metric is paid with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Funding<'a> {
    /// The kind of credits.
    pub kind: &'a str,
    /// How many a unit takes; more than 0.
    pub per_unit: i64,
    /// The other metrics that the same credits pay for, with how many a unit of each takes: what is held of those is not
    /// there for this one.
    pub beside: &'a [(String, i64)],
}

impl Funding<'_> {
    /// The most of a metric that a balance allows, with what was used already, which is paid: whole units.
    pub fn max(self, balance: i64, counted: Counted) -> i64 {
        let left = balance.max(0).checked_div(self.per_unit).unwrap_or(0);
        counted.used.saturating_add(left)
    }

    /// What so many units take; none past 63 bits.
    pub fn price(self, units: i64) -> Option<i64> {
        units.checked_mul(self.per_unit)
    }
}

/// Whether so much more is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    pub counted: Counted,
    /// `None` without a limit.
    pub max: Option<i64>,
    pub asked: i64,
}

/// Holds `asked` more against `max`; `None` is unlimited.
pub fn check(max: Option<i64>, counted: Counted, asked: i64) -> Check {
    Check { counted, max, asked }
}

impl Check {
    pub fn allowed(&self) -> bool {
        self.remaining().is_none_or(|remaining| self.asked <= remaining)
    }

    /// What is left; never below zero. `None` without a limit.
    pub fn remaining(&self) -> Option<i64> {
        let Counted { used, reserved } = self.counted;
        self.max.map(|max| max.saturating_sub(used).saturating_sub(reserved).max(0))
    }

    /// How much has to become free before what was asked fits; `None` if it fits now, or never will.
    pub fn lacking(&self) -> Option<i64> {
        let max = self.max.filter(|max| self.asked <= *max)?;
        let Counted { used, reserved } = self.counted;
        let over = used.saturating_add(reserved).saturating_add(self.asked).saturating_sub(max);
        (over > 0).then_some(over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn record() -> Record {
        Record {
            subject: "u_1".to_owned(),
            metric: "posts".to_owned(),
            quantity: 1,
            currency: None,
            at: NOW,
            key: "post-1".to_owned(),
            dimensions: BTreeMap::new(),
            corrects: None,
        }
    }

    #[track_caller]
    fn check_record(change: impl FnOnce(&mut Record), expected: Result<(), BadRecord>) {
        let mut record = record();
        change(&mut record);
        assert_eq!(record.check(NOW), expected, "{record:?}");
    }

    #[test]
    fn a_count_is_above_zero_and_a_correction_below() {
        check_record(|_| {}, Ok(()));
        check_record(|record| record.quantity = 0, Err(BadRecord::NotPositive));
        check_record(|record| record.quantity = -1, Err(BadRecord::NotPositive));
        let correct = |quantity| {
            move |record: &mut Record| {
                record.quantity = quantity;
                record.corrects = Some("post-0".to_owned());
            }
        };
        check_record(correct(-1), Ok(()));
        check_record(correct(1), Err(BadRecord::NotNegative));
        check_record(correct(i64::MIN), Err(BadRecord::TooMuch));
    }

    #[test]
    fn a_late_record_is_taken_and_one_from_the_future_is_not() {
        check_record(|record| record.at = 0, Ok(()));
        check_record(|record| record.at = -1, Err(BadRecord::BeforeTime));
        check_record(|record| record.at = NOW + 300, Ok(()));
        check_record(|record| record.at = NOW + 301, Err(BadRecord::Ahead));
    }

    #[test]
    fn texts_are_short_and_printable() {
        check_record(|record| record.subject.clear(), Err(BadRecord::Empty("subject")));
        check_record(|record| record.key = "k".repeat(256), Err(BadRecord::TooLong { what: "key" }));
        check_record(|record| record.metric = "po\nsts".to_owned(), Err(BadRecord::Unprintable("metric")));
    }

    #[track_caller]
    fn check_allowed(max: Option<i64>, used: i64, reserved: i64, asked: i64, expected: (bool, Option<i64>)) {
        let found = check(max, Counted { used, reserved }, asked);
        assert_eq!((found.allowed(), found.remaining()), expected, "{found:?}");
    }

    #[test]
    fn the_last_unit_is_allowed_and_the_one_after_it_is_not() {
        check_allowed(Some(500), 499, 0, 1, (true, Some(1)));
        check_allowed(Some(500), 500, 0, 1, (false, Some(0)));
        check_allowed(Some(500), 499, 0, 2, (false, Some(1)));
    }

    #[test]
    fn what_is_reserved_is_not_there_for_others() {
        check_allowed(Some(500), 400, 100, 1, (false, Some(0)));
    }

    #[test]
    fn after_a_downgrade_nothing_is_left_and_never_less() {
        check_allowed(Some(100), 400, 0, 1, (false, Some(0)));
    }

    #[test]
    fn without_a_limit_all_is_allowed() {
        check_allowed(None, i64::MAX, i64::MAX, i64::MAX, (true, None));
    }

    #[test]
    fn what_is_lacking_is_what_must_become_free() {
        let lacking = |asked| check(Some(10), Counted { used: 8, reserved: 1 }, asked).lacking();
        assert_eq!(lacking(1), None);
        assert_eq!(lacking(3), Some(2));
        assert_eq!(lacking(11), None);
    }
}
