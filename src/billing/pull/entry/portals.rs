//! Customer-portal configurations.

use std::collections::BTreeMap;

use serde_json::Value;

use super::read::{Read, table};
use super::{Table, Unsayable};
use crate::billing::catalog::file::{
    Portal, ProrationBehavior, ScheduleCondition, SubscriptionCancel, SubscriptionUpdate,
};
use crate::billing::plan::field::Field;

pub fn portal(read: &Read<'_>) -> Result<Table, Unsayable> {
    if *read.raw("features.subscription_pause.enabled") == Value::Bool(true) {
        read.leave_unsaid("that customers may pause subscriptions");
    }
    let may_change = read.flag("features.customer_update.enabled");
    table(Portal {
        stripe_id: read.source.identity.stripe_id.clone(),
        name: read.text("name"),
        headline: read.text("business_profile.headline"),
        privacy_policy_url: read.text("business_profile.privacy_policy_url"),
        terms_of_service_url: read.text("business_profile.terms_of_service_url"),
        default_return_url: read.text("default_return_url"),
        login_page: read.flag("login_page.enabled"),
        customer_update: match may_change {
            true => read.words("features.customer_update.allowed_updates")?,
            false => Vec::new(),
        },
        invoice_history: read.flag("features.invoice_history.enabled"),
        payment_method_update: read.flag("features.payment_method_update.enabled"),
        subscription_cancel: cancel(read)?,
        subscription_update: update(read)?,
        active: read.off("active"),
        metadata: read.metadata(),
    })
}

fn cancel(read: &Read<'_>) -> Result<Option<SubscriptionCancel>, Unsayable> {
    let at = |name: &str| format!("features.subscription_cancel.{name}");
    if !read.flag(&at("enabled")) {
        return Ok(None);
    }
    let reasons = match read.flag(&at("cancellation_reason.enabled")) {
        true => read.words(&at("cancellation_reason.options"))?,
        false => Vec::new(),
    };
    Ok(Some(SubscriptionCancel {
        // Said even where it is the default: an empty table is no answer to what customers may do.
        mode: read.word(&at("mode"))?,
        proration_behavior: proration(read, &at("proration_behavior"))?,
        reasons,
    }))
}

fn update(read: &Read<'_>) -> Result<Option<SubscriptionUpdate>, Unsayable> {
    let at = |name: &str| format!("features.subscription_update.{name}");
    if !read.flag(&at("enabled")) {
        return Ok(None);
    }
    let raw = |name: &str| read.raw("features.subscription_update").get(name).unwrap_or(&Value::Null);
    if raw("trial_update_behavior").as_str().is_some_and(|behavior| behavior != "end_trial") {
        read.leave_unsaid("what a change does to a trial");
    }
    if raw("billing_cycle_anchor").as_str().is_some_and(|anchor| anchor != "unchanged") {
        read.leave_unsaid("that a change moves the billing day");
    }
    let products = raw("products").as_array().map(Vec::as_slice).unwrap_or_default();
    let adjustable = |product: &Value| {
        product.pointer("/adjustable_quantity/enabled").and_then(Value::as_bool).unwrap_or(false)
    };
    if products.iter().any(adjustable) {
        read.leave_unsaid("the bounds of quantities that customers may change");
    }
    Ok(Some(SubscriptionUpdate {
        allow: read.words(&at("default_allowed_updates"))?,
        products: offered(read.field(&at("products")))?,
        proration_behavior: proration(read, &at("proration_behavior"))?,
        schedule_at_period_end: conditions(read.field(&at("schedule_at_period_end.conditions")))?,
    }))
}

/// What is prorated, where it is not the default of nothing.
fn proration(read: &Read<'_>, path: &str) -> Result<Option<ProrationBehavior>, Unsayable> {
    Ok(read.word(path)?.filter(|behavior| *behavior != ProrationBehavior::None))
}

fn offered(products: &Field) -> Result<BTreeMap<String, Vec<String>>, Unsayable> {
    let unknown = || Unsayable("it offers a price that is not in the file".to_owned());
    let Field::List(products) = products else { return Ok(BTreeMap::new()) };
    let mut offered = BTreeMap::new();
    for product in products {
        let Field::Map(entry) = product else { return Err(unknown()) };
        let (Some(Field::Ref(product)), Some(Field::List(prices))) =
            (entry.get("product"), entry.get("prices"))
        else {
            return Err(unknown());
        };
        let key = |price: &Field| match price {
            Field::Ref(address) => address.key.split_once('.').map(|(_, key)| key.to_owned()),
            _ => None,
        };
        let keys: Option<Vec<String>> = prices.iter().map(key).collect();
        offered.insert(product.key.clone(), keys.ok_or_else(unknown)?);
    }
    Ok(offered)
}

fn conditions(conditions: &Field) -> Result<Vec<ScheduleCondition>, Unsayable> {
    let Field::List(conditions) = conditions else { return Ok(Vec::new()) };
    let word = |condition: &Field| match condition {
        Field::Map(entry) => match entry.get("type") {
            Some(Field::Text(word)) => serde_json::from_value(Value::from(word.as_str())).ok(),
            _ => None,
        },
        _ => None,
    };
    let words: Option<Vec<ScheduleCondition>> = conditions.iter().map(word).collect();
    words.ok_or_else(|| Unsayable("a condition of its schedule has no word in the file".to_owned()))
}
