//! Events: what the account is told of each change.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::call::{Call, Outcome};
use super::database::Object;
use super::expand;
use super::ids;
use super::kind::Expandable;
use super::resources;
use super::version;

/// Events can be read this long.
pub const READABLE_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Records an event about an object as it is now.
///
/// # Errors
/// SQLite's.
pub fn emit(
    call: &Call<'_>,
    name: &str,
    object: &Value,
    previous_attributes: Option<Map<String, Value>>,
) -> Outcome<()> {
    let id = ids::dated("evt", call.now);
    let mut object = Cow::Borrowed(object);
    let mut previous_attributes = previous_attributes;
    if name.starts_with("invoice.") || name.starts_with("customer.subscription.") {
        expand::cut_lists(object.to_mut());
        previous_attributes.iter_mut().flat_map(|fields| fields.values_mut()).for_each(expand::cut_lists);
    }
    let previous = match previous_attributes {
        Some(previous) => format!(r#","previous_attributes":{}"#, Value::Object(previous)),
        None => String::new(),
    };
    let pending = call.outbox.count(call.db, name)?;
    // Written in place: the object is most of it, and it need not be copied first.
    let body = format!(
        r#"{{"id":"{id}","object":"event","api_version":"{}","created":{},"data":{{"object":{object}{previous}}},"livemode":false,"pending_webhooks":{pending},"request":{},"type":"{name}"}}"#,
        version::PINNED,
        call.now,
        json!({"id": call.request_id, "idempotency_key": call.idempotency_key}),
    );
    call.db.insert_event(&id, name, &body, call.now, pending > 0)?;
    call.outbox.post(call.db, &id, name)?;
    Ok(())
}

/// The fields that differ, with their values before; `null` where a field is new. Hashes are compared key by
/// key, lists as a whole.
pub fn previous_attributes(before: &Value, after: &Value) -> Map<String, Value> {
    let empty = Map::new();
    let (before, after) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
    let mut previous = Map::new();
    for (key, new) in after {
        match before.get(key) {
            Some(old) if old == new => {}
            Some(old) if old.is_object() && new.is_object() => {
                previous.insert(key.clone(), Value::Object(previous_attributes(old, new)));
            }
            Some(old) => {
                previous.insert(key.clone(), old.clone());
            }
            None => {
                previous.insert(key.clone(), Value::Null);
            }
        }
    }
    for (key, old) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        previous.insert(key.clone(), old.clone());
    }
    previous
}

/// The same for fields that are shown only when expanded, as they would have been shown; what was not there is not
/// told, and neither is what an object keeps for itself.
pub fn previous_hidden(before: &Object, after: &Object) -> Map<String, Value> {
    let shown = after.kind.expandable().iter().filter_map(|field| match field {
        Expandable::Hidden(path) => Some(*path),
        Expandable::Link(..) | Expandable::Either(..) | Expandable::Inline(..) => None,
    });
    shown
        .filter(|name| !name.contains('.') && before.hidden.get(*name) != after.hidden.get(*name))
        .filter_map(|name| Some((name.to_owned(), resources::revealed(before, name)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: Value, after: Value, expected: Value) {
        assert_eq!(Value::Object(previous_attributes(&before, &after)), expected);
    }

    #[test]
    fn only_what_changed_is_told() {
        check(json!({"a": 1, "b": 2}), json!({"a": 1, "b": 3}), json!({"b": 2}));
        check(
            json!({"m": {"x": "1", "y": "2"}}),
            json!({"m": {"x": "1", "y": "3"}}),
            json!({"m": {"y": "2"}}),
        );
        check(json!({"m": {}}), json!({"m": {"new": "1"}}), json!({"m": {"new": null}}));
        check(json!({"m": {"gone": "1"}}), json!({"m": {}}), json!({"m": {"gone": "1"}}));
        check(json!({"l": ["a"]}), json!({"l": ["a", "b"]}), json!({"l": ["a"]}));
        check(json!({"d": null}), json!({"d": "price_1"}), json!({"d": null}));
    }
}
