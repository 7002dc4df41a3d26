//! The few fields of an object that say what an event is about.

use serde_json::Value;

use super::words::{currency_of, words};

/// What a field is called, and where it is: the first place that holds something.
const FIELDS: [(&str, &[&str]); 30] = [
    ("number", &["/number"]),
    ("status", &["/status"]),
    ("name", &["/name", "/display_name", "/nickname"]),
    ("email", &["/email", "/customer_email", "/customer_details/email"]),
    ("code", &["/code"]),
    ("lookup_key", &["/lookup_key"]),
    ("mode", &["/mode"]),
    ("payment_status", &["/payment_status"]),
    ("amount", &["/amount", "/unit_amount", "/amount_total", "/total"]),
    ("amount_due", &["/amount_due"]),
    ("amount_paid", &["/amount_paid"]),
    ("amount_received", &["/amount_received"]),
    ("amount_refunded", &["/amount_refunded"]),
    ("balance", &["/balance"]),
    ("reason", &["/billing_reason", "/reason", "/cancellation_details/reason"]),
    ("decline_code", &["/last_payment_error/decline_code", "/outcome/reason"]),
    ("failure", &["/last_payment_error/message", "/failure_message"]),
    ("price", &["/items/data/0/price/id"]),
    ("product", &["/product", "/items/data/0/price/product"]),
    (
        "subscription",
        &["/subscription", "/parent/subscription_details/subscription", "/subscription_details/subscription"],
    ),
    ("invoice", &["/latest_invoice", "/invoice"]),
    ("payment_intent", &["/payment_intent"]),
    ("client_reference_id", &["/client_reference_id"]),
    ("current_period_start", &["/items/data/0/current_period_start", "/current_period_start"]),
    ("current_period_end", &["/items/data/0/current_period_end", "/current_period_end"]),
    ("trial_end", &["/trial_end"]),
    ("cancel_at", &["/cancel_at"]),
    ("ended_at", &["/ended_at"]),
    ("next_payment_attempt", &["/next_payment_attempt"]),
    ("metadata", &["/metadata"]),
];

/// Names and words, in a fixed order; what is empty is left out.
pub fn summary(object: &Value) -> Vec<(&'static str, String)> {
    let currency = currency_of(object);
    let said = |value: &&Value| match value {
        Value::Null => false,
        Value::Object(fields) => !fields.is_empty(),
        Value::String(text) => !text.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => true,
    };
    FIELDS
        .iter()
        .filter_map(|(name, places)| {
            let (place, value) =
                places.iter().find_map(|place| Some((place, object.pointer(place).filter(said)?)))?;
            Some((*name, words(&place[1..].replace('/', "."), value, currency)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_place_that_holds_something_counts() {
        let old = json!({"object": "invoice", "subscription": "sub_1", "currency": "eur", "amount_due": 100});
        assert_eq!(
            summary(&old),
            [("amount_due", "1.00 EUR".to_owned()), ("subscription", "sub_1".to_owned())]
        );
        let new = json!({"parent": {"subscription_details": {"subscription": "sub_2"}}, "metadata": {}});
        assert_eq!(summary(&new), [("subscription", "sub_2".to_owned())]);
        let subscription =
            json!({"items": {"data": [{"current_period_end": 1_793_491_200}]}, "trial_end": null});
        assert_eq!(summary(&subscription), [("current_period_end", "2026-11-01T00:00:00Z".to_owned())]);
    }
}
