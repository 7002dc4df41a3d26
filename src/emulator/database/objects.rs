//! Objects of every kind: by id, by key, and in pages.

use rusqlite::{OptionalExtension as _, params_from_iter};
use serde_json::{Map, Value};

use super::Database;
use super::deliveries::PENDING_KEY;
use super::filters::{Cursor, Filter, Place, Query};
use crate::emulator::kind::Kind;

/// An object with the fields that are shown only when expanded.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    pub kind: Kind,
    pub id: String,
    /// What the API shows.
    pub body: Value,
    pub hidden: Map<String, Value>,
}

/// An object of a page, as stored: most pages are sent without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub id: String,
    pub body: String,
    pub hidden: Option<String>,
}

/// What the account holds in one currency, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub currency: String,
    pub amount: i64,
    /// Whether it can be paid out yet.
    pub available: bool,
}

impl Database {
    /// What the account holds at a time, by currency.
    ///
    /// # Errors
    /// SQLite's.
    pub fn balance(&self, now: i64) -> rusqlite::Result<Vec<Held>> {
        self.connection
            .prepare_cached(
                "SELECT json_extract(body, '$.currency'), json_extract(body, '$.available_on') <= ?2,
                        sum(json_extract(body, '$.net'))
                 FROM objects WHERE kind = ?1 AND deleted = 0 GROUP BY 1, 2 ORDER BY 1",
            )?
            .query_map((Kind::BalanceTransaction.name(), now), |row| {
                Ok(Held { currency: row.get(0)?, available: row.get(1)?, amount: row.get(2)? })
            })?
            .collect()
    }

    /// Adds an object. `created` is in seconds.
    ///
    /// # Errors
    /// SQLite's; a constraint violation if the id is taken.
    pub fn insert(&self, object: &Object, created: i64) -> rusqlite::Result<()> {
        let seq = self.add_row(object.kind, &object.id, &object.body.to_string(), hidden(object), created)?;
        for (name, value) in object.kind.keys(&object.body, &object.hidden) {
            self.add_key(object.kind, name, &value, seq)?;
        }
        Ok(())
    }

