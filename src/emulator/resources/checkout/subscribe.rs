//! Completing a session that sells a subscription.

use serde_json::{Map, Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Call, Failure, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::payment_intents::{self, Attempt, Paid, Paying, Payment};
use crate::emulator::resources::{payment_methods, subscriptions};

/// Where a session keeps the payment intent of its declined attempts.
const DECLINED: &str = "declined_intent";

/// What became of the first payment.
#[derive(Debug)]
pub enum Subscribed {
    /// The subscription has begun; the session's `payment_status`.
    Begun(&'static str),
    /// There is none: the session stays open, and the caller gets this.
    Declined(Refusal),
}

/// Starts the session's subscription, paid with the method. A payment that is declined leaves a failed charge and no
/// subscription behind.
///
/// # Errors
/// 402 where a card can't be saved, or the customer has to authenticate.
pub fn subscribe(call: &mut Call<'_>, session: &mut Object, method: Option<&Object>) -> Outcome<Subscribed> {
    let customer = session.body["customer"].as_str().unwrap_or_default().to_owned();
    let mut args = Map::new();
    if let Some(method) = method {
        payment_methods::check_usable(method, Some(&customer))?;
        if let Some(refusal) = decline(call, session, method)? {
            return Ok(Subscribed::Declined(refusal));
        }
        let method = payment_methods::attach(call, method.clone(), &customer).map_err(undone)?;
        args.insert("default_payment_method".to_owned(), json!(method.id));
    }
    let (items, once) = items(call, session)?;
    args.insert("items".to_owned(), Value::Array(items));
    if !once.is_empty() {
        args.insert("add_invoice_items".to_owned(), Value::Array(once));
    }
    args.insert("customer".to_owned(), json!(customer));
    args.insert("currency".to_owned(), session.body["currency"].clone());
    args.insert("payment_behavior".to_owned(), json!("error_if_incomplete"));
    let data = session.hidden.get("subscription_data").and_then(Value::as_object);
    args.extend(data.cloned().unwrap_or_default());
    if let Some(discounts) = discounts(&session.body["discounts"]) {
        args.insert("discounts".to_owned(), discounts);
    }
    let subscription = subscriptions::subscribe(call, &Args(args))?;
    session.body["subscription"] = json!(subscription.id);
    session.body["invoice"] = subscription.body["latest_invoice"].clone();
    // The invoice has a payment intent of its own: that of earlier attempts is not to be paid any more.
    if let Some(tried) = declined_before(call, session)? {
        payment_intents::void(call, &tried, "abandoned")?;
    }
    let due = session.body["amount_total"].as_i64().unwrap_or(0);
    Ok(Subscribed::Begun(if due == 0 { "no_payment_required" } else { "paid" }))
}

/// Has a card that declines the first payment do so, before there is a subscription. All attempts of a session are at one
/// payment intent. None for a card that pays, or that asks for its owner first.
fn decline(call: &mut Call<'_>, session: &mut Object, method: &Object) -> Outcome<Option<Refusal>> {
    let due = session.body["amount_total"].as_i64().unwrap_or(0);
    let behaviour = payment_methods::behaviour(method)?;
    let asks = behaviour.authentication.is_due(method.hidden.contains_key("set_up"), false);
    if due == 0 || behaviour.decline.is_none() || behaviour.delayed || asks {
        return Ok(None);
    }
    let intent = match declined_before(call, session)? {
        Some(intent) => intent,
        None => {
            let payment = Payment {
                amount: due,
                currency: session.body["currency"].as_str().unwrap_or_default(),
                customer: session.body["customer"].as_str(),
                description: json!("Subscription creation"),
                metadata: json!({}),
                setup_future_usage: Some("off_session"),
            };
            payment_intents::start(call, &payment)?
        }
    };
    session.hidden.insert(DECLINED.to_owned(), json!(intent.id));
    let Paid { intent, paying } = payment_intents::attempt(call, &intent, &Attempt::new(method, false))?;
    Ok(match paying {
        Paying::Declined(decline) => {
            Some(decline.refusal("payment_intent", &intent.body, &intent.body["last_payment_error"]))
        }
        Paying::Succeeded | Paying::RequiresCapture | Paying::RequiresAction | Paying::Processing => None,
    })
}

/// The payment intent of a session's declined attempts, for as long as it waits for another method.
fn declined_before(call: &Call<'_>, session: &Object) -> Outcome<Option<Object>> {
    let known = match session.hidden.get(DECLINED).and_then(Value::as_str) {
        Some(id) => call.db.get(Kind::PaymentIntent, id)?,
        None => None,
    };
    Ok(known.filter(|intent| intent.body["status"] == "requires_payment_method"))
}

/// A card that can't even be saved: nothing stays of the attempt, not the customer either.
fn undone(failure: Failure) -> Failure {
    match failure {
        Failure::Declined(refusal) => Failure::Refused(*refusal),
        other => other,
    }
}

/// What recurs, and what is paid once with the first invoice.
fn items(call: &Call<'_>, session: &Object) -> Outcome<(Vec<Value>, Vec<Value>)> {
    let (mut recurring, mut once) = (Vec::new(), Vec::new());
    for line in session.hidden.get("lines").and_then(Value::as_array).into_iter().flatten() {
        let mut item = json!({"price": line["price"]});
        if !line["quantity"].is_null() {
            item["quantity"] = line["quantity"].clone();
        }
        let price = call.db.get(Kind::Price, line["price"].as_str().unwrap_or_default())?;
        if price.is_some_and(|price| price.body["type"] == "recurring") {
            recurring.push(item);
        } else {
            once.push(item);
        }
    }
    Ok((recurring, once))
}

fn discounts(shown: &Value) -> Option<Value> {
    let discount = shown.as_array()?.first()?;
    let named = discount.as_object()?.iter().find(|(_, id)| !id.is_null())?;
    Some(json!([{ (named.0.as_str()): named.1 }]))
}
