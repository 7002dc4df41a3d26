//! Many records in one transaction, as a file of them has.

use std::collections::HashMap;
use std::fmt;

use rusqlite::{CachedStatement, Transaction, TransactionBehavior, ffi, params};

use super::count::{Series, series_made};
use super::post::{Recorded, post, stored, written};
use crate::billing::credits::{Limits, Request};
use crate::billing::currency::Currency;
use crate::billing::usage::{Funding, Record};
use crate::store::books::Books;
use crate::store::books::credits::{ByHand, post as post_credits};
use crate::store::sqlite::File;

/// What the pages of the books may take in memory while many records come in, in KiB: keys are scattered, and what of
/// their index isn't in memory is read again for each.
const CACHE_KIB: i64 = 512 * 1024;

const INSERT: &str = "INSERT INTO usage_records (series, at, quantity, key, recorded_at, dimensions)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// The numbers of the series that records were added to, so that each is looked up once.
#[derive(Debug, Default)]
pub struct SeriesIds {
    by_metric: Vec<(String, Option<Currency>, HashMap<String, i64>)>,
}

impl SeriesIds {
    fn of(&mut self, transaction: &Transaction<'_>, record: &Record) -> rusqlite::Result<i64> {
        let Record { subject, metric, currency, .. } = record;
        let known = self.by_metric.iter().position(|(name, of, _)| name == metric && of == currency);
        let place = known.unwrap_or_else(|| {
            self.by_metric.push((metric.clone(), *currency, HashMap::new()));
            self.by_metric.len() - 1
        });
        let Some((_, _, subjects)) = self.by_metric.get_mut(place) else {
            return series_made(transaction, Series { subject, metric, currency: *currency });
        };
        if let Some(id) = subjects.get(subject) {
            return Ok(*id);
        }
        let id = series_made(transaction, Series { subject, metric, currency: *currency })?;
        subjects.insert(subject.clone(), id);
        Ok(id)
    }
}

/// A transaction that many records are added in.
pub struct UsageBatch<'a> {
    transaction: &'a Transaction<'a>,
    insert: CachedStatement<'a>,
    file: &'a File,
    series: &'a mut SeriesIds,
    now: i64,
}

impl fmt::Debug for UsageBatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsageBatch").field("now", &self.now).finish_non_exhaustive()
    }
}

impl UsageBatch<'_> {
    /// Records, as [`Books::record_usage`] does without a limit. With `at_given` false the record's time was read from the
    /// clock, and a repetition may have another. What is paid with credits takes as many as are there.
    ///
    /// # Errors
    /// If the file can't be written; then the whole batch is lost.
    pub fn post(
        &mut self,
        record: &Record,
        at_given: bool,
        credits: Option<Funding<'_>>,
    ) -> anyhow::Result<Recorded> {
        let mut run = || -> rusqlite::Result<Recorded> {
            if record.corrects.is_some() || credits.is_some() {
                return post(self.transaction, record, at_given, None, credits, self.now);
            }
            let series = self.series.of(self.transaction, record)?;
            let Record { at, quantity, key, dimensions, .. } = record;
            match self.insert.execute(params![series, at, quantity, key, self.now, written(dimensions)]) {
                Ok(_) => Ok(Recorded::New),
                // What is there already is compared.
                Err(error) if is_guarded(&error) => {
                    post(self.transaction, record, at_given, None, None, self.now)
                }
                Err(error) => Err(error),
            }
        };
        run().map_err(|error| self.file.explain(error))
    }

    /// Books credits that a plan gives. Whatever is booked under their key by now is what it gave.
    ///
    /// # Errors
    /// As [`UsageBatch::post`].
    pub fn give(&mut self, request: &Request) -> anyhow::Result<()> {
        post_credits(self.transaction, request, &Limits::default(), self.now, &mut ByHand::default())
            .map(|_| ())
            .map_err(|error| self.file.explain(error))
    }

    /// The record under a key, as of this transaction.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn record(&self, key: &str) -> anyhow::Result<Option<Record>> {
        let found = stored(self.transaction, key).map_err(|error| self.file.explain(error))?;
        Ok(found.map(|(_, _, record)| record))
    }
}

/// Whether a trigger refused it: its key is there.
fn is_guarded(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_CONSTRAINT_TRIGGER)
}

impl Books {
    /// Has more of the file stay in memory, for as long as these books are open.
    ///
    /// # Errors
    /// SQLite's.
    pub fn expect_many_records(&self) -> anyhow::Result<()> {
        self.explain(self.connection.pragma_update(None, "cache_size", -CACHE_KIB))
    }

    /// Records all that `work` posts in one transaction, which is kept if `work` says so. Others that write wait meanwhile.
    ///
    /// # Errors
    /// What `work` says, and if the file can't be written; then nothing is recorded.
    pub fn usage_in_one<T>(
        &mut self,
        series: &mut SeriesIds,
        now: i64,
        work: impl FnOnce(&mut UsageBatch<'_>) -> anyhow::Result<(bool, T)>,
    ) -> anyhow::Result<T> {
        self.undo_in_memory()?;
        let explain = |error| self.file.explain(error);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(explain)?;
        let done = {
            let insert = transaction.prepare_cached(INSERT).map_err(explain)?;
            work(&mut UsageBatch {
                transaction: &transaction,
                insert,
                file: &self.file,
                series: &mut *series,
                now,
            })
        };
        if let Ok((true, _)) = &done {
            transaction.commit().map_err(explain)?;
        } else {
            // Series that were made in it are gone with it.
            series.by_metric.clear();
        }
        Ok(done?.1)
    }
}
