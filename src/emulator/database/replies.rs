//! The answers kept for idempotency keys.

use rusqlite::OptionalExtension as _;

use super::Database;

/// How long an answer is kept: a key that is used again later counts as new.
pub const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// The answer to the first request with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Method and path, e.g. `POST /v1/prices`.
    pub endpoint: String,
    /// Stands for the decoded parameters.
    pub fingerprint: Vec<u8>,
    pub status: u16,
    pub body: String,
    pub request_id: String,
}

impl Database {
    /// The answer kept for a key, unless it is older than a day.
    ///
    /// # Errors
    /// SQLite's.
    pub fn kept(&self, key: &str, now: i64) -> rusqlite::Result<Option<Kept>> {
        self.connection
            .prepare_cached(
                "SELECT endpoint, fingerprint, status, body, request_id FROM replies
                 WHERE key = ?1 AND created > ?2",
            )?
            .query_row((key, now - KEPT_SECONDS), |row| {
                Ok(Kept {
                    endpoint: row.get(0)?,
                    fingerprint: row.get(1)?,
                    status: row.get(2)?,
                    body: row.get(3)?,
                    request_id: row.get(4)?,
                })
            })
            .optional()
    }

    /// Keeps the answer to the first request with a key.
    ///
    /// # Errors
    /// SQLite's.
    pub fn keep(&self, key: &str, kept: &Kept, now: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO replies (key, endpoint, fingerprint, status, body, request_id, created)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                key,
                &kept.endpoint,
                &kept.fingerprint,
                kept.status,
                &kept.body,
                &kept.request_id,
                now,
            ))
            .map(|_| ())
    }

    /// Forgets the answers that are older than a day.
    ///
    /// # Errors
    /// SQLite's.
    pub fn prune_replies(&self, now: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("DELETE FROM replies WHERE created <= ?1")?
            .execute([now - KEPT_SECONDS])
            .map(|_| ())
    }
}
