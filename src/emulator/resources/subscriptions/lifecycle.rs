//! What becomes of subscriptions as time goes by and as their invoices are paid or not.

use serde_json::{Value, json};

use super::billing::{self, period_lines};
use super::{items, save};
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::due;
use crate::emulator::event;
use crate::emulator::kind::Kind;
use crate::emulator::period::Every;
use crate::emulator::resources::invoices::{self, collect, states};

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
/// So long before a trial ends it is told of.
pub const TRIAL_NOTICE: i64 = 3 * DAY;
/// So long before a renewal its invoice is told of. In Stripe this is a setting of the account.
const UPCOMING_NOTICE: i64 = 7 * DAY;
/// A first payment that is not made in this time ends the subscription.
const INCOMPLETE_FOR: i64 = 23 * HOUR;

/// Hidden: the trial's end has been told of.
pub const TRIAL_TOLD: &str = "trial_told";
/// Hidden: the period end whose invoice has been told of.
const UPCOMING_TOLD: &str = "upcoming_told";

/// Sets the moment at which something happens to a subscription next.
pub fn schedule(subscription: &mut Object) {
    let body = &subscription.body;
    let end = items::first_end(body);
    let running = matches!(body["status"].as_str(), Some("trialing" | "active" | "past_due" | "unpaid"));
    let moments = [
        body["created"].as_i64().filter(|_| body["status"] == "incomplete").map(|made| made + INCOMPLETE_FOR),
        body["cancel_at"].as_i64().filter(|_| running || body["status"] == "paused"),
        body["pause_collection"]["resumes_at"].as_i64().filter(|_| running),
        trial_notice(subscription),
        upcoming_notice(subscription).filter(|_| running),
        end.filter(|_| running),
    ];
    let next = moments.into_iter().flatten().min();
    due::set(subscription, next);
}

fn trial_notice(subscription: &Object) -> Option<i64> {
    let end = subscription.body["trial_end"].as_i64()?;
    let waits = subscription.body["status"] == "trialing" && !subscription.hidden.contains_key(TRIAL_TOLD);
    waits.then_some(end - TRIAL_NOTICE)
}

fn upcoming_notice(subscription: &Object) -> Option<i64> {
    let end = items::first_end(&subscription.body)?;
    let is_told = subscription.hidden.get(UPCOMING_TOLD).and_then(Value::as_i64) == Some(end);
    let start = items::of(&subscription.body).iter().map(|item| billing::period(item).0).max()?;
    let ends = subscription.body["cancel_at"].as_i64().is_some_and(|cancel_at| cancel_at <= end);
    (!is_told && !ends && end - UPCOMING_NOTICE > start).then_some(end - UPCOMING_NOTICE)
}

/// Does what a subscription waited for until this moment. Where several things fall due at once, it comes back for the
/// others.
///
/// # Errors
/// SQLite's.
pub fn run_due(call: &mut Call<'_>, subscription: &Object, moment: i64) -> Outcome<()> {
    let is_due = |time: Option<i64>| time.is_some_and(|time| time <= moment);
    let body = &subscription.body;
    if body["status"] == "incomplete" {
        return expire(call, subscription);
    }
    if is_due(body["cancel_at"].as_i64()) {
        bill_last_usage(call, subscription, moment)?;
        return super::end(call, subscription, moment, None).map(drop);
    }
    if is_due(body["pause_collection"]["resumes_at"].as_i64()) {
        let mut after = subscription.clone();
        after.body["pause_collection"] = Value::Null;
        return save(call, subscription, after).map(drop);
    }
    if is_due(trial_notice(subscription)) {
        return tell_trial_end(call, subscription);
    }
    if is_due(upcoming_notice(subscription)) {
        return tell_upcoming(call, subscription, moment);
    }
    renew(call, subscription, moment)
}

/// Tells that a trial ends soon.
///
/// # Errors
/// SQLite's.
pub fn tell_trial_end(call: &mut Call<'_>, subscription: &Object) -> Outcome<()> {
    let mut after = subscription.clone();
    after.hidden.insert(TRIAL_TOLD.to_owned(), json!(true));
    let after = save(call, subscription, after)?;
    event::emit(call, "customer.subscription.trial_will_end", &after.body, None)
}

fn tell_upcoming(call: &mut Call<'_>, subscription: &Object, moment: i64) -> Outcome<()> {
    let mut after = subscription.clone();
    after.hidden.insert(UPCOMING_TOLD.to_owned(), json!(items::first_end(&subscription.body)));
    let after = save(call, subscription, after)?;
    if let Some(mut upcoming) = upcoming(call, &after, moment)? {
        invoices::as_announced(&mut upcoming.body);
        event::emit(call, "invoice.upcoming", &upcoming.body, None)?;
    }
    Ok(())
}

