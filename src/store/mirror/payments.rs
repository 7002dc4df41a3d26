//! From what the mirror knows of payments to what is booked of them in the credit ledger.
//!
//! It looks at the objects as they stand, not at what an event says, and the ledger books a payment once. So it does
//! not matter which event led here, in which order, or how often.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;

use super::{Mirror, Outcome, Span, objects};
use crate::billing::credits::MAX_CREDITS;
use crate::billing::credits::purchase::{
    BackFact, BackSource, Bought, CREDITS_TAG, Line, Pack, Payment, Unclear, gone_back, pack, paid_invoice,
    paid_session,
};
use crate::billing::projection::{self, Paid};
use crate::store::books::{Books, PaymentSettled, Purchase, Refund, Settlement};

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

const SESSION: &str = "checkout.session";
const INVOICE: &str = "invoice";

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

/// Something that has to be read before it can be told what was bought.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unread {
    /// The lines of a session or an invoice: a list at `route`, kept as an object of this kind and id.
    Lines {
        route: &'static str,
        kind: &'static str,
        id: String,
    },
    Price(String),
}

impl Payable {
    fn unread(&self, unclear: &Unclear) -> Option<Unread> {
        match unclear {
            Unclear::NoLines(id) => {
                let (route, kind) = match self.kind {
                    SESSION => ("/v1/checkout/sessions/{}/line_items", LINES_OF_SESSION),
                    _ => ("/v1/invoices/{}/lines", LINES_OF_INVOICE),
                };
                Some(Unread::Lines { route, kind, id: id.clone() })
            }
            Unclear::NoPrice(id) => Some(Unread::Price(id.clone())),
            Unclear::BadNumber { .. }
            | Unclear::NoSubject(_)
            | Unclear::TooMany { .. }
            | Unclear::KeyTaken { .. }
            | Unclear::OtherCurrency { .. } => None,
        }
    }
}

