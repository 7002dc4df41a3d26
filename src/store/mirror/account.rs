//! Whose copy this is.

use rusqlite::{Connection, OptionalExtension as _};

use super::Mirror;

/// The setting that names the account.
const ACCOUNT: &str = "account";

impl Mirror {
    /// The id of the account that this is a copy of; none before anything was read from one.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn account(&self) -> anyhow::Result<Option<String>> {
        self.explain(account(&self.connection))
    }

    /// Notes whose copy this is, for good. Events that another account tells of are kept and change nothing.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn set_account(&mut self, id: &str) -> anyhow::Result<()> {
        self.explain(set_account(&self.connection, id))
    }
}

pub(super) fn account(connection: &Connection) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
        .query_row([ACCOUNT], |row| row.get(0))
        .optional()
}

pub(super) fn set_account(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)")?
        .execute([ACCOUNT, id])
        .map(|_| ())
}
