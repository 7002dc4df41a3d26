//! Drafts by hand: made, changed and deleted, and the invoice items on them.

use serde_json::{Value, json};

use super::draft::{self, Bill};
use super::states;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::due;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::discounts::{self, Holder};
use crate::emulator::resources::fields::{set, set_metadata};
use crate::emulator::resources::{invoice_items, test_clocks};

const DAY: i64 = 24 * 60 * 60;

/// `POST /v1/invoices`.
pub fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let customer = call.refer(Kind::Customer, args.text("customer").unwrap_or_default(), "customer")?;
    let now = test_clocks::time_of(call, &customer.body)?;
    let subscription = match args.text("subscription") {
        Some(id) => Some(call.refer(Kind::Subscription, id, "subscription")?),
        None => None,
    };
    if let Some(subscription) = &subscription
        && subscription.body["customer"] != customer.id.as_str()
    {
        let message = "The subscription is another customer's.";
        return Err(Refusal::invalid(message).param("subscription").into());
    }
    let pending = call.db.with_key(Kind::InvoiceItem, "pending", &customer.id)?;
    let owed = pending.first().and_then(|item| item.body["currency"].as_str());
    let known = customer.body["currency"].as_str();
    let currency = args.text("currency").or(known).or(owed).unwrap_or("usd").to_owned();
    let of = subscription.as_ref().map(|subscription| subscription.id.as_str());
    // Before 2022 what waited was included; who names no version, or an older one, may rely on that.
    let includes = match args.text("pending_invoice_items_behavior") {
        Some(behavior) => behavior == "include",
        None => of.is_some() || call.lenient,
    };
    let lines = match includes {
        true => invoice_items::pending_lines(call, &customer.id, of, &currency)?,
        false => Vec::new(),
    };
    if of.is_some() && lines.is_empty() {
        let message = "Nothing to invoice for subscription";
        return Err(Refusal::invalid(message).code("invoice_no_subscription_line_items").into());
    }
    let reason = if of.is_some() { "subscription_update" } else { "manual" };
    let bill = Bill {
        customer: &customer,
        subscription: subscription.as_ref(),
        reason,
        currency: &currency,
        lines,
        discounts: json!([]),
        period: (now, now),
        now,
    };
    let mut invoice = draft::draft(call, bill)?;
    invoice.body["auto_advance"] = json!(false);
    invoice.body["metadata"] = args.new_metadata();
    apply(call, &mut invoice, args, &customer, now)?;
    states::create(call, invoice).map(Answer::Object)
}

/// Sets what a draft can have, and sums it up anew.
fn apply(call: &mut Call<'_>, invoice: &mut Object, args: &Args, customer: &Object, now: i64) -> Outcome<()> {
    const PLAIN: &[&str] = &[
        "auto_advance",
        "collection_method",
        "custom_fields",
        "default_payment_method",
        "description",
        "due_date",
        "effective_at",
        "footer",
        "number",
        "statement_descriptor",
    ];
    if args.has("days_until_due") && args.has("due_date") {
        return Err(Refusal::exclusive("days_until_due", "due_date").into());
    }
    if let Some(id) = args.text("default_payment_method") {
        let method = call.refer(Kind::PaymentMethod, id, "default_payment_method")?;
        if method.body["customer"] != customer.id.as_str() {
            let message = format!("The customer does not have a payment method with the ID {id}.");
            return Err(Refusal::invalid(message).param("default_payment_method").into());
        }
    }
    set(&mut invoice.body, args, PLAIN);
    if let Some(days) = args.integer("days_until_due") {
        invoice.hidden.insert("days_until_due".to_owned(), json!(days));
        invoice.body["due_date"] = json!(now + days * DAY);
    }
    let sends = invoice.body["collection_method"] == "send_invoice";
    if !sends && (args.has("days_until_due") || args.has("due_date")) {
        let message =
            "`days_until_due` and `due_date` can only be set where `collection_method` is `send_invoice`.";
        let param = if args.has("due_date") { "due_date" } else { "days_until_due" };
        return Err(Refusal::parameter(param, message).into());
    }
    if sends && invoice.body["due_date"].is_null() {
        return Err(Refusal::missing("days_until_due").into());
    }
    if let Some(list) = args.given("discounts") {
        let id = invoice.id.clone();
        let holder = Holder {
            customer: &customer.id,
            subscription: None,
            subscription_item: None,
            invoice: Some(&id),
            invoice_item: None,
            now,
        };
        invoice.body["discounts"] = discounts::make(call, list, "discounts", holder)?;
    }
    match args.integer("automatically_finalizes_at") {
        Some(moment) if moment <= now => {
            let message = "`automatically_finalizes_at` must be in the future.";
            return Err(Refusal::parameter("automatically_finalizes_at", message).into());
        }
        Some(moment) => {
            invoice.body["automatically_finalizes_at"] = json!(moment);
            invoice.body["auto_advance"] = json!(true);
        }
        None if invoice.body["auto_advance"] == true
            && invoice.body["automatically_finalizes_at"].is_null() =>
        {
            invoice.body["automatically_finalizes_at"] = json!(now + draft::FINALIZES_AFTER);
        }
        None => {}
    }
    if invoice.body["auto_advance"] != true {
        invoice.body["automatically_finalizes_at"] = Value::Null;
    }
    let moment = invoice.body["automatically_finalizes_at"].as_i64();
    due::set(invoice, moment);
    draft::settle(call, invoice, customer)
}

