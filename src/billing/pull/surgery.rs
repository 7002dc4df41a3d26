//! Single changes in a TOML document that keep comments and layout.

use serde_json::Value as Json;
use toml_edit::{Array, ArrayOfTables, Decor, Item, Table, TableLike, Value};

use super::comments::{leave_behind, of_table, prefix, remove_from};
use super::edit::{same, same_value};
use super::layout;
use crate::billing::plan::kind::Kind;

/// The table at a path, with those above it, made where they are missing. `None` where something else stands in the
/// way.
pub fn table<'d>(root: &'d mut Item, path: &[String]) -> Option<&'d mut Item> {
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
    item.is_table_like().then_some(item)
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
        (Item::ArrayOfTables(tables), Json::Array(items)) if !items.is_empty() => {
            replace_tables(tables, kind, path, items);
        }
        (Item::Table(table), Json::Object(_)) => replace_entries(table, false, kind, path, new),
        (Item::ArrayOfTables(_) | Item::Table(_) | Item::None, _) => {
            *item = Item::Value(layout::value(key, new))
        }
    }
}

/// Gives a list of tables other ones: those that stay keep their lines, and the last of them the comments of those that go.
fn replace_tables(tables: &mut ArrayOfTables, kind: Kind, path: &[String], new: &[Json]) {
    for (table, new) in tables.iter_mut().zip(new) {
        replace_entries(table, false, kind, path, new);
    }
    let gone: String = tables.iter().skip(new.len()).map(of_table).collect();
    while tables.len() > new.len() {
        tables.remove(tables.len() - 1);
    }
    if let Some(last) = tables.iter_mut().last() {
        leave_behind(last, &gone);
    }
    for entries in new.iter().skip(tables.len()).filter_map(Json::as_object) {
        tables.push(layout::table(entries));
    }
}

fn replace_entries(table: &mut dyn TableLike, is_inline: bool, kind: Kind, path: &[String], new: &Json) {
    let Json::Object(entries) = new else { return };
    let old: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    for key in old.iter().filter(|key| !entries.contains_key(*key)) {
        // A table within a list is never left without lines.
        let _ = remove_from(table, key);
    }
    for (key, value) in entries {
        let path: Vec<String> = path.iter().chain([key]).cloned().collect();
        match table.get_mut(key) {
            Some(item) => replace(item, kind, &path, value),
            None => layout::insert_into(table, is_inline, key, value),
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
    let kept = kept(kind, path, &old, new);
    let mut items: Vec<Value> = Vec::with_capacity(new.len());
    for (json, kept) in new.iter().zip(&kept) {
        let item = match kept.and_then(|kept| old.get(kept)).cloned() {
            Some(mut item) => {
                if json.is_object() {
                    replace_value(&mut item, kind, path, json);
                }
                item
            }
            None => {
                let mut item = layout::value(key, json);
                *item.decor_mut() = line.clone();
                item
            }
        };
        items.push(item);
    }
    let mut trailing = array.trailing().as_str().unwrap_or_default().to_owned();
    for (index, gone) in old.iter().enumerate().filter(|(index, _)| !kept.contains(&Some(*index))) {
        // What stands before an item begins with the comment on the line of the item before that.
        let comment = prefix(gone.decor());
        if comment.contains('#') {
            let before =
                (0..index).rev().find_map(|before| kept.iter().position(|kept| *kept == Some(before)));
            let comment = comment.trim_end();
            match items.get_mut(before.map_or(0, |before| before + 1)) {
                Some(item) => {
                    let prefix = prefix(item.decor());
                    item.decor_mut().set_prefix(format!("{comment}{prefix}"));
                }
                None => trailing = format!("{comment}{trailing}"),
            }
        }
    }
    let broken = trailing.contains('\n') || items.iter().any(|item| prefix(item.decor()).contains('\n'));
    array.clear();
    array.set_trailing(trailing);
    for (index, mut item) in items.into_iter().enumerate() {
        if !broken {
            item.decor_mut().set_prefix(if index == 0 { "" } else { " " });
            item.decor_mut().set_suffix("");
        }
        array.push_formatted(item);
    }
}

/// For each new item the old one that it is: tables are told apart by their place, words by what they say.
fn kept(kind: Kind, path: &[String], old: &[Value], new: &[Json]) -> Vec<Option<usize>> {
    let mut kept: Vec<Option<usize>> = Vec::with_capacity(new.len());
    for (index, json) in new.iter().enumerate() {
        let found = match json {
            Json::Object(_) => Some(index).filter(|index| *index < old.len()),
            _ => old.iter().enumerate().position(|(position, old)| {
                !kept.contains(&Some(position)) && same_value(kind, path, old, json)
            }),
        };
        kept.push(found);
    }
    kept
}

/// The line break and indentation of an item, without its comments.
fn line_of(decor: &Decor) -> Decor {
    let prefix = prefix(decor);
    let last_line = prefix.rsplit_once('\n').map(|(_, indentation)| format!("\n{indentation}"));
    Decor::new(last_line.unwrap_or_else(|| " ".to_owned()), "")
}
