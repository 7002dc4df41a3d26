//! When granted credits expire, as it is typed.

use crate::billing::credits::Expiry;
use crate::commands::moment::Moment;

/// Reads `2027-01-31` (the start of that day, UTC), a whole time with its zone, or a duration such as `90d`. A day has 24
/// hours; months and years have no one length and are not taken.
///
/// # Errors
/// What to write instead.
pub fn parse(text: &str) -> Result<Expiry, String> {
    match text.parse() {
        Ok(Moment::At(at)) => Ok(Expiry::At(at.as_second())),
        // What is how long ago elsewhere is how long from now here.
        Ok(Moment::Ago(length)) if length.as_secs() > 0 => Ok(Expiry::After(length.as_secs())),
        Ok(Moment::Ago(_)) | Err(_) => Err(format!(
            "`{text}` is no date such as 2027-01-31, no time such as 2027-01-31T12:00:00Z and no duration such as 90d or 12h"
        )),
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
        for text in ["3 months", "1y", "-5d", "0d", "0.5s", "soon", "", "2027-02-30", "2026-10-31T23:59:59"] {
            check(text, None);
        }
    }
}
