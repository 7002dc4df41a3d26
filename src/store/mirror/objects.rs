//! Objects and their rows: read, and written.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, ToSql, params_from_iter};
use serde_json::{Value, json};

use super::Mirror;
use crate::billing::projection::{self, Candidate, Cell, Origin, Row, Table};

/// An object as the mirror has it.
#[derive(Debug, Clone, PartialEq)]
pub struct MirroredObject {
    pub kind: String,
    pub id: String,
    /// The second of this version.
    pub at: i64,
    /// The event that it comes from; none if it was fetched.
    pub event: Option<String>,
    /// It is gone from Stripe; the body is the stub that is left.
    pub deleted: bool,
    pub body: Value,
}

/// Which version of an object the mirror has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    /// In seconds.
    pub at: i64,
    pub deleted: bool,
}

impl Mirror {
    /// An object, deleted or not.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn object(&self, kind: &str, id: &str) -> anyhow::Result<Option<MirroredObject>> {
        let read = || {
            self.connection
                .prepare_cached("SELECT at, event, deleted, body FROM objects WHERE kind = ?1 AND id = ?2")?
                .query_row((kind, id), |row| {
                    let body: String = row.get(3)?;
                    Ok(MirroredObject {
                        kind: kind.to_owned(),
                        id: id.to_owned(),
                        at: row.get(0)?,
                        event: row.get(1)?,
                        deleted: row.get(2)?,
                        body: serde_json::from_str(&body).unwrap_or(Value::Null),
                    })
                })
                .optional()
        };
        self.explain(read())
    }

    /// How many objects of each kind there are, without the deleted ones; by the kind's name.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn counts(&self) -> anyhow::Result<Vec<(String, i64)>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT kind, count(*) FROM objects WHERE deleted = 0 GROUP BY kind ORDER BY kind",
                )?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        };
        self.explain(read())
    }
}

pub(super) fn version(connection: &Connection, kind: &str, id: &str) -> rusqlite::Result<Option<Version>> {
    connection
        .prepare_cached("SELECT at, deleted FROM objects WHERE kind = ?1 AND id = ?2")?
        .query_row((kind, id), |row| Ok(Version { at: row.get(0)?, deleted: row.get(1)? }))
        .optional()
}

/// Writes the version of an object that holds from now on, with its rows. Returns the object as it is kept. The first
/// version is of an object that has no row in `objects`, and so none elsewhere.
pub(super) fn write(
    connection: &Connection,
    (kind, id): (&str, &str),
    at: i64,
    version: Candidate,
    personal_data: bool,
    is_first: bool,
) -> rusqlite::Result<Value> {
    let deleted = version.is_deletion();
    let object = match deleted {
        true => json!({"id": id, "object": kind, "deleted": true}),
        false => projection::kept(version.content.object, personal_data),
    };
    let event = match version.origin {
        Origin::Event { id, .. } => Some(id),
        Origin::Fetched => None,
    };
    connection
        .prepare_cached(
            "INSERT INTO objects (kind, id, at, event, deleted, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (kind, id) DO UPDATE SET at = ?3, event = ?4, deleted = ?5, body = ?6",
        )?
        .execute((kind, id, at, event, deleted, object.to_string()))?;
    if !is_first {
        clear(connection, kind, id)?;
    }
    if !deleted {
        for row in projection::rows(kind, &object).into_iter().chain(projection::transaction(kind, &object)) {
            insert(connection, &row)?;
        }
    }
    Ok(object)
}

/// Writes a row in the place of the one with its key.
pub(super) fn insert(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
    static STATEMENTS: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
        let parts = projection::tables().flat_map(|table| table.parts.iter().map(|part| part.table));
        projection::tables().chain(parts).map(|table| (table.name, insertion(table))).collect()
    });
    let sql = STATEMENTS.get(row.table.name).map_or_else(|| Cow::from(insertion(row.table)), Cow::from);
    connection.prepare_cached(&sql)?.execute(params_from_iter(row.cells.iter().map(SqlCell)))?;
    Ok(())
}

/// A list may name the same element twice; the later one holds.
fn insertion(table: &Table) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let marks = vec!["?"; columns.len()].join(", ");
    format!("INSERT OR REPLACE INTO {} ({}) VALUES ({marks})", table.name, columns.join(", "))
}

/// Removes an object's rows.
fn clear(connection: &Connection, kind: &str, id: &str) -> rusqlite::Result<()> {
    let Some(table) = projection::table_of(kind) else { return Ok(()) };
    if !table.columns.is_empty() {
        connection.prepare_cached(&format!("DELETE FROM {} WHERE id = ?1", table.name))?.execute([id])?;
    }
    connection.prepare_cached("DELETE FROM transactions WHERE id = ?1")?.execute([id])?;
    for part in table.parts {
        let sql = format!("DELETE FROM {} WHERE {} = ?1", part.table.name, part.owner);
        connection.prepare_cached(&sql)?.execute([id])?;
    }
    Ok(())
}

struct SqlCell<'a>(&'a Cell);

impl ToSql for SqlCell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Cell::Null => ToSqlOutput::Owned(SqlValue::Null),
            Cell::Integer(number) => ToSqlOutput::Owned(SqlValue::Integer(*number)),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}
