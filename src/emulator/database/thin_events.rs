//! What only thin events tell.

use rusqlite::{OptionalExtension as _, Row, params};
use serde_json::Value;

use super::Database;

/// A thin event, as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ThinEvent {
    /// Its place among all.
    pub seq: i64,
    pub body: Value,
}

/// Which of them are asked for.
#[derive(Debug, Clone, Copy)]
pub struct ThinFilter<'a> {
    pub types: &'a [String],
    /// What they are about.
    pub object: Option<&'a str>,
    /// From this second on.
    pub since: i64,
    /// With a lower place than this.
    pub before: i64,
}

impl Database {
    /// Keeps an event. Its body has an `id` and a `type`.
    ///
    /// # Errors
    /// SQLite's.
    pub fn add_thin_event(&self, body: &Value, created: i64) -> rusqlite::Result<()> {
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
        self.connection
            .prepare_cached(
                "INSERT INTO thin_events (id, type, object, created, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                text("/id"),
                text("/type"),
                text("/related_object/id"),
                created,
                body.to_string()
            ])
            .map(drop)
    }

    /// The event with an id.
    ///
    /// # Errors
    /// SQLite's.
    pub fn thin_event(&self, id: &str) -> rusqlite::Result<Option<ThinEvent>> {
        self.connection
            .prepare_cached("SELECT seq, body FROM thin_events WHERE id = ?1")?
            .query_row([id], read)
            .optional()
    }

    /// Up to so many of those that are asked for, the newest first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn thin_events(&self, wanted: ThinFilter<'_>, limit: i64) -> rusqlite::Result<Vec<ThinEvent>> {
        let ThinFilter { types, object, since, before } = wanted;
        let types = serde_json::to_string(types).unwrap_or_default();
        self.connection
            .prepare_cached(
                "SELECT seq, body FROM thin_events
                 WHERE type IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR object = ?2)
                    AND created >= ?3 AND seq < ?4 ORDER BY seq DESC LIMIT ?5",
            )?
            .query_map(params![types, object, since, before, limit], read)?
            .collect()
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<ThinEvent> {
    let body: String = row.get(1)?;
    let body = serde_json::from_str(&body).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, Box::new(error))
    })?;
    Ok(ThinEvent { seq: row.get(0)?, body })
}
