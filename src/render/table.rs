//! Tables: columns that stay whole (ids, amounts), columns that wrap (names, messages).

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Width};

use super::Canvas;
use super::chart::{bar, sparkline};
use super::view::{Role, Text};

/// A wrapped column is never narrower than this, even where the table then is wider than the terminal.
const NARROWEST: u16 = 12;

/// A longer word is broken rather than making its column wider than this.
const LONGEST_WORD: u16 = 32;

/// Between two columns.
const GAP: u16 = 2;

/// Bars and sparklines take what room is left, up to this.
const LONGEST_DRAWING: usize = 30;

/// Where there is less room than this, they are left out.
const SHORTEST_DRAWING: usize = 6;

/// A column: its heading, its side, and whether its cells may be wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub(super) heading: String,
    pub(super) right: bool,
    wraps: bool,
    pub(super) drawn: bool,
}

impl Column {
    /// For ids and keys: never broken, so that they can be copied.
    pub fn id(heading: impl Into<String>) -> Column {
        Column { heading: heading.into(), right: false, wraps: false, drawn: false }
    }

    /// For numbers and amounts: aligned to the right, never broken.
    pub fn number(heading: impl Into<String>) -> Column {
        Column { heading: heading.into(), right: true, wraps: false, drawn: false }
    }

    /// For words: wrapped where the table would be too wide.
    pub fn words(heading: impl Into<String>) -> Column {
        Column { heading: heading.into(), right: false, wraps: true, drawn: false }
    }

    /// For bars and sparklines: as wide as there is room beside the others, and left out where there is too little.
    pub fn drawing(heading: impl Into<String>) -> Column {
        Column { heading: heading.into(), right: false, wraps: false, drawn: true }
    }
}

/// What stands in a column of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(Text),
    /// A bar; its length in thousandths of the longest one: see [`super::thousandths`].
    Bar(Role, u16),
    /// A letter for each value.
    Sparkline(Vec<i64>),
}

impl From<Text> for Cell {
    fn from(text: Text) -> Cell {
        Cell::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.into())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text.into())
    }
}

/// Rows under headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Table {
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Table {
        Table { columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row: a cell for each column. A cell has the role of its first piece.
    pub fn row<T: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn draw(&self, canvas: Canvas) -> Vec<String> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        self.in_letters(canvas).draw(canvas)
    }

    /// The same with bars and sparklines as text, or without them where there is no room.
    fn in_letters(&self, canvas: Canvas) -> Letters {
        let Table { columns, rows } = self;
        let width = |index: usize| {
            let cells = rows.iter().filter_map(|row| match row.get(index) {
                Some(Cell::Text(text)) => {
                    Some(text.pieces.iter().map(|(_, piece)| piece.chars().count()).sum::<usize>())
                }
                Some(Cell::Bar(..) | Cell::Sparkline(_)) | None => None,
            });
            cells.chain([columns[index].heading.chars().count()]).max().unwrap_or(0)
        };
        let is_drawn = |index: &usize| columns[*index].drawn;
        let (drawn, written): (Vec<usize>, Vec<usize>) = (0..columns.len()).partition(is_drawn);
        let gaps = columns.len().saturating_sub(1) * usize::from(GAP);
        let taken = written.into_iter().map(width).sum::<usize>() + gaps;
        let room = usize::from(canvas.width).saturating_sub(taken);
        let each = room.checked_div(drawn.len()).unwrap_or(0).min(LONGEST_DRAWING);
        let is_kept = |index: &usize| !is_drawn(index) || each >= SHORTEST_DRAWING;
        let kept: Vec<usize> = (0..columns.len()).filter(is_kept).collect();
        let letters = |cell: &Cell| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Bar(role, share) => Text::new(*role, bar(*share, each, canvas)),
            Cell::Sparkline(values) => Text::from(sparkline(values, each, canvas)),
        };
        Letters {
            columns: kept.iter().map(|index| columns[*index].clone()).collect(),
            rows: rows
                .iter()
                .map(|row| kept.iter().filter_map(|index| row.get(*index)).map(letters).collect())
                .collect(),
        }
    }
}

