//! Recording: durable before it is told of, once for each key, and within the limit if there is one to hold.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::count::{Series, counted, series_made};
use super::paid::{available, held_beside, settle};
use crate::billing::usage::{Check, Funding, Record, Stretch, check_limit};
use crate::store::books::Books;

/// A limit that records have to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound<'a> {
    /// `None`: all is allowed, or as much as the credits pay for.
    pub max: Option<i64>,
    /// What counts.
    pub stretch: Stretch,
    /// What it is paid with.
    pub credits: Option<Funding<'a>>,
}

impl Bound<'_> {
    /// Holds so much more of a series against it, inside of a transaction.
    pub(super) fn check(
        self,
        connection: &Connection,
        (series, subject): (i64, &str),
        asked: i64,
        now: i64,
    ) -> rusqlite::Result<Check> {
        let counted = counted(connection, series, self.stretch, now)?;
        let max = match self.credits {
            Some(funding) => {
                let there = available(connection, subject, funding.kind, now)?;
                let held = held_beside(connection, subject, funding, now)?;
                Some(funding.max(there.saturating_sub(held), counted))
            }
            None => self.max,
        };
        Ok(check_limit(max, counted, asked))
    }
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    New,
    /// The same was recorded before, under the same key.
    Already,
    /// Something else was recorded under this key; it differs in the field named.
    DiffersIn(&'static str),
    /// The limit doesn't allow it.
    Refused(Check),
    /// What it takes back was never recorded.
    NothingToCorrect,
    /// What it takes back is another subject's, or another metric.
    CorrectsAnother,
    /// What it takes back is itself something taken back.
    CorrectsCorrection,
    /// No more than this is left to take back.
    CorrectsTooMuch {
        left: i64,
    },
}

impl Books {
    /// Records usage, if a limit given allows it, in one transaction with the look at that limit. With `at_given` false
    /// the record's time was read from the clock, and a repetition may have another. What is paid with credits takes them
    /// in the same transaction: all of them where there is a limit, else as many as are there.
    ///
    /// # Errors
    /// If the file can't be written; then nothing is recorded.
    pub fn record_usage(
        &mut self,
        record: &Record,
        at_given: bool,
        bound: Option<Bound<'_>>,
        credits: Option<Funding<'_>>,
        now: i64,
    ) -> anyhow::Result<Recorded> {
        let mut run = || -> rusqlite::Result<Recorded> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let recorded = post(&transaction, record, at_given, bound, credits, now)?;
            if recorded == Recorded::New {
                transaction.commit()?;
            }
            Ok(recorded)
        };
        let recorded = run();
        self.explain(recorded)
    }

    /// Records many in one transaction, each as without a limit. With `all_or_nothing` none of them stays unless all are
    /// new or were known.
    ///
    /// # Errors
    /// If the file can't be written; then nothing is recorded.
    pub fn record_usage_of_many(
        &mut self,
        records: &[Record],
        all_or_nothing: bool,
        now: i64,
    ) -> anyhow::Result<Vec<Recorded>> {
        let mut run = || -> rusqlite::Result<Vec<Recorded>> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let recorded = records
                .iter()
                .map(|record| post(&transaction, record, true, None, None, now))
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let good = |recorded: &Recorded| matches!(recorded, Recorded::New | Recorded::Already);
            if !all_or_nothing || recorded.iter().all(good) {
                transaction.commit()?;
            }
            Ok(recorded)
        };
        let recorded = run();
        self.explain(recorded)
    }

    /// The credits that estimates of a subject hold for other metrics than the one that they are asked for.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn credits_held_beside(&self, subject: &str, funding: Funding<'_>, now: i64) -> anyhow::Result<i64> {
        self.explain(held_beside(&self.connection, subject, funding, now))
    }

    /// The record under a key.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_record(&self, key: &str) -> anyhow::Result<Option<Record>> {
        let read = || Ok(stored(&self.connection, key)?.map(|(_, _, record)| record));
        self.explain(read())
    }
}

