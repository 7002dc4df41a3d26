//! What a column is read from.

use serde_json::Value;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Null,
    Integer(i64),
    Text(String),
}

/// How a JSON value becomes a cell. What has another type than expected becomes no value: Stripe may change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::billing::projection) enum Shape {
    /// Text, or a number as text: decimals keep their digits.
    Text,
    /// A whole number: minor units, seconds, counts.
    Integer,
    /// 1 or 0.
    Flag,
    /// An id, or the object in its place where it was expanded.
    Id,
    /// A list or hash, as JSON.
    Json,
}

/// Where a column's value comes from.
#[derive(Debug, Clone, Copy)]
pub(in crate::billing::projection) enum Source {
    /// The first of these places (JSON pointers) that has a value: newer shapes first.
    At(&'static [&'static str], Shape),
    /// The same, in the object that the element is a part of.
    Around(&'static [&'static str], Shape),
    /// First in the element, else in the object that it is a part of.
    HereOrAround(&'static [&'static str], Shape),
    Computed(fn(&Value) -> Cell),
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub(super) source: Source,
}

pub(super) const fn text(name: &'static str, places: &'static [&'static str]) -> Column {
    Column { name, source: Source::At(places, Shape::Text) }
}

pub(super) const fn integer(name: &'static str, places: &'static [&'static str]) -> Column {
    Column { name, source: Source::At(places, Shape::Integer) }
}

pub(super) const fn flag(name: &'static str, places: &'static [&'static str]) -> Column {
    Column { name, source: Source::At(places, Shape::Flag) }
}

pub(super) const fn id(name: &'static str, places: &'static [&'static str]) -> Column {
    Column { name, source: Source::At(places, Shape::Id) }
}

pub(super) const fn json(name: &'static str, places: &'static [&'static str]) -> Column {
    Column { name, source: Source::At(places, Shape::Json) }
}

pub(super) const fn around_id(name: &'static str, places: &'static [&'static str]) -> Column {
    Column { name, source: Source::Around(places, Shape::Id) }
}

pub(super) const fn integer_here_or_around(name: &'static str, places: &'static [&'static str]) -> Column {
    Column { name, source: Source::HereOrAround(places, Shape::Integer) }
}

pub(super) const fn computed(name: &'static str, of: fn(&Value) -> Cell) -> Column {
    Column { name, source: Source::Computed(of) }
}

impl Column {
    pub(super) fn read(&self, element: &Value, object: &Value) -> Cell {
        match self.source {
            Source::At(places, shape) => first(element, places, shape),
            Source::Around(places, shape) => first(object, places, shape),
            Source::HereOrAround(places, shape) => match first(element, places, shape) {
                Cell::Null => first(object, places, shape),
                found => found,
            },
            Source::Computed(of) => of(element),
        }
    }
}

/// The value at a JSON pointer without escapes, as every place here is: this is done some hundred times an object.
pub(super) fn at<'a>(value: &'a Value, pointer: &str) -> Option<&'a Value> {
    pointer.split('/').skip(1).try_fold(value, |value, token| match value {
        Value::Object(fields) => fields.get(token),
        Value::Array(elements) => elements.get(token.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The first place that has a value of the shape.
pub(super) fn first(value: &Value, places: &[&str], shape: Shape) -> Cell {
    places
        .iter()
        .filter_map(|place| at(value, place))
        .map(|value| cell(value, shape))
        .find(|cell| *cell != Cell::Null)
        .unwrap_or(Cell::Null)
}

fn cell(value: &Value, shape: Shape) -> Cell {
    let cell = match (shape, value) {
        (_, Value::Null) => None,
        (Shape::Text | Shape::Id, Value::String(text)) => Some(Cell::Text(text.clone())),
        (Shape::Text, Value::Number(number)) => Some(Cell::Text(number.to_string())),
        (Shape::Integer, Value::Number(number)) => number.as_i64().map(Cell::Integer),
        (Shape::Flag, Value::Bool(flag)) => Some(Cell::Integer(i64::from(*flag))),
        (Shape::Id, Value::Object(expanded)) => {
            expanded.get("id").and_then(Value::as_str).map(|id| Cell::Text(id.to_owned()))
        }
        (Shape::Json, list_or_hash) => Some(Cell::Text(list_or_hash.to_string())),
        _ => None,
    };
    cell.unwrap_or(Cell::Null)
}
