//! The report, as it is shown.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::by::By;
use super::gather::{Gathered, NO_GROUP};
use crate::billing::calendar::{Range, Step, name};
use crate::billing::usage::{Line, Measure};
use crate::commands::moment::time;
use crate::commands::report::percent;
use crate::commands::report::period::ReportPeriod;
use crate::commands::usage::result::{amount_json, amount_words};
use crate::render::{
    Cell, Chart, Column, Figure, Part, Present, Role, Series, Shape, Sheet, Table, Text, View, thousandths,
};

/// The lines of a metric that people are shown where they don't say how many.
const SHOWN: usize = 25;

pub struct Report {
    pub period: ReportPeriod,
    pub by: By,
    /// What was filtered.
    pub words: Vec<String>,
    pub gathered: Gathered,
    pub limit: Option<usize>,
}

/// The lines of each measure, no more than so many, and how many are left out.
fn grouped(lines: &[Line], limit: Option<usize>) -> (BTreeMap<&Measure, Vec<&Line>>, usize) {
    let mut found: BTreeMap<&Measure, Vec<&Line>> = BTreeMap::new();
    let mut left_out = 0;
    for line in lines {
        let known = found.entry(&line.measure).or_default();
        if limit.is_some_and(|limit| known.len() >= limit) {
            left_out += 1;
        } else {
            known.push(line);
        }
    }
    (found, left_out)
}

impl Report {
    pub fn sheet(&self) -> Sheet {
        let Report { period, by, words, gathered, limit } = self;
        let mut lead = vec![period.words()];
        lead.extend(words.iter().cloned());
        let limit = limit.unwrap_or(SHOWN);
        // All of a long time, day by day, was asked for by its length.
        let limit = if matches!(by, By::Time(_)) { self.limit } else { Some(limit) };
        let (measures, left_out) = grouped(&gathered.lines, limit);
        let mut parts = Vec::new();
        let mut figures = Vec::new();
        if *by == By::Metric {
            let table = self.metrics(&measures.values().flatten().copied().collect::<Vec<_>>());
            parts.push(Part { heading: String::new(), chart: None, table, only_on_page: false });
        } else {
            figures = gathered.totals.iter().map(figure).collect();
            parts.extend(
                measures.iter().map(|(measure, lines)| self.part(measure, lines, measures.len() > 1)),
            );
        }
        if !matches!(by, By::Time(_)) {
            let over_time = gathered.over_time.iter().filter(|(measure, _)| measures.contains_key(*measure));
            parts.extend(over_time.map(|(measure, days)| self.over_time(measure, days)));
        }
        let mut notes = Vec::new();
        if gathered.totals.is_empty() {
            notes.push("Nothing was used".to_owned());
        }
        if left_out > 0 {
            let lines = if left_out == 1 { "line is" } else { "lines are" };
            notes.push(format!("{left_out} more {lines} not shown: see `--limit`; `-o csv` has all of them"));
        }
        if gathered.totals.iter().any(|line| line.forecast.is_some()) {
            notes.push("The time is not over: changes are those of the forecast".to_owned());
        }
        let title = format!("Usage by {}", by.name());
        Sheet { title, lead, figures, parts, notes }
    }

    /// A line a metric, with all that is known of it.
    fn metrics(&self, lines: &[&Line]) -> Table {
        let goes_on = lines.iter().any(|line| line.forecast.is_some());
        let mut columns = vec![Column::id("metric"), Column::number("used"), Column::number("records")];
        if goes_on {
            columns.push(Column::number("forecast"));
        }
        columns.extend([Column::number("before"), Column::number("change"), Column::drawing("over time")]);
        let mut table = Table::new(columns);
        for line in lines {
            let amount = |amount: i64| amount_words(amount, line.measure.currency);
            let mut cells = vec![
                Cell::from(line.measure.metric.as_str()),
                Cell::from(amount(line.tally.quantity)),
                Cell::from(line.tally.records.to_string()),
            ];
            if goes_on {
                cells.push(Cell::from(line.forecast.map(amount).unwrap_or_default()));
            }
            let days = self.gathered.over_time.get(&line.measure);
            let days = days.map(|days| days.iter().map(|(_, quantity)| *quantity).collect());
            cells.extend([
                Cell::from(line.before.map(amount).unwrap_or_default()),
                Cell::from(line.change().map(percent::change_words).unwrap_or_default()),
                Cell::Sparkline(days.unwrap_or_default()),
            ]);
            table.row(cells);
        }
        table
    }

