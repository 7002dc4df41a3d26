//! Checkouts that somebody asked for: noted before the request is sent, so that one is counted by all processes, and the
//! same call with the same key leads to the same session.

use rusqlite::{OptionalExtension as _, TransactionBehavior};

use super::Books;

/// `wish` is a digest of what was asked for, `request` what is sent for it, `session` what Stripe made of it.
pub(super) const TABLES: &str = "CREATE TABLE checkouts (
        key TEXT NOT NULL,
        subject TEXT NOT NULL,
        at INTEGER NOT NULL,
        wish TEXT NOT NULL,
        request TEXT NOT NULL,
        session TEXT,
        PRIMARY KEY (key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX checkouts_by_subject ON checkouts (subject, at);";

/// The limit counts over this many seconds.
const WINDOW_SECONDS: i64 = 60;

/// A checkout that is about to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// The idempotency key of the request.
    pub key: &'a str,
    pub subject: &'a str,
    /// In seconds.
    pub at: i64,
    pub wish: &'a str,
    /// The request's parameters, as JSON.
    pub request: &'a str,
}

/// What stands of a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It may be sent.
    New,
    /// It was noted before, under this key: what was sent, and the session if its answer came.
    Again { request: String, session: Option<String> },
    /// The key stands for another checkout.
    Differs,
    /// The subject has started as many as it may; the next one may start at this second.
    TooMany { free_at: i64 },
}

impl Books {
    /// Notes a checkout, unless its key is known or its subject has started `most` within a minute.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn start_checkout(&self, start: &Start<'_>, most: Option<u32>) -> anyhow::Result<Claim> {
        let claim = || {
            let transaction =
                rusqlite::Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
            let known: Option<(String, String, Option<String>)> = transaction
                .prepare_cached("SELECT wish, request, session FROM checkouts WHERE key = ?1")?
                .query_row([start.key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            if let Some((wish, request, session)) = known {
                return Ok(if wish == start.wish {
                    Claim::Again { request, session }
                } else {
                    Claim::Differs
                });
            }
            if let Some(most) = most {
                // The one that has to be over before another may start: of so many, the oldest.
                let blocking: Option<i64> = transaction
                    .prepare_cached(
                        "SELECT at FROM checkouts WHERE subject = ?1 AND at > ?2 ORDER BY at DESC LIMIT 1 OFFSET ?3",
                    )?
                    .query_row((start.subject, start.at - WINDOW_SECONDS, i64::from(most) - 1), |row| row.get(0))
                    .optional()?;
                if let Some(at) = blocking {
                    return Ok(Claim::TooMany { free_at: at + WINDOW_SECONDS });
                }
            }
            transaction
                .prepare_cached(
                    "INSERT INTO checkouts (key, subject, at, wish, request) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute((start.key, start.subject, start.at, start.wish, start.request))?;
            transaction.commit()?;
            Ok(Claim::New)
        };
        self.explain(claim())
    }

    /// Notes what Stripe made of a checkout.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn note_checkout(&self, key: &str, session: &str) -> anyhow::Result<()> {
        let note = || {
            self.connection
                .prepare_cached("UPDATE checkouts SET session = ?2 WHERE key = ?1")?
                .execute([key, session])
        };
        self.explain(note()).map(|_| ())
    }

    /// Forgets a checkout that Stripe has refused: it counts for nothing.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn forget_checkout(&self, key: &str) -> anyhow::Result<()> {
        let forget = || {
            self.connection
                .prepare_cached("DELETE FROM checkouts WHERE key = ?1 AND session IS NULL")?
                .execute([key])
        };
        self.explain(forget()).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn books() -> (tempfile::TempDir, Books) {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(&folder.path().join("books.db")).unwrap();
        (folder, books)
    }

    fn start<'a>(key: &'a str, subject: &'a str, at: i64) -> Start<'a> {
        Start { key, subject, at, wish: "pro", request: "{}" }
    }

    #[test]
    fn a_subject_starts_so_many_a_minute_and_no_more() {
        let (_folder, books) = books();
        for (key, at) in [("a", 100), ("b", 110)] {
            assert_eq!(books.start_checkout(&start(key, "u_1", at), Some(2)).unwrap(), Claim::New);
        }
        let third = start("c", "u_1", 120);
        assert_eq!(books.start_checkout(&third, Some(2)).unwrap(), Claim::TooMany { free_at: 160 });
        assert_eq!(books.start_checkout(&start("d", "u_2", 120), Some(2)).unwrap(), Claim::New);
        assert_eq!(books.start_checkout(&start("c", "u_1", 160), Some(2)).unwrap(), Claim::New);
        // What Stripe refused counts for nothing.
        books.forget_checkout("c").unwrap();
        assert_eq!(books.start_checkout(&start("e", "u_1", 161), Some(2)).unwrap(), Claim::New);
    }

    #[test]
    fn a_key_stands_for_one_checkout() {
        let (_folder, books) = books();
        let first = start("a", "u_1", 100);
        assert_eq!(books.start_checkout(&first, Some(1)).unwrap(), Claim::New);
        let unanswered = Claim::Again { request: "{}".to_owned(), session: None };
        assert_eq!(books.start_checkout(&first, Some(1)).unwrap(), unanswered);
        books.note_checkout("a", "cs_1").unwrap();
        let again = Start { at: 900, request: "{\"later\": true}", ..first };
        let answered = Claim::Again { request: "{}".to_owned(), session: Some("cs_1".to_owned()) };
        assert_eq!(books.start_checkout(&again, Some(1)).unwrap(), answered);
        assert_eq!(
            books.start_checkout(&Start { wish: "starter", ..again }, Some(1)).unwrap(),
            Claim::Differs
        );
        books.forget_checkout("a").unwrap();
        assert_eq!(books.start_checkout(&again, Some(1)).unwrap(), answered);
    }
}
