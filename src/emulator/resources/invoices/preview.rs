//! `POST /v1/invoices/create_preview`: what a change of a subscription would cost, or what its next invoice will be.
//!
//! The change is really made, in a savepoint that is undone: a preview and what it previews can't differ.

use serde_json::{Map, Value, json};

use super::{as_upcoming, draft};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::{invoice_items, subscriptions, test_clocks};

pub fn preview(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    invoice(call, args).map(Answer::Object)
}

/// The invoice that a change would bring, or the next one. Nothing is stored, and nothing is told.
///
/// # Errors
/// 400 for a change that can't be made, and `invoice_upcoming_none` where nothing will be billed.
pub fn invoice(call: &mut Call<'_>, args: &Args) -> Outcome<Object> {
    let mark = call.outbox.mark();
    call.db.savepoint()?;
    let previewed = try_out(call, args);
    call.db.undo()?;
    call.outbox.undo(mark);
    previewed
}

fn try_out(call: &mut Call<'_>, args: &Args) -> Outcome<Object> {
    let details = Args(args.object("subscription_details").cloned().unwrap_or_default());
    let Some(id) = args.text("subscription") else { return new_subscription(call, args, &details) };
    let before = call.refer(Kind::Subscription, id, "subscription")?;
    if let Some(customer) = args.text("customer")
        && before.body["customer"] != customer
    {
        let message = "The subscription is another customer's.";
        return Err(Refusal::invalid(message).param("subscription").into());
    }
    if subscriptions::has_ended(&before.body) {
        return Err(none(&before.id).into());
    }
    let now = test_clocks::time_of(call, &before.body)?;
    if details.flag("cancel_now") == Some(true) {
        return pending(call, &before, now);
    }
    let after = subscriptions::change(call, &before, &changes(args, &details))?;
    let is_billed_now = after.body["latest_invoice"] != before.body["latest_invoice"];
    let mut invoice = if is_billed_now {
        let latest = after.body["latest_invoice"].as_str().unwrap_or_default();
        let billed = call.db.get(Kind::Invoice, latest)?.ok_or_else(|| none(&before.id))?;
        as_draft(billed)
    } else if after.body["cancel_at"].as_i64().is_some() {
        return pending(call, &after, now);
    } else {
        return Ok(subscriptions::upcoming(call, &after, now)?.ok_or_else(|| none(&before.id))?);
    };
    as_upcoming(&mut invoice, now + draft::FINALIZES_AFTER);
    Ok(invoice)
}

/// The parameters of the change; nothing is charged for a preview.
fn changes(args: &Args, details: &Args) -> Args {
    let mut given: Map<String, Value> = details.0.clone();
    given.shift_remove("cancel_now");
    given.insert("payment_behavior".to_owned(), json!("default_incomplete"));
    if let Some(discounts) = args.given("discounts") {
        given.insert("discounts".to_owned(), discounts.clone());
    }
    Args(given)
}

/// The first invoice of a subscription that would be made.
fn new_subscription(call: &mut Call<'_>, args: &Args, details: &Args) -> Outcome<Object> {
    let Some(customer) = args.text("customer") else { return Err(Refusal::missing("customer").into()) };
    if !details.has("items") {
        let customer = call.refer(Kind::Customer, customer, "customer")?;
        let message = format!("No upcoming invoices for customer: {}", customer.id);
        return Err(Refusal::invalid(message).code("invoice_upcoming_none").into());
    }
    let mut given = changes(args, details).0;
    given.insert("customer".to_owned(), json!(customer));
    if let Some(currency) = args.given("currency") {
        given.insert("currency".to_owned(), currency.clone());
    }
    let made = subscriptions::subscribe(call, &Args(given))?;
    let latest = made.body["latest_invoice"].as_str().unwrap_or_default();
    let mut invoice = as_draft(call.db.get(Kind::Invoice, latest)?.ok_or_else(|| none(&made.id))?);
    invoice.body["parent"] = Value::Null;
    as_upcoming(&mut invoice, call.now);
    Ok(invoice)
}

/// What waits to be billed when a subscription ends: no further period comes.
fn pending(call: &mut Call<'_>, subscription: &Object, now: i64) -> Outcome<Object> {
    let id = subscription.body["customer"].as_str().unwrap_or_default();
    let customer = call.db.get(Kind::Customer, id)?.ok_or_else(|| none(&subscription.id))?;
    let currency = subscription.body["currency"].as_str().unwrap_or_default();
    let lines = invoice_items::pending_lines(call, &customer.id, Some(&subscription.id), currency)?;
    if lines.is_empty() {
        return Err(none(&subscription.id).into());
    }
    let bill = draft::Bill {
        customer: &customer,
        subscription: Some(subscription),
        reason: "upcoming",
        currency,
        lines,
        discounts: subscription.body["discounts"].clone(),
        period: (now, now),
        now,
    };
    let mut invoice = draft::draft(call, bill)?;
    as_upcoming(&mut invoice, now + draft::FINALIZES_AFTER);
    Ok(invoice)
}

/// What was billed as it was before that.
fn as_draft(mut invoice: Object) -> Object {
    let body = &mut invoice.body;
    body["status"] = json!("draft");
    body["billing_reason"] = json!("upcoming");
    for field in [
        "effective_at",
        "ending_balance",
        "hosted_invoice_url",
        "invoice_pdf",
        "number",
        "webhooks_delivered_at",
    ] {
        body[field] = Value::Null;
    }
    for field in ["finalized_at", "paid_at"] {
        body["status_transitions"][field] = Value::Null;
    }
    body["amount_remaining"] = body["amount_due"].clone();
    body["amount_paid"] = json!(0);
    body["attempted"] = json!(false);
    body["auto_advance"] = json!(true);
    invoice
}

fn none(subscription: &str) -> Refusal {
    Refusal::invalid(format!("No upcoming invoices for subscription: {subscription}"))
        .code("invoice_upcoming_none")
}
