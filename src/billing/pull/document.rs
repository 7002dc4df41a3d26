//! The texts of a catalog's files, changed key by key: comments, order and spelling of everything else stay.

use std::str::FromStr as _;

use toml_edit::{DocumentMut, Item, TableLike, TomlError};

use super::edit::{Edit, Written, edits, override_path};
use super::entry::Entry;
use super::places::table_path;
use super::{comments, layout, surgery};
use crate::billing::catalog::source::Source;
use crate::billing::plan::kind::{Address, Kind};
use crate::billing::plan::wanted::Resource;

/// The files of a catalog while they are changed.
#[derive(Debug)]
pub struct Files<'a> {
    sources: &'a [Source],
    documents: Vec<DocumentMut>,
    changed: Vec<bool>,
    profile: Option<&'a str>,
}

impl<'a> Files<'a> {
    /// Reads the files; the first one is the root, which alone holds profiles.
    ///
    /// # Errors
    /// Where one is not TOML.
    pub fn new(sources: &'a [Source], profile: Option<&'a str>) -> Result<Files<'a>, TomlError> {
        let parse = |source: &Source| DocumentMut::from_str(&source.text);
        let documents = sources.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let changed = vec![false; documents.len()];
        Ok(Files { sources, documents, changed, profile })
    }

    /// Makes a table say what Stripe has. Whether anything had to be changed.
    pub fn update(&mut self, wanted: &Resource, entry: &Entry, features: &[String]) -> bool {
        let over_path =
            self.profile.map(|profile| override_path(profile, &entry.address)).unwrap_or_default();
        let home = self.home(&entry.address);
        let place = table_path(&entry.address);
        let base = home.and_then(|file| find(self.documents.get(file)?.as_item(), &place));
        let root = self.documents.first().map(DocumentMut::as_item);
        let over = root.filter(|_| !over_path.is_empty()).and_then(|root| find(root, &over_path));
        let edits = edits(wanted, entry, features, Written { base, over, over_path: &over_path });
        for edit in &edits {
            // Overrides stand in the root, resources wherever they are defined.
            let in_root = edit.path.starts_with(&over_path) && !over_path.is_empty();
            let file = if in_root { 0 } else { home.unwrap_or_default() };
            self.apply(file, entry.address.kind, edit);
        }
        !edits.is_empty()
    }

    /// Adds a table for what the files don't have yet: beside its like.
    pub fn insert(&mut self, entry: &Entry) {
        let place = table_path(&entry.address);
        let Some((key, parents)) = place.split_last() else { return };
        let mut parents = parents.to_vec();
        let mut file = self.home_of_new(&entry.address);
        if entry.address.kind == Kind::Price && self.home(&product_of(&entry.address)).is_none() {
            // The product is there only as this profile overrides it.
            let over = self.profile.map(|profile| override_path(profile, &product_of(&entry.address)));
            if let Some(over) = over.filter(|over| {
                self.documents.first().is_some_and(|root| find(root.as_item(), over).is_some())
            }) {
                parents = over.into_iter().chain(["prices".to_owned()]).collect();
                file = 0;
            }
        }
        let Some(document) = self.documents.get_mut(file) else { return };
        if let Some(parent) = surgery::table(document.as_item_mut(), &parents) {
            layout::insert_table(parent, key, &entry.table);
            self.mark(file);
        }
    }

    /// The texts that are not what they were.
    pub fn changed(&self) -> Vec<Source> {
        let texts = self.sources.iter().zip(&self.documents).zip(&self.changed);
        let changed = texts.filter(|(_, changed)| **changed).map(|((source, document), _)| {
            let text = document.to_string();
            let text = match source.text.contains("\r\n") {
                true => text.replace("\r\n", "\n").replace('\n', "\r\n"),
                false => text,
            };
            Source { path: source.path.clone(), text }
        });
        changed.filter(|source| self.sources.iter().all(|old| old != source)).collect()
    }

    fn mark(&mut self, file: usize) {
        if let Some(changed) = self.changed.get_mut(file) {
            *changed = true;
        }
    }

    fn apply(&mut self, file: usize, kind: Kind, edit: &Edit) {
        let (Some(document), Some((key, parents))) = (self.documents.get_mut(file), edit.path.split_last())
        else {
            return;
        };
        if let Some(table) = surgery::table(document.as_item_mut(), parents) {
            set(table, kind, key, edit);
            self.mark(file);
        }
    }

    /// The file that a resource stands in.
    fn home(&self, address: &Address) -> Option<usize> {
        let place = table_path(address);
        self.documents.iter().position(|document| find(document.as_item(), &place).is_some())
    }

    /// The file that a new resource belongs into: a price's product's, else the one with most of its like.
    fn home_of_new(&self, address: &Address) -> usize {
        if address.kind == Kind::Price
            && let Some(file) = self.home(&product_of(address))
        {
            return file;
        }
        let table = table_path(address).into_iter().next().unwrap_or_default();
        let count = |document: &DocumentMut| {
            document.get(&table).and_then(Item::as_table_like).map_or(0, TableLike::len)
        };
        let counts = self.documents.iter().map(count).enumerate();
        // Of files with as many the first, which is the root.
        counts.max_by_key(|(file, count)| (*count, std::cmp::Reverse(*file))).map_or(0, |(file, _)| file)
    }
}

fn product_of(price: &Address) -> Address {
    Address::new(Kind::Product, price.key.split('.').next().unwrap_or_default())
}

fn set(table: &mut Item, kind: Kind, key: &str, edit: &Edit) {
    match (&edit.value, table.get_mut(key)) {
        (None, _) => comments::remove(table, key),
        (Some(value), Some(item)) => surgery::replace(item, kind, &edit.path, value),
        (Some(value), None) => layout::insert(table, key, value),
    }
}

fn find<'i>(root: &'i Item, path: &[String]) -> Option<&'i Item> {
    path.iter().try_fold(root, |item, key| item.get(key.as_str()))
}
