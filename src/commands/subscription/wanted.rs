//! What a subscription is to become: from the flags to the items of an update.

use serde_json::{Value, json};

use super::subscribed::{Subscribed, catalog};
use crate::billing::currency::Currency;
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
    let current = seen.items();
    let goods = match asked(ctx, from, to)? {
        Some(asked) => {
            let currency: Option<Currency> = seen.currency().parse().ok();
            Some(goods::find(reader, catalog(ctx)?, &asked, currency).await?)
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

/// What is asked for; none where only the quantity changes.
fn asked(ctx: &Context, from: &Subscribed, to: &To) -> anyhow::Result<Option<Asked>> {
    let To { plan, price, quantity: _ } = to;
    Ok(match (plan, price) {
        (Some(plan), price) => Some(Asked::Plan { plan: plan.clone(), price: price.clone() }),
        (None, None) => None,
        (None, Some(price)) => {
            let products = catalog(ctx)?.into_iter().flat_map(|catalog| catalog.products.values());
            let is_whole = price.starts_with("price_")
                || products
                    .flat_map(|product| product.prices.values())
                    .any(|known| known.lookup_key == *price);
            // `yearly` alone is that of the plan that it is for.
            Some(match from.plan.clone().filter(|_| !is_whole) {
                Some(plan) => Asked::Plan { plan, price: Some(price.clone()) },
                None => Asked::Price(price.clone()),
            })
        }
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
        NoChange::Several(_) => {
            "Change one of them in the dashboard, or with the API: which one is meant can't be told here"
        }
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
