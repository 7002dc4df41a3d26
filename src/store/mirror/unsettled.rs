//! Objects whose version rests on more than its own second, for in that second values went to and fro: an older version
//! that comes late may make another one hold, and where nothing tells the order, Stripe has to be asked. So it has where
//! an event leaves out a part of a list.

use rusqlite::Connection;

use super::Mirror;
use crate::billing::projection::Footing;

impl Mirror {
    /// Kind and id of up to `limit` objects whose version is only a guess and from before a second: fetched now, they
    /// would hold. Chosen by chance, so that those which can't be fetched keep none from its turn.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn guesses(&self, second: i64, limit: usize) -> anyhow::Result<Vec<(String, String)>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT kind, id FROM unsettled JOIN objects USING (kind, id)
                     WHERE guess = 1 AND at < ?1 ORDER BY random() LIMIT ?2",
                )?
                .query_map((second, i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect()
        };
        self.explain(read())
    }
}

/// Notes what the version of an object rests on that was just written. Of the first one nothing is noted yet.
pub(super) fn note(
    connection: &Connection,
    (kind, id): (&str, &str),
    footing: Footing,
    is_first: bool,
) -> rusqlite::Result<()> {
    match footing {
        Footing::Own if is_first => Ok(()),
        Footing::Own => connection
            .prepare_cached("DELETE FROM unsettled WHERE kind = ?1 AND id = ?2")?
            .execute((kind, id))
            .map(|_| ()),
        Footing::Before | Footing::Guess => connection
            .prepare_cached("INSERT OR REPLACE INTO unsettled (kind, id, guess) VALUES (?1, ?2, ?3)")?
            .execute((kind, id, footing == Footing::Guess))
            .map(|_| ()),
    }
}

/// Whether an older version may make another one hold.
pub(super) fn is_noted(connection: &Connection, kind: &str, id: &str) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM unsettled WHERE kind = ?1 AND id = ?2")?.exists((kind, id))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn guesses_that_cannot_be_fetched_keep_no_other_from_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        let mirror = Mirror::open(&folder.path().join("mirror.db"), true).unwrap();
        for id in ["cus_1", "cus_2"] {
            let object =
                "INSERT INTO objects (kind, id, at, deleted, body) VALUES ('customer', ?1, 1, 0, '{}')";
            mirror.connection.execute(object, [id]).unwrap();
            note(&mirror.connection, ("customer", id), Footing::Guess, false).unwrap();
        }
        // Both stay guesses, as nothing comes of asking. That one of them never has its turn is as likely as 200 heads.
        let asked: BTreeSet<String> =
            (0..200).flat_map(|_| mirror.guesses(2, 1).unwrap()).map(|(_, id)| id).collect();
        assert_eq!(asked.len(), 2);
    }
}
