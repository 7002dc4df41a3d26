//! JSON lines: an object a line.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read};

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::bounded::{Bounded, Left};
use super::{Row, Unreadable, broken, unknown};

#[derive(Debug)]
pub(super) struct Reader<R> {
    reader: BufReader<Bounded<R>>,
    left: Left,
    known: &'static [&'static str],
    line: u64,
    bytes: Vec<u8>,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(from: Bounded<R>, known: &'static [&'static str]) -> Reader<R> {
        let left = from.left();
        Reader { reader: BufReader::new(from), left, known, line: 0, bytes: Vec::new() }
    }

    pub(super) fn next(&mut self) -> Option<Result<Row, Unreadable>> {
        loop {
            self.left.renew();
            self.line += 1;
            self.bytes.clear();
            match self.reader.read_until(b'\n', &mut self.bytes) {
                Ok(0) => return None,
                Ok(_) if self.bytes.trim_ascii().is_empty() => {}
                Ok(_) => return Some(self.row()),
                Err(error) => return Some(Err(broken(self.line, &error))),
            }
        }
    }

    fn row(&self) -> Result<Row, Unreadable> {
        let line = self.line;
        let bad = |column: Option<&str>, why: String| Unreadable {
            line,
            column: column.map(str::to_owned),
            why,
            is_last: false,
        };
        let text = std::str::from_utf8(&self.bytes).map_err(|_| bad(None, "this is not UTF-8".to_owned()))?;
        let Pairs(pairs) =
            serde_json::from_str(text).map_err(|_| bad(None, "this is no JSON object".to_owned()))?;
        let mut fields: Vec<(String, String)> = Vec::new();
        for (index, (name, value)) in pairs.iter().enumerate() {
            if let Some(why) = unknown(name, self.known) {
                return Err(bad(None, why));
            }
            if pairs.iter().take(index).any(|(before, _)| before == name) {
                return Err(bad(Some(name), "it is there twice".to_owned()));
            }
            match value {
                Value::Null => {}
                Value::String(text) if text.is_empty() => {}
                Value::String(text) => fields.push((name.clone(), text.clone())),
                Value::Number(number) => fields.push((name.clone(), number.to_string())),
                Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                    return Err(bad(Some(name), "this is neither text nor a number".to_owned()));
                }
            }
        }
        Ok(Row { line, fields })
    }
}

/// An object's fields as they stand there: a map would keep the last of two alike, and say nothing.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}
