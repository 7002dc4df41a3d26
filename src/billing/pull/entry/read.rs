//! Fields as values of the file's types.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Source, Table, Unsayable};
use crate::billing::catalog::file::{Amount, Moment, Percent};
use crate::billing::money::Rate;
use crate::billing::plan::field::Field;

/// The beginning of metadata keys that are billctl's own.
const OWN_METADATA: &str = "billctl_";

/// The fields of one object.
#[derive(Debug)]
pub struct Read<'a> {
    pub source: &'a Source<'a>,
    unsaid: RefCell<Vec<String>>,
}

impl<'a> Read<'a> {
    pub fn new(source: &'a Source<'a>) -> Read<'a> {
        Read { source, unsaid: RefCell::default() }
    }

    /// Notes something that the file can't say, and need not for the plan to be empty.
    pub fn leave_unsaid(&self, what: impl Into<String>) {
        self.unsaid.borrow_mut().push(what.into());
    }

    pub fn unsaid(&self) -> Vec<String> {
        self.unsaid.borrow().clone()
    }

    /// A value of the object itself, by a dotted path, for what has no canonical field.
    pub fn raw(&self, path: &str) -> &Value {
        let json: &Value = &self.source.object.json;
        path.split('.').try_fold(json, |value, name| value.get(name)).unwrap_or(&Value::Null)
    }

    pub fn field(&self, path: &str) -> &Field {
        self.source.fields.get(path).unwrap_or(&Field::Null)
    }

    pub fn text(&self, path: &str) -> Option<String> {
        match self.field(path) {
            Field::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// A text that the file leaves out where it is the default.
    pub fn text_unless(&self, path: &str, default: &str) -> Option<String> {
        self.text(path).filter(|text| text != default)
    }

    pub fn flag(&self, path: &str) -> bool {
        *self.field(path) == Field::Bool(true)
    }

    /// `Some(false)` where it is off: the file's `active = false`.
    pub fn off(&self, path: &str) -> Option<bool> {
        (*self.field(path) == Field::Bool(false)).then_some(false)
    }

    pub fn int(&self, path: &str) -> Option<i64> {
        match self.field(path) {
            Field::Int(int) => Some(*int),
            _ => None,
        }
    }

    pub fn amount(&self, path: &str) -> Option<Amount> {
        amount(self.field(path))
    }

    /// Whole where it is whole, else decimal text.
    pub fn percent(&self, path: &str) -> Option<Percent> {
        let Field::Decimal(decimal) = self.field(path) else { return None };
        let whole = i64::try_from(decimal.mantissa()).ok().filter(|_| decimal.scale() == 0);
        Some(whole.map_or_else(|| Percent::Decimal(decimal.to_string()), Percent::Whole))
    }

    /// A moment in UTC.
    pub fn moment(&self, path: &str) -> Option<Moment> {
        let Field::Time(seconds) = self.field(path) else { return None };
        jiff::Timestamp::from_second(*seconds).ok().map(|moment| Moment(moment.to_string()))
    }

    /// The key of another resource.
    pub fn reference(&self, path: &str) -> Option<String> {
        match self.field(path) {
            Field::Ref(address) => Some(address.key.clone()),
            _ => None,
        }
    }

    pub fn texts(&self, path: &str) -> Vec<String> {
        let Field::List(items) = self.field(path) else { return Vec::new() };
        let text = |item: &Field| match item {
            Field::Text(text) => Some(text.clone()),
            _ => None,
        };
        items.iter().filter_map(text).collect()
    }

    /// One of the file's words.
    ///
    /// # Errors
    /// Where Stripe has a word that the file does not have.
    pub fn word<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, Unsayable> {
        self.text(path).map(|word| parse(path, &word)).transpose()
    }

    /// Several of the file's words.
    ///
    /// # Errors
    /// Where Stripe has a word that the file does not have.
    pub fn words<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Unsayable> {
        self.texts(path).iter().map(|word| parse(path, word)).collect()
    }

    /// The object's metadata without billctl's own marks.
    pub fn metadata(&self) -> BTreeMap<String, String> {
        let entries = self.source.fields.range("metadata.".to_owned()..);
        let entries = entries.map_while(|(path, field)| Some((path.strip_prefix("metadata.")?, field)));
        let entry = |(key, field): (&str, &Field)| match field {
            Field::Text(text) if !key.starts_with(OWN_METADATA) => Some((key.to_owned(), text.clone())),
            _ => None,
        };
        entries.filter_map(entry).collect()
    }
}

fn parse<T: DeserializeOwned>(path: &str, word: &str) -> Result<T, Unsayable> {
    serde_json::from_value(Value::from(word))
        .map_err(|_| Unsayable(format!("`{word}`, its {}, has no word in the file", last(path))))
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// An amount of money in words: `49.00 usd`.
pub fn amount(field: &Field) -> Option<Amount> {
    match field {
        Field::Money { minor, currency } => {
            Some(Amount(Rate { minor: *minor, currency: *currency }.to_string()))
        }
        _ => None,
    }
}

/// A decimal in words.
pub fn decimal(field: &Field) -> Option<Decimal> {
    match field {
        Field::Decimal(decimal) => Some(*decimal),
        _ => None,
    }
}

/// A value of the file's types as a table.
///
/// # Errors
/// None that the file's types can have.
pub fn table(value: impl Serialize) -> Result<Table, Unsayable> {
    match serde_json::to_value(value) {
        Ok(Value::Object(table)) => Ok(table),
        Ok(_) | Err(_) => Err(Unsayable("it is no table".to_owned())),
    }
}
