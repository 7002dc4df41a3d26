//! Where an object of the mirror and Stripe's own differ.

use std::collections::BTreeSet;

use serde_json::Value;

/// Links that Stripe makes anew for each answer: no facts about the object.
const NOT_COMPARED: [&str; 3] = ["receipt_url", "hosted_invoice_url", "invoice_pdf"];

/// A field whose values differ. A field that is not there is `null`.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// `items.data[0].price.id`
    pub path: String,
    pub mirror: Value,
    pub stripe: Value,
}

/// The fields that differ, in order of their paths; lists of different lengths count as one field.
pub fn changes(mirror: &Value, stripe: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(String::new(), mirror, stripe, &mut changes);
    changes
}

fn compare(path: String, mirror: &Value, stripe: &Value, changes: &mut Vec<Change>) {
    match (mirror, stripe) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            for name in names.into_iter().filter(|name| !NOT_COMPARED.contains(&name.as_str())) {
                let field =
                    |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or_default();
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(path, &field(ours), &field(theirs), changes);
            }
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                compare(format!("{path}[{index}]"), ours, theirs, changes);
            }
        }
        (ours, theirs) if ours == theirs => {}
        (ours, theirs) => changes.push(Change { path, mirror: ours.clone(), stripe: theirs.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(mirror: Value, stripe: Value, paths: &[&str]) {
        let found = changes(&mirror, &stripe);
        assert_eq!(found.iter().map(|change| change.path.as_str()).collect::<Vec<_>>(), paths);
    }

    #[test]
    fn each_field_that_differs_is_named() {
        check(json!({"a": 1, "b": {"c": [1, 2]}}), json!({"b": {"c": [1, 2]}, "a": 1}), &[]);
        check(json!({"a": 1, "b": {"c": [1, 2]}}), json!({"a": 2, "b": {"c": [1, 3]}}), &["a", "b.c[1]"]);
        check(json!({"c": [1, 2]}), json!({"c": [1]}), &["c"]);
        check(json!({"metadata": {"x": "1"}}), json!({"metadata": {}}), &["metadata.x"]);
        check(json!({"a": {}}), json!({"a": "id_1"}), &["a"]);
    }

    #[test]
    fn nothing_and_null_are_the_same() {
        check(json!({"a": null}), json!({}), &[]);
        check(json!({}), json!({"a": null}), &[]);
        check(json!({}), json!({"a": false}), &["a"]);
    }

    #[test]
    fn what_is_no_fact_is_not_compared() {
        check(json!({"invoice_pdf": "x"}), json!({"invoice_pdf": "y"}), &[]);
        check(json!({"charge": {"receipt_url": "x"}}), json!({"charge": {}}), &[]);
    }
}
