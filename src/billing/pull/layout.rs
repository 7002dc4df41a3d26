//! Tables of new resources, laid out as a person would write them: one line where it fits, else one line an item.

use serde_json::Value as Json;
use toml_edit::{Array, Datetime, InlineTable, Item, Table, TableLike, Value};

use super::entry;

/// The longest line, as far as a list or a table can be broken.
const MAX_LINE: usize = 100;

/// Keys whose texts are moments, which TOML has a form for.
const MOMENTS: [&str; 2] = ["redeem_by", "expires_at"];

/// Adds a table of its own, or a line to a table that is written in one line.
pub fn insert_table(parent: &mut Item, key: &str, entry: &entry::Table) {
    let item = match parent.is_inline_table() {
        true => Item::Value(Value::InlineTable(inline_table(entry))),
        false => Item::Table(table(entry)),
    };
    if let Some(parent) = parent.as_table_like_mut() {
        parent.insert(key, item);
    }
}

/// Adds a key: a line, or a table of its own where that would be too long.
pub fn insert(parent: &mut Item, key: &str, json: &Json) {
    let is_inline = parent.is_inline_table();
    if let Some(parent) = parent.as_table_like_mut() {
        insert_into(parent, is_inline, key, json);
    }
}

/// As [`insert`], into a table that may be written in one line.
pub fn insert_into(parent: &mut dyn TableLike, is_inline: bool, key: &str, json: &Json) {
    let line = value(key, json);
    let fits = key.len() + 3 + line.to_string().len() <= MAX_LINE;
    let item = match json {
        _ if fits || is_inline => Item::Value(line),
        Json::Object(entries) => Item::Table(table(entries)),
        Json::Array(items) => Item::Value(Value::Array(list(key, items))),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Item::Value(line),
    };
    parent.insert(key, item);
}

/// A table of its own, with a line for each key.
pub fn table(entries: &entry::Table) -> Table {
    let mut table = Table::new();
    for (key, json) in entries {
        insert_into(&mut table, false, key, json);
    }
    // What holds tables alone needs no header of its own.
    table.set_implicit(!table.is_empty() && table.iter().all(|(_, item)| item.is_table()));
    table
}

fn inline_table(entries: &entry::Table) -> InlineTable {
    let lines = entries.iter().map(|(key, json)| (key.as_str(), value(key, json)));
    lines.collect()
}

/// A list with a line for each item.
fn list(key: &str, items: &[Json]) -> Array {
    let mut list = Array::new();
    for item in items {
        list.push_formatted(value(key, item).decorated("\n    ", ""));
    }
    list.set_trailing("\n");
    list.set_trailing_comma(true);
    list
}

/// A value in one line.
pub fn value(key: &str, json: &Json) -> Value {
    match json {
        // The file's tables hold no nulls: TOML has no word for them.
        Json::Null => Value::from(""),
        Json::Bool(truth) => Value::from(*truth),
        Json::Number(number) => Value::from(number.as_i64().unwrap_or_default()),
        Json::String(text) => match text.parse::<Datetime>() {
            Ok(moment) if MOMENTS.contains(&key) => Value::from(moment),
            Ok(_) | Err(_) => quoted(text),
        },
        Json::Array(items) => Value::Array(items.iter().map(|item| value(key, item)).collect()),
        Json::Object(entries) => Value::InlineTable(inline_table(entries)),
    }
}

/// A text in one line of quotes, where it is one line.
fn quoted(text: &str) -> Value {
    let both = text.contains('"') && text.contains('\'');
    // A JSON string is a TOML string too, but for one letter that JSON need not escape.
    let json = Json::from(text).to_string();
    let parsed = (both && !text.contains(['\n', '\u{7f}'])).then(|| json.parse().ok());
    parsed.flatten().unwrap_or_else(|| Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, written: &str) {
        let value = quoted(text);
        assert_eq!((value.as_str(), value.to_string().as_str()), (Some(text), written));
    }

    #[test]
    fn texts_stand_in_one_line() {
        check("Pro", "\"Pro\"");
        check("the \"Pro\"", "'the \"Pro\"'");
        check("\"it's\" \\ ü", "\"\\\"it's\\\" \\\\ ü\"");
        check("a\nb", "\"\"\"\na\nb\"\"\"");
    }
}
