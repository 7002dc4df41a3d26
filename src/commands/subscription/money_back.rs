//! The money that goes back when a subscription ends within a period that was paid.
//!
//! What goes back follows from the moment at which the subscription ended, which Stripe keeps, and each payment is refunded
//! under a key made of both. So a command that is repeated, after whatever happened, comes to the same refund; one that was
//! made longer ago than Stripe remembers keys is known by its note.

use serde_json::{Value, json};

use super::target::Desk;
use crate::billing::payment::PRORATED;
use crate::billing::plan::account::KEY_TAG;
use crate::billing::subscription::Seen;
use crate::billing::subscription::refund::{PaidInvoice, REFUND_NOTE, TooLarge};
use crate::commands::{amount, set_off};
use crate::error::{Kind, fail};
use crate::stripe::{IdempotencyKey, Reader, Writer};

/// The note on a refund: which subscription's end it is for.
pub const NOTE: &str = "billctl_canceled_subscription";

/// The payment that a period's invoice was made with may be this much older than the period: drafts wait for an hour.
const DRAFT_SECONDS: i64 = 86_400;

/// A refund is tried under this many further keys.
const MOST_KEYS: u32 = 3;

/// What goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Refund {
    /// The share of the time that was paid for and is not used
    Prorated,
    /// All that was paid for the current period
    Full,
    /// Nothing
    None,
}

impl Refund {
    /// As it stands in the note on a subscription.
    pub fn word(self) -> &'static str {
        match self {
            Refund::Prorated => "prorated",
            Refund::Full => "full",
            Refund::None => "none",
        }
    }

    /// What a subscription's note says.
    pub fn noted(seen: Seen<'_>) -> Option<Refund> {
        match seen.note(REFUND_NOTE)? {
            "prorated" => Some(Refund::Prorated),
            "full" => Some(Refund::Full),
            _ => None,
        }
    }
}

/// A payment, and what of it goes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub invoice: String,
    pub payment_intent: String,
    /// In minor units.
    pub amount: i64,
    /// The refund that was made of it for this end already.
    pub refund: Option<String>,
}

/// All that goes back. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub currency: String,
    pub parts: Vec<Part>,
    /// What can't go back to where it came from: it was paid outside of Stripe, or has gone back already.
    pub short: i64,
    /// What a change of plan has given back already: it stands in the customer's balance, or on their next invoice.
    pub set_off: i64,
}

impl Due {
    pub fn total(&self) -> i64 {
        self.parts.iter().map(|part| part.amount).sum()
    }

    /// Nothing was paid for the time in question, or all of it went back before.
    pub fn is_nothing(&self) -> bool {
        self.parts.is_empty() && self.short == 0 && self.set_off == 0
    }

    pub fn words(&self) -> String {
        amount::words(self.total(), &self.currency)
    }

    pub fn json(&self) -> Value {
        let parts = self.parts.iter().map(|part| {
            json!({
                "invoice": part.invoice,
                "payment_intent": part.payment_intent,
                "amount": amount::json(part.amount, &self.currency),
                "refund": part.refund,
            })
        });
        json!({
            "amount": amount::json(self.total(), &self.currency),
            "not_refundable": amount::json(self.short, &self.currency),
            "set_off": amount::json(self.set_off, &self.currency),
            "refunds": parts.collect::<Vec<_>>(),
        })
    }
}

/// An invoice that was paid for the time in question, and what of it goes back, in minor units.
struct Owed {
    invoice: String,
    payments: Vec<Payment>,
    rest: i64,
}

/// What goes back for a subscription that ends, or ended, at a moment in seconds since 1970.
///
/// All invoices count together: after a change to something cheaper, the time of the first one has been set off by the next,
/// or by what waits for it.
///
/// # Errors
/// `Failed` for amounts that can't be shared out; else what Stripe says.
pub async fn due(reader: &Reader, seen: Seen<'_>, at: i64, refund: Refund) -> anyhow::Result<Due> {
    let mut due = Due { currency: seen.currency().to_owned(), parts: Vec::new(), short: 0, set_off: 0 };
    if refund == Refund::None {
        return Ok(due);
    }
    let is_full = refund == Refund::Full;
    let mut owed: Vec<Owed> = Vec::new();
    let waiting = set_off::pending(reader, seen.customer(), seen.id()).await?;
    let mut credit = if is_full {
        waiting.total.min(0).saturating_neg()
    } else {
        waiting.credit(at).map_err(too_large)?
    };
    let since = seen.period_start().unwrap_or(at) - DRAFT_SECONDS;
    let params = json!({"subscription": seen.id(), "status": "paid", "created": {"gte": since}});
    for invoice in reader.list("/v1/invoices", &params).await? {
        let payments = payments(reader, &invoice).await?;
        let paid = payments.iter().map(|payment| payment.paid).sum();
        let lines = set_off::lines(reader, &invoice).await?;
        let read = PaidInvoice::read(&invoice, &lines, Some(seen.id()), paid);
        if !read.covers(at) {
            continue;
        }
        credit +=
            if is_full { read.total.min(0).saturating_neg() } else { read.credit(at).map_err(too_large)? };
        let rest = if is_full { paid } else { read.unused(at).map_err(too_large)? };
        owed.push(Owed { invoice: text(&invoice, "id"), payments, rest });
    }
    for Owed { invoice, payments, mut rest } in owed {
        let less = credit.min(rest);
        rest -= less;
        credit -= less;
        due.set_off += less;
        for payment in payments {
            let Some(intent) = payment.payment_intent.as_deref().filter(|_| rest > 0) else { continue };
            let known = Known::read(reader, intent, seen.id()).await?;
            if !is_full && known.refunded_for_this.is_none() {
                // Of the same time, by `payment refund --prorated`.
                rest = (rest - known.prorated).max(0);
            }
            let amount = known.refunded_for_this.as_ref().map_or(rest.min(known.left), |(_, amount)| *amount);
            if amount > 0 {
                rest -= amount;
                due.parts.push(Part {
                    invoice: invoice.clone(),
                    payment_intent: intent.to_owned(),
                    amount,
                    refund: known.refunded_for_this.map(|(id, _)| id),
                });
            }
        }
        due.short += rest.max(0);
    }
    Ok(due)
}

