//! The checked parameters of one request, as handlers read them.

use serde_json::{Map, Value};

/// Typed parameters. What was not given is absent; what was unset with an empty text is `null`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Args(pub Map<String, Value>);

impl Args {
    /// The value as given, `null` included.
    pub fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).and_then(Value::as_bool)
    }

    pub fn integer(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    pub fn list(&self, name: &str) -> Option<&Vec<Value>> {
        self.0.get(name).and_then(Value::as_array)
    }

    pub fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.0.get(name).and_then(Value::as_object)
    }

    /// The texts of a list; none if it wasn't given.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let elements = self.list(name).into_iter().flatten();
        elements.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The value, or `null` if it wasn't given: a field of a new object.
    pub fn or_null(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or(Value::Null)
    }

    /// The value, or another if it wasn't given or was unset.
    pub fn or(&self, name: &str, default: impl Into<Value>) -> Value {
        match self.0.get(name) {
            None | Some(Value::Null) => default.into(),
            Some(value) => value.clone(),
        }
    }

    /// The metadata of a new object.
    pub fn new_metadata(&self) -> Value {
        let pairs = self.object("metadata").into_iter().flatten();
        let kept = pairs.filter(|(_, value)| !value.is_null());
        Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}
