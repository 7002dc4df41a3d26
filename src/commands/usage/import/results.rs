//! The rows that were refused, as a CSV file.

use std::io::BufWriter;
use std::path::PathBuf;

use super::row::BadRow;
use crate::billing::projection::Cell;
use crate::billing::usage::Record;
use crate::commands::moment::time;
use crate::commands::usage::result::amount_words;
use crate::error::{Explain as _, Kind, fail};
use crate::intake::{Row, Unreadable};
use crate::render::{FileColumn, FileFormat, TableFile};

const COLUMNS: [(&str, bool); 9] = [
    ("line", true),
    ("column", false),
    ("why", false),
    ("subject", false),
    ("metric", false),
    ("quantity", false),
    ("cost", false),
    ("at", false),
    ("key", false),
];

/// The file while it is written, beside its name; nothing in a dry run.
pub struct Results(Option<Open>);

struct Open {
    file: TableFile<BufWriter<fs_err::File>>,
    part: PathBuf,
    path: PathBuf,
}

impl Results {
    /// Begins the file, so that what can't be written is known before anything is recorded.
    ///
    /// # Errors
    /// If it can't be made.
    pub fn begin(path: Option<PathBuf>) -> anyhow::Result<Results> {
        let Some(path) = path else { return Ok(Results(None)) };
        if path.is_dir() {
            return Err(fail(
                Kind::Usage,
                format!("`{}` is a folder; nothing was recorded", path.display()),
                "Name a file with `--results FILE`",
            ));
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        let columns = COLUMNS.map(|(name, is_integer)| FileColumn { name: name.to_owned(), is_integer });
        let file = fs_err::File::create(&part).explain(
            Kind::Usage,
            || "Cannot write the results; nothing was recorded".to_owned(),
            "Name a file that can be written with `--results FILE`",
        )?;
        let file = TableFile::begin(FileFormat::Csv, &columns, BufWriter::new(file))?;
        Ok(Results(Some(Open { file, part, path })))
    }

    /// Writes rows that were made by [`of_bad`].
    ///
    /// # Errors
    /// If they can't be written; what is recorded stays recorded.
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

/// A row that was refused.
pub fn of_bad(given: &Result<Row, Unreadable>, bad: &BadRow) -> Vec<Cell> {
    let text = |text: Option<&str>| text.map_or(Cell::Null, |text| Cell::Text(text.to_owned()));
    let BadRow { line, column, why } = bad;
    let said = ["subject", "metric", "quantity", "cost", "at", "key"]
        .map(|column| text(given.as_ref().ok().and_then(|row| row.get(column))));
    let line = Cell::Integer(i64::try_from(*line).unwrap_or(i64::MAX));
    [line, text(column.as_deref()), text(Some(why))].into_iter().chain(said).collect()
}

/// A row that the books refused.
pub fn of_refused(record: &Record, bad: &BadRow) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let BadRow { line, column, why } = bad;
    let (quantity, cost) = match record.currency {
        None => (text(&record.quantity.to_string()), Cell::Null),
        Some(currency) => (Cell::Null, text(&amount_words(record.quantity, Some(currency)))),
    };
    vec![
        Cell::Integer(i64::try_from(*line).unwrap_or(i64::MAX)),
        column.as_deref().map_or(Cell::Null, text),
        text(why),
        text(&record.subject),
        text(&record.metric),
        quantity,
        cost,
        text(&time(record.at)),
        text(&record.key),
    ]
}
