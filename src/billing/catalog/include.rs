//! Reads a `billing.toml` and the files it includes, and merges their tables into one document.
//!
//! An included file holds tables of the catalog and may include further files. What decides which account
//! is written to and with which key (`project`, `profiles`, `links`, `policy`, `mirror`, `alerts`) stands in the root file only.
//! A resource is defined in one file: nothing is merged below `products.pro`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::path::{Component, Path as FilePath, PathBuf};

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::path::At;
use super::problem::{Finding, On, Place};
use super::size::{self, MAX_BYTES, TABLES};
use super::source::{Source, Span};

type Key<'a> = Spanned<Cow<'a, str>>;

/// How the caller reads a file: the only door to the disk.
pub type ReadFile<'a> = dyn Fn(&FilePath) -> io::Result<Vec<u8>> + 'a;

/// How deep includes may nest.
const MAX_DEPTH: usize = 16;

/// Tables that only the root file holds.
const ROOT_ONLY: [&str; 7] = ["project", "profiles", "links", "policy", "mirror", "alerts", "reports"];

/// The files and what they say together.
pub struct Merged {
    pub sources: Vec<Source>,
    pub document: Map<String, Value>,
    pub findings: Vec<Finding>,
}

/// Reads a file with all that it includes.
pub fn read(read_file: &ReadFile<'_>, root: &FilePath) -> Merged {
    let mut reader = Reader {
        read_file,
        seen: HashMap::new(),
        chain: Vec::new(),
        bytes: 0,
        merged: Merged { sources: Vec::new(), document: Map::new(), findings: Vec::new() },
    };
    reader.file(root, None);
    let mut merged = reader.merged;
    merged.findings.extend(size::too_many(&merged.document));
    merged
}

struct Reader<'a> {
    read_file: &'a ReadFile<'a>,
    /// Every file read so far, and the place that included it.
    seen: HashMap<PathBuf, Option<Span>>,
    /// The files that are being included, outermost first.
    chain: Vec<PathBuf>,
    bytes: usize,
    merged: Merged,
}

impl Reader<'_> {
    /// Reads a file that `included_at` names; the root file is named by nobody.
    fn file(&mut self, path: &FilePath, included_at: Option<Span>) {
        let source = self.merged.sources.len();
        let start = Span { source, range: 0..0 };
        let place = Place::Text(included_at.clone().unwrap_or_else(|| start.clone()));
        let shown = path.display().to_string();
        let bytes = match (self.read_file)(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                if included_at.is_none() {
                    self.merged.sources.push(Source { path: shown.clone(), text: String::new() });
                }
                return self.report(unreadable(place, &shown, &error));
            }
        };
        self.bytes += bytes.len();
        let too_large = self.bytes > MAX_BYTES;
        let (text, bad_byte) = if too_large { (String::new(), None) } else { decode(bytes) };
        self.merged.sources.push(Source { path: shown, text });
        self.seen.insert(normal(path), included_at);
        if too_large {
            let limit = MAX_BYTES / 1024 / 1024;
            let message = format!("the catalog is larger than {limit} MiB");
            return self.report(
                Finding::of("too_large", Place::Text(start), message)
                    .hint("Split it into projects, each with its own billing.toml"),
            );
        }
        if let Some(offset) = bad_byte {
            let place = Place::Text(Span { source, range: offset..offset });
            return self.report(
                Finding::of("not_utf8", place, "the file is not UTF-8 text from here on")
                    .hint("Save the file as UTF-8"),
            );
        }
        self.chain.push(normal(path));
        self.tables(source, path);
        self.chain.pop();
    }

    fn tables(&mut self, source: usize, path: &FilePath) {
        let Some(text) = self.merged.sources.get(source).map(|source| source.text.clone()) else { return };
        let (table, errors) = DeTable::parse_recoverable(&text);
        if !errors.is_empty() {
            for error in errors {
                let range = error.span().unwrap_or(text.len()..text.len());
                let place = Place::Text(Span { source, range });
                self.report(syntax(place, error.message()));
            }
            return;
        }
        for (key, value) in table.get_ref() {
            self.table(source, key, value);
        }
        if let Some(list) = table.get_ref().get("include") {
            self.includes(source, path, list);
        }
    }

    /// Merges one key of a file's root into the document.
    fn table(&mut self, source: usize, key: &Key<'_>, value: &Spanned<DeValue<'_>>) {
        let name: &str = key.get_ref();
        let is_root = source == 0;
        let place = Place::Text(Span { source, range: key.span() });
        if name == "include" && !is_root {
            return;
        }
        if !is_root && ROOT_ONLY.contains(&name) {
            let message = format!("`{name}` can't stand in an included file");
            let root = self.merged.sources.first().map_or("", |root| root.path.as_str());
            let finding = Finding::of("root_only", place, message).hint(format!("Move it to {root}"));
            return self.report(finding);
        }
        let root = At::ROOT;
        let at = root.key(name);
        let spread = TABLES.contains(&name);
        match (self.merged.document.get_mut(name), value.get_ref()) {
            (Some(Value::Object(_)), DeValue::Table(entries)) if spread => {
                for (key, value) in entries {
                    self.resource(source, name, key, value);
                }
            }
            (Some(_), _) => self.report(defined_twice(source, &at, key)),
            (None, _) => {
                let value = self.json(source, value);
                self.merged.document.insert(name.to_owned(), value);
            }
        }
    }

    /// Adds a resource to a table that another file began.
    fn resource(&mut self, source: usize, table: &str, key: &Key<'_>, value: &Spanned<DeValue<'_>>) {
        let value = self.json(source, value);
        let Some(Value::Object(resources)) = self.merged.document.get_mut(table) else { return };
        if resources.contains_key(key.get_ref().as_ref()) {
            let table = At::ROOT.key(table);
            return self.report(defined_twice(source, &table.key(key.get_ref()), key));
        }
        resources.insert(key.get_ref().as_ref().to_owned(), value);
    }

    fn includes(&mut self, source: usize, path: &FilePath, list: &Spanned<DeValue<'_>>) {
        let DeValue::Array(items) = list.get_ref() else {
            if source > 0 {
                self.report(bad_include(source, list));
            }
            return;
        };
        for item in items.iter() {
            let place = Span { source, range: item.span() };
            let Some(name) = item.get_ref().as_str() else {
                if source > 0 {
                    self.report(bad_include(source, item));
                }
                continue;
            };
            let target = normal(&path.parent().unwrap_or(FilePath::new("")).join(name));
            self.include(&target, name, place);
        }
    }

    fn include(&mut self, target: &FilePath, name: &str, place: Span) {
        let here = Place::Text(place.clone());
        if let Some(first) = self.seen.get(target) {
            let finding = if self.chain.iter().any(|open| open == target) {
                Finding::of("include_cycle", here, format!("including `{name}` goes in a circle"))
                    .hint("Remove this include: the file is being read already")
            } else {
                Finding::of("included_twice", here, format!("`{name}` is included already"))
                    .hint("Include every file once")
            };
            let finding = match first.clone() {
                Some(first) => finding.also(Place::Text(first), "included here first"),
                None => finding,
            };
            return self.report(finding);
        }
        if self.chain.len() >= MAX_DEPTH {
            return self.report(
                Finding::of("include_depth", here, format!("includes nest deeper than {MAX_DEPTH} files"))
                    .hint("Include the file from a file further up"),
            );
        }
        self.file(target, Some(place));
    }

    /// The value as JSON: a date becomes its text, a number that JSON has no word for becomes null.
    fn json(&mut self, source: usize, value: &Spanned<DeValue<'_>>) -> Value {
        match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Boolean(truth) => Value::Bool(*truth),
            DeValue::Datetime(moment) => Value::String(moment.to_string()),
            DeValue::Float(float) => float.as_str().parse::<f64>().map_or(Value::Null, Value::from),
            DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(number) => Value::from(number),
                Err(_) => {
                    let place = Place::Text(Span { source, range: value.span() });
                    self.report(
                        Finding::of("number_too_large", place, "this number does not fit in 64 bits")
                            .hint("Write a smaller number"),
                    );
                    Value::from(i64::MAX)
                }
            },
            DeValue::Array(items) => Value::Array(items.iter().map(|item| self.json(source, item)).collect()),
            DeValue::Table(entries) => {
                let one = |(key, value): (&Key<'_>, _)| (key.get_ref().to_string(), self.json(source, value));
                Value::Object(entries.iter().map(one).collect())
            }
        }
    }

    fn report(&mut self, finding: Finding) {
        self.merged.findings.push(finding);
    }
}

