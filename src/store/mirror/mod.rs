//! `mirror.db`: a copy of Stripe, made of the books' events and of what was fetched. It may be deleted and filled again.

mod account;
mod apply;
mod attempts;
mod batch;
mod customers;
mod export;
mod fill;
mod fill_counts;
mod find;
mod held;
mod intents;
mod links;
mod migrations;
mod movements;
mod objects;
mod outcomes;
mod payments;
mod plans;
mod query;
mod rebuild;
mod revenue;
mod settle;
mod snapshots;
mod status;
mod subscription_list;
mod subscriptions;
mod sweep;
mod through;
mod transactions;
mod unsettled;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _};

pub use apply::Applied;
pub use attempts::{Attempt, EndedTrial, MadeCheckout};
pub use customers::{Customer, OpenInvoice, Payment, PaymentMethod};
pub use export::{ColumnType, Export, ExportTable};
pub use fill::{Fill, Filled, Known, Scope, Walks, WholeFill};
pub use find::Found;
pub use intents::{CountedPayment, PaymentFilter};
pub use movements::CustomerMovement;
pub use objects::MirroredObject;
pub use outcomes::{EventOutcome, Outcome, Span};
pub use payments::{CreditRules, Unread};
pub use plans::PlanItem;
pub use query::{Answer, Query, Unanswered};
pub use rebuild::{Go, Rebuilt, Step, Swap};
pub use revenue::{MoneyMove, ProductName};
pub use snapshots::{Page, Put};
pub use status::Totals;
pub use subscription_list::{InvoiceLine, SubscriptionFilter};
pub use sweep::{Swept, SweptPayment};
pub use through::{EVENTS_AGAIN, EVENTS_READ};
pub use transactions::{Transaction, TransactionFilter};

use super::backup::{self, Copied};
use super::sqlite::{File, Rules, USUAL_PAGE, file};

static RULES: Rules = Rules {
    name: "the mirror",
    migrations: migrations::MIGRATIONS,
    // It can be made again from the books, which lose nothing.
    synchronous: "NORMAL",
    page_size: USUAL_PAGE,
    if_damaged: "Delete the file with its -wal and -shm, then run `billctl mirror backfill`: events are in the books and \
                 are applied again",
};

/// A connection to the mirror. Every process, and every thread, opens its own.
#[derive(Debug)]
pub struct Mirror {
    connection: Connection,
    file: File,
    personal_data: bool,
    subject_metadata: Option<String>,
    credit_rules: CreditRules,
}

impl Mirror {
    /// Opens the file, makes it if it isn't there, and brings its tables up to date. Without `personal_data`, names
    /// and addresses are left out of what is written from now on.
    ///
    /// # Errors
    /// If it can't be opened or written, is damaged, or was written by a newer version; the error says what to do.
    pub fn open(path: &Path, personal_data: bool) -> anyhow::Result<Mirror> {
        let file = file(path, &RULES);
        let connection = file.open()?;
        let credit_rules = CreditRules::default();
        Ok(Mirror { connection, file, personal_data, subject_metadata: None, credit_rules })
    }

    /// The same, knowing under which metadata key objects name their subject (`links.subject_metadata`).
    #[must_use]
    pub fn with_subject_metadata(self, key: Option<String>) -> Mirror {
        Mirror { subject_metadata: key, ..self }
    }

    /// The same, with what the catalog and the policy say of credits that are bought.
    #[must_use]
    pub fn with_credit_rules(self, rules: CreditRules) -> Mirror {
        Mirror { credit_rules: rules, ..self }
    }

    pub fn path(&self) -> &PathBuf {
        &self.file.path
    }

    /// Whether names and addresses are kept.
    pub fn keeps_personal_data(&self) -> bool {
        self.personal_data
    }

    /// Where a command left off, under a name of its own choosing.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn cursor(&self, name: &str) -> anyhow::Result<Option<String>> {
        let read = || {
            self.connection
                .prepare_cached("SELECT value FROM cursors WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()
        };
        self.explain(read())
    }

    /// All cursors whose name starts with a text, by name.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn cursors(&self, prefix: &str) -> anyhow::Result<Vec<(String, String)>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT name, value FROM cursors WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name",
                )?
                .query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        };
        self.explain(read())
    }

    /// Notes where a command left off; `None` forgets it. `at` is in seconds.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn set_cursor(&mut self, name: &str, value: Option<&str>, at: i64) -> anyhow::Result<()> {
        self.explain(set_cursor(&self.connection, name, value, at))
    }

    /// Copies the mirror as it is at this moment; see [`crate::store::backup`]. Returns the copy's size in bytes.
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

    fn explain<T>(&self, result: rusqlite::Result<T>) -> anyhow::Result<T> {
        result.map_err(|error| self.file.explain(error))
    }
}

fn set_cursor(connection: &Connection, name: &str, value: Option<&str>, at: i64) -> rusqlite::Result<()> {
    match value {
        Some(value) => connection
            .prepare_cached(
                "INSERT INTO cursors (name, value, at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET value = ?2, at = ?3",
            )?
            .execute((name, value, at))?,
        None => connection.prepare_cached("DELETE FROM cursors WHERE name = ?1")?.execute([name])?,
    };
    Ok(())
}
