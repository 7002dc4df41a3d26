//! What became of each row, as a CSV file.

use std::io::BufWriter;
use std::path::PathBuf;

use super::bare;
use crate::billing::credits::{Entry, Request};
use crate::billing::projection::Cell;
use crate::commands::credits::booking;
use crate::error::{Explain as _, Kind, fail};
use crate::intake::{Row, Unreadable};
use crate::render::{FileColumn, FileFormat, TableFile};
use crate::store::books::Posting;

const COLUMNS: [(&str, bool); 8] = [
    ("line", true),
    ("subject", false),
    ("key", false),
    ("result", false),
    ("entry", true),
    ("proposal", true),
    ("balance", true),
    ("why", false),
];

/// The file while it is written, beside its name; nothing in a dry run.
pub struct Results(Option<Open>);

struct Open {
    file: TableFile<BufWriter<fs_err::File>>,
    part: PathBuf,
    path: PathBuf,
}

impl Results {
    /// Begins the file, so that what can't be written is known before anything is booked.
    ///
    /// # Errors
    /// If it can't be made.
    pub fn begin(path: Option<PathBuf>) -> anyhow::Result<Results> {
        let Some(path) = path else { return Ok(Results(None)) };
        if path.is_dir() {
            return Err(fail(
                Kind::Usage,
                format!("`{}` is a folder; nothing was booked", path.display()),
                "Name a file with `--results FILE`",
            ));
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        let columns = COLUMNS.map(|(name, is_integer)| FileColumn { name: name.to_owned(), is_integer });
        let file = fs_err::File::create(&part).explain(
            Kind::Usage,
            || "Cannot write the results; nothing was booked".to_owned(),
            "Name a file that can be written with `--results FILE`",
        )?;
        let file = TableFile::begin(FileFormat::Csv, &columns, BufWriter::new(file))?;
        Ok(Results(Some(Open { file, part, path })))
    }

    /// Writes rows that were made by [`of_posting`] and [`of_bad`].
    ///
    /// # Errors
    /// If they can't be written; what is booked stays booked.
    pub fn add(&mut self, rows: &[Vec<Cell>]) -> anyhow::Result<()> {
        match &mut self.0 {
            Some(open) => open.file.add(rows),
            None => Ok(()),
        }
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn finish(self) -> anyhow::Result<()> {
        let Some(Open { file, part, path }) = self.0 else { return Ok(()) };
        let file = file.finish()?.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()?;
        fs_err::rename(part, path)?;
        Ok(())
    }
}

/// What became of a row that the ledger was asked for.
pub fn of_posting(line: u64, request: &Request, posting: &Posting) -> Vec<Cell> {
    let booked = |entry: &Entry| [Cell::Integer(entry.number), Cell::Null, Cell::Integer(entry.balance)];
    let nowhere = [Cell::Null, Cell::Null, Cell::Null];
    let (result, numbers, why) = match posting {
        Posting::Recorded(entry) => ("booked", booked(entry), String::new()),
        Posting::AlreadyRecorded(entry) => ("booked before", booked(entry), String::new()),
        Posting::Unchanged { .. } => ("booked before", nowhere, String::new()),
        Posting::Proposed(proposal) | Posting::StillProposed(proposal) => (
            "waiting",
            [Cell::Null, Cell::Integer(proposal.number), Cell::Null],
            "for a second person".to_owned(),
        ),
        refused => ("refused", nowhere, bare(&booking::refusal(refused, &request.subject))),
    };
    row(line, [Some(&request.subject), Some(&request.key)], result, numbers, why)
}

/// What became of a row that could not be understood.
pub fn of_bad(given: &Result<Row, Unreadable>, why: &str) -> Vec<Cell> {
    let (line, texts) = match given {
        Ok(given) => (given.line, [given.get("subject"), given.get("key")]),
        Err(unreadable) => (unreadable.line, [None, None]),
    };
    row(line, texts, "refused", [Cell::Null, Cell::Null, Cell::Null], why.to_owned())
}

fn row(line: u64, texts: [Option<&str>; 2], result: &str, numbers: [Cell; 3], why: String) -> Vec<Cell> {
    let [subject, key] = texts.map(|text| text.map_or(Cell::Null, |text| Cell::Text(text.to_owned())));
    let [entry, proposal, balance] = numbers;
    let line = Cell::Integer(i64::try_from(line).unwrap_or(i64::MAX));
    vec![line, subject, key, Cell::Text(result.to_owned()), entry, proposal, balance, Cell::Text(why)]
}