impl Mirror {
    /// What has to be read for the failed events that tell of payments, of `limit` of those at most.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn unread(&self, books: &Books, limit: usize) -> anyhow::Result<Vec<Unread>> {
        let mut unread = BTreeSet::new();
        let subject_key = self.subject_metadata.as_deref();
        let payments = Payments::new(&self.connection, books, subject_key, self.credit_rules);
        for failure in self.events_with(Outcome::Failed, Span::default(), limit)? {
            let Some(event) = books.event_at(failure.seq)? else { continue };
            let (Some(kind), Some(id)) = (&event.object_kind, &event.object_id) else { continue };
            for payable in payments.touched_by(kind, id)? {
                if let Err(unclear) = payments.due(&payable)? {
                    unread.extend(payable.unread(&unclear));
                }
            }
        }
        Ok(unread.into_iter().collect())
    }
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

    fn purchase(&self, payment: &Payment) -> anyhow::Result<Result<Option<Purchase>, Unclear>> {
        let (lots, reason) = match &payment.bought {
            Bought::InAll(pack) => (vec![*pack], None),
            Bought::Lines(lines) => match self.lots(&payment.id, lines)? {
                Ok((lots, names)) => (lots, Some(names)),
                Err(unclear) => return Ok(Err(unclear)),
            },
            Bought::Unread if self.sells()? => return Ok(Err(Unclear::NoLines(payment.id.clone()))),
            Bought::Unread => return Ok(Ok(None)),
        };
        let lots: Vec<Pack> = lots.into_iter().filter(|lot| lot.credits > 0).collect();
        if lots.is_empty() {
            return Ok(Ok(None));
        }
        let subject = match (&payment.subject, &payment.customer) {
            (Some(subject), _) => Some(subject.clone()),
            (None, Some(customer)) => self.books.subjects_of(customer)?.into_iter().next(),
            (None, None) => None,
        };
        let Some(subject) = subject else { return Ok(Err(Unclear::NoSubject(payment.id.clone()))) };
        let reason = match reason {
            Some(names) => format!("bought: {}", names.join(", ")),
            None => "bought".to_owned(),
        };
        Ok(Ok(Some(Purchase { subject, lots, reason })))
    }

    /// The credits of all lines, a lot for each expiry, and the lines in words.
    #[expect(clippy::type_complexity, reason = "lots and words, or why there are none")]
    fn lots(&self, id: &str, lines: &[Line]) -> anyhow::Result<Result<(Vec<Pack>, Vec<String>), Unclear>> {
        let mut lots: BTreeMap<Option<i64>, i64> = BTreeMap::new();
        let mut names = Vec::new();
        for Line { price, metadata, quantity, recurs } in lines {
            let known = match metadata {
                Some(metadata) => Some(metadata.clone()),
                None => object(self.mirror, "price", price)?.map(|mut price| price["metadata"].take()),
            };
            let pack = match known {
                Some(metadata) => match pack(price, &metadata) {
                    Ok(pack) => pack,
                    Err(unclear) => return Ok(Err(unclear)),
                },
                // Another price may be a pack only where such prices are.
                None if *recurs && !self.rules.sells_recurring => None,
                None if self.sells()? => return Ok(Err(Unclear::NoPrice(price.clone()))),
                None => None,
            };
            let Some(Pack { credits, expire_seconds }) = pack.filter(|_| *quantity > 0) else { continue };
            let lot = lots.entry(expire_seconds).or_default();
            let sum = credits.checked_mul(*quantity).and_then(|more| lot.checked_add(more));
            match sum.filter(|sum| *sum <= MAX_CREDITS) {
                Some(sum) => *lot = sum,
                None => return Ok(Err(Unclear::TooMany { id: id.to_owned() })),
            }
            names.push(if *quantity == 1 { price.clone() } else { format!("{quantity} × {price}") });
        }
        let lots = lots.into_iter().map(|(expire_seconds, credits)| Pack { credits, expire_seconds });
        Ok(Ok((lots.collect(), shortened(names))))
    }

    /// Whether any price is known to buy credits.
    fn sells(&self) -> anyhow::Result<bool> {
        if let Some(sells) = self.sells.get() {
            return Ok(*sells);
        }
        let told = self.rules.sells_once || self.rules.sells_recurring;
        let sells = told
            || self
                .mirror
                .prepare_cached(&format!(
                    "SELECT 1 FROM prices WHERE instr(metadata, '\"{CREDITS_TAG}\"') > 0"
                ))?
                .query_row([], |_| Ok(()))
                .optional()?
                .is_some();
        Ok(*self.sells.get_or_init(|| sells))
    }

    /// What of a payment's money went back.
    fn refund(
        &self,
        payable: &Payable,
        payment: &Payment,
    ) -> anyhow::Result<Result<Option<Refund>, Unclear>> {
        let GoneBack { facts, currencies } = self.gone_back(payable)?;
        if facts.is_empty() {
            return Ok(Ok(None));
        }
        let paid = payment.currency.clone().unwrap_or_default();
        if let Some(other) = currencies.into_iter().find(|currency| *currency != paid) {
            return Ok(Err(Unclear::OtherCurrency { id: payment.id.clone(), paid, refund: other }));
        }
        Ok(Ok(Some(Refund { facts, total: payment.total, currency: paid.parse().ok() })))
    }

    fn gone_back(&self, payable: &Payable) -> anyhow::Result<GoneBack> {
        let intents = match payable.kind {
            SESSION => "SELECT payment_intent FROM checkout_sessions WHERE id = ?1",
            _ => {
                "SELECT payment_intent FROM invoice_payments WHERE invoice = ?1 AND status = 'paid'
                 UNION SELECT payment_intent FROM invoices WHERE id = ?1"
            }
        };
        let sql = format!(
            "WITH intents (id) AS ({intents}),
                  paid_with (id) AS (SELECT charges.id FROM charges JOIN intents ON payment_intent = intents.id
                                     UNION SELECT id FROM charges WHERE invoice = ?1)
             SELECT refunds.id, 'refund', coalesce(status, 'succeeded'), amount, currency FROM refunds
             WHERE payment_intent IN (SELECT id FROM intents) OR charge IN (SELECT id FROM paid_with)
             UNION ALL
             SELECT disputes.id, 'dispute', status, amount, currency FROM disputes
             WHERE payment_intent IN (SELECT id FROM intents) OR charge IN (SELECT id FROM paid_with)
             UNION ALL
             SELECT charges.id, 'charge', '', amount_refunded, currency FROM charges
             WHERE charges.id IN (SELECT id FROM paid_with) AND amount_refunded > 0"
        );
        let mut statement = self.mirror.prepare_cached(&sql)?;
        let mut rows = statement.query([&payable.id])?;
        let mut back = GoneBack::default();
        while let Some(row) = rows.next()? {
            let (of, status): (String, Option<String>) = (row.get(1)?, row.get(2)?);
            let (source, failed) = match (of.as_str(), status.as_deref()) {
                ("refund", Some("succeeded")) => (BackSource::Refund, false),
                ("refund", Some("failed" | "canceled")) => (BackSource::Refund, true),
                ("dispute", Some("lost")) => (BackSource::Dispute, false),
                ("charge", _) => (BackSource::Charge, false),
                // It is still open.
                (_, _) => continue,
            };
            let amount = row.get::<_, Option<i64>>(3)?.unwrap_or(0);
            back.facts.push(BackFact { id: row.get(0)?, source, amount, failed });
            let currency: Option<String> = row.get(4)?;
            back.currencies.extend(currency);
        }
        Ok(back)
    }
}

/// What is known to have gone back of a payment.
#[derive(Default)]
struct GoneBack {
    facts: Vec<BackFact>,
    currencies: BTreeSet<String>,
}

/// A few names, so that a reason stays a line.
fn shortened(mut names: Vec<String>) -> Vec<String> {
    const MOST: usize = 5;
    if names.len() > MOST {
        let further = names.len() - MOST;
        names.truncate(MOST);
        names.push(format!("and {further} more"));
    }
    names
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