/// A table all of whose cells are text.
#[derive(Debug)]
struct Letters {
    columns: Vec<Column>,
    rows: Vec<Vec<Text>>,
}

impl Letters {
    fn draw(&self, canvas: Canvas) -> Vec<String> {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).force_no_tty();
        if canvas.colour {
            table.enforce_styling();
        }
        table.set_header(self.columns.iter().map(|column| cell(column, Role::Strong, &column.heading)));
        for row in &self.rows {
            table.add_row(self.columns.iter().zip(row).map(|(column, text)| {
                let role = text.pieces.first().map_or(Role::Plain, |(role, _)| *role);
                let content: String = text.pieces.iter().map(|(_, piece)| piece.as_str()).collect();
                cell(column, role, &content)
            }));
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            // Nothing stands behind the last column; a gap there would wrap a coloured line that just fits.
            let gap = if index + 1 == self.columns.len() { 0 } else { GAP };
            column.set_padding((0, gap));
        }
        self.fit(&mut table, canvas.width);
        table.lines().map(|line| without_padding(&line)).collect()
    }

    /// Keeps whole columns whole and lets the others share what is left, down to their longest words.
    fn fit(&self, table: &mut comfy_table::Table, width: u16) {
        let contents = table.column_max_content_widths();
        let across = |widths: &[u16]| {
            widths.iter().fold(0_u16, |sum, width| sum.saturating_add(GAP).saturating_add(*width)) - GAP
        };
        if across(&contents) <= width {
            return;
        }
        let least: Vec<u16> =
            (0..self.columns.len()).map(|index| self.least(index, contents[index])).collect();
        let width = width.max(across(&least));
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        let last = self.columns.len() - 1;
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_constraint(if self.columns[index].wraps {
                let gap = if index == last { 0 } else { GAP };
                ColumnConstraint::LowerBoundary(Width::Fixed(least[index] + gap))
            } else {
                ColumnConstraint::ContentWidth
            });
        }
    }

    /// The width below which a column would become unreadable: all of an id, the longest word of a text.
    fn least(&self, index: usize, content: u16) -> u16 {
        let Column { heading, wraps, right: _, drawn: _ } = &self.columns[index];
        if !wraps {
            return content;
        }
        let pieces = self.rows.iter().filter_map(|row| row.get(index)).flat_map(|text| &text.pieces);
        let texts = pieces.map(|(_, piece)| piece).chain([heading]);
        let words = texts.flat_map(|text| text.split_whitespace()).map(|word| word.chars().count());
        let longest = words.max().and_then(|longest| u16::try_from(longest).ok()).unwrap_or(u16::MAX);
        longest.clamp(NARROWEST, LONGEST_WORD).min(content)
    }
}

/// A line without the spaces at its end, also where they are coloured: a terminal that they don't fit into would
/// begin another line for them.
fn without_padding(line: &str) -> String {
    let is_sgr = |code: &str| code.bytes().all(|byte| byte.is_ascii_digit() || byte == b';');
    let mut text = line.trim_end();
    let mut resets = Vec::new();
    while let Some(start) = text.strip_suffix('m').and_then(|rest| rest.rfind("\x1b["))
        && is_sgr(&text[start + 2..text.len() - 1])
    {
        resets.push(&text[start..]);
        text = text[..start].trim_end();
    }
    resets.push(text);
    resets.into_iter().rev().collect()
}

