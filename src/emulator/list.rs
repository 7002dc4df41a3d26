//! Lists: pages, newest first, from a cursor on.

use serde_json::Value;

use super::args::Args;
use super::call::{Answer, Call, Outcome, Page};
use super::database::{Cursor, Filter, Place, Row};
use super::kind::Kind;
use super::refusal::Refusal;

const DEFAULT_LIMIT: i64 = 10;

/// The page that a request asks for, of the objects that pass the filters.
///
/// # Errors
/// 400 for two cursors at once, and `resource_missing` for a cursor that names no object.
pub fn page(call: &Call<'_>, args: &Args, kind: Kind, filters: &[Filter]) -> Outcome<Answer> {
    let limit = limit(args);
    let cursor = cursor(call, args, kind)?;
    let mut rows = call.db.page(kind, filters, cursor, limit + 1)?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    if matches!(cursor, Cursor::Before(_)) {
        rows.reverse();
    }
    Ok(Answer::Page(Page { kind, rows, has_more, url: call.path.to_owned(), search: None }))
}

/// The page that a request asks for, of parts of one object, in their own order.
///
/// # Errors
/// 400 for two cursors at once, and `resource_missing` for a cursor that names no part.
pub fn slice(call: &Call<'_>, args: &Args, kind: Kind, parts: Vec<Value>) -> Outcome<Answer> {
    let place = |param: &str| -> Outcome<Option<usize>> {
        let Some(id) = args.text(param) else { return Ok(None) };
        let found = parts.iter().position(|part| part["id"] == id);
        Ok(Some(found.ok_or_else(|| Refusal::no_such(kind.label(), id, param))?))
    };
    let limit = limit(args);
    let (start, end) = match (place("starting_after")?, place("ending_before")?) {
        (Some(_), Some(_)) => return Err(Refusal::exclusive("starting_after", "ending_before").into()),
        (Some(after), None) => (after + 1, (after + 1 + limit).min(parts.len())),
        (None, Some(before)) => (before.saturating_sub(limit), before),
        (None, None) => (0, limit.min(parts.len())),
    };
    let has_more = if args.has("ending_before") { start > 0 } else { end < parts.len() };
    let row = |part: &Value| Row {
        id: part["id"].as_str().unwrap_or_default().to_owned(),
        body: part.to_string(),
        hidden: None,
    };
    let rows = parts.get(start..end).unwrap_or_default().iter().map(row).collect();
    Ok(Answer::Page(Page { kind, rows, has_more, url: call.path.to_owned(), search: None }))
}

/// How many objects a page has.
pub fn limit(args: &Args) -> usize {
    usize::try_from(args.integer("limit").unwrap_or(DEFAULT_LIMIT)).unwrap_or(1)
}

fn cursor(call: &Call<'_>, args: &Args, kind: Kind) -> Outcome<Cursor> {
    let place = |param: &str, id: &str| -> Outcome<Place> {
        Ok(call.db.place(kind, id)?.ok_or_else(|| Refusal::no_such(kind.label(), id, param))?)
    };
    match (args.text("starting_after"), args.text("ending_before")) {
        (Some(_), Some(_)) => Err(Refusal::exclusive("starting_after", "ending_before").into()),
        (Some(id), None) => Ok(Cursor::After(place("starting_after", id)?)),
        (None, Some(id)) => Ok(Cursor::Before(place("ending_before", id)?)),
        (None, None) => Ok(Cursor::Newest),
    }
}

/// The inclusive bounds of a range parameter.
pub fn bounds(value: &Value) -> (i64, i64) {
    if let Some(exact) = value.as_i64() {
        return (exact, exact);
    }
    let bound = |name: &str| value.get(name).and_then(Value::as_i64);
    let from = bound("gte").into_iter().chain(bound("gt").map(|gt| gt + 1)).max().unwrap_or(0);
    let to = bound("lte").into_iter().chain(bound("lt").map(|lt| lt - 1)).min().unwrap_or(i64::MAX);
    (from, to)
}

/// The filter of a `created` parameter, if it was given.
pub fn created(args: &Args) -> Option<Filter> {
    let (from, to) = bounds(args.given("created")?);
    Some(Filter::Created { from, to })
}

/// The filter of a boolean parameter, if it was given.
pub fn flag(args: &Args, name: &str, field: &'static str) -> Option<Filter> {
    Some(Filter::Flag { field, value: args.flag(name)? })
}

/// The filter of a text parameter on a field, if it was given.
pub fn text(args: &Args, name: &str, field: &'static str) -> Option<Filter> {
    Some(Filter::Text { field, value: args.text(name)?.to_owned() })
}

/// The filter of a text parameter on a key, if it was given.
pub fn key(args: &Args, name: &str, key: &'static str) -> Option<Filter> {
    Some(Filter::Key { name: key, values: vec![args.text(name)?.to_owned()] })
}
