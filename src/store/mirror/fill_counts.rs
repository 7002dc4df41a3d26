//! What a backfill received, counted kind by kind as it came, and again as it is in the tables.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use super::Mirror;
use super::fill::Fill;
use crate::billing::backfill::{Count, Unread, kinds};

impl Mirror {
    /// Counts objects that a list gave when it was looked at again among those that were received, and keeps nothing
    /// of them: one that no walk gave and no event brings is missing.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn note_listed(&mut self, fill: &Fill, kind: &str, ids: &[&str]) -> anyhow::Result<()> {
        let file = self.file.clone();
        let mut write = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut new = 0;
            for id in ids {
                new += note_filled(&transaction, fill, kind, id)?;
            }
            count_received(&transaction, fill, kind, new)?;
            transaction.commit()
        };
        write().map_err(|error| file.explain(error))
    }

    /// Notes that a walk's list can't be read, and why.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn note_unread(&mut self, fill: &Fill, kind: &str, why: Unread) -> anyhow::Result<()> {
        let name = match why {
            Unread::Unknown => "unknown",
            Unread::Forbidden => "forbidden",
        };
        let write = || {
            self.connection
                .prepare_cached(
                    "INSERT INTO fill_counts (fill, kind, received, unread) VALUES (?1, ?2, 0, ?3)
                     ON CONFLICT (fill, kind) DO UPDATE SET unread = ?3",
                )?
                .execute((fill.number, kind, name))
        };
        self.explain(write()).map(|_| ())
    }

    /// The kinds whose lists can't be read, of which a backfill knows nothing.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn unread_kinds(&self, fill: &Fill) -> anyhow::Result<HashSet<String>> {
        let read = || {
            self.connection
                .prepare_cached("SELECT kind FROM fill_counts WHERE fill = ?1 AND unread IS NOT NULL")?
                .query_map([fill.number], |row| row.get(0))?
                .collect()
        };
        self.explain(read())
    }

    /// Counts a backfill's objects two ways, kind by kind: as they came, and as they are in the tables now.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn fill_counts(&self, fill: &Fill) -> anyhow::Result<Vec<Count>> {
        kinds().into_iter().map(|kind| self.explain(count(&self.connection, fill, kind))).collect()
    }
}

/// 1 if it was not noted before, else 0.
pub(super) fn note_filled(
    connection: &Connection,
    fill: &Fill,
    kind: &str,
    id: &str,
) -> rusqlite::Result<usize> {
    connection.prepare_cached("INSERT OR IGNORE INTO filled (fill, kind, id) VALUES (?1, ?2, ?3)")?.execute((
        fill.number,
        kind,
        id,
    ))
}

pub(super) fn count_received(
    connection: &Connection,
    fill: &Fill,
    kind: &str,
    new: usize,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO fill_counts (fill, kind, received) VALUES (?1, ?2, ?3)
             ON CONFLICT (fill, kind) DO UPDATE SET received = received + ?3",
        )?
        .execute((fill.number, kind, i64::try_from(new).unwrap_or(i64::MAX)))
        .map(|_| ())
}

fn count(connection: &Connection, fill: &Fill, kind: &'static str) -> rusqlite::Result<Count> {
    let counted: Option<(i64, Option<String>)> = connection
        .prepare_cached("SELECT received, unread FROM fill_counts WHERE fill = ?1 AND kind = ?2")?
        .query_row((fill.number, kind), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let stored: i64 = connection
        .prepare_cached(
            "SELECT count(*) FROM filled JOIN objects USING (kind, id) WHERE fill = ?1 AND kind = ?2",
        )?
        .query_row((fill.number, kind), |row| row.get(0))?;
    let (received, unread) = counted.unwrap_or((0, None));
    let unread = unread.map(|why| if why == "forbidden" { Unread::Forbidden } else { Unread::Unknown });
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(Count { kind, received: count(received), stored: count(stored), unread })
}
