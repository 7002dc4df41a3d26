//! Points in time as people write them on the command line.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, tz::TimeZone};
use thiserror::Error;

/// `2026-11-01T12:00:00Z`, `2026-11-01` (its first second in UTC), or how long ago: `90m`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    At(Timestamp),
    Ago(SignedDuration),
}

/// The text names no point in time.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no point in time: write 2026-11-01, 2026-11-01T12:00:00Z, or how long ago, like 90m or 7d")]
pub struct NoMoment(String);

impl FromStr for Moment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Moment, NoMoment> {
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Moment::At(at));
        }
        // A date with a time of day and no offset would be read as a date alone.
        if let Ok(date) = text.parse::<Date>()
            && !text.contains([':', 'T', 't', ' '])
            && let Ok(start) = date.to_zoned(TimeZone::UTC)
        {
            return Ok(Moment::At(start.timestamp()));
        }
        text.parse::<Span>()
            .ok()
            .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok())
            .filter(|ago| !ago.is_negative())
            .map(Moment::Ago)
            .ok_or_else(|| NoMoment(text.to_owned()))
    }
}

impl Moment {
    /// The point in time, where it is told how long ago it is.
    pub fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Moment::At(at) => at,
            Moment::Ago(ago) => now.checked_sub(ago).unwrap_or(Timestamp::MIN),
        }
    }
}

/// The first whole second at or after a point in time: what is stored has whole seconds.
pub fn begin(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

/// A second since 1970 as RFC 3339 in UTC; as a number where it is in no year that can be written.
pub fn time(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| second.to_string(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-01T12:00:00Z";

    fn check(text: &str, expected: &str) {
        let moment: Moment = text.parse().unwrap();
        assert_eq!(moment.from(NOW.parse().unwrap()).to_string(), expected, "{text}");
    }

    #[test]
    fn a_moment_is_a_time_a_date_or_how_long_ago() {
        check("2026-10-31T23:59:59Z", "2026-10-31T23:59:59Z");
        check("2026-10-31T23:59:59+02:00", "2026-10-31T21:59:59Z");
        check("2026-10-31", "2026-10-31T00:00:00Z");
        check("90m", "2026-11-01T10:30:00Z");
        check("2h 30m", "2026-11-01T09:30:00Z");
        check("7d", "2026-10-25T12:00:00Z");
        check("1w", "2026-10-25T12:00:00Z");
        check("PT1H", "2026-11-01T11:00:00Z");
    }

    #[test]
    fn what_is_no_moment_is_refused_in_words() {
        for text in ["", "yesterday", "2026-13-01", "2026-10-31T23:59:59", "-2h", "1mo", "5"] {
            let refused = text.parse::<Moment>().unwrap_err();
            assert!(refused.to_string().contains(text), "{refused}");
        }
    }

    #[test]
    fn a_second_is_shown_as_a_time_in_utc_and_never_as_nothing() {
        assert_eq!(time(1_793_534_400), "2026-11-01T12:00:00Z");
        assert_eq!(time(-1), "1969-12-31T23:59:59Z");
        assert_eq!(time(i64::MAX), i64::MAX.to_string());
    }
}
