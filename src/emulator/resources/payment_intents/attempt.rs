//! Paying: what becomes of a payment intent that is confirmed with a payment method.
//!
//! Statuses go as docs.stripe.com/payments/paymentintents/lifecycle has them. A decline is no error here: it is what
//! happened, and the caller decides whether its own caller gets a 402 for it.

use serde_json::{Value, json};

use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::due;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::charges::{self, Result as Charged};
use crate::emulator::resources::checkout;
use crate::emulator::resources::invoices::collect;
use crate::emulator::resources::payment_methods::{self, AUTHENTICATION_REQUIRED, Decline};

/// How long a bank debit is under way. Real ones take days; those of Stripe's test accounts seconds.
const DEBIT_SECONDS: i64 = 3;

/// One try to pay.
#[derive(Debug)]
pub struct Attempt<'a> {
    pub method: &'a Object,
    /// The customer is not there to authenticate: a card that needs it is declined.
    pub off_session: bool,
    /// The same, asked for by `error_on_requires_action`.
    pub decline_authentication: bool,
    /// The customer has just authenticated.
    pub authenticated: bool,
    /// Where the customer returns to after authenticating.
    pub return_url: Option<&'a str>,
}

impl<'a> Attempt<'a> {
    /// A try with nothing special about it.
    pub fn new(method: &'a Object, off_session: bool) -> Attempt<'a> {
        Attempt { method, off_session, decline_authentication: false, authenticated: false, return_url: None }
    }
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paying {
    Succeeded,
    /// The bank holds the money; see the capture of an intent.
    RequiresCapture,
    /// The customer has to authenticate.
    RequiresAction,
    /// A bank debit is under way; see [`finish_processing`].
    Processing,
    Declined(&'static Decline),
}

/// A payment intent after a try.
#[derive(Debug)]
pub struct Paid {
    pub intent: Object,
    pub paying: Paying,
}

/// Tries to pay an intent, and tells of all that changes.
///
/// # Errors
/// SQLite's. The caller has checked that the intent can be confirmed, and the method be used for it.
pub fn attempt(call: &mut Call<'_>, intent: &Object, attempt: &Attempt<'_>) -> Outcome<Paid> {
    let paid = confirm(call, intent, attempt)?;
    collect::follow(call, &paid.intent, paid.paying)?;
    Ok(paid)
}

fn confirm(call: &mut Call<'_>, intent: &Object, attempt: &Attempt<'_>) -> Outcome<Paid> {
    let method = attempt.method;
    let behaviour = payment_methods::behaviour(method)?;
    let set_up = method.hidden.contains_key("set_up");
    let asked = intent.body["payment_method_options"]["card"]["request_three_d_secure"].as_str();
    let asked = matches!(asked, Some("any" | "challenge")) && !attempt.off_session && !behaviour.delayed;
    let due = behaviour.authentication.is_due(set_up, attempt.off_session) || asked;
    let must_authenticate = due && !attempt.authenticated;
    if must_authenticate && (attempt.off_session || attempt.decline_authentication) {
        return decline(call, intent, method, &AUTHENTICATION_REQUIRED);
    }
    if must_authenticate {
        return require_action(call, intent, attempt);
    }
    if behaviour.delayed {
        return process(call, intent, method);
    }
    match behaviour.decline {
        Some(reason) => decline(call, intent, method, reason),
        None => approve(call, intent, method),
    }
}

fn approve(call: &mut Call<'_>, intent: &Object, method: &Object) -> Outcome<Paid> {
    let method = &keep_method(call, intent, method)?;
    let charged = match intent.body["capture_method"].as_str() {
        Some("manual") => Charged::Authorized,
        _ => Charged::Captured,
    };
    let mut charge = charges::record(call, &intent.body, method, charged)?;
    let booked_later = intent.body["capture_method"] == "automatic_async";
    if charged == Charged::Captured && !booked_later {
        charge = charges::book(call, &charge, method)?;
    }
    call.tell("charge.succeeded", &charge)?;
    let mut after = settled(intent, method, &charge);
    let (paying, event) = match charged {
        Charged::Authorized => {
            after.body["amount_capturable"] = intent.body["amount"].clone();
            after.body["status"] = json!("requires_capture");
            (Paying::RequiresCapture, "payment_intent.amount_capturable_updated")
        }
        _ => {
            after.body["amount_received"] = intent.body["amount"].clone();
            after.body["status"] = json!("succeeded");
            (Paying::Succeeded, "payment_intent.succeeded")
        }
    };
    let after = call.store(intent, after)?;
    call.tell(event, &after)?;
    if charged == Charged::Captured && booked_later {
        charges::book_and_tell(call, &charge, method)?;
    }
    Ok(Paid { intent: after, paying })
}

/// The intent with what all ends but a decline have in common.
fn settled(intent: &Object, method: &Object, charge: &Object) -> Object {
    let mut after = intent.clone();
    after.body["payment_method"] = json!(method.id);
    after.body["latest_charge"] = json!(charge.id);
    after.body["last_payment_error"] = Value::Null;
    after.body["next_action"] = Value::Null;
    after
}

/// Saves the method where the intent asks for it; else a method that is nobody's can't be used again.
fn keep_method(call: &mut Call<'_>, intent: &Object, method: &Object) -> Outcome<Object> {
    let usage = intent.body["setup_future_usage"].as_str();
    let mut kept = method.clone();
    if let (Some(_), Some(customer)) = (usage, intent.body["customer"].as_str()) {
        kept = payment_methods::attach(call, kept, customer)?;
    }
    if kept.body["customer"].is_null() {
        return payment_methods::spend(call, kept);
    }
    if usage == Some("off_session") { payment_methods::set_up(call, kept) } else { Ok(kept) }
}

fn require_action(call: &mut Call<'_>, intent: &Object, attempt: &Attempt<'_>) -> Outcome<Paid> {
    let mut after = intent.clone();
    after.body["payment_method"] = json!(attempt.method.id);
    after.body["last_payment_error"] = Value::Null;
    after.body["next_action"] = next_action(intent, attempt.return_url);
    after.body["status"] = json!("requires_action");
    let after = call.store(intent, after)?;
    call.tell("payment_intent.requires_action", &after)?;
    Ok(Paid { intent: after, paying: Paying::RequiresAction })
}

/// How a customer authenticates: on a page that returns somewhere, or in Stripe's own script.
pub fn next_action(intent: &Object, return_url: Option<&str>) -> Value {
    let secret = intent.body["client_secret"].as_str().unwrap_or_default();
    let url = format!("https://hooks.stripe.com/3d_secure_2/hosted/{}?client_secret={secret}", intent.id);
    match return_url {
        Some(return_url) => {
            json!({"redirect_to_url": {"return_url": return_url, "url": url}, "type": "redirect_to_url"})
        }
        None => json!({"type": "use_stripe_sdk", "use_stripe_sdk": {}}),
    }
}

fn process(call: &mut Call<'_>, intent: &Object, method: &Object) -> Outcome<Paid> {
    let method = &keep_method(call, intent, method)?;
    let charge = charges::record(call, &intent.body, method, Charged::Pending)?;
    call.tell("charge.pending", &charge)?;
    let mut after = settled(intent, method, &charge);
    after.body["status"] = json!("processing");
    due::set(&mut after, Some(call.now + DEBIT_SECONDS));
    let after = call.store(intent, after)?;
    call.tell("payment_intent.processing", &after)?;
    Ok(Paid { intent: after, paying: Paying::Processing })
}

/// Ends a bank debit that is under way, as the bank would days later.
///
/// # Errors
/// SQLite's.
pub fn finish_processing(call: &mut Call<'_>, intent: &Object) -> Outcome<Paid> {
    let paid = end_debit(call, intent)?;
    collect::follow(call, &paid.intent, paid.paying)?;
    checkout::follow(call, &paid.intent, paid.paying)?;
    Ok(paid)
}

fn end_debit(call: &mut Call<'_>, intent: &Object) -> Outcome<Paid> {
    let method = linked(call, intent, "payment_method", Kind::PaymentMethod)?;
    let pending = linked(call, intent, "latest_charge", Kind::Charge)?;
    let behaviour = payment_methods::behaviour(&method)?;
    let mut charge = pending.clone();
    let mut after = intent.clone();
    due::set(&mut after, None);
    if let Some(reason) = behaviour.decline {
        charge.body["status"] = json!("failed");
        charge.body["failure_code"] = json!(reason.code);
        charge.body["failure_message"] = json!(reason.message);
        charge.body["outcome"] = reason.outcome();
        let charge = call.store(&pending, charge)?;
        call.tell("charge.failed", &charge)?;
        let intent = call.store(intent, after)?;
        return fail(call, &intent, &method, reason, &charge);
    }
    charge.body["status"] = json!("succeeded");
    charge.body["paid"] = json!(true);
    charge.body["amount_captured"] = charge.body["amount"].clone();
    let charge = call.store(&pending, charge)?;
    let charge = charges::book(call, &charge, &method)?;
    call.tell("charge.succeeded", &charge)?;
    after.body["amount_received"] = intent.body["amount"].clone();
    after.body["status"] = json!("succeeded");
    let after = call.store(intent, after)?;
    call.tell("payment_intent.succeeded", &after)?;
    Ok(Paid { intent: after, paying: Paying::Succeeded })
}

/// An object that a field of an intent names.
///
/// # Errors
/// A 500 if there is none, which would be the emulator's own mistake.
pub fn linked(call: &Call<'_>, intent: &Object, field: &str, kind: Kind) -> Outcome<Object> {
    let id = intent.body[field].as_str().unwrap_or_default();
    Ok(call.db.get(kind, id)?.ok_or_else(Refusal::internal)?)
}

fn decline(call: &mut Call<'_>, intent: &Object, method: &Object, reason: &'static Decline) -> Outcome<Paid> {
    let charge = charges::record(call, &intent.body, method, Charged::Failed(reason))?;
    call.tell("charge.failed", &charge)?;
    fail(call, intent, method, reason, &charge)
}

/// After a decline the intent waits for another method.
fn fail(
    call: &mut Call<'_>,
    intent: &Object,
    method: &Object,
    reason: &'static Decline,
    charge: &Object,
) -> Outcome<Paid> {
    let mut after = settled(intent, method, charge);
    after.body["payment_method"] = Value::Null;
    after.body["status"] = json!("requires_payment_method");
    after.body["last_payment_error"] = reason.last_error(Some(&charge.id), &method.body);
    let after = call.store(intent, after)?;
    call.tell("payment_intent.payment_failed", &after)?;
    Ok(Paid { intent: after, paying: Paying::Declined(reason) })
}
