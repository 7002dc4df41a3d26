//! Checks the shape of a catalog with the JSON Schema of its types, and says what is wrong in plain words.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

use super::nearest::{nearest, suggest};
use super::path::{Path, Segment};
use super::problem::{Finding, On, Place};
use super::schema;
use crate::billing::money::Rate;

/// The schema as code: almost every command asks whether a file is well, and few have to say why not.
#[jsonschema::validator(path = "billing.schema.json", draft = Draft202012)]
struct WellShaped;

struct Shape {
    schema: Value,
    validator: Option<Validator>,
}

static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
    let schema = schema::generate();
    let validator = jsonschema::draft202012::options().build(&schema).ok();
    Shape { schema, validator }
});

/// What is known of a document's shape.
pub struct Checked<'a> {
    pub findings: Vec<Finding>,
    /// The document without what is wrong, so that the rest can be read and checked.
    pub rest: Cow<'a, Value>,
    /// The tables that something was taken out of.
    pub incomplete: HashSet<Vec<Segment>>,
}

/// Checks a document's shape.
///
/// What is wrong is taken out of the rest: a value, or the whole resource where something is missing in it.
pub fn check(document: &Value) -> Checked<'_> {
    let mut checked =
        Checked { findings: Vec::new(), rest: Cow::Borrowed(document), incomplete: HashSet::new() };
    if WellShaped::is_valid(document) {
        return checked;
    }
    let Some(validator) = &SHAPE.validator else {
        let place = Place::Value(Path::default(), On::Value);
        checked.findings.push(Finding::of("internal", place, "the schema of billing.toml can't be used"));
        return checked;
    };
    let mut rest = document.clone();
    loop {
        let mut findings = Vec::new();
        let mut broken = Vec::new();
        for error in validator.iter_errors(&rest) {
            Report { error: &error, document: &rest }.explain(&mut findings, &mut broken);
        }
        // What lacks something only because it was taken out has been said already.
        if checked.findings.is_empty() {
            checked.findings = findings;
        }
        broken.sort_by_key(|path: &Path| std::cmp::Reverse(path.0.len()));
        let taken: Vec<_> = broken.iter().filter_map(|path| remove(&mut rest, &path.0)).collect();
        if taken.is_empty() {
            break;
        }
        checked.incomplete.extend(taken);
    }
    checked.rest = Cow::Owned(rest);
    checked
}

/// Takes a value out of the document and says of which table; where it stands in a list, the whole list, so that
/// no index moves.
fn remove(document: &mut Value, path: &[Segment]) -> Option<Vec<Segment>> {
    let mut here = document;
    for (depth, segment) in path.iter().enumerate() {
        let last = depth + 1 == path.len() || matches!(path.get(depth + 1), Some(Segment::Index(_)));
        let (Segment::Key(key), Value::Object(object)) = (segment, here) else { return None };
        if last {
            object.shift_remove(key)?;
            return path.get(..depth).map(<[Segment]>::to_vec);
        }
        here = object.get_mut(key)?;
    }
    None
}

struct Report<'a> {
    error: &'a ValidationError<'a>,
    document: &'a Value,
}

