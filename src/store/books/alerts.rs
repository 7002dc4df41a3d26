//! Thresholds that are crossed, and the messages about them: each is made once, whichever process sees it first, and kept
//! until it is delivered.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension as _, TransactionBehavior};

use super::Books;

/// A crossing is there for as long as a check finds it; `message` is the one that told of it. A message is claimed by
/// whoever delivers it, up to a second after which somebody else may.
pub(super) const TABLES: &str = "CREATE TABLE alert_messages (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        alert TEXT NOT NULL,
        at INTEGER NOT NULL,
        body TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        claimed_until INTEGER,
        delivered_at INTEGER,
        error TEXT
    ) STRICT;
    CREATE INDEX alert_messages_waiting ON alert_messages (number) WHERE delivered_at IS NULL;
    CREATE TABLE alert_crossings (
        alert TEXT NOT NULL,
        key TEXT NOT NULL,
        since INTEGER NOT NULL,
        message INTEGER NOT NULL REFERENCES alert_messages (number),
        PRIMARY KEY (alert, key)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER alert_messages_stay BEFORE UPDATE ON alert_messages BEGIN
        SELECT raise(ABORT, 'what an alert says is never changed, and it is delivered once')
        WHERE NEW.id <> OLD.id OR NEW.alert <> OLD.alert OR NEW.at <> OLD.at OR NEW.body <> OLD.body
            OR OLD.delivered_at IS NOT NULL;
    END;";

/// A message that is to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertMessage {
    pub number: i64,
    /// What a receiver knows it again by.
    pub id: String,
    pub alert: String,
    /// JSON.
    pub body: String,
    /// How often its delivery was begun, this time with them.
    pub attempts: i64,
}

impl Books {
    /// Which of an alert's crossings nobody was told of yet. Keys name what crossed it.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn new_crossings(&self, alert: &str, keys: &[String]) -> anyhow::Result<Vec<String>> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let known = known(&self.connection, alert)?;
            Ok(keys.iter().filter(|key| !known.contains(*key)).cloned().collect())
        };
        self.explain(read())
    }

    /// Notes what crosses an alert now, in one transaction: crossings that are over are forgotten, and of new ones there is
    /// one message, made by `body` of their keys. Whether there is one.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn note_crossings(
        &self,
        alert: &str,
        keys: &[String],
        id: &str,
        at: i64,
        body: impl FnOnce(&[String]) -> String,
    ) -> anyhow::Result<bool> {
        let note = || -> rusqlite::Result<bool> {
            let transaction =
                rusqlite::Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
            let known = known(&transaction, alert)?;
            for over in known.iter().filter(|known| !keys.contains(known)) {
                transaction
                    .prepare_cached("DELETE FROM alert_crossings WHERE alert = ?1 AND key = ?2")?
                    .execute([alert, over.as_str()])?;
            }
            let new: Vec<String> = keys.iter().filter(|key| !known.contains(*key)).cloned().collect();
            if !new.is_empty() {
                let number: i64 = transaction
                    .prepare_cached(
                        "INSERT INTO alert_messages (id, alert, at, body) VALUES (?1, ?2, ?3, ?4)
                         RETURNING number",
                    )?
                    .query_row((id, alert, at, body(&new)), |row| row.get(0))?;
                for key in &new {
                    transaction
                        .prepare_cached(
                            "INSERT INTO alert_crossings (alert, key, since, message) VALUES (?1, ?2, ?3, ?4)",
                        )?
                        .execute((alert, key, at, number))?;
                }
            }
            transaction.commit()?;
            Ok(!new.is_empty())
        };
        self.explain(note())
    }

    /// Takes the next message behind a number that waits and that nobody else delivers, up to the second `until`.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn claim_alert(&self, after: i64, now: i64, until: i64) -> anyhow::Result<Option<AlertMessage>> {
        let claim = || {
            self.connection
                .prepare_cached(
                    "UPDATE alert_messages SET claimed_until = ?3, attempts = attempts + 1 WHERE number =
                        (SELECT number FROM alert_messages
                         WHERE delivered_at IS NULL AND number > ?1
                            AND (claimed_until IS NULL OR claimed_until <= ?2)
                         ORDER BY number LIMIT 1)
                     RETURNING number, id, alert, body, attempts",
                )?
                .query_row((after, now, until), |row| {
                    Ok(AlertMessage {
                        number: row.get(0)?,
                        id: row.get(1)?,
                        alert: row.get(2)?,
                        body: row.get(3)?,
                        attempts: row.get(4)?,
                    })
                })
                .optional()
        };
        self.explain(claim())
    }

    /// Notes that a message was delivered.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn note_alert_delivered(&self, number: i64, at: i64) -> anyhow::Result<()> {
        let note = || {
            self.connection
                .prepare_cached(
                    "UPDATE alert_messages SET delivered_at = ?2, claimed_until = NULL, error = NULL
                     WHERE number = ?1 AND delivered_at IS NULL",
                )?
                .execute((number, at))
        };
        self.explain(note()).map(|_| ())
    }

    /// Notes why a message was not delivered, and gives it back: whoever looks next tries again.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn note_alert_failed(&self, number: i64, error: &str) -> anyhow::Result<()> {
        let note = || {
            self.connection
                .prepare_cached(
                    "UPDATE alert_messages SET claimed_until = NULL, error = ?2
                     WHERE number = ?1 AND delivered_at IS NULL",
                )?
                .execute((number, error))
        };
        self.explain(note()).map(|_| ())
    }

    /// How many messages wait, claimed or not.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn waiting_alerts(&self) -> anyhow::Result<i64> {
        let read = || {
            self.connection.query_row(
                "SELECT count(*) FROM alert_messages WHERE delivered_at IS NULL",
                [],
                |row| row.get(0),
            )
        };
        self.explain(read())
    }
}

