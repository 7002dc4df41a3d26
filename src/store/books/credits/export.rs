//! Reading entries of all subjects with their hashes, in their order.

use rusqlite::{Row, params};

use super::read::{COLUMNS, FROM, entry};
use crate::billing::credits::chain::{self, Hash};
use crate::billing::credits::{Entry, EntryType};
use crate::store::books::Books;

/// Which entries to read; all without any.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    pub subject: Option<String>,
    pub kind: Option<String>,
    pub entry_type: Option<EntryType>,
    /// Booked at or after, in seconds since 1970.
    pub since: Option<i64>,
    /// Booked before, in seconds since 1970.
    pub until: Option<i64>,
}

/// An entry with what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedEntry {
    pub entry: Entry,
    /// The hash of the entry before it, of whatever account; zeros before the first.
    pub previous: Hash,
    pub hash: Hash,
}

impl Books {
    /// Hands on entries in their order, one after the other, as they are at one moment.
    ///
    /// # Errors
    /// What `see` says, and if the file can't be read.
    pub fn each_credit_entry(
        &self,
        filter: &EntryFilter,
        mut see: impl FnMut(HashedEntry) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let EntryFilter { subject, kind, entry_type, since, until } = filter;
        // A subject's entries lie together in the index of accounts; all others are read as they lie in the table.
        let (subjects, kinds) = match subject {
            Some(_) => ("subject = ?1", "kind = ?2"),
            None => ("?1 IS NULL", "+kind = ?2"),
        };
        let sql = format!(
            "SELECT {COLUMNS}, hash,
                (SELECT before.hash FROM credit_entries AS before WHERE before.number = credit_entries.number - 1)
             FROM {FROM} WHERE {subjects} AND (?2 IS NULL OR {kinds}) AND (?3 IS NULL OR type = ?3)
             AND (?4 IS NULL OR at >= ?4) AND (?5 IS NULL OR at < ?5) ORDER BY number"
        );
        let names = entry_type.map(EntryType::name);
        let explain = |error| self.file.explain(error);
        let mut statement = self.connection.prepare(&sql).map_err(explain)?;
        let mut rows = statement.query(params![subject, kind, names, since, until]).map_err(explain)?;
        while let Some(row) = rows.next().map_err(explain)? {
            see(hashed(row).map_err(explain)?)?;
        }
        Ok(())
    }
}

fn hashed(row: &Row<'_>) -> rusqlite::Result<HashedEntry> {
    let previous: Option<Hash> = row.get(16)?;
    Ok(HashedEntry { entry: entry(row)?, previous: previous.unwrap_or(chain::START), hash: row.get(15)? })
}
