//! What counts in a stretch of time: whole days from their sums, the edges from the records.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::billing::currency::Currency;
use crate::billing::usage::{Counted, Stretch};
use crate::store::books::Books;

/// What adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series<'a> {
    pub subject: &'a str,
    pub metric: &'a str,
    /// Of a metric that is counted in money.
    pub currency: Option<Currency>,
}

/// What a series came to on a day in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageDay {
    /// Its first second, since 1970.
    pub starts_at: i64,
    pub quantity: i64,
    pub records: i64,
}

const DAY: i64 = 24 * 60 * 60;

/// Past any time that is recorded.
const NEVER: i64 = i64::MAX;

/// The series of a subject and of its customers. Their names are one list: with an `OR`, SQLite looks at all subjects.
const SERIES_OF: &str = "SELECT id FROM usage_series WHERE metric = ?2 AND currency = ?3
    AND subject IN (SELECT ?1 UNION ALL SELECT customer FROM subject_links WHERE subject = ?1)";

const METRICS_OF: &str = "SELECT DISTINCT metric FROM usage_series
    WHERE subject IN (SELECT ?1 UNION ALL SELECT customer FROM subject_links WHERE subject = ?1) ORDER BY metric";

impl Books {
    /// What was used of a series in a stretch of time, and what is held at `now` (seconds since 1970).
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage(&self, series: Series<'_>, stretch: Stretch, now: i64) -> anyhow::Result<Counted> {
        let read = || -> rusqlite::Result<Counted> {
            let mut all = Counted::default();
            for id in series_of(&self.connection, series)? {
                let Counted { used, reserved } = of_series(&self.connection, id, stretch, now)?;
                (all.used, all.reserved) = (all.used + used, all.reserved + reserved);
            }
            Ok(all)
        };
        self.explain(read())
    }

    /// The second at which `lacking` of what counts now in a rolling window of `length` seconds has fallen out of it;
    /// `None` if so much never was in it.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_frees_up(
        &self,
        series: Series<'_>,
        stretch: Stretch,
        length: i64,
        lacking: i64,
    ) -> anyhow::Result<Option<i64>> {
        let read = || -> rusqlite::Result<Option<i64>> {
            let ids = series_of(&self.connection, series)?;
            // Of one series they lie in this order, and the first may be enough.
            let (which, value) = match ids.as_slice() {
                [] => return Ok(None),
                [id] => ("series = ?1", Value::from(*id)),
                several => {
                    let several = serde_json::Value::from(several).to_string();
                    ("series IN (SELECT value FROM json_each(?1))", Value::from(several))
                }
            };
            let mut oldest = self.connection.prepare_cached(&format!(
                "SELECT at, quantity FROM usage_records WHERE {which} AND at >= ?2 ORDER BY at"
            ))?;
            let mut rows = oldest.query((value, stretch.from))?;
            let mut freed = 0_i64;
            while let Some(row) = rows.next()? {
                freed = freed.saturating_add(row.get(1)?);
                if freed >= lacking {
                    let at: i64 = row.get(0)?;
                    return Ok(at.checked_add(length));
                }
            }
            Ok(None)
        };
        self.explain(read())
    }

    /// What a series came to, day by day (UTC), oldest first, of the days that have records.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_days(&self, series: Series<'_>, stretch: Stretch) -> anyhow::Result<Vec<UsageDay>> {
        let read = || -> rusqlite::Result<Vec<UsageDay>> {
            let Some(id) = series_id(&self.connection, series)? else { return Ok(Vec::new()) };
            self.connection
                .prepare_cached(
                    "SELECT day, quantity, records FROM usage_days
                     WHERE series = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day",
                )?
                .query_map(
                    (id, stretch.from.div_euclid(DAY), stretch.until.unwrap_or(NEVER).div_euclid(DAY)),
                    |row| {
                        Ok(UsageDay {
                            starts_at: row.get::<_, i64>(0)? * DAY,
                            quantity: row.get(1)?,
                            records: row.get(2)?,
                        })
                    },
                )?
                .collect()
        };
        self.explain(read())
    }

    /// The metrics that a subject has records of, in the order of their names.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_metrics(&self, subject: &str) -> anyhow::Result<Vec<String>> {
        let read =
            || self.connection.prepare_cached(METRICS_OF)?.query_map([subject], |row| row.get(0))?.collect();
        self.explain(read())
    }
}