/// Writes a record inside a transaction.
pub(super) fn post(
    connection: &Connection,
    record: &Record,
    at_given: bool,
    bound: Option<Bound<'_>>,
    credits: Option<Funding<'_>>,
    now: i64,
) -> rusqlite::Result<Recorded> {
    let known =
        connection.prepare_cached("SELECT 1 FROM usage_records WHERE key = ?1")?.exists([&record.key])?;
    if known && let Some((_, _, before)) = stored(connection, &record.key)? {
        // A correction is stored at the time of what it corrects.
        let at_matters = at_given && record.corrects.is_none();
        return Ok(record.differs_from(&before, at_matters).map_or(Recorded::Already, Recorded::DiffersIn));
    }
    let series = Series { subject: &record.subject, metric: &record.metric, currency: record.currency };
    let series = series_made(connection, series)?;
    let (at, corrects) = match &record.corrects {
        None => (record.at, None),
        Some(key) => {
            let Some((seq, of, corrected)) = stored(connection, key)? else {
                return Ok(Recorded::NothingToCorrect);
            };
            if of != series {
                return Ok(Recorded::CorrectsAnother);
            }
            if corrected.corrects.is_some() {
                return Ok(Recorded::CorrectsCorrection);
            }
            let taken: i64 = connection
                .prepare_cached("SELECT coalesce(sum(quantity), 0) FROM usage_records WHERE corrects = ?1")?
                .query_row([seq], |row| row.get(0))?;
            let left = corrected.quantity + taken;
            if record.quantity + left < 0 {
                return Ok(Recorded::CorrectsTooMuch { left });
            }
            (corrected.at, Some(seq))
        }
    };
    if let Some(bound) = bound
        && corrects.is_none()
    {
        let check = bound.check(connection, (series, &record.subject), record.quantity, now)?;
        if !check.allowed() {
            return Ok(Recorded::Refused(check));
        }
    }
    if !settle(connection, record, credits, now)? {
        return Ok(Recorded::DiffersIn("credit entry"));
    }
    connection
        .prepare_cached(
            "INSERT INTO usage_records (series, at, quantity, key, recorded_at, dimensions, corrects)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            series,
            at,
            record.quantity,
            record.key,
            now,
            written(&record.dimensions),
            corrects
        ])?;
    Ok(Recorded::New)
}

/// A record with its number and that of its series.
pub(super) fn stored(connection: &Connection, key: &str) -> rusqlite::Result<Option<(i64, i64, Record)>> {
    connection
        .prepare_cached(
            "SELECT record.seq, record.series, subject, metric, currency, record.at, record.quantity,
                    record.dimensions, corrected.key
             FROM usage_records AS record
             JOIN usage_series ON usage_series.id = record.series
             LEFT JOIN usage_records AS corrected ON corrected.seq = record.corrects
             WHERE record.key = ?1",
        )?
        .query_row([key], |row| {
            let currency: String = row.get(4)?;
            let dimensions: Option<String> = row.get(7)?;
            let record = Record {
                subject: row.get(2)?,
                metric: row.get(3)?,
                quantity: row.get(6)?,
                currency: currency.parse().ok(),
                at: row.get(5)?,
                key: key.to_owned(),
                dimensions: dimensions.as_deref().map(read).unwrap_or_default(),
                corrects: row.get(8)?,
            };
            Ok((row.get(0)?, row.get(1)?, record))
        })
        .optional()
}

/// Dimensions as they are stored: JSON in the order of their names; nothing if there are none.
pub(super) fn written(dimensions: &BTreeMap<String, String>) -> Option<String> {
    if dimensions.is_empty() {
        return None;
    }
    serde_json::to_string(dimensions).ok()
}

fn read(dimensions: &str) -> BTreeMap<String, String> {
    serde_json::from_str(dimensions).unwrap_or_default()
}
