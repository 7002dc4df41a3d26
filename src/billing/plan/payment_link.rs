//! Payment links of a replaced price: Stripe can't change what a link sells, so a like one is made.

use serde_json::Value;

use super::change::PaymentLink;
use super::field::{Field, Fields};
use super::kind::Address;

/// The metadata key of a remade link that names the link before it.
pub const REPLACES_TAG: &str = "billctl_replaces";

/// What a link is made of besides its line items, as far as creating one takes it back unchanged. Source: the
/// creation parameters of API version 2026-10-28.endive.
const COPIED: [&str; 20] = [
    "after_completion",
    "allow_promotion_codes",
    "automatic_tax",
    "billing_address_collection",
    "consent_collection",
    "custom_fields",
    "custom_text",
    "customer_creation",
    "inactive_message",
    "invoice_creation",
    "name_collection",
    "payment_intent_data",
    "payment_method_collection",
    "payment_method_types",
    "phone_number_collection",
    "restrictions",
    "shipping_address_collection",
    "submit_type",
    "subscription_data",
    "tax_id_collection",
];

/// The parameters of a link like `link` that sells `successor` where it sold the price `old`.
pub fn copy(link: &PaymentLink, old: &str, successor: &Address) -> Fields {
    let mut params = Fields::new();
    for name in COPIED {
        if let Some(field) = link.json.get(name).and_then(from_json) {
            params.insert(name.to_owned(), field);
        }
    }
    // What Stripe answers here and does not take back.
    if let Some(Field::Map(restrictions)) = params.get_mut("restrictions")
        && let Some(Field::Map(sessions)) = restrictions.get_mut("completed_sessions")
    {
        sessions.remove("count");
    }
    let metadata = link.json.get("metadata").and_then(Value::as_object).into_iter().flatten();
    for (key, value) in metadata {
        params.insert(format!("metadata.{key}"), Field::optional(value.as_str()));
    }
    params.insert(format!("metadata.{REPLACES_TAG}"), Field::text(&link.id));
    let items = link.json.pointer("/line_items/data").and_then(Value::as_array);
    let items = items.map(Vec::as_slice).unwrap_or_default().iter().map(|item| {
        let price = item.pointer("/price/id").or_else(|| item.get("price")).and_then(Value::as_str);
        let price = match price {
            Some(id) if id == old => Field::Ref(successor.clone()),
            other => Field::optional(other),
        };
        let quantity = item.get("quantity").and_then(Value::as_i64).unwrap_or(1);
        let adjustable = item.get("adjustable_quantity").and_then(from_json).unwrap_or(Field::Null);
        Field::map([
            ("price", price),
            ("quantity", Field::Int(quantity)),
            ("adjustable_quantity", adjustable),
        ])
    });
    params.insert("line_items".to_owned(), Field::List(items.collect()));
    params
}

/// A portal's `products`, offering `successor` where they offered the price `old`.
pub fn with_price(products: &Value, old: &str, successor: &Address) -> Field {
    let products = products.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(|product| {
        let prices = product.get("prices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let prices = prices.iter().map(|price| match price.as_str() {
            Some(id) if id == old => Field::Ref(successor.clone()),
            other => Field::optional(other),
        });
        let adjustable = product.get("adjustable_quantity").and_then(from_json).unwrap_or(Field::Null);
        Field::map([
            ("product", Field::optional(product.get("product").and_then(Value::as_str))),
            ("prices", Field::List(prices.collect())),
            ("adjustable_quantity", adjustable),
        ])
    });
    Field::List(products.collect())
}

/// JSON as a field; `None` for nulls, which a creation leaves out, and for what holds nothing else.
fn from_json(json: &Value) -> Option<Field> {
    match json {
        Value::Null => None,
        Value::Bool(value) => Some(Field::Bool(*value)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Some(Field::Int(whole)),
            None => number.to_string().parse().ok().map(Field::decimal),
        },
        Value::String(text) => Some(Field::text(text)),
        Value::Array(items) => {
            let items: Vec<Field> = items.iter().filter_map(from_json).collect();
            (!items.is_empty()).then_some(Field::List(items))
        }
        Value::Object(entries) => {
            let entries = entries.iter().filter_map(|(key, value)| Some((key.clone(), from_json(value)?)));
            let entries: std::collections::BTreeMap<_, _> = entries.collect();
            (!entries.is_empty()).then_some(Field::Map(entries))
        }
    }
}
