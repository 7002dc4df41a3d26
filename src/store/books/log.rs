//! The log that commits go into first, and its way into the file.

use super::Books;

/// How long the log's file stays when it starts over, in bytes: space that is there already is flushed sooner.
const KEPT_LOG_BYTES: u32 = 64 << 20;

impl Books {
    /// Leaves it to [`Books::fold`], called now and then, to fold the log into the file: commits of this connection never
    /// do it.
    ///
    /// # Errors
    /// If the file can't be used.
    pub fn fold_elsewhere(&self) -> anyhow::Result<()> {
        let set = || {
            self.connection.pragma_update(None, "wal_autocheckpoint", 0)?;
            self.connection.pragma_update(None, "journal_size_limit", KEPT_LOG_BYTES)
        };
        self.explain(set())
    }

    /// Folds the log into the file as far as nobody reads from it, while others may write to it. Returns how many of its
    /// pages are left to be folded.
    ///
    /// # Errors
    /// If the file can't be written. The log stays then, and nothing is lost.
    pub fn fold(&self) -> anyhow::Result<u64> {
        let fold = || {
            self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
                let (pages, folded): (i64, i64) = (row.get(1)?, row.get(2)?);
                Ok(u64::try_from(pages.saturating_sub(folded)).unwrap_or_default())
            })
        };
        self.explain(fold())
    }
}
