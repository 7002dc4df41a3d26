//! Where the rows come from: a file or stdin, read once, as it comes.

use std::cell::Cell;
use std::io::{self, BufRead as _, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::row::COLUMNS;
use crate::error::{Explain as _, Kind, fail};
use crate::intake::{Format, Rows};

/// What is read at once, in bytes.
const BUFFER: usize = 1 << 16;

/// Rows that nobody has read yet.
pub struct Source {
    pub format: Format,
    /// In bytes; nobody knows it of stdin.
    pub size: Option<u64>,
    from: Counting,
    seen: Seen,
}

/// How much was read so far.
#[derive(Debug, Clone, Default)]
pub struct Seen(Rc<Cell<u64>>);

impl Seen {
    pub fn bytes(&self) -> u64 {
        self.0.get()
    }
}

/// Counts the bytes that are read.
pub struct Counting {
    inner: Box<dyn Read>,
    seen: Seen,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.seen.0.set(self.seen.bytes() + u64::try_from(read).unwrap_or_default());
        Ok(read)
    }
}

impl Source {
    /// Opens a file, or stdin for `-`, which is kept in a file of the folder `spool` first, if one is given.
    ///
    /// # Errors
    /// `Usage` where it can't be read, or nobody can tell what is in it.
    pub fn open(
        path: &Path,
        format: Option<Format>,
        folder: &Path,
        spool: Option<&Path>,
    ) -> anyhow::Result<Source> {
        if path == Path::new("-") {
            let mut stdin = BufReader::with_capacity(BUFFER, io::stdin());
            let format = match format {
                Some(format) => format,
                None if stdin.fill_buf()?.trim_ascii_start().first() == Some(&b'{') => Format::Jsonl,
                None => Format::Csv,
            };
            return match spool {
                None => Ok(Source::of(format, None, Box::new(stdin))),
                Some(folder) => {
                    let (file, size) = spooled(&mut stdin, folder)?;
                    Ok(Source::of(format, Some(size), Box::new(file)))
                }
            };
        }
        let Some(format) = format.or_else(|| Format::of(path)) else {
            return Err(fail(
                Kind::Usage,
                format!("`{}` does not say by its name what is in it", path.display()),
                "Say `--format csv` or `--format jsonl`, or give it a name like usage.csv",
            ));
        };
        let file = fs_err::File::open(folder.join(path)).and_then(|file| Ok((file.metadata()?, file)));
        let (found, file) = file.explain(
            Kind::Usage,
            || format!("Cannot read `{}`; nothing was recorded", path.display()),
            "Check the file's name, or read from stdin with `-`",
        )?;
        if found.is_dir() {
            return Err(fail(
                Kind::Usage,
                format!("`{}` is a folder; nothing was recorded", path.display()),
                "Name the files in it one after the other, or give them all to stdin, and `-` here",
            ));
        }
        let size = found.is_file().then_some(found.len());
        Ok(Source::of(format, size, Box::new(file)))
    }

    fn of(format: Format, size: Option<u64>, inner: Box<dyn Read>) -> Source {
        let seen = Seen::default();
        Source { format, size, from: Counting { inner, seen: seen.clone() }, seen }
    }

    /// Begins to read, and says how much was read as it goes.
    ///
    /// # Errors
    /// `Usage` for a header that can't be meant.
    pub fn rows(self) -> anyhow::Result<(Rows<Counting>, Seen)> {
        let rows = Rows::new(self.format, self.from, COLUMNS).map_err(|unreadable| {
            fail(
                Kind::Usage,
                format!("{unreadable}; nothing was recorded"),
                format!("The first line names the columns: {}", COLUMNS.join(", ")),
            )
        })?;
        Ok((rows, self.seen))
    }
}

/// A copy of stdin that is gone when it is closed.
struct Spooled {
    file: fs_err::File,
    path: PathBuf,
}

impl Read for Spooled {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        // Nobody looks for it; the next one has another name.
        let _ = fs_err::remove_file(&self.path);
    }
}

fn spooled(stdin: &mut impl Read, folder: &Path) -> anyhow::Result<(Spooled, u64)> {
    fs_err::create_dir_all(folder)?;
    let path = folder.join(format!("import-{:016x}.part", fastrand::u64(..)));
    let mut options = fs_err::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    // As the books are, it is for its owner alone.
    #[cfg(unix)]
    fs_err::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path)?;
    let mut spooled = Spooled { file, path };
    let size = io::copy(stdin, &mut spooled.file)?;
    spooled.file.seek(SeekFrom::Start(0))?;
    Ok((spooled, size))
}
