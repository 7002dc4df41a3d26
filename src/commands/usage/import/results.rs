//! The rows that were refused, as a CSV file.

use super::row::BadRow;
use crate::billing::projection::Cell;
use crate::billing::usage::Record;
use crate::commands::moment::time;
use crate::commands::usage::result::amount_words;
use crate::intake::{Row, Unreadable};

/// The columns of the rows, and whether they hold whole numbers.
pub const COLUMNS: [(&str, bool); 9] = [
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
