//! Which plan allows what the one in use does not.

use crate::billing::catalog::model::{Catalog, Limit, Product};
use crate::billing::currency::Currency;

/// The lowest plan above a rank that is sold and allows so much of a metric: its key. `needed` is in the metric's unit, a
/// count or minor units of `currency`; a plan that leaves the metric out allows none of it.
pub fn plan_that_allows<'c>(
    catalog: &'c Catalog,
    rank: i64,
    metric: &str,
    needed: i64,
    currency: Option<Currency>,
) -> Option<&'c str> {
    let plans = catalog.products.iter().filter(|(_, product)| product.rank > rank && is_sold(product));
    let allowing = plans.filter(|(_, product)| match (product.limits.get(metric), currency) {
        (Some(Limit::Unlimited), _) => true,
        (Some(Limit::Count { max, window: _ }), None) => *max >= needed,
        (Some(Limit::Money { max, window: _ }), Some(currency)) => {
            max.currency == currency && max.minor >= needed
        }
        (Some(Limit::Count { .. }), Some(_)) | (Some(Limit::Money { .. }), None) | (None, _) => false,
        // The plan alone allows nothing: it takes credits.
        (Some(Limit::Credits { .. }), _) => false,
    });
    allowing.min_by_key(|(key, product)| (product.rank, *key)).map(|(key, _)| key.as_str())
}

/// Whether somebody can subscribe to it.
fn is_sold(product: &Product) -> bool {
    product.active && product.prices.values().any(|price| price.active && price.recurring.is_some())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::billing::catalog::load;

    const PLANS: &str = r#"
        [project]
        name = "shop"
        [products.free]
        default_plan = true
        limits.posts = { max = 10, per = "month" }
        limits.spending = { max = "1.00 usd", per = "month" }
        [products.small]
        name = "Small"
        rank = 1
        limits.posts = { max = 100, per = "month" }
        prices.monthly = { amount = "9.00 usd", every = "month" }
        [products.large]
        name = "Large"
        rank = 3
        limits.posts = { max = "unlimited" }
        limits.spending = { max = "50.00 usd", per = "month" }
        prices.monthly = { amount = "99.00 usd", every = "month" }
        [products.hidden]
        name = "Hidden"
        rank = 2
        active = false
        limits.posts = { max = 1_000, per = "month" }
        prices.monthly = { amount = "9.00 usd", every = "month" }
    "#;

    #[track_caller]
    fn check(rank: i64, metric: &str, needed: i64, currency: Option<&str>, expected: Option<&str>) {
        let read = |_: &Path| Ok(PLANS.as_bytes().to_vec());
        let catalog = load(&read, Path::new("billing.toml"), None).unwrap().catalog;
        let currency = currency.map(|code| code.parse().unwrap());
        assert_eq!(plan_that_allows(&catalog, rank, metric, needed, currency), expected);
    }

    #[test]
    fn the_lowest_plan_that_allows_it_is_meant() {
        check(0, "posts", 11, None, Some("small"));
        check(0, "posts", 101, None, Some("large"));
        check(1, "posts", 101, None, Some("large"));
        check(3, "posts", 101, None, None);
    }

    #[test]
    fn money_is_held_against_money_of_the_same_currency() {
        check(0, "spending", 500, Some("usd"), Some("large"));
        check(0, "spending", 5_001, Some("usd"), None);
        check(0, "spending", 500, Some("eur"), None);
        check(0, "posts", 11, Some("usd"), Some("large"));
    }
}
