//! The time that a report is of, as it is typed.

use std::path::PathBuf;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value, json};
use thiserror::Error;

use crate::billing::calendar::{Range, Step, before, date_of, first_second, steps, time_zone};
use crate::commands::moment::{Moment, begin, time};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Sheet, page};
use crate::store::replace_file;

/// The most days, weeks or months that a report has a line for.
const MOST_STEPS: usize = 10_000;

/// The time that a report is of.
#[derive(Debug, Clone, clap::Args)]
pub struct PeriodArgs {
    /// From this day or time on, or from the day so long ago (90d) [default: the first of this month]
    #[arg(long, value_name = "WHEN")]
    pub from: Option<When>,
    /// Before this day or time [default: the end of this month]
    #[arg(long, value_name = "WHEN")]
    pub to: Option<When>,
    /// The IANA time zone that days, weeks and months are of [default: `reports.time_zone` of billing.toml, else UTC]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
}

/// Where a report goes beside stdout.
#[derive(Debug, Clone, clap::Args)]
pub struct PageArgs {
    /// Write the report also as a page with charts: one file that loads nothing
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// A day, a time, or how long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Its first moment in the report's time zone.
    Day(Date),
    At(Timestamp),
    /// The first moment of the day on which it was so long ago.
    Ago(SignedDuration),
}

/// The text names no time.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no point in time: write 2026-11-01, 2026-11-01T12:00:00Z, or how long ago, like 90d")]
pub struct NoTime(String);

impl FromStr for When {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<When, NoTime> {
        let is_day = !text.contains([':', 'T', 't', ' ']);
        if let Some(date) = text.parse::<Date>().ok().filter(|_| is_day) {
            return Ok(When::Day(date));
        }
        match text.parse::<Moment>() {
            Ok(Moment::At(at)) => Ok(When::At(at)),
            Ok(Moment::Ago(ago)) => Ok(When::Ago(ago)),
            Err(_) => Err(NoTime(text.to_owned())),
        }
    }
}

/// The time that a report is of, and when it is made.
#[derive(Debug, Clone)]
pub struct ReportPeriod {
    pub range: Range,
    pub zone: TimeZone,
    pub zone_name: String,
    /// In seconds since 1970.
    pub now: i64,
}

impl PeriodArgs {
    /// # Errors
    /// `Usage` for a time zone that does not exist, and where nothing lies between the two times.
    pub fn resolve(&self, ctx: &Context) -> anyhow::Result<ReportPeriod> {
        let PeriodArgs { from, to, timezone } = self;
        let (zone_name, zone) = zone(ctx, timezone.as_deref())?;
        let now = ctx.clock().now();
        let today = now.to_zoned(zone.clone()).date();
        let month = today.first_of_month();
        let second = |when: When| match when {
            When::Day(date) => first_second(date, &zone),
            When::At(at) => Some(begin(at)),
            When::Ago(ago) => {
                let day = now.checked_sub(ago).ok()?.to_zoned(zone.clone()).date();
                first_second(day, &zone)
            }
        };
        let next_month = month.checked_add(1.month()).unwrap_or(Date::MAX);
        let from = second(from.unwrap_or(When::Day(month)));
        let to = second(to.unwrap_or(When::Day(next_month)));
        match (from, to) {
            (Some(from), Some(to)) if from < to => {
                Ok(ReportPeriod { range: Range { from, to }, zone, zone_name, now: now.as_second() })
            }
            (Some(from), Some(to)) => Err(fail(
                Kind::Usage,
                format!("Nothing lies from {} on and before {}", time(from), time(to)),
                "Give an earlier `--from` or a later `--to`",
            )),
            (None, _) | (_, None) => Err(fail(
                Kind::Usage,
                "The time lies beyond the calendar",
                "Give a year from 1970 on, of four digits",
            )),
        }
    }
}

fn zone(ctx: &Context, named: Option<&str>) -> anyhow::Result<(String, TimeZone)> {
    let file = ctx.billing_if_any()?.map(|loaded| &loaded.file);
    let of_file = || file.and_then(|file| file.reports.as_ref()?.time_zone.clone());
    let name = named.map(str::to_owned).or_else(of_file).unwrap_or_else(|| "UTC".to_owned());
    match time_zone(&name) {
        Some(zone) => Ok((zone.iana_name().unwrap_or(&name).to_owned(), zone)),
        None => Err(fail(
            Kind::Usage,
            format!("There is no time zone `{name}`"),
            "Name it as the IANA does, such as Europe/Berlin or America/New_York, or UTC",
        )),
    }
}

impl ReportPeriod {
    /// The stretch of time that this one is compared with: see [`before`].
    pub fn before(&self) -> Range {
        before(self.range, &self.zone)
    }

    /// The days, weeks or months of a range of time in the report's zone.
    ///
    /// # Errors
    /// `Usage` for more than can be meant.
    pub fn steps(&self, step: Step) -> anyhow::Result<Vec<Range>> {
        let days = self.range.seconds() / (24 * 60 * 60);
        let most = i64::try_from(MOST_STEPS).unwrap_or(i64::MAX);
        let length = match step {
            Step::Day => 1,
            Step::Week => 7,
            Step::Month => 28,
        };
        if days / length > most {
            return Err(fail(
                Kind::Usage,
                format!("{} would have more than {MOST_STEPS} lines", self.words()),
                "Give a later `--from`, or longer steps: `--by month`",
            ));
        }
        Ok(steps(self.range, step, &self.zone))
    }

    /// `2026-11-01 to 2026-12-01 (UTC)`: days where it begins and ends at midnight, else times.
    pub fn words(&self) -> String {
        let ReportPeriod { range, zone, zone_name, now: _ } = self;
        let days = || {
            let (first, end) = (date_of(range.from, zone)?, date_of(range.to, zone)?);
            let whole = first_second(first, zone)? == range.from && first_second(end, zone)? == range.to;
            whole.then(|| format!("{first} to {end} ({zone_name})"))
        };
        days().unwrap_or_else(|| format!("{} to {} ({zone_name})", time(range.from), time(range.to)))
    }

    /// The fields that every report begins with.
    pub fn json(&self) -> Value {
        json!({
            "from": time(self.range.from),
            "to": time(self.range.to),
            "time_zone": self.zone_name,
        })
    }
}

impl PageArgs {
    /// Writes the page, if one is asked for; not in a dry run.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn write(&self, ctx: &Context, sheet: &Sheet) -> anyhow::Result<()> {
        let Some(path) = &self.html else { return Ok(()) };
        let shown = path.display();
        if ctx.settings().dry_run {
            ctx.ui().status(&format!("Would write {shown}"));
            return Ok(());
        }
        replace_file(path, page(sheet).as_bytes()).map_err(|error| {
            fail(
                Kind::Failed,
                format!("Cannot write the page `{shown}`: {error}"),
                "Name a file in a folder that is there and that you may write to",
            )
        })?;
        ctx.ui().status(&format!("Wrote {shown}"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_reports_zone_and_a_time_says_its_own() {
        assert_eq!("2026-11-01".parse(), Ok(When::Day(Date::constant(2026, 11, 1))));
        let at: Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
        assert_eq!("2026-11-01T13:00:00+01:00".parse(), Ok(When::At(at)));
        assert_eq!("90d".parse(), Ok(When::Ago(SignedDuration::from_hours(90 * 24))));
        for text in ["", "yesterday", "2026-02-30", "2026-11-01T12:00", "-5d"] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }
}
