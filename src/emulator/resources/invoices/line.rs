//! Lines of invoices: what they charge for, in whose name, and how they read.

use serde_json::{Value, json};

use crate::emulator::ids;
use crate::emulator::wording::{interval, money};

/// What a line is made from. Amounts are in minor units and may be negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub amount: i64,
    pub description: String,
    pub discountable: bool,
    /// Ids of the discounts of this line alone.
    pub discounts: Value,
    pub metadata: Value,
    pub origin: Origin,
    /// Start and end, in seconds since 1970.
    pub period: (i64, i64),
    pub price: Option<Value>,
    pub proration: bool,
    pub quantity: i64,
    pub subscription: Option<String>,
}

/// What a line stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An item of a subscription, for one period.
    SubscriptionItem(String),
    /// An invoice item.
    InvoiceItem(String),
    /// An invoice item that a change of a subscription's item left.
    Proration { subscription_item: String, invoice_item: String },
}

impl Line {
    /// The line as an invoice shows it.
    pub fn body(&self, invoice: &str, currency: &str) -> Value {
        let subscription = self.subscription.as_deref();
        let of_subscription = |item: &str, invoice_item: Option<&str>| {
            json!({
                "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": invoice_item,
                    "proration": self.proration,
                    "proration_details": {"credited_items": null},
                    "subscription": subscription,
                    "subscription_item": item,
                },
                "type": "subscription_item_details",
            })
        };
        let parent = match &self.origin {
            Origin::SubscriptionItem(item) => of_subscription(item, None),
            Origin::Proration { subscription_item, invoice_item } => {
                of_subscription(subscription_item, Some(invoice_item))
            }
            Origin::InvoiceItem(item) => json!({
                "invoice_item_details": {
                    "invoice_item": item,
                    "proration": self.proration,
                    "proration_details": {"credited_items": null},
                    "subscription": subscription,
                },
                "subscription_item_details": null,
                "type": "invoice_item_details",
            }),
        };
        json!({
            "id": ids::object("il"),
            "object": "line_item",
            "amount": self.amount,
            "currency": currency,
            "description": self.description,
            "discount_amounts": [],
            "discountable": self.discountable,
            "discounts": self.discounts,
            "invoice": invoice,
            "livemode": false,
            "metadata": self.metadata,
            "parent": parent,
            "period": {"end": self.period.1, "start": self.period.0},
            "pretax_credit_amounts": [],
            "pricing": pricing(self.price.as_ref(), self.amount, self.quantity),
            "quantity": self.quantity,
            "quantity_decimal": self.quantity.to_string(),
            "subscription": subscription,
            "subtotal": self.amount,
            "taxes": [],
        })
    }
}

/// `pricing` of a line or an invoice item; without a price, that of its amount a unit.
pub fn pricing(price: Option<&Value>, amount: i64, quantity: i64) -> Value {
    match price {
        Some(price) => json!({
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        }),
        None => json!({
            "type": "price_details",
            "unit_amount_decimal": (amount % quantity.max(1) == 0).then(|| (amount / quantity.max(1)).to_string()),
        }),
    }
}

/// `1 × Pro (at $99.00 / month)`, as Stripe words it.
pub fn describe(product: &str, price: &Value, quantity: i64) -> String {
    let amount = match price["unit_amount"].as_i64() {
        Some(amount) => money(amount, price["currency"].as_str().unwrap_or_default()),
        None => return format!("{quantity} × {product}"),
    };
    let Some(every) = interval(&price["recurring"]) else { return product.to_owned() };
    let every = if every.starts_with(char::is_numeric) { format!("every {every}") } else { every };
    format!("{quantity} × {product} (at {amount} / {every})")
}

/// `2 × Pro`, or `Pro` where there is one.
pub fn counted(product: &str, quantity: i64) -> String {
    if quantity == 1 { product.to_owned() } else { format!("{quantity} × {product}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(price: Value, quantity: i64, text: &str) {
        assert_eq!(describe("Pro", &price, quantity), text);
    }

    #[test]
    fn a_line_says_what_one_costs_and_how_often() {
        let price = |currency: &str, amount: i64, count: i64| json!({"currency": currency, "unit_amount": amount, "recurring": {"interval": "month", "interval_count": count}});
        check(price("usd", 9900, 1), 1, "1 × Pro (at $99.00 / month)");
        check(price("jpy", 500, 3), 2, "2 × Pro (at ¥500 / every 3 months)");
        check(price("kwd", 1005, 1), 1, "1 × Pro (at KWD 1.005 / month)");
        check(json!({"currency": "usd", "unit_amount": 5, "recurring": null}), 1, "Pro");
        check(
            json!({"currency": "usd", "unit_amount": null, "recurring": {"interval": "month"}}),
            3,
            "3 × Pro",
        );
    }
}
