//! Which plan of the catalog a subscription is for.

use super::{Item, Subscription};
use crate::billing::catalog::model::{Catalog, Product};

/// The plans among the products that a subscription is for, each once, the highest rank first.
pub fn bought<'c>(catalog: &'c Catalog, subscription: &Subscription) -> Vec<(&'c str, &'c Product)> {
    let mut plans: Vec<(&str, &Product)> = Vec::new();
    for plan in subscription.items.iter().filter_map(|item| plan_of(catalog, item)) {
        if !plans.iter().any(|(key, _)| *key == plan.0) {
            plans.push(plan);
        }
    }
    // Of the same rank, the one that is named first in the alphabet: always the same.
    plans.sort_by_key(|(key, product)| (-product.rank, *key));
    plans
}

/// A product of the catalog is known by its id in Stripe, so that a price that was replaced or archived is still for the
/// same plan; then by billctl's mark, for a product that has moved to another id; then by the price's lookup key.
fn plan_of<'c>(catalog: &'c Catalog, item: &Item) -> Option<(&'c str, &'c Product)> {
    let Item { price, product, lookup_key, product_mark } = item;
    let entry = |key: &str| catalog.products.get_key_value(key).map(|(key, product)| (key.as_str(), product));
    let by_id = || {
        let id = product.as_ref()?;
        catalog
            .products
            .iter()
            .find(|(_, product)| !product.is_only_local() && product.id == *id)
            .map(|(key, product)| (key.as_str(), product))
    };
    let by_mark = || {
        let (project, key) = product_mark.as_ref()?;
        entry(key).filter(|_| *project == catalog.project)
    };
    let by_price = || {
        catalog
            .products
            .iter()
            .find(|(_, product)| {
                product.prices.values().any(|known| {
                    lookup_key.as_ref() == Some(&known.lookup_key)
                        || (price.is_some() && *price == known.stripe_id)
                })
            })
            .map(|(key, product)| (key.as_str(), product))
    };
    by_id().or_else(by_mark).or_else(by_price)
}
