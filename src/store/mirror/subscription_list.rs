//! Subscriptions as Stripe sent them, found by who, how and what.

use rusqlite::OptionalExtension as _;
use serde_json::{Value, json};

use super::Mirror;

/// Which subscriptions are wanted; what is none or empty lets all through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscriptionFilter {
    pub customer: Option<String>,
    pub statuses: Vec<String>,
    /// Ids of prices, one of which it charges.
    pub prices: Vec<String>,
}

/// An invoice of a subscription, in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceLine {
    pub id: String,
    pub number: Option<String>,
    pub status: Option<String>,
    /// Stripe's `billing_reason`.
    pub reason: Option<String>,
    /// In minor units.
    pub total: i64,
    pub currency: String,
    pub created: i64,
}

impl Mirror {
    /// Up to `limit` subscription objects, the newest first; for the next page those behind one: its `created` and id.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn subscriptions(
        &self,
        filter: &SubscriptionFilter,
        behind: Option<(i64, &str)>,
        limit: usize,
    ) -> anyhow::Result<Vec<Value>> {
        let SubscriptionFilter { customer, statuses, prices } = filter;
        let list = |words: &[String]| (!words.is_empty()).then(|| json!(words).to_string());
        let (created, id) = behind.unzip();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let read = || -> rusqlite::Result<Vec<String>> {
            self.connection
                .prepare_cached(
                    "SELECT objects.body FROM subscriptions AS one
                     JOIN objects ON objects.kind = 'subscription' AND objects.id = one.id
                     WHERE (?1 IS NULL OR one.customer = ?1)
                        AND (?2 IS NULL OR one.status IN (SELECT value FROM json_each(?2)))
                        AND (?3 IS NULL OR EXISTS (SELECT 1 FROM subscription_items AS items
                            WHERE items.subscription = one.id
                            AND items.price IN (SELECT value FROM json_each(?3))))
                        AND (?4 IS NULL OR (coalesce(one.created, 0), one.id) < (?4, ?5))
                     ORDER BY coalesce(one.created, 0) DESC, one.id DESC LIMIT ?6",
                )?
                .query_map((customer, list(statuses), list(prices), created, id, limit), |row| row.get(0))?
                .collect()
        };
        let bodies = self.explain(read())?;
        Ok(bodies.iter().map(|body| serde_json::from_str(body).unwrap_or(Value::Null)).collect())
    }

    /// The ids of prices that a text names: an id or a lookup key, also one that a price had when somebody subscribed to it.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn prices_named(&self, text: &str) -> anyhow::Result<Vec<String>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT id FROM prices WHERE id = ?1 OR lookup_key = ?1
                     UNION
                     SELECT price FROM subscription_items WHERE price = ?1
                     UNION
                     SELECT item.value ->> '$.price.id' FROM objects, json_each(objects.body, '$.items.data') AS item
                     WHERE objects.kind = 'subscription' AND item.value ->> '$.price.lookup_key' = ?1",
                )?
                .query_map([text], |row| row.get(0))?
                .collect()
        };
        self.explain(read())
    }

    /// The lookup keys of all prices, sorted.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn lookup_keys(&self) -> anyhow::Result<Vec<String>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT lookup_key FROM prices WHERE lookup_key IS NOT NULL ORDER BY lookup_key",
                )?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        self.explain(read())
    }

    /// The last invoices of a subscription, the newest first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn invoices_of(&self, subscription: &str, limit: usize) -> anyhow::Result<Vec<InvoiceLine>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT id, number, status, billing_reason, total, currency, created FROM invoices
                     WHERE subscription = ?1 ORDER BY created DESC, id DESC LIMIT ?2",
                )?
                .query_map((subscription, i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
                    Ok(InvoiceLine {
                        id: row.get(0)?,
                        number: row.get(1)?,
                        status: row.get(2)?,
                        reason: row.get(3)?,
                        total: row.get::<_, Option<i64>>(4)?.unwrap_or_default(),
                        currency: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
                        created: row.get::<_, Option<i64>>(6)?.unwrap_or_default(),
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// The customer of a subscription.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn customer_of_subscription(&self, id: &str) -> anyhow::Result<Option<String>> {
        let read = || {
            self.connection
                .prepare_cached("SELECT customer FROM subscriptions WHERE id = ?1")?
                .query_row([id], |row| row.get::<_, Option<String>>(0))
                .optional()
        };
        Ok(self.explain(read())?.flatten())
    }
}
