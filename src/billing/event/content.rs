//! What an event carries: the object as it was just after, and what had changed of it.

use serde_json::{Map, Value};

use super::NotAnEvent;

/// The `data` of a snapshot event.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The whole object, as it was right after what the event tells.
    pub object: Value,
    /// The fields that changed, with their values before; `*.updated` events alone have them.
    pub previous_attributes: Map<String, Value>,
}

/// One field that an event changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Dotted, such as `items.data.0.price`; lists that differ in length are compared as a whole.
    pub path: String,
    pub before: Value,
    pub after: Value,
}

impl Content {
    /// Reads what a snapshot event carries.
    ///
    /// # Errors
    /// [`NotAnEvent`] if the body is no JSON, or has no `data.object`, as thin events.
    pub fn read(body: &[u8]) -> Result<Content, NotAnEvent> {
        let mut whole: Value =
            serde_json::from_slice(body).map_err(|error| NotAnEvent::NotJson(error.to_string()))?;
        let object = match whole.pointer_mut("/data/object").map(Value::take) {
            Some(object @ Value::Object(_)) => object,
            _ => return Err(NotAnEvent::Lacks("data.object")),
        };
        let previous_attributes = match whole.pointer_mut("/data/previous_attributes").map(Value::take) {
            Some(Value::Object(previous)) => previous,
            _ => Map::new(),
        };
        Ok(Content { object, previous_attributes })
    }

    /// What changed, old → new, in the order in which Stripe tells it.
    pub fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (name, before) in &self.previous_attributes {
            compare(&mut changes, name, before, self.object.get(name).unwrap_or(&Value::Null));
        }
        changes
    }

    /// Whether this event can come right after another of the same object: what it changed had there the value that
    /// it says it had before. Without anything changed there is nothing to go by.
    pub fn follows(&self, earlier: &Value) -> bool {
        let mut any = false;
        let told = self.previous_attributes.iter().all(|(name, before)| {
            let (after, earlier) = (self.object.get(name), earlier.get(name));
            was(before, after.unwrap_or(&Value::Null), earlier.unwrap_or(&Value::Null), &mut any)
        });
        told && any
    }
}

/// `previous_attributes` holds of a nested hash only the keys that changed, so it is walked as deep as it goes.
fn compare(changes: &mut Vec<Change>, path: &str, before: &Value, after: &Value) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, before) in old {
                compare(changes, &format!("{path}.{name}"), before, new.get(name).unwrap_or(&Value::Null));
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (before, after)) in old.iter().zip(new).enumerate() {
                compare(changes, &format!("{path}.{index}"), before, after);
            }
        }
        (before, after) if before == after => {}
        (before, after) => {
            changes.push(Change { path: path.to_owned(), before: before.clone(), after: after.clone() });
        }
    }
}

/// Whether what changed was in the earlier version as it is told to have been; `any` if anything changed.
fn was(before: &Value, after: &Value, earlier: &Value, any: &mut bool) -> bool {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => old.iter().all(|(name, before)| {
            let (after, earlier) = (new.get(name), earlier.get(name));
            was(before, after.unwrap_or(&Value::Null), earlier.unwrap_or(&Value::Null), any)
        }),
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            old.iter().zip(new).enumerate().all(|(index, (before, after))| {
                was(before, after, earlier.get(index).unwrap_or(&Value::Null), any)
            })
        }
        (before, after) if before == after => true,
        (before, _) => {
            *any = true;
            before == earlier
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(object: &str, previous: &str) -> Content {
        let body = format!(r#"{{"data":{{"object":{object},"previous_attributes":{previous}}}}}"#);
        Content::read(body.as_bytes()).unwrap()
    }

    #[test]
    fn changes_go_as_deep_as_stripe_tells_them() {
        let content = content(
            r#"{"status":"active","items":{"data":[{"id":"si_1","price":"new","quantity":2}]},"metadata":{"a":"1"}}"#,
            r#"{"status":"trialing","items":{"data":[{"id":"si_1","price":"old","quantity":2}]},"metadata":{"a":null}}"#,
        );
        let told: Vec<_> = content
            .changes()
            .into_iter()
            .map(|change| format!("{}: {} -> {}", change.path, change.before, change.after))
            .collect();
        assert_eq!(
            told,
            [
                r#"status: "trialing" -> "active""#,
                r#"items.data.0.price: "old" -> "new""#,
                r#"metadata.a: null -> "1""#
            ]
        );
    }

    #[test]
    fn an_update_follows_what_it_changed() {
        let earlier = serde_json::json!({"status": "incomplete", "metadata": {}});
        assert!(content(r#"{"status":"active"}"#, r#"{"status":"incomplete"}"#).follows(&earlier));
        assert!(!content(r#"{"status":"past_due"}"#, r#"{"status":"active"}"#).follows(&earlier));
        assert!(!content(r#"{"status":"active"}"#, "{}").follows(&earlier));
    }

    #[test]
    fn a_thin_event_carries_nothing() {
        assert_eq!(Content::read(br#"{"id":"evt_1","data":{}}"#), Err(NotAnEvent::Lacks("data.object")));
    }
}
