//! The seconds over which a limit counts.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use thiserror::Error;

use crate::billing::calendar;
use crate::billing::catalog::model::Window;

/// A billing period: `end` is the first second of the next one. Seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub start: i64,
    pub end: i64,
}

/// What counts at a moment: all that was used in `from` or later. Seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub from: i64,
    /// The first second that doesn't count any more, and at which the count starts at zero. `None` for a rolling
    /// window, out of which usage falls bit by bit, and for a billing period that is over and has no successor yet.
    pub until: Option<i64>,
}

/// The window can't be laid out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WindowError {
    #[error("`{0}` is no time zone that this program knows")]
    TimeZone(String),
    #[error("the time is out of range")]
    OutOfRange,
}

/// Returns what counts at `now` (seconds since 1970).
///
/// A calendar month runs from midnight of the 1st to midnight of the next 1st in its time zone; where a change of the
/// clocks leaves out that midnight, from the first moment of the day. A rolling window holds what was used less than
/// its length ago: what was used on the 1st at noon is free again 30 days later at noon. A billing period is the one
/// given. Once it is over it has no end until its successor is known: only a renewal starts a new count, and what is used
/// until then is held against the old one. Where there is no billing period, as with a plan that nobody pays for, a calendar
/// month in UTC takes its place.
///
/// # Errors
/// `TimeZone` for an unknown zone, `OutOfRange` for times beyond the calendar.
pub fn stretch(window: &Window, period: Option<Period>, now: i64) -> Result<Stretch, WindowError> {
    match window {
        Window::Month { time_zone } => {
            let zone =
                calendar::time_zone(time_zone).ok_or_else(|| WindowError::TimeZone(time_zone.clone()))?;
            month(zone, now)
        }
        Window::Period => match period {
            Some(Period { start, end }) => {
                Ok(Stretch { from: start, until: Some(end).filter(|end| now < *end) })
            }
            None => month(TimeZone::UTC, now),
        },
        Window::Rolling { seconds } => {
            let from = now.checked_sub(*seconds).and_then(|before| before.checked_add(1));
            Ok(Stretch { from: from.ok_or(WindowError::OutOfRange)?, until: None })
        }
    }
}

fn month(zone: TimeZone, now: i64) -> Result<Stretch, WindowError> {
    let day = |_| WindowError::OutOfRange;
    let today = Timestamp::from_second(now).map_err(day)?.to_zoned(zone.clone()).date();
    let first = today.first_of_month();
    let next = first.checked_add(1.month()).map_err(day)?;
    let start = |date: jiff::civil::Date| {
        date.to_zoned(zone.clone()).and_then(|start| start.start_of_day()).map_err(day)
    };
    let second = |zoned: jiff::Zoned| zoned.timestamp().as_second();
    Ok(Stretch { from: second(start(first)?), until: Some(second(start(next)?)) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[track_caller]
    fn check_month(zone: &str, now: &str, from: &str, until: &str) {
        let window = Window::Month { time_zone: zone.to_owned() };
        let expected = Stretch { from: at(from), until: Some(at(until)) };
        assert_eq!(stretch(&window, None, at(now)), Ok(expected), "{zone} {now}");
    }

    #[test]
    fn a_month_runs_from_midnight_of_the_first_to_that_of_the_next() {
        check_month("UTC", "2026-11-30T23:59:59Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");
        check_month("UTC", "2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z");
        check_month("UTC", "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z");
    }

    #[test]
    fn a_month_keeps_to_its_zone_when_the_clocks_change() {
        check_month("Europe/Berlin", "2026-10-31T23:30:00Z", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z");
        check_month("Europe/Berlin", "2026-03-15T00:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z");
        check_month(
            "America/New_York",
            "2026-11-01T03:59:59Z",
            "2026-10-01T04:00:00Z",
            "2026-11-01T04:00:00Z",
        );
    }

    #[test]
    fn a_day_without_a_midnight_starts_with_its_first_moment() {
        // In Beirut the clocks went from 0:00 to 1:00 on 1 April 1973 was a Sunday; in Asuncion on 1 October 2017.
        check_month(
            "America/Asuncion",
            "2017-10-15T00:00:00Z",
            "2017-10-01T04:00:00Z",
            "2017-11-01T03:00:00Z",
        );
    }

    #[test]
    fn an_unknown_zone_is_named() {
        let window = Window::Month { time_zone: "Europe/Atlantis".to_owned() };
        assert_eq!(stretch(&window, None, 0), Err(WindowError::TimeZone("Europe/Atlantis".to_owned())));
    }

    #[test]
    fn a_billing_period_lasts_until_the_next_one_is_known() {
        let period = Period { start: at("2026-01-31T10:00:00Z"), end: at("2026-02-28T10:00:00Z") };
        for (now, until) in [
            ("2026-02-01T00:00:00Z", Some(period.end)),
            ("2026-02-28T09:59:59Z", Some(period.end)),
            // What is used from now on counts too, or a limit would hold nobody until Stripe has told of the renewal.
            ("2026-02-28T10:00:00Z", None),
            ("2026-03-05T00:00:00Z", None),
        ] {
            let expected = Stretch { from: period.start, until };
            assert_eq!(stretch(&Window::Period, Some(period), at(now)), Ok(expected), "{now}");
        }
    }

    #[test]
    fn without_a_billing_period_the_calendar_month_in_utc_counts() {
        let expected = Stretch { from: at("2026-11-01T00:00:00Z"), until: Some(at("2026-12-01T00:00:00Z")) };
        assert_eq!(stretch(&Window::Period, None, at("2026-11-21T00:00:00Z")), Ok(expected));
    }

    #[test]
    fn what_was_used_frees_up_as_long_after_as_the_window_is() {
        let window = Window::Rolling { seconds: 30 * 86_400 };
        let used = at("2026-11-01T12:00:00Z");
        let counts = |now: &str| stretch(&window, None, at(now)).unwrap().from <= used;
        assert!(counts("2026-12-01T11:59:59Z"));
        assert!(!counts("2026-12-01T12:00:00Z"));
    }

    const ZONES: [&str; 6] = [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "America/Asuncion",
    ];

    proptest! {
        /// Against walking back and forth an hour at a time until the local month changes.
        #[test]
        fn a_month_holds_exactly_the_moments_of_its_local_month(
            zone in 0..ZONES.len(),
            now in 946_684_800_i64..1_893_456_000,
        ) {
            let name = ZONES[zone];
            let zone = TimeZone::get(name).unwrap();
            let month_of = |second: i64| {
                let date = Timestamp::from_second(second).unwrap().to_zoned(zone.clone()).date();
                (date.year(), date.month())
            };
            let window = Window::Month { time_zone: name.to_owned() };
            let found = stretch(&window, None, now).unwrap();
            let until = found.until.unwrap();
            prop_assert!(found.from <= now && now < until);
            prop_assert_eq!(month_of(found.from), month_of(now));
            prop_assert_eq!(month_of(until - 1), month_of(now));
            prop_assert_ne!(month_of(found.from - 1), month_of(now));
            prop_assert_ne!(month_of(until), month_of(now));
        }
    }
}
