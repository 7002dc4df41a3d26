//! The life of an invoice: draft → open → paid, void or uncollectible.

use serde_json::{Value, json};

use super::collect;
use super::credits;
use super::totals;
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::due;
use crate::emulator::event;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::{discounts, subscriptions, test_clocks};

const DAY: i64 = 24 * 60 * 60;

/// Stores a new draft and tells of it.
///
/// # Errors
/// SQLite's.
pub fn create(call: &mut Call<'_>, invoice: Object) -> Outcome<Object> {
    for id in item_ids(&invoice.body) {
        if let Some(before) = call.db.get(Kind::InvoiceItem, &id)? {
            let mut after = before.clone();
            after.body["invoice"] = json!(invoice.id);
            call.db.update(&before, &after)?;
        }
    }
    call.create(invoice)
}

/// The invoice items that an invoice charges for.
pub fn item_ids(invoice: &Value) -> Vec<String> {
    let lines = invoice["lines"]["data"].as_array().into_iter().flatten();
    let item = |line: &Value| {
        let details = ["invoice_item_details", "subscription_item_details"];
        details.iter().find_map(|details| line["parent"][details]["invoice_item"].as_str().map(str::to_owned))
    };
    lines.filter_map(item).collect()
}

/// Refuses what an invoice's status does not allow.
///
/// # Errors
/// 400 with a message that names the status.
pub fn require(invoice: &Object, allowed: &[&str], what: &str) -> Result<(), Refusal> {
    let status = invoice.body["status"].as_str().unwrap_or_default();
    if allowed.contains(&status) {
        return Ok(());
    }
    let message = match (status, what) {
        ("paid", "pay") => "Invoice is already paid".to_owned(),
        _ => format!(
            "You can only {what} an invoice with status {}. This invoice has status {status}.",
            allowed.join(" or ")
        ),
    };
    Err(Refusal::invalid(message))
}

/// Finalizes a draft: it gets its number, uses the customer's balance, and is open. One with nothing due is paid.
///
/// # Errors
/// SQLite's.
pub fn finalize(call: &mut Call<'_>, draft: &Object) -> Outcome<Object> {
    let now = test_clocks::time_of(call, &draft.body)?;
    let mut open = draft.clone();
    let body = &mut open.body;
    body["status"] = json!("open");
    body["status_transitions"]["finalized_at"] = json!(now);
    body["effective_at"] =
        if body["effective_at"].is_null() { json!(now) } else { body["effective_at"].clone() };
    body["automatically_finalizes_at"] = Value::Null;
    body["webhooks_delivered_at"] = json!(now);
    let secret = format!("{}_{}", call.account.id, open.id);
    body["hosted_invoice_url"] = json!(format!("https://invoice.stripe.com/i/{secret}"));
    body["invoice_pdf"] = json!(format!("https://pay.stripe.com/invoice/{secret}/pdf"));
    if body["collection_method"] == "send_invoice" && body["due_date"].is_null() {
        let days = open.hidden.get("days_until_due").and_then(Value::as_i64).unwrap_or(30);
        body["due_date"] = json!(now + days * DAY);
    }
    credits::spend(call, &mut open, now)?;
    number(call, &mut open.body)?;
    due::set(&mut open, None);
    if open.body["collection_method"] == "send_invoice" && open.body["auto_advance"] == true {
        let due_date = open.body["due_date"].as_i64();
        due::set(&mut open, due_date);
    }
    let open = call.update_as(draft, open, None)?;
    let used = open.body["total_discount_amounts"].as_array().into_iter().flatten();
    let used: Vec<Value> = used.map(|amount| amount["discount"].clone()).collect();
    discounts::use_up(call, &Value::Array(used))?;
    event::emit(call, "invoice.finalized", &open.body, None)?;
    if open.body["amount_due"] == 0 {
        return pay(call, &open, Paid { amount: 0, tell_update: false });
    }
    collect::request_payment(call, &open)?;
    Ok(open)
}

/// Numbers an invoice after its customer, and settles it with the customer's balance.
fn number(call: &mut Call<'_>, invoice: &mut Value) -> Outcome<()> {
    let Some(before) = call.db.get(Kind::Customer, invoice["customer"].as_str().unwrap_or_default())? else {
        return Ok(());
    };
    let sequence = before.body["next_invoice_sequence"].as_i64().unwrap_or(1);
    if invoice["number"].is_null() {
        let prefix = before.body["invoice_prefix"].as_str().unwrap_or_default();
        invoice["number"] = json!(format!("{prefix}-{sequence:04}"));
    }
    let balance = before.body["balance"].as_i64().unwrap_or_default();
    let total = invoice["total"].as_i64().unwrap_or_default();
    let ending = totals::ending_balance(total, balance);
    invoice["starting_balance"] = json!(balance);
    invoice["ending_balance"] = json!(ending);
    let amount = (total + balance).max(0);
    invoice["amount_due"] = json!(amount);
    invoice["amount_remaining"] = json!(amount);
    let mut after = before.clone();
    after.body["next_invoice_sequence"] = json!(sequence + 1);
    after.body["balance"] = json!(ending);
    if after.body["currency"].is_null() {
        after.body["currency"] = invoice["currency"].clone();
    }
    call.update(&before, after)?;
    Ok(())
}

/// How an invoice was paid.
#[derive(Debug, Clone, Copy)]
pub struct Paid {
    /// What was paid through Stripe, in minor units.
    pub amount: i64,
    /// Whether the change is told as `invoice.updated`, too.
    pub tell_update: bool,
}

