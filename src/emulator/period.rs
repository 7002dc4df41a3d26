//! Billing periods: which moments an interval reaches from its anchor.
//!
//! A month keeps the anchor's day, and ends on its last day where it is too short for that: from 31 January, 28 February
//! and then 31 March. Every period is counted from the anchor, never from the period before, so that no short month moves
//! the ones that follow. All in UTC.

use jiff::{Span, Timestamp, tz::TimeZone};
use serde_json::Value;

const DAY: i64 = 24 * 60 * 60;

/// A price's `recurring` interval, e.g. every three months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Every {
    unit: Unit,
    count: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Days(i64),
    Months(i64),
}

impl Every {
    /// Reads an object with `interval` and `interval_count`.
    pub fn read(recurring: &Value) -> Every {
        let unit = match recurring["interval"].as_str() {
            Some("day") => Unit::Days(1),
            Some("week") => Unit::Days(7),
            Some("year") => Unit::Months(12),
            _ => Unit::Months(1),
        };
        Every { unit, count: recurring["interval_count"].as_i64().unwrap_or(1).max(1) }
    }

    /// The moment that is `steps` intervals away from an anchor, in seconds since 1970.
    pub fn counted_from(self, anchor: i64, steps: i64) -> i64 {
        match self.unit {
            Unit::Days(days) => anchor + steps * self.count * days * DAY,
            Unit::Months(months) => add_months(anchor, steps * self.count * months),
        }
    }

    /// The end of the period that has `moment` in it, or starts then.
    pub fn end_after(self, anchor: i64, moment: i64) -> i64 {
        self.counted_from(anchor, self.steps_to(anchor, moment) + 1)
    }

    /// The start of the period that has `moment` in it, or starts then.
    pub fn start_before(self, anchor: i64, moment: i64) -> i64 {
        self.counted_from(anchor, self.steps_to(anchor, moment))
    }

    /// How many whole intervals lie between an anchor and a moment; negative where the moment comes first.
    fn steps_to(self, anchor: i64, moment: i64) -> i64 {
        let days = match self.unit {
            Unit::Days(days) => days,
            Unit::Months(months) => months * 30,
        };
        let mut steps = (moment - anchor).div_euclid(self.count * days * DAY);
        while self.counted_from(anchor, steps) > moment {
            steps -= 1;
        }
        while self.counted_from(anchor, steps + 1) <= moment {
            steps += 1;
        }
        steps
    }
}

/// A moment outside of the calendar stays where it is: nothing is billed after the year 9999.
fn add_months(anchor: i64, months: i64) -> i64 {
    let moved = || {
        let start = Timestamp::from_second(anchor).ok()?.to_zoned(TimeZone::UTC).datetime();
        let end = start.checked_add(Span::new().try_months(months).ok()?).ok()?;
        Some(end.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
    };
    moved().unwrap_or(anchor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seconds(day: &str) -> i64 {
        format!("{day}T10:00:00Z").parse::<Timestamp>().unwrap().as_second()
    }

    fn every(interval: &str, count: i64) -> Every {
        Every::read(&json!({"interval": interval, "interval_count": count}))
    }

    fn check(every: Every, anchor: &str, ends: &[&str]) {
        let mut moment = seconds(anchor);
        for end in ends {
            assert_eq!(every.start_before(seconds(anchor), moment), moment, "{end}");
            moment = every.end_after(seconds(anchor), moment);
            assert_eq!(moment, seconds(end), "{end}");
        }
    }

    #[test]
    fn short_months_do_not_move_later_ones() {
        check(every("month", 1), "2027-01-31", &["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]);
        check(every("month", 1), "2028-01-30", &["2028-02-29", "2028-03-30"]);
        check(every("month", 3), "2026-11-30", &["2027-02-28", "2027-05-30"]);
    }

    #[test]
    fn a_leap_day_returns_in_leap_years() {
        check(
            every("year", 1),
            "2028-02-29",
            &["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29", "2033-02-28"],
        );
    }

    #[test]
    fn days_and_weeks_are_counted_in_seconds() {
        check(every("day", 1), "2026-03-28", &["2026-03-29", "2026-03-30"]);
        check(every("week", 2), "2026-12-24", &["2027-01-07", "2027-01-21"]);
    }

    #[test]
    fn an_anchor_may_lie_ahead() {
        let month = every("month", 1);
        let (anchor, now) = (seconds("2027-03-31"), seconds("2027-01-15"));
        assert_eq!(month.end_after(anchor, now), seconds("2027-01-31"));
        assert_eq!(month.start_before(anchor, now), seconds("2026-12-31"));
        assert_eq!(month.start_before(anchor, seconds("2027-02-28")), seconds("2027-02-28"));
    }
}
