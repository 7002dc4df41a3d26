//! What becomes of a setup intent that is confirmed with a payment method.

use serde_json::{Value, json};

use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::resources::payment_intents::next_action;
use crate::emulator::resources::payment_methods::{self, Decline};

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetUp {
    Succeeded,
    /// The customer has to authenticate.
    RequiresAction,
    Declined(&'static Decline),
}

/// Tries to set a method up, and tells of all that changes. `authenticated`: the customer has just done that.
///
/// # Errors
/// SQLite's. A decline is a result.
pub fn set_up(
    call: &mut Call<'_>,
    intent: &Object,
    method: &Object,
    authenticated: bool,
) -> Outcome<(Object, SetUp)> {
    let behaviour = payment_methods::behaviour(method)?;
    let mut after = intent.clone();
    after.body["next_action"] = Value::Null;
    after.body["last_setup_error"] = Value::Null;
    let set_up = method.hidden.contains_key("set_up");
    if !authenticated && behaviour.authentication.is_due(set_up, true) {
        let return_url = intent.hidden.get("return_url").and_then(Value::as_str);
        after.body["payment_method"] = json!(method.id);
        after.body["next_action"] = next_action(intent, return_url);
        after.body["status"] = json!("requires_action");
        let after = call.store(intent, after)?;
        call.tell("setup_intent.requires_action", &after)?;
        return Ok((after, SetUp::RequiresAction));
    }
    if let (Some(decline), false) = (behaviour.decline, behaviour.attaches) {
        after.body["payment_method"] = Value::Null;
        after.body["last_setup_error"] = decline.last_error(None, &method.body);
        after.body["status"] = json!("requires_payment_method");
        let after = call.store(intent, after)?;
        call.tell("setup_intent.setup_failed", &after)?;
        return Ok((after, SetUp::Declined(decline)));
    }
    let mut kept = method.clone();
    if let Some(customer) = intent.body["customer"].as_str() {
        kept = payment_methods::attach(call, kept, customer)?;
    }
    if intent.body["usage"] == "off_session" {
        kept = payment_methods::set_up(call, kept)?;
    }
    after.body["payment_method"] = json!(kept.id);
    after.body["status"] = json!("succeeded");
    let after = call.store(intent, after)?;
    call.tell("setup_intent.succeeded", &after)?;
    Ok((after, SetUp::Succeeded))
}
