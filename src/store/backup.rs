//! Copies of the books and the mirror that are whole, while others go on writing.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::sqlite::{Rules, file, remove};
use crate::error::{Explain as _, Kind, fail};

/// How many pages are copied between two reports.
const PAGES_A_STEP: i32 = 2048;

/// How far a copy has got; in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    pub done: u64,
    pub total: u64,
}

/// Copies a database file as it is at this moment, checks the copy, and only then gives it its name. Returns its size
/// in bytes.
///
/// # Errors
/// If there is a file of that name, or one of the two can't be read or written; then no copy is left.
pub(super) fn copy(
    from: &Path,
    rules: &'static Rules,
    to: &Path,
    progress: &mut dyn FnMut(Copied),
) -> anyhow::Result<u64> {
    if to.exists() {
        return Err(fail(
            Kind::Usage,
            format!("There is a file `{}` already", to.display()),
            "Name another folder: a backup is never written over",
        ));
    }
    let source = file(from, rules);
    let part = to.with_extension("part");
    let mut made = || -> anyhow::Result<u64> {
        remove(&part)?;
        let reader = source.open_to_read()?;
        file(&part, rules).only_for_its_owner()?;
        write(&reader, &part, progress).map_err(|error| file(&part, rules).explain(error))?;
        let copy = fs_err::File::open(&part)?;
        copy.sync_all()?;
        fs_err::rename(&part, to)?;
        Ok(copy.metadata()?.len())
    };
    let result = made();
    if result.is_err() {
        // The reason is in the result; half a copy is of no use to anybody.
        let _ = remove(&part);
    }
    result.explain(Kind::Failed, || format!("Cannot copy `{}`", from.display()), "The original is as it was")
}

fn write(reader: &Connection, part: &Path, progress: &mut dyn FnMut(Copied)) -> rusqlite::Result<()> {
    // What is read from here on is the file of this moment, whatever others commit meanwhile: without it, each commit
    // of another process would start the copy again.
    reader.execute_batch("BEGIN")?;
    let page_size: i64 = reader.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    reader.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    let mut copy = Connection::open(part)?;
    {
        let backup = Backup::new(reader, &mut copy)?;
        loop {
            let step = backup.step(PAGES_A_STEP)?;
            let at = backup.progress();
            let bytes = |pages: i32| u64::try_from(i64::from(pages) * page_size).unwrap_or(0);
            progress(Copied { done: bytes(at.pagecount - at.remaining), total: bytes(at.pagecount) });
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                // Another process holds a lock for a moment; how long it may is SQLite's to judge.
                _ => std::thread::yield_now(),
            }
        }
    }
    let verdict: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
            Some(verdict),
        ));
    }
    // One file is easier to move than three, and is a write-ahead log again where it is opened next.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| error)?;
    reader.execute_batch("COMMIT")
}
