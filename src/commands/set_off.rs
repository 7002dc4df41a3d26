//! Time that was paid for, and that a change of plan has set off since: what stands to a customer's credit, in their balance
//! or on their next invoice, does not go back a second time.

use serde_json::{Value, json};

use crate::billing::subscription::refund::PaidInvoice;
use crate::stripe::{Reader, segment};

/// What waits for the next invoice of a customer's subscription.
///
/// # Errors
/// What Stripe says.
pub async fn pending(reader: &Reader, customer: &str, subscription: &str) -> anyhow::Result<PaidInvoice> {
    let items = reader.list("/v1/invoiceitems", &json!({"customer": customer, "pending": true})).await?;
    Ok(PaidInvoice::pending(&items, subscription))
}

/// What of an invoice's time after `at` the later invoices of its subscription have set off, or what waits for the next one;
/// in minor units.
///
/// # Errors
/// What Stripe says; amounts that can't be shared out.
pub async fn since(reader: &Reader, invoice: &Value, at: i64) -> anyhow::Result<i64> {
    let text = |place: &str| invoice.pointer(place).and_then(Value::as_str).unwrap_or_default();
    let (subscription, customer) = (text("/parent/subscription_details/subscription"), text("/customer"));
    if subscription.is_empty() {
        return Ok(0);
    }
    let mut sum = pending(reader, customer, subscription).await?.set_off(at)?;
    let params = json!({"subscription": subscription, "created": {"gte": invoice.get("created")}});
    for other in reader.list("/v1/invoices", &params).await? {
        let is_void = other.get("status").and_then(Value::as_str) == Some("void");
        if !is_void && other.get("id") != invoice.get("id") {
            let lines = lines(reader, &other).await?;
            sum += PaidInvoice::read(&other, &lines, Some(subscription), 0).set_off(at)?;
        }
    }
    Ok(sum)
}

/// All lines of an invoice: an invoice itself shows its first ones.
///
/// # Errors
/// What Stripe says.
pub async fn lines(reader: &Reader, invoice: &Value) -> anyhow::Result<Vec<Value>> {
    if invoice.pointer("/lines/has_more") == Some(&Value::Bool(true)) {
        let id = invoice.get("id").and_then(Value::as_str).unwrap_or_default();
        return Ok(reader.list(&format!("/v1/invoices/{}/lines", segment(id)), &Value::Null).await?);
    }
    let lines = invoice.pointer("/lines/data").and_then(Value::as_array);
    Ok(lines.cloned().unwrap_or_default())
}
