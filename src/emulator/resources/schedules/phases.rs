//! Phases: what a subscription charges from one moment to another.

use serde_json::{Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::period::Every;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::subscriptions::items;

/// The phases that parameters describe, one after the other from a moment on.
///
/// # Errors
/// 400 for unknown prices, several currencies, or ends that are no ends.
pub fn build(call: &mut Call<'_>, given: &[Value], start: i64, defaults: &Value) -> Outcome<Value> {
    let mut phases: Vec<Value> = Vec::new();
    for (index, phase) in given.iter().enumerate() {
        let given = Args(phase.as_object().cloned().unwrap_or_default());
        let starts = phases.last().and_then(|phase| phase["end_date"].as_i64()).unwrap_or(start);
        phases.push(one(call, &given, &format!("phases[{index}]"), starts, defaults)?);
    }
    let currency = phases.first().map(|phase| phase["currency"].clone());
    if phases.iter().any(|phase| Some(&phase["currency"]) != currency.as_ref()) {
        let message = "All phases of a schedule must have the same currency.";
        return Err(Refusal::invalid(message).param("phases").into());
    }
    Ok(Value::Array(phases))
}

fn one(call: &mut Call<'_>, given: &Args, place: &str, start: i64, defaults: &Value) -> Outcome<Value> {
    let mut shown = Vec::new();
    let mut prices: Vec<Object> = Vec::new();
    for (index, item) in given.list("items").into_iter().flatten().enumerate() {
        let item = Args(item.as_object().cloned().unwrap_or_default());
        let place = format!("{place}[items][{index}]");
        let Some(price) = items::price(call, &item, &place)? else {
            return Err(Refusal::missing(format!("{place}[price]")).into());
        };
        let quantity = items::quantity(&item, &price.body, 1, &place)?;
        let mut line = json!({
            "billing_thresholds": null,
            "discounts": [],
            "metadata": item.new_metadata(),
            "plan": price.id,
            "price": price.id,
            "tax_rates": [],
        });
        if let Some(quantity) = quantity {
            line["quantity"] = json!(quantity);
        }
        shown.push(line);
        prices.push(price);
    }
    let Some(first) = prices.first() else {
        return Err(Refusal::missing(format!("{place}[items]")).into());
    };
    let currency = given.text("currency").or(first.body["currency"].as_str()).unwrap_or_default();
    if let Some(index) = prices.iter().position(|price| price.body["currency"] != currency) {
        let message = format!("The price specified doesn't match the expected currency: `{currency}`.");
        return Err(Refusal::invalid(message).param(format!("{place}[items][{index}][price]")).into());
    }
    let end = end_of(given, place, start, first)?;
    let trial_end = match (given.flag("trial"), given.given("trial_end")) {
        (Some(true), Some(_)) => {
            let (trial, trial_end) = (format!("{place}[trial]"), format!("{place}[trial_end]"));
            return Err(Refusal::exclusive(&trial, &trial_end).into());
        }
        (Some(true), None) => json!(end),
        (_, Some(moment)) if moment.is_i64() => moment.clone(),
        _ => Value::Null,
    };
    if let Some(id) = given.text("default_payment_method") {
        call.refer(Kind::PaymentMethod, id, &format!("{place}[default_payment_method]"))?;
    }
    let discounts = given.list("discounts").into_iter().flatten();
    let discounts: Vec<Value> = discounts
        .map(|one| {
            json!({"coupon": one["coupon"], "discount": one["discount"], "promotion_code": one["promotion_code"]})
        })
        .collect();
    check_discounts(call, &discounts, place)?;
    Ok(json!({
        "add_invoice_items": [],
        "application_fee_percent": null,
        "billing_cycle_anchor": given.or("billing_cycle_anchor", defaults["billing_cycle_anchor"].clone()),
        "billing_thresholds": null,
        "collection_method": given.or("collection_method", defaults["collection_method"].clone()),
        "currency": currency,
        "default_payment_method": given.or_null("default_payment_method"),
        "default_tax_rates": [],
        "description": given.or_null("description"),
        "discounts": discounts,
        "end_date": end,
        "invoice_settings": null,
        "items": shown,
        "metadata": given.new_metadata(),
        "on_behalf_of": null,
        "proration_behavior": given.or("proration_behavior", "create_prorations"),
        "start_date": start,
        "transfer_data": null,
        "trial_end": trial_end,
    }))
}

fn check_discounts(call: &Call<'_>, discounts: &[Value], place: &str) -> Outcome<()> {
    for (index, one) in discounts.iter().enumerate() {
        for (name, kind) in
            [("coupon", Kind::Coupon), ("discount", Kind::Discount), ("promotion_code", Kind::PromotionCode)]
        {
            if let Some(id) = one[name].as_str() {
                call.refer(kind, id, &format!("{place}[discounts][{index}][{name}]"))?;
            }
        }
    }
    Ok(())
}

/// When a phase ends: at a moment, after a length of time, or after one period of its first price.
fn end_of(given: &Args, place: &str, start: i64, first: &Object) -> Result<i64, Refusal> {
    let param = |name: &str| format!("{place}[{name}]");
    if given.has("end_date") && given.has("duration") {
        return Err(Refusal::exclusive(&param("end_date"), &param("duration")));
    }
    let recurring = Every::read(&first.body["recurring"]);
    let end = match (given.integer("end_date"), given.given("duration"), given.integer("iterations")) {
        (Some(end), ..) => end,
        (None, Some(duration), _) => Every::read(duration).counted_from(start, 1),
        (None, None, iterations) => recurring.counted_from(start, iterations.unwrap_or(1)),
    };
    if end > start {
        return Ok(end);
    }
    Err(Refusal::parameter(param("end_date"), "The end of a phase must be after its start."))
}

/// The phase that a subscription is in: as it is, to the end of its period.
pub fn of_subscription(subscription: &Value) -> Value {
    let all = items::of(subscription);
    let shown: Vec<Value> = all
        .iter()
        .map(|item| {
            let mut line = json!({
                "billing_thresholds": null,
                "discounts": [],
                "metadata": item["metadata"],
                "plan": item["price"]["id"],
                "price": item["price"]["id"],
                "tax_rates": [],
            });
            if !item["quantity"].is_null() {
                line["quantity"] = item["quantity"].clone();
            }
            line
        })
        .collect();
    let discounts = subscription["discounts"].as_array().into_iter().flatten();
    let discounts: Vec<Value> =
        discounts.map(|id| json!({"coupon": null, "discount": id, "promotion_code": null})).collect();
    let start = all.iter().filter_map(|item| item["current_period_start"].as_i64()).max();
    json!({
        "add_invoice_items": [],
        "application_fee_percent": null,
        "billing_cycle_anchor": null,
        "billing_thresholds": null,
        "collection_method": subscription["collection_method"],
        "currency": subscription["currency"],
        "default_payment_method": null,
        "default_tax_rates": [],
        "description": subscription["description"],
        "discounts": discounts,
        "end_date": items::last_end(subscription),
        "invoice_settings": null,
        "items": shown,
        "metadata": {},
        "on_behalf_of": null,
        "proration_behavior": "create_prorations",
        "start_date": start,
        "transfer_data": null,
        "trial_end": subscription["trial_end"],
    })
}

/// Sets a schedule's phases anew. The current one must be among them, as its first.
///
/// # Errors
/// 400 where the current phase is left out or would start at another time; and as [`build`].
pub fn replace(call: &mut Call<'_>, schedule: &mut Object, given: &[Value], now: i64) -> Outcome<()> {
    let current = schedule.body["current_phase"]["start_date"].as_i64();
    let planned = schedule.body["phases"][0]["start_date"].as_i64().unwrap_or(now);
    let mut given = given.to_vec();
    for phase in &mut given {
        for field in ["start_date", "end_date", "trial_end"] {
            if phase[field] == "now" {
                phase[field] = json!(now);
            }
        }
    }
    let first = given.first().and_then(|phase| phase["start_date"].as_i64());
    let start = match (current, first) {
        (Some(current), Some(first)) if first == current => current,
        (Some(current), _) => {
            let message = format!(
                "The first phase must be the current one: give its `start_date`, {current}, and the phases that follow."
            );
            return Err(Refusal::parameter("phases[0][start_date]", message).into());
        }
        (None, first) => first.unwrap_or(planned),
    };
    for phase in &mut given {
        if let Some(fields) = phase.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
    }
    let defaults = schedule.body["default_settings"].clone();
    schedule.body["phases"] = build(call, &given, start, &defaults)?;
    if current.is_some() {
        let end = schedule.body["phases"][0]["end_date"].clone();
        if end.as_i64().is_some_and(|end| end < now) {
            let message = "The current phase can't end in the past.";
            return Err(Refusal::parameter("phases[0][end_date]", message).into());
        }
        schedule.body["current_phase"] = json!({"end_date": end, "start_date": start});
    }
    Ok(())
}