/// The invoice that a subscription's next renewal will bring, if nothing changes. It is not stored.
///
/// # Errors
/// SQLite's.
pub fn upcoming(call: &Call<'_>, subscription: &Object, now: i64) -> Outcome<Option<Object>> {
    let Some(end) = items::first_end(&subscription.body) else { return Ok(None) };
    let mut next = subscription.clone();
    let (moved, period) = next_periods(&mut next, end);
    let mut lines = used_lines(call, subscription, end)?;
    lines.extend(period_lines(call, &next.body, &moved, billing::period)?);
    let mut invoice = billing::invoice(call, &next, "upcoming", lines, period, now)?;
    if let Some(invoice) = &mut invoice {
        invoices::as_upcoming(invoice, end + invoices::FINALIZES_AFTER);
    }
    Ok(invoice)
}

/// What was used in the periods that end by a moment. What was used in a trial costs nothing.
fn used_lines(call: &Call<'_>, subscription: &Object, until: i64) -> Outcome<Vec<invoices::Line>> {
    match subscription.body["status"] == "trialing" {
        true => Ok(Vec::new()),
        false => billing::usage_lines(call, &subscription.body, until),
    }
}

/// Bills what was used in the last period of a subscription that ends with it.
fn bill_last_usage(call: &mut Call<'_>, subscription: &Object, moment: i64) -> Outcome<()> {
    let lines = used_lines(call, subscription, moment)?;
    if lines.iter().all(|line| line.quantity == 0) {
        return Ok(());
    }
    let period = lines.first().map_or((moment, moment), |line| line.period);
    let Some(mut draft) = billing::invoice(call, subscription, "subscription_cycle", lines, period, moment)?
    else {
        return Ok(());
    };
    invoices::wait(&mut draft, moment);
    states::create(call, draft).map(drop)
}

/// Moves the items whose period ends into the next one. They and the period that ended.
fn next_periods(subscription: &mut Object, end: i64) -> (Vec<Value>, (i64, i64)) {
    let anchor = subscription.body["billing_cycle_anchor"].as_i64().unwrap_or(end);
    let mut all = items::of(&subscription.body);
    let mut moved = Vec::new();
    let mut ended = (end, end);
    for item in
        all.iter_mut().filter(|item| item["current_period_end"].as_i64().is_some_and(|last| last <= end))
    {
        ended.0 = ended.0.min(billing::period(item).0);
        let every = Every::read(&item["price"]["recurring"]);
        item["current_period_start"] = json!(end);
        item["current_period_end"] = json!(every.end_after(anchor, end));
        moved.push(item.clone());
    }
    subscription.body["items"]["data"] = json!(all);
    (moved, ended)
}

/// Starts the next period: the items move on, a trial is over, and a draft waits for its hour.
fn renew(call: &mut Call<'_>, before: &Object, moment: i64) -> Outcome<()> {
    let mut after = before.clone();
    billing::drop_old_discounts(call, &mut after, moment)?;
    let (moved, period) = next_periods(&mut after, moment);
    let is_trial_end = before.body["status"] == "trialing";
    let mut lines = used_lines(call, before, moment)?;
    lines.extend(period_lines(call, &after.body, &moved, billing::period)?);
    let Some(mut draft) = billing::invoice(call, &after, "subscription_cycle", lines, period, moment)? else {
        return Ok(());
    };
    if is_trial_end {
        after.body["status"] = json!("active");
        if super::trial::ends_otherwise(call, before, &draft, moment)? {
            return Ok(());
        }
    }
    let holds_back =
        before.body["status"] == "unpaid" || before.body["pause_collection"]["behavior"] == "keep_as_draft";
    if holds_back {
        draft.body["auto_advance"] = json!(false);
    } else {
        invoices::wait(&mut draft, moment);
    }
    if draft.body["lines"]["data"].as_array().is_none_or(Vec::is_empty) {
        return save(call, before, after).map(drop);
    }
    after.body["latest_invoice"] = json!(draft.id);
    save(call, before, after)?;
    states::create(call, draft).map(drop)
}

/// The first payment was not made in time.
fn expire(call: &mut Call<'_>, before: &Object) -> Outcome<()> {
    let mut after = before.clone();
    after.body["status"] = json!("incomplete_expired");
    after.body["ended_at"] = json!(due::of(before));
    save(call, before, after)?;
    let id = before.body["latest_invoice"].as_str().unwrap_or_default();
    match call.db.get(Kind::Invoice, id)?.filter(|invoice| invoice.body["status"] == "open") {
        Some(invoice) => states::void(call, &invoice).map(drop),
        None => Ok(()),
    }
}

