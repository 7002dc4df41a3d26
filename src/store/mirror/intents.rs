//! Payments as an application counts them: one for each payment intent, however often it was tried; and charges that
//! older integrations made without one.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, params_from_iter};

use super::{Mirror, MirroredObject};
use crate::billing::payment::PaymentStatus;

/// A payment intent, or a charge that has none. Amounts are minor units, times seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedPayment {
    pub id: String,
    pub customer: Option<String>,
    /// The invoice that it pays.
    pub invoice: Option<String>,
    /// Stripe's word.
    pub stripe_status: String,
    pub amount: i64,
    pub refunded: i64,
    pub currency: String,
    pub failure_code: Option<String>,
    pub decline_code: Option<String>,
    /// The last attempt.
    pub charge: Option<String>,
    pub description: Option<String>,
    pub created: i64,
    /// The second of the version that the mirror has.
    pub updated: i64,
}

impl CountedPayment {
    pub fn status(&self) -> PaymentStatus {
        PaymentStatus::of(&self.stripe_status, self.failure_code.is_some() || self.decline_code.is_some())
    }
}

/// Which payments are wanted: those that fit all that is given.
#[derive(Debug, Clone, Default)]
pub struct PaymentFilter {
    pub id: Option<String>,
    pub customer: Option<String>,
    pub invoice: Option<String>,
    /// Any of these; none means all.
    pub statuses: Vec<PaymentStatus>,
    /// In seconds, inclusive.
    pub from: Option<i64>,
    /// In seconds, exclusive.
    pub to: Option<i64>,
    pub oldest_first: bool,
}

const INTENTS: &str = "SELECT paid.id AS id, customer,
        coalesce(paid.invoice,
            (SELECT links.invoice FROM invoice_payments AS links WHERE payment_intent = paid.id ORDER BY links.id LIMIT 1),
            (SELECT invoices.id FROM invoices WHERE payment_intent = paid.id LIMIT 1)),
        status, amount,
        (SELECT sum(amount_refunded) FROM charges WHERE payment_intent = paid.id),
        currency, failure_code, decline_code, latest_charge, description, created AS created,
        (SELECT at FROM objects WHERE kind = 'payment_intent' AND objects.id = paid.id)
     FROM payment_intents AS paid";

/// Few have no intent; by the index they are found without a look at the others.
const OLDER_CHARGES: &str =
    "SELECT paid.id, customer, paid.invoice, status, amount, amount_refunded, currency, failure_code,
        decline_code, paid.id, NULL, created,
        (SELECT at FROM objects WHERE kind = 'charge' AND objects.id = paid.id)
     FROM charges AS paid INDEXED BY charges_by_payment_intent";

impl Mirror {
    /// Up to `limit` payments, by their time.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn counted_payments(
        &self,
        filter: &PaymentFilter,
        limit: usize,
    ) -> anyhow::Result<Vec<CountedPayment>> {
        let mut values = Vec::new();
        let intents = conditions(filter, INVOICES_INTENTS, &mut values);
        let charges = conditions(filter, "paid.invoice = ?", &mut values);
        let order = if filter.oldest_first { "ASC" } else { "DESC" };
        let sql = format!(
            "{INTENTS} WHERE {intents}
             UNION ALL {OLDER_CHARGES} WHERE payment_intent IS NULL AND {charges}
             ORDER BY created {order}, id {order} LIMIT {limit}"
        );
        let read =
            || self.connection.prepare_cached(&sql)?.query_map(params_from_iter(values), counted)?.collect();
        self.explain(read())
    }

    /// The payment that an id of Stripe's means: of an intent itself, of a charge its intent, of an invoice the last one
    /// that was tried. None if nothing is known.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn counted_payment(&self, id: &str) -> anyhow::Result<Option<CountedPayment>> {
        let mut filter = PaymentFilter::default();
        if id.starts_with("in_") {
            filter.invoice = Some(id.to_owned());
        } else {
            let read = || {
                self.connection
                    .prepare_cached(
                        "SELECT payment_intent FROM charges WHERE id = ?1 AND payment_intent IS NOT NULL",
                    )?
                    .query_row([id], |row| row.get::<_, String>(0))
                    .optional()
            };
            filter.id = Some(self.explain(read())?.unwrap_or_else(|| id.to_owned()));
        }
        Ok(self.counted_payments(&filter, 1)?.into_iter().next())
    }

    /// The attempts of a payment as Stripe has them, the oldest first; nothing is tried after one that went through.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn charges_of(&self, payment: &str) -> anyhow::Result<Vec<MirroredObject>> {
        self.objects_by(
            "charge",
            "SELECT id, created, status = 'succeeded' AS paid FROM charges WHERE payment_intent = ?1
             UNION SELECT id, created, status = 'succeeded' FROM charges WHERE id = ?1 ORDER BY created, paid, id",
            payment,
        )
    }

    /// What of a payment went back, the oldest first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn refunds_of(&self, payment: &str) -> anyhow::Result<Vec<MirroredObject>> {
        self.objects_by(
            "refund",
            "SELECT id, created FROM refunds WHERE payment_intent = ?1
             UNION SELECT id, created FROM refunds WHERE charge = ?1 ORDER BY created, id",
            payment,
        )
    }

    fn objects_by(&self, kind: &str, sql: &str, payment: &str) -> anyhow::Result<Vec<MirroredObject>> {
        let read = || {
            self.connection
                .prepare_cached(sql)?
                .query_map([payment], |row| row.get::<_, String>(0))?
                .collect::<rusqlite::Result<Vec<_>>>()
        };
        let ids = self.explain(read())?;
        let objects = ids.iter().map(|id| self.object(kind, id));
        Ok(objects.collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect())
    }
}

