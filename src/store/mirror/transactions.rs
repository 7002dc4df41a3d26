//! Transactions: what was paid, refunded, changed and ended.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::Mirror;

/// A transaction, booked under the Stripe id that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    pub id: String,
    pub transaction_type: String,
    pub status: String,
    /// Of a refund: that of the charge.
    pub customer: Option<String>,
    pub subscription: Option<String>,
    pub invoice: Option<String>,
    pub payment_intent: Option<String>,
    pub charge: Option<String>,
    pub checkout_session: Option<String>,
    pub price: Option<String>,
    pub previous_price: Option<String>,
    /// In minor units.
    pub amount: i64,
    pub currency: String,
    pub description: Option<String>,
    /// In seconds.
    pub at: i64,
}

/// Which transactions are wanted: those that fit all that is given.
#[derive(Debug, Clone, Default)]
pub struct TransactionFilter {
    pub customer: Option<String>,
    /// Any of these; none means all types.
    pub types: Vec<String>,
    pub statuses: Vec<String>,
    /// In seconds, inclusive.
    pub from: Option<i64>,
    /// In seconds, exclusive.
    pub to: Option<i64>,
    pub oldest_first: bool,
}

impl Mirror {
    /// Up to `limit` transactions, by their time.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn transactions(&self, filter: &TransactionFilter, limit: usize) -> anyhow::Result<Vec<Transaction>> {
        let TransactionFilter { customer, types, statuses, from, to, oldest_first } = filter;
        let mut conditions = vec!["1".to_owned()];
        let mut values: Vec<Value> = Vec::new();
        if let Some(customer) = customer {
            // A refund names its charge only.
            conditions.push(
                "booked.id IN (SELECT id FROM transactions WHERE customer = ?
                    UNION SELECT refunds.id FROM charges JOIN refunds ON refunds.charge = charges.id
                    WHERE charges.customer = ?)"
                    .to_owned(),
            );
            values.extend([Value::Text(customer.clone()), Value::Text(customer.clone())]);
        }
        for (column, wanted) in [("type", types), ("status", statuses)] {
            if !wanted.is_empty() {
                let marks = vec!["?"; wanted.len()].join(", ");
                conditions.push(format!("+booked.{column} IN ({marks})"));
                values.extend(wanted.iter().cloned().map(Value::Text));
            }
        }
        for (comparison, second) in [(">=", from), ("<", to)] {
            if let Some(second) = second {
                conditions.push(format!("at {comparison} ?"));
                values.push(Value::Integer(*second));
            }
        }
        let order = if *oldest_first { "ASC" } else { "DESC" };
        let sql = format!(
            "SELECT booked.id, type, booked.status, coalesce(booked.customer, charges.customer), subscription,
                booked.invoice, booked.payment_intent, charge, checkout_session, price, previous_price,
                booked.amount, booked.currency, booked.description, at
             FROM transactions AS booked LEFT JOIN charges ON charges.id = booked.charge
             WHERE {} ORDER BY at {order}, booked.id {order} LIMIT {limit}",
            conditions.join(" AND ")
        );
        let read = || {
            self.connection
                .prepare_cached(&sql)?
                .query_map(params_from_iter(values), |row| {
                    let text = |index: usize| row.get::<_, Option<String>>(index);
                    Ok(Transaction {
                        id: row.get(0)?,
                        transaction_type: text(1)?.unwrap_or_default(),
                        status: text(2)?.unwrap_or_default(),
                        customer: text(3)?,
                        subscription: text(4)?,
                        invoice: text(5)?,
                        payment_intent: text(6)?,
                        charge: text(7)?,
                        checkout_session: text(8)?,
                        price: text(9)?,
                        previous_price: text(10)?,
                        amount: row.get::<_, Option<i64>>(11)?.unwrap_or_default(),
                        currency: text(12)?.unwrap_or_default(),
                        description: text(13)?,
                        at: row.get::<_, Option<i64>>(14)?.unwrap_or_default(),
                    })
                })?
                .collect()
        };
        self.explain(read())
    }
}
