//! What a checkout sells: from what was asked for to prices of Stripe.

use serde_json::{Value, json};

use crate::billing::catalog::model::{Catalog, Price, Product};
use crate::billing::catalog::nearest::suggest;
use crate::billing::currency::Currency;
use crate::billing::money::Money;
use crate::billing::offer::{NoOffer, Offer, offer};
use crate::error::{Kind, fail};
use crate::stripe::{Reader, segment};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A plan by its key, at a price of its own.
    Plan { plan: String, price: Option<String> },
    /// A pack by its key.
    Pack { pack: String, price: Option<String> },
    /// A price by its lookup key or id alone.
    Price(String),
    /// An amount, for what it says.
    Amount { money: Money, description: String },
}

/// What is sold.
#[derive(Debug, Clone, PartialEq)]
pub struct Goods {
    pub lines: Vec<Line>,
    /// Paid again and again: the checkout makes a subscription.
    pub recurs: bool,
    /// The product's key in the billing file, if it has it.
    pub product: Option<String>,
    /// The price's key.
    pub price: Option<String>,
    pub trial_days: Option<u32>,
    /// The credits that one of it buys; `Some(0)` where it surely buys none.
    pub credits: Option<i64>,
    /// After how many seconds they expire; none for never.
    pub credits_expire_seconds: Option<i64>,
}

impl Goods {
    /// # Errors
    /// `Usage` for days to try what is paid once.
    pub fn check_trial(&self, days: Option<u32>) -> anyhow::Result<()> {
        if days.is_none() || self.recurs {
            return Ok(());
        }
        Err(fail(
            Kind::Usage,
            "Only a plan can be tried, and this is paid once; nothing was sent",
            "Leave `--trial-days` away",
        ))
    }
}

/// A line of the checkout.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    Price { id: String, metered: bool },
    Amount { money: Money, description: String },
}

/// Finds what is sold, and checks that it can be.
///
/// # Errors
/// `Usage` for what the billing file does not sell, `Failed` for what Stripe does not have or has archived.
pub async fn find(
    reader: &Reader,
    catalog: Option<&Catalog>,
    asked: &Asked,
    currency: Option<Currency>,
) -> anyhow::Result<Goods> {
    match asked {
        Asked::Amount { money, description } => Ok(Goods {
            lines: vec![Line::Amount { money: *money, description: description.clone() }],
            recurs: false,
            product: None,
            price: None,
            trial_days: None,
            credits: Some(0),
            credits_expire_seconds: None,
        }),
        Asked::Plan { plan, price } | Asked::Pack { pack: plan, price } => {
            let (key, product) = product(catalog, plan)?;
            match price.as_deref().filter(|price| price.starts_with("price_")) {
                Some(id) if !product.prices.values().any(|price| price.stripe_id.as_deref() == Some(id)) => {
                    let goods = by_id(reader, catalog, id, currency).await?;
                    check_product(&goods, key, id)?;
                    Ok(goods)
                }
                _ => {
                    let offer = offer(key, product, price.as_deref()).map_err(no_offer)?;
                    check_kind(asked, key, &offer)?;
                    of_offer(reader, key, &offer, currency).await
                }
            }
        }
        Asked::Price(price) => {
            let known = catalog.and_then(|catalog| {
                catalog.products.iter().find(|(_, product)| {
                    product
                        .prices
                        .values()
                        .any(|known| known.lookup_key == *price || known.stripe_id.as_ref() == Some(price))
                })
            });
            match known {
                Some((key, product)) => {
                    let offer = offer(key, product, Some(price)).map_err(no_offer)?;
                    of_offer(reader, key, &offer, currency).await
                }
                None if price.starts_with("price_") => by_id(reader, catalog, price, currency).await,
                None => {
                    let keys = catalog.into_iter().flat_map(|catalog| catalog.products.values());
                    let keys: Vec<&str> = keys
                        .flat_map(|product| product.prices.values())
                        .map(|price| price.lookup_key.as_str())
                        .collect();
                    Err(fail(
                        Kind::Usage,
                        format!("The billing file has no price with the lookup key `{price}`"),
                        suggest(price, keys, "lookup keys"),
                    ))
                }
            }
        }
    }
}

fn product<'c>(catalog: Option<&'c Catalog>, key: &str) -> anyhow::Result<(&'c str, &'c Product)> {
    let products = catalog.map(|catalog| &catalog.products);
    let found = products.and_then(|products| products.get_key_value(key));
    found.map(|(key, product)| (key.as_str(), product)).ok_or_else(|| {
        let sold = products.into_iter().flatten().filter(|(_, product)| !product.prices.is_empty());
        fail(
            Kind::Usage,
            format!("The billing file sells no `{key}`; nothing was sent"),
            suggest(key, sold.map(|(key, _)| key.as_str()), "plans and packs"),
        )
    })
}

fn no_offer(why: NoOffer) -> anyhow::Error {
    let fix = match &why {
        NoOffer::NothingSold(_) => "It is for whoever has no other plan, and needs no checkout".to_owned(),
        NoOffer::Unknown { wanted, known, .. } => suggest(wanted, known.iter().map(String::as_str), "prices"),
        NoOffer::Several { known, .. } => format!("Say which with `--price`: {}", known.join(", ")),
        NoOffer::Archived { .. } => "Name another with `--price KEY`, or set `active` to true".to_owned(),
    };
    fail(Kind::Usage, format!("{why}; nothing was sent"), fix)
}