    /// Adds an event whose body is written already. `pending` says whether some webhook endpoint is to get it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn insert_event(
        &self,
        id: &str,
        name: &str,
        body: &str,
        created: i64,
        pending: bool,
    ) -> rusqlite::Result<()> {
        let seq = self.add_row(Kind::Event, id, body, None, created)?;
        if pending {
            self.add_key(Kind::Event, PENDING_KEY, "true", seq)?;
        }
        self.add_key(Kind::Event, "type", name, seq)
    }

    fn add_row(
        &self,
        kind: Kind,
        id: &str,
        body: &str,
        hidden: Option<String>,
        created: i64,
    ) -> rusqlite::Result<i64> {
        self
            .connection
            .prepare_cached(
                "INSERT INTO objects (kind, id, created, body, hidden) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (kind, id) DO UPDATE SET
                    seq = (SELECT max(seq) + 1 FROM objects), created = ?3, deleted = 0, body = ?4, hidden = ?5
                    WHERE deleted = 1
                 RETURNING seq",
            )?
            .query_row((kind.name(), id, created, body, hidden), |row| row.get(0))
    }

    /// Replaces an object's body and hidden fields, and the keys that follow from them.
    ///
    /// # Errors
    /// SQLite's.
    pub fn update(&self, before: &Object, after: &Object) -> rusqlite::Result<()> {
        let seq: i64 = self
            .connection
            .prepare_cached(
                "UPDATE objects SET body = ?3, hidden = ?4 WHERE kind = ?1 AND id = ?2 RETURNING seq",
            )?
            .query_row((after.kind.name(), &after.id, after.body.to_string(), hidden(after)), |row| {
                row.get(0)
            })?;
        let (old, new) =
            (before.kind.keys(&before.body, &before.hidden), after.kind.keys(&after.body, &after.hidden));
        for (name, value) in old.iter().filter(|key| !new.contains(key)) {
            self.connection
                .prepare_cached("DELETE FROM keys WHERE kind = ?1 AND name = ?2 AND value = ?3 AND seq = ?4")?
                .execute((after.kind.name(), name, value, seq))?;
        }
        for (name, value) in new.iter().filter(|key| !old.contains(key)) {
            self.add_key(after.kind, name, value, seq)?;
        }
        Ok(())
    }

    /// Leaves only the stub of an object.
    ///
    /// # Errors
    /// SQLite's.
    pub fn delete(&self, kind: Kind, id: &str, stub: &Value) -> rusqlite::Result<()> {
        let seq: i64 = self
            .connection
            .prepare_cached(
                "UPDATE objects SET deleted = 1, body = ?3, hidden = NULL WHERE kind = ?1 AND id = ?2
                 RETURNING seq",
            )?
            .query_row((kind.name(), id, stub.to_string()), |row| row.get(0))?;
        self.connection.prepare_cached("DELETE FROM keys WHERE seq = ?1")?.execute([seq]).map(|_| ())
    }

    /// The object with an id; not if it was deleted.
    ///
    /// # Errors
    /// SQLite's.
    pub fn get(&self, kind: Kind, id: &str) -> rusqlite::Result<Option<Object>> {
        self.one(kind, "SELECT id, body, hidden FROM objects WHERE kind = ?1 AND id = ?2 AND deleted = 0", id)
    }

    /// The object with an id, or the stub that it left.
    ///
    /// # Errors
    /// SQLite's.
    pub fn get_or_stub(&self, kind: Kind, id: &str) -> rusqlite::Result<Option<Object>> {
        self.one(kind, "SELECT id, body, hidden FROM objects WHERE kind = ?1 AND id = ?2", id)
    }

    /// The objects with a key, newest first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn with_key(&self, kind: Kind, name: &str, value: &str) -> rusqlite::Result<Vec<Object>> {
        self.connection
            .prepare_cached(
                "SELECT id, body, hidden FROM keys JOIN objects USING (seq)
                 WHERE keys.kind = ?1 AND name = ?2 AND value = ?3 ORDER BY seq DESC",
            )?
            .query_map((kind.name(), name, value), row)?
            .map(|row| row.and_then(|row| read(kind, row)))
            .collect()
    }

    /// All objects of a kind that has few.
    ///
    /// # Errors
    /// SQLite's.
    pub fn all(&self, kind: Kind) -> rusqlite::Result<Vec<Object>> {
        self.connection
            .prepare_cached("SELECT id, body, hidden FROM objects WHERE kind = ?1 AND deleted = 0")?
            .query_map([kind.name()], row)?
            .map(|row| row.and_then(|row| read(kind, row)))
            .collect()
    }

    /// Whether any object has this key.
    ///
    /// # Errors
    /// SQLite's.
    pub fn has_key(&self, kind: Kind, name: &str, value: &str) -> rusqlite::Result<bool> {
        self.connection
            .prepare_cached("SELECT 1 FROM keys WHERE kind = ?1 AND name = ?2 AND value = ?3")?
            .exists((kind.name(), name, value))
    }

    /// An object's place in lists.
    ///
    /// # Errors
    /// SQLite's.
    pub fn place(&self, kind: Kind, id: &str) -> rusqlite::Result<Option<Place>> {
        self.connection
            .prepare_cached("SELECT created, seq FROM objects WHERE kind = ?1 AND id = ?2")?
            .query_row((kind.name(), id), |row| Ok(Place { created: row.get(0)?, seq: row.get(1)? }))
            .optional()
    }

    /// Up to `limit` objects from a cursor on, in the cursor's direction.
    ///
    /// # Errors
    /// SQLite's.
    pub fn page(
        &self,
        kind: Kind,
        filters: &[Filter],
        cursor: Cursor,
        limit: usize,
    ) -> rusqlite::Result<Vec<Row>> {
        let query = Query::new(kind, filters, cursor);
        self.connection
            .prepare_cached(&query.sql(cursor, limit))?
            .query_map(params_from_iter(query.values), row)?
            .collect()
    }

    fn one(&self, kind: Kind, sql: &str, id: &str) -> rusqlite::Result<Option<Object>> {
        self.connection
            .prepare_cached(sql)?
            .query_row((kind.name(), id), row)
            .optional()?
            .map(|row| read(kind, row))
            .transpose()
    }

    fn add_key(&self, kind: Kind, name: &str, value: &str, seq: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO keys (kind, name, value, seq) VALUES (?1, ?2, ?3, ?4)")?
            .execute((kind.name(), name, value, seq))?;
        self.note_due(name, value);
        Ok(())
    }
}

fn hidden(object: &Object) -> Option<String> {
    (!object.hidden.is_empty()).then(|| Value::Object(object.hidden.clone()).to_string())
}

pub(super) fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row { id: row.get(0)?, body: row.get(1)?, hidden: row.get(2)? })
}

pub(super) fn read(kind: Kind, row: Row) -> rusqlite::Result<Object> {
    let Row { id, body, hidden } = row;
    let body = parse(&body)?;
    let hidden = match hidden.as_deref().map(parse).transpose()? {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    };
    Ok(Object { kind, id, body, hidden })
}

fn parse(text: &str) -> rusqlite::Result<Value> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, Box::new(error))
    })
}

impl Row {
    /// The row as an object.
    ///
    /// # Errors
    /// If what is stored is no JSON.
    pub fn read(self, kind: Kind) -> rusqlite::Result<Object> {
        read(kind, self)
    }
}
