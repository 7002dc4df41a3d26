//! Stretches of the calendar in a time zone: what a report is of, its days, weeks and months, and what came before it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// From a second on and before another, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    pub from: i64,
    pub to: i64,
}

impl Range {
    pub fn seconds(self) -> i64 {
        self.to.saturating_sub(self.from)
    }
}

/// What a stretch of time is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Day,
    /// From Monday on, as in ISO 8601.
    Week,
    Month,
}

/// A time zone by its name, such as `Europe/Berlin`; none if there is no such zone.
///
/// For UTC the database of zones stays closed: opening it reads all its folders, which a command that takes milliseconds feels.
pub fn time_zone(name: &str) -> Option<TimeZone> {
    if name.eq_ignore_ascii_case("UTC") {
        return Some(TimeZone::UTC);
    }
    TimeZone::get(name).ok()
}

/// The day that a second lies on; none for a time beyond the calendar.
pub fn date_of(second: i64, zone: &TimeZone) -> Option<Date> {
    Some(Timestamp::from_second(second).ok()?.to_zoned(zone.clone()).date())
}

/// The first second of a day; where a change of the clocks leaves out its midnight, the first one after that.
pub fn first_second(date: Date, zone: &TimeZone) -> Option<i64> {
    Some(date.to_zoned(zone.clone()).ok()?.start_of_day().ok()?.timestamp().as_second())
}

/// Cuts a range at each midnight, at that of each Monday, or at that of each 1st in a zone. What begins or ends in the
/// middle of a day, week or month stays in the middle of one.
pub fn steps(range: Range, step: Step, zone: &TimeZone) -> Vec<Range> {
    let mut cut = Vec::new();
    let mut from = range.from;
    while from < range.to {
        let next = next(from, step, zone).filter(|next| *next > from).unwrap_or(range.to);
        let to = next.min(range.to);
        cut.push(Range { from, to });
        from = to;
    }
    cut
}

fn next(second: i64, step: Step, zone: &TimeZone) -> Option<i64> {
    let date = date_of(second, zone)?;
    let next = match step {
        Step::Day => date.tomorrow().ok()?,
        Step::Week => {
            let days = 7 - i64::from(date.weekday().to_monday_zero_offset());
            date.checked_add(days.days()).ok()?
        }
        Step::Month => date.first_of_month().checked_add(1.month()).ok()?,
    };
    first_second(next, zone)
}

/// What a day, week or month is called: its first day, or `2026-11`.
pub fn name(range: Range, step: Step, zone: &TimeZone) -> String {
    let Some(date) = date_of(range.from, zone) else { return range.from.to_string() };
    match step {
        Step::Day | Step::Week => date.to_string(),
        Step::Month => date.strftime("%Y-%m").to_string(),
    }
}

/// The stretch of time that ends where this one begins: as many months before whole months, as many days before whole
/// days, else as many seconds.
pub fn before(range: Range, zone: &TimeZone) -> Range {
    let same_length = || Range { from: range.from.saturating_sub(range.seconds()), to: range.from };
    let in_calendar = || {
        let (first, end) = (date_of(range.from, zone)?, date_of(range.to, zone)?);
        if first_second(first, zone)? != range.from || first_second(end, zone)? != range.to {
            return None;
        }
        let from = if first.day() == 1 && end.day() == 1 {
            let month = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
            first.checked_sub((month(end) - month(first)).months()).ok()?
        } else {
            first.checked_sub(first.until(end).ok()?.get_days().days()).ok()?
        };
        Some(Range { from: first_second(from, zone)?, to: range.from })
    };
    in_calendar().unwrap_or_else(same_length)
}