/// A pack is paid once, a plan again and again.
fn check_kind(asked: &Asked, key: &str, offer: &Offer<'_>) -> anyhow::Result<()> {
    let (message, fix) = match (asked, offer.recurs()) {
        (Asked::Plan { .. }, false) => {
            (format!("`{key}` is paid once: it is no plan"), format!("Sell it with `--pack {key}`"))
        }
        (Asked::Pack { .. }, true) => (
            format!("`{key}` is paid again and again: it is no pack"),
            format!("Sell it with `--plan {key}`"),
        ),
        _ => return Ok(()),
    };
    Err(fail(Kind::Usage, message, fix))
}

async fn of_offer(
    reader: &Reader,
    key: &str,
    offer: &Offer<'_>,
    currency: Option<Currency>,
) -> anyhow::Result<Goods> {
    let (main_key, main) = offer.main;
    check_currency(main, &format!("{key}.{main_key}"), currency)?;
    let mut lines = Vec::new();
    for (price_key, price) in std::iter::once(&offer.main).chain(&offer.metered) {
        let id = id_of(reader, &format!("{key}.{price_key}"), price).await?;
        let metered = price.recurring.as_ref().is_some_and(|recurring| recurring.meter.is_some());
        lines.push(Line::Price { id, metered });
    }
    Ok(Goods {
        lines,
        recurs: offer.recurs(),
        product: Some(key.to_owned()),
        price: Some(main_key.to_owned()),
        trial_days: offer.trial_days(),
        credits: main.credits,
        credits_expire_seconds: main.credits_expire_seconds,
    })
}

fn check_currency(price: &Price, key: &str, currency: Option<Currency>) -> anyhow::Result<()> {
    let Some(wanted) = currency else { return Ok(()) };
    if price.currency == wanted || price.currency_options.contains_key(&wanted) {
        return Ok(());
    }
    let mut known = vec![price.currency.code().to_owned()];
    known.extend(price.currency_options.keys().map(|currency| currency.code().to_owned()));
    Err(fail(
        Kind::Usage,
        format!("The price `{key}` has no amount in {wanted}; nothing was sent"),
        format!("It has one in {}; further ones go into its `currency_options`", known.join(", ")),
    ))
}

/// The id of a price of the catalog: by its lookup key, else by the id that the catalog adopts.
async fn id_of(reader: &Reader, key: &str, price: &Price) -> anyhow::Result<String> {
    for active in [true, false] {
        let query = json!({"lookup_keys": [price.lookup_key], "active": active});
        let found = reader.list("/v1/prices", &query).await?;
        if let Some(id) = found.first().and_then(|price| price.get("id")).and_then(Value::as_str) {
            return if active { Ok(id.to_owned()) } else { Err(archived(key, id)) };
        }
    }
    if let Some(id) = &price.stripe_id {
        return Ok(id.clone());
    }
    Err(fail(
        Kind::Failed,
        format!("Stripe has no price `{key}` yet: nothing there has the lookup key `{}`", price.lookup_key),
        "Run `billctl catalog sync` first",
    ))
}

fn archived(key: &str, id: &str) -> anyhow::Error {
    fail(
        Kind::Failed,
        format!("The price {key} ({id}) is archived in Stripe; nothing was sent"),
        "Name another with `--price`, or see with `billctl catalog plan` what differs",
    )
}

async fn by_id(
    reader: &Reader,
    catalog: Option<&Catalog>,
    id: &str,
    currency: Option<Currency>,
) -> anyhow::Result<Goods> {
    let path = format!("/v1/prices/{}", segment(id));
    let price = match reader.get(&path, &json!({"expand": ["currency_options"]})).await {
        Ok(price) => price,
        Err(error) if error.is_missing() => {
            return Err(fail(
                Kind::Failed,
                format!("Stripe has no price {id} in this account and mode"),
                "Look at the ids with `billctl catalog sync -o json`, or name the price by its key",
            ));
        }
        Err(error) => return Err(error.into()),
    };
    let text = |place: &str| price.pointer(place).and_then(Value::as_str);
    if price.get("active") == Some(&Value::Bool(false)) {
        return Err(archived("that was named", id));
    }
    if let Some(wanted) = currency
        && text("/currency") != Some(wanted.code())
        && price.pointer(&format!("/currency_options/{wanted}")).is_none()
    {
        let has = text("/currency").unwrap_or("another currency");
        return Err(fail(
            Kind::Usage,
            format!("The price {id} has no amount in {wanted}; nothing was sent"),
            format!("It has one in {has}"),
        ));
    }
    let product_id = text("/product");
    let product = catalog.and_then(|catalog| {
        let mut products = catalog.products.iter();
        products.find(|(_, product)| product_id == Some(product.id.as_str())).map(|(key, _)| key.clone())
    });
    let metered = text("/recurring/usage_type") == Some("metered");
    let days = price.pointer("/recurring/trial_period_days").and_then(Value::as_u64);
    Ok(Goods {
        lines: vec![Line::Price { id: id.to_owned(), metered }],
        recurs: text("/type") == Some("recurring"),
        product,
        price: None,
        trial_days: days.and_then(|days| u32::try_from(days).ok()),
        credits: None,
        credits_expire_seconds: None,
    })
}

fn check_product(goods: &Goods, wanted: &str, id: &str) -> anyhow::Result<()> {
    if goods.product.as_deref() == Some(wanted) {
        return Ok(());
    }
    let of = goods.product.as_deref().map_or_else(|| "another product".to_owned(), |key| format!("`{key}`"));
    Err(fail(
        Kind::Usage,
        format!("The price {id} is of {of}, and not of `{wanted}`; nothing was sent"),
        "Leave `--plan` away to sell just that price",
    ))
}
