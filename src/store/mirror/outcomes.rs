//! What became of each event.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::Mirror;
use crate::store::books::StoredEvent;

/// What the mirror did with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its object stands in the mirror, or a later version that was known by then.
    Applied,
    /// The mirror knew a later version of the object already: nothing changed.
    Older,
    /// It carries no object that could be kept: a thin event, an object without an id, or one of another account.
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

/// Events by when they happened, in seconds, and those of one second in the order of storing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    /// Inclusive.
    pub from: Option<i64>,
    /// Exclusive.
    pub to: Option<i64>,
    /// Only those behind this one in the order, for the next page: `(created, seq)`.
    pub beyond: Option<(i64, i64)>,
    /// Else the newest first.
    pub oldest_first: bool,
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
    /// When the event happened, in seconds.
    pub created: i64,
}

impl Mirror {
    /// What became of an event of the books; none while it waits to be applied.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn outcome(&self, seq: i64) -> anyhow::Result<Option<EventOutcome>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT seq, outcome, error, attempts, at, created FROM outcomes WHERE seq = ?1",
                )?
                .query_row([seq], event_outcome)
                .optional()
        };
        self.explain(read())
    }

    /// Up to `limit` events that the same became of, in a span's order.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn events_with(
        &self,
        outcome: Outcome,
        span: Span,
        limit: usize,
    ) -> anyhow::Result<Vec<EventOutcome>> {
        self.walk("outcome", outcome.name(), span, limit)
    }

    /// Up to `limit` events of a customer that had their turn, in a span's order. Those that wait to be applied are not
    /// among them: the books have them behind [`Mirror::applied_through`].
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn events_of(&self, customer: &str, span: Span, limit: usize) -> anyhow::Result<Vec<EventOutcome>> {
        self.walk("customer", customer, span, limit)
    }

    /// How many of the events that happened from a second on and before another the same became of.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn count_of(&self, outcome: Outcome, from: i64, to: i64) -> anyhow::Result<i64> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT count(*) FROM outcomes WHERE outcome = ?1 AND created >= ?2 AND created < ?3",
                )?
                .query_row((outcome, from, to), |row| row.get(0))
        };
        self.explain(read())
    }

    /// Goes along the index of a column.
    fn walk(&self, column: &str, value: &str, span: Span, limit: usize) -> anyhow::Result<Vec<EventOutcome>> {
        let Span { from, to, beyond, oldest_first } = span;
        let (from, to) = (from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX));
        // The near end is one bound, so that a walk begins there; the far end is the other.
        let (near, far, bounds, order) = match oldest_first {
            true => (from, to, "(created, seq) > (?2, ?3) AND created < ?4", "ASC"),
            false => (to, from, "(created, seq) < (?2, ?3) AND created >= ?4", "DESC"),
        };
        let (created, seq) = beyond.unwrap_or((near, i64::MIN));
        let sql = format!(
            "SELECT seq, outcome, error, attempts, at, created FROM outcomes WHERE {column} = ?1 AND {bounds}
             ORDER BY created {order}, seq {order} LIMIT ?5"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let read = || {
            self.connection
                .prepare_cached(&sql)?
                .query_map((value, created, seq, far, limit), event_outcome)?
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
        created: row.get(5)?,
    })
}

/// Notes what became of an event. `at` is in seconds.
pub(super) fn note(
    connection: &Connection,
    event: &StoredEvent,
    outcome: Outcome,
    error: Option<&str>,
    at: i64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO outcomes (seq, outcome, error, attempts, at, created, customer)
             VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6)
             ON CONFLICT (seq) DO UPDATE SET outcome = ?2, error = ?3, attempts = attempts + 1, at = ?4",
        )?
        .execute((event.seq, outcome, error, at, event.created, &event.customer))
        .map(|_| ())
}
