//! Objects as they were fetched from the API: kept whole, and versions like any other.

use anyhow::Context as _;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Map, Value};

use super::batch::Batch;
use super::{Mirror, objects, set_cursor};
use crate::billing::event::{Content, stand_in_id};
use crate::billing::projection::{self, Candidate, Origin};
use crate::store::books::Books;

/// Objects of one kind that were fetched together, and where the fetching got with them.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The objects' `object` field; that of each object itself goes before it.
    pub kind: &'a str,
    /// As Stripe sent them; of a deleted one, the stub.
    pub objects: &'a [Value],
    /// When the request was sent, by Stripe's clock (the `Date` of its answer): what happened later is later.
    pub fetched_at: Timestamp,
    /// A cursor to set together with them: name and value.
    pub cursor: Option<(&'a str, &'a str)>,
}

/// What became of fetched objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Put {
    /// The mirror had not known of them.
    pub new: u64,
    /// They hold now, in place of an earlier version.
    pub renewed: u64,
    /// An event told something later.
    pub older: u64,
}

impl Mirror {
    /// Keeps fetched objects and sets the cursor, in one transaction.
    ///
    /// # Errors
    /// If a file can't be written, or an object has no id: then none of them is kept, nor the cursor.
    pub fn put_snapshots(&mut self, books: &Books, page: Page<'_>) -> anyhow::Result<Put> {
        self.in_batch(books, |batch| {
            let mut put = Put::default();
            for object in page.objects {
                put_one(batch, &page, object, &mut put)?;
            }
            if let Some((name, value)) = page.cursor {
                set_cursor(batch.connection(), name, Some(value), page.fetched_at.as_second())?;
            }
            Ok(put)
        })
    }
}

/// Whether it says no more than that an object is gone.
pub(super) fn is_stub(object: &Value) -> bool {
    object.get("deleted") == Some(&Value::Bool(true))
}

pub(super) fn put_one(
    batch: &Batch<'_>,
    page: &Page<'_>,
    object: &Value,
    put: &mut Put,
) -> anyhow::Result<()> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let kind = text("object").unwrap_or(page.kind);
    let id = text("id").map(str::to_owned).or_else(|| stand_in_id(kind, text("customer")));
    let id = id.with_context(|| format!("Stripe sent a {kind} without an id"))?;
    let at = page.fetched_at.as_second();
    let stub = is_stub(object);
    let kept = projection::kept(object.clone(), batch.personal_data());
    let known = objects::version(batch.connection(), kind, &id)?;
    let is_last = batch
        .connection()
        .prepare_cached(
            "INSERT INTO snapshots (kind, id, fetched_at, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (kind, id) DO UPDATE SET fetched_at = ?3, body = ?4 WHERE fetched_at <= ?3",
        )?
        .execute((kind, &id, at, kept.to_string()))?
        > 0;
    let holds = is_last
        && match known {
            // What is gone for good is gone whenever that was seen. An event that says so is believed whatever is fetched
            // later; an answer that it is gone holds until a later one has it.
            Some(known) if projection::forever(kind) && (known.deleted || stub) => match stub {
                true => !known.deleted || known.at <= at,
                false => !batch.is_gone_by_event((kind, &id))?,
            },
            Some(known) => known.at <= at,
            None => true,
        };
    if !holds {
        if let Some(known) = known.filter(|_| is_last) {
            batch.settle_again((kind, &id), known.at)?;
        }
        put.older += 1;
        return Ok(());
    }
    if let Some(newest) = batch.newest_of(kind, &id, at, fetched(kept))? {
        batch
            .write((kind, &id), at, newest, known.is_none())?
            .map_err(anyhow::Error::msg)
            .with_context(|| format!("Cannot keep {kind} `{id}`"))?;
    }
    // It is there after all: what events told of it since then had been passed over.
    if known.is_some_and(|known| known.deleted) && !stub && projection::forever(kind) {
        batch.catch_up((kind, &id), at)?;
    }
    match known {
        None => put.new += 1,
        Some(_) => put.renewed += 1,
    }
    Ok(())
}

/// An object as it was fetched in a second, if that was the last time.
pub(super) fn at(
    connection: &Connection,
    kind: &str,
    id: &str,
    second: i64,
) -> rusqlite::Result<Option<Candidate>> {
    let body: Option<String> = connection
        .prepare_cached("SELECT body FROM snapshots WHERE kind = ?1 AND id = ?2 AND fetched_at = ?3")?
        .query_row((kind, id, second), |row| row.get(0))
        .optional()?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()).map(fetched))
}

fn fetched(object: Value) -> Candidate {
    Candidate { origin: Origin::Fetched, content: Content { object, previous_attributes: Map::new() } }
}

/// When an object was last fetched, if that was before a second.
pub(super) fn last_before(
    connection: &Connection,
    kind: &str,
    id: &str,
    second: i64,
) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT fetched_at FROM snapshots WHERE kind = ?1 AND id = ?2 AND fetched_at < ?3")?
        .query_row((kind, id, second), |row| row.get(0))
        .optional()
}

/// A kept snapshot, as it is in its table.
#[derive(Debug)]
pub(super) struct Kept {
    pub row: i64,
    pub kind: String,
    pub fetched_at: i64,
    pub body: String,
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept { row: row.get(0)?, kind: row.get(1)?, fetched_at: row.get(2)?, body: row.get(3)? })
}

/// Up to `limit` snapshots behind a row of their table.
pub(super) fn after(connection: &Connection, row: i64, limit: usize) -> rusqlite::Result<Vec<Kept>> {
    connection
        .prepare_cached(
            "SELECT rowid, kind, fetched_at, body FROM snapshots WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
        )?
        .query_map((row, i64::try_from(limit).unwrap_or(i64::MAX)), kept)?
        .collect()
}

/// The rows of the snapshots that another mirror has not, or has from another time.
pub(super) fn not_in(connection: &Connection, other: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut known =
        other.prepare("SELECT 1 FROM snapshots WHERE kind = ?1 AND id = ?2 AND fetched_at = ?3")?;
    let mut all = connection.prepare("SELECT rowid, kind, id, fetched_at FROM snapshots")?;
    let mut rows = all.query([])?;
    let mut missing = Vec::new();
    while let Some(row) = rows.next()? {
        let key: (String, String, i64) = (row.get(1)?, row.get(2)?, row.get(3)?);
        if !known.exists(key)? {
            missing.push(row.get(0)?);
        }
    }
    Ok(missing)
}

/// The snapshots of rows.
pub(super) fn of_rows(connection: &Connection, rows: &[i64]) -> rusqlite::Result<Vec<Kept>> {
    let mut one =
        connection.prepare_cached("SELECT rowid, kind, fetched_at, body FROM snapshots WHERE rowid = ?1")?;
    rows.iter().map(|row| one.query_row([row], kept)).collect()
}

/// The snapshots that the attached file `fresh` has not, or has from another time.
pub(super) fn not_in_fresh(connection: &Connection) -> rusqlite::Result<Vec<Kept>> {
    connection
        .prepare(
            "SELECT own.rowid, kind, fetched_at, body FROM main.snapshots AS own
             WHERE NOT EXISTS (SELECT 1 FROM fresh.snapshots AS other WHERE other.kind = own.kind
                               AND other.id = own.id AND other.fetched_at = own.fetched_at)",
        )?
        .query_map([], kept)?
        .collect()
}
