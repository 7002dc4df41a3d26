//! How far the books' events were applied, and whether the books are still the ones that they were applied from.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use super::batch::told;
use super::{Mirror, set_cursor};
use crate::store::books::Books;

/// The name of the cursor that is the second up to which all events were read from Stripe.
pub const EVENTS_READ: &str = "events";

/// The name of the cursor that is there while all events that Stripe still lists are to be read again.
pub const EVENTS_AGAIN: &str = "events again";

/// The settings that say how far: a number in the order of storing, and the id of that event. Mirrors of before have no
/// id.
const NUMBER: &str = "applied_through";
const EVENT: &str = "applied_event";

impl Mirror {
    /// The number of the last event of the books that was applied; zero if none was.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn applied_through(&self) -> anyhow::Result<i64> {
        self.explain(number(&self.connection))
    }

    /// Whether the books have the event that was applied last.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn is_of(&self, books: &Books) -> anyhow::Result<bool> {
        let through = through(&self.connection, books);
        Ok(through.map_err(|error| told(error, |error| self.file.explain(error)))?.is_some())
    }

    /// Looks whether the books have the event that was applied last. If not, older ones or others were put in their
    /// place: then all of theirs wait to be applied, and what Stripe lists has to be read again. Says whether it is so.
    ///
    /// # Errors
    /// If a file can't be read or written.
    pub fn begin_with(&mut self, books: &Books, now: Timestamp) -> anyhow::Result<bool> {
        if self.is_of(books)? {
            return Ok(false);
        }
        let file = self.file.clone();
        let explain = |error| file.explain(error);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(explain)?;
        let (_, is_other) = go_on_from(&transaction, books, now).map_err(|error| told(error, explain))?;
        transaction.commit().map_err(explain)?;
        Ok(is_other)
    }
}

/// The number of the last event that was applied, zero if none was; `None` if these books have it not.
pub(super) fn through(connection: &Connection, books: &Books) -> anyhow::Result<Option<i64>> {
    let number = number(connection)?;
    if number == 0 {
        return Ok(Some(0));
    }
    let applied = setting(connection, EVENT)?;
    let stored = books.event_at(number)?;
    let is_same = stored.is_some_and(|event| applied.is_none_or(|id| id == event.id));
    Ok(is_same.then_some(number))
}

/// The number of the event behind which applying goes on; and whether it begins anew, because the books are others.
/// To apply an event again changes nothing, so that no event is left out and none counts twice.
pub(super) fn go_on_from(
    connection: &Connection,
    books: &Books,
    now: Timestamp,
) -> anyhow::Result<(i64, bool)> {
    if let Some(number) = through(connection, books)? {
        return Ok((number, false));
    }
    connection.execute("DELETE FROM outcomes", [])?;
    connection.execute("DELETE FROM settings WHERE name IN (?1, ?2)", [NUMBER, EVENT])?;
    let read: Option<i64> = connection
        .prepare_cached("SELECT value FROM cursors WHERE name = ?1")?
        .query_row([EVENTS_READ], |row| row.get::<_, String>(0))
        .optional()?
        .and_then(|second| second.parse().ok());
    if let Some(read) = read {
        // What was read from Stripe after the last event that is left is gone, and perhaps some of before, which came
        // late: all is asked for again. How far back Stripe's list would have to reach is told by that event.
        let last = books.event_at(books.last_seq()?)?;
        let back = last.map(|event| event.created.min(read).to_string());
        set_cursor(connection, EVENTS_READ, back.as_deref(), now.as_second())?;
        set_cursor(connection, EVENTS_AGAIN, Some("1"), now.as_second())?;
    }
    Ok((0, true))
}

/// Notes how far events were applied: the number and the id of the last one.
pub(super) fn set_through(connection: &Connection, seq: i64, id: &str) -> rusqlite::Result<()> {
    for (name, value) in [(NUMBER, seq.to_string().as_str()), (EVENT, id)] {
        connection
            .prepare_cached(
                "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
            )?
            .execute([name, value])?;
    }
    Ok(())
}

pub(super) fn number(connection: &Connection) -> rusqlite::Result<i64> {
    Ok(setting(connection, NUMBER)?.and_then(|value| value.parse().ok()).unwrap_or(0))
}

fn setting(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}
