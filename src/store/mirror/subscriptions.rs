//! A customer's subscriptions, with all that tells which plan they are for and how they stand.

use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::Value;

use super::Mirror;
use crate::billing::entitlement::{Item, Subscription};
use crate::billing::plan::account::{KEY_TAG, PROJECT_TAG};

const COLUMNS: &str = "id, status, current_period_start, current_period_end, cancel_at_period_end, cancel_at, \
     canceled_at, cancellation_reason, ended_at, trial_end, pause_behavior, created";

impl Mirror {
    /// All subscriptions of a customer, finished ones too, the oldest first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn subscriptions_of(&self, customer: &str) -> anyhow::Result<Vec<Subscription>> {
        let read = || -> rusqlite::Result<Vec<Subscription>> {
            // One look at the file: a subscription, its items and its invoices belong together.
            let look = self.connection.unchecked_transaction()?;
            let sql = format!("SELECT {COLUMNS} FROM subscriptions WHERE customer = ?1 ORDER BY created, id");
            let mut found = look
                .prepare_cached(&sql)?
                .query_map([customer], subscription)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            for subscription in &mut found {
                subscription.items = items(&look, &subscription.id)?;
                subscription.unpaid_since = unpaid_since(&look, &subscription.id)?;
            }
            Ok(found)
        };
        self.explain(read())
    }

    /// The time of the test clock that a customer lives by, in seconds; none if it lives by the calendar.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn test_clock_of(&self, customer: &str) -> anyhow::Result<Option<i64>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT body ->> '$.frozen_time' FROM objects
                     WHERE kind = 'test_helpers.test_clock' AND deleted = 0
                     AND id = (SELECT test_clock FROM customers WHERE id = ?1)",
                )?
                .query_row([customer], |row| row.get::<_, Option<i64>>(0))
                .optional()
        };
        Ok(self.explain(read())?.flatten())
    }
}

fn subscription(row: &Row<'_>) -> rusqlite::Result<Subscription> {
    Ok(Subscription {
        id: row.get(0)?,
        status: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
        current_period_start: row.get(2)?,
        current_period_end: row.get(3)?,
        cancel_at_period_end: row.get::<_, Option<bool>>(4)?.unwrap_or_default(),
        cancel_at: row.get(5)?,
        canceled_at: row.get(6)?,
        cancellation_reason: row.get(7)?,
        ended_at: row.get(8)?,
        trial_end: row.get(9)?,
        pause_behavior: row.get(10)?,
        created: row.get::<_, Option<i64>>(11)?.unwrap_or_default(),
        unpaid_since: None,
        items: Vec::new(),
    })
}

fn items(connection: &Connection, subscription: &str) -> rusqlite::Result<Vec<Item>> {
    connection
        .prepare_cached(
            "SELECT items.price, items.product, prices.lookup_key, products.metadata
             FROM subscription_items AS items
             LEFT JOIN prices ON prices.id = items.price
             LEFT JOIN products ON products.id = items.product
             WHERE items.subscription = ?1 ORDER BY items.id",
        )?
        .query_map([subscription], |row| {
            let metadata: Option<String> = row.get(3)?;
            Ok(Item {
                price: row.get(0)?,
                product: row.get(1)?,
                lookup_key: row.get(2)?,
                product_mark: metadata.as_deref().and_then(mark),
            })
        })?
        .collect()
}

/// The project and key that billctl marked a product with.
fn mark(metadata: &str) -> Option<(String, String)> {
    let metadata: Value = serde_json::from_str(metadata).ok()?;
    let text = |name: &str| metadata.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text(PROJECT_TAG)?, text(KEY_TAG)?))
}

/// Invoices that wait for a payment are open; those that Stripe gave up on are uncollectible. A draft is not due yet.
fn unpaid_since(connection: &Connection, subscription: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "SELECT min(coalesce(due_date, finalized_at, created)) FROM invoices
             WHERE subscription = ?1 AND status IN ('open', 'uncollectible') AND amount_remaining > 0",
        )?
        .query_row([subscription], |row| row.get(0))
}
