//! The JSON Schema of `billing.toml`, made from its types: editors complete and check with it, and so do we.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::file::BillingFile;

/// The schema as JSON Schema draft 2020-12.
///
/// TOML has no null, so what Rust calls an `Option` is only a key that may be absent.
pub fn generate() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<BillingFile>().to_value();
    without_null(&mut schema);
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), "billing.toml".into());
    }
    schema
}

/// The schema as the text of a file.
///
/// # Errors
/// When the JSON writer fails, which for a value in memory means a bug.
pub fn text() -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&generate())? + "\n")
}

/// Takes null out of a schema: as a type, as an alternative, as a default and as a choice.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.retain(|key, value| !(key == "default" && value.is_null()));
            one_type(object);
            one_alternative(object);
            object.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// `"type": ["string", "null"]` becomes `"type": "string"`.
fn one_type(object: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = object.get_mut("type") else { return };
    types.retain(|kind| kind != "null");
    if let [only] = types.as_slice() {
        let only = only.clone();
        object.insert("type".to_owned(), only);
    }
}

/// `"anyOf": [{…}, {"type": "null"}]` becomes what is in its only alternative.
fn one_alternative(object: &mut Map<String, Value>) {
    let Some(Value::Array(alternatives)) = object.get_mut("anyOf") else { return };
    alternatives.retain(|alternative| alternative.get("type").is_none_or(|kind| kind != "null"));
    if let [Value::Object(only)] = alternatives.as_slice() {
        let only = only.clone();
        object.remove("anyOf");
        for (key, value) in only {
            object.entry(key).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_schema_of_its_draft() {
        let schema = generate();
        jsonschema::meta::validate(&schema).unwrap();
        assert!(jsonschema::meta::validate(&serde_json::json!({"type": "text"})).is_err());
    }
}
