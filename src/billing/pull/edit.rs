//! What has to change in a table that a person wrote: no more than what says something else than Stripe.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use toml_edit::Item;

use super::entry::Entry;
use super::places::{PRICING, keys, table_path};
use crate::billing::credits::purchase::{CREDITS_TAG, EXPIRY_TAG};
use crate::billing::money::Rate;
use crate::billing::plan::field::Field;
use crate::billing::plan::kind::{Address, Kind};
use crate::billing::plan::wanted::Resource;

/// One key that gets another value.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// From the file's root.
    pub path: Vec<String>,
    /// `None` takes the key away.
    pub value: Option<Json>,
}

/// The tables that say a resource: its own, and the profile's overrides of it.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub base: Option<&'a Item>,
    pub over: Option<&'a Item>,
    /// Where the overrides stand.
    pub over_path: &'a [String],
}

/// The edits that make a table say what Stripe has. `features` are a product's as the file lists them.
pub fn edits(wanted: &Resource, entry: &Entry, features: &[String], written: Written<'_>) -> Vec<Edit> {
    let kind = wanted.address.kind;
    let mut paths: BTreeSet<Vec<String>> = BTreeSet::new();
    let fields = wanted.fields.keys().chain(entry.fields.keys());
    // A mark is nothing that the file says, but for the credits that a price buys.
    let is_said = |field: &str| match field.strip_prefix("metadata.") {
        Some(CREDITS_TAG | EXPIRY_TAG) | None => true,
        Some(key) => !key.starts_with("billctl_"),
    };
    for field in fields.filter(|field| is_said(field)) {
        if said(wanted.fields.get(field)) != said(entry.fields.get(field)) {
            paths.extend(keys(kind, field));
        }
    }
    let mut table = entry.table.clone();
    if kind == Kind::Product {
        let attached: Vec<String> = words(table.get("features")).into_iter().map(str::to_owned).collect();
        let sorted = |list: &[String]| list.iter().cloned().collect::<BTreeSet<_>>();
        if sorted(&attached) != sorted(features) {
            paths.insert(vec!["features".to_owned()]);
            let kept = features.iter().filter(|key| attached.contains(key));
            let new = attached.iter().filter(|key| !features.contains(key));
            let list: Vec<&String> = kept.chain(new).collect();
            table.insert("features".to_owned(), Json::from_iter(list.into_iter().map(String::as_str)));
        }
    }
    if table.get("stripe_id").and_then(Json::as_str).is_some_and(|id| wanted.stripe_id.as_deref() != Some(id))
    {
        paths.insert(vec!["stripe_id".to_owned()]);
        // An id of one's own choice is for what billctl makes.
        paths.insert(vec!["id".to_owned()]);
    }
    // Where a table comes or goes as a whole, its keys go with it.
    let whole: Vec<Vec<String>> = paths.iter().filter(|path| path.len() == 1).cloned().collect();
    paths.retain(|path| path.len() == 1 || !whole.iter().any(|parent| path.starts_with(parent)));
    let comparer = Comparer { kind, place: table_path(&wanted.address), over_path: written.over_path };
    let mut edits = Vec::new();
    for path in &paths {
        let value = path.iter().try_fold(None, |parent: Option<&Json>, key| {
            let found = match parent {
                None => table.get(key),
                Some(parent) => parent.get(key),
            };
            found.map(Some)
        });
        let value = value.flatten();
        if kind == Kind::Price && path.len() == 1 && PRICING.contains(&path[0].as_str()) {
            let value = value.map(|value| with_currency(value, at(written.base, path)));
            comparer.compare(path, written, value.as_ref(), &mut edits);
        } else {
            comparer.compare(path, written, value, &mut edits);
        }
    }
    edits
}

/// A field as the file can say it: without what only spells out that nothing is said.
fn said(field: Option<&Field>) -> Option<&Field> {
    match field {
        None | Some(Field::Null) => None,
        Some(Field::Text(text)) if text == "unspecified" => None,
        Some(Field::List(items)) if items.is_empty() => None,
        Some(field) => Some(field),
    }
}

fn words(list: Option<&Json>) -> Vec<&str> {
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
}

fn at<'a>(item: Option<&'a Item>, path: &[String]) -> Option<&'a Item> {
    path.iter().try_fold(item?, |item, key| item.get(key.as_str()))
}

