//! The records behind a figure.

use std::collections::BTreeMap;

use rusqlite::params;

use crate::billing::calendar::Range;
use crate::billing::usage::Record;
use crate::store::books::Books;

/// Which records.
#[derive(Debug, Clone, Copy)]
pub struct RecordQuery<'a> {
    pub range: Range,
    /// Of these series alone.
    pub only: Option<&'a [i64]>,
    /// Only those that have this value of this dimension, or none of it.
    pub dimension: Option<(&'a str, Option<&'a str>)>,
    /// No more than this.
    pub limit: usize,
}

impl Books {
    /// Records, the earliest first, and how many there are in all.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_records(&self, query: &RecordQuery<'_>) -> anyhow::Result<(Vec<Record>, usize)> {
        let RecordQuery { range, only, dimension, limit } = *query;
        // As one parameter: there may be any number of them.
        let only = only.map(|only| serde_json::Value::from(only).to_string());
        let (path, value) = match dimension {
            None => (None, None),
            Some((name, value)) => (Some(format!("$.{}", serde_json::Value::from(name))), value),
        };
        let chosen = "FROM usage_records AS record
             JOIN usage_series ON usage_series.id = record.series
             LEFT JOIN usage_records AS corrected ON corrected.seq = record.corrects
             WHERE record.at >= ?1 AND record.at < ?2
             AND (?3 IS NULL OR record.series IN (SELECT value FROM json_each(?3)))
             AND (?4 IS NULL OR record.dimensions ->> ?4 IS ?5)";
        let read = || -> rusqlite::Result<(Vec<Record>, usize)> {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let sql = format!(
                "SELECT subject, metric, currency, record.quantity, record.at, record.key, record.dimensions,
                        corrected.key {chosen} ORDER BY record.at, record.seq LIMIT ?6"
            );
            let records = self
                .connection
                .prepare_cached(&sql)?
                .query_map(params![range.from, range.to, only, path, value, limit], |row| {
                    let currency: String = row.get(2)?;
                    let dimensions: Option<String> = row.get(6)?;
                    let dimensions: Option<BTreeMap<String, String>> =
                        dimensions.and_then(|dimensions| serde_json::from_str(&dimensions).ok());
                    Ok(Record {
                        subject: row.get(0)?,
                        metric: row.get(1)?,
                        currency: currency.parse().ok(),
                        quantity: row.get(3)?,
                        at: row.get(4)?,
                        key: row.get(5)?,
                        dimensions: dimensions.unwrap_or_default(),
                        corrects: row.get(7)?,
                    })
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let count: i64 = self
                .connection
                .prepare_cached(&format!("SELECT count(*) {chosen}"))?
                .query_row(params![range.from, range.to, only, path, value], |row| row.get(0))?;
            Ok((records, usize::try_from(count).unwrap_or(0)))
        };
        self.explain(read())
    }

    /// The names of the dimensions that records in a range of time have, sorted.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_dimensions(&self, range: Range) -> anyhow::Result<Vec<String>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT DISTINCT dimension.key FROM usage_records, json_each(dimensions) AS dimension
                     WHERE at >= ?1 AND at < ?2 AND dimensions IS NOT NULL ORDER BY 1",
                )?
                .query_map((range.from, range.to), |row| row.get(0))?
                .collect()
        };
        self.explain(read())
    }
}
