//! What of a payment's money went back: refunds, lost disputes, and what a charge says of itself.

use std::collections::BTreeSet;

use super::{Payable, Payments, SESSION};
use crate::billing::credits::purchase::{BackFact, BackSource, Payment, Unclear};
use crate::store::books::Refund;

impl Payments<'_> {
    /// What of a payment's money went back.
    pub(super) fn refund(
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

    pub(super) fn gone_back(&self, payable: &Payable) -> anyhow::Result<GoneBack> {
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
pub(super) struct GoneBack {
    pub(super) facts: Vec<BackFact>,
    currencies: BTreeSet<String>,
}
