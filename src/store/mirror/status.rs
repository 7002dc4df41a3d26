//! What there is, and how far it has got.

use rusqlite::OptionalExtension as _;

use super::batch::told;
use super::through::through;
use super::{Mirror, Outcome, RULES};
use crate::store::books::Books;

/// The mirror in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Bytes on disk, the log included.
    pub size: u64,
    /// The version of the tables.
    pub schema_version: usize,
    /// What became of the events that were applied, how often each.
    pub outcomes: Vec<(Outcome, i64)>,
    /// Objects by kind, without the deleted ones.
    pub objects: Vec<(String, i64)>,
    /// Objects that are gone from Stripe.
    pub deleted: i64,
    /// Objects that were fetched.
    pub snapshots: i64,
    /// When the last of them was, in seconds.
    pub fetched_at: Option<i64>,
    /// Events that wait to be applied.
    pub waiting: i64,
    /// The oldest of those: its number in the books.
    pub next: Option<i64>,
}

impl Mirror {
    /// # Errors
    /// If a file can't be read.
    pub fn totals(&self, books: &Books) -> anyhow::Result<Totals> {
        let through = through(&self.connection, books)
            .map_err(|error| told(error, |error| self.file.explain(error)))?;
        // Of other books than those that events were applied from, all wait.
        let through = through.unwrap_or(0);
        let last = books.last_seq()?;
        let read = || -> rusqlite::Result<Totals> {
            let one = |sql: &str| self.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
            let outcomes = self
                .connection
                .prepare("SELECT outcome, count(*) FROM outcomes GROUP BY outcome ORDER BY outcome")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Totals {
                size: self.file.size(),
                schema_version: RULES.migrations.len(),
                outcomes,
                objects: Vec::new(),
                deleted: one("SELECT count(*) FROM objects WHERE deleted = 1")?,
                snapshots: one("SELECT count(*) FROM snapshots")?,
                fetched_at: self
                    .connection
                    .query_row("SELECT max(fetched_at) FROM snapshots", [], |row| row.get(0))
                    .optional()?
                    .flatten(),
                waiting: (last - through).max(0),
                next: (last > through).then_some(through + 1),
            })
        };
        Ok(Totals { objects: self.counts()?, ..self.explain(read())? })
    }
}
