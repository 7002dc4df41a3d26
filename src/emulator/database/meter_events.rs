//! What customers used, by meter.

use rusqlite::{OptionalExtension as _, Row};

use super::Database;

/// What a customer used, as a meter was told. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterEvent {
    pub meter: String,
    pub customer: String,
    /// When it was used.
    pub at: i64,
    pub value: i64,
    pub identifier: String,
    /// When it was told of.
    pub received: i64,
}

/// How a meter makes one number of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formula {
    Sum,
    Count,
    /// The value of the latest event.
    Last,
}

impl Formula {
    pub fn read(name: Option<&str>) -> Formula {
        match name {
            Some("count") => Formula::Count,
            Some("last") => Formula::Last,
            Some(_) | None => Formula::Sum,
        }
    }
}

/// What is asked of a meter: a customer's use from one second up to another, which is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aggregate<'a> {
    pub meter: &'a str,
    pub customer: &'a str,
    pub formula: Formula,
    pub from: i64,
    pub until: i64,
}

impl Database {
    /// Takes an event.
    ///
    /// # Errors
    /// SQLite's.
    pub fn add_meter_event(&self, event: &MeterEvent) -> rusqlite::Result<()> {
        let MeterEvent { meter, customer, at, value, identifier, received } = event;
        self.connection
            .prepare_cached(
                "INSERT INTO meter_events (meter, customer, at, value, identifier, received)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((meter, customer, at, value, identifier, received))
            .map(drop)
    }

    /// The latest event with an identifier that was received after a second, with its number and whether it is canceled.
    ///
    /// # Errors
    /// SQLite's.
    pub fn meter_event(
        &self,
        identifier: &str,
        after: i64,
    ) -> rusqlite::Result<Option<(i64, MeterEvent, bool)>> {
        let read = |row: &Row<'_>| {
            let event = MeterEvent {
                meter: row.get(1)?,
                customer: row.get(2)?,
                at: row.get(3)?,
                value: row.get(4)?,
                identifier: identifier.to_owned(),
                received: row.get(5)?,
            };
            Ok((row.get(0)?, event, row.get(6)?))
        };
        self.connection
            .prepare_cached(
                "SELECT seq, meter, customer, at, value, received, canceled FROM meter_events
                 WHERE identifier = ?1 AND received > ?2 ORDER BY received DESC LIMIT 1",
            )?
            .query_row((identifier, after), read)
            .optional()
    }

    /// Has an event count no more.
    ///
    /// # Errors
    /// SQLite's.
    pub fn cancel_meter_event(&self, seq: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("UPDATE meter_events SET canceled = 1 WHERE seq = ?1")?
            .execute([seq])
            .map(drop)
    }

    /// What a customer used by stretches of so many seconds: the first second of each that has events, and what it comes
    /// to. Oldest first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn metered(&self, asked: Aggregate<'_>, stretch: i64) -> rusqlite::Result<Vec<(i64, i64)>> {
        let Aggregate { meter, customer, formula, from, until } = asked;
        // Of a group with one `max`, SQLite takes the other columns from the row that has it.
        let value = match formula {
            Formula::Sum => "sum(value), 0",
            Formula::Count => "count(*), 0",
            Formula::Last => "value, max(at * 4294967296 + seq)",
        };
        self.connection
            .prepare_cached(&format!(
                "SELECT ?3 + (at - ?3) / ?5 * ?5, {value} FROM meter_events
                 WHERE meter = ?1 AND customer = ?2 AND at >= ?3 AND at < ?4 AND canceled = 0 GROUP BY 1 ORDER BY 1"
            ))?
            .query_map((meter, customer, from, until, stretch), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }
}
