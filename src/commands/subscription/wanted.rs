//! What a subscription is to become: from the flags to the items of an update.

use serde_json::{Value, json};

use super::subscribed::{Subscribed, catalog};
use crate::billing::catalog::model::Catalog;
use crate::billing::catalog::nearest::suggest;
use crate::billing::currency::Currency;
use crate::billing::subscription::SeenItem;
use crate::billing::subscription::change::{ItemChange, NoChange, Wanted, changes};
use crate::commands::checkout::goods::{self, Asked, Goods, Line};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::stripe::{Reader, segment};

/// What a change is to.
#[derive(Debug, clap::Args)]
pub struct To {
    /// The plan's key in the billing file
    #[arg(long, value_name = "KEY")]
    pub plan: Option<String>,
    /// Which price: its key in the billing file, how often it is paid (`yearly`), its lookup key, or its id
    #[arg(long, value_name = "PRICE")]
    pub price: Option<String>,
    /// How many [default: as many as now]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=999_999))]
    pub quantity: Option<u32>,
    /// Which of several prices changes: its key in the billing file (`pro.monthly`), its lookup key, or its id
    #[arg(long, value_name = "PRICE")]
    pub from_price: Option<String>,
}

impl To {
    pub fn is_empty(&self) -> bool {
        self.plan.is_none() && self.price.is_none() && self.quantity.is_none()
    }
}

/// The change, worked out and checked.
#[derive(Debug, Clone)]
pub struct Target {
    pub changes: Vec<ItemChange>,
    /// `business, monthly`, `3 of pro`
    pub words: String,
    /// Of the price that isn't metered: `month` and 3.
    pub interval: String,
    pub interval_count: i64,
}

/// Works out what of a subscription has to change.
///
/// # Errors
/// `Usage` and `Failed` for what can't be sold, or not in the subscription's currency; `Usage` where it can't be told what is
/// to change; else what Stripe says.
pub async fn target(ctx: &Context, reader: &Reader, from: &Subscribed, to: &To) -> anyhow::Result<Target> {
    let seen = from.seen();
    let catalog = catalog(ctx)?;
    let current = match &to.from_price {
        Some(text) => part(catalog, from, text)?,
        None => seen.items(),
    };
    let goods = match asked(catalog, from, to, &current) {
        Some(asked) => {
            let currency: Option<Currency> = seen.currency().parse().ok();
            Some(goods::find(reader, catalog, &asked, currency).await?)
        }
        None => None,
    };
    if goods.as_ref().is_some_and(|goods| !goods.recurs) {
        return Err(fail(
            Kind::Usage,
            "What is paid once can't be subscribed to; nothing was sent",
            "Sell it with `billctl checkout create --pack KEY`",
        ));
    }
    let wanted: Vec<Wanted> = match &goods {
        Some(goods) => goods.lines.iter().filter_map(line).collect(),
        None => current
            .iter()
            .map(|item| Wanted { price: item.price.to_owned(), metered: item.metered })
            .collect(),
    };
    let quantity = to.quantity.map(i64::from);
    let changes = changes(&current, &wanted, quantity).map_err(|why| no_change(&why, from))?;
    let main = wanted.iter().find(|one| !one.metered).or(wanted.first());
    let (interval, interval_count) = interval(reader, main.map_or("", |one| &one.price)).await?;
    Ok(Target { changes, words: words(from, goods.as_ref(), quantity), interval, interval_count })
}

/// Of several prices the one that was named, with what is billed as used of the same product.
fn part<'s>(
    catalog: Option<&Catalog>,
    from: &'s Subscribed,
    text: &str,
) -> anyhow::Result<Vec<SeenItem<'s>>> {
    let all = from.seen().items();
    let key = catalog.and_then(|catalog| {
        let (product, price) = text.split_once('.')?;
        Some(catalog.products.get(product)?.prices.get(price)?.lookup_key.as_str())
    });
    let key = key.unwrap_or(text);
    let Some(named) = all.iter().find(|item| item.price == text || item.lookup_key == Some(key)).copied()
    else {
        return Err(fail(
            Kind::Usage,
            format!("{} does not charge the price `{text}`; nothing was sent", from.words()),
            suggest(text, from.prices(), "prices"),
        ));
    };
    let is_part =
        |item: &SeenItem<'_>| item.id == named.id || (item.metered && item.product == named.product);
    Ok(all.into_iter().filter(is_part).collect())
}

/// What is asked for; none where only the quantity changes.
fn asked(catalog: Option<&Catalog>, from: &Subscribed, to: &To, current: &[SeenItem<'_>]) -> Option<Asked> {
    let price = match (&to.plan, &to.price) {
        (Some(plan), price) => return Some(Asked::Plan { plan: plan.clone(), price: price.clone() }),
        (None, price) => price.clone()?,
    };
    let mut products = catalog.into_iter().flat_map(|catalog| &catalog.products);
    let is_whole = price.starts_with("price_")
        || products
            .clone()
            .flat_map(|(_, product)| product.prices.values())
            .any(|known| known.lookup_key == price);
    // `yearly` alone is that of the plan that it is for.
    let plan = match to.from_price {
        Some(_) => products
            .find(|(_, product)| current.iter().any(|item| item.product == Some(product.id.as_str())))
            .map(|(key, _)| key.clone()),
        None => from.plan.clone(),
    };
    Some(match plan.filter(|_| !is_whole) {
        Some(plan) => Asked::Plan { plan, price: Some(price) },
        None => Asked::Price(price),
    })
}

fn line(line: &Line) -> Option<Wanted> {
    match line {
        Line::Price { id, metered } => Some(Wanted { price: id.clone(), metered: *metered }),
        Line::Amount { .. } => None,
    }
}

fn no_change(why: &NoChange, from: &Subscribed) -> anyhow::Error {
    let fix = match why {
        NoChange::Several(_) => "Say which of them changes with `--from-price PRICE`",
        NoChange::NoQuantity => "Leave `--quantity` away: it is billed as it is used",
        NoChange::NothingWanted => "Name another plan",
    };
    fail(Kind::Usage, format!("{} can't be changed so: {why}; nothing was sent", from.words()), fix)
}

async fn interval(reader: &Reader, price: &str) -> anyhow::Result<(String, i64)> {
    let price = reader.get(&format!("/v1/prices/{}", segment(price)), &json!({})).await?;
    let interval = price.pointer("/recurring/interval").and_then(Value::as_str).unwrap_or("month");
    let count = price.pointer("/recurring/interval_count").and_then(Value::as_i64).unwrap_or(1);
    Ok((interval.to_owned(), count))
}

fn words(from: &Subscribed, goods: Option<&Goods>, quantity: Option<i64>) -> String {
    let number = quantity.map_or_else(String::new, |quantity| format!("{quantity} of "));
    let Some(goods) = goods else {
        return format!("{number}{}", from.plan.as_deref().unwrap_or("the same"));
    };
    let prices = goods.lines.iter().filter_map(|line| match line {
        Line::Price { id, .. } => Some(id.as_str()),
        Line::Amount { .. } => None,
    });
    match (&goods.product, &goods.price) {
        (Some(product), Some(price)) => format!("{number}{product}, {price}"),
        (Some(product), None) => format!("{number}{product}"),
        (None, _) => format!("{number}{}", prices.collect::<Vec<_>>().join(", ")),
    }
}
