//! Values of a resource's fields, in one canonical form for the catalog's side and Stripe's side.
//!
//! A resource is a flat map from a path of Stripe's own parameter names (`recurring.interval`) to a value. Both
//! sides are brought into this form, so that a default that Stripe fills in, another spelling of a decimal or
//! another order of a set can't show as a difference.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::kind::Address;
use crate::billing::currency::Currency;
use crate::billing::money::Rate;

/// The fields of a resource by their path.
pub type Fields = BTreeMap<String, Field>;

/// A canonical value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Not set.
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    /// Without trailing zeros.
    Decimal(Decimal),
    /// An amount in minor units, with its currency for showing it.
    Money {
        minor: Decimal,
        currency: Currency,
    },
    /// A moment in Unix seconds.
    Time(i64),
    /// Another resource of the catalog, whose id may not exist yet.
    Ref(Address),
    List(Vec<Field>),
    Map(BTreeMap<String, Field>),
}

impl Field {
    pub fn text(text: impl Into<String>) -> Field {
        Field::Text(text.into())
    }

    /// A text, or `Null`.
    pub fn optional(text: Option<&str>) -> Field {
        text.map_or(Field::Null, Field::text)
    }

    pub fn money(rate: Rate) -> Field {
        Field::Money { minor: rate.minor.normalize(), currency: rate.currency }
    }

    pub fn decimal(decimal: Decimal) -> Field {
        Field::Decimal(decimal.normalize())
    }

    /// A list whose order means nothing.
    pub fn set(mut items: Vec<Field>) -> Field {
        items.sort_by_key(|item| item.sort_key());
        items.dedup();
        Field::List(items)
    }

    pub fn map<const N: usize>(entries: [(&str, Field); N]) -> Field {
        Field::Map(entries.into_iter().map(|(name, field)| (name.to_owned(), field)).collect())
    }

    fn sort_key(&self) -> String {
        self.display().to_string()
    }

    /// Every reference in this value.
    pub fn refs(&self) -> Vec<&Address> {
        match self {
            Field::Ref(address) => vec![address],
            Field::List(items) => items.iter().flat_map(Field::refs).collect(),
            Field::Map(entries) => entries.values().flat_map(Field::refs).collect(),
            Field::Null
            | Field::Bool(_)
            | Field::Int(_)
            | Field::Text(_)
            | Field::Decimal(_)
            | Field::Money { .. }
            | Field::Time(_) => Vec::new(),
        }
    }

    /// The value as Stripe's parameters take it. `Null` becomes JSON null, which the form encoder sends as an
    /// empty value: Stripe's way to unset.
    ///
    /// # Errors
    /// The address of a reference that `id_of` doesn't know.
    pub fn wire(&self, name: &str, id_of: &dyn Fn(&Address) -> Option<String>) -> Result<Value, Address> {
        Ok(match self {
            Field::Null => Value::Null,
            Field::Bool(value) => json!(value),
            Field::Int(value) | Field::Time(value) => json!(value),
            Field::Text(value) => json!(value),
            Field::Decimal(value) => json!(value.to_string()),
            Field::Money { minor, .. } if name.ends_with("_decimal") => json!(minor.to_string()),
            Field::Money { minor, .. } => match i64::try_from(minor.mantissa()) {
                Ok(whole) if minor.scale() == 0 => json!(whole),
                _ => json!(minor.to_string()),
            },
            Field::Ref(address) => json!(id_of(address).ok_or_else(|| address.clone())?),
            Field::List(items) => {
                items.iter().map(|item| item.wire(name, id_of)).collect::<Result<Vec<_>, _>>()?.into()
            }
            Field::Map(entries) => {
                let mut object = Map::new();
                for (key, field) in entries.iter().filter(|(_, field)| **field != Field::Null) {
                    object.insert(key.clone(), field.wire(key, id_of)?);
                }
                object.into()
            }
        })
    }

    /// The value as a plan shows it in JSON: money with its display, references by their key.
    pub fn display(&self) -> Value {
        match self {
            Field::Null => Value::Null,
            Field::Bool(value) => json!(value),
            Field::Int(value) => json!(value),
            Field::Text(value) => json!(value),
            Field::Decimal(value) => json!(value.to_string()),
            Field::Money { minor, currency } => Rate { minor: *minor, currency: *currency }.to_json(),
            Field::Time(seconds) => jiff::Timestamp::from_second(*seconds)
                .map_or_else(|_| json!(seconds), |moment| json!(moment.to_string())),
            Field::Ref(address) => json!(address.key),
            Field::List(items) => items.iter().map(Field::display).collect(),
            Field::Map(entries) => entries
                .iter()
                .filter(|(_, field)| **field != Field::Null)
                .map(|(key, field)| (key.clone(), field.display()))
                .collect::<Map<_, _>>()
                .into(),
        }
    }
}

/// Nests paths back into objects: `{"recurring.interval": "month"}` becomes `{"recurring": {"interval": "month"}}`.
///
/// # Errors
/// The address of a reference that `id_of` doesn't know.
pub fn wire(fields: &Fields, id_of: &dyn Fn(&Address) -> Option<String>) -> Result<Value, Address> {
    let mut root = Map::new();
    for (path, field) in fields {
        // A metadata key may hold dots of its own.
        let (parents, leaf) = match path.strip_prefix("metadata.") {
            Some(key) => (vec!["metadata"], key),
            None => {
                let mut parts: Vec<&str> = path.split('.').collect();
                let leaf = parts.pop().unwrap_or_default();
                (parts, leaf)
            }
        };
        let value = field.wire(leaf, id_of)?;
        insert(&mut root, &parents, leaf, value);
    }
    Ok(root.into())
}

fn insert(object: &mut Map<String, Value>, parents: &[&str], leaf: &str, value: Value) {
    match parents.split_first() {
        None => {
            object.insert(leaf.to_owned(), value);
        }
        Some((first, rest)) => {
            let child = object.entry(first.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(child) = child {
                insert(child, rest, leaf, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::plan::kind::Kind;

    fn fields(entries: &[(&str, Field)]) -> Fields {
        entries.iter().map(|(path, field)| ((*path).to_owned(), field.clone())).collect()
    }

    #[test]
    fn paths_nest_into_parameters() {
        let fields = fields(&[
            ("product", Field::Ref(Address::new(Kind::Product, "pro"))),
            ("recurring.interval", Field::text("month")),
            ("metadata.a.b", Field::text("1")),
            ("unit_amount_decimal", Field::money("0.002 usd".parse().unwrap())),
            ("description", Field::Null),
        ]);
        let id_of = |address: &Address| (address.key == "pro").then(|| "prod_1".to_owned());
        assert_eq!(
            wire(&fields, &id_of).unwrap(),
            json!({
                "description": null,
                "metadata": {"a.b": "1"},
                "product": "prod_1",
                "recurring": {"interval": "month"},
                "unit_amount_decimal": "0.2",
            })
        );
    }

    #[test]
    fn an_unknown_reference_is_named() {
        let missing = Address::new(Kind::Meter, "messages");
        let fields = fields(&[("recurring.meter", Field::Ref(missing.clone()))]);
        assert_eq!(wire(&fields, &|_| None), Err(missing));
    }

    #[test]
    fn sets_have_no_order() {
        let one = Field::set(vec![Field::text("b"), Field::text("a"), Field::text("b")]);
        assert_eq!(one, Field::set(vec![Field::text("a"), Field::text("b")]));
    }
}
