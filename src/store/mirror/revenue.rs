//! Money that came in and went back: charges, refunds and lost disputes, and what they were for.

use std::collections::BTreeMap;

use rusqlite::{Row, params};
use serde_json::Value;

use super::Mirror;
use crate::billing::calendar::Range;
use crate::billing::metrics::MoneySum;
use crate::billing::plan::account::KEY_TAG;

/// Money that came in or went back with one object of Stripe's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyMove {
    /// The `object` field: `charge`, `refund` or `dispute`.
    pub kind: String,
    pub id: String,
    /// In seconds since 1970.
    pub at: i64,
    pub currency: String,
    /// In minor units, whichever way it went.
    pub amount: i64,
    pub customer: Option<String>,
    /// What it was paid for.
    pub product: Option<String>,
}

/// What a product is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductName {
    /// Its key in the catalog, where billctl marked it.
    pub key: Option<String>,
    pub name: Option<String>,
}

impl ProductName {
    /// What is shown: the key, else the name, else the id.
    pub fn shown<'a>(&'a self, id: &'a str) -> &'a str {
        self.key.as_deref().or(self.name.as_deref()).unwrap_or(id)
    }
}

/// What a charge `c` was for: the product of the largest line of its invoice, or the first of its checkout.
const PRODUCT: &str = "coalesce(
    (SELECT lines.product FROM invoice_lines AS lines
     WHERE lines.product IS NOT NULL AND lines.invoice = coalesce(
        c.invoice,
        (SELECT paid.invoice FROM invoice_payments AS paid
         WHERE paid.payment_intent = c.payment_intent AND paid.invoice IS NOT NULL ORDER BY 1 LIMIT 1),
        (SELECT own.id FROM invoices AS own WHERE own.payment_intent = c.payment_intent ORDER BY 1 LIMIT 1))
     ORDER BY lines.amount DESC, lines.id LIMIT 1),
    (SELECT lines.body ->> '$.data[0].price.product' FROM checkout_sessions AS session
     JOIN objects AS lines ON lines.kind = 'checkout.session.line_items' AND lines.id = session.id
     WHERE session.payment_intent = c.payment_intent ORDER BY session.id LIMIT 1))";

/// All that moved from ?1 on and before ?2, of customer ?3 if that is given.
fn moves(with_product: bool) -> String {
    let product = if with_product { PRODUCT } else { "NULL" };
    let amount = "coalesce(c.amount_captured, iif(c.captured IS 0, 0, c.amount))";
    format!(
        "SELECT 'charge' AS kind, c.id AS id, c.created AS at, c.currency AS currency, {amount} AS amount,
            c.customer AS customer, {product} AS product
         FROM charges AS c
         WHERE c.status = 'succeeded' AND c.created >= ?1 AND c.created < ?2 AND {amount} > 0
            AND (?3 IS NULL OR c.customer = ?3)
         UNION ALL
         SELECT 'refund', back.id, back.created, back.currency, back.amount, c.customer, {product}
         FROM refunds AS back LEFT JOIN charges AS c ON c.id = back.charge
         WHERE back.status NOT IN ('failed', 'canceled') AND back.created >= ?1 AND back.created < ?2
            AND (?3 IS NULL OR c.customer = ?3)
         UNION ALL
         SELECT 'dispute', back.id, back.created, back.currency, back.amount, c.customer, {product}
         FROM disputes AS back LEFT JOIN charges AS c ON c.id = back.charge
         WHERE back.status = 'lost' AND back.created >= ?1 AND back.created < ?2
            AND (?3 IS NULL OR c.customer = ?3)"
    )
}

impl Mirror {
    /// What came in and went back, summed up by stretches of `bucket` seconds, currency and, if asked for, product.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn money_sums(
        &self,
        range: Range,
        customer: Option<&str>,
        bucket: i64,
        by_product: bool,
    ) -> anyhow::Result<Vec<MoneySum>> {
        let sql = format!(
            "SELECT at / ?4 * ?4, coalesce(currency, ''), product,
                count(*) FILTER (WHERE kind = 'charge'), coalesce(sum(amount) FILTER (WHERE kind = 'charge'), 0),
                count(*) FILTER (WHERE kind = 'refund'), coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0),
                count(*) FILTER (WHERE kind = 'dispute'), coalesce(sum(amount) FILTER (WHERE kind = 'dispute'), 0)
             FROM ({}) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            moves(by_product)
        );
        let read = || {
            self.connection
                .prepare_cached(&sql)?
                .query_map(params![range.from, range.to, customer, bucket.max(1)], |row| {
                    Ok(MoneySum {
                        at: row.get(0)?,
                        currency: row.get(1)?,
                        product: row.get(2)?,
                        payments: row.get(3)?,
                        gross: row.get(4)?,
                        refunds: row.get(5)?,
                        refunded: row.get(6)?,
                        disputes: row.get(7)?,
                        disputed: row.get(8)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// Each object with which money came in or went back, by its time.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn money_moves(&self, range: Range, customer: Option<&str>) -> anyhow::Result<Vec<MoneyMove>> {
        let sql = format!(
            "SELECT kind, id, at, coalesce(currency, ''), coalesce(amount, 0), customer, product FROM ({})
             ORDER BY at, id",
            moves(true)
        );
        let read = || {
            self.connection
                .prepare_cached(&sql)?
                .query_map(params![range.from, range.to, customer], money_move)?
                .collect()
        };
        self.explain(read())
    }

    /// What products are called, by id.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn product_names(&self) -> anyhow::Result<BTreeMap<String, ProductName>> {
        let read = || {
            self.connection
                .prepare_cached("SELECT id, name, metadata FROM products")?
                .query_map([], |row| {
                    let metadata: Option<String> = row.get(2)?;
                    let metadata: Option<Value> =
                        metadata.and_then(|metadata| serde_json::from_str(&metadata).ok());
                    let key = metadata.and_then(|metadata| Some(metadata.get(KEY_TAG)?.as_str()?.to_owned()));
                    Ok((row.get(0)?, ProductName { key, name: row.get(1)? }))
                })?
                .collect()
        };
        self.explain(read())
    }
}

fn money_move(row: &Row<'_>) -> rusqlite::Result<MoneyMove> {
    Ok(MoneyMove {
        kind: row.get(0)?,
        id: row.get(1)?,
        at: row.get(2)?,
        currency: row.get(3)?,
        amount: row.get(4)?,
        customer: row.get(5)?,
        product: row.get(6)?,
    })
}
