//! Canonical fields → a table of `billing.toml`: the way back from what `plan::wanted` does.
//!
//! What is a default of the file is not written, so that a table says no more than a person would.

mod discounts; // coupons and promotion codes
mod portals;
mod prices;
mod products;
mod read; // fields as values of the file's types
mod simple; // what has no more than a few fields

use serde_json::{Map, Value};

use super::identity::Identity;
use crate::billing::plan::account::Object;
use crate::billing::plan::field::Fields;
use crate::billing::plan::kind::{Address, Kind};

use self::read::Read;

/// A table of the file, with its keys in the order of the file's types.
pub type Table = Map<String, Value>;

/// Why the file can't say what an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsayable(pub String);

/// An object as the file says it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub address: Address,
    /// The object's id in Stripe.
    pub id: String,
    pub table: Table,
    /// What Stripe has, with references by address.
    pub fields: Fields,
    /// What the file can't say, and Stripe keeps all the same.
    pub unsaid: Vec<String>,
}

/// What an entry is made of.
#[derive(Debug)]
pub struct Source<'a> {
    pub object: &'a Object,
    pub address: &'a Address,
    pub identity: Identity,
    /// The object's fields, with references by address.
    pub fields: Fields,
    /// The keys of the features attached to a product.
    pub features: Vec<String>,
    /// The lookup key that a price has without saying any.
    pub derived_lookup_key: String,
    /// The API version that a webhook endpoint has without saying any.
    pub api_version: &'a str,
}

/// Says an object in the file's words.
///
/// # Errors
/// Where the file has no words for it.
pub fn entry(source: Source<'_>) -> Result<Entry, Unsayable> {
    let read = Read::new(&source);
    let table = match source.object.kind {
        Kind::Meter => simple::meter(&read),
        Kind::Feature => simple::feature(&read),
        Kind::TaxRate => simple::tax_rate(&read),
        Kind::Product => products::product(&read),
        Kind::Price => prices::price(&read),
        Kind::Coupon => discounts::coupon(&read),
        Kind::PromotionCode => discounts::promotion_code(&read),
        Kind::Portal => portals::portal(&read),
        Kind::WebhookEndpoint => simple::webhook_endpoint(&read),
        Kind::ProductFeature => Err(Unsayable("an attachment is a word in its product's table".to_owned())),
    }?;
    let unsaid = read.unsaid();
    Ok(Entry {
        address: source.address.clone(),
        id: source.object.id.clone(),
        table: pruned(table),
        fields: source.fields,
        unsaid,
    })
}

/// Tables that say nothing when they are empty; others may be there to say that there is something.
const NOTHING_WHEN_EMPTY: [&str; 6] =
    ["metadata", "currency_options", "prices", "limits", "rates", "products"];

/// Switches that are off unless said.
const OFF_UNLESS_SAID: [&str; 7] = [
    "default_plan",
    "first_time_transaction",
    "inclusive",
    "invoice_history",
    "live",
    "login_page",
    "payment_method_update",
];

/// Without what says nothing.
pub fn pruned(table: Table) -> Table {
    let says = |key: &str, value: &Value| match value {
        Value::Null => false,
        Value::Bool(on) => *on || !OFF_UNLESS_SAID.contains(&key),
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty() || !NOTHING_WHEN_EMPTY.contains(&key),
        Value::Number(_) | Value::String(_) => true,
    };
    let prune = |value: Value| match value {
        Value::Object(table) => Value::Object(pruned(table)),
        Value::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Value::Object(table) => Value::Object(pruned(table)),
                other => other,
            })
            .collect(),
        other => other,
    };
    let pruned = table.into_iter().map(|(key, value)| (key, prune(value)));
    pruned.filter(|(key, value)| says(key, value)).collect()
}
