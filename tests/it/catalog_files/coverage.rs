//! The fixtures leave nothing out: no code of a problem, no key, no choice.

use std::collections::BTreeSet;
use std::path::Path;

use billctl::billing::catalog::schema;
use serde_json::Value;

use super::{ROOT, catalogs, problems};

#[test]
fn every_code_that_the_loader_knows_is_shown_by_a_fixture() {
    let mut shown = BTreeSet::new();
    let mut paths = catalogs("fixtures/catalogs/bad");
    paths.push("fixtures/catalogs/warned/billing.toml".to_owned());
    for path in paths {
        shown.extend(problems(&path).list.iter().map(|problem| problem.code));
    }
    let mut known = BTreeSet::new();
    let mut folders = vec![Path::new(ROOT).join("src/billing/catalog")];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs_err::read_to_string(path).unwrap();
            for call in ["Finding::at(", "Finding::at_key(", "Finding::of("] {
                for (index, _) in text.match_indices(call) {
                    let rest = text[index + call.len()..].trim_start();
                    if let Some(code) = rest.strip_prefix('"') {
                        known.insert(code.split('"').next().unwrap().to_owned());
                    }
                }
            }
        }
    }
    // Made by tests of their own below, or by a bug alone.
    for elsewhere in ["too_large", "too_many_resources", "include_depth", "internal"] {
        assert!(known.remove(elsewhere), "{elsewhere} is gone");
    }
    known.retain(|code| !shown.contains(code.as_str()));
    assert_eq!(known, BTreeSet::new(), "shown by no fixture");
}

#[test]
fn the_good_catalogs_use_every_key_and_every_choice() {
    let mut written = BTreeSet::new();
    for name in ["billing.toml", "choices.toml"] {
        let path = Path::new(ROOT).join("fixtures/catalogs/good/everything").join(name);
        let text = fs_err::read_to_string(path).unwrap();
        let document: toml::Value = toml::from_str(&text).unwrap();
        words(&serde_json::to_value(document).unwrap(), &mut written);
    }
    let mut wanted = BTreeSet::new();
    keys_and_choices(&schema::generate(), &mut wanted);
    let missing: Vec<_> = wanted.difference(&written).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

fn words(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            into.insert(key.clone());
            words(value, into);
        }),
        Value::Array(items) => items.iter().for_each(|item| words(item, into)),
        Value::String(text) => {
            into.insert(text.clone());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn keys_and_choices(schema: &Value, into: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            for (rule, value) in object {
                match (rule.as_str(), value) {
                    ("properties", Value::Object(properties)) => into.extend(properties.keys().cloned()),
                    ("enum", Value::Array(choices)) => {
                        into.extend(choices.iter().map(|choice| choice.as_str().unwrap().to_owned()));
                    }
                    _ => {}
                }
                keys_and_choices(value, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys_and_choices(item, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
