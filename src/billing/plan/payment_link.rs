//! Payment links of a replaced price: Stripe can't change what a link sells, so a like one is made.

use serde_json::Value;

use super::change::PaymentLink;
use super::field::{Field, Fields};
use super::kind::Address;

/// The metadata key of a remade link that names the link before it.
pub const REPLACES_TAG: &str = "billctl_replaces";

/// What a link is made of besides its line items, as far as creating one takes it back unchanged. Source: the
/// creation parameters of API version 2026-10-28.endive.
const COPIED: [&str; 24] = [
    "after_completion",
    "allow_promotion_codes",
    "application_fee_amount",
    "application_fee_percent",
    "automatic_tax",
    "billing_address_collection",
    "consent_collection",
    "custom_fields",
    "custom_text",
    "customer_creation",
    "inactive_message",
    "invoice_creation",
    "name_collection",
    "on_behalf_of",
    "payment_intent_data",
    "payment_method_collection",
    "payment_method_types",
    "phone_number_collection",
    "restrictions",
    "shipping_address_collection",
    "submit_type",
    "subscription_data",
    "tax_id_collection",
    "transfer_data",
];

/// What takes the place of a price, by its id.
pub type Successor<'a> = dyn Fn(&str) -> Option<&'a Address> + 'a;

/// The parameters of a link like `link` that sells the successors of the prices that have one.
pub fn copy<'a>(link: &PaymentLink, successor: &Successor<'a>) -> Fields {
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
    let items = list(&link.json, "/line_items/data");
    // A link in another currency than its first price's own was asked for in that currency.
    let own = items.first().and_then(|item| item.pointer("/price/currency"));
    if let Some(currency) =
        link.json.get("currency").filter(|currency| own.is_some_and(|own| own != *currency))
    {
        params.insert("currency".to_owned(), Field::optional(currency.as_str()));
    }
    let items = items.iter().map(|item| sold(item, successor));
    params.insert("line_items".to_owned(), Field::List(items.collect()));
    let optional = list(&link.json, "/optional_items");
    if !optional.is_empty() {
        let optional = optional.iter().map(|item| sold(item, successor)).collect();
        params.insert("optional_items".to_owned(), Field::List(optional));
    }
    let shipping = list(&link.json, "/shipping_options");
    if !shipping.is_empty() {
        let rates = shipping.iter().filter_map(|option| option.get("shipping_rate")?.as_str());
        let rates = rates.map(|rate| Field::map([("shipping_rate", Field::text(rate))])).collect();
        params.insert("shipping_options".to_owned(), Field::List(rates));
    }
    params
}

fn list<'a>(json: &'a Value, pointer: &str) -> &'a [Value] {
    json.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// An item of a link, with the successor of its price.
fn sold<'a>(item: &Value, successor: &Successor<'a>) -> Field {
    let price = item.pointer("/price/id").or_else(|| item.get("price")).and_then(Value::as_str);
    let quantity = item.get("quantity").and_then(Value::as_i64).unwrap_or(1);
    Field::map([
        ("price", price.map_or(Field::Null, |id| succeeded(id, successor))),
        ("quantity", Field::Int(quantity)),
        ("adjustable_quantity", item.get("adjustable_quantity").and_then(from_json).unwrap_or(Field::Null)),
    ])
}

/// A portal's `products`, offering the successors of the prices that have one.
pub fn with_prices<'a>(products: &Value, successor: &Successor<'a>) -> Field {
    let products = products.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(|product| {
        let prices = product.get("prices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let prices = prices.iter().filter_map(Value::as_str).map(|id| succeeded(id, successor));
        let adjustable = product.get("adjustable_quantity").and_then(from_json).unwrap_or(Field::Null);
        Field::map([
            ("product", Field::optional(product.get("product").and_then(Value::as_str))),
            ("prices", Field::List(prices.collect())),
            ("adjustable_quantity", adjustable),
        ])
    });
    Field::List(products.collect())
}

fn succeeded<'a>(id: &str, successor: &Successor<'a>) -> Field {
    successor(id).map_or_else(|| Field::text(id), |successor| Field::Ref(successor.clone()))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::billing::plan::kind::Kind;

    #[test]
    fn a_copy_keeps_who_gets_the_money_and_in_which_currency() {
        let json = json!({
            "currency": "eur",
            "on_behalf_of": "acct_2",
            "transfer_data": {"amount": null, "destination": "acct_2"},
            "application_fee_percent": 2.5,
            "shipping_options": [{"shipping_amount": 500, "shipping_rate": "shr_1"}],
            "optional_items": [{"price": "price_a", "quantity": 1, "adjustable_quantity": null}],
            "line_items": {"data": [
                {"price": {"id": "price_a", "currency": "usd"}, "quantity": 2},
                {"price": {"id": "price_c", "currency": "usd"}, "quantity": 1},
            ]},
            "metadata": {},
        });
        let link = PaymentLink { id: "plink_1".to_owned(), url: String::new(), json, successor: None };
        let next = Address::new(Kind::Price, "pro.monthly");
        let params = copy(&link, &|id| (id == "price_a").then_some(&next));
        let wire = crate::billing::plan::field::wire(&params, &|_| Some("price_b".to_owned())).unwrap();
        assert_eq!(
            wire,
            json!({
                "application_fee_percent": "2.5",
                "currency": "eur",
                "line_items": [{"price": "price_b", "quantity": 2}, {"price": "price_c", "quantity": 1}],
                "metadata": {REPLACES_TAG: "plink_1"},
                "on_behalf_of": "acct_2",
                "optional_items": [{"price": "price_b", "quantity": 1}],
                "shipping_options": [{"shipping_rate": "shr_1"}],
                "transfer_data": {"destination": "acct_2"},
            })
        );
    }
}