impl Report<'_> {
    /// Says what is wrong, and what must be taken out of the document because of it.
    fn explain(&self, findings: &mut Vec<Finding>, broken: &mut Vec<Path>) {
        let path = Path::from_pointer(self.error.instance_path().as_str(), self.document);
        let name = name_of(&path);
        match self.error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                for key in unexpected {
                    findings.push(self.unknown_key(&path, key));
                    broken.push(path.key(key));
                }
                return;
            }
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                let place = Place::Value(path.clone(), On::Value);
                let of = if path.0.is_empty() { String::new() } else { format!(" in {path}") };
                let expects = self.expects_of_property(key);
                findings.push(
                    Finding::of("missing_key", place, format!("`{key}` is missing{of}"))
                        .hint(format!("Add `{key} = …`: {expects}")),
                );
                broken.push(path);
                return;
            }
            ValidationErrorKind::Enum { options } => {
                let choices: Vec<&str> =
                    options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                // What is no text has the wrong type, which is an error of its own.
                let Some(word) = self.error.instance().as_str() else { return };
                let message = format!("`{name}` must be {}, not \"{word}\"", either(&choices));
                let finding = Finding::of("unknown_value", Place::Value(path.clone(), On::Value), message);
                findings.push(match nearest(word, choices) {
                    Some(near) => finding.hint(format!("Did you mean \"{near}\"?")),
                    None => finding,
                });
            }
            ValidationErrorKind::Type { .. }
            | ValidationErrorKind::AnyOf { .. }
            | ValidationErrorKind::OneOfNotValid { .. }
            | ValidationErrorKind::OneOfMultipleValid { .. } => {
                findings.push(self.wrong_type(&path, &self.expects()));
            }
            _ => findings.push(self.out_of_bounds(&path, &name)),
        }
        broken.push(path);
    }

    fn unknown_key(&self, table: &Path, key: &str) -> Finding {
        let place = Place::Value(table.key(key), On::Key);
        let of = if table.0.is_empty() { String::new() } else { format!(" in {table}") };
        let known = self.subschema().and_then(|schema| schema.get("properties")).and_then(Value::as_object);
        let known = known.into_iter().flat_map(|properties| properties.keys().map(String::as_str));
        Finding::of("unknown_key", place, format!("there is no key `{key}`{of}"))
            .hint(suggest(key, known, "keys"))
    }

    fn wrong_type(&self, path: &Path, expects: &str) -> Finding {
        let found: &Value = self.error.instance();
        let name = name_of(path);
        let message = format!("`{name}` must be {expects}, not {}", kind_of(found));
        let finding = Finding::of("wrong_type", Place::Value(path.clone(), On::Value), message);
        match found {
            Value::Number(number) if expects.contains("currency") => {
                let digits = number.as_f64().map_or_else(|| number.to_string(), |float| float.to_string());
                let digits = number.as_i64().map_or(digits, |whole| whole.to_string());
                finding.hint(format!("Write {name} = \"{}\"", with_currency(&digits, self.document)))
            }
            Value::Number(number) if expects.contains("in quotes") => {
                finding.hint(format!("Write {name} = \"{number}\""))
            }
            Value::Number(number) if expects == TEXT => finding.hint(format!("Write {name} = \"{number}\"")),
            Value::Bool(truth) if expects == TEXT => finding.hint(format!("Write {name} = \"{truth}\"")),
            Value::String(text) => match (expects, text.trim().to_lowercase().as_str()) {
                (TRUTH, "true" | "yes" | "on" | "1") => finding.hint(format!("Write {name} = true")),
                (TRUTH, "false" | "no" | "off" | "0") => finding.hint(format!("Write {name} = false")),
                (NUMBER, digits) if digits.parse::<i64>().is_ok() => {
                    finding.hint(format!("Write {name} = {digits}"))
                }
                (LIST, _) => finding.hint(format!("Write {name} = [{text:?}]")),
                _ => finding,
            },
            _ => finding,
        }
    }

    /// Lengths, ranges and patterns.
    fn out_of_bounds(&self, path: &Path, name: &str) -> Finding {
        let place = Place::Value(path.clone(), On::Value);
        let found: &Value = self.error.instance();
        let length = found.as_str().map_or(0, |text| text.chars().count());
        let (code, message, hint) = match self.error.kind() {
            ValidationErrorKind::MaxLength { limit } => {
                let over = length.saturating_sub(usize::try_from(*limit).unwrap_or(usize::MAX));
                let message = format!("`{name}` has {length} characters; at most {limit} are allowed");
                ("too_long", message, format!("Shorten it by {over}"))
            }
            ValidationErrorKind::MinLength { .. } | ValidationErrorKind::MinItems { .. } => {
                let hint = "Write something, or remove the key".to_owned();
                ("empty", format!("`{name}` must not be empty"), hint)
            }
            ValidationErrorKind::MaxItems { limit } => {
                let count = found.as_array().map_or(0, Vec::len);
                let message = format!("`{name}` has {count} values; at most {limit} are allowed");
                ("too_many", message, "Remove some".to_owned())
            }
            ValidationErrorKind::MaxProperties { limit } => {
                let count = found.as_object().map_or(0, Map::len);
                let message = format!("`{name}` has {count} keys; at most {limit} are allowed");
                ("too_many", message, "Remove some".to_owned())
            }
            ValidationErrorKind::Minimum { limit } => {
                ("out_of_range", format!("`{name}` can't be {found}"), format!("Write {limit} or more"))
            }
            ValidationErrorKind::Maximum { limit } => {
                ("out_of_range", format!("`{name}` can't be {found}"), format!("Write {limit} or less"))
            }
            ValidationErrorKind::Pattern { .. } => {
                let text = found.as_str().unwrap_or_default();
                ("bad_value", format!("`{name}` can't be \"{text}\""), format!("Write {}", self.expects()))
            }
            _ => ("bad_value", format!("`{name}` is not as it must be"), self.error.to_string()),
        };
        Finding::of(code, place, message).hint(hint)
    }

    /// The part of the schema whose rule was broken.
    fn subschema(&self) -> Option<&'static Value> {
        let rule = self.error.schema_path().as_str();
        let (owner, _) = rule.rsplit_once('/')?;
        SHAPE.schema.pointer(owner)
    }

    fn expects(&self) -> String {
        self.subschema().map_or_else(|| "something else".to_owned(), expects_of)
    }

    fn expects_of_property(&self, key: &str) -> String {
        let property =
            self.subschema().and_then(|schema| schema.get("properties")).and_then(|all| all.get(key));
        let Some(property) = property else { return "a value".to_owned() };
        expects_of(property)
    }
}

