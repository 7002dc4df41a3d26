//! A report as it is read: what matters most, then tables with charts; in the terminal or as a page.

use super::table::Table;
use super::view::{Role, Text, View};
use crate::billing::currency::Currency;

/// A report from top to bottom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    pub title: String,
    /// What it is of: the time, and what was filtered.
    pub lead: Vec<String>,
    pub figures: Vec<Figure>,
    pub parts: Vec<Part>,
    /// What should be known of its figures.
    pub notes: Vec<String>,
}

/// One number that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    pub name: String,
    pub value: String,
    /// How it stands to another, such as that of the month before. May be empty.
    pub note: Text,
}

/// A table under a heading; on a page with a chart beside it, in the terminal with bars in its own columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// May be empty.
    pub heading: String,
    pub chart: Option<Chart>,
    pub table: Table,
    /// Left out in the terminal, where other parts say it shorter.
    pub only_on_page: bool,
}

/// What is drawn on a page: a value of each series for each label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub shape: Shape,
    pub labels: Vec<String>,
    pub series: Vec<Series>,
    /// What values are minor units of; none for counts.
    pub currency: Option<Currency>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A bar a label, lying, from the top to the bottom: for names. Of the first series alone.
    Bars,
    /// A column a label, from left to right: for time. Several series are piled up; what is below zero hangs down.
    Columns,
    /// A line a series, from left to right: for what stands at the end of a day or month.
    Lines,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    pub name: String,
    /// As many as there are labels.
    pub values: Vec<i64>,
}

impl Sheet {
    /// As it is shown in the terminal.
    pub fn view(&self) -> View {
        let Sheet { title, lead, figures, parts, notes } = self;
        let mut view = View::new().line(Text::new(Role::Strong, title.as_str()));
        for line in lead {
            view = view.line(Text::new(Role::Hint, line.as_str()));
        }
        if !figures.is_empty() {
            let widest = figures.iter().map(|figure| figure.value.chars().count()).max().unwrap_or(0);
            let fields = figures.iter().map(|Figure { name, value, note }| {
                let mut text = Text::from(format!("{value:>widest$}"));
                if !note.pieces.is_empty() {
                    text = note
                        .pieces
                        .iter()
                        .fold(text.plain("  "), |text, (role, piece)| text.and(*role, piece.as_str()));
                }
                (name.as_str(), text)
            });
            view = view.blank().fields(fields);
        }
        for Part { heading, chart: _, table, only_on_page } in parts {
            if table.is_empty() || *only_on_page {
                continue;
            }
            view = view.blank();
            if !heading.is_empty() {
                view = view.line(Text::new(Role::Strong, heading.as_str()));
            }
            view = view.table(table.clone());
        }
        if !notes.is_empty() {
            view = view.blank();
        }
        for note in notes {
            view = view.line(Text::new(Role::Hint, note.as_str()));
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Canvas, Cell, Column};

    #[test]
    fn a_sheet_is_read_from_top_to_bottom() {
        let mut table = Table::new([Column::id("plan"), Column::number("used"), Column::drawing("")]);
        table.row([Cell::from("pro"), Cell::from("12"), Cell::Bar(Role::Plain, 1000)]);
        let sheet = Sheet {
            title: "Usage".to_owned(),
            lead: vec!["2026-11-01 to 2026-12-01 (UTC)".to_owned()],
            figures: vec![
                Figure { name: "posts".to_owned(), value: "12".to_owned(), note: Text::from("+20.0 %") },
                Figure { name: "spending".to_owned(), value: "1.20 USD".to_owned(), note: Text::default() },
            ],
            parts: vec![Part { heading: "By plan".to_owned(), chart: None, table, only_on_page: false }],
            notes: vec!["Plans are those that hold now".to_owned()],
        };
        let drawn = sheet.view().draw(Canvas { width: 40, colour: false, ascii: true });
        insta::assert_snapshot!(drawn, @"
        Usage
        2026-11-01 to 2026-12-01 (UTC)

        posts           12  +20.0 %
        spending  1.20 USD

        By plan
        plan  used
        pro     12  ############################

        Plans are those that hold now
        ");
    }
}
