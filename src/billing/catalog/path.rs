//! Where a value stands in the catalog: `products.pro.prices.monthly.tiers[0].amount`.

use std::fmt;

use serde_json::Value;

/// One step into a table or a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    Key(String),
    Index(usize),
}

/// The steps from the file's root to a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<Segment>);

impl Path {
    /// The path of a key of the root.
    pub fn root_key(key: &str) -> Path {
        Path(vec![Segment::Key(key.to_owned())])
    }

    /// The path one step deeper.
    pub fn key(&self, key: &str) -> Path {
        let mut segments = self.0.clone();
        segments.push(Segment::Key(key.to_owned()));
        Path(segments)
    }

    /// The path without its last step; that of the root is the root.
    pub fn parent(&self) -> &[Segment] {
        self.0.split_last().map_or(&[], |(_, rest)| rest)
    }

    /// Reads a JSON pointer into `document`, which tells keys from indexes.
    pub fn from_pointer(pointer: &str, document: &Value) -> Path {
        let mut here = Some(document);
        let mut segments = Vec::new();
        for part in pointer.split('/').skip(1) {
            let key = part.replace("~1", "/").replace("~0", "~");
            match (here, key.parse::<usize>()) {
                (Some(Value::Array(items)), Ok(index)) => {
                    here = items.get(index);
                    segments.push(Segment::Index(index));
                }
                (value, _) => {
                    here = value.and_then(|value| value.get(&key));
                    segments.push(Segment::Key(key));
                }
            }
        }
        Path(segments)
    }
}

/// Dotted as in TOML, with quotes where a key needs them and `[0]` for a list's first value.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    if depth > 0 {
                        f.write_str(".")?;
                    }
                    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
                    if !key.is_empty() && key.bytes().all(bare) {
                        f.write_str(key)?;
                    } else {
                        write!(f, "{key:?}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// A path under construction: a step that knows the step before it, free to make while all is well.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    before: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// The root of the file.
    pub const ROOT: At<'static> = At { before: None, step: Step::Root };

    pub fn key(&'a self, key: &'a str) -> At<'a> {
        At { before: Some(self), step: Step::Key(key) }
    }

    pub fn index(&'a self, index: usize) -> At<'a> {
        At { before: Some(self), step: Step::Index(index) }
    }

    pub fn path(&self) -> Path {
        let mut segments = Vec::new();
        let mut here = Some(self);
        while let Some(at) = here {
            match at.step {
                Step::Root => {}
                Step::Key(key) => segments.push(Segment::Key(key.to_owned())),
                Step::Index(index) => segments.push(Segment::Index(index)),
            }
            here = at.before;
        }
        segments.reverse();
        Path(segments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_as_toml_would_write_it() {
        let tiers = At::ROOT.key("products");
        let product = tiers.key("pro plan");
        let tiers = product.key("tiers");
        let tier = tiers.index(0);
        let path = tier.key("amount").path();
        assert_eq!(path.to_string(), r#"products."pro plan".tiers[0].amount"#);
    }

    #[test]
    fn pointers_into_lists_and_tables_of_numbers_are_told_apart() {
        let document = serde_json::json!({"a/b": [{"0": 1}]});
        let path = Path::from_pointer("/a~1b/0/0", &document);
        assert_eq!(path.to_string(), r#""a/b"[0].0"#);
    }
}
