//! `flow_data`: a session that leads straight to one thing.

use serde_json::{Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::subscriptions;
use crate::emulator::spec::{ID, MAX_AMOUNT, Param, Type, optional, required};

use super::page::{allowed_price, is_on};

const TYPES: &[&str] = &[
    "customer_update",
    "payment_method_update",
    "subscription_cancel",
    "subscription_pause",
    "subscription_update",
    "subscription_update_confirm",
];

/// Flows that are about a subscription, which stands under their own name.
const OF_SUBSCRIPTION: [&str; 4] =
    ["subscription_cancel", "subscription_pause", "subscription_update", "subscription_update_confirm"];

const AFTER: &[Param] = &[
    optional("hosted_confirmation", Type::Object(&[optional("custom_message", Type::Text { max: 500 })])),
    optional("redirect", Type::Object(&[required("return_url", Type::Url)])),
    required("type", Type::Choice(&["hosted_confirmation", "portal_homepage", "redirect"])),
];

const RETENTION: &[Param] = &[
    required("coupon_offer", Type::Object(&[required("coupon", ID)])),
    required("type", Type::Choice(&["coupon_offer"])),
];

const DISCOUNT: Type = Type::Object(&[optional("coupon", ID), optional("promotion_code", ID)]);

const ITEM: Type = Type::Object(&[
    required("id", ID),
    optional("price", ID),
    optional("quantity", Type::Integer { min: 0, max: MAX_AMOUNT }),
]);

const SUBSCRIPTION: &[Param] = &[required("subscription", ID)];

pub const FLOW: &[Param] = &[
    optional("after_completion", Type::Object(AFTER)),
    optional(
        "subscription_cancel",
        Type::Object(&[optional("retention", Type::Object(RETENTION)), required("subscription", ID)]),
    ),
    optional("subscription_pause", Type::Object(SUBSCRIPTION)),
    optional("subscription_update", Type::Object(SUBSCRIPTION)),
    optional(
        "subscription_update_confirm",
        Type::Object(&[
            optional("discounts", Type::List { of: &DISCOUNT, max: 1 }),
            required("items", Type::List { of: &ITEM, max: 1 }),
            required("subscription", ID),
        ]),
    ),
    required("type", Type::Choice(TYPES)),
];

/// A session's `flow`, from the parameters of its creation.
///
/// # Errors
/// 400 for a feature that the configuration has off, for another customer's or an ended subscription, for a price that
/// may not be changed to.
pub fn check(call: &Call<'_>, given: &Args, customer: &Object, configuration: &Object) -> Outcome<Value> {
    let kind = given.text("type").unwrap_or_default();
    let feature = if kind == "subscription_update_confirm" { "subscription_update" } else { kind };
    if !is_on(configuration, feature) {
        let message = format!(
            "The feature `{feature}` is disabled in the portal configuration `{}`.",
            configuration.id
        );
        return Err(Refusal::invalid(message).param("flow_data[type]").into());
    }
    for other in OF_SUBSCRIPTION.iter().filter(|other| **other != kind) {
        if given.has(other) {
            let message = format!("You supplied `{other}`, but `type` is `{kind}`.");
            return Err(Refusal::parameter(format!("flow_data[{other}]"), message).into());
        }
    }
    let mut flow = json!({
        "after_completion": after_completion(given)?,
        "customer_update": null,
        "subscription_cancel": null,
        "subscription_pause": null,
        "subscription_update": null,
        "subscription_update_confirm": null,
        "type": kind,
    });
    if !OF_SUBSCRIPTION.contains(&kind) {
        return Ok(flow);
    }
    let place = |name: &str| format!("flow_data[{kind}][{name}]");
    let Some(details) = given.object(kind).cloned().map(Args) else {
        return Err(Refusal::missing(format!("flow_data[{kind}]")).into());
    };
    let param = place("subscription");
    let subscription =
        call.refer(Kind::Subscription, details.text("subscription").unwrap_or_default(), &param)?;
    if subscription.body["customer"] != customer.id.as_str() {
        let message = format!("The subscription `{}` is another customer's.", subscription.id);
        return Err(Refusal::invalid(message).param(param).into());
    }
    if subscriptions::has_ended(&subscription.body) {
        let message = format!("The subscription `{}` is canceled already.", subscription.id);
        return Err(Refusal::invalid(message).param(param).into());
    }
    flow[kind] = match kind {
        "subscription_cancel" => {
            if !subscription.body["cancel_at"].is_null() {
                let message =
                    format!("The subscription `{}` is set to be canceled already.", subscription.id);
                return Err(Refusal::invalid(message).param(param).into());
            }
            let retention = retention(call, &details, &place("retention"))?;
            json!({"retention": retention, "subscription": subscription.id})
        }
        "subscription_update_confirm" => confirm(call, &details, &subscription, configuration)?,
        _ => json!({"subscription": subscription.id}),
    };
    Ok(flow)
}

/// Where it leads when it is done: by default to the portal's first page.
fn after_completion(given: &Args) -> Result<Value, Refusal> {
    let after = Args(given.object("after_completion").cloned().unwrap_or_default());
    let kind = after.text("type").unwrap_or("portal_homepage");
    for (name, owner) in [("redirect", "redirect"), ("hosted_confirmation", "hosted_confirmation")] {
        let place = format!("flow_data[after_completion][{name}]");
        match (after.has(name), kind == owner) {
            (false, true) if name == "redirect" => return Err(Refusal::missing(place)),
            (true, false) => {
                return Err(Refusal::parameter(
                    place,
                    format!("You supplied `{name}`, but `type` is `{kind}`."),
                ));
            }
            _ => {}
        }
    }
    let message = after.object("hosted_confirmation").and_then(|given| given.get("custom_message")).cloned();
    Ok(json!({
        "hosted_confirmation": (kind == "hosted_confirmation").then(|| json!({"custom_message": message})),
        "redirect": after.object("redirect").map(|redirect| json!({"return_url": redirect.get("return_url")})),
        "type": kind,
    }))
}

fn retention(call: &Call<'_>, details: &Args, place: &str) -> Outcome<Value> {
    let Some(given) = details.object("retention") else { return Ok(Value::Null) };
    let coupon = given.get("coupon_offer").map_or(&Value::Null, |offer| &offer["coupon"]);
    let coupon = call.refer(
        Kind::Coupon,
        coupon.as_str().unwrap_or_default(),
        &format!("{place}[coupon_offer][coupon]"),
    )?;
    Ok(json!({"coupon_offer": {"coupon": coupon.id}, "type": "coupon_offer"}))
}

/// The change that the customer is asked to confirm.
fn confirm(call: &Call<'_>, details: &Args, subscription: &Object, configuration: &Object) -> Outcome<Value> {
    let place = "flow_data[subscription_update_confirm]";
    let Some(given) = details.list("items").and_then(|items| items.first()) else {
        return Err(Refusal::missing(format!("{place}[items]")).into());
    };
    let id = given["id"].as_str().unwrap_or_default();
    let items = subscription.body["items"]["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !items.iter().any(|item| item["id"] == id) {
        return Err(Refusal::no_such("subscription item", id, format!("{place}[items][0][id]")).into());
    }
    if let Some(price) = given["price"].as_str() {
        let param = format!("{place}[items][0][price]");
        call.refer(Kind::Price, price, &param)?;
        if !allowed_price(configuration, price) {
            let message =
                format!("The price `{price}` is not among the products of the portal configuration.");
            return Err(Refusal::invalid(message).param(param).into());
        }
    }
    let mut item = json!({"id": id, "price": given["price"]});
    if !given["quantity"].is_null() {
        item["quantity"] = given["quantity"].clone();
    }
    let discounts = details.list("discounts").map(|list| {
        let shown =
            list.iter().map(|one| json!({"coupon": one["coupon"], "promotion_code": one["promotion_code"]}));
        shown.collect::<Vec<Value>>()
    });
    Ok(json!({"discounts": discounts, "items": [item], "subscription": subscription.id}))
}
