//! Books and a mirror in an empty folder, and events to put into them.

use std::path::Path;

use billctl::billing::event::Event;
use billctl::store::books::{Added, Books, NewEvent, Source};
use billctl::store::mirror::{Applied, Mirror, Page};
use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::types::Value as SqlValue;
use serde_json::{Value, json};
use tempfile::TempDir;

pub struct World {
    pub folder: TempDir,
    pub books: Books,
    pub mirror: Mirror,
}

/// A time that stands still.
pub const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

impl World {
    pub fn new() -> World {
        World::within(&std::env::temp_dir())
    }

    /// In memory, where the system has a folder there: for tests of what is in the files, not of whether that lasts.
    pub fn quick() -> World {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { World::within(memory) } else { World::new() }
    }

    fn within(parent: &Path) -> World {
        let folder = tempfile::tempdir_in(parent).unwrap();
        let books = Books::open(&folder.path().join("books.db")).unwrap();
        let mirror = Mirror::open(&folder.path().join("mirror.db"), true).unwrap();
        World { folder, books, mirror }
    }

    pub fn add(&mut self, events: &[Value]) -> Vec<Added> {
        add(&mut self.books, events)
    }

    /// Applies all that waits, some at a time.
    pub fn apply(&mut self, at_once: usize) -> Applied {
        let mut all = Applied::default();
        loop {
            let applied = self.mirror.apply_pending(&self.books, at_once, NOW).unwrap();
            all = all.and(applied);
            if !applied.more {
                return all;
            }
        }
    }

    /// Stores and applies.
    pub fn receive(&mut self, events: &[Value]) -> Applied {
        self.add(events);
        self.apply(100)
    }

    pub fn fetch(&mut self, kind: &str, second: i64, objects: &[Value]) {
        fetch(&mut self.mirror, &self.books, kind, second, objects);
    }

    /// All rows of all tables that are made from events and snapshots, with the table's name, sorted.
    pub fn rows(&self) -> Vec<String> {
        let connection = Connection::open(self.mirror.path()).unwrap();
        let tables = tables(&connection);
        let mut rows: Vec<String> = tables
            .iter()
            .flat_map(|table| found(&connection, table, &format!("SELECT * FROM {table}")))
            .collect();
        rows.sort();
        rows
    }

    /// Of the same tables, the rows that only one of two worlds has, and how many rows this one has.
    pub fn compared_with(&self, other: &World) -> (Vec<String>, usize) {
        let connection = Connection::open(self.mirror.path()).unwrap();
        connection.execute("ATTACH ?1 AS other", [other.mirror.path().to_str().unwrap()]).unwrap();
        let mut differing = Vec::new();
        let mut count = 0;
        for table in tables(&connection) {
            for (one, two) in [("main", "other"), ("other", "main")] {
                let sql = format!("SELECT * FROM {one}.{table} EXCEPT SELECT * FROM {two}.{table}");
                differing.extend(found(&connection, &format!("{one}.{table}"), &sql));
            }
            let rows: i64 = connection
                .query_row(&format!("SELECT count(*) FROM main.{table}"), [], |row| row.get(0))
                .unwrap();
            count += usize::try_from(rows).unwrap();
        }
        (differing, count)
    }

    pub fn body(&self, kind: &str, id: &str) -> Value {
        self.mirror.object(kind, id).unwrap().map_or(Value::Null, |object| object.body)
    }
}

/// The tables that are made from events and snapshots.
fn tables(connection: &Connection) -> Vec<String> {
    connection
        .prepare(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table'
             AND name NOT IN ('snapshots', 'outcomes', 'cursors', 'settings') AND name NOT LIKE 'fill%'",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn found(connection: &Connection, table: &str, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells: Vec<SqlValue> = (0..columns).map(|index| row.get(index).unwrap()).collect();
        Ok(format!("{table}: {cells:?}"))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

pub fn fetch(mirror: &mut Mirror, books: &Books, kind: &str, second: i64, objects: &[Value]) {
    let fetched_at = Timestamp::from_second(second).unwrap();
    mirror.put_snapshots(books, Page { kind, objects, fetched_at, cursor: None }).unwrap();
}

pub fn add(books: &mut Books, events: &[Value]) -> Vec<Added> {
    try_add(books, events).unwrap()
}

pub fn try_add(books: &mut Books, events: &[Value]) -> anyhow::Result<Vec<Added>> {
    let bodies: Vec<Vec<u8>> = events.iter().map(|event| event.to_string().into_bytes()).collect();
    add_bytes(books, &bodies)
}

pub fn add_bytes(books: &mut Books, bodies: &[Vec<u8>]) -> anyhow::Result<Vec<Added>> {
    let read: Vec<Event> = bodies.iter().map(|body| Event::read(body).unwrap()).collect();
    add_read(books, read.iter().zip(bodies.iter().map(Vec::as_slice)))
}

/// Stores events that were read before, with their bytes.
pub fn add_read<'a>(
    books: &mut Books,
    events: impl Iterator<Item = (&'a Event, &'a [u8])>,
) -> anyhow::Result<Vec<Added>> {
    let new: Vec<NewEvent<'_>> = events
        .map(|(event, body)| NewEvent { event, body, received_at: NOW, source: Source::Webhook })
        .collect();
    books.add_events(&new)
}

/// A snapshot event as Stripe makes it.
pub fn event(id: &str, event_type: &str, created: i64, object: Value) -> Value {
    changed(id, event_type, created, object, Value::Null)
}

/// The same, with what had changed.
pub fn changed(id: &str, event_type: &str, created: i64, object: Value, previous: Value) -> Value {
    let mut data = json!({"object": object});
    if !previous.is_null() {
        data["previous_attributes"] = previous;
    }
    json!({"id": id, "object": "event", "api_version": "2026-10-28.endive", "created": created, "data": data,
        "livemode": false, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": event_type})
}