const TEXT: &str = "text in quotes";
const NUMBER: &str = "a whole number";
const TRUTH: &str = "true or false";
const LIST: &str = "a list like [\"…\"]";

/// What a schema asks for, in words.
fn expects_of(schema: &Value) -> String {
    if let Some(words) = schema.get("x-expects").and_then(Value::as_str) {
        return words.to_owned();
    }
    if let Some(target) = schema.get("$ref").and_then(Value::as_str)
        && let Some(target) = SHAPE.schema.pointer(target.trim_start_matches('#'))
    {
        return expects_of(target);
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        let choices: Vec<&str> = choices.iter().filter_map(Value::as_str).collect();
        return either(&choices);
    }
    let words = match schema.get("type").and_then(Value::as_str) {
        Some("string") => TEXT,
        Some("integer") => NUMBER,
        Some("boolean") => TRUTH,
        Some("array") => LIST,
        Some("object") => "a table",
        _ => "a value",
    };
    words.to_owned()
}

/// What was found, in words.
fn kind_of(value: &Value) -> String {
    match value {
        Value::Null => "infinity or NaN".to_owned(),
        Value::Bool(truth) => format!("`{truth}`"),
        Value::Number(number) if number.is_f64() => {
            let digits = number.as_f64().map_or_else(String::new, |float| format!("{float:?}"));
            format!("the float {digits}")
        }
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text {text:?}"),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(table) if table.is_empty() => "an empty table".to_owned(),
        Value::Object(table) => {
            let keys: Vec<String> = table.keys().map(|key| format!("`{key}`")).collect();
            format!("a table with {}", keys.join(", "))
        }
    }
}

/// `49.5` as `49.50 usd`: with the currency that the file's first amount has.
fn with_currency(digits: &str, document: &Value) -> String {
    let currency = first_currency(document).unwrap_or_else(|| "usd".to_owned());
    let text = format!("{digits} {currency}");
    text.parse::<Rate>().map_or(text, |rate| rate.to_string())
}

fn first_currency(value: &Value) -> Option<String> {
    match value {
        Value::Object(object) => object.iter().find_map(|(key, value)| match value.as_str() {
            Some(text) if key == "amount" => text.parse::<Rate>().ok().map(|rate| rate.currency.to_string()),
            _ => first_currency(value),
        }),
        Value::Array(items) => items.iter().find_map(first_currency),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The key that a path ends in.
fn name_of(path: &Path) -> String {
    let key = path.0.iter().rev().find_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    });
    key.unwrap_or_default().to_owned()
}

fn quoted(choices: &[&str]) -> String {
    let quoted: Vec<String> = choices.iter().map(|choice| format!("\"{choice}\"")).collect();
    quoted.join(", ")
}

/// `"a", "b" or "c"`.
fn either(choices: &[&str]) -> String {
    match choices.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or \"{last}\"", quoted(rest)),
        _ => quoted(choices),
    }
}
