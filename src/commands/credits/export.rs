//! `credits export`

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::booking::counted;
use super::history::seconds_between;
use crate::billing::credits::{Entry, EntryType, chain::Hash};
use crate::billing::projection::Cell;
use crate::commands::Outcome;
use crate::commands::moment::{Moment, time};
use crate::context::Context;
use crate::error::{Explain as _, Kind};
use crate::render::{FileColumn, FileFormat, Format, Present, Role, TableFile, Text, View};
use crate::store::books::{EntryFilter, HashedEntry};

/// Rows that are held in memory at a time.
const BATCH: usize = 1_000;

/// Write entries for other programs, with the hashes that prove them
///
/// Each entry carries its own hash and that of the entry before it, so that any program can check it: the book says how they are
/// made. Without `--out` they go to stdout.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// Only this subject's entries [default: all subjects]
    #[arg(long, value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// Only this kind of credits [default: all kinds]
    #[arg(long, value_name = "NAME")]
    pub kind: Option<String>,
    /// Only entries of this type: grant, purchase, monthly_grant, deduction, expiry, adjustment, reversal, refund
    #[arg(long = "type", value_name = "TYPE")]
    pub entry_type: Option<EntryType>,
    /// Only what was booked at or after this date or time, or in the last such duration (30d)
    #[arg(long, value_name = "WHEN")]
    pub since: Option<Moment>,
    /// Only what was booked before this date or time
    #[arg(long, value_name = "WHEN")]
    pub until: Option<Moment>,
    /// The file; one that is there is replaced in one piece
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What to write [default: what the file's name or `--output` says, else csv]
    #[arg(long, value_enum)]
    pub format: Option<FormatArg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FormatArg {
    Csv,
    Jsonl,
    Json,
}

pub fn run(ctx: &Context, args: ExportArgs) -> anyhow::Result<Outcome> {
    let ExportArgs { subject, kind, entry_type, since, until, out, format } = args;
    let (since, until) = seconds_between(ctx, since, until)?;
    let filter = EntryFilter { subject, kind, entry_type, since, until };
    let format = format.unwrap_or_else(|| usual(out.as_deref(), ctx.settings().format));
    let books = ctx.books()?;
    let Some(out) = out else {
        write(&books, &filter, format, |bytes| ctx.print_bytes(bytes))?;
        return Ok(Outcome::Done);
    };
    let dry_run = ctx.settings().dry_run;
    let written = match dry_run {
        true => write(&books, &filter, format, |_| Ok(()))?,
        false => to_file(&books, &filter, format, &ctx.settings().folder.join(&out)).explain(
            Kind::Failed,
            || format!("Cannot write `{}`", out.display()),
            "Check its folder and the space on the disk, and run the same command again",
        )?,
    };
    ctx.show(&Exported { path: out, written, dry_run })?;
    Ok(Outcome::Done)
}

/// The format that nobody named.
fn usual(out: Option<&Path>, output: Format) -> FormatArg {
    let extension = out.and_then(Path::extension).and_then(|extension| extension.to_str());
    match (extension, output) {
        (Some("csv"), _) => FormatArg::Csv,
        (Some("jsonl" | "ndjson"), _) => FormatArg::Jsonl,
        (Some("json"), _) => FormatArg::Json,
        (Some(_), _) | (None, Format::Table | Format::Csv) => FormatArg::Csv,
        (None, Format::Jsonl) => FormatArg::Jsonl,
        (None, Format::Json) => FormatArg::Json,
    }
}

/// What was written.
struct Written {
    entries: i64,
    /// The hash of the last of them.
    last: Option<Hash>,
}

/// Writes beside the file, and gives it its name when it is whole.
fn to_file(
    books: &crate::store::books::Books,
    filter: &EntryFilter,
    format: FormatArg,
    path: &Path,
) -> anyhow::Result<Written> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let write = || {
        let mut file = io::BufWriter::new(fs_err::File::create(&part)?);
        let written = write(books, filter, format, |bytes| Ok(file.write_all(bytes)?))?;
        file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
        fs_err::rename(&part, path)?;
        Ok(written)
    };
    let written = write();
    if written.is_err() {
        // The reason is in `written`; half a file is of no use to anybody.
        let _ = fs_err::remove_file(&part);
    }
    written
}

const COLUMNS: [(&str, bool); 17] = [
    ("entry", true),
    ("at", false),
    ("subject", false),
    ("kind", false),
    ("type", false),
    ("amount", true),
    ("asked", true),
    ("balance", true),
    ("expires_at", false),
    ("actor", false),
    ("approver", false),
    ("reason", false),
    ("reference", false),
    ("key", false),
    ("reverses", true),
    ("previous_hash", false),
    ("hash", false),
];