fn unreadable(place: Place, shown: &str, error: &io::Error) -> Finding {
    let message = if error.kind() == io::ErrorKind::NotFound {
        format!("there is no file `{shown}`")
    } else {
        format!("cannot read `{shown}`: {}", error.kind())
    };
    Finding::of("unreadable", place, message)
        .hint("Check the path: it is relative to the file that includes it")
}

fn syntax(place: Place, message: &str) -> Finding {
    if message == "duplicate key" {
        return Finding::of("syntax", place, "this key is given twice").hint("Keep one of the two");
    }
    Finding::of("syntax", place, format!("this is not TOML: {message}"))
        .hint("Texts stand in quotes, like name = \"Pro\"; https://toml.io says how all else is written")
}

fn bad_include(source: usize, value: &Spanned<DeValue<'_>>) -> Finding {
    let place = Place::Text(Span { source, range: value.span() });
    Finding::of("wrong_type", place, "`include` must be a list of file names")
        .hint("Write it like include = [\"plans.toml\"]")
}

fn defined_twice(source: usize, at: &At<'_>, key: &Key<'_>) -> Finding {
    let path = at.path();
    let message = format!("`{path}` is defined twice");
    Finding::of("defined_twice", Place::Text(Span { source, range: key.span() }), message)
        .hint("Keep one of the two, or give one another key")
        .also(Place::Value(path, On::Key), "defined here first")
}

/// The text, and the first byte that is not UTF-8.
fn decode(bytes: Vec<u8>) -> (String, Option<usize>) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(offset))
        }
    }
}

/// The path without `.` and, where a name stands before it, `..`.
fn normal(path: &FilePath) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            Component::ParentDir | Component::Normal(_) | Component::RootDir | Component::Prefix(_) => {
                normal.push(component);
            }
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_a_path_are_one_file() {
        assert_eq!(normal(FilePath::new("./a/../b/./c.toml")), FilePath::new("b/c.toml"));
        assert_eq!(normal(FilePath::new("../x.toml")), FilePath::new("../x.toml"));
    }
}