const INVOICES_INTENTS: &str = "paid.id IN (SELECT payment_intent FROM invoice_payments WHERE invoice = ?
        UNION SELECT payment_intent FROM invoices WHERE id = ?)";

/// The conditions of one of the two tables, with their values.
fn conditions(filter: &PaymentFilter, of_invoice: &str, values: &mut Vec<Value>) -> String {
    let PaymentFilter { id, customer, invoice, statuses, from, to, oldest_first: _ } = filter;
    let mut conditions = vec!["1".to_owned()];
    for (column, wanted) in [("paid.id", id), ("paid.customer", customer)] {
        if let Some(wanted) = wanted {
            conditions.push(format!("{column} = ?"));
            values.push(Value::Text(wanted.clone()));
        }
    }
    if let Some(invoice) = invoice {
        conditions.push(of_invoice.to_owned());
        values.extend(of_invoice.matches('?').map(|_| Value::Text(invoice.clone())));
    }
    if !statuses.is_empty() {
        let any: Vec<&str> = statuses.iter().map(|status| status_condition(*status)).collect();
        conditions.push(format!("({})", any.join(" OR ")));
    }
    for (comparison, second) in [(">=", from), ("<", to)] {
        if let Some(second) = second {
            conditions.push(format!("paid.created {comparison} ?"));
            values.push(Value::Integer(*second));
        }
    }
    conditions.join(" AND ")
}

/// [`PaymentStatus::of`], as a condition.
fn status_condition(status: PaymentStatus) -> &'static str {
    match status {
        PaymentStatus::Succeeded => "status = 'succeeded'",
        PaymentStatus::Canceled => "status = 'canceled'",
        PaymentStatus::Failed => {
            "(status = 'failed' OR (status = 'requires_payment_method' AND coalesce(failure_code, decline_code) IS NOT NULL))"
        }
        PaymentStatus::Pending => {
            "(coalesce(status, '') NOT IN ('succeeded', 'canceled', 'failed', 'requires_payment_method')
                OR (status = 'requires_payment_method' AND coalesce(failure_code, decline_code) IS NULL))"
        }
    }
}

fn counted(row: &Row<'_>) -> rusqlite::Result<CountedPayment> {
    let text = |index: usize| row.get::<_, Option<String>>(index);
    let number =
        |index: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(index)?.unwrap_or_default());
    let created = number(11)?;
    Ok(CountedPayment {
        id: row.get(0)?,
        customer: text(1)?,
        invoice: text(2)?,
        stripe_status: text(3)?.unwrap_or_default(),
        amount: number(4)?,
        refunded: number(5)?,
        currency: text(6)?.unwrap_or_default(),
        failure_code: text(7)?,
        decline_code: text(8)?,
        charge: text(9)?,
        description: text(10)?,
        created,
        updated: number(12)?.max(created),
    })
}