fn write(
    books: &crate::store::books::Books,
    filter: &EntryFilter,
    format: FormatArg,
    mut out: impl FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<Written> {
    let buffer = Buffer::default();
    let columns = COLUMNS.map(|(name, is_integer)| FileColumn { name: name.to_owned(), is_integer });
    let mut writer = match format {
        FormatArg::Csv => Writer::Rows(TableFile::begin(FileFormat::Csv, &columns, buffer.clone())?),
        FormatArg::Jsonl => Writer::Rows(TableFile::begin(FileFormat::Jsonl, &columns, buffer.clone())?),
        FormatArg::Json => Writer::Document { is_first: true },
    };
    let mut rows = Vec::new();
    let mut written = Written { entries: 0, last: None };
    books.each_credit_entry(filter, |hashed| {
        written.entries += 1;
        written.last = Some(hashed.hash);
        rows.push(cells(hashed));
        if rows.len() == BATCH {
            writer.add(&rows, &buffer)?;
            rows.clear();
            out(&buffer.take())?;
        }
        Ok(())
    })?;
    writer.add(&rows, &buffer)?;
    writer.finish(&buffer)?;
    out(&buffer.take())?;
    Ok(written)
}

fn cells(hashed: HashedEntry) -> Vec<Cell> {
    let HashedEntry { entry, previous, hash } = hashed;
    let Entry {
        number,
        subject,
        kind,
        entry_type,
        amount,
        asked,
        balance,
        at,
        expires_at,
        actor,
        approver,
        reason,
        reference,
        key,
        reverses,
    } = entry;
    let optional = |text: Option<String>| text.map_or(Cell::Null, Cell::Text);
    vec![
        Cell::Integer(number),
        Cell::Text(time(at)),
        Cell::Text(subject),
        Cell::Text(kind),
        Cell::Text(entry_type.name().to_owned()),
        Cell::Integer(amount),
        Cell::Integer(asked),
        Cell::Integer(balance),
        optional(expires_at.map(time)),
        Cell::Text(actor),
        optional(approver),
        Cell::Text(reason),
        optional(reference),
        Cell::Text(key),
        reverses.map_or(Cell::Null, Cell::Integer),
        Cell::Text(hex::encode(previous)),
        Cell::Text(hex::encode(hash)),
    ]
}

enum Writer {
    Rows(TableFile<Buffer>),
    /// One JSON document: a list.
    Document {
        is_first: bool,
    },
}

impl Writer {
    fn add(&mut self, rows: &[Vec<Cell>], buffer: &Buffer) -> anyhow::Result<()> {
        match self {
            Writer::Rows(file) => file.add(rows)?,
            Writer::Document { is_first } => {
                for row in rows {
                    let fields: Map<String, Value> = COLUMNS
                        .iter()
                        .zip(row)
                        .map(|((name, _), cell)| ((*name).to_owned(), value(cell)))
                        .collect();
                    let before = if *is_first { "[\n  " } else { ",\n  " };
                    *is_first = false;
                    buffer.push(before.as_bytes());
                    buffer.push(&serde_json::to_vec(&fields)?);
                }
            }
        }
        Ok(())
    }

    fn finish(self, buffer: &Buffer) -> anyhow::Result<()> {
        match self {
            Writer::Rows(file) => file.finish().map(|_| ()),
            Writer::Document { is_first } => {
                buffer.push(if is_first { b"[]\n" } else { b"\n]\n" });
                Ok(())
            }
        }
    }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(number) => json!(number),
        Cell::Text(text) => json!(text),
    }
}

/// What was written and not handed on yet.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn push(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Exported {
    path: PathBuf,
    written: Written,
    dry_run: bool,
}

impl Present for Exported {
    fn json(&self) -> Value {
        json!({
            "path": self.path.display().to_string(),
            "entries": self.written.entries,
            "last_hash": self.written.last.map(hex::encode),
            "dry_run": self.dry_run,
        })
    }

    fn view(&self) -> View {
        let entries = counted(self.written.entries, "entry", "entries");
        let verb = if self.dry_run { "Would write" } else { "Wrote" };
        let view = View::new().line(format!("{verb} {entries} to {}", self.path.display()));
        match self.written.last {
            Some(hash) => view.line(Text::new(Role::Hint, format!("last hash {}", hex::encode(hash)))),
            None => view,
        }
    }
}
