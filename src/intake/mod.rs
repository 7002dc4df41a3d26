//! Files of rows that people give: CSV or JSON lines → fields with their places. One row is in memory at a time.

mod bounded; // a row has an end, whatever stands in the file
mod comma; // CSV
mod lines; // JSON lines

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use bounded::Bounded;

/// The most bytes of one row.
pub const MAX_ROW: usize = 1 << 20;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A header with the columns' names, then a row each.
    Csv,
    /// A JSON object a line.
    Jsonl,
}

impl Format {
    /// The format that a file's name says.
    pub fn of(path: &Path) -> Option<Format> {
        match path.extension()?.to_str()?.to_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "jsonl" | "ndjson" => Some(Format::Jsonl),
            _ => None,
        }
    }
}

/// A row as it was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The line of the file that it begins on, from 1.
    pub line: u64,
    /// Columns and what they hold; empty ones are left out.
    pub fields: Vec<(String, String)>,
}

impl Row {
    /// What a column holds, without spaces around it.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(name, _)| name == column)
            .map(|(_, text)| text.trim())
            .filter(|text| !text.is_empty())
    }
}

/// Why a row, or all from there on, can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub line: u64,
    pub column: Option<String>,
    pub why: String,
    /// Nothing after it can be read.
    pub is_last: bool,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "line {}, column `{column}`: {}", self.line, self.why),
            None => write!(f, "line {}: {}", self.line, self.why),
        }
    }
}

/// The rows of a file, one after the other.
#[derive(Debug)]
pub struct Rows<R: Read> {
    reader: Reader<R>,
    is_over: bool,
}

#[derive(Debug)]
enum Reader<R: Read> {
    Csv(comma::Reader<R>),
    Jsonl(lines::Reader<R>),
}

impl<R: Read> Rows<R> {
    /// Begins to read; of CSV, the header. A byte order mark is passed over.
    ///
    /// # Errors
    /// A header that can't be read, has a column twice, or one that is not `known`.
    pub fn new(format: Format, from: R, known: &'static [&'static str]) -> Result<Rows<R>, Unreadable> {
        let bounded = Bounded::new(from);
        let reader = match format {
            Format::Csv => Reader::Csv(comma::Reader::new(bounded, known)?),
            Format::Jsonl => Reader::Jsonl(lines::Reader::new(bounded, known)),
        };
        Ok(Rows { reader, is_over: false })
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Row, Unreadable>;

    fn next(&mut self) -> Option<Result<Row, Unreadable>> {
        if self.is_over {
            return None;
        }
        let row = match &mut self.reader {
            Reader::Csv(reader) => reader.next(),
            Reader::Jsonl(reader) => reader.next(),
        };
        self.is_over = match &row {
            None => true,
            Some(row) => row.as_ref().is_err_and(|unreadable| unreadable.is_last),
        };
        row
    }
}

/// What is wrong with a column's name, if anything is. Of the known ones, `dim.*` stands for all that begin so.
fn unknown(name: &str, known: &[&str]) -> Option<String> {
    let is_known = known.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => name.len() > start.len() && name.starts_with(start),
        None => *known == name,
    });
    (!is_known).then(|| format!("there is no column `{name}`: there are {}", known.join(", ")))
}

