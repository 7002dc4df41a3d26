//! Opening a SQLite file, bringing its tables up to date, and saying what is wrong with it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, ffi};

use crate::error::{Kind, Note, fail};

/// How long one process waits for another that writes to the same file.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the log of a file gets before it is folded into the file, in bytes.
const LOG_BYTES: u32 = 16 << 20;

/// SQLite's own page size.
pub const USUAL_PAGE: u32 = 4096;

/// How a file is kept.
#[derive(Debug)]
pub struct Rules {
    /// What it is called in messages.
    pub name: &'static str,
    /// `user_version` counts how many of these have been applied. Append only.
    pub migrations: &'static [&'static str],
    /// `FULL`: what is committed outlives a power cut. `NORMAL`: it may lose the last commits, but no more.
    pub synchronous: &'static str,
    /// In bytes, of a file that is made; one that is there keeps its own.
    pub page_size: u32,
    /// What to do if it is damaged.
    pub if_damaged: &'static str,
}

/// Where a file is and how it is kept; makes errors of it worth reading.
#[derive(Debug, Clone)]
pub struct File {
    pub path: PathBuf,
    pub rules: &'static Rules,
}

impl File {
    /// Opens the file to read and write, makes it if it isn't there, and brings its tables up to date.
    ///
    /// # Errors
    /// If it can't be opened or written, is no database, or was written by a newer version.
    pub fn open(&self) -> anyhow::Result<Connection> {
        if let Some(folder) = self.path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        self.only_for_its_owner()?;
        let mut connection = Connection::open(&self.path).map_err(|error| self.explain(error))?;
        self.configure(&connection).map_err(|error| self.explain(error))?;
        self.migrate(&mut connection)?;
        Ok(connection)
    }