/// `POST /v1/invoices/{id}`. What is finalized keeps what it charges: only a few notes can be changed then.
pub fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    const ALWAYS: &[&str] = &[
        "auto_advance",
        "default_payment_method",
        "description",
        "due_date",
        "expand",
        "footer",
        "metadata",
    ];
    let before = call.fetch(Kind::Invoice)?;
    let is_draft = before.body["status"] == "draft";
    if !is_draft && let Some((name, _)) = args.0.iter().find(|(name, _)| !ALWAYS.contains(&name.as_str())) {
        let message = "Finalized invoices can't be updated in this way";
        return Err(Refusal::invalid(message).code("invoice_not_editable").param(name).into());
    }
    let mut after = before.clone();
    set_metadata(&mut after.body, args)?;
    if is_draft {
        let customer = customer(call, &before)?;
        let now = test_clocks::time_of(call, &before.body)?;
        apply(call, &mut after, args, &customer, now)?;
    } else {
        set(
            &mut after.body,
            args,
            &["auto_advance", "default_payment_method", "description", "due_date", "footer"],
        );
        if after.body["auto_advance"] != true {
            due::set(&mut after, None);
            after.body["next_payment_attempt"] = Value::Null;
        }
    }
    call.update(&before, after).map(Answer::Object)
}

fn customer(call: &Call<'_>, invoice: &Object) -> Outcome<Object> {
    let id = invoice.body["customer"].as_str().unwrap_or_default();
    Ok(call.db.get(Kind::Customer, id)?.ok_or_else(|| Refusal::no_such("customer", id, "customer"))?)
}

/// `DELETE /v1/invoices/{id}`: drafts that were made by hand only. Their items wait again.
pub fn delete(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let invoice = call.fetch(Kind::Invoice)?;
    if invoice.body["status"] != "draft" || !invoice.body["parent"].is_null() {
        let message = "You can only delete draft invoices that were not made by a subscription.";
        return Err(Refusal::invalid(message).code("invoice_not_editable").into());
    }
    invoice_items::release(call, &states::item_ids(&invoice.body))?;
    call.delete(&invoice)
}

/// Refuses to change what an invoice charges, unless it is a draft.
///
/// # Errors
/// 400 `invoice_not_editable`.
pub fn require_editable(invoice: &Object) -> Result<(), Refusal> {
    if invoice.body["status"] == "draft" {
        return Ok(());
    }
    let message = "This invoice is no longer editable";
    Err(Refusal::invalid(message).code("invoice_not_editable").param("invoice"))
}

/// Puts an invoice item on a draft, or puts it there anew after a change.
///
/// # Errors
/// SQLite's.
pub fn add_item(call: &mut Call<'_>, invoice: &Object, item: &Object) -> Outcome<()> {
    let line = invoice_items::line(item);
    let currency = invoice.body["currency"].as_str().unwrap_or_default();
    let new = line.body(&invoice.id, currency);
    let mut on = item.clone();
    on.body["invoice"] = json!(invoice.id);
    call.db.update(item, &on)?;
    change_lines(call, invoice, &item.id, Some(new))
}

/// Takes an invoice item off a draft.
///
/// # Errors
/// SQLite's.
pub fn remove_item(call: &mut Call<'_>, invoice: &Object, item: &str) -> Outcome<()> {
    change_lines(call, invoice, item, None)
}

fn change_lines(call: &mut Call<'_>, before: &Object, item: &str, new: Option<Value>) -> Outcome<()> {
    let is_of = |line: &Value| {
        let details = ["invoice_item_details", "subscription_item_details"];
        details.iter().any(|details| line["parent"][details]["invoice_item"] == item)
    };
    let mut lines = before.body["lines"]["data"].as_array().cloned().unwrap_or_default();
    match (lines.iter().position(is_of), new) {
        (Some(place), Some(mut new)) => {
            if let Some(line) = lines.get_mut(place) {
                new["id"] = line["id"].clone();
                *line = new;
            }
        }
        (Some(place), None) => drop(lines.remove(place)),
        (None, Some(new)) => lines.push(new),
        (None, None) => {}
    }
    let mut after = before.clone();
    after.body["lines"]["data"] = Value::Array(lines);
    draft::settle(call, &mut after, &customer(call, before)?)?;
    call.update(before, after).map(drop)
}
