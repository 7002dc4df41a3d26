//! What a customer does in the portal. Each answers with the portal as it is then.

use serde_json::{Value, json};

use super::page::{CHANGE, Visit};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::endpoint::{Answers, Endpoint, Handler, Method};
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::checkout::payer;
use crate::emulator::resources::{payment_methods, schedules, subscriptions};
use crate::emulator::spec::{ID, Param, TEXT, Type, optional, required};

const SUBSCRIPTION: &[Param] = &[required("subscription", ID)];

pub static CARD: Endpoint = act("/p/session/{secret}/card", &[payer::FIELDS], card);
pub static CANCEL: Endpoint = act("/p/session/{secret}/cancel", &[SUBSCRIPTION, REASON], cancel);
pub static RENEW: Endpoint = act("/p/session/{secret}/renew", &[SUBSCRIPTION], renew);
pub static UPDATE: Endpoint = act("/p/session/{secret}/update", &[CHANGE], update);
pub static PAUSE: Endpoint = act("/p/session/{secret}/pause", &[SUBSCRIPTION], pause);
pub static RESUME: Endpoint = act("/p/session/{secret}/resume", &[SUBSCRIPTION], resume);
pub static DETAILS: Endpoint = act("/p/session/{secret}/details", &[DETAIL], details);

const fn act(route: &'static str, params: &'static [&'static [Param]], handler: Handler) -> Endpoint {
    Endpoint { method: Method::Post, route, params, answers: Answers::Other, handler }
}

const REASON: &[Param] = &[
    optional("accept_offer", Type::Flag),
    optional("comment", TEXT),
    optional("feedback", Type::Choice(REASONS)),
];

/// Why customers leave, as Stripe has it.
const REASONS: &[&str] = &[
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
];

const DETAIL: &[Param] =
    &[optional("email", Type::Text { max: 512 }), optional("name", TEXT), optional("phone", TEXT)];

fn shown(call: &Call<'_>) -> Outcome<Answer> {
    // What was done may have changed the customer, too.
    Visit::open(call)?.view(call, Value::Null).map(Answer::Plain)
}

fn args(value: Value) -> Args {
    Args(value.as_object().cloned().unwrap_or_default())
}

/// A new card becomes what everything is paid with: the customer's default, and that of every subscription which has one
/// of its own.
fn card(call: &mut Call<'_>, given: &Args) -> Outcome<Answer> {
    let visit = Visit::open(call)?;
    visit.require("payment_method_update")?;
    let card = payer::card(given)?;
    let name =
        given.text("name").ok_or_else(|| Refusal::parameter("name", "Enter the name on your card."))?;
    let data = json!({"type": "card", "card": card, "billing_details": {"name": name, "email": visit.customer.body["email"]}});
    let method = payment_methods::make(call, &args(data), "")?;
    let method = payment_methods::attach(call, method, &visit.customer.id)?;
    let before = visit.customer;
    let mut after = before.clone();
    after.body["invoice_settings"]["default_payment_method"] = json!(method.id);
    call.update(&before, after)?;
    for subscription in call.db.with_key(Kind::Subscription, "customer", &before.id)? {
        if !subscriptions::has_ended(&subscription.body)
            && !subscription.body["default_payment_method"].is_null()
        {
            let change = json!({"default_payment_method": method.id});
            subscriptions::change(call, &subscription, &args(change))?;
        }
    }
    shown(call)
}

fn cancel(call: &mut Call<'_>, given: &Args) -> Outcome<Answer> {
    let (visit, subscription) = chosen(call, given)?;
    visit.require("subscription_cancel")?;
    if given.flag("accept_offer") == Some(true) {
        return accept_offer(call, &visit, &subscription);
    }
    let settings = &visit.configuration.body["features"]["subscription_cancel"];
    let mut details = json!({});
    for name in ["comment", "feedback"] {
        if let Some(text) = given.text(name) {
            details[name] = json!(text);
        }
    }
    if settings["mode"] == "immediately" {
        let prorate = settings["proration_behavior"] == "create_prorations";
        let how = json!({"cancellation_details": details, "prorate": prorate});
        subscriptions::cancel_now(call, &subscription, &args(how))?;
    } else {
        let how = json!({"cancel_at_period_end": true, "cancellation_details": details});
        subscriptions::change(call, &subscription, &args(how))?;
    }
    shown(call)
}

/// The customer stays, for the coupon that the session offers instead.
fn accept_offer(call: &mut Call<'_>, visit: &Visit, subscription: &Object) -> Outcome<Answer> {
    let flow = &visit.session.body["flow"]["subscription_cancel"];
    let coupon = flow["retention"]["coupon_offer"]["coupon"].as_str();
    let Some(coupon) = coupon.filter(|_| flow["subscription"] == subscription.id.as_str()) else {
        return Err(Refusal::status(400, "There is no offer.").into());
    };
    let change = json!({"discounts": [{"coupon": coupon}]});
    subscriptions::change(call, subscription, &args(change))?;
    shown(call)
}

/// It is not canceled after all.
fn renew(call: &mut Call<'_>, given: &Args) -> Outcome<Answer> {
    let (visit, subscription) = chosen(call, given)?;
    visit.require("subscription_cancel")?;
    subscriptions::change(call, &subscription, &args(json!({"cancel_at_period_end": false})))?;
    shown(call)
}

/// A change that can't be paid is not made.
fn update(call: &mut Call<'_>, given: &Args) -> Outcome<Answer> {
    let (visit, subscription) = chosen(call, given)?;
    let Args(mut change) = visit.change(call, &subscription, given)?;
    if visit.waits_for_period_end(call, &subscription, &change)? {
        let items = change.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        schedules::at_period_end(call, &subscription, &visit.phase_items(&subscription, &items))?;
        return shown(call);
    }
    change.insert("payment_behavior".to_owned(), json!("error_if_incomplete"));
    subscriptions::change(call, &subscription, &Args(change))?;
    shown(call)
}

fn pause(call: &mut Call<'_>, given: &Args) -> Outcome<Answer> {
    let (visit, subscription) = chosen(call, given)?;
    visit.require("subscription_pause")?;
    subscriptions::hold(call, &subscription)?;
    shown(call)
}

fn resume(call: &mut Call<'_>, given: &Args) -> Outcome<Answer> {
    let (visit, subscription) = chosen(call, given)?;
    visit.require("subscription_pause")?;
    subscriptions::go_on(call, &subscription, &Args::default())?;
    shown(call)
}

fn details(call: &mut Call<'_>, given: &Args) -> Outcome<Answer> {
    let visit = Visit::open(call)?;
    visit.require("customer_update")?;
    let allowed = &visit.configuration.body["features"]["customer_update"]["allowed_updates"];
    let mut after = visit.customer.clone();
    for name in ["email", "name", "phone"] {
        let is_allowed = allowed.as_array().is_some_and(|list| list.iter().any(|one| one == name));
        if let Some(text) = given.text(name).filter(|_| is_allowed) {
            after.body[name] = json!(text);
        }
    }
    call.update(&visit.customer, after)?;
    shown(call)
}

/// The visit, and the subscription that it is about.
fn chosen(call: &Call<'_>, given: &Args) -> Outcome<(Visit, Object)> {
    let visit = Visit::open(call)?;
    let subscription = visit.subscription(call, given.text("subscription").unwrap_or_default())?;
    Ok((visit, subscription))
}
