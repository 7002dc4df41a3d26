//! When granted credits expire, as it is typed.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

use crate::billing::credits::Expiry;

/// Reads `2027-01-31` (the start of that day, UTC), a whole time with its zone, or a duration such as `90d`. A day has 24
/// hours; months and years have no one length and are not taken.
///
/// # Errors
/// What to write instead.
pub fn parse(text: &str) -> Result<Expiry, String> {
    let usage = || format!("`{text}` is no date such as 2027-01-31 and no duration such as 90d or 12h");
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Expiry::At(at.as_second()));
    }
    if let Ok(day) = text.parse::<Date>() {
        let start = day.to_zoned(TimeZone::UTC).map_err(|_| usage())?;
        return Ok(Expiry::At(start.timestamp().as_second()));
    }
    let span: Span = text.parse().map_err(|_| usage())?;
    let length: SignedDuration =
        span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| usage())?;
    match length.as_secs() {
        seconds @ 1.. => Ok(Expiry::After(seconds)),
        _ => Err(usage()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Expiry>) {
        assert_eq!(parse(text).ok(), expected, "{text}");
    }

    #[test]
    fn a_day_a_time_and_a_duration_are_understood() {
        check("2027-01-31", Some(Expiry::At(1_801_353_600)));
        check("2027-01-31T12:00:00+01:00", Some(Expiry::At(1_801_393_200)));
        check("90d", Some(Expiry::After(90 * 86_400)));
        check("36 hours", Some(Expiry::After(36 * 3_600)));
    }

    #[test]
    fn what_has_no_one_length_or_lies_behind_is_refused() {
        for text in ["3 months", "1y", "-5d", "0d", "soon", "", "2027-02-30"] {
            check(text, None);
        }
    }
}