/// A failure to read on.
fn broken(line: u64, error: &io::Error) -> Unreadable {
    Unreadable { line, column: None, why: error.to_string(), is_last: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["subject", "amount", "reason"];

    fn read(format: Format, bytes: &[u8]) -> Vec<String> {
        let rows = match Rows::new(format, bytes, KNOWN) {
            Ok(rows) => rows,
            Err(unreadable) => return vec![unreadable.to_string()],
        };
        rows.map(|row| match row {
            Ok(Row { line, fields }) => {
                let fields: Vec<_> = fields.iter().map(|(name, text)| format!("{name}={text}")).collect();
                format!("{line} {}", fields.join(" "))
            }
            Err(unreadable) => unreadable.to_string(),
        })
        .collect()
    }

    #[track_caller]
    fn csv(text: impl AsRef<[u8]>, expected: &[&str]) {
        assert_eq!(read(Format::Csv, text.as_ref()), expected);
    }

    #[track_caller]
    fn jsonl(text: impl AsRef<[u8]>, expected: &[&str]) {
        assert_eq!(read(Format::Jsonl, text.as_ref()), expected);
    }

    #[test]
    fn rows_have_their_lines_and_only_what_they_hold() {
        csv("subject,amount\nu_1,5\n\nu_2,\n", &["2 subject=u_1 amount=5", "4 subject=u_2"]);
        jsonl(
            "{\"subject\": \"u_1\", \"amount\": 5}\n\n{\"subject\": \"u_2\", \"amount\": null}",
            &["1 subject=u_1 amount=5", "3 subject=u_2"],
        );
    }

    #[test]
    fn marks_line_endings_and_quotes_of_other_programs_are_understood() {
        csv("\u{feff}subject,amount\r\nu_1,5\r\n", &["2 subject=u_1 amount=5"]);
        csv(
            "\u{feff}\"subject\",\"amount\"\r\n\"u_1\",\"5\"\r\n\"u,\"\"2\",\"6\"",
            &["2 subject=u_1 amount=5", "3 subject=u,\"2 amount=6"],
        );
        jsonl("\u{feff}{\"subject\": \"u_1\"}\r\n", &["1 subject=u_1"]);
        csv("subject,amount\nu_1,\"5\nu_2,6\n", &["line 2: a quote is not closed"]);
        csv(
            "subject,amount\n\r\n\nu_1,\"5\n\"\nu_2,6",
            &["4 subject=u_1 amount=5\n", "6 subject=u_2 amount=6"],
        );
        csv("", &["line 1: there is nothing in it"]);
        jsonl("", &[]);
    }

    #[test]
    fn a_header_that_cannot_be_meant_is_refused() {
        let known = "there are subject, amount, reason";
        csv("subject,amuont\n", &[&format!("line 1: there is no column `amuont`: {known}")]);
        csv("subject;amount\n", &["line 1: columns are separated by commas, not by `;`"]);
        csv("subject\tamount\n", &["line 1: columns are separated by commas, not by tabs"]);
        csv("subject,amount,subject\n", &["line 1: the column `subject` is there twice"]);
        csv("subject,,amount\n", &["line 1: the column after `subject` has no name"]);
    }

    #[test]
    fn a_bad_row_is_named_and_the_next_one_read() {
        csv(
            "subject,amount\nu_1\nu_2,5,6\nu_3,7\n",
            &[
                "line 2: there are 2 columns, and this row has 1",
                "line 3: there are 2 columns, and this row has 3",
                "4 subject=u_3 amount=7",
            ],
        );
        csv(
            b"subject,amount\nu_1,\xff\nu_3,7\n",
            &["line 2, column `amount`: this is not UTF-8", "3 subject=u_3 amount=7"],
        );
        jsonl(
            b"{\"subject\": \xff}\n[]\n{\"subject\": \"a\", \"subject\": \"b\"}\n{\"amount\": {}}\n{\"x\": 1}\n{}\n",
            &[
                "line 1: this is not UTF-8",
                "line 2: this is no JSON object",
                "line 3, column `subject`: it is there twice",
                "line 4, column `amount`: this is neither text nor a number",
                "line 5: there is no column `x`: there are subject, amount, reason",
                "6 ",
            ],
        );
    }

    #[test]
    fn a_row_without_end_is_not_read_to_its_end() {
        let endless = io::repeat(b'x').take(1 << 40);
        let rows =
            Rows::new(Format::Csv, "subject,amount\nu_1,5\n".as_bytes().chain(endless), KNOWN).unwrap();
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(
            rows[1].as_ref().unwrap_err().to_string(),
            "line 3: a row has at most 1 MiB; is a quote not closed?"
        );
        let endless = io::repeat(b'x').take(1 << 40);
        let rows: Vec<_> = Rows::new(Format::Jsonl, endless, KNOWN).unwrap().collect();
        assert!(rows.len() == 1 && rows[0].is_err());
    }
}
