//! A recurring price is a plan, too, for those who know nothing of prices: its events tell of both.

use serde_json::{Value, json};

use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::event;
use crate::emulator::resources::subscriptions;

/// Adds a built price and tells of it: of a recurring one as a plan, too, for those who know nothing of prices.
///
/// # Errors
/// SQLite's.
pub fn store(call: &mut Call<'_>, price: Object) -> Outcome<Object> {
    let price = call.create(price)?;
    if let Some(plan) = plan(&price.body) {
        event::emit(call, "plan.created", &plan, None)?;
    }
    Ok(price)
}

/// Stores a price's changes and tells of them.
///
/// # Errors
/// SQLite's.
pub fn store_changes(call: &mut Call<'_>, before: &Object, after: Object) -> Outcome<Object> {
    let after = call.update(before, after)?;
    subscriptions::refresh_price(call, &after)?;
    if let (Some(old), Some(new)) = (plan(&before.body), plan(&after.body))
        && old != new
    {
        let previous = event::previous_attributes(&old, &new);
        event::emit(call, "plan.updated", &new, Some(previous))?;
    }
    Ok(after)
}

/// A recurring price as the plan that it also is.
pub fn plan(price: &Value) -> Option<Value> {
    let recurring = price["recurring"].as_object()?;
    Some(json!({
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": false,
        "metadata": price["metadata"],
        "meter": recurring["meter"],
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": price["tiers_mode"],
        "transform_usage": price["transform_quantity"],
        "trial_period_days": recurring["trial_period_days"],
        "usage_type": recurring["usage_type"],
    }))
}