/// Marks an invoice as paid, and tells its subscription.
///
/// # Errors
/// SQLite's.
pub fn pay(call: &mut Call<'_>, before: &Object, paid: Paid) -> Outcome<Object> {
    pay_as(call, before, before.clone(), paid)
}

/// Like [`pay`], with other changes made to `after` already.
///
/// # Errors
/// SQLite's.
pub fn pay_as(call: &mut Call<'_>, before: &Object, mut after: Object, paid: Paid) -> Outcome<Object> {
    let now = test_clocks::time_of(call, &before.body)?;
    let body = &mut after.body;
    body["status"] = json!("paid");
    body["status_transitions"]["paid_at"] = json!(now);
    body["amount_paid"] = json!(paid.amount);
    body["amount_remaining"] = json!(0);
    body["attempted"] = json!(true);
    body["auto_advance"] = json!(false);
    body["next_payment_attempt"] = Value::Null;
    due::set(&mut after, None);
    let after = call.update_as(before, after, paid.tell_update.then_some("invoice.updated"))?;
    event::emit(call, "invoice.paid", &after.body, None)?;
    event::emit(call, "invoice.payment_succeeded", &after.body, None)?;
    subscriptions::invoice_paid(call, &after)?;
    Ok(after)
}

/// Voids an invoice: nothing is owed any more, and credit that it used is given back.
///
/// # Errors
/// SQLite's.
pub fn void(call: &mut Call<'_>, before: &Object) -> Outcome<Object> {
    let now = test_clocks::time_of(call, &before.body)?;
    collect::cancel_payment(call, before)?;
    let mut after = before.clone();
    after.body["status"] = json!("void");
    after.body["status_transitions"]["voided_at"] = json!(now);
    after.body["auto_advance"] = json!(false);
    after.body["next_payment_attempt"] = Value::Null;
    due::set(&mut after, None);
    let used = before.body["ending_balance"].as_i64().unwrap_or_default()
        - before.body["starting_balance"].as_i64().unwrap_or_default();
    let id = before.body["customer"].as_str().unwrap_or_default();
    if let Some(customer) = call.db.get(Kind::Customer, id)?.filter(|_| used != 0) {
        let mut restored = customer.clone();
        restored.body["balance"] = json!(customer.body["balance"].as_i64().unwrap_or_default() - used);
        call.update(&customer, restored)?;
    }
    credits::give_back(call, before, now)?;
    let after = call.update(before, after)?;
    event::emit(call, "invoice.voided", &after.body, None)?;
    subscriptions::invoice_given_up(call, &after)?;
    Ok(after)
}

/// Writes an invoice off as bad debt. It can still be paid.
///
/// # Errors
/// SQLite's.
pub fn mark_uncollectible(call: &mut Call<'_>, before: &Object, reason: &str) -> Outcome<Object> {
    let now = test_clocks::time_of(call, &before.body)?;
    let mut after = before.clone();
    after.body["status"] = json!("uncollectible");
    after.body["status_transitions"]["marked_uncollectible_at"] = json!(now);
    after.body["status_details"] = json!({"uncollectible": {"reason": reason}});
    after.body["auto_advance"] = json!(false);
    after.body["next_payment_attempt"] = Value::Null;
    due::set(&mut after, None);
    let after = call.update(before, after)?;
    event::emit(call, "invoice.marked_uncollectible", &after.body, None)?;
    subscriptions::invoice_given_up(call, &after)?;
    Ok(after)
}

/// Does what an invoice waited for: a draft is finalized and charged or sent, an open one is tried again or is overdue.
///
/// # Errors
/// SQLite's.
pub fn run_due(call: &mut Call<'_>, invoice: &Object) -> Outcome<()> {
    match (invoice.body["status"].as_str(), invoice.body["collection_method"].as_str()) {
        (Some("draft"), _) => advance(call, invoice).map(drop),
        (Some("open"), Some("send_invoice")) => overdue(call, invoice),
        (Some("open"), _) => collect::attempt(call, invoice, None, true).map(drop),
        _ => {
            let mut idle = invoice.clone();
            due::set(&mut idle, None);
            call.update_as(invoice, idle, None).map(drop)
        }
    }
}

/// Finalizes a draft, and charges or sends it as its collection method says.
///
/// # Errors
/// SQLite's.
pub fn advance(call: &mut Call<'_>, draft: &Object) -> Outcome<Object> {
    let open = finalize(call, draft)?;
    if open.body["status"] != "open" {
        return Ok(open);
    }
    match subscriptions::collection_pause(call, &open)?.as_deref() {
        Some("void") => return void(call, &open),
        Some("mark_uncollectible") => return mark_uncollectible(call, &open, "subscription_paused"),
        _ => {}
    }
    if open.body["collection_method"] == "send_invoice" {
        event::emit(call, "invoice.sent", &open.body, None)?;
        return Ok(open);
    }
    collect::attempt(call, &open, None, true).map(|tried| tried.invoice)
}

fn overdue(call: &mut Call<'_>, invoice: &Object) -> Outcome<()> {
    let mut after = invoice.clone();
    due::set(&mut after, None);
    let after = call.update_as(invoice, after, None)?;
    event::emit(call, "invoice.overdue", &after.body, None)?;
    subscriptions::invoice_failed(call, &after, false)
}
