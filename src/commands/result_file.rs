//! The file in which an import tells what became of its rows.

use std::io::BufWriter;
use std::path::PathBuf;

use crate::billing::projection::Cell;
use crate::error::{Explain as _, Kind, fail};
use crate::render::{FileColumn, FileFormat, TableFile};

/// A CSV file while it is written, beside its name; nothing in a dry run.
pub struct ResultFile(Option<Open>);

struct Open {
    file: TableFile<BufWriter<fs_err::File>>,
    part: PathBuf,
    path: PathBuf,
}

impl ResultFile {
    /// Begins the file, so that what can't be written is known before anything else is done. A column has its name, and
    /// whether it holds whole numbers; `done` is what has not been done then: `booked`.
    ///
    /// # Errors
    /// If it can't be made, or another process writes it.
    pub fn begin(
        path: Option<PathBuf>,
        columns: &[(&str, bool)],
        done: &'static str,
    ) -> anyhow::Result<ResultFile> {
        let Some(path) = path else { return Ok(ResultFile(None)) };
        if path.is_dir() {
            return Err(fail(
                Kind::Usage,
                format!("`{}` is a folder; nothing was {done}", path.display()),
                "Name a file with `--results FILE`",
            ));
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        let columns: Vec<FileColumn> = columns
            .iter()
            .map(|(name, is_integer)| FileColumn { name: (*name).to_owned(), is_integer: *is_integer })
            .collect();
        let file = fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(&part).explain(
            Kind::Usage,
            || format!("Cannot write the results; nothing was {done}"),
            "Name a file that can be written with `--results FILE`",
        )?;
        // Whoever has just finished gave the file its name before letting go of it: then it is theirs.
        if file.file().try_lock().is_err() || !part.exists() {
            return Err(fail(
                Kind::Usage,
                format!("Another run writes its results to `{}`; nothing was {done}", path.display()),
                "Wait until it is done, or name another file with `--results FILE`",
            ));
        }
        file.set_len(0)?;
        let file = TableFile::begin(FileFormat::Csv, &columns, BufWriter::new(file))?;
        Ok(ResultFile(Some(Open { file, part, path })))
    }

    /// Writes rows.
    ///
    /// # Errors
    /// If they can't be written; what was done stays done.
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
