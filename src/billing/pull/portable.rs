//! A catalog of one account, to be had in another.

use super::identity::is_given;
use crate::billing::catalog::model::Catalog;
use crate::billing::plan::kind::Kind;

/// Without the ids that one account gave: products that it named get their usual id. Own ids and lookup keys stay.
/// Promotion codes for one customer are taken out, by their keys: another account has other customers.
pub fn portable(mut catalog: Catalog) -> (Catalog, Vec<String>) {
    for meter in catalog.meters.values_mut() {
        meter.stripe_id = None;
    }
    for feature in catalog.features.values_mut() {
        feature.stripe_id = None;
    }
    for rate in catalog.tax_rates.values_mut() {
        rate.stripe_id = None;
    }
    for (key, product) in &mut catalog.products {
        if is_given(Kind::Product, &product.id) {
            product.id = format!("{}_{key}", catalog.project);
        }
        product.stripe_id = None;
        for price in product.prices.values_mut() {
            price.stripe_id = None;
        }
    }
    for coupon in catalog.coupons.values_mut() {
        coupon.stripe_id = None;
    }
    for portal in catalog.portals.values_mut() {
        portal.stripe_id = None;
    }
    for endpoint in catalog.webhook_endpoints.values_mut() {
        endpoint.stripe_id = None;
    }
    let codes = &mut catalog.promotion_codes;
    let personal: Vec<String> =
        codes.iter().filter(|(_, code)| code.customer.is_some()).map(|(key, _)| key.clone()).collect();
    codes.retain(|_, code| code.customer.is_none());
    for code in codes.values_mut() {
        code.stripe_id = None;
    }
    (catalog, personal)
}
