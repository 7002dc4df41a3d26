//! Single changes in a TOML document that keep comments and layout.

use serde_json::Value as Json;
use toml_edit::{Array, Decor, Item, Table, TableLike, Value};

use super::edit::{same, same_value};
use super::layout;
use crate::billing::plan::kind::Kind;

/// The table at a path, with those above it, made where they are missing; and whether it is written in one line.
/// `None` where something else stands in the way.
pub fn table<'d>(root: &'d mut Item, path: &[String]) -> Option<(&'d mut dyn TableLike, bool)> {
    let mut item = root;
    for key in path {
        let is_inline = item.is_inline_table();
        let parent = item.as_table_like_mut()?;
        if parent.get(key).is_none() {
            let new = if is_inline { toml_edit::value(toml_edit::InlineTable::new()) } else { implicit() };
            parent.insert(key, new);
        }
        item = parent.get_mut(key)?;
    }
    let is_inline = item.is_inline_table();
    Some((item.as_table_like_mut()?, is_inline))
}

/// A table that needs no header of its own.
fn implicit() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

/// Gives an item another value, in the place and with the comments of the old one.
pub fn replace(item: &mut Item, kind: Kind, path: &[String], new: &Json) {
    if same(kind, path, item, new) {
        return;
    }
    let key = path.last().map(String::as_str).unwrap_or_default();
    match (&mut *item, new) {
        (Item::Value(value), _) => replace_value(value, kind, path, new),
        (Item::ArrayOfTables(tables), Json::Array(items)) if tables.len() == items.len() => {
            for (table, new) in tables.iter_mut().zip(items) {
                replace_entries(table, false, kind, path, new);
            }
        }
        (Item::Table(table), Json::Object(_)) => replace_entries(table, false, kind, path, new),
        (Item::ArrayOfTables(_) | Item::Table(_) | Item::None, _) => {
            *item = Item::Value(layout::value(key, new))
        }
    }
}

fn replace_entries(table: &mut dyn TableLike, is_inline: bool, kind: Kind, path: &[String], new: &Json) {
    let Json::Object(entries) = new else { return };
    let old: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    for key in old.iter().filter(|key| !entries.contains_key(*key)) {
        remove(table, key);
    }
    for (key, value) in entries {
        let path: Vec<String> = path.iter().chain([key]).cloned().collect();
        match table.get_mut(key) {
            Some(item) => replace(item, kind, &path, value),
            None => layout::insert(table, is_inline, key, value),
        }
    }
}

fn replace_value(value: &mut Value, kind: Kind, path: &[String], new: &Json) {
    let key = path.last().map(String::as_str).unwrap_or_default();
    match (&mut *value, new) {
        (Value::InlineTable(table), Json::Object(_)) => replace_entries(table, true, kind, path, new),
        (Value::Array(array), Json::Array(items)) => replace_items(array, kind, path, items),
        _ => {
            let decor = value.decor().clone();
            *value = layout::value(key, new);
            *value.decor_mut() = decor;
        }
    }
}

/// Gives a list other items: those that stay keep their lines and comments.
fn replace_items(array: &mut Array, kind: Kind, path: &[String], new: &[Json]) {
    let key = path.last().map(String::as_str).unwrap_or_default();
    let old: Vec<Value> = array.iter().cloned().collect();
    let line = old.last().map_or_else(Decor::default, |last| line_of(last.decor()));
    let tables = new.iter().any(Json::is_object);
    let mut used = vec![false; old.len()];
    let mut items = Vec::with_capacity(new.len());
    for (index, json) in new.iter().enumerate() {
        // Tables are told apart by their place, words by what they say.
        let found = match tables {
            true => Some(index).filter(|index| *index < old.len()),
            false => (0..old.len()).find(|old_index| {
                !used[*old_index] && old.get(*old_index).is_some_and(|old| same_value(kind, path, old, json))
            }),
        };
        let kept = found.and_then(|found| {
            used[found] = true;
            old.get(found).cloned()
        });
        items.push(match kept {
            Some(mut value) => {
                if tables {
                    replace_value(&mut value, kind, path, json);
                }
                value
            }
            None => {
                let mut value = layout::value(key, json);
                *value.decor_mut() = line.clone();
                value
            }
        });
    }
    let broken = items.iter().any(|item| prefix(item.decor()).contains('\n'));
    array.clear();
    for (index, mut item) in items.into_iter().enumerate() {
        if !broken {
            item.decor_mut().set_prefix(if index == 0 { "" } else { " " });
            item.decor_mut().set_suffix("");
        }
        array.push_formatted(item);
    }
}

/// The line break and indentation of an item, without its comments.
fn line_of(decor: &Decor) -> Decor {
    let prefix = prefix(decor);
    let last_line = prefix.rsplit_once('\n').map(|(_, indentation)| format!("\n{indentation}"));
    Decor::new(last_line.unwrap_or_else(|| " ".to_owned()), "")
}

fn prefix(decor: &Decor) -> String {
    decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned()
}

/// Takes a key away. Its comments stay: before the key that follows, else behind the one before.
pub fn remove(table: &mut dyn TableLike, key: &str) {
    let comment = comment_of(table, key);
    let lines: Vec<String> =
        table.iter().filter(|(_, item)| item.is_value()).map(|(name, _)| name.to_owned()).collect();
    table.remove(key);
    let (Some(comment), Some(position)) = (comment, lines.iter().position(|name| name == key)) else {
        return;
    };
    if let Some(mut next) = lines.get(position + 1).and_then(|next| table.key_mut(next)) {
        let prefix = prefix(next.leaf_decor());
        next.leaf_decor_mut().set_prefix(format!("{comment}{prefix}"));
        return;
    }
    let before = position.checked_sub(1).and_then(|before| lines.get(before));
    if let Some(Item::Value(value)) = before.and_then(|before| table.get_mut(before)) {
        let suffix = value.decor().suffix().and_then(|suffix| suffix.as_str()).unwrap_or_default().to_owned();
        let comment = comment.trim_end_matches('\n');
        value.decor_mut().set_suffix(format!("{suffix}\n{comment}"));
    }
}

/// The comments above a key and behind its value, as lines of their own.
fn comment_of(table: &dyn TableLike, key: &str) -> Option<String> {
    let above = prefix(table.key(key)?.leaf_decor());
    let behind = table.get(key)?.as_value()?.decor().suffix().and_then(|suffix| suffix.as_str());
    let behind = behind.unwrap_or_default().trim();
    let mut comment = String::new();
    if above.contains('#') {
        comment.push_str(&above);
    }
    if behind.starts_with('#') {
        comment.push_str(behind);
        comment.push('\n');
    }
    (!comment.is_empty()).then_some(comment)
}
