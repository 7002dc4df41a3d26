//! Reading stored events.

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension as _, Row};

use super::Books;
use crate::billing::projection::is_deletion;

/// A stored event without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Counts up in the order of storing.
    pub seq: i64,
    pub id: String,
    pub event_type: String,
    /// When it happened, in seconds.
    pub created: i64,
    pub object_kind: Option<String>,
    pub object_id: Option<String>,
    pub customer: Option<String>,
    pub livemode: bool,
    pub thin: bool,
    pub api_version: Option<String>,
    pub account: Option<String>,
    pub request_id: Option<String>,
    /// `webhook`, `poll`, `pull` or `file`.
    pub source: String,
    pub received_at: Timestamp,
    /// How many times it came again.
    pub repeats: i64,
}

/// The columns that [`stored_event`] reads, from `events` and `repeats`.
pub(super) const COLUMNS: &str = "events.seq, id, type, created, object_kind, object_id, customer, livemode, thin, \
     api_version, account, request_id, source, received_at, coalesce(times, 0)";

/// Which events of an object are the account's own.
const OWN: &str = "(account IS NULL OR account = ?4)";

pub(super) fn stored_event(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    let received_at = Timestamp::from_millisecond(row.get(13)?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(13, Type::Integer, Box::new(error)))?;
    Ok(StoredEvent {
        seq: row.get(0)?,
        id: row.get(1)?,
        event_type: row.get(2)?,
        created: row.get(3)?,
        object_kind: row.get(4)?,
        object_id: row.get(5)?,
        customer: row.get(6)?,
        livemode: row.get(7)?,
        thin: row.get(8)?,
        api_version: row.get(9)?,
        account: row.get(10)?,
        request_id: row.get(11)?,
        source: row.get(12)?,
        received_at,
        repeats: row.get(14)?,
    })
}

impl Books {
    /// When the earliest event that is stored happened, in seconds since 1970.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn first_event_second(&self) -> anyhow::Result<Option<i64>> {
        let sql = "SELECT min(created) FROM events";
        self.explain(self.connection.query_row(sql, [], |row| row.get(0)))
    }

    /// The event with an id.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn event(&self, id: &str) -> anyhow::Result<Option<StoredEvent>> {
        let sql = format!("SELECT {COLUMNS} FROM events LEFT JOIN repeats USING (seq) WHERE id = ?1");
        let read = || self.connection.prepare_cached(&sql)?.query_row([id], stored_event).optional();
        self.explain(read())
    }

    /// The event with a number in the order of storing.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn event_at(&self, seq: i64) -> anyhow::Result<Option<StoredEvent>> {
        let sql = format!("SELECT {COLUMNS} FROM events LEFT JOIN repeats USING (seq) WHERE events.seq = ?1");
        let read = || self.connection.prepare_cached(&sql)?.query_row([seq], stored_event).optional();
        self.explain(read())
    }

    /// An event's bytes, exactly as they came. None if there is no such event.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn body(&self, seq: i64) -> anyhow::Result<Option<Vec<u8>>> {
        let read = || {
            self.connection
                .prepare_cached("SELECT body FROM events WHERE seq = ?1")?
                .query_row([seq], |row| row.get(0))
                .optional()
        };
        self.explain(read())
    }

    /// Up to `limit` events that were stored after one, in that order. Zero is before all.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn after(&self, seq: i64, limit: usize) -> anyhow::Result<Vec<StoredEvent>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events LEFT JOIN repeats USING (seq) WHERE events.seq > ?1 ORDER BY events.seq LIMIT ?2"
        );
        let read = || {
            self.connection
                .prepare_cached(&sql)?
                .query_map((seq, i64::try_from(limit).unwrap_or(i64::MAX)), stored_event)?
                .collect()
        };
        self.explain(read())
    }

    /// The events of one object in one second, in the order of storing: those that tell of the account itself, or of
    /// the one that is named so. Ids that people choose may be those of another account's objects, too.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn of_object_at(
        &self,
        kind: &str,
        id: &str,
        created: i64,
        own: Option<&str>,
    ) -> anyhow::Result<Vec<StoredEvent>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events LEFT JOIN repeats USING (seq)
             WHERE object_id = ?1 AND created = ?2 AND object_kind = ?3 AND thin = 0 AND {OWN} ORDER BY events.seq"
        );
        let read = || {
            self.connection.prepare_cached(&sql)?.query_map((id, created, kind, own), stored_event)?.collect()
        };
        self.explain(read())
    }

    /// The events of one object after a second, in the order of storing; as [`Books::of_object_at`].
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn of_object_after(
        &self,
        kind: &str,
        id: &str,
        created: i64,
        own: Option<&str>,
    ) -> anyhow::Result<Vec<StoredEvent>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events LEFT JOIN repeats USING (seq)
             WHERE object_id = ?1 AND created > ?2 AND object_kind = ?3 AND thin = 0 AND {OWN} ORDER BY events.seq"
        );
        let read = || {
            self.connection.prepare_cached(&sql)?.query_map((id, created, kind, own), stored_event)?.collect()
        };
        self.explain(read())
    }

    /// The last second before one in which events tell of an object; as [`Books::of_object_at`].
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn last_of_object_before(
        &self,
        kind: &str,
        id: &str,
        created: i64,
        own: Option<&str>,
    ) -> anyhow::Result<Option<i64>> {
        let sql = format!(
            "SELECT created FROM events WHERE object_id = ?1 AND created < ?2 AND object_kind = ?3 AND thin = 0
             AND {OWN} ORDER BY created DESC LIMIT 1"
        );
        let read = || {
            self.connection
                .prepare_cached(&sql)?
                .query_row((id, created, kind, own), |row| row.get(0))
                .optional()
        };
        self.explain(read())
    }

    /// The last second in which an event tells that an object is gone; as [`Books::of_object_at`].
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn last_deletion(&self, kind: &str, id: &str, own: Option<&str>) -> anyhow::Result<Option<i64>> {
        let sql =
            "SELECT type, max(created) FROM events WHERE object_id = ?1 AND object_kind = ?2 AND thin = 0
             AND (account IS NULL OR account = ?3) GROUP BY type";
        let types = || -> rusqlite::Result<Vec<(String, i64)>> {
            self.connection
                .prepare_cached(sql)?
                .query_map((id, kind, own), |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        };
        let deletions = self.explain(types())?.into_iter().filter(|(name, _)| is_deletion(name));
        Ok(deletions.map(|(_, second)| second).max())
    }

    /// The number of the event that was stored last; zero if there is none.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn last_seq(&self) -> anyhow::Result<i64> {
        let read =
            || self.connection.query_row("SELECT coalesce(max(seq), 0) FROM events", [], |row| row.get(0));
        self.explain(read())
    }
}
