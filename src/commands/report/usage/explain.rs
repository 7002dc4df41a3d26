//! The records behind a line of the report.

use serde_json::{Value, json};

use super::by::By;
use super::gather::Named;
use super::scope::Scope;
use crate::billing::calendar::Range;
use crate::billing::usage::Record;
use crate::commands::moment::time;
use crate::commands::report::period::ReportPeriod;
use crate::commands::usage::result::{amount_json, amount_words};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::{Books, KnownSeries, RecordQuery};

/// Reads the records of a line.
///
/// # Errors
/// If the books can't be read.
pub fn read(
    books: &Books,
    period: &ReportPeriod,
    by: &By,
    scope: &Scope,
    line: Named,
    limit: usize,
) -> anyhow::Result<Explained> {
    let range = match line {
        Named::Time(range) => range,
        Named::All | Named::Group(_) => period.range,
    };
    let mut series = match &scope.series {
        Some(series) => series.clone(),
        None => books.usage_series()?,
    };
    let all = scope.series.is_none() && series.iter().all(|one| scope.has(&one.measure));
    series.retain(|one| scope.has(&one.measure));
    let mut dimension = None;
    let mut is_of_some = !all;
    if let Named::Group(group) = &line {
        let is_meant = |one: &KnownSeries| match by {
            By::Metric => group.as_ref() == Some(&one.measure.metric),
            By::Subject => group.as_ref() == Some(&one.subject),
            By::Plan => group.as_deref() == scope.plan(&one.subject),
            By::Time(_) | By::Dimension(_) => true,
        };
        match by {
            By::Dimension(name) => dimension = Some((name.as_str(), group.as_deref())),
            By::Metric | By::Subject | By::Plan => is_of_some = true,
            By::Time(_) => {}
        }
        series.retain(is_meant);
    }
    let ids: Vec<i64> = series.iter().map(|one| one.id).collect();
    let only = is_of_some.then_some(ids.as_slice());
    let (records, count) = books.usage_records(&RecordQuery { range, only, dimension, limit })?;
    Ok(Explained { range, records, count })
}

pub struct Explained {
    range: Range,
    records: Vec<Record>,
    /// How many there are in all.
    count: usize,
}

impl Present for Explained {
    fn json(&self) -> Value {
        let Explained { range, records: _, count } = self;
        json!({"from": time(range.from), "to": time(range.to), "count": count, "records": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        let row = |record: &Record| {
            let Record { subject, metric, quantity, currency, at, key, dimensions, corrects } = record;
            json!({
                "at": time(*at),
                "subject": subject,
                "metric": metric,
                "quantity": amount_json(*quantity, *currency),
                "key": key,
                "corrects": corrects,
                "dimensions": dimensions,
            })
        };
        self.records.iter().map(row).collect()
    }

    fn view(&self) -> View {
        if self.records.is_empty() {
            return View::new().line("No records");
        }
        let mut table = Table::new([
            Column::id("at"),
            Column::id("subject"),
            Column::id("metric"),
            Column::number("used"),
            Column::words("key"),
            Column::words("dimensions"),
        ]);
        for record in &self.records {
            let Record { subject, metric, quantity, currency, at, key, dimensions, corrects } = record;
            let dimensions: Vec<String> =
                dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let key = match corrects {
                None => key.clone(),
                Some(corrected) => format!("{key} takes back {corrected}"),
            };
            table.row([
                time(*at),
                subject.clone(),
                metric.clone(),
                amount_words(*quantity, *currency),
                key,
                dimensions.join(" "),
            ]);
        }
        let view = View::new().table(table);
        match self.count.saturating_sub(self.records.len()) {
            0 => view,
            more => view.line(Text::new(Role::Hint, format!("and {more} more: see `--limit`"))),
        }
    }
}
