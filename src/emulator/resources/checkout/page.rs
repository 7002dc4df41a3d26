//! The hosted page of a session: what it shows, and what a person can do on it.
//!
//! Stripe's API has no calls for it, so these are no endpoints of the API: [`crate::emulator::pages`] leads here.

use serde_json::{Map, Value, json};

use super::amounts;
use super::complete::{self, Completion};
use super::create::price;
use super::payer;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Failure, Outcome};
use crate::emulator::database::Object;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::{authenticate, payment_methods, promotion_codes};
use crate::emulator::spec::{AMOUNT, Param, TEXT, Type, optional, required};
use crate::emulator::wording::interval;

const DAY: i64 = 24 * 60 * 60;
/// The most of an item that can be chosen, where the line does not say.
const MOST: i64 = 99;

/// Hidden: what is said once it is paid, where no address follows.
pub const CONFIRMATION: &str = "confirmation";
/// Hidden: the address that a link's query filled in.
pub const PREFILLED_EMAIL: &str = "prefilled_email";

pub static SHOW: Endpoint = Endpoint {
    method: Method::Get,
    route: "/c/pay/{id}",
    params: &[],
    answers: Answers::Other,
    handler: |call, _| {
        let session = hosted(call)?;
        view(call, &session)
    },
};

/// Changes what is bought: quantities, and a promotion code.
pub static ORDER: Endpoint = Endpoint {
    method: Method::Post,
    route: "/c/pay/{id}/order",
    params: &[&[
        optional("promotion_code", TEXT),
        optional("quantity", Type::Metadata),
        optional("remove_code", Type::Flag),
    ]],
    answers: Answers::Other,
    handler: order,
};

pub static PAY: Endpoint = Endpoint {
    method: Method::Post,
    route: "/c/pay/{id}/pay",
    params: &[&[required("expected_amount", AMOUNT)], payer::FIELDS],
    answers: Answers::Other,
    handler: pay,
};

/// What the customer tells the bank.
pub static BANK: Endpoint = Endpoint {
    method: Method::Post,
    route: "/c/pay/{id}/bank",
    params: &[OUTCOME],
    answers: Answers::Other,
    handler: bank,
};

const OUTCOME: &[Param] = &[required("outcome", Type::Choice(&["fail", "pass"]))];

/// The session of the page; one that is shown inside another page has none.
fn hosted(call: &Call<'_>) -> Outcome<Object> {
    let session = call.fetch(Kind::CheckoutSession)?;
    if session.body["ui_mode"] == "hosted_page" {
        return Ok(session);
    }
    Err(Refusal::not_found(Kind::CheckoutSession.label(), &session.id).into())
}

/// The session of the page, while it can be paid.
fn open(call: &Call<'_>) -> Outcome<Option<Object>> {
    Ok(Some(hosted(call)?).filter(|session| session.body["status"] == "open"))
}

/// What the page shows.
fn view(call: &Call<'_>, session: &Object) -> Outcome<Answer> {
    let body = &session.body;
    let customer = match body["customer"].as_str() {
        Some(id) => call.db.get(Kind::Customer, id)?,
        None => None,
    };
    // Whom an earlier attempt made a customer of may still write another address.
    let is_own = session.hidden.contains_key(complete::OWN_CUSTOMER);
    let known = customer.filter(|_| !is_own).map_or(Value::Null, |customer| customer.body["email"].clone());
    let email = if body["customer_email"].is_null() { known } else { body["customer_email"].clone() };
    let written = body.pointer("/customer_details/email").filter(|_| is_own);
    Ok(Answer::Plain(json!({
        "session": body,
        "lines": amounts::shown(call, &session.hidden)?,
        "recurring": recurring(call, session)?,
        "trial_end": trial_end(call, session),
        "email": email,
        "prefilled_email": written.or_else(|| session.hidden.get(PREFILLED_EMAIL)),
        "needs_card": complete::needs_method(session),
        "code": code(call, session)?,
        "waits_for_bank": waiting(call, session)?.is_some(),
        "message": session.hidden.get(CONFIRMATION),
    })))
}

/// What a subscription costs after its trial and after what is off the first invoice only, and how often.
fn recurring(call: &Call<'_>, session: &Object) -> Outcome<Value> {
    let mut hidden = session.hidden.clone();
    hidden.insert("trial".to_owned(), json!(false));
    let coupon = match hidden.get("coupon").and_then(Value::as_str) {
        Some(id) => call.db.get(Kind::Coupon, id)?,
        None => None,
    };
    if coupon.is_some_and(|coupon| coupon.body["duration"] == "once") {
        hidden.shift_remove("coupon");
    }
    let lines: Vec<Value> = amounts::shown(call, &hidden)?
        .into_iter()
        .filter(|line| line["price"]["type"] == "recurring")
        .collect();
    let Some(first) = lines.first() else { return Ok(Value::Null) };
    let every = interval(&first["price"]["recurring"]);
    // Several intervals have no common sum.
    if lines.iter().any(|line| interval(&line["price"]["recurring"]) != every) {
        return Ok(Value::Null);
    }
    let amount: i64 = lines.iter().filter_map(|line| line["amount_total"].as_i64()).sum();
    Ok(json!({"amount": amount, "every": every}))
}

/// When a trial that begins now ends.
fn trial_end(call: &Call<'_>, session: &Object) -> Option<i64> {
    let data = session.hidden.get("subscription_data")?;
    let days = data["trial_period_days"].as_i64().map(|days| call.now + days * DAY);
    data["trial_end"].as_i64().or(days)
}

