//! The tables of the mirror, a kind of object each. The SQL that makes them is in `src/store/mirror/migrations.rs`;
//! a test compares the two.

mod catalog;
mod customers;
mod invoices;
mod payments;
mod subscriptions;

use super::column::Column;

/// A table, and what its rows are read from.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    /// The objects' `object` field.
    pub kind: &'static str,
    /// The first is the key. Without any, the kind has only parts.
    pub columns: &'static [Column],
    /// Lists in the object that are tables too.
    pub parts: &'static [Part],
}

/// A list within an object whose elements are rows of their own. They come and go with the object.
#[derive(Debug)]
pub struct Part {
    /// The list, as a JSON pointer.
    pub pointer: &'static str,
    pub table: &'static Table,
    /// The column that holds the object's id.
    pub owner: &'static str,
}

impl PartialEq for Table {
    fn eq(&self, other: &Table) -> bool {
        self.name == other.name
    }
}

/// The table of a kind of object.
pub fn table_of(kind: &str) -> Option<&'static Table> {
    tables().find(|table| table.kind == kind)
}

/// The tables of all kinds that have one; their parts are in them. Transactions come last: they are made of the others.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    [
        customers::TABLES,
        subscriptions::TABLES,
        invoices::TABLES,
        payments::TABLES,
        catalog::TABLES,
        super::transaction::TABLES,
    ]
    .into_iter()
    .flatten()
    .copied()
}
