//! What is kept on disk beside the catalog, and files rewritten in one piece.

pub mod backup; // copies that are whole while others write
pub mod books; // the only copy of raw events
pub mod journal; // a sync's steps and their idempotency keys, written before the first request
pub mod lock; // work that one process does at a time
pub mod migration; // what became of each subscription that was to move
pub mod mirror; // a copy of Stripe, made of events and of what was fetched
pub mod outbox; // events that wait to be passed on
mod sqlite; // opening a SQLite file, and saying what is wrong with it

use std::io::{self, Write as _};
use std::path::Path;

pub use sqlite::is_of_a_file;

/// Makes a file that its owner alone may read, for there are names and addresses in it; what is there of that name goes.
///
/// # Errors
/// If it can't be made.
pub fn create_private(path: &Path) -> io::Result<fs_err::File> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs_err::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use fs_err::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Writes a file in one piece: a crash leaves the old text or the new one, never a part. A file that exists keeps its
/// permissions; a link is followed, so that what it points at is rewritten.
///
/// # Errors
/// If it can't be written; then the old file is as it was.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs_err::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let fresh = path.with_file_name(name);
    let old = fs_err::metadata(&path).ok();
    let write = || {
        let mut options = fs_err::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // What only its owner may read is never open to others, not even while it is written.
        #[cfg(unix)]
        if old.is_some() {
            use fs_err::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(&fresh)?;
        file.write_all(bytes)?;
        if let Some(old) = &old {
            fs_err::set_permissions(&fresh, old.permissions())?;
        }
        file.sync_all()?;
        fs_err::rename(&fresh, &path)
    };
    let written = write();
    if written.is_err() {
        // The reason is in `written`; a half-written file is of no use to anybody.
        let _ = fs_err::remove_file(&fresh);
    }
    written
}
