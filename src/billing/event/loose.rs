//! JSON read leniently: the few fields of an envelope, whatever their types, and nothing else kept.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The fields that are kept, at any depth that leads to one.
const KEPT: [&str; 15] = [
    "id",
    "object",
    "type",
    "created",
    "api_version",
    "livemode",
    "account",
    "context",
    "request",
    "idempotency_key",
    "reason",
    "data",
    "customer",
    "related_object",
    "snapshot_event",
];

#[derive(Debug)]
pub(super) enum Loose {
    /// Null, a list, a fraction: nothing that an envelope is made of.
    Nothing,
    Text(String),
    Integer(i64),
    Flag(bool),
    Map(Vec<(&'static str, Loose)>),
}

impl Loose {
    pub(super) fn read(body: &[u8]) -> serde_json::Result<Loose> {
        serde_json::from_slice(body)
    }

    /// A field of a map; of a field that is there twice, the last.
    pub(super) fn get(&self, name: &str) -> &Loose {
        match self {
            Loose::Map(fields) => {
                fields.iter().rev().find(|(key, _)| *key == name).map_or(&Loose::Nothing, |(_, value)| value)
            }
            Loose::Nothing | Loose::Text(_) | Loose::Integer(_) | Loose::Flag(_) => &Loose::Nothing,
        }
    }

    /// A field's text, unless that is empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Loose::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(super) fn own_text(&self) -> Option<String> {
        if let Loose::Text(text) = self { Some(text.clone()) } else { None }
    }

    pub(super) fn integer(&self) -> Option<i64> {
        if let Loose::Integer(number) = self { Some(*number) } else { None }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        if let Loose::Flag(flag) = self { Some(*flag) } else { None }
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Loose, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Loose, E> {
        Ok(Loose::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Loose, E> {
        Ok(Loose::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Loose, E> {
        Ok(i64::try_from(number).map_or(Loose::Nothing, Loose::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Loose, E> {
        Ok(Loose::Nothing)
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Loose, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Loose, A::Error> {
        let mut kept = Vec::new();
        while let Some(Key(key)) = fields.next_key()? {
            match key {
                Some(name) => kept.push((name, fields.next_value()?)),
                None => {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Loose::Map(kept))
    }
}

/// A field's name, if it is one of those that are kept.
struct Key(Option<&'static str>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        struct KeyVisitor;
        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Key, E> {
                Ok(Key(KEPT.into_iter().find(|kept| *kept == name)))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}
