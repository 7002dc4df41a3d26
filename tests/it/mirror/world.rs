//! Books and a mirror in an empty folder, and events to put into them.

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
        let folder = tempfile::tempdir().unwrap();
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
        let tables: Vec<String> = connection
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table'
                 AND name NOT IN ('snapshots', 'outcomes', 'cursors', 'settings') AND name NOT LIKE 'fill%'",
            )
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let mut rows = Vec::new();
        for table in tables {
            let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns = statement.column_count();
            let found = statement.query_map([], |row| {
                let cells: Vec<SqlValue> = (0..columns).map(|index| row.get(index).unwrap()).collect();
                Ok(format!("{table}: {cells:?}"))
            });
            rows.extend(found.unwrap().map(Result::unwrap));
        }
        rows.sort();
        rows
    }

    pub fn body(&self, kind: &str, id: &str) -> Value {
        self.mirror.object(kind, id).unwrap().map_or(Value::Null, |object| object.body)
    }
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
    let new: Vec<NewEvent<'_>> = read
        .iter()
        .zip(bodies)
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