/// Has a subscription follow an invoice of its that was paid.
///
/// # Errors
/// SQLite's.
pub fn invoice_paid(call: &mut Call<'_>, invoice: &Object) -> Outcome<()> {
    let paid_nothing = invoice.body["amount_paid"] == 0;
    let Some(before) = subscription(call, invoice)? else { return Ok(()) };
    let mut after = before.clone();
    let is_latest = before.body["latest_invoice"] == invoice.id.as_str();
    match before.body["status"].as_str() {
        Some("incomplete") if is_latest => after.body["status"] = json!("active"),
        // Whatever older invoices are still open.
        Some("past_due" | "unpaid") if is_latest => after.body["status"] = json!("active"),
        Some("paused") if is_latest && before.hidden.contains_key(super::pause::RESUMING) => {
            return super::pause::finish(call, &before);
        }
        _ => {}
    }
    if before.body["payment_settings"]["save_default_payment_method"] == "on_subscription"
        && before.body["default_payment_method"].is_null()
        && let Some(method) = collect::paid_with(call, &invoice.id)?
    {
        after.body["default_payment_method"] = json!(method);
    }
    save(call, &before, after)?;
    if paid_nothing { Ok(()) } else { set_delinquent(call, invoice, false) }
}

/// Has a subscription follow an invoice of its that was not paid; `last` if it is not tried again.
///
/// # Errors
/// SQLite's.
pub fn invoice_failed(call: &mut Call<'_>, invoice: &Object, last: bool) -> Outcome<()> {
    set_delinquent(call, invoice, true)?;
    let Some(before) = subscription(call, invoice)? else { return Ok(()) };
    if !matches!(before.body["status"].as_str(), Some("active" | "past_due")) {
        return Ok(());
    }
    let outcome = if last { call.db.after_retries()? } else { "past_due".to_owned() };
    if outcome == "canceled" {
        return super::end(call, &before, moment_of(call, &before)?, Some("payment_failed")).map(drop);
    }
    let mut after = before.clone();
    after.body["status"] = json!(outcome);
    save(call, &before, after).map(drop)
}

fn moment_of(call: &Call<'_>, subscription: &Object) -> Outcome<i64> {
    crate::emulator::resources::test_clocks::time_of(call, &subscription.body)
}

/// Has a subscription follow an invoice of its that nobody will pay: one that never began is over, and one whose latest
/// invoice is written off is no longer past due (docs.stripe.com/api/subscriptions/object, `status`).
///
/// # Errors
/// SQLite's.
pub fn invoice_given_up(call: &mut Call<'_>, invoice: &Object) -> Outcome<()> {
    let Some(before) = subscription(call, invoice)? else { return Ok(()) };
    if before.body["latest_invoice"] != invoice.id.as_str() {
        return Ok(());
    }
    let mut after = before.clone();
    match before.body["status"].as_str() {
        Some("incomplete") => {
            after.body["status"] = json!("incomplete_expired");
            after.body["ended_at"] = json!(moment_of(call, &before)?);
        }
        Some("past_due") if invoice.body["status"] == "uncollectible" => {
            after.body["status"] = json!("active");
        }
        _ => return Ok(()),
    }
    save(call, &before, after).map(drop)
}

fn subscription(call: &Call<'_>, invoice: &Object) -> Outcome<Option<Object>> {
    match collect::subscription_of(&invoice.body) {
        Some(id) => Ok(call.db.get(Kind::Subscription, id)?),
        None => Ok(None),
    }
}

/// Whether the subscription of an invoice has not begun yet.
///
/// # Errors
/// SQLite's.
pub fn is_incomplete(call: &Call<'_>, invoice: &Object) -> Outcome<bool> {
    Ok(subscription(call, invoice)?.is_some_and(|subscription| subscription.body["status"] == "incomplete"))
}

/// What is done with an invoice while its subscription's collection is paused.
///
/// # Errors
/// SQLite's.
pub fn collection_pause(call: &Call<'_>, invoice: &Object) -> Outcome<Option<String>> {
    let paused = subscription(call, invoice)?;
    Ok(paused.and_then(|paused| paused.body["pause_collection"]["behavior"].as_str().map(str::to_owned)))
}

fn set_delinquent(call: &mut Call<'_>, invoice: &Object, delinquent: bool) -> Outcome<()> {
    let id = invoice.body["customer"].as_str().unwrap_or_default();
    let Some(before) = call.db.get(Kind::Customer, id)? else { return Ok(()) };
    let mut after = before.clone();
    after.body["delinquent"] = json!(delinquent);
    call.update(&before, after).map(drop)
}
