//! From the books to the lines of a report.

use std::collections::{BTreeMap, HashMap};

use super::by::By;
use super::scope::Scope;
use crate::billing::calendar::{Range, Step, name};
use crate::billing::usage::{Line, Measure, Tallies, Tally, lines};
use crate::commands::report::period::ReportPeriod;
use crate::store::books::{Books, KnownSeries};

/// Past so many days, what a metric did over time is told by the month.
const MOST_DAYS: i64 = 400;

/// What a report tells.
#[derive(Debug)]
pub struct Gathered {
    pub before: Range,
    /// A line a measure: all of it.
    pub totals: Vec<Line>,
    /// Of each measure, what was used day by day (month by month for a long time), up to now.
    pub over_time: BTreeMap<Measure, Vec<(Range, i64)>>,
    /// The lines that were asked for; the totals where that is by metric.
    pub lines: Vec<Line>,
    /// Where lines are of time: the time of each.
    pub steps: BTreeMap<String, Range>,
}

/// A line that was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    All,
    Group(Option<String>),
    Time(Range),
}

/// What stands where a group has no name.
pub const NO_GROUP: &str = "(none)";

impl Gathered {
    /// # Errors
    /// `Usage` for more lines than can be meant; if the books can't be read.
    pub fn read(books: &Books, period: &ReportPeriod, by: &By, scope: &Scope) -> anyhow::Result<Gathered> {
        let ReportPeriod { range, zone, zone_name: _, now } = period;
        let (range, now) = (*range, *now);
        let before = period.before();
        let step = if range.seconds() / (24 * 60 * 60) > MOST_DAYS { Step::Month } else { Step::Day };
        let days = period.steps(step)?;
        let by_day = over_time(books, scope, &days)?;
        let mut of_all = Tallies::new();
        for (measure, tallies) in &by_day {
            let total = of_all.entry((measure.clone(), Some(measure.metric.clone()))).or_default();
            tallies.iter().for_each(|tally| total.add(*tally));
        }
        let mut of_before = Tallies::new();
        for (measure, tallies) in over_time(books, scope, &[before])? {
            let name = Some(measure.metric.clone());
            of_before.insert((measure, name), tallies.first().copied().unwrap_or_default());
        }
        let totals = lines(&of_all, Some(&of_before), range, now, false);
        let over_time = by_day
            .into_iter()
            .map(|(measure, tallies)| {
                let told =
                    days.iter().zip(tallies).filter(|(day, tally)| day.from < now || tally.records > 0);
                (measure, told.map(|(day, tally)| (*day, tally.quantity)).collect())
            })
            .collect();
        let mut gathered = Gathered { before, totals, over_time, lines: Vec::new(), steps: BTreeMap::new() };
        gathered.lines = match by {
            By::Metric => gathered.totals.clone(),
            By::Time(step) => {
                let steps = period.steps(*step)?;
                let mut tallies = Tallies::new();
                for (measure, values) in self::over_time(books, scope, &steps)? {
                    for (step_range, tally) in steps.iter().zip(values) {
                        let group = name(*step_range, *step, zone);
                        // What has not begun is no line.
                        if step_range.from < now || tally.records > 0 {
                            tallies.entry((measure.clone(), Some(group))).or_default().add(tally);
                        }
                    }
                }
                gathered.steps = steps.iter().map(|range| (name(*range, *step, zone), *range)).collect();
                // A step is told as it is: it is not compared, and goes on only where it is the last one.
                let mut lines = lines(&tallies, None, range, now, false);
                lines.iter_mut().for_each(|line| line.forecast = None);
                lines
            }
            By::Subject | By::Plan => {
                let series = match &scope.series {
                    Some(series) => series,
                    None => &books.usage_series()?,
                };
                let ids = scope.ids();
                let read = |range| -> anyhow::Result<Tallies> {
                    Ok(grouped(&books.usage_by_series(range, ids.as_deref())?, series, by, scope))
                };
                lines(&read(range)?, Some(&read(before)?), range, now, true)
            }
            By::Dimension(name) => {
                let ids = scope.ids();
                let read = |range| -> anyhow::Result<Tallies> {
                    let mut tallies = books.usage_by_dimension(name, range, ids.as_deref())?;
                    scope.keep(&mut tallies);
                    Ok(tallies)
                };
                lines(&read(range)?, Some(&read(before)?), range, now, true)
            }
        };
        Ok(gathered)
    }

    /// The line of a name; an empty one is all of them.
    pub fn named(&self, name: &str) -> Option<Named> {
        if name.is_empty() {
            return Some(Named::All);
        }
        if let Some(range) = self.steps.get(name) {
            return Some(Named::Time(*range));
        }
        let line = self.lines.iter().find(|line| line.group.as_deref().unwrap_or(NO_GROUP) == name)?;
        Some(Named::Group(line.group.clone()))
    }

    /// What lines are called.
    pub fn names(&self) -> Vec<String> {
        let named = |line: &Line| line.group.clone().unwrap_or_else(|| NO_GROUP.to_owned());
        let mut names: Vec<String> = self.lines.iter().map(named).chain(self.steps.keys().cloned()).collect();
        names.dedup();
        names
    }

    /// Whether there are lines, and none of them has a group.
    pub fn is_of_no_dimension(&self) -> bool {
        !self.lines.is_empty() && self.lines.iter().all(|line| line.group.is_none())
    }
}

/// What was used of each measure in each of the stretches that follow one another.
fn over_time(books: &Books, scope: &Scope, steps: &[Range]) -> anyhow::Result<BTreeMap<Measure, Vec<Tally>>> {
    let cuts: Vec<i64> = steps.iter().map(|step| step.from).chain(steps.last().map(|step| step.to)).collect();
    let found = match &scope.series {
        Some(series) => books.usage_of_series_by_time(series, &cuts)?,
        None => books.usage_by_time(&cuts)?,
    };
    Ok(found.into_iter().filter(|(measure, _)| scope.has(measure)).collect())
}

/// The sums of series as those of their plans or subjects.
fn grouped(sums: &HashMap<i64, Tally>, series: &[KnownSeries], by: &By, scope: &Scope) -> Tallies {
    let mut tallies: BTreeMap<(&Measure, Option<&str>), Tally> = BTreeMap::new();
    for one in series.iter().filter(|one| scope.has(&one.measure)) {
        if let Some(tally) = sums.get(&one.id) {
            let group = match by {
                By::Plan => scope.plan(&one.subject),
                By::Subject | By::Metric | By::Time(_) | By::Dimension(_) => Some(one.subject.as_str()),
            };
            tallies.entry((&one.measure, group)).or_default().add(*tally);
        }
    }
    let owned = |((measure, group), tally): ((&Measure, Option<&str>), Tally)| {
        ((measure.clone(), group.map(str::to_owned)), tally)
    };
    tallies.into_iter().map(owned).collect()
}
