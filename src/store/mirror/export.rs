//! Whole tables, row after row, all of one moment.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::RULES;
use crate::billing::projection::Cell;
use crate::store::sqlite::{File, file};

/// What a column holds, besides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    Text,
    /// 64 bits, signed.
    Integer,
}

/// A table that can be exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportTable {
    pub name: String,
    pub columns: Vec<(String, ColumnType)>,
}

/// A reading of the mirror as it is at one moment, whatever comes in meanwhile.
#[derive(Debug)]
pub struct Export {
    connection: Connection,
    file: File,
}

impl Export {
    /// Opens the mirror to read.
    ///
    /// # Errors
    /// If it isn't there or can't be read.
    pub fn open(mirror: &Path) -> anyhow::Result<Export> {
        let file = file(mirror, &RULES);
        let connection = file.open_to_read()?;
        connection.execute_batch("BEGIN").map_err(|error| file.explain(error))?;
        Ok(Export { connection, file })
    }

    /// The tables of objects and what follows from them, by name.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn tables(&self) -> anyhow::Result<Vec<ExportTable>> {
        let read = || -> rusqlite::Result<Vec<ExportTable>> {
            let mut tables = Vec::new();
            for name in super::rebuild::made_tables() {
                let columns = self
                    .connection
                    .prepare("SELECT name, type = 'INTEGER' FROM pragma_table_info(?1) ORDER BY cid")?
                    .query_map([name], |row| {
                        let holds = if row.get(1)? { ColumnType::Integer } else { ColumnType::Text };
                        Ok((row.get(0)?, holds))
                    })?
                    .collect::<rusqlite::Result<_>>()?;
                tables.push(ExportTable { name: name.to_owned(), columns });
            }
            Ok(tables)
        };
        read().map_err(|error| self.file.explain(error))
    }

    /// Hands over a table's rows in order of its key, up to `at_once` at a time; returns how many there were.
    ///
    /// # Errors
    /// If the file can't be read; what `take` says.
    pub fn rows(
        &self,
        table: &ExportTable,
        at_once: usize,
        take: &mut dyn FnMut(&[Vec<Cell>]) -> anyhow::Result<()>,
    ) -> anyhow::Result<u64> {
        let explain = |error| self.file.explain(error);
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        // The first two columns are the key, or begin with it.
        let sql = format!("SELECT {} FROM {} ORDER BY 1, 2", columns.join(", "), table.name);
        let mut statement = self.connection.prepare(&sql).map_err(explain)?;
        let mut rows = statement.query([]).map_err(explain)?;
        let mut waiting = Vec::new();
        let mut count = 0;
        while let Some(row) = rows.next().map_err(explain)? {
            let cells = (0..columns.len()).map(|index| Ok(cell(row.get_ref(index)?)));
            waiting.push(cells.collect::<rusqlite::Result<Vec<Cell>>>().map_err(explain)?);
            count += 1;
            if waiting.len() == at_once {
                take(&waiting)?;
                waiting.clear();
            }
        }
        if !waiting.is_empty() {
            take(&waiting)?;
        }
        Ok(count)
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        // The tables are strict, and have no columns of other types.
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Cell::Null,
    }
}
