//! The emulator's own SQLite file. This module holds all of its SQL.

mod deliveries;
mod due;
mod filters;
mod meter_events;
mod migrations;
mod objects;
mod replies;
mod thin_events;

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, TransactionBehavior};

pub use deliveries::{Due, Fresh, Left, PENDING_KEY, State, Told};
pub use due::due_key;
pub use filters::{Cursor, Filter, Place};
pub use meter_events::{Aggregate, Formula, MeterEvent};
pub use objects::{Held, Object, Row};
pub use replies::Kept;
pub use thin_events::{ThinEvent, ThinFilter};

use super::ids;
use crate::error::{Kind, Note};

/// How long one process waits for another that writes to the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// One connection to the file. What is read from it is remembered for as long as no other process writes to it: one may
/// serve the same file.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
    quiet: Cell<Option<due::Quiet>>,
}

/// What belongs to the state as a whole, made once when the file is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: String,
    pub secret_key: String,
    pub restricted_key: String,
    pub webhook_secret: String,
    pub created: i64,
}

/// The file is from the future.
#[derive(Debug, thiserror::Error)]
#[error("It was written by a newer billctl (version {applied} of its tables)")]
struct Newer {
    applied: u32,
}

impl Database {
    /// Opens the file, makes it if it isn't there, and brings its tables up to date.
    ///
    /// # Errors
    /// If the file can't be opened, is no database, or was written by a newer version.
    pub fn open(path: &Path) -> anyhow::Result<Database> {
        let open = || {
            if let Some(folder) = path.parent() {
                fs_err::create_dir_all(folder)?;
            }
            let mut connection = Connection::open(path)?;
            configure(&connection)?;
            migrate(&mut connection)?;
            connection.set_prepared_statement_cache_capacity(128);
            Ok(Database { connection, quiet: Cell::new(None) })
        };
        open().map_err(|error| explain(path, error))
    }

