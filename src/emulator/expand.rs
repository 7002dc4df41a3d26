//! `expand[]`: checks what is asked for, then turns a handler's answer into the reply's text.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Outcome, Page};
use super::database::Object;
use super::kind::{Expandable, Kind};
use super::refusal::Refusal;
use super::resources;

/// How many elements of a list within an object are shown, as on a page that no `limit` was given for. The rest is read
/// at the list's `url`.
const SHOWN_WITHIN: usize = 10;

/// Kinds with lists in them that may be longer.
const LISTS_WITHIN: [Kind; 2] = [Kind::Invoice, Kind::Subscription];

/// A stored object of fewer bytes has no list in it that is too long to be shown.
const SHORT: usize = 2_000;

/// Stripe's limit. It counts every name of the path, `data` of a list included.
const DEEPEST: usize = 4;

/// Checks the paths of a request for an object (or, with `list`, a list of objects) of a kind, and gives them
/// relative to the object.
///
/// # Errors
/// 400 for a path that is too deep or names what cannot be expanded; `property_forbidden` for `total_count`.
pub fn paths(asked: &[String], kind: Option<Kind>, list: bool) -> Result<Vec<Vec<String>>, Refusal> {
    let mut paths = Vec::with_capacity(asked.len());
    for text in asked {
        let mut path: Vec<String> = text.split('.').map(str::to_owned).collect();
        if text == "total_count" {
            let message = "The `total_count` property can no longer be expanded.";
            return Err(Refusal::parameter("expand", message).code("property_forbidden"));
        }
        if path.len() > DEEPEST {
            let message =
                format!("You cannot expand more than {DEEPEST} levels of a property. Property: {text}");
            return Err(Refusal::parameter("expand", message));
        }
        let cannot = || Refusal::parameter("expand", format!("This property cannot be expanded ({text})."));
        if list {
            if path.first().map(String::as_str) != Some("data") || path.len() == 1 {
                return Err(cannot());
            }
            path.remove(0);
        }
        if !kind.is_some_and(|kind| is_expandable(kind, &path)) {
            return Err(cannot());
        }
        paths.push(path);
    }
    Ok(paths)
}

fn is_expandable(kind: Kind, path: &[String]) -> bool {
    kind.expandable().iter().any(|field| match rest_after(field.path(), path) {
        Some([]) => !matches!(field, Expandable::Inline(..)),
        Some(rest) => match field {
            Expandable::Link(_, target) | Expandable::Inline(_, target) => is_expandable(*target, rest),
            Expandable::Either(_, targets) => targets.iter().any(|target| is_expandable(*target, rest)),
            Expandable::Hidden(_) => false,
        },
        None => false,
    })
}

/// What is left of a path after a field's own, in which `*` stands for any one name.
fn rest_after<'a>(field: &str, path: &'a [String]) -> Option<&'a [String]> {
    let mut rest = path;
    for name in field.split('.') {
        let (first, after) = rest.split_first()?;
        if name != "*" && name != first {
            return None;
        }
        rest = after;
    }
    Some(rest)
}

/// The text of a reply.
///
/// # Errors
/// SQLite's.
pub fn render(call: &Call<'_>, answer: Answer, paths: &[Vec<String>]) -> Outcome<String> {
    match answer {
        Answer::Plain(value) => Ok(value.to_string()),
        Answer::Object(object) => Ok(shown(call, object, paths)?.to_string()),
        Answer::Page(page) => render_page(call, page, paths),
    }
}

