//! `outbox.db`: events that wait to be passed on, with the headers that they came with.
//!
//! An event is in it before it is answered, and stays until it is accepted or given up; what is known of it then is its
//! id, so that an event that Stripe sends again is not passed on again.

use std::fs::TryLockError;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use super::sqlite::{File, Rules, USUAL_PAGE, file};
use crate::error::{Kind, fail};

/// How long the ids of settled events are remembered, in milliseconds: longer than Stripe tries to deliver one.
const REMEMBERED_MS: i64 = 7 * 24 * 60 * 60 * 1000;

static RULES: Rules = Rules {
    name: "the outbox",
    migrations: &["CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        queued_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due_at INTEGER,
        headers TEXT,
        body BLOB
    ) STRICT;
    CREATE INDEX events_by_due ON events (due_at) WHERE due_at IS NOT NULL;
    CREATE INDEX events_by_age ON events (queued_at) WHERE due_at IS NULL;"],
    synchronous: "FULL",
    page_size: USUAL_PAGE,
    if_damaged: "Delete the file with its -wal and -shm: the events are in the books, and `billctl events replay --to URL` \
                 sends those that were not passed on",
};

/// A connection to the outbox. Every thread opens its own.
#[derive(Debug)]
pub struct Outbox {
    connection: Connection,
    file: File,
}

/// An event to be passed on.
#[derive(Debug, Clone, Copy)]
pub struct NewOutgoing<'a> {
    pub id: &'a str,
    pub headers: &'a [(String, Vec<u8>)],
    pub body: &'a [u8],
}

/// An event that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub seq: i64,
    pub id: String,
    /// In milliseconds since 1970.
    pub queued_at: i64,
    /// How often it was tried in vain.
    pub attempts: u32,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

/// Held by the one process that passes on what is in an outbox.
#[derive(Debug)]
pub struct OutboxLock {
    _file: fs_err::File,
}

impl Outbox {
    /// Opens the file, makes it if it isn't there, and brings its tables up to date.
    ///
    /// # Errors
    /// As for the books.
    pub fn open(path: &Path) -> anyhow::Result<Outbox> {
        let file = file(path, &RULES);
        let connection = file.open()?;
        Ok(Outbox { connection, file })
    }

    /// Takes the right to pass on what is in an outbox, for as long as the answer lives.
    ///
    /// # Errors
    /// `Failed` if another process has it.
    pub fn lock(path: &Path) -> anyhow::Result<OutboxLock> {
        let path = path.with_extension("lock");
        let file = fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        match file.file().try_lock() {
            Ok(()) => Ok(OutboxLock { _file: file }),
            Err(TryLockError::Error(error)) => Err(error.into()),
            Err(TryLockError::WouldBlock) => Err(fail(
                Kind::Failed,
                "Another `billctl events listen` passes this profile's events on",
                "Stop it first, or leave `--forward-to` out",
            )),
        }
    }

    /// Adds events in one durable transaction, due at once; those that it knows are left out. Times are in
    /// milliseconds.
    ///
    /// # Errors
    /// If they can't be written: then none is added.
    pub fn put(&mut self, events: &[NewOutgoing<'_>], now: i64) -> anyhow::Result<()> {
        let added = put(&mut self.connection, events, now);
        self.explain(added)
    }

    /// Up to `limit` events that are due, those first that are due longest.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn due(&self, now: i64, limit: usize) -> anyhow::Result<Vec<Outgoing>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT seq, id, queued_at, attempts, headers, body FROM events
                     WHERE due_at <= ?1 ORDER BY due_at, seq LIMIT ?2",
                )?
                .query_map((now, i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
                    Ok(Outgoing {
                        seq: row.get(0)?,
                        id: row.get(1)?,
                        queued_at: row.get(2)?,
                        attempts: row.get(3)?,
                        headers: headers(&row.get::<_, String>(4)?),
                        body: row.get(5)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// When the next event is due, in milliseconds, and how many wait in all.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn waiting(&self) -> anyhow::Result<(Option<i64>, i64)> {
        let read = || {
            self.connection
                .prepare_cached("SELECT min(due_at), count(*) FROM events WHERE due_at IS NOT NULL")?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        };
        self.explain(read())
    }

    /// Notes an attempt in vain, and when to try again; without a time it was the last.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn put_off(&mut self, seq: i64, due_at: Option<i64>) -> anyhow::Result<()> {
        let Some(due_at) = due_at else { return self.settle(seq) };
        let write = || {
            self.connection
                .prepare_cached("UPDATE events SET attempts = attempts + 1, due_at = ?2 WHERE seq = ?1")?
                .execute((seq, due_at))
        };
        self.explain(write()).map(drop)
    }

    /// Notes that an event need not be passed on any more.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn settle(&mut self, seq: i64) -> anyhow::Result<()> {
        let write = || {
            self.connection
                .prepare_cached(
                    "UPDATE events SET due_at = NULL, headers = NULL, body = NULL WHERE seq = ?1",
                )?
                .execute([seq])
        };
        self.explain(write()).map(drop)
    }

    /// Forgets the ids of events that were settled long ago.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn forget_old(&mut self, now: i64) -> anyhow::Result<()> {
        let write = || {
            self.connection
                .prepare_cached("DELETE FROM events WHERE due_at IS NULL AND queued_at < ?1")?
                .execute([now.saturating_sub(REMEMBERED_MS)])
        };
        self.explain(write()).map(drop)
    }

