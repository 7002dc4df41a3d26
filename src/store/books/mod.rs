//! `books.db`: the only copy of what cannot be fetched again, raw events above all.

mod add;
mod alerts;
mod checkouts;
mod credits;
mod filter;
mod guards;
mod log;
mod migrations;
mod money;
mod money_ends;
mod read;
mod subjects;
mod usage;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

pub use add::{Added, NewEvent, Source};
pub use alerts::AlertMessage;
pub use checkouts::{Claim, Start};
pub use credits::{
    Account as CreditAccount, CreditBatch, Decided, EntryFilter, Fault as CreditFault, HashedEntry,
    HistoryFilter, Keep, KindTotal, LowBalance, LowBalanceQuery, Posting, Purchase, Refund,
    Settled as PaymentSettled, Settlement, Verified,
};
pub use filter::EventFilter;
pub use money::{MoneyAttempt, MoneyCredit};
pub use money_ends::{MoneyAction, MoneyEnd, MoneyEnding};
pub use read::StoredEvent;
pub use subjects::LinkOrigin;
pub use usage::{
    Adding, Bound, Compared, Corrected, Ended, Fate, KnownSeries, MeterReport, MissingPush, PushCount,
    PushState, Pushed, RecordQuery, Recorded, Reserved, Series as UsageSeries, SeriesIds, Settled, Staged,
    Standing, Unpushed, UsageBatch, UsageDay,
};

use super::backup::{self, Copied};
use super::sqlite::{File, Rules, file};

static RULES: Rules = Rules {
    name: "the books",
    migrations: migrations::MIGRATIONS,
    synchronous: "FULL",
    // Two events or three fit into one, which halves the writes of storing them.
    page_size: 8192,
    if_damaged: "Stop what writes to it, put a copy made with `billctl mirror backup` in its place, and fetch what came \
                 since with `billctl events pull`. Keep the damaged file: `sqlite3 FILE .recover` may read more of it",
};

/// A connection to the books. Every process, and every thread, opens its own.
#[derive(Debug)]
pub struct Books {
    connection: Connection,
    file: File,
}

impl Books {
    /// Opens the file, makes it if it isn't there, and brings its tables up to date.
    ///
    /// # Errors
    /// If it can't be opened or written, is damaged, or was written by a newer version; the error says what to do.
    pub fn open(path: &Path) -> anyhow::Result<Books> {
        let file = file(path, &RULES);
        let connection = file.open()?;
        Ok(Books { connection, file })
    }

    /// Opens books that are there, for reading alone.
    ///
    /// # Errors
    /// As [`Books::open`], and if there is no file.
    pub fn open_to_read(path: &Path) -> anyhow::Result<Books> {
        let file = file(path, &RULES);
        let connection = file.open_to_read()?;
        Ok(Books { connection, file })
    }

    pub fn path(&self) -> &PathBuf {
        &self.file.path
    }

    /// Copies the books as they are at this moment; see [`crate::store::backup`]. Returns the copy's size in bytes.
    ///
    /// # Errors
    /// If there is a file of that name, or one of the two can't be read or written; then no copy is left.
    pub fn back_up(&self, to: &Path, progress: &mut dyn FnMut(Copied)) -> anyhow::Result<u64> {
        backup::copy(&self.file.path, &RULES, to, progress)
    }

    /// How many bytes the file takes on disk, its log included.
    pub fn size(&self) -> u64 {
        self.file.size()
    }

    /// The version of the tables.
    pub fn schema_version(&self) -> usize {
        RULES.migrations.len()
    }

    /// Has what a statement may have to undo stay in memory, ahead of a transaction of many. By default it goes to a file once
    /// the first few have been carried out, and each statement then writes the pages there that it is about to change.
    fn undo_in_memory(&self) -> anyhow::Result<()> {
        self.explain(self.connection.pragma_update(None, "temp_store", "MEMORY"))
    }

    fn explain<T>(&self, result: rusqlite::Result<T>) -> anyhow::Result<T> {
        result.map_err(|error| self.file.explain(error))
    }
}
