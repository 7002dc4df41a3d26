//! CSV as RFC 4180 has it, with either line ending.

use std::io::Read;

use csv::{ByteRecord, ErrorKind};

use super::bounded::{Bounded, Left};
use super::{Row, Unreadable, broken, unknown};

#[derive(Debug)]
pub(super) struct Reader<R> {
    reader: csv::Reader<Bounded<R>>,
    left: Left,
    columns: Vec<String>,
    record: ByteRecord,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(from: Bounded<R>, known: &[&str]) -> Result<Reader<R>, Unreadable> {
        let left = from.left();
        let reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(from);
        let mut reader = Reader { reader, left, columns: Vec::new(), record: ByteRecord::new() };
        let Some(header) = reader.read() else { return Err(at(1, "there is nothing in it")) };
        let line = header?;
        reader.columns = header_of(reader.cells(), line)?;
        check(&reader.columns, known).map_err(|why| at(line, &why))?;
        Ok(reader)
    }

    /// Reads the next record; returns the line that it begins on.
    fn read(&mut self) -> Option<Result<u64, Unreadable>> {
        loop {
            self.left.renew();
            let before = self.reader.position().line();
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    return Some(Err(match error.kind() {
                        ErrorKind::Io(error) => broken(before, error),
                        _ => Unreadable { line: before, column: None, why: error.to_string(), is_last: true },
                    }));
                }
            }
            // It ends with the line break before where the reader is, and may have more within. Empty lines, which are
            // passed over before it, count by this alone.
            let within = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count();
            let behind = self.reader.position().line().saturating_sub(within as u64);
            if self.left.is_over() && self.record.as_slice().ends_with(b"\n") {
                let why = "a quote is not closed".to_owned();
                return Some(Err(Unreadable { line: behind, column: None, why, is_last: true }));
            }
            let line = behind.saturating_sub(1);
            if self.record.len() == 1 && self.cells().all(<[u8]>::is_empty) {
                continue;
            }
            return Some(Ok(line));
        }
    }

    /// The cells of the record. Of the line break of other systems the first half is left in the last one.
    fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let last = self.record.len().saturating_sub(1);
        self.record.iter().enumerate().map(move |(index, cell)| match cell {
            [cell @ .., b'\r'] if index == last => cell,
            cell => cell,
        })
    }

    pub(super) fn next(&mut self) -> Option<Result<Row, Unreadable>> {
        let line = match self.read()? {
            Ok(line) => line,
            Err(unreadable) => return Some(Err(unreadable)),
        };
        Some(self.row(line))
    }

    fn row(&self, line: u64) -> Result<Row, Unreadable> {
        let (wanted, found) = (self.columns.len(), self.record.len());
        if wanted != found {
            return Err(at(line, &format!("there are {wanted} columns, and this row has {found}")));
        }
        let mut fields = Vec::new();
        for (column, cell) in self.columns.iter().zip(self.cells()) {
            let Ok(text) = std::str::from_utf8(cell) else {
                let why = "this is not UTF-8".to_owned();
                return Err(Unreadable { line, column: Some(column.clone()), why, is_last: false });
            };
            if !text.is_empty() {
                fields.push((column.clone(), text.to_owned()));
            }
        }
        Ok(Row { line, fields })
    }
}

fn at(line: u64, why: &str) -> Unreadable {
    Unreadable { line, column: None, why: why.to_owned(), is_last: false }
}

fn header_of<'a>(cells: impl Iterator<Item = &'a [u8]>, line: u64) -> Result<Vec<String>, Unreadable> {
    let name = |cell: &[u8]| std::str::from_utf8(cell).map(|name| name.trim().to_owned());
    cells.map(name).collect::<Result<_, _>>().map_err(|_| at(line, "the header is not UTF-8"))
}

fn check(columns: &[String], known: &[&str]) -> Result<(), String> {
    if let [only] = columns {
        for (mark, name) in [(';', "`;`"), ('\t', "tabs")] {
            if only.contains(mark) {
                return Err(format!("columns are separated by commas, not by {name}"));
            }
        }
    }
    for (index, column) in columns.iter().enumerate() {
        let before = columns.get(..index).unwrap_or_default();
        if column.is_empty() {
            return Err(match before.last() {
                Some(last) => format!("the column after `{last}` has no name"),
                None => "the first column has no name".to_owned(),
            });
        }
        if before.contains(column) {
            return Err(format!("the column `{column}` is there twice"));
        }
        if let Some(why) = unknown(column, known) {
            return Err(why);
        }
    }
    Ok(())
}
