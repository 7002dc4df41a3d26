//! What became of each row, as a CSV file.

use super::bare;
use crate::billing::credits::{Entry, Request};
use crate::billing::projection::Cell;
use crate::commands::credits::booking;
use crate::intake::{Row, Unreadable};
use crate::store::books::Posting;

/// The columns of the rows, and whether they hold whole numbers.
pub const COLUMNS: [(&str, bool); 8] = [
    ("line", true),
    ("subject", false),
    ("key", false),
    ("result", false),
    ("entry", true),
    ("proposal", true),
    ("balance", true),
    ("why", false),
];

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
