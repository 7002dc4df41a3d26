//! A payment link as every command shows it.

use serde_json::{Value, json};

use crate::commands::amount;
use crate::commands::checkout::request::PRODUCT_TAG;

/// A link's fields; what it sells where Stripe was asked for its lines.
pub fn json(link: &Value) -> Value {
    let lines = lines(link).map(|line| {
        let minor = line.get("amount_total").and_then(Value::as_i64);
        let currency = line.get("currency").and_then(Value::as_str);
        json!({
            "description": line.get("description"),
            "price": line.pointer("/price/id"),
            "lookup_key": line.pointer("/price/lookup_key"),
            "quantity": line.get("quantity"),
            "amount": minor.zip(currency).map(|(minor, currency)| amount::json(minor, currency)),
        })
    });
    json!({
        "id": link.get("id"),
        "url": link.get("url"),
        "active": link.get("active"),
        "product": product(link),
        "currency": link.get("currency"),
        "paid": link.pointer("/restrictions/completed_sessions/count"),
        "limit": link.pointer("/restrictions/completed_sessions/limit"),
        "lines": lines.collect::<Vec<_>>(),
        "metadata": link.get("metadata"),
    })
}

pub fn lines(link: &Value) -> impl Iterator<Item = &Value> {
    link.pointer("/line_items/data").and_then(Value::as_array).into_iter().flatten()
}

/// The key of what it sells, in the billing file.
pub fn product(link: &Value) -> Option<&str> {
    link.pointer(&format!("/metadata/{PRODUCT_TAG}")).and_then(Value::as_str)
}

/// `Pro, 3 × 1,000 credits`
pub fn sells(link: &Value) -> String {
    let words = lines(link).map(|line| {
        let what = line.get("description").and_then(Value::as_str).unwrap_or("-");
        match line.get("quantity").and_then(Value::as_i64) {
            Some(quantity @ 2..) => format!("{quantity} × {what}"),
            Some(_) | None => what.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

/// `99.00 USD`, what one payment is.
pub fn amount_words(link: &Value) -> String {
    let all: Option<i64> =
        lines(link).map(|line| line.get("amount_total").and_then(Value::as_i64)).sum::<Option<i64>>();
    let currency = link.get("currency").and_then(Value::as_str);
    all.zip(currency).map_or_else(String::new, |(minor, currency)| amount::words(minor, currency))
}
