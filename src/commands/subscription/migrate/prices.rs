//! Which prices are meant, checked before anything is sent.

use serde_json::{Value, json};

use super::MigrateArgs;
use crate::billing::catalog::nearest::suggest;
use crate::commands::subscription::subscribed::catalog;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::stripe::{Reader, segment};

/// The price that is left, and the one that comes, as Stripe has them.
pub struct Prices {
    pub from: Value,
    pub to: Value,
}

impl Prices {
    pub fn old_id(&self) -> &str {
        id(&self.from)
    }

    pub fn new_id(&self) -> &str {
        id(&self.to)
    }
}

/// # Errors
/// `Usage` for a price that nobody knows, for twice the same, and for two that can't follow on each other; `Failed` for one
/// that is archived; else what Stripe says.
pub async fn find(ctx: &Context, reader: &Reader, args: &MigrateArgs) -> anyhow::Result<Prices> {
    let from = named(ctx, reader, args.from_price.as_deref().unwrap_or_default()).await?;
    let to = named(ctx, reader, args.to_price.as_deref().unwrap_or_default()).await?;
    let prices = Prices { from, to };
    let usage =
        |message: String, fix: &str| Err(fail(Kind::Usage, format!("{message}; nothing was sent"), fix));
    if prices.old_id() == prices.new_id() {
        return usage(format!("Both are the price {}", prices.old_id()), "Name another with `--to-price`");
    }
    for price in [&prices.from, &prices.to] {
        if price.get("type").and_then(Value::as_str) != Some("recurring") {
            return usage(
                format!("{} is paid once: nobody subscribes to it", id(price)),
                "Name a recurring price",
            );
        }
    }
    let use_of =
        |price: &Value| price.pointer("/recurring/usage_type").and_then(Value::as_str) == Some("metered");
    if use_of(&prices.from) != use_of(&prices.to) {
        return usage(
            format!("One of {} and {} is billed as used, the other is not", prices.old_id(), prices.new_id()),
            "Change such subscriptions one by one, with `billctl subscription change`",
        );
    }
    check_active(&prices.to)?;
    Ok(prices)
}

/// # Errors
/// `Failed` for an archived price: Stripe lets nobody subscribe to it.
pub fn check_active(price: &Value) -> anyhow::Result<()> {
    if price.get("active") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    Err(fail(
        Kind::Failed,
        format!("The price {} is archived in Stripe; nothing was sent", id(price)),
        "Name another, or set `active` to true in the billing file and run `billctl catalog sync`",
    ))
}

/// A price by its id.
///
/// # Errors
/// `Failed` where Stripe has none; else what it says.
pub async fn by_id(reader: &Reader, id: &str) -> anyhow::Result<Value> {
    let path = format!("/v1/prices/{}", segment(id));
    match reader.get(&path, &json!({"expand": ["currency_options"]})).await {
        Ok(price) => Ok(price),
        Err(error) if error.is_missing() => Err(fail(
            Kind::Failed,
            format!("Stripe has no price {id} in this account and mode; nothing was sent"),
            "Look at the ids with `billctl catalog sync -o json`, or name the price by its key",
        )),
        Err(error) => Err(error.into()),
    }
}

async fn named(ctx: &Context, reader: &Reader, text: &str) -> anyhow::Result<Value> {
    if text.starts_with("price_") {
        return by_id(reader, text).await;
    }
    let catalog = catalog(ctx)?;
    let by_key = catalog.and_then(|catalog| {
        let (product, price) = text.split_once('.')?;
        catalog.products.get(product)?.prices.get(price)
    });
    let lookup_key = by_key.map_or(text, |price| &price.lookup_key);
    for active in [true, false] {
        let found =
            reader.list("/v1/prices", &json!({"lookup_keys": [lookup_key], "active": active})).await?;
        if let Some(price) = found.first() {
            return by_id(reader, id(price)).await;
        }
    }
    if let Some(id) = by_key.and_then(|price| price.stripe_id.as_deref()) {
        return by_id(reader, id).await;
    }
    let mut known: Vec<String> = Vec::new();
    for (key, product) in catalog.into_iter().flat_map(|catalog| &catalog.products) {
        for (price_key, price) in &product.prices {
            known.push(format!("{key}.{price_key}"));
            known.push(price.lookup_key.clone());
        }
    }
    let hint = suggest(text, known.iter().map(String::as_str), "prices");
    let hint = format!("{hint} (A price that was replaced has only its id)");
    Err(fail(Kind::Usage, format!("There is no price `{text}`; nothing was sent"), hint))
}

/// A price's id.
pub fn id(price: &Value) -> &str {
    price.get("id").and_then(Value::as_str).unwrap_or_default()
}
