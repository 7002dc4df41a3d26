//! Deliveries: which event is sent to which webhook endpoint, and how far that has come.

use rusqlite::OptionalExtension as _;

use super::Database;
use crate::emulator::kind::Kind;

/// The key of an event that some webhook endpoint has not taken yet.
pub const PENDING_KEY: &str = "pending";

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// To be sent, or sent again.
    Waiting,
    /// Answered with success.
    Delivered,
    /// Not answered with success, however often it was sent.
    Failed,
    /// Not sent: the emulator doesn't reach the address.
    Skipped,
    /// Not sent, or not again: the endpoint was disabled or deleted.
    Canceled,
    /// Not sent: a fault on request.
    Dropped,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Delivered => "delivered",
            State::Failed => "failed",
            State::Skipped => "skipped",
            State::Canceled => "canceled",
            State::Dropped => "dropped",
        }
    }
}

/// A delivery that is to be added.
#[derive(Debug, Clone, Copy)]
pub struct Fresh<'a> {
    /// The webhook endpoint's id, or the URL that everything is forwarded to.
    pub endpoint: &'a str,
    /// Whether the event's `pending_webhooks` counts it.
    pub owed: bool,
    /// Why it isn't sent.
    pub unreachable: Option<&'a str>,
}

/// A delivery that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The webhook endpoint's id, or the URL that everything is forwarded to.
    pub endpoint: String,
    /// The event as it is now.
    pub body: String,
    /// How often it was sent before.
    pub attempts: u32,
}

/// A delivery as it is told to who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub event: String,
    pub event_type: String,
    pub endpoint: String,
    pub state: String,
    pub attempts: u32,
    /// How the last attempt ended, or why there was none.
    pub outcome: Option<String>,
}

/// A delivery that waits, as it is found when a server starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub seq: i64,
    pub event: String,
    pub event_type: String,
    pub endpoint: String,
}

impl Database {
    /// Adds the delivery of an event; returns its number.
    ///
    /// # Errors
    /// SQLite's.
    pub fn add_delivery(&self, event: &str, event_type: &str, fresh: &Fresh<'_>) -> rusqlite::Result<i64> {
        let Fresh { endpoint, owed, unreachable } = fresh;
        let state = if unreachable.is_some() { State::Skipped } else { State::Waiting };
        self.connection
            .prepare_cached(
                "INSERT INTO deliveries (event, type, endpoint, state, owed, outcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 RETURNING seq",
            )?
            .query_row((event, event_type, endpoint, state.name(), owed, unreachable), |row| row.get(0))
    }

    /// A delivery that is to be sent; `None` if it no longer is.
    ///
    /// # Errors
    /// SQLite's.
    pub fn due_delivery(&self, seq: i64) -> rusqlite::Result<Option<Due>> {
        self.connection
            .prepare_cached(
                "SELECT endpoint, body, attempts FROM deliveries
                 JOIN objects ON objects.kind = ?2 AND objects.id = deliveries.event
                 WHERE deliveries.seq = ?1 AND state = 'waiting'",
            )?
            .query_row((seq, Kind::Event.name()), |row| {
                Ok(Due { endpoint: row.get(0)?, body: row.get(1)?, attempts: row.get(2)? })
            })
            .optional()
    }

    /// Notes how an attempt ended, or why there was none. An endpoint that took the event is no longer pending.
    ///
    /// # Errors
    /// SQLite's.
    pub fn settle_delivery(
        &self,
        seq: i64,
        state: State,
        outcome: &str,
        was_sent: bool,
    ) -> rusqlite::Result<()> {
        let found = self
            .connection
            .prepare_cached(
                "UPDATE deliveries SET state = ?2, outcome = ?3, attempts = attempts + ?4 WHERE seq = ?1
                 RETURNING event, endpoint",
            )?
            .query_row((seq, state.name(), outcome, was_sent), |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        // Everything may have been deleted in between.
        let Some((event, endpoint)) = found else { return Ok(()) };
        if state != State::Delivered {
            return Ok(());
        }
        // What was sent once more on request settles the first delivery too.
        let owed = self
            .connection
            .prepare_cached("UPDATE deliveries SET owed = 0 WHERE event = ?1 AND endpoint = ?2 AND owed = 1")?
            .execute((&event, &endpoint))?;
        if owed > 0 { self.count_down(&event) } else { Ok(()) }
    }

    /// One endpoint fewer is pending for an event.
    fn count_down(&self, event: &str) -> rusqlite::Result<()> {
        let (seq, pending): (i64, i64) = self
            .connection
            .prepare_cached(
                "UPDATE objects SET body =
                    json_set(body, '$.pending_webhooks', max(json_extract(body, '$.pending_webhooks') - 1, 0))
                 WHERE kind = ?1 AND id = ?2 RETURNING seq, json_extract(body, '$.pending_webhooks')",
            )?
            .query_row((Kind::Event.name(), event), |row| Ok((row.get(0)?, row.get(1)?)))?;
        if pending == 0 {
            self.connection
                .prepare_cached(
                    "DELETE FROM keys WHERE kind = ?1 AND name = ?2 AND seq = ?3 AND value = 'true'",
                )?
                .execute((Kind::Event.name(), PENDING_KEY, seq))?;
        }
        Ok(())
    }

    /// An event as it is now, as text.
    ///
    /// # Errors
    /// SQLite's.
    pub fn event_text(&self, id: &str) -> rusqlite::Result<Option<String>> {
        self.connection
            .prepare_cached("SELECT body FROM objects WHERE kind = ?1 AND id = ?2")?
            .query_row((Kind::Event.name(), id), |row| row.get(0))
            .optional()
    }

    /// The deliveries that wait, oldest first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn waiting_deliveries(&self) -> rusqlite::Result<Vec<Left>> {
        self.connection
            .prepare_cached(
                "SELECT seq, event, type, endpoint FROM deliveries WHERE state = 'waiting' ORDER BY seq",
            )?
            .query_map([], |row| {
                Ok(Left {
                    seq: row.get(0)?,
                    event: row.get(1)?,
                    event_type: row.get(2)?,
                    endpoint: row.get(3)?,
                })
            })?
            .collect()
    }

    /// The newest deliveries, newest first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn newest_deliveries(&self, limit: u32) -> rusqlite::Result<Vec<Told>> {
        self.connection
            .prepare_cached(
                "SELECT event, type, endpoint, state, attempts, outcome FROM deliveries ORDER BY seq DESC LIMIT ?1",
            )?
            .query_map([limit], |row| {
                Ok(Told {
                    event: row.get(0)?,
                    event_type: row.get(1)?,
                    endpoint: row.get(2)?,
                    state: row.get(3)?,
                    attempts: row.get(4)?,
                    outcome: row.get(5)?,
                })
            })?
            .collect()
    }

    /// How many deliveries there are in each state, by its name.
    ///
    /// # Errors
    /// SQLite's.
    pub fn delivery_counts(&self) -> rusqlite::Result<Vec<(String, i64)>> {
        self.connection
            .prepare_cached("SELECT state, count(*) FROM deliveries GROUP BY state ORDER BY state")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }

    /// Changes whenever another process has written to the file.
    ///
    /// # Errors
    /// SQLite's.
    pub fn data_version(&self) -> rusqlite::Result<i64> {
        self.connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
    }
}
