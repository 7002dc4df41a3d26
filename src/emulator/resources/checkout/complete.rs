//! Completing checkout sessions: what the hosted page does when the customer pays.

use serde_json::{Map, Value, json};

use super::subscribe::{Subscribed, subscribe};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Failure, Outcome};
use crate::emulator::database::Object;
use crate::emulator::due;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::payment_intents::{self, Attempt, Paid, Paying, Payment};
use crate::emulator::resources::payment_methods;
use crate::emulator::resources::setup_intents::{self, SetUp};
use crate::emulator::resources::{customers, discounts, payment_links};

/// How an attempt to complete a session ended.
enum Done {
    /// With this `payment_status`.
    Complete(&'static str),
    /// It stays open: the customer has to authenticate.
    Waits,
    /// It stays open: the caller gets this.
    Declined(Refusal),
}

/// Where a session notes that its customer was made by an attempt to pay it.
pub const OWN_CUSTOMER: &str = "own_customer";

/// What the customer gives to complete a session.
#[derive(Debug)]
pub struct Completion {
    pub method: Option<Object>,
    pub email: Option<String>,
    /// What the customer was told is due, in minor units.
    pub expected_amount: Option<i64>,
}

pub fn confirm(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let session = call.fetch(Kind::CheckoutSession)?;
    if session.body["status"] != "open" {
        let status = session.body["status"].as_str().unwrap_or_default();
        let message = format!("This Checkout Session is {status} and can't be completed any more.");
        return Err(Refusal::invalid(message).into());
    }
    let method = match args.text("payment_method") {
        Some(id) => Some(payment_methods::named(call, id, "payment_method")?),
        None => None,
    };
    let completion = Completion {
        method,
        email: args.text("email").map(str::to_owned),
        expected_amount: args.integer("expected_amount"),
    };
    complete_with(call, &session, session.clone(), completion).map(Answer::Object)
}

/// Whether an open session can't be completed without a payment method.
pub fn needs_method(session: &Object) -> bool {
    let is_free = session.body["amount_total"].as_i64().unwrap_or(0) == 0;
    match session.body["mode"].as_str() {
        Some("payment") => !is_free,
        Some("subscription") => !is_free || session.body["payment_method_collection"] != "if_required",
        _ => true,
    }
}

/// Completes an open session. `before` is how it is stored, `session` how the customer has filled it in.
///
/// # Errors
/// 400 for another amount than was expected or a missing payment method; 402 for a decline.
pub fn complete_with(
    call: &mut Call<'_>,
    before: &Object,
    mut session: Object,
    completion: Completion,
) -> Outcome<Object> {
    let Completion { method, email, expected_amount } = completion;
    let due = session.body["amount_total"].as_i64().unwrap_or(0);
    if expected_amount.is_some_and(|expected| expected != due) {
        let message = format!("The amount of this Checkout Session is {due}, and not the expected one.");
        return Err(Refusal::invalid(message).param("expected_amount").into());
    }
    if method.is_none() && needs_method(&session) {
        return Err(Refusal::missing("payment_method").into());
    }
    collect(call, &mut session, method.as_ref(), email.as_deref())?;
    let done = match (session.body["mode"].as_str(), &method) {
        (Some("payment"), Some(method)) if due > 0 => pay(call, &mut session, method)?,
        (Some("payment"), _) => Done::Complete("no_payment_required"),
        (Some("setup"), Some(method)) => set_up(call, &mut session, method)?,
        (_, method) => match subscribe(call, &mut session, method.as_ref())? {
            Subscribed::Begun(payment_status) => Done::Complete(payment_status),
            Subscribed::Declined(refusal) => Done::Declined(refusal),
        },
    };
    match done {
        Done::Complete(payment_status) => complete(call, before, session, payment_status),
        Done::Waits => call.store(before, session),
        Done::Declined(refusal) => {
            call.store(before, session)?;
            Err(Failure::Declined(Box::new(refusal)))
        }
    }
}

/// Takes what the customer told of themselves, and makes the customer where the session needs one. Who tells it otherwise at
/// another attempt is that customer still.
fn collect(
    call: &mut Call<'_>,
    session: &mut Object,
    method: Option<&Object>,
    email: Option<&str>,
) -> Outcome<()> {
    let customer = match session.body["customer"].as_str() {
        Some(id) => call.db.get(Kind::Customer, id)?,
        None => None,
    };
    let told = method.map_or(Value::Null, |method| method.body["billing_details"].clone());
    let known = customer.as_ref().map_or(&Value::Null, |customer| &customer.body);
    let first = |values: [&Value; 3]| values.into_iter().find(|value| !value.is_null()).cloned();
    let email = email.map_or(Value::Null, |email| json!(email));
    let given = [&session.body["customer_email"], &email, &told["email"]];
    let email = first(given).or_else(|| first([&known["email"], &Value::Null, &Value::Null]));
    session.body["customer_details"] = json!({
        "address": told["address"],
        "business_name": null,
        "email": email,
        "individual_name": null,
        "name": first([&told["name"], &known["name"], &Value::Null]),
        "phone": first([&told["phone"], &known["phone"], &Value::Null]),
        "tax_exempt": "none",
        "tax_ids": [],
    });
    let future = session.hidden.get("payment_intent_data").and_then(|data| data.get("setup_future_usage"));
    let needed = session.body["customer_creation"] == "always" || future.is_some();
    let details = &session.body["customer_details"];
    let mut fields = Map::new();
    for name in ["address", "email", "name", "phone"] {
        if !details[name].is_null() {
            fields.insert(name.to_owned(), details[name].clone());
        }
    }
    match customer {
        None if needed => {
            let customer = customers::make(call, &Args(fields))?;
            session.body["customer"] = json!(customer.id);
            session.hidden.insert(OWN_CUSTOMER.to_owned(), json!(true));
        }
        Some(customer) if session.hidden.contains_key(OWN_CUSTOMER) => {
            let mut told = customer.clone();
            fields.into_iter().for_each(|(name, value)| told.body[name] = value);
            if told.body != customer.body {
                call.update(&customer, told)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Pays with the session's intent, which the first attempt makes.
fn pay(call: &mut Call<'_>, session: &mut Object, method: &Object) -> Outcome<Done> {
    let customer = session.body["customer"].as_str();
    payment_methods::check_usable(method, customer)?;
    let known = match session.body["payment_intent"].as_str() {
        Some(id) => call.db.get(Kind::PaymentIntent, id)?,
        None => None,
    };
    let intent = match known {
        Some(intent) => intent,
        None => start(call, session)?,
    };
    session.body["payment_intent"] = json!(intent.id);
    let return_url = session.body["success_url"].as_str().or_else(|| session.body["return_url"].as_str());
    let attempt = Attempt { return_url, ..Attempt::new(method, false) };
    let Paid { intent, paying } = payment_intents::attempt(call, &intent, &attempt)?;
    Ok(match paying {
        Paying::Succeeded => Done::Complete("paid"),
        Paying::RequiresCapture | Paying::Processing => Done::Complete("unpaid"),
        Paying::RequiresAction => Done::Waits,
        Paying::Declined(decline) => {
            let error = &intent.body["last_payment_error"];
            Done::Declined(decline.refusal("payment_intent", &intent.body, error))
        }
    })
}

fn start(call: &mut Call<'_>, session: &Object) -> Outcome<Object> {
    let data = session.hidden.get("payment_intent_data").and_then(Value::as_object);
    let data = Args(data.cloned().unwrap_or_default());
    let payment = Payment {
        amount: session.body["amount_total"].as_i64().unwrap_or(0),
        currency: session.body["currency"].as_str().unwrap_or_default(),
        customer: session.body["customer"].as_str(),
        description: data.or_null("description"),
        metadata: data.new_metadata(),
        setup_future_usage: data.text("setup_future_usage"),
    };
    payment_intents::start_with(call, &payment, &data)
}

fn set_up(call: &mut Call<'_>, session: &mut Object, method: &Object) -> Outcome<Done> {
    let customer = session.body["customer"].as_str().map(str::to_owned);
    payment_methods::check_usable(method, customer.as_deref())?;
    let id = session.body["setup_intent"].as_str().unwrap_or_default();
    let intent = call.db.get(Kind::SetupIntent, id)?.ok_or_else(Refusal::internal)?;
    let mut of_customer = intent.clone();
    of_customer.body["customer"] = json!(customer);
    let intent = call.store(&intent, of_customer)?;
    let (intent, outcome) = setup_intents::set_up(call, &intent, method, false)?;
    Ok(match outcome {
        SetUp::Succeeded => Done::Complete("no_payment_required"),
        SetUp::RequiresAction => Done::Waits,
        SetUp::Declined(decline) => {
            Done::Declined(decline.refusal("setup_intent", &intent.body, &intent.body["last_setup_error"]))
        }
    })
}

fn complete(
    call: &mut Call<'_>,
    before: &Object,
    mut session: Object,
    payment_status: &str,
) -> Outcome<Object> {
    due::set(&mut session, None);
    session.body["payment_status"] = json!(payment_status);
    session.body["status"] = json!("complete");
    session.body["url"] = Value::Null;
    let session = call.store(before, session)?;
    redeem(call, &session)?;
    payment_links::open::count(call, &session)?;
    call.tell("checkout.session.completed", &session)?;
    Ok(session)
}

/// A one-time payment uses up its coupon and its code; a subscription's discount has done so already.
fn redeem(call: &mut Call<'_>, session: &Object) -> Outcome<()> {
    if session.body["mode"] != "payment" {
        return Ok(());
    }
    let Some(coupon) = session.hidden.get("coupon").and_then(Value::as_str) else { return Ok(()) };
    let Some(coupon) = call.db.get(Kind::Coupon, coupon)? else { return Ok(()) };
    let code = match session.body["discounts"][0]["promotion_code"].as_str() {
        Some(id) => call.db.get(Kind::PromotionCode, id)?,
        None => None,
    };
    discounts::redeem(call, &coupon, code.as_ref())
}

/// Has a session follow its setup intent, once the customer has authenticated.
///
/// # Errors
/// SQLite's.
pub fn follow_set_up(call: &mut Call<'_>, intent: &Object) -> Outcome<()> {
    let sessions = call.db.with_key(Kind::CheckoutSession, "setup_intent", &intent.id)?;
    match sessions.into_iter().next() {
        Some(before) if before.body["status"] == "open" && intent.body["status"] == "succeeded" => {
            complete(call, &before, before.clone(), "no_payment_required").map(drop)
        }
        _ => Ok(()),
    }
}

/// Has a session follow what became of its payment later: a bank debit that ends, a customer who authenticates.
///
/// # Errors
/// SQLite's.
pub fn follow(call: &mut Call<'_>, intent: &Object, paying: Paying) -> Outcome<()> {
    let sessions = call.db.with_key(Kind::CheckoutSession, "payment_intent", &intent.id)?;
    let Some(before) = sessions.into_iter().next() else { return Ok(()) };
    let (paid, failed) = (paying == Paying::Succeeded, matches!(paying, Paying::Declined(_)));
    match before.body["status"].as_str() {
        Some("open") if paid => complete(call, &before, before.clone(), "paid").map(drop),
        Some("complete") if paid && before.body["payment_status"] == "unpaid" => {
            let mut after = before.clone();
            after.body["payment_status"] = json!("paid");
            let after = call.store(&before, after)?;
            call.tell("checkout.session.async_payment_succeeded", &after)
        }
        Some("complete") if failed => call.tell("checkout.session.async_payment_failed", &before),
        _ => Ok(()),
    }
}
