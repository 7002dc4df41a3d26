//! Checks the shape of a catalog with the JSON Schema of its types, and says what is wrong in plain words.

use std::borrow::Cow;
use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

use super::nearest::suggest;
use super::path::{Path, Segment};
use super::problem::{Finding, On, Place};
use super::schema;
use crate::billing::money::Rate;

struct Shape {
    schema: Value,
    validator: Option<Validator>,
}

static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
    let schema = schema::generate();
    let validator = jsonschema::draft202012::options().build(&schema).ok();
    Shape { schema, validator }
});

/// The problems of a document's shape, and the document without what is wrong, where something is.
///
/// What is wrong is taken out so that the rest can be read and checked: a value, or the whole resource where
/// something is missing in it.
pub fn check(document: &Value) -> (Vec<Finding>, Cow<'_, Value>) {
    let Some(validator) = &SHAPE.validator else {
        let place = Place::Value(Path::default(), On::Value);
        let finding = Finding::of("internal", place, "the schema of billing.toml can't be used");
        return (vec![finding], Cow::Borrowed(document));
    };
    if validator.is_valid(document) {
        return (Vec::new(), Cow::Borrowed(document));
    }
    let mut findings = Vec::new();
    let mut broken = Vec::new();
    for error in validator.iter_errors(document) {
        Report { error: &error, document }.explain(&mut findings, &mut broken);
    }
    let mut rest = document.clone();
    broken.sort_by_key(|path: &Path| std::cmp::Reverse(path.0.len()));
    for path in broken {
        remove(&mut rest, &path.0);
    }
    (findings, Cow::Owned(rest))
}

/// Takes a value out of the document; where it stands in a list, the whole list, so that no index moves.
fn remove(document: &mut Value, path: &[Segment]) {
    let mut here = document;
    for (depth, segment) in path.iter().enumerate() {
        let last = depth + 1 == path.len() || matches!(path.get(depth + 1), Some(Segment::Index(_)));
        let (Segment::Key(key), Value::Object(object)) = (segment, here) else { return };
        if last {
            object.shift_remove(key);
            return;
        }
        let Some(next) = object.get_mut(key) else { return };
        here = next;
    }
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
                broken.push(resource(&path));
                return;
            }
            ValidationErrorKind::Enum { options } => {
                let choices: Vec<&str> =
                    options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let Some(word) = self.error.instance().as_str() else {
                    findings.push(self.wrong_type(&path, &format!("one of {}", quoted(&choices))));
                    broken.push(path);
                    return;
                };
                let message = format!("`{word}` is not a {name}: it must be {}", either(&choices));
                findings.push(
                    Finding::of("unknown_value", Place::Value(path.clone(), On::Value), message)
                        .hint(suggest(word, choices, "values")),
                );
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
            _ => finding,
        }
    }

    /// Lengths, ranges and patterns.
    fn out_of_bounds(&self, path: &Path, name: &str) -> Finding {
        let place = Place::Value(path.clone(), On::Value);
        let found: &Value = self.error.instance();
        let length = found.as_str().map_or(0, |text| text.chars().count());
        let (code, message) = match self.error.kind() {
            ValidationErrorKind::MaxLength { limit } => {
                ("too_long", format!("`{name}` has {length} characters; Stripe takes at most {limit}"))
            }
            ValidationErrorKind::MinLength { .. } => ("empty", format!("`{name}` must not be empty")),
            ValidationErrorKind::MinItems { .. } => ("empty", format!("`{name}` must not be empty")),
            ValidationErrorKind::MaxItems { limit } => {
                let count = found.as_array().map_or(0, Vec::len);
                ("too_many", format!("`{name}` has {count} values; Stripe takes at most {limit}"))
            }
            ValidationErrorKind::MaxProperties { limit } => {
                let count = found.as_object().map_or(0, Map::len);
                ("too_many", format!("`{name}` has {count} keys; at most {limit} are allowed"))
            }
            ValidationErrorKind::Minimum { limit } => {
                ("out_of_range", format!("`{name}` must be at least {limit}, not {found}"))
            }
            ValidationErrorKind::Maximum { limit } => {
                ("out_of_range", format!("`{name}` must be at most {limit}, not {found}"))
            }
            ValidationErrorKind::Pattern { .. } => {
                let text = found.as_str().unwrap_or_default();
                ("bad_value", format!("`{name}` must be {}, not `{text}`", self.expects()))
            }
            _ => ("bad_value", format!("`{name}` is not as it must be: {}", self.error)),
        };
        Finding::of(code, place, message)
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
        Some("integer") => "a whole number",
        Some("boolean") => "true or false",
        Some("array") => "a list like [\"…\"]",
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
        Value::Object(_) => "a table".to_owned(),
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

/// The resource a path is in: `products.pro`, or `products.pro.prices.monthly`.
fn resource(path: &Path) -> Path {
    let is_price = matches!(path.0.get(2), Some(Segment::Key(key)) if key == "prices")
        && matches!(path.0.first(), Some(Segment::Key(key)) if key == "products");
    let depth = if is_price { 4 } else { 2 };
    Path(path.0.iter().take(depth).cloned().collect())
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
