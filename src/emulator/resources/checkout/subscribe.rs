//! Completing a session that sells a subscription.

use serde_json::{Map, Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Call, Failure, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::resources::{payment_methods, subscriptions};

/// Starts the session's subscription, paid with the method. A payment that fails leaves no subscription behind: the
/// session stays open, as its caller is refused. The session's `payment_status`.
///
/// # Errors
/// 402 where the first payment is declined or the customer has to authenticate.
pub fn subscribe(
    call: &mut Call<'_>,
    session: &mut Object,
    method: Option<&Object>,
) -> Outcome<&'static str> {
    let customer = session.body["customer"].as_str().unwrap_or_default().to_owned();
    let mut args = Map::new();
    if let Some(method) = method {
        payment_methods::check_usable(method, Some(&customer))?;
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
    let due = session.body["amount_total"].as_i64().unwrap_or(0);
    Ok(if due == 0 { "no_payment_required" } else { "paid" })
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
