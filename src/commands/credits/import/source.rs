//! Where the rows come from: a file, which is read twice, or stdin, which is kept in memory.

use std::cell::{Cell, RefCell};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use sha2::{Digest as _, Sha256};

use super::row::COLUMNS;
use crate::error::{Explain as _, Kind, fail};
use crate::intake::{Format, Rows, Unreadable};

/// The most bytes that are taken from stdin.
const MAX_STDIN: u64 = 256 << 20;

/// Something that can be read from its beginning more than once.
#[derive(Debug)]
pub struct Source {
    pub format: Format,
    /// Bytes.
    pub size: u64,
    from: From,
}

#[derive(Debug)]
enum From {
    File(PathBuf),
    Memory(Vec<u8>),
}

/// A reading of the source: counts the bytes, and makes their digest.
pub struct Reading<'a> {
    inner: Box<dyn io::Read + 'a>,
    seen: Rc<Seen>,
}

/// What was read so far.
#[derive(Debug, Default)]
pub struct Seen {
    pub bytes: Cell<u64>,
    digest: RefCell<Sha256>,
}

impl Source {
    /// Opens a file, or reads stdin for `-`.
    ///
    /// # Errors
    /// `Usage` where it can't be read, or nobody can tell what is in it.
    pub fn open(path: &Path, format: Option<Format>, folder: &Path) -> anyhow::Result<Source> {
        if path == Path::new("-") {
            let mut bytes = Vec::new();
            io::stdin().lock().take(MAX_STDIN + 1).read_to_end(&mut bytes)?;
            let size = bytes.len() as u64;
            if size > MAX_STDIN {
                return Err(fail(
                    Kind::Usage,
                    "There is more than 256 MiB on stdin; nothing was booked",
                    "Write it to a file and import that: a file is read row by row",
                ));
            }
            let is_json = bytes.trim_ascii_start().first() == Some(&b'{');
            let format = format.unwrap_or(if is_json { Format::Jsonl } else { Format::Csv });
            return Ok(Source { format, size, from: From::Memory(bytes) });
        }
        let Some(format) = format.or_else(|| Format::of(path)) else {
            return Err(fail(
                Kind::Usage,
                format!("`{}` does not say by its name what is in it", path.display()),
                "Say `--format csv` or `--format jsonl`, or give it a name like adjustments.csv",
            ));
        };
        let whole = folder.join(path);
        let found = fs_err::metadata(&whole).explain(
            Kind::Usage,
            || format!("Cannot read `{}`; nothing was booked", path.display()),
            "Check the file's name, or read from stdin with `-`",
        )?;
        if !found.is_file() {
            return Err(fail(
                Kind::Usage,
                format!("`{}` is no file; nothing was booked", path.display()),
                "A pipe can be read once only, and this is read twice: give it to stdin, and `-` here",
            ));
        }
        Ok(Source { format, size: found.len(), from: From::File(whole) })
    }

    /// Begins to read, and says what is read as it goes.
    ///
    /// # Errors
    /// `Usage` where it can't be opened or its header can't be meant.
    pub fn rows(&self) -> anyhow::Result<(Rows<Reading<'_>>, Rc<Seen>)> {
        let inner: Box<dyn io::Read> = match &self.from {
            From::File(path) => Box::new(fs_err::File::open(path)?),
            From::Memory(bytes) => Box::new(bytes.as_slice()),
        };
        let seen = Rc::new(Seen::default());
        let reading = Reading { inner, seen: Rc::clone(&seen) };
        let rows = Rows::new(self.format, reading, COLUMNS).map_err(|unreadable: Unreadable| {
            fail(
                Kind::Usage,
                format!("{unreadable}; nothing was booked"),
                format!("The first line names the columns: {}", COLUMNS.join(", ")),
            )
        })?;
        Ok((rows, seen))
    }
}

impl Seen {
    /// The SHA-256 of what was read, in hex.
    pub fn digest(&self) -> String {
        hex::encode(self.digest.borrow().clone().finalize())
    }
}

impl io::Read for Reading<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.seen.bytes.set(self.seen.bytes.get() + read as u64);
        self.seen.digest.borrow_mut().update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
