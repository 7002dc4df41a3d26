//! Takes keys away from a TOML document, and leaves what was said beside them.

use toml_edit::{Decor, Item, Table, TableLike, Value};

/// What stands before something, as written.
pub fn prefix(decor: &Decor) -> String {
    decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned()
}

fn suffix(decor: &Decor) -> String {
    decor.suffix().and_then(|suffix| suffix.as_str()).unwrap_or_default().to_owned()
}

/// Takes a key away from a table. Its comments stay: before the line that follows, else behind the line before, else
/// above the next table in it, else below its header.
pub fn remove(item: &mut Item, key: &str) {
    let rest = item.as_table_like_mut().and_then(|table| remove_from(table, key));
    if let (Some(comment), Item::Table(table)) = (rest, item) {
        // Without a header of its own it would not be written at all.
        table.set_implicit(false);
        let suffix = suffix(table.decor());
        table.decor_mut().set_suffix(format!("{suffix}\n{}", comment.trim_end_matches('\n')));
    }
}

/// Takes a key away; what is left is a comment that found no place.
pub fn remove_from(table: &mut dyn TableLike, key: &str) -> Option<String> {
    let comment = comments(table, key);
    let is_line = table.get(key).is_some_and(Item::is_value);
    let lines: Vec<String> = table
        .iter()
        .filter(|(name, item)| item.is_value() || *name == key)
        .map(|(name, _)| name.to_owned())
        .collect();
    table.remove(key);
    let (false, Some(position)) = (comment.is_empty(), lines.iter().position(|name| name == key)) else {
        return None;
    };
    if let Some(mut next) = lines.get(position + 1).filter(|_| is_line).and_then(|next| table.key_mut(next)) {
        let prefix = prefix(next.leaf_decor());
        next.leaf_decor_mut().set_prefix(format!("{comment}{prefix}"));
        return None;
    }
    // A table's lines stand before the tables in it.
    let mut lines = lines.iter().filter(|name| *name != key);
    let before = if is_line { lines.take(position).last() } else { lines.next_back() };
    if let Some(Item::Value(value)) = before.and_then(|before| table.get_mut(before)) {
        let suffix = suffix(value.decor());
        let comment = comment.trim_end_matches('\n');
        value.decor_mut().set_suffix(format!("{suffix}\n{comment}"));
        return None;
    }
    let mut tables = table.iter_mut().filter_map(|(_, item)| item.as_table_mut());
    if let Some(next) = tables.find(|next| !next.is_implicit()) {
        let prefix = prefix(next.decor());
        next.decor_mut().set_prefix(format!("\n{comment}{}", prefix.trim_start_matches('\n')));
        return None;
    }
    Some(comment)
}

/// All comments of a table, as lines of their own.
pub fn of_table(table: &Table) -> String {
    let mut comments = Comments(String::new());
    comments.table(table);
    comments.0
}

/// Leaves comments behind the last line of a table, else below its header.
pub fn leave_behind(table: &mut Table, comments: &str) {
    let comments = comments.trim_end_matches('\n');
    if comments.is_empty() {
        return;
    }
    if let Some(last) = table.iter_mut().filter_map(|(_, item)| item.as_value_mut()).last() {
        let suffix = suffix(last.decor());
        last.decor_mut().set_suffix(format!("{suffix}\n{comments}"));
        return;
    }
    let suffix = suffix(table.decor());
    table.decor_mut().set_suffix(format!("{suffix}\n{comments}"));
}

/// All comments of a key and its value, as lines of their own; what stands above the key as it was written.
fn comments(table: &dyn TableLike, key: &str) -> String {
    let mut comments = Comments(String::new());
    if let Some(key) = table.key(key) {
        let above = prefix(key.leaf_decor());
        if above.contains('#') {
            comments.0.push_str(&above);
        }
    }
    if let Some(item) = table.get(key) {
        comments.item(item);
    }
    comments.0
}

struct Comments(String);

impl Comments {
    fn text(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| line.starts_with('#')) {
            self.0.push_str(line);
            self.0.push('\n');
        }
    }

    fn decor(&mut self, decor: &Decor) {
        self.text(&prefix(decor));
        self.text(&suffix(decor));
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::None => {}
            Item::Value(value) => self.value(value),
            Item::Table(table) => self.table(table),
            Item::ArrayOfTables(tables) => tables.iter().for_each(|table| self.table(table)),
        }
    }

    fn table(&mut self, table: &Table) {
        self.decor(table.decor());
        for (key, item) in table {
            if let Some(key) = table.key(key) {
                self.decor(key.leaf_decor());
            }
            self.item(item);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Array(array) => {
                array.iter().for_each(|value| self.value(value));
                self.text(array.trailing().as_str().unwrap_or_default());
            }
            Value::InlineTable(table) => table.iter().for_each(|(_, value)| self.value(value)),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_) => {}
        }
        self.decor(value.decor());
    }
}
