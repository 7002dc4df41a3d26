//! Storing events: durable, each once.

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};

use super::Books;
use crate::billing::event::{Event, Form};

/// How an event came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Delivered to `events listen`.
    Webhook,
    /// Read from `/v1/events` by `events listen --poll`.
    Poll,
    /// Read from `/v1/events` by a command.
    Pull,
    /// Read from a file.
    File,
}

impl Source {
    pub fn name(self) -> &'static str {
        match self {
            Source::Webhook => "webhook",
            Source::Poll => "poll",
            Source::Pull => "pull",
            Source::File => "file",
        }
    }
}

/// An event to store.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    pub event: &'a Event,
    /// The bytes that `event` was read from; kept exactly.
    pub body: &'a [u8],
    pub received_at: Timestamp,
    pub source: Source,
}

/// What became of an event that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is new; `seq` counts up in the order of storing.
    Stored { seq: i64 },
    /// It was there already. Its first bytes stay, unless these are signed and those were not.
    Duplicate { seq: i64 },
}

impl Books {
    /// Stores events in one transaction. When this returns, all of them are on disk, or were before.
    ///
    /// # Errors
    /// If they can't be written: then none of them is stored.
    pub fn add_events(&mut self, events: &[NewEvent<'_>]) -> anyhow::Result<Vec<Added>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let added = add(&mut self.connection, events);
        self.explain(added)
    }
}

fn add(connection: &mut Connection, events: &[NewEvent<'_>]) -> rusqlite::Result<Vec<Added>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut added = Vec::with_capacity(events.len());
    for new in events {
        added.push(add_one(&transaction, new)?);
    }
    transaction.commit()?;
    Ok(added)
}

fn add_one(connection: &Connection, new: &NewEvent<'_>) -> rusqlite::Result<Added> {
    let NewEvent { event, body, received_at, source } = new;
    let about = event.about.as_ref();
    let received_at = received_at.as_millisecond();
    let stored = connection
        .prepare_cached(
            "INSERT INTO events (id, type, created, object_kind, object_id, customer, livemode, thin, api_version,
                                 account, request_id, source, received_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![
            event.id,
            event.event_type,
            event.created,
            about.map(|about| &about.kind),
            about.map(|about| &about.id),
            about.and_then(|about| about.customer.as_ref()),
            event.livemode,
            event.form == Form::Thin,
            event.api_version,
            event.account,
            event.request_id,
            source.name(),
            received_at,
            body,
        ])?;
    if stored == 1 {
        return Ok(Added::Stored { seq: connection.last_insert_rowid() });
    }
    let seq = connection
        .prepare_cached("SELECT seq FROM events WHERE id = ?1")?
        .query_row([&event.id], |row| row.get::<_, i64>(0))?;
    if *source == Source::Webhook {
        // What was read from Stripe's list is the same event, but not the bytes that the signature is for.
        connection
            .prepare_cached(
                "UPDATE events SET body = ?2, source = ?3, api_version = ?4 WHERE seq = ?1 AND source <> ?3",
            )?
            .execute(params![seq, body, source.name(), event.api_version])?;
    }
    connection
        .prepare_cached(
            "INSERT INTO repeats (seq, times, last_at) VALUES (?1, 1, ?2)
             ON CONFLICT (seq) DO UPDATE SET times = times + 1, last_at = max(last_at, ?2)",
        )?
        .execute((seq, received_at))?;
    Ok(Added::Duplicate { seq })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::fix_of;

    fn bodies(numbers: std::ops::Range<i64>) -> Vec<Vec<u8>> {
        let filler = "x".repeat(5_000);
        let body = |number| {
            format!(r#"{{"id":"evt_{number}","type":"a.b","created":1,"data":"{filler}"}}"#).into_bytes()
        };
        numbers.map(body).collect()
    }

    fn add(books: &mut Books, numbers: std::ops::Range<i64>) -> anyhow::Result<Vec<Added>> {
        let bodies = bodies(numbers);
        let events: Vec<Event> = bodies.iter().map(|body| Event::read(body).unwrap()).collect();
        let new = events.iter().zip(&bodies).map(|(event, body)| NewEvent {
            event,
            body,
            received_at: Timestamp::UNIX_EPOCH,
            source: Source::Webhook,
        });
        books.add_events(&new.collect::<Vec<_>>())
    }

    fn says(error: &anyhow::Error, message: &str, fix: &str) {
        assert!(error.to_string().contains(message), "{error:#}");
        assert!(fix_of(error).unwrap_or_default().contains(fix), "{:?}", fix_of(error));
    }

    #[test]
    fn a_full_disk_is_told_and_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut books = Books::open(&folder.path().join("books.db")).unwrap();
        add(&mut books, 0..20).unwrap();
        // As many pages as there are, and no more.
        let pages: i64 = books.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        books.connection.pragma_update(None, "max_page_count", pages).unwrap();
        says(&add(&mut books, 20..60).unwrap_err(), "The disk is full", "what was stored before is whole");
        assert_eq!(books.last_seq().unwrap(), 20, "all of a batch or nothing");
        books.connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        add(&mut books, 20..60).unwrap();
        assert_eq!(books.last_seq().unwrap(), 60, "there is space again");
    }

    #[test]
    fn a_locked_file_is_told_and_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.db");
        let mut books = Books::open(&path).unwrap();
        add(&mut books, 0..1).unwrap();
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        books.connection.busy_timeout(std::time::Duration::ZERO).unwrap();
        says(&add(&mut books, 1..2).unwrap_err(), "Another process keeps the books", "nothing was changed");
        assert!(books.event("evt_0").unwrap().is_some());
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(add(&mut books, 1..2).unwrap(), [Added::Stored { seq: 2 }]);
    }
}