/// Keeps the currency that a person wrote beside amounts which say it too.
fn with_currency(custom: &Json, old: Option<&Item>) -> Json {
    let mut custom = custom.clone();
    let names_it = old.is_some_and(|old| old.get("currency").is_some());
    if let (true, Json::Object(entries)) = (names_it, &mut custom) {
        let rate = entries.values().find_map(|value| value.as_str()?.parse::<Rate>().ok());
        if let Some(rate) = rate {
            entries.insert("currency".to_owned(), Json::from(rate.currency.code()));
        }
    }
    custom
}

struct Comparer<'a> {
    kind: Kind,
    /// The resource's table.
    place: Vec<String>,
    over_path: &'a [String],
}

impl Comparer<'_> {
    /// Finds the values below a key that are to change, and where each of them stands.
    fn compare(&self, path: &[String], written: Written<'_>, new: Option<&Json>, edits: &mut Vec<Edit>) {
        let (base, over) = (at(written.base, path), at(written.over, path));
        let is_table = |item: Option<&Item>| item.is_some_and(Item::is_table_like);
        if let Some(Json::Object(entries)) = new
            && (is_table(base) || is_table(over))
        {
            let mut names: BTreeSet<String> = entries.keys().cloned().collect();
            for table in [base, over].into_iter().flatten().filter_map(Item::as_table_like) {
                names.extend(table.iter().map(|(key, _)| key.to_owned()));
            }
            for name in names {
                let deeper: Vec<String> = path.iter().cloned().chain([name.clone()]).collect();
                self.compare(&deeper, written, entries.get(&name), edits);
            }
            return;
        }
        // In metadata an empty text is a word of its own: that Stripe shall have no such key.
        let is_void = |item: Option<&Item>| item.and_then(Item::as_str) == Some("");
        if new.is_none() && path.first().is_some_and(|key| key == "metadata") && is_void(over.or(base)) {
            return;
        }
        let under = |root: &[String]| root.iter().chain(path).cloned().collect();
        match (over, base) {
            // An override can't be without a value where the file has one: an empty text takes that away.
            (Some(_), Some(_)) if new.is_none() => {
                edits.push(Edit { path: under(self.over_path), value: Some(Json::from("")) });
            }
            (Some(old), _) => self.push(under(self.over_path), old, new, edits),
            (None, Some(old)) => self.push(under(&self.place), old, new, edits),
            (None, None) if new.is_some() => {
                let root = if written.base.is_some() { self.place.as_slice() } else { self.over_path };
                edits.push(Edit { path: under(root), value: new.cloned() });
            }
            (None, None) => {}
        }
    }

    fn push(&self, path: Vec<String>, old: &Item, new: Option<&Json>, edits: &mut Vec<Edit>) {
        if !new.is_some_and(|new| same(self.kind, &path, old, new)) {
            edits.push(Edit { path, value: new.cloned() });
        }
    }
}

/// Whether a person wrote the same in other words: `"49 usd"` for `"49.00 usd"`.
pub fn same(kind: Kind, path: &[String], old: &Item, new: &Json) -> bool {
    old.as_value().is_some_and(|old| same_value(kind, path, old, new))
}

/// As [`same`], for a value in a list.
pub fn same_value(kind: Kind, path: &[String], old: &toml_edit::Value, new: &Json) -> bool {
    match (old, new) {
        (toml_edit::Value::String(old), Json::String(new)) => {
            old.value() == new || is_money(kind, path) && same_amount(old.value(), new)
        }
        (toml_edit::Value::Integer(old), Json::Number(new)) => Some(*old.value()) == new.as_i64(),
        (toml_edit::Value::Boolean(old), Json::Bool(new)) => old.value() == new,
        _ => false,
    }
}

fn same_amount(old: &str, new: &str) -> bool {
    matches!((old.parse::<Rate>(), new.parse::<Rate>()), (Ok(old), Ok(new)) if old == new)
}

/// Whether a key holds an amount; metadata may have keys of any name.
fn is_money(kind: Kind, path: &[String]) -> bool {
    let last = path.last().map(String::as_str).unwrap_or_default();
    let named =
        ["amount", "flat", "minimum", "maximum", "preset", "amount_off", "minimum_amount"].contains(&last);
    let is_option = kind == Kind::Coupon && path.iter().any(|key| key == "currency_options");
    (named || is_option) && !path.iter().any(|key| key == "metadata")
}

/// Where the overrides of a resource stand.
pub fn override_path(profile: &str, address: &Address) -> Vec<String> {
    let root = ["profiles", profile, "overrides"].map(str::to_owned);
    root.into_iter().chain(table_path(address)).collect()
}