fn known(connection: &rusqlite::Connection, alert: &str) -> rusqlite::Result<BTreeSet<String>> {
    connection
        .prepare_cached("SELECT key FROM alert_crossings WHERE alert = ?1")?
        .query_map([alert], |row| row.get(0))?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    #[test]
    fn a_crossing_is_told_once_for_as_long_as_it_lasts() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(&folder.path().join("books.db")).unwrap();
        let note = |id: &str, at: i64, crossed: &[&str]| {
            books.note_crossings("low", &keys(crossed), id, at, |new| new.join(" ")).unwrap()
        };
        assert!(note("a", 1, &["u_1", "u_2"]));
        assert!(!note("b", 2, &["u_1", "u_2"]));
        assert!(note("c", 3, &["u_2", "u_3"]));
        // u_1 was over it for a while.
        assert!(note("d", 4, &["u_1", "u_2", "u_3"]));
        assert!(!note("e", 5, &[]));
        assert!(books.note_crossings("other", &keys(&["u_1"]), "f", 6, |new| new.join(" ")).unwrap());
        let mut after = 0;
        let mut told = Vec::new();
        while let Some(message) = books.claim_alert(after, 10, 20).unwrap() {
            after = message.number;
            told.push((message.id, message.body));
        }
        let expected = [("a", "u_1 u_2"), ("c", "u_3"), ("d", "u_1"), ("f", "u_1")];
        assert_eq!(told, expected.map(|(id, body)| (id.to_owned(), body.to_owned())));
    }

    #[test]
    fn a_message_is_one_processs_until_it_gives_it_back_or_its_time_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(&folder.path().join("books.db")).unwrap();
        books.note_crossings("low", &keys(&["u_1"]), "a", 1, |new| new.join(" ")).unwrap();
        let first = books.claim_alert(0, 10, 20).unwrap().unwrap();
        assert_eq!(books.claim_alert(0, 19, 29).unwrap(), None);
        let second = books.claim_alert(0, 20, 30).unwrap().unwrap();
        assert_eq!((second.number, second.attempts), (first.number, 2));
        books.note_alert_failed(first.number, "nobody answers").unwrap();
        assert_eq!(books.claim_alert(0, 21, 31).unwrap().unwrap().attempts, 3);
        books.note_alert_delivered(first.number, 22).unwrap();
        assert_eq!(books.claim_alert(0, 1_000, 2_000).unwrap(), None);
        assert_eq!(books.waiting_alerts().unwrap(), 0);
    }
}
