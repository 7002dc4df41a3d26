//! Books and a mirror in an empty folder, and events to put into them.

use billctl::billing::event::Event;
use billctl::store::books::{Added, Books, NewEvent, Source};
use billctl::store::mirror::{Applied, Mirror, Page};
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

pub struct World {
    _folder: TempDir,
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
        World { _folder: folder, books, mirror }
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
        let fetched_at = Timestamp::from_second(second).unwrap();
        self.mirror.put_snapshots(&self.books, Page { kind, objects, fetched_at, cursor: None }).unwrap();
    }

    pub fn body(&self, kind: &str, id: &str) -> Value {
        self.mirror.object(kind, id).unwrap().map_or(Value::Null, |object| object.body)
    }
}

pub fn add(books: &mut Books, events: &[Value]) -> Vec<Added> {
    let bodies: Vec<Vec<u8>> = events.iter().map(|event| event.to_string().into_bytes()).collect();
    let read: Vec<Event> = bodies.iter().map(|body| Event::read(body).unwrap()).collect();
    let new: Vec<NewEvent<'_>> = read
        .iter()
        .zip(&bodies)
        .map(|(event, body)| NewEvent { event, body, received_at: NOW, source: Source::Webhook })
        .collect();
    books.add_events(&new).unwrap()
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
