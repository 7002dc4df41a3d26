//! What became of each event.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::Mirror;

/// What the mirror did with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its object stands in the mirror, or a later version that was known by then.
    Applied,
    /// The mirror knew a later version of the object already: nothing changed.
    Older,
    /// It carries no object that could be kept: a thin event, or an object without an id.
    Kept,
    /// It could not be applied; the error is kept, and it is tried again.
    Failed,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Applied => "applied",
            Outcome::Older => "older",
            Outcome::Kept => "kept",
            Outcome::Failed => "failed",
        }
    }
}

impl ToSql for Outcome {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.name()))
    }
}

impl FromSql for Outcome {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Outcome> {
        match value.as_str()? {
            "applied" => Ok(Outcome::Applied),
            "older" => Ok(Outcome::Older),
            "kept" => Ok(Outcome::Kept),
            "failed" => Ok(Outcome::Failed),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

/// What became of one event, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventOutcome {
    /// The event's number in the books.
    pub seq: i64,
    pub outcome: Outcome,
    pub error: Option<String>,
    /// How many times it was tried.
    pub attempts: i64,
    /// The last time, in seconds.
    pub at: i64,
}

impl Mirror {
    /// What became of an event of the books; none while it waits to be applied.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn outcome(&self, seq: i64) -> anyhow::Result<Option<EventOutcome>> {
        let read = || {
            self.connection
                .prepare_cached("SELECT seq, outcome, error, attempts, at FROM outcomes WHERE seq = ?1")?
                .query_row([seq], event_outcome)
                .optional()
        };
        self.explain(read())
    }

    /// Up to `limit` events that could not be applied, the last stored first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn failures(&self, limit: usize) -> anyhow::Result<Vec<EventOutcome>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT seq, outcome, error, attempts, at FROM outcomes WHERE outcome = 'failed'
                     ORDER BY seq DESC LIMIT ?1",
                )?
                .query_map([i64::try_from(limit).unwrap_or(i64::MAX)], event_outcome)?
                .collect()
        };
        self.explain(read())
    }
}

fn event_outcome(row: &Row<'_>) -> rusqlite::Result<EventOutcome> {
    Ok(EventOutcome {
        seq: row.get(0)?,
        outcome: row.get(1)?,
        error: row.get(2)?,
        attempts: row.get(3)?,
        at: row.get(4)?,
    })
}

/// Notes what became of an event. `at` is in seconds.
pub(super) fn note(
    connection: &Connection,
    seq: i64,
    outcome: Outcome,
    error: Option<&str>,
    at: i64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO outcomes (seq, outcome, error, attempts, at) VALUES (?1, ?2, ?3, 1, ?4)
             ON CONFLICT (seq) DO UPDATE SET outcome = ?2, error = ?3, attempts = attempts + 1, at = ?4",
        )?
        .execute((seq, outcome, error, at))
        .map(|_| ())
}
