//! From what the mirror knows of payments to what is booked of them in the credit ledger.
//!
//! It looks at the objects as they stand, not at what an event says, and the ledger books a payment once. So it does
//! not matter which event led here, in which order, or how often.

mod bought;
mod unread;
mod went_back;

use std::cell::OnceCell;

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;

use super::objects;
use crate::billing::credits::purchase::{Bought, Payment, Unclear, gone_back, paid_invoice, paid_session};
use crate::billing::projection::{self, Paid};
use crate::store::books::{Books, PaymentSettled, Settlement};

pub use unread::Unread;

/// What the catalog and the policy say of credits that are bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditRules {
    /// A price that is paid once buys credits.
    pub sells_once: bool,
    /// A recurring price does.
    pub sells_recurring: bool,
    /// Credits that are not spent are taken back when the money for them goes back.
    pub takes_back: bool,
    /// What payments bring is booked; else it is only looked at.
    pub books: bool,
}

impl Default for CreditRules {
    fn default() -> CreditRules {
        CreditRules { sells_once: false, sells_recurring: false, takes_back: true, books: true }
    }
}

/// A checkout session or an invoice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Payable {
    /// The `object` field: `checkout.session` or `invoice`.
    pub kind: &'static str,
    pub id: String,
}

pub(super) const SESSION: &str = "checkout.session";
pub(super) const INVOICE: &str = "invoice";

/// The kind under which the mirror keeps a session's list of lines, by the session's id.
const LINES_OF_SESSION: &str = "checkout.session.line_items";
/// The same of an invoice: its own `lines` are the first ones only.
const LINES_OF_INVOICE: &str = "invoice.lines";

/// Whether objects of a kind tell of payments.
pub(super) fn tells(kind: &str) -> bool {
    let kinds = [
        SESSION,
        INVOICE,
        LINES_OF_SESSION,
        LINES_OF_INVOICE,
        "invoice_payment",
        "charge",
        "refund",
        "dispute",
    ];
    kinds.contains(&kind)
}

/// The mirror and the books, as far as payments need them.
pub(super) struct Payments<'a> {
    pub(super) mirror: &'a Connection,
    pub(super) books: &'a Books,
    pub(super) subject_key: Option<&'a str>,
    pub(super) rules: CreditRules,
    sells: OnceCell<bool>,
}