fn cell(column: &Column, role: Role, content: &str) -> comfy_table::Cell {
    let cell = comfy_table::Cell::new(content);
    let cell = cell.set_alignment(if column.right { CellAlignment::Right } else { CellAlignment::Left });
    match role {
        Role::Plain => cell,
        Role::Create => cell.fg(comfy_table::Color::DarkGreen),
        Role::Change => cell.fg(comfy_table::Color::DarkYellow),
        Role::Delete => cell.fg(comfy_table::Color::DarkRed),
        Role::Hint => cell.add_attribute(comfy_table::Attribute::Dim),
        Role::Strong => cell.add_attribute(comfy_table::Attribute::Bold),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices() -> Table {
        let mut table = Table::new([Column::id("id"), Column::words("name"), Column::number("amount")]);
        table.row(["price_1QyHrZ2eZvKYlo2CabcdefGH", "Pro", "99.00 USD"]);
        table.row([
            "price_1QyHrZ2eZvKYlo2Cabcdefgh",
            "A name of many words that does not fit beside an id and an amount",
            "1.00 USD",
        ]);
        table
    }

    fn drawn(table: &Table, width: u16) -> String {
        table.draw(Canvas { width, colour: false, ascii: false }).join("\n")
    }

    #[test]
    fn words_wrap_and_ids_and_amounts_stay_whole() {
        insta::assert_snapshot!(drawn(&prices(), 80), @"
        id                              name                                   amount
        price_1QyHrZ2eZvKYlo2CabcdefGH  Pro                                 99.00 USD
        price_1QyHrZ2eZvKYlo2Cabcdefgh  A name of many words that does not   1.00 USD
                                        fit beside an id and an amount
        ");
    }

    #[test]
    fn a_word_is_broken_only_if_it_is_very_long() {
        let mut table = Table::new([Column::words("key"), Column::words("detail")]);
        table.row(["business.messages", "neither here nor there"]);
        table.row(["b".repeat(40).as_str(), "x"]);
        insta::assert_snapshot!(drawn(&table, 30), @"
        key                               detail
        business.messages                 neither here
                                          nor there
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb  x
        bbbbbbbb
        ");
    }

    #[test]
    fn a_narrow_terminal_gets_a_wider_table_and_whole_ids() {
        insta::assert_snapshot!(drawn(&prices(), 20), @"
        id                              name             amount
        price_1QyHrZ2eZvKYlo2CabcdefGH  Pro           99.00 USD
        price_1QyHrZ2eZvKYlo2Cabcdefgh  A name of      1.00 USD
                                        many words
                                        that does
                                        not fit
                                        beside an id
                                        and an
                                        amount
        ");
    }

    #[test]
    fn roles_become_colours_only_on_a_coloured_canvas() {
        let mut table = Table::new([Column::id("action")]);
        table.row([Text::new(Role::Create, "create")]);
        let coloured = table.draw(Canvas { width: 80, colour: true, ascii: false });
        assert!(coloured[1].starts_with("\x1b["), "{coloured:?}");
        assert_eq!(drawn(&table, 80), "action\ncreate");
    }

    #[test]
    fn no_line_ends_with_spaces_coloured_or_not() {
        let mut table = Table::new([Column::id("key"), Column::words("done")]);
        table.row([Text::from("pro"), Text::new(Role::Change, "updated")]);
        table.row([Text::from("starter"), Text::new(Role::Hint, "unchanged")]);
        for colour in [true, false] {
            for line in table.draw(Canvas { width: 80, colour, ascii: false }) {
                assert!(!line.ends_with(" \x1b[0m") && !line.ends_with(' '), "{line:?}");
            }
        }
        let updated = &table.draw(Canvas { width: 80, colour: true, ascii: false })[1];
        assert!(updated.starts_with("pro      \x1b[") && updated.ends_with("m"), "{updated:?}");
    }

    #[test]
    fn bars_take_the_room_that_is_left_and_go_where_there_is_none() {
        let mut table = Table::new([Column::id("plan"), Column::number("used"), Column::drawing("")]);
        table.row([Cell::from("free"), Cell::from("250"), Cell::Bar(Role::Plain, 250)]);
        table.row([Cell::from("pro"), Cell::from("1000"), Cell::Bar(Role::Plain, 1000)]);
        insta::assert_snapshot!(drawn(&table, 80), @"
        plan  used
        free   250  ███████▌
        pro   1000  ██████████████████████████████
        ");
        insta::assert_snapshot!(drawn(&table, 20), @"
        plan  used
        free   250  ██
        pro   1000  ████████
        ");
        insta::assert_snapshot!(drawn(&table, 17), @"
        plan  used
        free   250
        pro   1000
        ");
    }

    #[test]
    fn a_table_without_rows_draws_nothing() {
        assert_eq!(drawn(&Table::new([Column::id("id")]), 80), "");
    }
}
