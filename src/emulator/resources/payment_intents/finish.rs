//! Capturing and canceling payment intents.

use serde_json::{Value, json};

use super::{linked, status, unexpected_state};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::charges;
use crate::emulator::resources::fields::{set, set_metadata};
use crate::emulator::resources::test_clocks;

/// What can be canceled.
const CANCELABLE: [&str; 4] =
    ["requires_payment_method", "requires_capture", "requires_confirmation", "requires_action"];

/// Takes all or a part of what the bank holds; the rest is released.
pub fn capture(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::PaymentIntent)?;
    if status(&before) != "requires_capture" {
        let message = format!(
            "This PaymentIntent could not be captured because it has a status of {}. Only a PaymentIntent with one \
             of the following statuses may be captured: requires_capture.",
            status(&before)
        );
        return Err(unexpected_state(&before, message).into());
    }
    let capturable = before.body["amount_capturable"].as_i64().unwrap_or(0);
    let amount = args.integer("amount_to_capture").unwrap_or(capturable);
    if amount > capturable {
        let message = format!(
            "The requested capture amount is greater than the amount that is capturable. You can only capture up \
             to {capturable}."
        );
        return Err(Refusal::invalid(message).code("amount_too_large").param("amount_to_capture").into());
    }
    let method = linked(call, &before, "payment_method", Kind::PaymentMethod)?;
    let authorized = linked(call, &before, "latest_charge", Kind::Charge)?;
    let mut captured = authorized.clone();
    captured.body["captured"] = json!(true);
    captured.body["amount_captured"] = json!(amount);
    captured.body["amount_refunded"] = json!(capturable - amount);
    set(&mut captured.body, args, &["statement_descriptor", "statement_descriptor_suffix"]);
    let captured = call.store(&authorized, captured)?;
    let captured = charges::book(call, &captured, &method)?;
    call.tell("charge.captured", &captured)?;
    let mut after = before.clone();
    set(&mut after.body, args, &["statement_descriptor", "statement_descriptor_suffix"]);
    set_metadata(&mut after.body, args)?;
    after.body["amount_capturable"] = json!(0);
    after.body["amount_received"] = json!(amount);
    after.body["status"] = json!("succeeded");
    let intent = call.store(&before, after)?;
    call.tell("payment_intent.succeeded", &intent)?;
    Ok(Answer::Object(intent))
}

pub fn cancel(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::PaymentIntent)?;
    if !CANCELABLE.contains(&status(&before)) {
        let message = format!(
            "You cannot cancel this PaymentIntent because it has a status of {}. Only a PaymentIntent with one of \
             the following statuses may be canceled: {}.",
            status(&before),
            CANCELABLE.join(", ")
        );
        return Err(unexpected_state(&before, message).into());
    }
    void(call, &before, args.text("cancellation_reason")).map(Answer::Object)
}

/// Cancels an intent that can be canceled; what the bank holds is released.
///
/// # Errors
/// SQLite's.
pub fn void<'a>(call: &mut Call<'_>, before: &Object, reason: impl Into<Option<&'a str>>) -> Outcome<Object> {
    let reason: Option<&str> = reason.into();
    if status(before) == "requires_capture" {
        let held = linked(call, before, "latest_charge", Kind::Charge)?;
        let mut released = held.clone();
        released.body["amount_refunded"] = held.body["amount"].clone();
        released.body["refunded"] = json!(true);
        let released = call.store(&held, released)?;
        call.tell("charge.refunded", &released)?;
    }
    let mut after = before.clone();
    after.body["amount_capturable"] = json!(0);
    after.body["canceled_at"] = json!(test_clocks::time_of_customer(call, &before.body)?);
    after.body["cancellation_reason"] = json!(reason);
    after.body["next_action"] = Value::Null;
    after.body["status"] = json!("canceled");
    let after = call.store(before, after)?;
    call.tell("payment_intent.canceled", &after)?;
    Ok(after)
}