impl<'a> Payments<'a> {
    pub(super) fn new(
        mirror: &'a Connection,
        books: &'a Books,
        subject_key: Option<&'a str>,
        rules: CreditRules,
    ) -> Payments<'a> {
        Payments { mirror, books, subject_key, rules, sells: OnceCell::new() }
    }

    /// The payments that an object tells something of.
    pub(super) fn touched_by(&self, kind: &str, id: &str) -> anyhow::Result<Vec<Payable>> {
        let payable = |kind, id: &str| Payable { kind, id: id.to_owned() };
        let body = || Ok::<_, anyhow::Error>(object(self.mirror, kind, id)?.unwrap_or(Value::Null));
        let text = |body: &Value, name: &str| reference(body.get(name));
        Ok(match kind {
            SESSION | LINES_OF_SESSION => vec![payable(SESSION, id)],
            INVOICE | LINES_OF_INVOICE => vec![payable(INVOICE, id)],
            "invoice_payment" => {
                text(&body()?, "invoice").map(|id| payable(INVOICE, &id)).into_iter().collect()
            }
            "charge" | "refund" | "dispute" => {
                let body = body()?;
                let of_charge = match text(&body, "charge") {
                    Some(charge) => object(self.mirror, "charge", &charge)?,
                    None => None,
                };
                let places = [Some(&body), of_charge.as_ref()];
                let find = |name| places.into_iter().flatten().find_map(|body| text(body, name));
                let mut found = match find("payment_intent") {
                    Some(intent) => self.paid_by(&intent)?,
                    None => Vec::new(),
                };
                found.extend(find("invoice").map(|id| payable(INVOICE, &id)));
                found.sort();
                found.dedup();
                found
            }
            _ => Vec::new(),
        })
    }

    /// Writes the transaction of a payment anew, with what is known of it by now.
    pub(super) fn write_transaction(&self, payable: &Payable) -> anyhow::Result<()> {
        let Ok(Some(payment)) = self.payment(payable)? else { return Ok(()) };
        let credits = match &payment.bought {
            Bought::InAll(pack) => Some(pack.credits),
            Bought::Lines(lines) => {
                let lots = self.lots(&payment.id, lines)?.ok();
                lots.map(|(lots, _)| lots.into_iter().map(|lot| lot.credits).sum())
            }
            Bought::Unread => (!self.sells()?).then_some(0),
        };
        let back = gone_back(&self.gone_back(payable)?.facts);
        let refunded = payment.total > 0 && back >= payment.total;
        // A checkout that makes an invoice is told of by itself, and not by that once more.
        if payable.kind == INVOICE && self.is_of_checkout(&payable.id)? {
            return Ok(());
        }
        let Some(object) = object(self.mirror, payable.kind, &payable.id)? else { return Ok(()) };
        match projection::paid_transaction(payable.kind, &object, Paid { credits, refunded }) {
            Some(row) => Ok(objects::insert(self.mirror, &row)?),
            None => Ok(()),
        }
    }

    fn is_of_checkout(&self, invoice: &str) -> anyhow::Result<bool> {
        let found = self
            .mirror
            .prepare_cached("SELECT 1 FROM checkout_sessions WHERE invoice = ?1 AND mode = 'payment'")?
            .query_row([invoice], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }

    /// What a payment intent paid.
    fn paid_by(&self, intent: &str) -> anyhow::Result<Vec<Payable>> {
        let found = self
            .mirror
            .prepare_cached(
                "SELECT 1, id FROM checkout_sessions WHERE payment_intent = ?1
                 UNION SELECT 0, invoice FROM invoice_payments WHERE payment_intent = ?1 AND invoice IS NOT NULL
                 UNION SELECT 0, id FROM invoices WHERE payment_intent = ?1 ORDER BY 1, 2",
            )?
            .query_map([intent], |row| {
                let kind = if row.get(0)? { SESSION } else { INVOICE };
                Ok(Payable { kind, id: row.get(1)? })
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(found)
    }

    /// Books what is due of payments. For those of which that can't be told, why; the others are booked all the same.
    pub(super) fn settle(&self, payments: &[Payable], now: i64) -> anyhow::Result<Vec<Option<Unclear>>> {
        let mut unclear: Vec<Option<Unclear>> = Vec::with_capacity(payments.len());
        let mut due = Vec::new();
        for (index, payable) in payments.iter().enumerate() {
            unclear.push(match self.due(payable)? {
                Ok(Some(settlement)) => {
                    due.push((index, settlement));
                    None
                }
                Ok(None) => None,
                Err(why) => Some(why),
            });
        }
        if due.is_empty() {
            return Ok(unclear);
        }
        let (places, settlements): (Vec<usize>, Vec<Settlement>) = due.into_iter().unzip();
        let settled = self.books.settle_payments(&settlements, now)?;
        for ((place, Settlement { payment, .. }), outcome) in places.into_iter().zip(settlements).zip(settled)
        {
            let why = match outcome {
                PaymentSettled::Done => None,
                PaymentSettled::TooMany => Some(Unclear::TooMany { id: payment }),
                PaymentSettled::KeyTaken { key } => Some(Unclear::KeyTaken { id: payment, key }),
            };
            if let Some(unclear) = unclear.get_mut(place) {
                *unclear = why;
            }
        }
        Ok(unclear)
    }

    /// What is to be booked of a payment, if anything is.
    pub(super) fn due(&self, payable: &Payable) -> anyhow::Result<Result<Option<Settlement>, Unclear>> {
        let payment = match self.payment(payable)? {
            Ok(Some(payment)) => payment,
            Ok(None) => return Ok(Ok(None)),
            Err(unclear) => return Ok(Err(unclear)),
        };
        let booked = self.books.is_purchase_booked(&payment.id)?;
        let purchase = if booked {
            None
        } else {
            match self.purchase(&payment)? {
                Ok(Some(purchase)) => Some(purchase),
                Ok(None) => return Ok(Ok(None)),
                Err(unclear) => return Ok(Err(unclear)),
            }
        };
        let refund = if self.rules.takes_back { self.refund(payable, &payment)? } else { Ok(None) };
        Ok(refund.map(|refund| {
            let due = purchase.is_some() || refund.is_some();
            due.then_some(Settlement { payment: payment.id, purchase, refund })
        }))
    }

    /// The object as a payment, with its lines if they were ever read.
    fn payment(&self, payable: &Payable) -> anyhow::Result<Result<Option<Payment>, Unclear>> {
        let Payable { kind, id } = payable;
        let Some(mut body) = object(self.mirror, kind, id)? else { return Ok(Ok(None)) };
        let (name, list) = match *kind {
            SESSION => ("line_items", LINES_OF_SESSION),
            _ => ("lines", LINES_OF_INVOICE),
        };
        if let Some(read) = object(self.mirror, list, id)? {
            body[name] = read;
        }
        Ok(match *kind {
            SESSION => paid_session(&body, self.subject_key),
            _ => Ok(paid_invoice(&body, self.subject_key)),
        })
    }
}

/// An object that is not deleted.
fn object(connection: &Connection, kind: &str, id: &str) -> anyhow::Result<Option<Value>> {
    let body: Option<String> = connection
        .prepare_cached("SELECT body FROM objects WHERE kind = ?1 AND id = ?2 AND deleted = 0")?
        .query_row((kind, id), |row| row.get(0))
        .optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

fn reference(value: Option<&Value>) -> Option<String> {
    let value = value?;
    value.as_str().or_else(|| value.get("id")?.as_str()).map(str::to_owned)
}
