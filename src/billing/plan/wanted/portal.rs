//! Customer-portal configurations.

use super::{Build, Resource, word, words};
use crate::billing::catalog::model::Portal;
use crate::billing::plan::field::Field;
use crate::billing::plan::kind::{Address, Kind};

pub(super) fn portal(key: &str, portal: &Portal) -> Resource {
    let mut build = Build::new(&portal.metadata);
    build.optional("name", portal.name.as_ref());
    build.optional("business_profile.headline", portal.headline.as_ref());
    build
        .set_if("business_profile.privacy_policy_url", Field::optional(portal.privacy_policy_url.as_deref()));
    build.set_if(
        "business_profile.terms_of_service_url",
        Field::optional(portal.terms_of_service_url.as_deref()),
    );
    build.optional("default_return_url", portal.default_return_url.as_ref());
    build.set("login_page.enabled", Field::Bool(portal.login_page));
    let customer_update = !portal.customer_update.is_empty();
    build.set("features.customer_update.enabled", Field::Bool(customer_update));
    if customer_update {
        build.set("features.customer_update.allowed_updates", words(&portal.customer_update));
    }
    build.set("features.invoice_history.enabled", Field::Bool(portal.invoice_history));
    build.set("features.payment_method_update.enabled", Field::Bool(portal.payment_method_update));
    build.set("features.subscription_cancel.enabled", Field::Bool(portal.subscription_cancel.is_some()));
    if let Some(cancel) = &portal.subscription_cancel {
        let under = "features.subscription_cancel";
        build.set(&format!("{under}.mode"), word(cancel.mode));
        build.set(&format!("{under}.proration_behavior"), word(cancel.proration_behavior));
        let asks = !cancel.reasons.is_empty();
        build.set(&format!("{under}.cancellation_reason.enabled"), Field::Bool(asks));
        if asks {
            build.set(&format!("{under}.cancellation_reason.options"), words(&cancel.reasons));
        }
    }
    build.set("features.subscription_update.enabled", Field::Bool(portal.subscription_update.is_some()));
    if let Some(update) = &portal.subscription_update {
        let under = "features.subscription_update";
        build.set(&format!("{under}.default_allowed_updates"), words(&update.allow));
        build.set(&format!("{under}.proration_behavior"), word(update.proration_behavior));
        let products = update.products.iter().map(|(product, prices)| {
            let prices = prices
                .iter()
                .map(|price| Field::Ref(Address::new(Kind::Price, format!("{product}.{price}"))));
            Field::map([
                ("product", Field::Ref(Address::new(Kind::Product, product))),
                ("prices", Field::set(prices.collect())),
            ])
        });
        build.set(&format!("{under}.products"), Field::set(products.collect()));
        let conditions = update.schedule_at_period_end.iter();
        let conditions = conditions.map(|condition| Field::map([("type", word(condition))])).collect();
        build.set(&format!("{under}.schedule_at_period_end.conditions"), Field::set(conditions));
    }
    build.set("active", Field::Bool(portal.active));
    build.resource(Kind::Portal, key, None, portal.stripe_id.as_ref())
}
