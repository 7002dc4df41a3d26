//! Stripe's objects as rows: which kinds have a table of their own, what its columns are read from, and which of two
//! versions of an object holds.
//!
//! Every object is kept whole, whatever its kind. The tables here are for what is queried.

mod chain;
mod column;
mod kept;
mod recurring;
mod subject;
mod tables;
mod transaction;
mod version;

use serde_json::Value;

use column::at;

pub use column::{Cell, Column};
pub use kept::kept;
pub use recurring::{RevenueStep, counts, invoiced_subscription, of_change, of_invoice};
pub use subject::{SUBJECT_TAG, SubjectLink, subject_link};
pub use tables::{Table, table_of, tables};
pub use transaction::{Paid, change_of_plan, paid_transaction, transaction};
pub use version::{Candidate, Footing, Newest, Origin, forever, is_deletion, newest};

/// One row of a table, with a cell for each of its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub table: &'static Table,
    pub cells: Vec<Cell>,
}

/// The rows of an object: its own, and those of the lists in it. None for a kind without a table.
pub fn rows(kind: &str, object: &Value) -> Vec<Row> {
    let Some(table) = table_of(kind) else { return Vec::new() };
    let mut rows = Vec::new();
    if !table.columns.is_empty() {
        rows.push(Row { table, cells: cells(table, object, object) });
    }
    for part in table.parts {
        for element in at(object, part.pointer).and_then(Value::as_array).into_iter().flatten() {
            let cells = cells(part.table, element, object);
            // A line of a preview has no id, and is nothing that stays.
            if cells.first().is_some_and(|key| *key != Cell::Null) {
                rows.push(Row { table: part.table, cells });
            }
        }
    }
    rows
}

/// Whether a list in an object, of which there are rows, goes on where it can't be seen: events show the first ten elements.
pub fn is_cut_short(kind: &str, object: &Value) -> bool {
    let parts = table_of(kind).map(|table| table.parts).unwrap_or_default();
    let list = |part: &tables::Part| at(object, part.pointer.strip_suffix("/data").unwrap_or(part.pointer));
    parts.iter().filter_map(list).any(|list| list.get("has_more") == Some(&Value::Bool(true)))
}

fn cells(table: &Table, element: &Value, object: &Value) -> Vec<Cell> {
    table.columns.iter().map(|column| column.read(element, object)).collect()
}