fn render_page(call: &Call<'_>, page: Page, paths: &[Vec<String>]) -> Outcome<String> {
    let Page { kind, rows, has_more, url, search } = page;
    let object = if search.is_some() { "search_result" } else { "list" };
    let mut text = String::with_capacity(rows.iter().map(|row| row.body.len() + 1).sum::<usize>() + 200);
    text.push_str(&format!(r#"{{"object":"{object}","url":{},"has_more":{has_more},"#, json!(url)));
    if let Some(next) = search {
        text.push_str(&format!(r#""next_page":{},"#, json!(next)));
    }
    text.push_str(r#""data":["#);
    let as_stored = paths.is_empty() && !resources::changes_with_time(kind);
    for (index, row) in rows.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let is_whole = !LISTS_WITHIN.contains(&kind) || row.body.len() < SHORT;
        if as_stored && is_whole {
            text.push_str(&row.body);
        } else {
            text.push_str(&shown(call, row.read(kind)?, paths)?.to_string());
        }
    }
    text.push_str("]}");
    Ok(text)
}

/// An object as a caller sees it now.
///
/// # Errors
/// SQLite's.
pub fn shown(call: &Call<'_>, object: Object, paths: &[Vec<String>]) -> Outcome<Value> {
    let Object { kind, id, mut body, hidden } = object;
    resources::refresh(call, kind, &mut body);
    let paths: Vec<&[String]> = paths.iter().map(Vec::as_slice).collect();
    expand(call, kind, &mut body, Some((&id, &hidden)), &paths)?;
    if LISTS_WITHIN.contains(&kind) || !paths.is_empty() {
        cut_lists(&mut body);
    }
    Ok(body)
}

/// Leaves the first elements of the lists of lines and items in an object, at any depth, and says that there are more.
pub fn cut_lists(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let url = fields.get("url").and_then(Value::as_str).unwrap_or_default();
            let is_long = url.starts_with("/v1/invoices/") || url.starts_with("/v1/subscription_items");
            if let Some(Value::Array(elements)) = fields.get_mut("data").filter(|_| is_long)
                && elements.len() > SHOWN_WITHIN
            {
                elements.truncate(SHOWN_WITHIN);
                fields.insert("has_more".to_owned(), json!(true));
            }
            fields.values_mut().for_each(cut_lists);
        }
        Value::Array(elements) => elements.iter_mut().for_each(cut_lists),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Expands `paths` of an object in place. `own` are its id and hidden fields, where they are at hand.
fn expand(
    call: &Call<'_>,
    kind: Kind,
    body: &mut Value,
    own: Option<(&str, &Map<String, Value>)>,
    paths: &[&[String]],
) -> Outcome<()> {
    let hidden_fields: Vec<String> = kind
        .expandable()
        .iter()
        .filter(|field| matches!(field, Expandable::Hidden(_)))
        .filter(|field| paths.iter().any(|path| is_asked(field.path(), path)))
        .map(|field| field.path().to_owned())
        .collect();
    if !hidden_fields.is_empty() {
        reveal(call, kind, body, own, &hidden_fields)?;
    }
    for field in kind.expandable() {
        let rests: Vec<&[String]> = paths.iter().filter_map(|path| rest_after(field.path(), path)).collect();
        if rests.is_empty() {
            continue;
        }
        let names: Vec<&str> = field.path().split('.').collect();
        match field {
            Expandable::Hidden(_) => {}
            Expandable::Link(_, target) => replace_each(call, body, &names, &[*target], rests)?,
            Expandable::Either(_, targets) => replace_each(call, body, &names, targets, rests)?,
            Expandable::Inline(_, target) => {
                each(body, &names, &mut |value| expand(call, *target, value, None, &rests))?;
            }
        }
    }
    Ok(())
}

/// Replaces the ids at a field by their objects, which are of one of these kinds, and expands what is below.
fn replace_each(
    call: &Call<'_>,
    body: &mut Value,
    field: &[&str],
    kinds: &[Kind],
    rests: Vec<&[String]>,
) -> Outcome<()> {
    let deeper: Vec<&[String]> = rests.into_iter().filter(|rest| !rest.is_empty()).collect();
    each(body, field, &mut |value| kinds.iter().try_for_each(|kind| replace(call, *kind, value, &deeper)))
}

/// Whether a path asks for a hidden field, itself or something below it.
fn is_asked(field: &str, path: &[String]) -> bool {
    rest_after(field, path).is_some()
}

fn reveal(
    call: &Call<'_>,
    kind: Kind,
    body: &mut Value,
    own: Option<(&str, &Map<String, Value>)>,
    fields: &[String],
) -> Outcome<()> {
    let id = body["id"].as_str().unwrap_or_default().to_owned();
    let stored;
    let hidden = match own {
        Some((_, hidden)) => hidden,
        None => {
            stored = call.db.get(kind, &id)?.map(|object| object.hidden).unwrap_or_default();
            &stored
        }
    };
    resources::reveal(call, kind, &id, body, hidden, fields)
}

/// Replaces an id by the object, or by the stub that it left.
fn replace(call: &Call<'_>, kind: Kind, value: &mut Value, deeper: &[&[String]]) -> Outcome<()> {
    let Some(id) = value.as_str() else { return Ok(()) };
    if let Some(object) = call.db.get_or_stub(kind, id)? {
        let Object { id, mut body, hidden, .. } = object;
        if body.get("deleted").is_none() {
            resources::refresh(call, kind, &mut body);
            expand(call, kind, &mut body, Some((&id, &hidden)), deeper)?;
        }
        *value = body;
    }
    Ok(())
}

/// Calls `change` on every value at a path, through lists and, for `*`, through every key.
fn each(value: &mut Value, path: &[&str], change: &mut dyn FnMut(&mut Value) -> Outcome<()>) -> Outcome<()> {
    if let Value::Array(elements) = value {
        return elements.iter_mut().try_for_each(|element| each(element, path, change));
    }
    match path.split_first() {
        None => change(value),
        Some((&"*", rest)) => match value {
            Value::Object(map) => map.values_mut().try_for_each(|inner| each(inner, rest, change)),
            _ => Ok(()),
        },
        Some((name, rest)) => match value.get_mut(*name) {
            Some(inner) => each(inner, rest, change),
            None => Ok(()),
        },
    }
}