    /// Opens a file that is there, for reading alone.
    ///
    /// # Errors
    /// As [`File::open`]; also if its tables are older than this version's.
    pub fn open_to_read(&self) -> anyhow::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(&self.path, flags).map_err(|error| self.explain(error))?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(|error| self.explain(error))?;
        connection.set_prepared_statement_cache_capacity(128);
        let version = version(&connection).map_err(|error| self.explain(error))?;
        self.refuse_newer(version)?;
        if version < self.rules.migrations.len() {
            return Err(fail(
                Kind::Failed,
                format!(
                    "An older billctl wrote {} `{}`, and it is only to be read here",
                    self.rules.name,
                    self.path.display()
                ),
                "Run `billctl mirror status`, which brings its tables up to date",
            ));
        }
        Ok(connection)
    }

    /// How many bytes the file takes on disk, its log included.
    pub fn size(&self) -> u64 {
        let mut log = self.path.as_os_str().to_owned();
        log.push("-wal");
        [self.path.as_os_str(), &log]
            .into_iter()
            .filter_map(|path| fs_err::metadata(path).ok())
            .map(|found| found.len())
            .sum()
    }

    /// Raw events have names and addresses in them: others on the machine may not read them.
    pub(super) fn only_for_its_owner(&self) -> anyhow::Result<()> {
        #[cfg(unix)]
        if !self.path.exists() {
            use fs_err::os::unix::fs::OpenOptionsExt as _;
            let made = fs_err::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path);
            match made {
                Ok(_) => {}
                // Another process was quicker.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    let message = format!("Cannot make {} `{}`", self.rules.name, self.path.display());
                    let fix = "Check that this user may write to its folder and that the disk has space";
                    return Err(anyhow::Error::new(error).context(note(message, fix)));
                }
            }
        }
        Ok(())
    }

    fn configure(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "page_size", self.rules.page_size)?;
        write_ahead(connection)?;
        connection.pragma_update(None, "synchronous", self.rules.synchronous)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // The log is folded into the file every 16 MiB, and is cut to that size after a burst.
        connection.pragma_update(None, "wal_autocheckpoint", LOG_BYTES / self.rules.page_size)?;
        connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
        connection.pragma_update(None, "cache_size", -16_384)?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(())
    }

    fn migrate(&self, connection: &mut Connection) -> anyhow::Result<()> {
        let known = self.rules.migrations.len();
        let applied = version(connection).map_err(|error| self.explain(error))?;
        self.refuse_newer(applied)?;
        if applied == known {
            return Ok(());
        }
        let mut migrate = || -> rusqlite::Result<()> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another process may have been quicker.
            let applied = version(&transaction)?;
            for migration in self.rules.migrations.get(applied..).unwrap_or_default() {
                transaction.execute_batch(migration)?;
            }
            transaction.pragma_update(None, "user_version", i64::try_from(known).unwrap_or(i64::MAX))?;
            transaction.commit()
        };
        migrate().map_err(|error| self.explain(error))
    }

    fn refuse_newer(&self, applied: usize) -> anyhow::Result<()> {
        let known = self.rules.migrations.len();
        if applied > known {
            return Err(fail(
                Kind::Failed,
                format!(
                    "A newer billctl wrote {} `{}` (its tables have version {applied}, this one knows {known})",
                    self.rules.name,
                    self.path.display()
                ),
                "Use that version of billctl or a newer one; nothing was changed",
            ));
        }
        Ok(())
    }

    /// Says of a failure what it means for this file, and what to do.
    pub fn explain(&self, error: rusqlite::Error) -> anyhow::Error {
        let name = self.rules.name;
        let path = self.path.display();
        // Where a file's log can't be mapped into memory for want of space, it is the disk that is full, too.
        let is_full =
            error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_IOERR_SHMSIZE);
        let code = if is_full { Some(ErrorCode::DiskFull) } else { error.sqlite_error_code() };
        let (what, fix) = match code {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
                format!("Another process keeps {name} `{path}` locked"),
                "Wait until it is done, or stop it, and run the same command again; nothing was changed".to_owned(),
            ),
            Some(ErrorCode::ReadOnly) => (
                format!("Cannot write to {name} `{path}`"),
                "Give this user the right to write to the file and its folder, or mount its disk to be written to"
                    .to_owned(),
            ),
            Some(ErrorCode::DiskFull) => (
                format!("The disk is full: cannot write to {name} `{path}`"),
                "Make space and run the same command again; what was stored before is whole".to_owned(),
            ),
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => (
                format!("{} `{path}` is damaged, or no database of billctl", self.name_at_start()),
                self.rules.if_damaged.to_owned(),
            ),
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => (
                format!("Cannot open {name} `{path}`"),
                "Check that the file and its folder are there and that this user may read and write them".to_owned(),
            ),
            Some(ErrorCode::SystemIoFailure) => (
                format!("The disk failed at {name} `{path}`"),
                "Check the disk and its space, and run the same command again".to_owned(),
            ),
            _ => (format!("Cannot use {name} `{path}`"), "Run it again; if it stays, please report it".to_owned()),
        };
        anyhow::Error::new(error).context(note(what, fix))
    }

    fn name_at_start(&self) -> String {
        let mut letters = self.rules.name.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }
}

/// Whether an error is one of a file of ours, rather than of what was asked of it.
pub fn is_of_a_file(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.is::<rusqlite::Error>())
}

fn note(message: String, fix: impl Into<String>) -> Note {
    Note { kind: Kind::Failed, message, fix: Some(fix.into()) }
}

/// Switches to the write-ahead log. Of several that open a new file at once, one does so, and SQLite turns the others away
/// without waiting: they try again for as long as they would wait for any other lock.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let begun = std::time::Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < BUSY_TIMEOUT =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    // A negative one is nobody's: as good as newer.
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// The file's path and rules, together.
pub(crate) fn file(path: &Path, rules: &'static Rules) -> File {
    File { path: path.to_owned(), rules }
}

/// Removes a database file and what SQLite keeps beside it;
/// it is fine if there is none.
///
/// # Errors
/// If one of them can't be removed.
pub(super) fn remove(path: &Path) -> anyhow::Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match fs_err::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
