//! Just enough reading of Rust to find which paths a file uses.

use std::path::Path;

/// A path below the crate's root, as `billing::money`, and the line where it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub path: String,
    pub line: usize,
}

/// The text with comments and the insides of literals blanked out; lines stay where they were.
pub(super) fn without_prose(text: &str) -> String {
    let bytes: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&letter) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = match rest {
            ['/', '/', ..] => rest.iter().position(|each| *each == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => block_comment(rest),
            ['"', ..] => 1 + closing_quote(rest.get(1..).unwrap_or_default(), '"'),
            ['r', '"' | '#', ..] if !out.ends_with(is_name) => raw_string(rest),
            ['\'', '\\', ..] => 2 + closing_quote(rest.get(2..).unwrap_or_default(), '\'').max(2),
            ['\'', _, '\'', ..] => 3,
            _ => 0,
        };
        if length == 0 {
            out.push(letter);
            at += 1;
            continue;
        }
        out.extend(rest.iter().take(length).map(|each| if *each == '\n' { '\n' } else { ' ' }));
        at += length;
    }
    out
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn closing_quote(rest: &[char], quote: char) -> usize {
    let mut escaped = false;
    for (index, letter) in rest.iter().enumerate() {
        if *letter == quote && !escaped {
            return index + 1;
        }
        escaped = *letter == '\\' && !escaped;
    }
    rest.len()
}

fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        match rest.get(at..) {
            Some(['/', '*', ..]) => (depth, at) = (depth + 1, at + 2),
            Some(['*', '/', ..]) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// The length of `r"…"` or `r#"…"#`; 0 where it is a raw identifier like `r#type`.
fn raw_string(rest: &[char]) -> usize {
    let hashes = rest.iter().skip(1).take_while(|each| **each == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let body = 2 + hashes;
    for start in body..rest.len() {
        let closes = rest.get(start) == Some(&'"')
            && rest.iter().skip(start + 1).take(hashes).filter(|each| **each == '#').count() == hashes;
        if closes {
            return start + 1 + hashes;
        }
    }
    rest.len()
}

/// How many `super` lead from a file to the crate's root.
pub(super) fn depth(path: &Path) -> usize {
    let below = path.components().count() - 1;
    if path.ends_with("mod.rs") { below - 1 } else { below }
}

/// Every path that starts at the crate's root, through `crate::` or enough of `super::`, braces opened up.
pub(super) fn references(code: &str, depth: usize) -> Vec<Reference> {
    let up = "super::".repeat(depth);
    let mut found = Vec::new();
    for root in ["crate::", &up] {
        for (at, _) in code.match_indices(root) {
            let before = code.get(..at).unwrap_or_default();
            if before.ends_with(is_name) || before.ends_with("::") {
                continue;
            }
            let line = before.matches('\n').count() + 1;
            let after = code.get(at + root.len()..).unwrap_or_default();
            found.extend(expand(after).into_iter().map(|path| Reference { path, line }));
        }
    }
    found
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`.
fn expand(text: &str) -> Vec<String> {
    let plain: String = text.chars().take_while(|letter| is_name(*letter) || *letter == ':').collect();
    let after = text.get(plain.len()..).unwrap_or_default();
    if !after.starts_with('{') || !(plain.is_empty() || plain.ends_with("::")) {
        return vec![plain.trim_end_matches(':').to_owned()];
    }
    let mut nesting = 0;
    let mut start = 1;
    let mut found = Vec::new();
    for (index, letter) in after.char_indices() {
        let ends = match letter {
            '{' => {
                nesting += 1;
                false
            }
            '}' => {
                nesting -= 1;
                nesting == 0
            }
            ',' => nesting == 1,
            _ => false,
        };
        if ends {
            let item = after.get(start..index).unwrap_or_default().trim();
            if !item.is_empty() {
                found.extend(expand(item).into_iter().map(|path| format!("{plain}{path}")));
            }
            start = index + 1;
        }
        if nesting == 0 {
            break;
        }
    }
    found
}

/// The lines where an outside crate is named as the start of a path.
pub(super) fn uses_of_crate(code: &str, name: &str) -> Vec<usize> {
    let mut lines = lines_with_word(code, &format!("{name}::"));
    lines.extend(lines_with_word(code, &format!("use {name};")));
    lines
}

/// The lines where `word` stands by itself, not as the tail of a longer name or path.
pub(super) fn lines_with_word(code: &str, word: &str) -> Vec<usize> {
    let starts =
        |at: usize| !code.get(..at).unwrap_or_default().ends_with(|letter| is_name(letter) || letter == ':');
    let whole = |at: usize| starts(at) || word.ends_with("()");
    code.match_indices(word)
        .filter(|(at, _)| whole(*at))
        .map(|(at, _)| code.get(..at).unwrap_or_default().matches('\n').count() + 1)
        .collect()
}

#[test]
fn comments_and_literals_are_no_code() {
    let check = |text: &str, expected: &str| assert_eq!(without_prose(text), expected, "{text}");
    check("a // crate::b\nc", "a            \nc");
    check("a/*/**/*/b", "a        b");
    check("f(\"a\\\"b\", c)", "f(      , c)");
    check("r#\"a\"b\"# + r#type", "         + r#type");
    check("'\"' + \"x\" // '", "    +         ");
    check("'\\'' + '\\n' + &'a T", "     +      + &'a T");
}

#[test]
fn references_are_found_in_every_spelling() {
    let check = |code: &str, depth: usize, expected: &[&str]| {
        let found: Vec<String> = references(code, depth).into_iter().map(|each| each.path).collect();
        assert_eq!(found, expected, "{code}");
    };
    check("use crate::billing::money::Money;", 2, &["billing::money::Money"]);
    check("use crate::{error::Kind, ui};", 1, &["error::Kind", "ui"]);
    check(
        "use crate::stripe::{Reader, page::{List, Page}};",
        1,
        &["stripe::Reader", "stripe::page::List", "stripe::page::Page"],
    );
    check("fn f() -> crate::error::Kind {}", 1, &["error::Kind"]);
    check("use super::super::store::Journal;", 2, &["store::Journal"]);
    check("use super::store::Journal;", 2, &[]);
    check("use other_crate::ui;", 1, &[]);
    check("pub(crate) fn f() {}", 1, &[]);
}
