//! A file of the catalog: its path as shown, its text, and places in it.

use std::ops::Range;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As it is shown to a person.
    pub path: String,
    /// Bytes that are not UTF-8 are replaced; a problem says so.
    pub text: String,
}

/// A line and a column, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// A stretch of a file, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The index of the file among those that were read.
    pub source: usize,
    pub range: Range<usize>,
}

impl Source {
    /// The position of a byte.
    pub fn position(&self, offset: usize) -> Position {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }

    /// The text of the line that holds a byte, and the byte at which the line starts.
    pub fn line_at(&self, offset: usize) -> (usize, &str) {
        let offset = offset.min(self.text.len());
        let start = self.text.as_bytes().iter().take(offset).rposition(|byte| *byte == b'\n');
        let start = start.map_or(0, |newline| newline + 1);
        let rest = self.text.get(start..).unwrap_or_default();
        (start, rest.lines().next().unwrap_or_default())
    }

    /// What a range holds; nothing when it is not of this text.
    pub fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The range, cut to its first line and moved inside the text, on character boundaries.
    pub fn clamp(&self, range: Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(range.start);
        let end = self.text.ceil_char_boundary(range.end.max(start));
        let shown = self.slice(&(start..end));
        let first_line = shown.lines().next().unwrap_or_default();
        start..start + first_line.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, offset: usize, line: usize, column: usize) {
        let source = Source { path: String::new(), text: text.to_owned() };
        assert_eq!(source.position(offset), Position { line, column }, "{text:?} at {offset}");
    }

    #[test]
    fn columns_count_characters() {
        check("", 0, 1, 1);
        check("ab\ncd", 3, 2, 1);
        check("äö = 1", 4, 1, 3);
        check("a\r\nb", 3, 2, 1);
        check("a\n", 2, 2, 1);
    }

    #[test]
    fn a_range_is_cut_to_its_first_line() {
        let source = Source { path: String::new(), text: "a = \"\"\"x\ny\"\"\"".to_owned() };
        assert_eq!(source.clamp(4..13), 4..8);
        assert_eq!(source.clamp(90..99), 13..13);
    }
}