    /// The lines of a metric, with bars.
    fn part(&self, measure: &Measure, lines: &[&Line], is_one_of_many: bool) -> Part {
        let by = self.by.name();
        let is_compared = lines.iter().any(|line| line.before.is_some());
        let mut columns = vec![
            Column::id(by.as_str()),
            Column::number("used"),
            Column::number("share"),
            Column::drawing(""),
        ];
        if is_compared {
            columns.extend([Column::number("before"), Column::number("change")]);
        }
        let mut table = Table::new(columns);
        let most = lines.iter().map(|line| line.tally.quantity).max().unwrap_or(0);
        let group = |line: &Line| line.group.clone().unwrap_or_else(|| NO_GROUP.to_owned());
        for line in lines {
            let amount = |amount: i64| amount_words(amount, measure.currency);
            let mut cells = vec![
                Cell::from(group(line)),
                Cell::from(amount(line.tally.quantity)),
                Cell::from(percent::words(line.share)),
                Cell::Bar(Role::Plain, thousandths(line.tally.quantity, most)),
            ];
            if is_compared {
                cells.push(Cell::from(line.before.map(amount).unwrap_or_default()));
                cells.push(Cell::from(line.change().map(percent::change_words).unwrap_or_default()));
            }
            table.row(cells);
        }
        let chart = Chart {
            shape: if matches!(self.by, By::Time(_)) { Shape::Columns } else { Shape::Bars },
            labels: lines.iter().map(|line| group(line)).collect(),
            series: vec![Series {
                name: measure.metric.clone(),
                values: lines.iter().map(|line| line.tally.quantity).collect(),
            }],
            currency: measure.currency,
        };
        let heading =
            if is_one_of_many { measure.metric.clone() } else { format!("{} by {by}", measure.metric) };
        Part { heading, chart: Some(chart), table, only_on_page: false }
    }

    /// What a metric did from day to day, for a page.
    fn over_time(&self, measure: &Measure, days: &[(Range, i64)]) -> Part {
        let is_long = self.period.range.seconds() > 400 * 24 * 60 * 60;
        let step = if is_long { Step::Month } else { Step::Day };
        let labels: Vec<String> = days.iter().map(|(day, _)| name(*day, step, &self.period.zone)).collect();
        let heading = if is_long { "month" } else { "day" };
        let mut table = Table::new([Column::id(heading), Column::number("used")]);
        for (label, (_, quantity)) in labels.iter().zip(days) {
            table.row([label.clone(), amount_words(*quantity, measure.currency)]);
        }
        let values = days.iter().map(|(_, quantity)| *quantity).collect();
        let series = vec![Series { name: measure.metric.clone(), values }];
        let chart = Chart { shape: Shape::Columns, labels, series, currency: measure.currency };
        let heading = format!("{} by {heading}", measure.metric);
        Part { heading, chart: Some(chart), table, only_on_page: true }
    }

    fn line_json(&self, line: &Line) -> Value {
        let amount = |amount: i64| amount_json(amount, line.measure.currency);
        let mut json = json!({});
        json[self.by.name()] = json!(line.group);
        json["metric"] = json!(line.measure.metric);
        json["quantity"] = amount(line.tally.quantity);
        json["records"] = json!(line.tally.records);
        json["share_percent"] = percent::json(line.share);
        json["before"] = json!(line.before.map(amount));
        json["change_percent"] = json!(line.change().map(percent::json));
        json["forecast"] = json!(line.forecast.map(amount));
        json
    }
}

/// A metric and all that was used of it.
fn figure(line: &Line) -> Figure {
    let amount = |amount: i64| amount_words(amount, line.measure.currency);
    let mut note = Vec::new();
    if let Some(forecast) = line.forecast {
        note.push(format!("{} by the end", amount(forecast)));
    }
    if let Some(change) = line.change() {
        note.push(format!(
            "{} against {} before",
            percent::change_words(change),
            amount(line.before.unwrap_or(0))
        ));
    }
    let note = if note.is_empty() { Text::default() } else { Text::new(Role::Hint, note.join(", ")) };
    Figure { name: line.measure.metric.clone(), value: amount(line.tally.quantity), note }
}

impl Present for Report {
    fn json(&self) -> Value {
        let Report { period, by, words: _, gathered, limit: _ } = self;
        let mut json = period.json();
        json["by"] = json!(by.name());
        json["before"] = json!({"from": time(gathered.before.from), "to": time(gathered.before.to)});
        json["totals"] = gathered
            .totals
            .iter()
            .map(|line| {
                let mut total = self.line_json(line);
                // A total is of no group, and the whole of itself.
                if let Some(fields) = total.as_object_mut() {
                    if *by != By::Metric {
                        fields.shift_remove(&by.name());
                    }
                    fields.shift_remove("share_percent");
                }
                total
            })
            .collect();
        json["lines"] = Value::Array(self.rows());
        json
    }

    fn rows(&self) -> Vec<Value> {
        let (measures, _) = grouped(&self.gathered.lines, self.limit);
        measures.into_values().flatten().map(|line| self.line_json(line)).collect()
    }

    fn view(&self) -> View {
        self.sheet().view()
    }
}
