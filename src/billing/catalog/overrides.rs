//! Lays a profile's overrides over the catalog.
//!
//! Tables are merged key by key; any other value replaces what was there. An empty text takes the key away,
//! so that its default holds, except in `metadata`, where it is a value of its own (it removes the key from
//! Stripe). `false` is a value like any other. A resource that the file does not have is added.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::size::TABLES;

/// The document as it is for a profile.
pub fn apply<'a>(document: &'a Value, profile: Option<&str>) -> Cow<'a, Value> {
    let overrides = profile
        .and_then(|profile| document.get("profiles")?.get(profile)?.get("overrides"))
        .and_then(Value::as_object);
    let Some(overrides) = overrides else { return Cow::Borrowed(document) };
    let mut merged = document.clone();
    // What else stands there is a mistake, which is found where it stands.
    let known =
        |name: &&String| TABLES.contains(&name.as_str()) || ["links", "policy"].contains(&name.as_str());
    let overrides = overrides.iter().filter(|(name, _)| known(name));
    if let Value::Object(merged) = &mut merged {
        let overrides = overrides.map(|(name, value)| (name.clone(), value.clone())).collect();
        lay_over(merged, &overrides, false);
    }
    Cow::Owned(merged)
}

/// The profiles that override something.
pub fn profiles(document: &Value) -> Vec<String> {
    let profiles = document.get("profiles").and_then(Value::as_object);
    let overriding = |(_, profile): &(&String, &Value)| profile.get("overrides").is_some();
    profiles.into_iter().flatten().filter(overriding).map(|(name, _)| name.clone()).collect()
}

fn lay_over(base: &mut Map<String, Value>, overrides: &Map<String, Value>, in_metadata: bool) {
    for (key, value) in overrides {
        match (base.get_mut(key), value) {
            (Some(Value::Object(base)), Value::Object(value)) => lay_over(base, value, key == "metadata"),
            (_, Value::String(text)) if text.is_empty() && !in_metadata => {
                base.shift_remove(key);
            }
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(base: Value, overrides: Value, wanted: Value) {
        let document =
            json!({"products": base, "profiles": {"live": {"overrides": {"products": overrides}}}});
        let merged = apply(&document, Some("live"));
        assert_eq!(merged["products"], wanted);
    }

    #[test]
    fn tables_are_merged_and_values_replaced() {
        check(
            json!({"pro": {"name": "Pro", "rank": 1}}),
            json!({"pro": {"name": "Professional"}}),
            json!({"pro": {"name": "Professional", "rank": 1}}),
        );
        check(json!({"a": [1, 2]}), json!({"a": [3]}), json!({"a": [3]}));
        check(json!({}), json!({"new": {"name": "New"}}), json!({"new": {"name": "New"}}));
        check(json!({"a": true}), json!({"a": false}), json!({"a": false}));
    }

    #[test]
    fn an_empty_text_takes_a_key_away() {
        check(json!({"a": 1, "b": 2}), json!({"a": ""}), json!({"b": 2}));
        check(json!({"a": {"b": {}}}), json!({"a": {"b": ""}}), json!({"a": {}}));
    }

    #[test]
    fn in_metadata_an_empty_text_is_a_value() {
        check(
            json!({"pro": {"metadata": {"a": "1", "b": "2"}}}),
            json!({"pro": {"metadata": {"a": ""}}}),
            json!({"pro": {"metadata": {"a": "", "b": "2"}}}),
        );
    }

    #[test]
    fn another_profile_changes_nothing() {
        let document = json!({"products": {}, "profiles": {"live": {"overrides": {"products": {"a": 1}}}}});
        assert_eq!(*apply(&document, Some("test")), document);
        assert_eq!(*apply(&document, None), document);
        assert_eq!(profiles(&document), ["live"]);
    }
}