    /// Whether an event is known: it waits, or is settled and not forgotten.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn knows(&self, id: &str) -> anyhow::Result<bool> {
        let read = || {
            self.connection
                .prepare_cached("SELECT 1 FROM events WHERE id = ?1")?
                .query_row([id], |_| Ok(()))
                .optional()
        };
        Ok(self.explain(read())?.is_some())
    }

    fn explain<T>(&self, result: rusqlite::Result<T>) -> anyhow::Result<T> {
        result.map_err(|error| self.file.explain(error))
    }
}

fn put(connection: &mut Connection, events: &[NewOutgoing<'_>], now: i64) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for NewOutgoing { id, headers, body } in events {
        transaction
            .prepare_cached(
                "INSERT INTO events (id, queued_at, due_at, headers, body) VALUES (?1, ?2, ?2, ?3, ?4)
                 ON CONFLICT (id) DO NOTHING",
            )?
            .execute((id, now, text(headers), body))?;
    }
    transaction.commit()
}

/// Headers as JSON. Each byte of a value is a letter: HTTP's values are bytes, most often of Latin text.
fn text(headers: &[(String, Vec<u8>)]) -> String {
    let pairs = headers.iter().map(|(name, value)| {
        let value: String = value.iter().copied().map(char::from).collect();
        serde_json::json!([name, value])
    });
    serde_json::Value::Array(pairs.collect()).to_string()
}

fn headers(text: &str) -> Vec<(String, Vec<u8>)> {
    let pairs: Vec<(String, String)> = serde_json::from_str(text).unwrap_or_default();
    let bytes = |value: String| value.chars().filter_map(|letter| u8::try_from(letter).ok()).collect();
    pairs.into_iter().map(|(name, value)| (name, bytes(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox() -> (tempfile::TempDir, Outbox) {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(&folder.path().join("outbox.db")).unwrap();
        (folder, outbox)
    }

    fn event<'a>(id: &'a str, headers: &'a [(String, Vec<u8>)]) -> NewOutgoing<'a> {
        NewOutgoing { id, headers, body: b"{\xff}" }
    }

    fn due(outbox: &Outbox, now: i64) -> Vec<String> {
        outbox.due(now, 10).unwrap().into_iter().map(|outgoing| outgoing.id).collect()
    }

    #[test]
    fn bytes_and_headers_come_out_as_they_went_in() {
        let (_folder, mut outbox) = outbox();
        let headers = [("x-raw".to_owned(), (0..=255).collect()), ("x-empty".to_owned(), Vec::new())];
        outbox.put(&[event("evt_1", &headers)], 5).unwrap();
        let found = outbox.due(5, 1).unwrap().remove(0);
        assert_eq!((found.headers.as_slice(), found.body.as_slice()), (headers.as_slice(), &b"{\xff}"[..]));
        assert_eq!((found.id.as_str(), found.queued_at, found.attempts), ("evt_1", 5, 0));
    }

    #[test]
    fn what_was_put_off_comes_later_and_what_is_settled_does_not_come_again() {
        let (_folder, mut outbox) = outbox();
        outbox.put(&[event("evt_1", &[]), event("evt_2", &[])], 5).unwrap();
        outbox.put(&[event("evt_1", &[])], 6).unwrap();
        assert_eq!(due(&outbox, 4), Vec::<String>::new());
        assert_eq!(due(&outbox, 6), ["evt_1", "evt_2"]);
        outbox.put_off(1, Some(100)).unwrap();
        assert_eq!(outbox.waiting().unwrap(), (Some(5), 2));
        assert_eq!(due(&outbox, 99), ["evt_2"]);
        outbox.settle(2).unwrap();
        assert_eq!(outbox.due(100, 10).unwrap().remove(0).attempts, 1);
        outbox.put_off(1, None).unwrap();
        outbox.put(&[event("evt_1", &[]), event("evt_2", &[])], 200).unwrap();
        assert_eq!(outbox.waiting().unwrap(), (None, 0));
    }

    #[test]
    fn settled_events_are_forgotten_after_a_week_and_waiting_ones_never() {
        let (_folder, mut outbox) = outbox();
        outbox.put(&[event("evt_1", &[]), event("evt_2", &[])], 0).unwrap();
        outbox.settle(1).unwrap();
        outbox.forget_old(REMEMBERED_MS).unwrap();
        assert!(outbox.knows("evt_1").unwrap());
        outbox.forget_old(REMEMBERED_MS + 1).unwrap();
        assert!(!outbox.knows("evt_1").unwrap());
        assert!(outbox.knows("evt_2").unwrap());
    }

    #[test]
    fn one_process_passes_an_outbox_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.db");
        let held = Outbox::lock(&path).unwrap();
        assert!(Outbox::lock(&path).unwrap_err().to_string().contains("passes this profile's events on"));
        drop(held);
        Outbox::lock(&path).unwrap();
    }
}
