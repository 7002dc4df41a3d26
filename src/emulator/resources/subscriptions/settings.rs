//! The plain settings of a subscription, alike when it is made and when it is changed.

use serde_json::{Value, json};

use super::items;
use crate::emulator::args::Args;
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::fields::set;
use crate::emulator::resources::payment_methods;

/// A trial ends two years ahead at most.
const LONGEST_TRIAL: i64 = 730 * 24 * 60 * 60;

/// Sets what needs no billing: collection, payment, invoice and trial settings, and when it is to be canceled.
///
/// # Errors
/// 400 for settings that don't fit together, or name what isn't there.
pub fn apply_settings(call: &mut Call<'_>, subscription: &mut Object, args: &Args, now: i64) -> Outcome<()> {
    let automatic_tax = Args(args.object("automatic_tax").cloned().unwrap_or_default());
    if automatic_tax.flag("enabled") == Some(true) {
        let message = "The emulator computes no taxes: `automatic_tax` can't be enabled.";
        return Err(Refusal::parameter("automatic_tax[enabled]", message).into());
    }
    let customer = subscription.body["customer"].as_str().unwrap_or_default().to_owned();
    for name in ["default_payment_method", "default_source"] {
        if let Some(id) = args.text(name) {
            let method = payment_methods::named(call, id, name)?;
            if method.body["customer"].as_str() != Some(&customer) {
                let message = format!(
                    "The customer does not have a payment method with the ID {id}. The payment method must be \
                     attached to the customer."
                );
                return Err(Refusal::invalid(message).code("resource_missing").param(name).into());
            }
        }
    }
    let body = &mut subscription.body;
    set(body, args, &["default_payment_method", "default_source", "description"]);
    set(body, args, &["collection_method", "days_until_due"]);
    if body["collection_method"] == "send_invoice" {
        if body["days_until_due"].is_null() {
            return Err(Refusal::missing("days_until_due").into());
        }
    } else if args.has("days_until_due") {
        let message = "`days_until_due` can only be set where `collection_method` is `send_invoice`.";
        return Err(Refusal::parameter("days_until_due", message).into());
    } else {
        body["days_until_due"] = Value::Null;
    }
    for (name, value) in args.object("invoice_settings").into_iter().flatten() {
        body["invoice_settings"][name] = value.clone();
    }
    for (name, value) in args.object("payment_settings").into_iter().flatten() {
        body["payment_settings"][name] = match (name.as_str(), value) {
            ("payment_method_options", Value::Object(given)) => method_options(given.get("card")),
            _ => value.clone(),
        };
    }
    let trial = args.object("trial_settings").and_then(|settings| settings.get("end_behavior"));
    for (name, value) in trial.and_then(Value::as_object).into_iter().flatten() {
        body["trial_settings"]["end_behavior"][name] = value.clone();
    }
    cancellation(body, args, now)?;
    Ok(())
}

/// `payment_method_options` with what is given for cards; everything else is unset.
fn method_options(card: Option<&Value>) -> Value {
    let card = card.filter(|card| card.is_object()).map(|card| {
        let mut shown =
            json!({"network": card["network"], "request_three_d_secure": card["request_three_d_secure"]});
        if let Some(mandate) = card.get("mandate_options") {
            shown["mandate_options"] = json!({
                "amount": mandate["amount"],
                "amount_type": mandate["amount_type"],
                "description": mandate["description"],
            });
        }
        shown
    });
    json!({
        "acss_debit": null, "bancontact": null, "card": card, "customer_balance": null, "konbini": null,
        "payto": null, "pix": null, "sepa_debit": null, "upi": null, "us_bank_account": null,
    })
}

/// When a subscription is to end: at the end of its period, at a moment, or never.
fn cancellation(body: &mut Value, args: &Args, now: i64) -> Result<(), Refusal> {
    let at_end = args.flag("cancel_at_period_end");
    let at = args.given("cancel_at");
    if at_end == Some(true) && at.is_some_and(|at| !at.is_null()) {
        return Err(Refusal::exclusive("cancel_at", "cancel_at_period_end"));
    }
    let (moment, is_period_end) = match (at_end, at) {
        (Some(true), _) => (items::last_end(body), true),
        (_, Some(Value::Null)) | (Some(false), None) => (None, false),
        (_, Some(Value::String(word))) if word == "min_period_end" => (items::first_end(body), false),
        (_, Some(Value::String(_))) => (items::last_end(body), false),
        (_, Some(at)) => (at.as_i64(), false),
        (None, None) => return Ok(()),
    };
    if let Some(at) = at.and_then(Value::as_i64)
        && at <= now
    {
        return Err(Refusal::parameter("cancel_at", "`cancel_at` must be in the future."));
    }
    body["cancel_at_period_end"] = json!(is_period_end);
    if moment.is_some() && body["canceled_at"].is_null() {
        body["canceled_at"] = json!(now);
        body["cancellation_details"]["reason"] = json!("cancellation_requested");
    }
    if moment.is_none() {
        body["canceled_at"] = Value::Null;
        body["cancellation_details"]["reason"] = Value::Null;
    }
    body["cancel_at"] = json!(moment);
    Ok(())
}

/// Sets what is given of `cancellation_details`.
pub fn set_cancellation_details(body: &mut Value, args: &Args) {
    for (name, value) in args.object("cancellation_details").into_iter().flatten() {
        body["cancellation_details"][name] = value.clone();
    }
}

/// A trial's end, in seconds.
///
/// # Errors
/// 400 for one that is past, or more than two years ahead.
pub fn trial_end(end: i64, now: i64) -> Result<i64, Refusal> {
    if end <= now {
        let message = "Invalid timestamp: must be an integer Unix timestamp in the future.";
        return Err(Refusal::parameter("trial_end", message));
    }
    if end - now > LONGEST_TRIAL {
        let message = "Invalid timestamp: must be no more than two years in the future.";
        return Err(Refusal::parameter("trial_end", message));
    }
    Ok(end)
}

/// `discounts`, or what stood for them in older versions; `None` if none of them was given.
pub fn given_discounts(args: &Args) -> Option<Value> {
    let old = |name: &str| {
        let value = args.given(name)?;
        Some(if value.is_null() { json!([]) } else { json!([{name: value}]) })
    };
    args.given("discounts").cloned().or_else(|| old("coupon")).or_else(|| old("promotion_code"))
}

/// What a subscription that is charged at once needs and a customer without a payment method does not have.
pub fn no_payment_method() -> Refusal {
    Refusal::invalid(
        "This customer has no attached payment source or default payment method. Please consider adding a default \
         payment method. For more information, visit \
         https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
    )
    .code("resource_missing")
}