    /// The account's own values; made now if this is a new file.
    ///
    /// # Errors
    /// SQLite's.
    pub fn account(&mut self, now: i64) -> rusqlite::Result<Account> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let setting = |name: &str, fresh: String| -> rusqlite::Result<String> {
            transaction
                .prepare_cached("INSERT OR IGNORE INTO settings (name, value) VALUES (?1, ?2)")?
                .execute((name, &fresh))?;
            transaction.query_row("SELECT value FROM settings WHERE name = ?1", [name], |row| row.get(0))
        };
        let account = Account {
            id: setting("account", format!("acct_1{}", ids::random(15)))?,
            secret_key: setting("secret_key", format!("sk_test_billctl{}", ids::random(24)))?,
            restricted_key: setting("restricted_key", format!("rk_test_billctl{}", ids::random(24)))?,
            webhook_secret: setting("webhook_secret", format!("whsec_{}", ids::random(32)))?,
            created: setting("created", now.to_string())?.parse().unwrap_or(now),
        };
        transaction.commit()?;
        Ok(account)
    }

    /// How many seconds the emulator's time is ahead of its clock.
    ///
    /// # Errors
    /// SQLite's.
    pub fn ahead(&self) -> rusqlite::Result<i64> {
        Ok(self.setting("ahead")?.and_then(|seconds| seconds.parse().ok()).unwrap_or(0))
    }

    /// Keeps how many seconds the emulator's time is ahead of its clock.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set_ahead(&self, seconds: i64) -> rusqlite::Result<()> {
        self.set("ahead", &seconds.to_string())
    }

    /// The status of a subscription whose invoice stays unpaid after all retries: in Stripe a setting of the account.
    ///
    /// # Errors
    /// SQLite's.
    pub fn after_retries(&self) -> rusqlite::Result<String> {
        Ok(self.setting("after_retries")?.unwrap_or_else(|| "canceled".to_owned()))
    }

    /// Keeps that status.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set_after_retries(&self, status: &str) -> rusqlite::Result<()> {
        self.set("after_retries", status)
    }

    fn setting(&self, name: &str) -> rusqlite::Result<Option<String>> {
        self.connection
            .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()
    }

    fn set(&self, name: &str, value: &str) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)")?
            .execute([name, value])
            .map(|_| ())
    }

    /// Starts a transaction: with the right to write, or for reading only.
    ///
    /// # Errors
    /// SQLite's; `SQLITE_BUSY` if another process kept the file locked for ten seconds.
    pub fn begin(&self, write: bool) -> rusqlite::Result<()> {
        self.run(if write { "BEGIN IMMEDIATE" } else { "BEGIN DEFERRED" })
    }

    /// Makes everything since [`Database::begin`] durable.
    ///
    /// # Errors
    /// SQLite's; nothing of the transaction is kept then.
    pub fn commit(&self) -> rusqlite::Result<()> {
        self.run("COMMIT")
    }

    pub fn rollback(&self) -> rusqlite::Result<()> {
        self.run("ROLLBACK")
    }

    /// Starts what one request does inside the transaction.
    pub fn savepoint(&self) -> rusqlite::Result<()> {
        self.run("SAVEPOINT request")
    }

    /// Keeps what the request did.
    pub fn release(&self) -> rusqlite::Result<()> {
        self.run("RELEASE request")
    }

    /// Undoes what the request did.
    pub fn undo(&self) -> rusqlite::Result<()> {
        self.run("ROLLBACK TO request")?;
        self.run("RELEASE request")
    }

    /// Deletes every object and kept answer, and lets time and dunning be as they were. The account, its keys and its
    /// secrets stay.
    ///
    /// # Errors
    /// SQLite's.
    pub fn clear(&self) -> rusqlite::Result<()> {
        let statements = [
            "DELETE FROM deliveries",
            "DELETE FROM keys",
            "DELETE FROM meter_events",
            "DELETE FROM thin_events",
            "DELETE FROM objects",
            "DELETE FROM replies",
            "DELETE FROM settings WHERE name IN ('ahead', 'after_retries')",
        ];
        for statement in statements {
            self.run(statement)?;
        }
        Ok(())
    }

    /// How many objects of each kind there are, by the kind's name.
    ///
    /// # Errors
    /// SQLite's.
    pub fn counts(&self) -> rusqlite::Result<Vec<(String, i64)>> {
        self.connection
            .prepare_cached(
                "SELECT kind, count(*) FROM objects WHERE deleted = 0 GROUP BY kind ORDER BY kind",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }

    fn run(&self, statement: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(statement)?.execute([]).map(|_| ())
    }
}

/// Says what can be done about a file that can't be opened.
fn explain(path: &Path, error: anyhow::Error) -> anyhow::Error {
    let folder = path.parent().unwrap_or(path).display();
    let code = error.downcast_ref().and_then(rusqlite::Error::sqlite_error_code);
    let fix = match code {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            format!(
                "Delete the folder `{folder}` to begin anew: it holds only what was tried on the emulator"
            )
        }
        _ if error.is::<Newer>() => {
            format!("Use that billctl, or delete the folder `{folder}` to begin anew")
        }
        _ => format!("Make `{folder}` writable for yourself, on a disk that is not full"),
    };
    let message = format!("Cannot open the emulator's state `{}`", path.display());
    error.context(Note { kind: Kind::Failed, message, fix: Some(fix) })
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Under load, the log is folded into the file every 16 MiB instead of every 4, and the pages that random ids
    // touch stay in memory.
    connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
    connection.pragma_update(None, "cache_size", -16_384)
}

fn migrate(connection: &mut Connection) -> anyhow::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let applied: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let missing = usize::try_from(applied).ok().and_then(|applied| migrations::MIGRATIONS.get(applied..));
    let Some(missing) = missing else {
        return Err(Newer { applied }.into());
    };
    for migration in missing {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", u32::try_from(migrations::MIGRATIONS.len())?)?;
    transaction.commit()?;
    Ok(())
}
