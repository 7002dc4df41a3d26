//! Customer-portal configurations.

use std::collections::BTreeMap;

use super::Checker;
use super::price::read_interval;
use crate::billing::catalog::file;
use crate::billing::catalog::model::{
    CancelMode, Interval, Portal, ProrationBehavior, SubscriptionCancel, SubscriptionUpdate,
};
use crate::billing::catalog::nearest::suggest;
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::Finding;

/// How many products Stripe offers in a portal to change to.
const MAX_PRODUCTS: usize = 10;

impl<'a> Checker<'a> {
    pub fn portal(&mut self, at: &At<'_>, key: &'a str, portal: &'a file::Portal) -> Option<Portal> {
        self.adopt(at, "portals", key, portal.stripe_id.as_deref(), "bpc_");
        self.metadata(at, &portal.metadata);
        let addresses = [
            ("privacy_policy_url", &portal.privacy_policy_url),
            ("terms_of_service_url", &portal.terms_of_service_url),
            ("default_return_url", &portal.default_return_url),
        ];
        for (key, address) in addresses {
            if let Some(address) = address {
                self.web_address(&at.key(key), address);
            }
        }
        let cancel_at = at.key("subscription_cancel");
        let update_at = at.key("subscription_update");
        Some(Portal {
            stripe_id: portal.stripe_id.clone(),
            name: portal.name.clone(),
            headline: portal.headline.clone(),
            privacy_policy_url: portal.privacy_policy_url.clone(),
            terms_of_service_url: portal.terms_of_service_url.clone(),
            default_return_url: portal.default_return_url.clone(),
            login_page: portal.login_page,
            customer_update: sorted(&portal.customer_update),
            invoice_history: portal.invoice_history,
            payment_method_update: portal.payment_method_update,
            subscription_cancel: portal
                .subscription_cancel
                .as_ref()
                .map(|cancel| self.cancel(&cancel_at, cancel)),
            subscription_update: portal
                .subscription_update
                .as_ref()
                .map(|update| self.update(&update_at, update)),
            active: portal.active.unwrap_or(true),
            metadata: portal.metadata.clone(),
        })
    }

    fn cancel(&mut self, at: &At<'_>, cancel: &file::SubscriptionCancel) -> SubscriptionCancel {
        let mode = cancel.mode.unwrap_or(CancelMode::AtPeriodEnd);
        let proration_behavior = cancel.proration_behavior.unwrap_or(ProrationBehavior::None);
        let at_proration = at.key("proration_behavior");
        match (proration_behavior, mode) {
            (ProrationBehavior::AlwaysInvoice, _) => self.report(
                Finding::at(
                    "conflict",
                    &at_proration,
                    "Stripe can't invoice at once when a customer cancels",
                )
                .hint("Write \"none\" or \"create_prorations\""),
            ),
            (ProrationBehavior::CreateProrations, CancelMode::AtPeriodEnd) => self.report(
                Finding::at("conflict", &at_proration, "at the period's end nothing is left to prorate")
                    .hint("Write mode = \"immediately\", or proration_behavior = \"none\""),
            ),
            (ProrationBehavior::CreateProrations, CancelMode::Immediately) | (ProrationBehavior::None, _) => {
            }
        }
        SubscriptionCancel { mode, proration_behavior, reasons: sorted(&cancel.reasons) }
    }

    fn update(&mut self, at: &At<'_>, update: &file::SubscriptionUpdate) -> SubscriptionUpdate {
        if update.allow.is_empty() {
            self.report(
                Finding::at("missing_key", at, "`allow` is missing")
                    .hint("Add allow = [\"price\"]: what customers may change"),
            );
        }
        let table = at.key("products");
        match update.products.len() {
            0 => self.report(
                Finding::at("missing_key", at, "`products` is missing")
                    .hint("Add products.pro = [\"monthly\"]: the prices to choose from"),
            ),
            count if count > MAX_PRODUCTS => self.report(
                Finding::at("too_many", &table, format!("the portal offers {count} products"))
                    .hint("Stripe takes at most 10"),
            ),
            _ => {}
        }
        for (product, prices) in &update.products {
            self.offered(&table.key(product), product, prices);
        }
        SubscriptionUpdate {
            allow: sorted(&update.allow),
            products: update
                .products
                .iter()
                .map(|(product, prices)| (product.clone(), prices.clone()))
                .collect::<BTreeMap<_, _>>(),
            proration_behavior: update.proration_behavior.unwrap_or(ProrationBehavior::None),
            schedule_at_period_end: sorted(&update.schedule_at_period_end),
        }
    }

    /// Prices that customers can change to: of this product, recurring, active, each once.
    fn offered(&mut self, at: &At<'_>, key: &str, prices: &[String]) {
        if !self.refers(at, "products", key, "product") {
            return;
        }
        self.sold(at, key);
        if prices.is_empty() {
            self.report(
                Finding::at("empty", at, format!("no price of `{key}` is offered"))
                    .hint("Name the prices to choose from, or leave the product out"),
            );
        }
        let Some(product) = self.file.products.get(key) else { return };
        let known = self.known.get("products").and_then(|all| all.get(key)).and_then(|one| one.get("prices"));
        let known = known.and_then(serde_json::Value::as_object);
        let mut intervals: Vec<((Interval, u32), &str)> = Vec::new();
        for (index, price) in prices.iter().enumerate() {
            let at = at.index(index);
            if prices.iter().take(index).any(|earlier| earlier == price) {
                self.report(
                    Finding::at("duplicate", &at, format!("the price `{price}` is listed twice"))
                        .hint("Remove one of the two"),
                );
                continue;
            }
            if !known.is_some_and(|known| known.contains_key(price)) {
                let keys = known.into_iter().flat_map(|known| known.keys().map(String::as_str));
                let hint = suggest(price, keys, "prices of this product");
                self.report(
                    Finding::at("unknown_reference", &at, format!("`{key}` has no price `{price}`"))
                        .hint(hint),
                );
                continue;
            }
            let Some(found) = product.prices.get(price) else { continue };
            let Some(every) = &found.every else {
                self.report(
                    Finding::at("conflict", &at, format!("`{key}.{price}` is paid once"))
                        .hint("Subscriptions change to recurring prices only"),
                );
                continue;
            };
            if found.active == Some(false) {
                self.report(
                    Finding::at("inactive_reference", &at, format!("`{key}.{price}` is not active"))
                        .hint("Offer an active price"),
                );
            }
            // Stripe: "For each product, its price must have unique billing intervals."
            let Some(interval) = read_interval(every) else { continue };
            if let Some((_, first)) = intervals.iter().find(|(other, _)| *other == interval) {
                let message = format!("`{first}` and `{price}` are both paid every {every}");
                self.report(
                    Finding::at("conflict", &at, message).hint(
                        "The portal offers one price an interval of each product: remove one of the two",
                    ),
                );
            }
            intervals.push((interval, price));
        }
    }
}

/// Sorted, each once: Stripe keeps these lists as sets.
fn sorted<T: Copy + Ord>(list: &[T]) -> Vec<T> {
    let mut list = list.to_vec();
    list.sort_unstable();
    list.dedup();
    list
}
