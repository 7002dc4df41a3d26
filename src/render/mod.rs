//! Value → view → table, JSON, JSON lines or CSV; sheet → terminal or a page of HTML. Same input, same bytes.

mod chart;
mod csv;
mod page;
mod problems;
mod qr;
mod sheet;
mod table;
mod table_file;
mod view;

use std::str::FromStr;

use serde_json::Value;
use thiserror::Error;

pub use chart::thousandths;
pub use page::page;
pub use problems::problems;
pub use qr::qr_code;
pub use sheet::{Chart, Figure, Part, Series, Shape, Sheet};
pub use table::{Cell, Column, Table};
pub use table_file::{FileColumn, FileFormat, TableFile};
pub use view::{Role, Text, View, visible};

/// How a result is written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// A header and one line a row.
    Csv,
}

/// The text names no format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no output format: write table, json, jsonl or csv")]
pub struct UnknownFormat(pub String);

impl Format {
    pub const NAMES: [&str; 4] = ["table", "json", "jsonl", "csv"];
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Format, UnknownFormat> {
        match text {
            "table" => Ok(Format::Table),
            "json" => Ok(Format::Json),
            "jsonl" => Ok(Format::Jsonl),
            "csv" => Ok(Format::Csv),
            other => Err(UnknownFormat(other.to_owned())),
        }
    }
}

/// A result that can be shown in every format.
pub trait Present {
    /// The whole result as one document, for `-o json`.
    fn json(&self) -> Value;

    /// One value a row, for `-o jsonl` and `-o csv`; the whole document as one row by default.
    fn rows(&self) -> Vec<Value> {
        vec![self.json()]
    }

    /// The result for people.
    fn view(&self) -> View;
}

/// Where and how a view is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canvas {
    /// In columns of the terminal.
    pub width: u16,
    pub colour: bool,
    /// Only plain letters can be shown: no blocks for bars.
    pub ascii: bool,
}

/// Writes a result in a format. The text ends with a line break, unless it is empty.
///
/// # Errors
/// When the JSON or CSV writer fails, which for values in memory means a bug.
pub fn render(result: &dyn Present, format: Format, canvas: Canvas) -> anyhow::Result<String> {
    Ok(match format {
        Format::Table => result.view().draw(canvas),
        Format::Json => serde_json::to_string_pretty(&result.json())? + "\n",
        Format::Jsonl => {
            let mut text = String::new();
            for row in result.rows() {
                text.push_str(&serde_json::to_string(&row)?);
                text.push('\n');
            }
            text
        }
        Format::Csv => csv::write(&result.rows())?,
    })
}
