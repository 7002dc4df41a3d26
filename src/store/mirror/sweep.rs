//! What of the payments that the mirror knows is not booked: also of those that no event told of.

use std::collections::BTreeSet;

use super::Mirror;
use super::payments::{INVOICE, Payable, Payments, SESSION, Unread};
use crate::billing::credits::purchase::Unclear;
use crate::store::books::{Books, PaymentSettled, Settlement};

/// How many payments are looked at, and booked, at once.
const BATCH: i64 = 500;

/// A payment whose credits are booked now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweptPayment {
    /// The checkout session's or invoice's id.
    pub payment: String,
    /// Whom the credits are for.
    pub subject: String,
    pub credits: i64,
}

/// What a look at all payments came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Payments that were looked at.
    pub payments: u64,
    pub booked: Vec<SweptPayment>,
    /// Payments of which it can't be told what is to be booked, and why.
    pub unclear: Vec<(String, String)>,
    /// What has to be read for some of those.
    pub unread: Vec<Unread>,
}

impl Mirror {
    /// Books what is due of the payments since a second: sessions by when they were made, invoices by when they were paid. A
    /// payment is booked once, whichever way it becomes known. Unless `keep`, it is only looked what would be booked.
    ///
    /// # Errors
    /// If a file can't be read or written; what is booked by then stays.
    pub fn sweep_payments(&self, books: &Books, since: i64, keep: bool, now: i64) -> anyhow::Result<Swept> {
        const SESSIONS: &str = "SELECT id FROM checkout_sessions
            WHERE id > ?1 AND created >= ?2 AND mode = 'payment' AND status = 'complete' ORDER BY id LIMIT ?3";
        const INVOICES: &str = "SELECT id FROM invoices
            WHERE id > ?1 AND coalesce(paid_at, created) >= ?2 AND status = 'paid' ORDER BY id LIMIT ?3";
        let subject_key = self.subject_metadata.as_deref();
        let payments = Payments::new(&self.connection, books, subject_key, self.credit_rules);
        let mut sweep =
            Sweep { payments, books, keep, now, swept: Swept::default(), unread: BTreeSet::new() };
        for (kind, sql) in [(SESSION, SESSIONS), (INVOICE, INVOICES)] {
            let mut after = String::new();
            loop {
                let read = || -> rusqlite::Result<Vec<String>> {
                    let mut statement = self.connection.prepare_cached(sql)?;
                    statement.query_map((&after, since, BATCH), |row| row.get(0))?.collect()
                };
                let ids = self.explain(read())?;
                let Some(last) = ids.last() else { break };
                after.clone_from(last);
                sweep.settle(ids.into_iter().map(|id| Payable { kind, id }))?;
            }
        }
        let Sweep { swept, unread, .. } = sweep;
        Ok(Swept { unread: unread.into_iter().collect(), ..swept })
    }
}

struct Sweep<'a> {
    payments: Payments<'a>,
    books: &'a Books,
    keep: bool,
    now: i64,
    swept: Swept,
    unread: BTreeSet<Unread>,
}

impl Sweep<'_> {
    fn settle(&mut self, payables: impl Iterator<Item = Payable>) -> anyhow::Result<()> {
        let mut due: Vec<Settlement> = Vec::new();
        for payable in payables {
            self.swept.payments += 1;
            match self.payments.due(&payable)? {
                Ok(settlement) => due.extend(settlement),
                Err(why) => {
                    self.unread.extend(payable.unread(&why));
                    self.swept.unclear.push((payable.id, why.to_string()));
                }
            }
        }
        // What went back is asked for at each look; it is booked once.
        let settled = match self.keep {
            true => self.books.settle_payments(&due, self.now)?,
            false => vec![PaymentSettled::Done; due.len()],
        };
        for (Settlement { payment, purchase, refund: _ }, outcome) in due.into_iter().zip(settled) {
            let why = match outcome {
                PaymentSettled::Done => {
                    if let Some(purchase) = purchase {
                        let credits = purchase.lots.iter().map(|lot| lot.credits).sum();
                        self.swept.booked.push(SweptPayment { payment, subject: purchase.subject, credits });
                    }
                    continue;
                }
                PaymentSettled::TooMany => Unclear::TooMany { id: payment.clone() },
                PaymentSettled::KeyTaken { key } => Unclear::KeyTaken { id: payment.clone(), key },
            };
            self.swept.unclear.push((payment, why.to_string()));
        }
        Ok(())
    }
}
