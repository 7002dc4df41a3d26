//! New invoices: drafts of what a customer owes.

use serde_json::{Value, json};

use super::line::Line;
use super::totals::{self, Applied};
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::due;
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::resources::discounts;

/// A draft waits so long before it is finalized by itself.
pub const FINALIZES_AFTER: i64 = 60 * 60;

/// What a new invoice is for.
#[derive(Debug)]
pub struct Bill<'a> {
    pub customer: &'a Object,
    pub subscription: Option<&'a Object>,
    /// Stripe's `billing_reason`.
    pub reason: &'a str,
    pub currency: &'a str,
    pub lines: Vec<Line>,
    /// Ids of the discounts of the whole invoice.
    pub discounts: Value,
    /// Start and end of the time in which its items were added.
    pub period: (i64, i64),
    /// When it is made, in seconds since 1970.
    pub now: i64,
}

/// A draft with its sums, which is not stored yet. It is finalized by whoever makes it, or waits if told to.
///
/// # Errors
/// SQLite's.
pub fn draft(call: &Call<'_>, bill: Bill<'_>) -> Outcome<Object> {
    let Bill { customer, subscription, reason, currency, lines, discounts, period, now } = bill;
    let mut invoice = Object {
        kind: Kind::Invoice,
        id: ids::dated("in", call.now),
        body: Value::Null,
        hidden: serde_json::Map::new(),
    };
    let id = invoice.id.clone();
    let none = json!({});
    let terms = subscription.map_or(&none, |subscription| &subscription.body);
    let lines: Vec<Value> = lines.iter().map(|line| line.body(&id, currency)).collect();
    let parent = subscription.map(|subscription| {
        json!({
            "quote_details": null,
            "subscription_details": {"metadata": subscription.body["metadata"], "subscription": subscription.id},
            "type": "subscription_details",
        })
    });
    let who = &customer.body;
    let method = terms["collection_method"].as_str().unwrap_or("charge_automatically");
    let mut body = json!({
        "id": id,
        "object": "invoice",
        "account_country": "US",
        "account_name": null,
        "account_tax_ids": null,
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "application": null,
        "attempt_count": 0,
        "attempted": false,
        "auto_advance": true,
        "automatic_tax": {
            "disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null,
        },
        "automatically_finalizes_at": null,
        "billing_reason": reason,
        "collection_method": method,
        "created": now,
        "currency": currency,
        "custom_fields": who["invoice_settings"]["custom_fields"],
        "customer": customer.id,
        "customer_account": null,
        "customer_address": who["address"],
        "customer_email": who["email"],
        "customer_name": who["name"],
        "customer_phone": who["phone"],
        "customer_shipping": who["shipping"],
        "customer_tax_exempt": who["tax_exempt"],
        "customer_tax_ids": [],
        "default_payment_method": null,
        "default_source": null,
        "default_tax_rates": [],
        "description": null,
        "discounts": discounts,
        "due_date": null,
        "effective_at": null,
        "ending_balance": null,
        "footer": who["invoice_settings"]["footer"],
        "from_invoice": null,
        "hosted_invoice_url": null,
        "invoice_pdf": null,
        "issuer": {"type": "self"},
        "last_finalization_error": null,
        "latest_revision": null,
        "lines": {
            "object": "list", "data": lines, "has_more": false, "url": format!("/v1/invoices/{id}/lines"),
        },
        "livemode": false,
        "metadata": {},
        "next_payment_attempt": null,
        "number": null,
        "on_behalf_of": null,
        "parent": parent,
        "payment_settings": {
            "default_mandate": null, "payment_method_options": null, "payment_method_types": null,
        },
        "period_end": period.1,
        "period_start": period.0,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": null,
        "rendering": null,
        "shipping_cost": null,
        "shipping_details": null,
        "starting_balance": 0,
        "statement_descriptor": null,
        "status": "draft",
        "status_transitions": {
            "finalized_at": null, "marked_uncollectible_at": null, "paid_at": null, "voided_at": null,
        },
        "subtotal": 0,
        "subtotal_excluding_tax": 0,
        "test_clock": who["test_clock"],
        "total": 0,
        "total_discount_amounts": [],
        "total_excluding_tax": 0,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": null,
    });
    for (field, setting) in
        [("description", "description"), ("footer", "footer"), ("custom_fields", "custom_fields")]
    {
        if !terms["invoice_settings"][setting].is_null() {
            body[field] = terms["invoice_settings"][setting].clone();
        }
    }
    if let Some(days) = terms["days_until_due"].as_i64() {
        invoice.hidden.insert("days_until_due".to_owned(), json!(days));
    }
    invoice.body = body;
    settle(call, &mut invoice, customer)?;
    Ok(invoice)
}

/// Sums a draft up anew.
///
/// # Errors
/// SQLite's.
pub fn settle(call: &Call<'_>, invoice: &mut Object, customer: &Object) -> Outcome<()> {
    let balance = customer.body["balance"].as_i64().unwrap_or_default();
    let applied = applied(call, &invoice.body)?;
    totals::settle(&mut invoice.body, &applied, balance);
    Ok(())
}

/// What lines cost after discounts, as an invoice of nothing else would have it. A line has its `amount`, `price` and the
/// ids of its own `discounts`.
///
/// # Errors
/// SQLite's.
pub fn discounted(
    call: &Call<'_>,
    currency: &Value,
    discounts: &Value,
    lines: Vec<Value>,
) -> Outcome<Vec<i64>> {
    let lines = lines.into_iter().map(|line| {
        json!({
            "amount": line["amount"],
            "discountable": true,
            "discounts": line["discounts"],
            "pricing": {"price_details": {"product": line["price"]["product"]}},
        })
    });
    let mut invoice =
        json!({"currency": currency, "discounts": discounts, "lines": {"data": lines.collect::<Vec<_>>()}});
    let applied = applied(call, &invoice)?;
    totals::settle(&mut invoice, &applied, 0);
    let left = |line: &Value| {
        let off = line["discount_amounts"].as_array().into_iter().flatten();
        let off: i64 = off.filter_map(|off| off["amount"].as_i64()).sum();
        line["amount"].as_i64().unwrap_or_default() - off
    };
    Ok(invoice["lines"]["data"].as_array().into_iter().flatten().map(left).collect())
}

/// The discounts of an invoice, then those of its lines, each once.
fn applied(call: &Call<'_>, invoice: &Value) -> Outcome<Vec<Applied>> {
    let lines = invoice["lines"]["data"].as_array().into_iter().flatten();
    let lists = std::iter::once(&invoice["discounts"]).chain(lines.map(|line| &line["discounts"]));
    let mut applied: Vec<Applied> = Vec::new();
    for id in lists.filter_map(Value::as_array).flatten().filter_map(Value::as_str) {
        if applied.iter().any(|known| known.discount == id) {
            continue;
        }
        if let Some(coupon) = discounts::coupon_of(call, id)? {
            applied.push(Applied { discount: id.to_owned(), coupon });
        }
    }
    Ok(applied)
}

/// Has a draft finalize itself in an hour, as those of subscriptions do.
pub fn wait(invoice: &mut Object, now: i64) {
    invoice.body["automatically_finalizes_at"] = json!(now + FINALIZES_AFTER);
    due::set(invoice, Some(now + FINALIZES_AFTER));
}
