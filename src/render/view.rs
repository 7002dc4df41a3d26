//! What is drawn for people: lines, tables and lists of fields, with roles in place of colours.

use super::Canvas;
use super::table::Table;

/// What a piece of text means; colour only repeats what the words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    #[default]
    Plain,
    /// Something new.
    Create,
    /// Something that becomes different.
    Change,
    /// Something that goes away.
    Delete,
    /// Advice and asides.
    Hint,
    /// A heading, or what matters most.
    Strong,
}

impl Role {
    /// The ANSI "select graphic rendition" parameters.
    fn sgr(self) -> Option<&'static str> {
        match self {
            Role::Plain => None,
            Role::Create => Some("32"),
            Role::Change => Some("33"),
            Role::Delete => Some("31"),
            Role::Hint => Some("2"),
            Role::Strong => Some("1"),
        }
    }

    pub(super) fn paint(self, text: &str, canvas: Canvas) -> String {
        match self.sgr() {
            Some(sgr) if canvas.colour && !text.is_empty() => format!("\x1b[{sgr}m{text}\x1b[0m"),
            Some(_) | None => text.to_owned(),
        }
    }
}

/// A line of text in pieces with roles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    pub(super) pieces: Vec<(Role, String)>,
}

impl Text {
    pub fn new(role: Role, text: impl Into<String>) -> Text {
        Text::default().and(role, text)
    }

    /// Adds a piece.
    #[must_use]
    pub fn and(mut self, role: Role, text: impl Into<String>) -> Text {
        self.pieces.push((role, visible(&text.into())));
        self
    }

    /// Adds a piece without a role.
    #[must_use]
    pub fn plain(self, text: impl Into<String>) -> Text {
        self.and(Role::Plain, text)
    }

    pub(super) fn draw(&self, canvas: Canvas) -> String {
        self.pieces.iter().map(|(role, text)| role.paint(text, canvas)).collect()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::new(Role::Plain, text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text::new(Role::Plain, text)
    }
}

/// Names from a file or an account may hold anything: what would move the cursor is shown as its escape.
pub fn visible(text: &str) -> String {
    if !text.contains(|character: char| character.is_control() && character != '\n') {
        return text.to_owned();
    }
    text.chars()
        .map(|character| match character {
            '\n' => "\n".to_owned(),
            control if control.is_control() => control.escape_default().to_string(),
            other => other.to_string(),
        })
        .collect()
}

#[derive(Debug, Clone)]
enum Block {
    Line(Text),
    Fields(Vec<(String, Text)>),
    Table(Table),
}

/// Blocks from top to bottom.
#[derive(Debug, Clone, Default)]
pub struct View {
    blocks: Vec<Block>,
}

impl View {
    pub fn new() -> View {
        View::default()
    }

    /// A line; an empty one separates.
    #[must_use]
    pub fn line(mut self, text: impl Into<Text>) -> View {
        self.blocks.push(Block::Line(text.into()));
        self
    }

    #[must_use]
    pub fn blank(self) -> View {
        self.line("")
    }

    /// Names with their values, aligned.
    #[must_use]
    pub fn fields<N: Into<String>, V: Into<Text>>(
        mut self,
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> View {
        let fields = fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        self.blocks.push(Block::Fields(fields));
        self
    }

    /// A table; one without rows draws nothing.
    #[must_use]
    pub fn table(mut self, table: Table) -> View {
        self.blocks.push(Block::Table(table));
        self
    }

    pub(super) fn draw(&self, canvas: Canvas) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            match block {
                Block::Line(text) => push_line(&mut out, &text.draw(canvas)),
                Block::Fields(fields) => {
                    let widest = fields.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
                    for (name, value) in fields {
                        let padded = format!("{name:<widest$}");
                        let name = Role::Hint.paint(&padded, canvas);
                        push_line(&mut out, &format!("{name}  {}", value.draw(canvas)));
                    }
                }
                Block::Table(table) => {
                    for line in table.draw(canvas) {
                        push_line(&mut out, &line);
                    }
                }
            }
        }
        out
    }
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Canvas = Canvas { width: 80, colour: false, ascii: false };
    const COLOUR: Canvas = Canvas { width: 80, colour: true, ascii: false };

    #[test]
    fn colour_only_repeats_what_the_words_say() {
        let view = View::new().line(Text::new(Role::Create, "+ create").plain(" product pro"));
        assert_eq!(view.draw(PLAIN), "+ create product pro\n");
        assert_eq!(view.draw(COLOUR), "\x1b[32m+ create\x1b[0m product pro\n");
    }

    #[test]
    fn fields_are_aligned() {
        let view = View::new().fields([("id", "acct_1"), ("currency", "usd")]);
        assert_eq!(view.draw(PLAIN), "id        acct_1\ncurrency  usd\n");
    }

    #[test]
    fn a_name_cannot_move_the_cursor() {
        let view = View::new().line("evil\x1b[2Jname\u{9b}1m");
        assert_eq!(view.draw(COLOUR), "evil\\u{1b}[2Jname\\u{9b}1m\n");
    }
}
