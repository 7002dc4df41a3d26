//! Subscriptions that stand still: nothing is billed until they are resumed.

use serde_json::{Value, json};

use super::billing::{self, period_lines};
use super::create::bill;
use super::{items, reload, save};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::event;
use crate::emulator::kind::Kind;
use crate::emulator::period::Every;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::test_clocks;

/// Hidden: it is resumed when its latest invoice is paid.
pub const RESUMING: &str = "resuming";

/// `POST /v1/subscriptions/{id}/pause`. Unused time is not billed for.
pub fn pause_now(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Subscription)?;
    hold(call, &before).map(Answer::Object)
}

/// Pauses a subscription as it was asked for.
///
/// # Errors
/// 400 for one that is in another state, or whose billing mode has no pauses.
pub fn hold(call: &mut Call<'_>, before: &Object) -> Outcome<Object> {
    if !matches!(before.body["status"].as_str(), Some("active" | "past_due" | "trialing" | "unpaid")) {
        let status = before.body["status"].as_str().unwrap_or_default();
        let message = format!("A subscription with status `{status}` can't be paused.");
        return Err(Refusal::invalid(message).into());
    }
    if before.body["schedule"].is_string() {
        let message = "A subscription that is managed by a subscription schedule can't be paused.";
        return Err(Refusal::invalid(message).into());
    }
    if before.body["billing_mode"]["type"] != "flexible" {
        let message = "Only subscriptions with `billing_mode` `flexible` can be paused.";
        return Err(Refusal::invalid(message).into());
    }
    let now = test_clocks::time_of(call, &before.body)?;
    pause(call, before, "pause_requested", now)
}

/// Pauses a subscription for a reason.
///
/// # Errors
/// SQLite's.
pub fn pause(call: &mut Call<'_>, before: &Object, reason: &str, now: i64) -> Outcome<Object> {
    let mut after = before.clone();
    after.body["status"] = json!("paused");
    after.body["status_details"] = json!({
        "paused": {"subscription": {"type": reason}, "transitioned_at": now, "type": "subscription"},
    });
    let after = save(call, before, after)?;
    event::emit(call, "customer.subscription.paused", &after.body, None)?;
    Ok(after)
}

/// `POST /v1/subscriptions/{id}/resume`.
pub fn resume(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Subscription)?;
    go_on(call, &before, args).map(Answer::Object)
}

/// Resumes a paused subscription, and bills as asked for.
///
/// # Errors
/// 400 for one that is not paused, or whose invoices are sent.
pub fn go_on(call: &mut Call<'_>, before: &Object, args: &Args) -> Outcome<Object> {
    if before.body["status"] != "paused" {
        let message = "Only subscriptions with status `paused` can be resumed.";
        return Err(Refusal::invalid(message).into());
    }
    if before.body["collection_method"] == "send_invoice" {
        let message = "Only subscriptions that are charged automatically can be resumed.";
        return Err(Refusal::invalid(message).into());
    }
    let now = test_clocks::time_of(call, &before.body)?;
    let keeps_anchor = args
        .object("billing_cycle_anchor")
        .is_some_and(|anchor| anchor.get("type") == Some(&json!("unchanged")));
    let mut after = before.clone();
    if !keeps_anchor {
        after.body["billing_cycle_anchor"] = json!(now);
    }
    let anchor = after.body["billing_cycle_anchor"].as_i64().unwrap_or(now);
    let mut all = items::of(&before.body);
    let is_paid_for = keeps_anchor && items::first_end(&before.body).is_some_and(|end| end > now);
    for item in all.iter_mut().filter(|_| !is_paid_for) {
        item["current_period_start"] = json!(now);
        item["current_period_end"] = json!(Every::read(&item["price"]["recurring"]).end_after(anchor, now));
    }
    after.body["items"]["data"] = json!(all);
    let natural = |item: &Value| {
        let every = Every::read(&item["price"]["recurring"]);
        (every.start_before(anchor, now), every.end_after(anchor, now))
    };
    let is_free = keeps_anchor && args.text("proration_behavior") == Some("none");
    let bills = !(is_paid_for || is_free);
    let lines = if bills { period_lines(call, &after.body, &all, natural)? } else { Vec::new() };
    let draft = billing::invoice(call, &after, "subscription_update", lines, (now, now), now)?
        .filter(|draft| draft.body["lines"]["data"].as_array().is_some_and(|lines| !lines.is_empty()));
    let waits = args.text("payment_behavior") == Some("resume_on_payment_success");
    let owes = draft.as_ref().is_some_and(|draft| draft.body["amount_due"] != 0);
    if let Some(draft) = &draft {
        after.body["latest_invoice"] = json!(draft.id);
    }
    let after = if waits && owes {
        after.hidden.insert(RESUMING.to_owned(), json!(true));
        save(call, before, after)?
    } else {
        finish_as(call, before, after)?
    };
    if let Some(draft) = draft {
        bill(call, draft, &after, "allow_incomplete", true, now)?;
    }
    reload(call, &after)
}

/// Has a subscription that waited for a payment go on.
///
/// # Errors
/// SQLite's.
pub fn finish(call: &mut Call<'_>, before: &Object) -> Outcome<()> {
    finish_as(call, before, before.clone()).map(drop)
}

fn finish_as(call: &mut Call<'_>, before: &Object, mut after: Object) -> Outcome<Object> {
    after.body["status"] = json!("active");
    if let Some(fields) = after.body.as_object_mut() {
        fields.shift_remove("status_details");
    }
    after.hidden.shift_remove(RESUMING);
    let after = save(call, before, after)?;
    event::emit(call, "customer.subscription.resumed", &after.body, None)?;
    Ok(after)
}