/// The code that is applied, or its coupon's name.
fn code(call: &Call<'_>, session: &Object) -> Outcome<Value> {
    let discount = &session.body["discounts"][0];
    if let Some(id) = discount["promotion_code"].as_str() {
        let code = call.db.get(Kind::PromotionCode, id)?;
        return Ok(code.map_or(Value::Null, |code| code.body["code"].clone()));
    }
    let coupon = match discount["coupon"].as_str() {
        Some(id) => call.db.get(Kind::Coupon, id)?,
        None => None,
    };
    let name = |coupon: Object| coupon.body["name"].as_str().map_or(json!(coupon.id), |name| json!(name));
    Ok(coupon.map_or(Value::Null, name))
}

/// The intent that waits for the customer's bank.
fn waiting(call: &Call<'_>, session: &Object) -> Outcome<Option<Object>> {
    for (field, kind) in [("payment_intent", Kind::PaymentIntent), ("setup_intent", Kind::SetupIntent)] {
        if let Some(id) = session.body[field].as_str()
            && let Some(intent) = call.db.get(kind, id)?
            && intent.body["status"] == "requires_action"
            && session.body["status"] == "open"
        {
            return Ok(Some(intent));
        }
    }
    Ok(None)
}

fn order(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let Some(before) = open(call)? else {
        let session = hosted(call)?;
        return view(call, &session);
    };
    let mut after = before.clone();
    if let Some(quantities) = args.object("quantity") {
        adjust(&mut after, quantities)?;
    }
    if args.flag("remove_code") == Some(true) && before.body["allow_promotion_codes"] == true {
        after.hidden.shift_remove("coupon");
        after.body["discounts"] = json!([]);
    }
    price(call, &mut after)?;
    if let Some(code) = args.text("promotion_code") {
        apply(call, &mut after, code)?;
    }
    let after = call.store(&before, after)?;
    view(call, &after)
}

/// Sets the quantities of lines that can be adjusted.
fn adjust(session: &mut Object, quantities: &Map<String, Value>) -> Result<(), Refusal> {
    for line in session.hidden.get_mut("lines").and_then(Value::as_array_mut).into_iter().flatten() {
        let bounds = &line["adjustable_quantity"];
        let Some(text) = quantities.get(line["id"].as_str().unwrap_or_default()).and_then(Value::as_str)
        else {
            continue;
        };
        if bounds["enabled"] != true {
            return Err(Refusal::parameter("quantity", "This quantity can't be changed."));
        }
        let (least, most) =
            (bounds["minimum"].as_i64().unwrap_or(1).max(1), bounds["maximum"].as_i64().unwrap_or(MOST));
        let quantity = text.trim().parse::<i64>().ok().filter(|quantity| (least..=most).contains(quantity));
        let message = || Refusal::parameter("quantity", format!("Choose a quantity from {least} to {most}."));
        line["quantity"] = json!(quantity.ok_or_else(message)?);
    }
    Ok(())
}

/// The session with a promotion code; `None` where the code can't be used.
///
/// # Errors
/// SQLite's.
pub fn with_code(call: &Call<'_>, session: &Object, code: &str) -> Outcome<Option<Object>> {
    let mut with = session.clone();
    match apply(call, &mut with, code) {
        Ok(()) => Ok(Some(with)),
        Err(Failure::Refused(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Applies a promotion code that the customer typed.
fn apply(call: &Call<'_>, session: &mut Object, code: &str) -> Outcome<()> {
    const PARAM: &str = "promotion_code";
    if session.body["allow_promotion_codes"] != true {
        return Err(Refusal::parameter(PARAM, "This session takes no promotion codes.").into());
    }
    let body = &session.body;
    let (subtotal, currency) =
        (body["amount_subtotal"].as_i64().unwrap_or(0), body["currency"].as_str().unwrap_or_default());
    let found = promotion_codes::typed(call, code.trim(), body["customer"].as_str(), subtotal, currency)?;
    let (code, coupon) = found.map_err(|message| Refusal::parameter(PARAM, message))?;
    let full = body["amount_total"].clone();
    session.hidden.insert("coupon".to_owned(), json!(coupon.id));
    session.body["discounts"] = json!([{"coupon": null, "promotion_code": code.id}]);
    price(call, session)?;
    let is_trial = session.hidden.get("trial") == Some(&json!(true));
    if session.body["amount_total"] == full && !is_trial {
        return Err(Refusal::parameter(PARAM, "This code is not for what you are buying.").into());
    }
    Ok(())
}

fn pay(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let Some(before) = open(call)? else {
        let session = hosted(call)?;
        return view(call, &session);
    };
    let needs_card = complete::needs_method(&before);
    let session = payer::answered(&before, args)?;
    let method = match payer::payment_method(call, &before, args, needs_card)? {
        Some(data) => Some(payment_methods::make(call, &data, "")?),
        None => None,
    };
    let completion = Completion {
        method,
        email: args.text("email").map(str::to_owned),
        expected_amount: args.integer("expected_amount"),
    };
    let session = complete::complete_with(call, &before, session, completion)?;
    view(call, &session)
}

fn bank(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let session = hosted(call)?;
    if let Some(intent) = waiting(call, &session)? {
        let intent = authenticate::decide(call, &intent, args.text("outcome") == Some("pass"))?;
        let failure = match intent.kind {
            Kind::SetupIntent => &intent.body["last_setup_error"],
            _ => &intent.body["last_payment_error"],
        };
        let session = hosted(call)?;
        let Answer::Plain(mut shown) = view(call, &session)? else { return Err(Refusal::internal().into()) };
        if session.body["status"] == "open" {
            shown["failure"] = failure["message"].clone();
        }
        return Ok(Answer::Plain(shown));
    }
    view(call, &session)
}
