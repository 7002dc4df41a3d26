//! An object's JSON, kept small: an account may hold ten thousand prices, and a tree of each takes ten times its text.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use serde_json::Value;

/// An object's whole JSON. It is kept as text; the first look at it makes a tree, which stays.
#[derive(Clone)]
pub struct Body {
    text: Box<str>,
    tree: OnceLock<Box<Value>>,
}

impl Body {
    pub fn new(json: &Value) -> Body {
        Body { text: json.to_string().into(), tree: OnceLock::new() }
    }

    /// The JSON as a tree of one's own, for one look at each of many objects: nothing stays behind.
    pub fn read(&self) -> Value {
        // What was written from a tree can be read as one.
        self.tree
            .get()
            .map_or_else(|| serde_json::from_str(&self.text).unwrap_or_default(), |tree| (**tree).clone())
    }
}

impl Deref for Body {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.tree.get_or_init(|| Box::new(self.read()))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_reads_as_it_was_written() {
        let json = json!({"id": "price_1", "unit_amount": 1.5, "b": [null, "ä\n"], "a": {}});
        let body = Body::new(&json);
        assert_eq!(body.read(), json);
        assert_eq!(*body, json);
        assert_eq!(body.read().to_string(), json.to_string());
    }
}