/// What counts of a series and of those that count with it, inside of a transaction.
pub(super) fn counted(
    connection: &Connection,
    series: i64,
    stretch: Stretch,
    now: i64,
) -> rusqlite::Result<Counted> {
    let mut all = of_series(connection, series, stretch, now)?;
    let beside: Vec<i64> = connection
        .prepare_cached(
            "SELECT DISTINCT other.id FROM usage_series AS own
             JOIN subject_links ON subject_links.subject = own.subject
             JOIN usage_series AS other ON other.subject = subject_links.customer
                AND other.metric = own.metric AND other.currency = own.currency
             WHERE own.id = ?1 AND other.id <> own.id",
        )?
        .query_map([series], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for other in beside {
        let Counted { used, reserved } = of_series(connection, other, stretch, now)?;
        (all.used, all.reserved) = (all.used + used, all.reserved + reserved);
    }
    Ok(all)
}

/// What counts of one series.
fn of_series(connection: &Connection, series: i64, stretch: Stretch, now: i64) -> rusqlite::Result<Counted> {
    let from = stretch.from;
    let until = stretch.until.unwrap_or(NEVER);
    // The days that lie wholly inside; without any, all is edge.
    let first = from.saturating_add(DAY - 1).div_euclid(DAY);
    let last = if until == NEVER { NEVER / DAY } else { until.div_euclid(DAY) };
    let used = if first < last {
        let tail = if until == NEVER { NEVER } else { last * DAY };
        edge(connection, series, from, first * DAY)?
            + connection
                .prepare_cached(
                    "SELECT coalesce(sum(quantity), 0) FROM usage_days WHERE series = ?1 AND day >= ?2 AND day < ?3",
                )?
                .query_row((series, first, last), |row| row.get::<_, i64>(0))?
            + edge(connection, series, tail, until)?
    } else {
        edge(connection, series, from, until)?
    };
    let reserved = connection
        .prepare_cached(
            "SELECT coalesce(sum(quantity), 0) FROM usage_reservations
             WHERE series = ?1 AND settled_at IS NULL AND expires_at > ?2",
        )?
        .query_row((series, now), |row| row.get(0))?;
    Ok(Counted { used, reserved })
}

fn edge(connection: &Connection, series: i64, from: i64, until: i64) -> rusqlite::Result<i64> {
    if from >= until {
        return Ok(0);
    }
    connection
        .prepare_cached(
            "SELECT coalesce(sum(quantity), 0) FROM usage_records WHERE series = ?1 AND at >= ?2 AND at < ?3",
        )?
        .query_row((series, from, until), |row| row.get(0))
}

/// A series, and what was recorded of the same for the subject's customers, before anybody said whose they are.
fn series_of(connection: &Connection, series: Series<'_>) -> rusqlite::Result<Vec<i64>> {
    let Series { subject, metric, currency } = series;
    connection
        .prepare_cached(SERIES_OF)?
        .query_map(params![subject, metric, code(currency)], |row| row.get(0))?
        .collect()
}

pub(super) fn series_id(connection: &Connection, series: Series<'_>) -> rusqlite::Result<Option<i64>> {
    let Series { subject, metric, currency } = series;
    connection
        .prepare_cached("SELECT id FROM usage_series WHERE subject = ?1 AND metric = ?2 AND currency = ?3")?
        .query_row(params![subject, metric, code(currency)], |row| row.get(0))
        .optional()
}

/// As [`series_id`]; makes it if it isn't there.
pub(super) fn series_made(connection: &Connection, series: Series<'_>) -> rusqlite::Result<i64> {
    if let Some(id) = series_id(connection, series)? {
        return Ok(id);
    }
    let Series { subject, metric, currency } = series;
    connection
        .prepare_cached("INSERT INTO usage_series (subject, metric, currency) VALUES (?1, ?2, ?3)")?
        .execute(params![subject, metric, code(currency)])?;
    Ok(connection.last_insert_rowid())
}

/// How a currency is written in the tables; nothing for what is no money.
fn code(currency: Option<Currency>) -> String {
    currency.map(|currency| currency.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_found_without_a_look_at_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(&folder.path().join("books.db")).unwrap();
        for sql in [SERIES_OF, METRICS_OF] {
            let mut plan = books.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut steps = plan.raw_query();
            let first: String = steps.next().unwrap().unwrap().get("detail").unwrap();
            assert!(first.starts_with("SEARCH usage_series ") && first.contains("(subject=?"), "{first}");
        }
    }
}
