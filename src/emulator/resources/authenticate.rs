//! What a customer's bank does on its own page: lets a payment or a saved method through, or not.
//!
//! Stripe has no call for it, so this is no endpoint of the API: [`super::super::control`] leads here.

use serde_json::{Value, json};

use super::invoices::collect;
use super::payment_intents::{self, Attempt, Paying, linked};
use super::payment_methods::AUTHENTICATION_REQUIRED;
use super::{checkout, setup_intents};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{Type, required};

pub const ENDPOINT: Endpoint = Endpoint {
    method: Method::Post,
    route: "/_emulator/authenticate/{id}",
    params: &[&[required("outcome", Type::Choice(&["fail", "pass"]))]],
    answers: Answers::Other,
    handler: authenticate,
};

fn authenticate(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let passed = args.text("outcome") == Some("pass");
    let kind = if call.id().starts_with("seti_") { Kind::SetupIntent } else { Kind::PaymentIntent };
    let intent = call.fetch(kind)?;
    if intent.body["status"] != "requires_action" {
        let status = intent.body["status"].as_str().unwrap_or_default();
        let message = format!("Nobody has to authenticate `{}`: its status is {status}.", intent.id);
        return Err(Refusal::invalid(message).into());
    }
    decide(call, &intent, passed).map(|intent| Answer::Plain(intent.body))
}

/// Lets an intent that waits for the customer's bank through, or not; the intent as it is then.
///
/// # Errors
/// SQLite's.
pub fn decide(call: &mut Call<'_>, intent: &Object, passed: bool) -> Outcome<Object> {
    let method = linked(call, intent, "payment_method", Kind::PaymentMethod)?;
    Ok(match (intent.kind, passed) {
        (Kind::SetupIntent, true) => {
            let (intent, _) = setup_intents::set_up(call, intent, &method, true)?;
            checkout::follow_set_up(call, &intent)?;
            intent
        }
        (Kind::SetupIntent, false) => {
            fail(call, intent, &method, "last_setup_error", "setup_intent.setup_failed")?
        }
        (_, true) => {
            let attempt = Attempt { authenticated: true, ..Attempt::new(&method, false) };
            let paid = payment_intents::attempt(call, intent, &attempt)?;
            checkout::follow(call, &paid.intent, paid.paying)?;
            paid.intent
        }
        (_, false) => {
            let failed = fail(call, intent, &method, "last_payment_error", "payment_intent.payment_failed")?;
            collect::follow(call, &failed, Paying::Declined(&AUTHENTICATION_REQUIRED))?;
            failed
        }
    })
}

/// The intent waits for another method, or for another try.
fn fail(call: &mut Call<'_>, intent: &Object, method: &Object, field: &str, event: &str) -> Outcome<Object> {
    let (code, name) = match intent.kind {
        Kind::SetupIntent => ("setup_intent_authentication_failure", "SetupIntent"),
        _ => ("payment_intent_authentication_failure", "PaymentIntent"),
    };
    let mut after = intent.clone();
    after.body["next_action"] = Value::Null;
    after.body["payment_method"] = Value::Null;
    after.body["status"] = json!("requires_payment_method");
    after.body[field] = json!({
        "code": code,
        "doc_url": format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-")),
        "message": format!(
            "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new \
             PaymentMethod to attempt to fulfill this {name} again."
        ),
        "payment_method": method.body,
        "type": "invalid_request_error",
    });
    let after = call.store(intent, after)?;
    call.tell(event, &after)?;
    Ok(after)
}
