//! The end of subscriptions.

use serde_json::json;

use super::{billing, has_ended, items, proration, save_as, settings};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::due;
use crate::emulator::event;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::invoices::{self, states};
use crate::emulator::resources::{schedules, test_clocks};

/// `DELETE /v1/subscriptions/{id}`: it ends now.
pub fn cancel(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Subscription)?;
    if has_ended(&before.body) {
        return Err(Refusal::not_found(Kind::Subscription.label(), &before.id).into());
    }
    cancel_now(call, &before, args).map(Answer::Object)
}

/// Ends a subscription now, and gives back or bills what is asked for.
///
/// # Errors
/// SQLite's.
pub fn cancel_now(call: &mut Call<'_>, before: &Object, args: &Args) -> Outcome<Object> {
    let now = test_clocks::time_of(call, &before.body)?;
    let mut asked = before.clone();
    settings::set_cancellation_details(&mut asked.body, args);
    if args.flag("prorate") == Some(true) {
        let credits = proration::lines(call, &before.body, &items::of(&before.body), &[], now)?;
        proration::keep(call, before, credits, now)?;
    }
    let ended = end_as(call, before, asked, now, Some("cancellation_requested"))?;
    if args.flag("invoice_now") == Some(true)
        && let Some(mut draft) =
            billing::invoice(call, &ended, "subscription_update", Vec::new(), (now, now), now)?
        && draft.body["lines"]["data"].as_array().is_some_and(|lines| !lines.is_empty())
    {
        invoices::wait(&mut draft, now);
        states::create(call, draft)?;
    }
    Ok(ended)
}

/// Ends a subscription at a moment, for a reason unless one is known already.
///
/// # Errors
/// SQLite's.
pub fn end(call: &mut Call<'_>, before: &Object, moment: i64, reason: Option<&str>) -> Outcome<Object> {
    end_as(call, before, before.clone(), moment, reason)
}

fn end_as(
    call: &mut Call<'_>,
    before: &Object,
    mut after: Object,
    moment: i64,
    reason: Option<&str>,
) -> Outcome<Object> {
    after.body["status"] = json!("canceled");
    after.body["ended_at"] = json!(moment);
    if after.body["canceled_at"].is_null() {
        after.body["canceled_at"] = json!(moment);
    }
    if let Some(reason) = reason {
        after.body["cancellation_details"]["reason"] = json!(reason);
    }
    let after = save_as(call, before, after, None)?;
    event::emit(call, "customer.subscription.deleted", &after.body, None)?;
    schedules::subscription_ended(call, &after, moment)?;
    stop_collecting(call, &after)?;
    super::entitle(call, &after)?;
    Ok(after)
}

/// What is open is not collected by itself any more, and drafts are not finalized.
fn stop_collecting(call: &mut Call<'_>, subscription: &Object) -> Outcome<()> {
    for before in call.db.with_key(Kind::Invoice, "subscription", &subscription.id)? {
        if !matches!(before.body["status"].as_str(), Some("open" | "draft")) {
            continue;
        }
        let mut after = before.clone();
        after.body["auto_advance"] = json!(false);
        after.body["automatically_finalizes_at"] = json!(null);
        after.body["next_payment_attempt"] = json!(null);
        due::set(&mut after, None);
        call.update(&before, after)?;
    }
    Ok(())
}

/// Ends whatever a customer subscribes to.
///
/// # Errors
/// SQLite's.
pub fn cancel_all(call: &mut Call<'_>, customer: &str) -> Outcome<()> {
    for subscription in call.db.with_key(Kind::Subscription, "customer", customer)? {
        if !has_ended(&subscription.body) {
            let now = test_clocks::time_of(call, &subscription.body)?;
            end(call, &subscription, now, Some("cancellation_requested"))?;
        }
    }
    Ok(())
}