fn too_large(why: TooLarge) -> anyhow::Error {
    let fix = "Refund what is due by hand, in the dashboard";
    fail(Kind::Failed, format!("The unused share can't be worked out: {why}"), fix)
}

/// Gives back what is due and was not given back yet; the ids of all refunds are in `due` then.
///
/// # Errors
/// What Stripe says. What was given back stays so, and is noted in `due`.
pub async fn pay_back(
    desk: &mut Desk<'_>,
    writer: &Writer,
    seen: Seen<'_>,
    due: &mut Due,
) -> anyhow::Result<()> {
    for part in due.parts.iter_mut().filter(|part| part.refund.is_none()) {
        let id = refund(&desk.reader, writer, seen, part).await?;
        if let Err(error) = desk.keep("refund", "/v1/refunds/{}", &id).await {
            desk.ctx
                .ui()
                .warn(&format!("{id} is made, but the mirror could not be brought up to date: {error}"));
        }
        part.refund = Some(id);
    }
    Ok(())
}

/// Refunds a part, once; the refund's id.
async fn refund(reader: &Reader, writer: &Writer, seen: Seen<'_>, part: &Part) -> anyhow::Result<String> {
    let params = json!({
        "payment_intent": part.payment_intent,
        "amount": part.amount,
        "reason": "requested_by_customer",
        "metadata": {NOTE: seen.id()},
    });
    let mut attempt = 0;
    loop {
        let key = format!("billctl-cancel-{}-{}-{attempt}", seen.id(), part.payment_intent);
        match writer.post("/v1/refunds", &params, &IdempotencyKey::new(key)?).await {
            Ok(reply) => return Ok(text(&reply.body, "id")),
            // What Stripe remembers under this key is a failure. Another key is tried once it is sure that nothing came of it.
            Err(error) if attempt < MOST_KEYS && error.api().is_some_and(|api| api.replayed) => {
                let known = Known::read(reader, &part.payment_intent, seen.id()).await?;
                if let Some((id, _)) = known.refunded_for_this {
                    return Ok(id);
                }
                attempt += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// What paid an invoice.
struct Payment {
    /// None for what was paid outside of Stripe.
    payment_intent: Option<String>,
    /// In minor units.
    paid: i64,
}

/// The payments of an invoice, the last one first.
async fn payments(reader: &Reader, invoice: &Value) -> anyhow::Result<Vec<Payment>> {
    let params = json!({"invoice": text(invoice, "id"), "status": "paid"});
    let listed = reader.list("/v1/invoice_payments", &params).await?;
    let read = |payment: &Value| {
        let intent = payment.pointer("/payment/payment_intent");
        let intent = intent.and_then(Value::as_str).or_else(|| intent?.get("id")?.as_str());
        Payment {
            payment_intent: intent.map(str::to_owned),
            paid: payment.get("amount_paid").and_then(Value::as_i64).unwrap_or_default(),
        }
    };
    Ok(listed.iter().map(read).collect())
}

/// What is known of a payment's refunds.
struct Known {
    /// What can still go back, in minor units.
    left: i64,
    /// The refund for this very end, with its amount.
    refunded_for_this: Option<(String, i64)>,
    /// What went back for time to come by `payment refund --prorated`, in minor units.
    prorated: i64,
}

impl Known {
    async fn read(reader: &Reader, payment_intent: &str, subscription: &str) -> anyhow::Result<Known> {
        let params = json!({"payment_intent": payment_intent});
        let charges = reader.list("/v1/charges", &params).await?;
        let number =
            |object: &Value, name: &str| object.get(name).and_then(Value::as_i64).unwrap_or_default();
        let paid = charges.iter().filter(|charge| charge.get("paid") == Some(&Value::Bool(true)));
        let left =
            paid.map(|charge| number(charge, "amount_captured") - number(charge, "amount_refunded")).sum();
        let mut refunds = reader.list("/v1/refunds", &params).await?;
        refunds.retain(|refund| !matches!(text(refund, "status").as_str(), "failed" | "canceled"));
        let made = refunds.iter().find(|refund| note(refund, NOTE) == Some(subscription));
        let refunded_for_this = made.map(|refund| (text(refund, "id"), number(refund, "amount")));
        let prorated = refunds.iter().filter(|refund| note(refund, KEY_TAG) == Some(PRORATED));
        let prorated = prorated.map(|refund| number(refund, "amount")).sum();
        Ok(Known { left, refunded_for_this, prorated })
    }
}

fn note<'a>(refund: &'a Value, name: &str) -> Option<&'a str> {
    refund.get("metadata")?.get(name)?.as_str()
}

fn text(object: &Value, name: &str) -> String {
    object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
