//! What a plan or a pack of the catalog is sold as: which of its prices are meant, and so how a checkout has to go.

use thiserror::Error;

use super::catalog::model::{Interval, Price, Product};

/// The prices that a sale is for: the keys of the product's prices, with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer<'c> {
    /// The price that was asked for.
    pub main: (&'c str, &'c Price),
    /// Metered prices that are billed with it: usage is part of the plan.
    pub metered: Vec<(&'c str, &'c Price)>,
}

/// Why no price can be told.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoOffer {
    #[error("`{0}` has no price: it can't be sold")]
    NothingSold(String),
    #[error("`{product}` has no price `{wanted}`")]
    Unknown { product: String, wanted: String, known: Vec<String> },
    #[error("`{product}` has several prices")]
    Several { product: String, known: Vec<String> },
    #[error("the price `{product}.{price}` is archived in the billing file")]
    Archived { product: String, price: String },
}

impl Offer<'_> {
    /// Whether it is paid again and again.
    pub fn recurs(&self) -> bool {
        self.main.1.recurring.is_some()
    }

    /// The days to try it, as the catalog says.
    pub fn trial_days(&self) -> Option<u32> {
        self.main.1.recurring.as_ref().and_then(|recurring| recurring.trial_days)
    }
}

/// The prices that are meant by a product's key and, where it has several, by a price's key, how often it is paid
/// (`yearly`), or its lookup key. Without that the product's default price counts, or the only one that is not metered.
///
/// # Errors
/// [`NoOffer`]
pub fn offer<'c>(key: &str, product: &'c Product, wanted: Option<&str>) -> Result<Offer<'c>, NoOffer> {
    let sold: Vec<(&str, &Price)> =
        product.prices.iter().map(|(price_key, price)| (price_key.as_str(), price)).collect();
    if sold.is_empty() {
        return Err(NoOffer::NothingSold(key.to_owned()));
    }
    let names = |prices: &[(&str, &Price)]| prices.iter().map(|(name, _)| (*name).to_owned()).collect();
    let main = match wanted {
        Some(wanted) => named(&sold, wanted).ok_or_else(|| NoOffer::Unknown {
            product: key.to_owned(),
            wanted: wanted.to_owned(),
            known: names(&sold),
        })?,
        None => usual(product, &sold)
            .ok_or_else(|| NoOffer::Several { product: key.to_owned(), known: names(&sold) })?,
    };
    if !main.1.active {
        return Err(NoOffer::Archived { product: key.to_owned(), price: main.0.to_owned() });
    }
    let every = |price: &Price| {
        price.recurring.as_ref().map(|recurring| (recurring.interval, recurring.interval_count))
    };
    let metered = sold
        .into_iter()
        .filter(|(name, price)| {
            is_metered(price)
                && *name != main.0
                && price.active
                && main.1.recurring.is_some()
                && every(price) == every(main.1)
                && price.currency == main.1.currency
        })
        .collect();
    Ok(Offer { main, metered })
}

fn is_metered(price: &Price) -> bool {
    price.recurring.as_ref().is_some_and(|recurring| recurring.meter.is_some())
}

fn usual<'c>(product: &Product, sold: &[(&'c str, &'c Price)]) -> Option<(&'c str, &'c Price)> {
    let default = product.default_price.as_deref();
    let by_default = sold.iter().find(|(name, _)| Some(*name) == default);
    let mut others = sold.iter().filter(|(_, price)| price.active && !is_metered(price));
    let only = match (others.next(), others.next()) {
        (Some(one), None) => Some(one),
        // A plan that is paid by use alone.
        (None, None) if sold.len() == 1 => sold.first(),
        _ => None,
    };
    by_default.or(only).copied()
}

/// A price by its key, its lookup key, its adopted id, or how often it is paid where that is one price alone.
fn named<'c>(sold: &[(&'c str, &'c Price)], wanted: &str) -> Option<(&'c str, &'c Price)> {
    let exact = sold.iter().find(|(name, price)| {
        *name == wanted || price.lookup_key == wanted || price.stripe_id.as_deref() == Some(wanted)
    });
    if let Some(exact) = exact {
        return Some(*exact);
    }
    let interval = match wanted {
        "day" | "daily" => Interval::Day,
        "week" | "weekly" => Interval::Week,
        "month" | "monthly" => Interval::Month,
        "year" | "yearly" | "annual" | "annually" => Interval::Year,
        _ => return None,
    };
    let mut every = sold.iter().filter(|(_, price)| {
        let recurring = price.recurring.as_ref();
        !is_metered(price)
            && recurring
                .is_some_and(|recurring| recurring.interval == interval && recurring.interval_count == 1)
    });
    match (every.next(), every.next()) {
        (Some(one), None) => Some(*one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::billing::catalog;

    const SHOP: &str = r#"
[project]
name = "shop"
[meters.messages]
[products.free]
default_plan = true
[products.pro]
name = "Pro"
[products.pro.prices]
monthly = { amount = "10.00 usd", every = "month" }
annual_deal = { amount = "99.00 usd", every = "year" }
messages = { amount = "0.01 usd", every = "month", meter = "messages" }
old = { amount = "9.00 usd", every = "month", active = false }
[products.team]
name = "Team"
default_price = "b"
prices.a = { amount = "10.00 usd", every = "month" }
prices.b = { amount = "11.00 usd", every = "month", lookup_key = "team_b" }
[products.one]
name = "One"
prices.once = { amount = "1.00 usd", credits = 1000 }
"#;

    #[track_caller]
    fn check(product: &str, wanted: Option<&str>, expected: Result<(&str, &[&str]), &str>) {
        let read = |_: &Path| Ok(SHOP.as_bytes().to_vec());
        let catalog = catalog::load(&read, Path::new("billing.toml"), None).unwrap().catalog;
        let found = offer(product, &catalog.products[product], wanted);
        let told = found
            .as_ref()
            .map_err(ToString::to_string)
            .map(|offer| (offer.main.0, offer.metered.iter().map(|(name, _)| *name).collect::<Vec<_>>()));
        let expected = expected.map(|(main, metered)| (main, metered.to_vec())).map_err(str::to_owned);
        assert_eq!(told, expected);
    }

    #[test]
    fn a_price_is_named_by_key_interval_or_lookup_key() {
        check("pro", Some("monthly"), Ok(("monthly", &["messages"])));
        check("pro", Some("yearly"), Ok(("annual_deal", &[])));
        check("pro", Some("shop_pro_annual_deal"), Ok(("annual_deal", &[])));
        check("team", Some("team_b"), Ok(("b", &[])));
        check("pro", Some("weekly"), Err("`pro` has no price `weekly`"));
        // Which of two is not said.
        check("team", Some("month"), Err("`team` has no price `month`"));
    }

    #[test]
    fn without_a_name_the_default_or_the_only_one_is_meant() {
        check("team", None, Ok(("b", &[])));
        check("one", None, Ok(("once", &[])));
        check("pro", None, Err("`pro` has several prices"));
        check("free", None, Err("`free` has no price: it can't be sold"));
    }

    #[test]
    fn an_archived_price_is_not_sold() {
        check("pro", Some("old"), Err("the price `pro.old` is archived in the billing file"));
    }
}
