//! The request that makes a checkout session.

use serde_json::{Map, Value, json};

use super::goods::{Goods, Line};
use crate::billing::credits::purchase::{CREDITS_TAG, EXPIRY_TAG};
use crate::billing::plan::account::PROJECT_TAG;
use crate::commands::pair::Pair;

/// The key of what is sold, in the session's metadata.
pub const PRODUCT_TAG: &str = "billctl_product";

/// All that goes into a session beside the goods.
#[derive(Debug)]
pub struct Order<'a> {
    pub subject: &'a str,
    /// The metadata key under which objects name their subject.
    pub subject_key: &'a str,
    pub project: Option<&'a str>,
    pub customer: &'a str,
    pub success_url: &'a str,
    pub cancel_url: Option<&'a str>,
    pub quantity: u32,
    pub trial_days: Option<u32>,
    pub discount: Discount,
    pub automatic_tax: bool,
    pub metadata: &'a [Pair],
    pub locale: Option<&'a str>,
    pub currency: Option<&'a str>,
    /// In seconds.
    pub expires_at: Option<i64>,
}

/// What is taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discount {
    None,
    /// The customer may type a code.
    CustomerTypes,
    /// A promotion code's id.
    PromotionCode(String),
    Coupon(String),
}

/// The parameters of `POST /v1/checkout/sessions`.
pub fn params(order: &Order<'_>, goods: &Goods) -> Value {
    let mode = if goods.recurs { "subscription" } else { "payment" };
    let mut params = json!({
        "mode": mode,
        "customer": order.customer,
        "client_reference_id": order.subject,
        "success_url": order.success_url,
        "line_items": goods.lines.iter().map(|line| line_item(line, order.quantity)).collect::<Vec<_>>(),
        "metadata": metadata(order, goods),
    });
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            params[name] = value;
        }
    };
    // What the session makes carries the subject too, so that each event of it names whom it is about.
    let own = json!({"metadata": own_metadata(order)});
    if goods.recurs {
        let mut data = own;
        if let Some(days) = order.trial_days.filter(|days| *days > 0) {
            data["trial_period_days"] = json!(days);
        }
        set("subscription_data", Some(data));
    } else {
        set("payment_intent_data", Some(own));
    }
    set("cancel_url", order.cancel_url.map(|url| json!(url)));
    match &order.discount {
        Discount::None => {}
        Discount::CustomerTypes => set("allow_promotion_codes", Some(json!(true))),
        Discount::PromotionCode(id) => set("discounts", Some(json!([{"promotion_code": id}]))),
        Discount::Coupon(id) => set("discounts", Some(json!([{"coupon": id}]))),
    }
    if order.automatic_tax {
        set("automatic_tax", Some(json!({"enabled": true})));
        // Tax needs an address, and the customer may have none yet.
        set("customer_update", Some(json!({"address": "auto"})));
    }
    set("locale", order.locale.map(|locale| json!(locale)));
    set("currency", order.currency.map(|currency| json!(currency)));
    set("expires_at", order.expires_at.map(|at| json!(at)));
    params
}

/// A line of what is sold.
pub fn line_item(line: &Line, quantity: u32) -> Value {
    match line {
        // What is metered has the quantity that is used.
        Line::Price { id, metered: true } => json!({"price": id}),
        Line::Price { id, metered: false } => json!({"price": id, "quantity": quantity}),
        Line::Amount { money, description } => json!({
            "price_data": {
                "currency": money.currency.code(),
                "unit_amount": money.minor,
                "product_data": {"name": description},
            },
            "quantity": quantity,
        }),
    }
}

/// Whom it is about.
fn own_metadata(order: &Order<'_>) -> Map<String, Value> {
    let mut metadata = Map::new();
    metadata.insert(order.subject_key.to_owned(), json!(order.subject));
    if let Some(project) = order.project {
        metadata.insert(PROJECT_TAG.to_owned(), json!(project));
    }
    metadata
}

/// Whom it is about, what it sells, and what was given.
fn metadata(order: &Order<'_>, goods: &Goods) -> Map<String, Value> {
    let mut metadata = own_metadata(order);
    metadata.extend(goods_metadata(goods, order.quantity));
    for Pair { name, value } in order.metadata {
        metadata.insert(name.clone(), json!(value));
    }
    metadata
}

/// What is sold, and how many credits so many of it buy.
pub fn goods_metadata(goods: &Goods, quantity: u32) -> Map<String, Value> {
    let mut metadata = Map::new();
    if let Some(product) = &goods.product {
        metadata.insert(PRODUCT_TAG.to_owned(), json!(product));
    }
    let credits = goods.credits.filter(|_| !goods.recurs);
    if let Some(all) = credits.and_then(|credits| credits.checked_mul(i64::from(quantity))) {
        metadata.insert(CREDITS_TAG.to_owned(), json!(all.to_string()));
        if let Some(seconds) = goods.credits_expire_seconds {
            metadata.insert(EXPIRY_TAG.to_owned(), json!(seconds.to_string()));
        }
    }
    metadata
}
