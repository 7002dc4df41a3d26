//! A checkout session as every command shows it.

use serde_json::{Value, json};

use crate::commands::amount;
use crate::commands::moment::time;

/// A session's fields; ids also where Stripe was asked to expand them.
pub fn json(session: &Value) -> Value {
    let text = |name: &str| session.get(name).and_then(Value::as_str);
    let at = |name: &str| session.get(name).and_then(Value::as_i64).map(time);
    let total = session.get("amount_total").and_then(Value::as_i64);
    json!({
        "id": text("id"),
        "url": text("url"),
        "customer": id(session, "customer"),
        "mode": text("mode"),
        "status": text("status"),
        "payment_status": text("payment_status"),
        "subject": text("client_reference_id"),
        "amount": total.zip(text("currency")).map(|(minor, currency)| amount::json(minor, currency)),
        "subscription": id(session, "subscription"),
        "payment_intent": id(session, "payment_intent"),
        "invoice": id(session, "invoice"),
        "success_url": text("success_url"),
        "cancel_url": text("cancel_url"),
        "created": at("created"),
        "expires_at": at("expires_at"),
        "metadata": session.get("metadata"),
    })
}

/// The id at a field that holds one, or the object in its place.
pub fn id<'a>(session: &'a Value, name: &str) -> Option<&'a str> {
    let found = session.get(name)?;
    found.as_str().or_else(|| found.get("id").and_then(Value::as_str))
}

/// `99.00 USD`, as far as Stripe has worked it out.
pub fn amount_words(session: &Value) -> String {
    let total = session.get("amount_total").and_then(Value::as_i64);
    let currency = session.get("currency").and_then(Value::as_str);
    total.zip(currency).map_or_else(String::new, |(minor, currency)| amount::words(minor, currency))
}