/// What a count comes to by the end of its range if it goes on as up to `now`: count × length ÷ time passed, rounded half
/// up. None for a range that is over, and before a twentieth of it has passed, when it would say little.
pub fn forecast(count: i64, range: Range, now: i64) -> Option<i64> {
    let passed = i128::from(now.saturating_sub(range.from));
    let length = i128::from(range.seconds());
    if now >= range.to || passed * 20 < length {
        return None;
    }
    let (twice, of) = (i128::from(count) * length * 2, passed * 2);
    i64::try_from((twice + passed).div_euclid(of)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn range(from: &str, to: &str) -> Range {
        Range { from: at(from), to: at(to) }
    }

    #[track_caller]
    fn check_steps(range: Range, step: Step, name_of_zone: &str, expected: &[&str]) {
        let zone = zone(name_of_zone);
        let names: Vec<String> =
            steps(range, step, &zone).into_iter().map(|range| name(range, step, &zone)).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn a_range_is_cut_at_midnights_mondays_and_firsts() {
        let week = range("2026-10-29T00:00:00Z", "2026-11-03T00:00:00Z");
        check_steps(
            week,
            Step::Day,
            "UTC",
            &["2026-10-29", "2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02"],
        );
        check_steps(week, Step::Week, "UTC", &["2026-10-29", "2026-11-02"]);
        check_steps(week, Step::Month, "UTC", &["2026-10", "2026-11"]);
        // In Berlin the last hour in UTC is of the next day already.
        check_steps(
            range("2026-10-31T22:00:00Z", "2026-11-01T00:00:00Z"),
            Step::Month,
            "Europe/Berlin",
            &["2026-10", "2026-11"],
        );
    }

    #[test]
    fn a_day_has_23_or_25_hours_when_the_clocks_change() {
        let berlin = zone("Europe/Berlin");
        let hours = |from: &str, to: &str| -> Vec<i64> {
            steps(range(from, to), Step::Day, &berlin).iter().map(|day| day.seconds() / 3_600).collect()
        };
        assert_eq!(hours("2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z"), [24, 23, 24]);
        assert_eq!(hours("2026-10-23T22:00:00Z", "2026-10-26T23:00:00Z"), [24, 25, 24]);
    }

    #[track_caller]
    fn check_before(this: Range, name: &str, expected: Range) {
        assert_eq!(before(this, &zone(name)), expected);
    }

    #[test]
    fn months_come_after_months_days_after_days_and_seconds_after_seconds() {
        check_before(
            range("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),
            "UTC",
            range("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        );
        check_before(
            range("2028-01-01T00:00:00Z", "2028-04-01T00:00:00Z"),
            "UTC",
            range("2027-10-01T00:00:00Z", "2028-01-01T00:00:00Z"),
        );
        check_before(
            range("2026-11-08T00:00:00Z", "2026-11-15T00:00:00Z"),
            "UTC",
            range("2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z"),
        );
        check_before(
            range("2026-11-08T12:00:00Z", "2026-11-08T13:30:00Z"),
            "UTC",
            range("2026-11-08T10:30:00Z", "2026-11-08T12:00:00Z"),
        );
        // November in Berlin has an hour less than October, in which the clocks went back.
        check_before(
            range("2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z"),
            "Europe/Berlin",
            range("2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"),
        );
    }

    #[test]
    fn a_forecast_goes_on_as_up_to_now() {
        let november = range("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");
        // A third of 30 days.
        assert_eq!(forecast(7, november, at("2026-11-11T00:00:00Z")), Some(21));
        // 10 × 30 ÷ 20 = 15; 1 × 30 ÷ 20 = 1.5, which is rounded up.
        assert_eq!(forecast(1, november, at("2026-11-21T00:00:00Z")), Some(2));
        assert_eq!(forecast(7, november, at("2026-11-02T11:00:00Z")), None);
        assert_eq!(forecast(7, november, at("2026-11-02T12:00:00Z")), Some(140));
        assert_eq!(forecast(7, november, november.to), None);
        assert_eq!(forecast(7, november, november.from - 1), None);
    }

    const ZONES: [&str; 7] = [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Asuncion",
        "Pacific/Apia",
    ];

    proptest! {
        /// Against walking through the range a quarter of an hour at a time.
        #[test]
        fn steps_are_all_of_the_range_and_each_is_of_one_day_week_or_month(
            index in 0..ZONES.len(),
            from in 1_200_000_000_i64..1_900_000_000,
            length in 1_i64..100 * 86_400,
            by in 0..3_usize,
        ) {
            let zone = zone(ZONES[index]);
            let step = [Step::Day, Step::Week, Step::Month][by];
            let whole = Range { from, to: from + length };
            let cut = steps(whole, step, &zone);
            prop_assert_eq!(cut.first().map(|range| range.from), Some(whole.from));
            prop_assert_eq!(cut.last().map(|range| range.to), Some(whole.to));
            prop_assert!(cut.windows(2).all(|pair| pair[0].to == pair[1].from));
            let of = |second: i64| {
                let date = date_of(second, &zone).unwrap();
                match step {
                    Step::Day => (date.year(), i32::from(date.day_of_year())),
                    Step::Week => {
                        let week = date.iso_week_date();
                        (week.year(), i32::from(week.week()))
                    }
                    Step::Month => (date.year(), i32::from(date.month())),
                }
            };
            let mut walked = vec![whole.from];
            // Clocks change on whole quarters of an hour.
            let mut second = whole.from - whole.from.rem_euclid(900) + 900;
            while second < whole.to {
                if of(second) != of(second - 1) {
                    walked.push(second);
                }
                second += 900;
            }
            prop_assert_eq!(cut.iter().map(|range| range.from).collect::<Vec<_>>(), walked);
        }

        #[test]
        fn what_came_before_ends_where_the_range_begins_and_is_about_as_long(
            index in 0..ZONES.len(),
            from in 1_200_000_000_i64..1_900_000_000,
            months in 1_i32..15,
        ) {
            let zone = zone(ZONES[index]);
            let first = date_of(from, &zone).unwrap().first_of_month();
            let end = first.checked_add(months.months()).unwrap();
            let this = Range { from: first_second(first, &zone).unwrap(), to: first_second(end, &zone).unwrap() };
            let found = before(this, &zone);
            prop_assert_eq!(found.to, this.from);
            let date = date_of(found.from, &zone).unwrap();
            prop_assert_eq!(date.checked_add(months.months()).unwrap(), first);
            prop_assert_eq!(date.day(), 1);
        }
    }
}
