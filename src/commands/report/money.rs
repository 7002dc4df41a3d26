//! What reports about money have in common: how amounts, rates and changes are told.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::period::ReportPeriod;
use crate::billing::calendar::{Range, Step, name};
use crate::billing::metrics::percent;
use crate::commands::moment::time;
use crate::render::{Role, Text};

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// All time zones differ from UTC by whole quarters of an hour.
const QUARTER_SECONDS: i64 = 15 * 60;

/// The longest stretches of time, in seconds from 1970 on, none of which a line of a report divides.
pub fn bucket(ranges: &[Range]) -> i64 {
    let fits =
        |seconds: &i64| ranges.iter().all(|range| range.from % seconds == 0 && range.to % seconds == 0);
    [DAY_SECONDS, QUARTER_SECONDS].into_iter().find(fits).unwrap_or(1)
}

/// The steps of a report's time that have begun: of what is to come nothing is known.
///
/// # Errors
/// As [`ReportPeriod::steps`].
pub fn begun(period: &ReportPeriod, step: Step) -> anyhow::Result<Vec<Range>> {
    let mut ranges = period.steps(step)?;
    ranges.retain(|range| range.from <= period.now);
    Ok(ranges)
}

/// What a report's time is compared with: as much of the time before it as has passed of this one.
pub fn compared(period: &ReportPeriod) -> Range {
    let before = period.before();
    let passed = period.now.saturating_sub(period.range.from);
    match period.now < period.range.to {
        true => Range { from: before.from, to: before.to.min(before.from.saturating_add(passed)) },
        false => before,
    }
}

/// `+12.50 %`, as a change from what was before; nothing where there is nothing to compare with.
pub fn change(now: i64, before: i64) -> Text {
    match percent(now.saturating_sub(before), before) {
        Some(share) if share.is_sign_negative() && !share.is_zero() => {
            Text::new(Role::Delete, format!("{share} %"))
        }
        Some(share) => Text::new(Role::Create, format!("+{share} %")),
        None => Text::default(),
    }
}

/// `75.00 %`, or `-` where there is no rate.
pub fn rate(rate: Option<Decimal>) -> String {
    rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate} %"))
}

/// The same for programs: a number of percent, or null.
pub fn rate_json(rate: Option<Decimal>) -> Value {
    rate.and_then(|rate| serde_json::from_str(&rate.to_string()).ok()).unwrap_or_default()
}

/// The fields that each line of a report begins with.
pub fn range_json(range: Range) -> Value {
    json!({"from": time(range.from), "to": time(range.to)})
}

/// What a line is called.
pub fn line_name(period: &ReportPeriod, range: Range, step: Step) -> String {
    name(range, step, &period.zone)
}

/// Puts the fields of one JSON object behind those of another.
pub fn and(mut fields: Value, more: Value) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
        fields.extend(more);
    }
    fields
}

/// What a report is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TimeStep {
    Day,
    Week,
    Month,
}

impl TimeStep {
    pub fn step(self) -> Step {
        match self {
            TimeStep::Day => Step::Day,
            TimeStep::Week => Step::Week,
            TimeStep::Month => Step::Month,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            TimeStep::Day => "day",
            TimeStep::Week => "week",
            TimeStep::Month => "month",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_of_no_more_time_than_no_line_divides() {
        let check = |bounds: &[i64], expected: i64| {
            let ranges: Vec<Range> =
                bounds.windows(2).map(|pair| Range { from: pair[0], to: pair[1] }).collect();
            assert_eq!(bucket(&ranges), expected, "{bounds:?}");
        };
        check(&[0, 86_400, 172_800], 86_400);
        check(&[20_700, 107_100], 900);
        check(&[0, 86_401], 1);
    }

    #[test]
    fn a_change_has_its_sign() {
        assert_eq!(change(150, 100), Text::new(Role::Create, "+50.00 %"));
        assert_eq!(change(50, 100), Text::new(Role::Delete, "-50.00 %"));
        assert_eq!(change(100, 100), Text::new(Role::Create, "+0.00 %"));
        assert_eq!(change(50, 0), Text::default());
    }
}
