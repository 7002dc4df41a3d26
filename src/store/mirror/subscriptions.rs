//! A customer's subscriptions, with all that tells which plan they are for and how they stand.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::Value;

use super::Mirror;
use crate::billing::entitlement::{Item, Subscription};
use crate::billing::plan::account::{KEY_TAG, PROJECT_TAG};

const COLUMNS: &str = "id, status, current_period_start, current_period_end, cancel_at_period_end, cancel_at, \
     canceled_at, cancellation_reason, ended_at, trial_end, pause_behavior, created, \
     (SELECT body -> '$.metadata' ->> 'billctl_refund_on_cancel' FROM objects \
     WHERE kind = 'subscription' AND objects.id = subscriptions.id) IS NOT NULL";

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

    /// The subscriptions of every customer that has any, as [`Mirror::subscriptions_of`] gives them.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn all_subscriptions(&self) -> anyhow::Result<HashMap<String, Vec<Subscription>>> {
        let read = || -> rusqlite::Result<HashMap<String, Vec<Subscription>>> {
            let look = self.connection.unchecked_transaction()?;
            let mut items = all_items(&look)?;
            let mut unpaid: HashMap<String, Option<i64>> = look
                .prepare_cached(&format!("SELECT subscription, {UNPAID} GROUP BY subscription"))?
                .query_map([], |row| Ok((row.get::<_, Option<String>>(0)?.unwrap_or_default(), row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let sql = format!(
                "SELECT {COLUMNS}, customer FROM subscriptions WHERE customer IS NOT NULL
                 ORDER BY customer, created, id"
            );
            let mut found: HashMap<String, Vec<Subscription>> = HashMap::new();
            let mut statement = look.prepare_cached(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let mut one = subscription(row)?;
                one.items = items.remove(&one.id).unwrap_or_default();
                one.unpaid_since = unpaid.remove(&one.id).flatten();
                found.entry(row.get(13)?).or_default().push(one);
            }
            Ok(found)
        };
        self.explain(read())
    }

    /// The customers that Stripe has deleted.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn deleted_customers(&self) -> anyhow::Result<HashSet<String>> {
        let read = || {
            self.connection
                .prepare_cached("SELECT id FROM objects WHERE kind = 'customer' AND deleted = 1")?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        self.explain(read())
    }

    /// The times of the test clocks that customers live by, in seconds, by customer.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn test_clocks(&self) -> anyhow::Result<HashMap<String, i64>> {
        let read = || -> rusqlite::Result<HashMap<String, i64>> {
            self.connection
                .prepare_cached(
                    "SELECT customers.id, clock.body ->> '$.frozen_time'
                     FROM objects AS clock JOIN customers ON test_clock = clock.id
                     WHERE clock.kind = 'test_helpers.test_clock' AND clock.deleted = 0",
                )?
                .query_map([], |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?)))?
                .filter_map(|row| row.map(|(customer, at)| at.map(|at| (customer, at))).transpose())
                .collect()
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
        is_refunded: row.get(12)?,
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

/// The items of all subscriptions, by subscription. A product's metadata is read once, and not once an item.
fn all_items(connection: &Connection) -> rusqlite::Result<HashMap<String, Vec<Item>>> {
    let lookup_keys: HashMap<String, Option<String>> = connection
        .prepare_cached("SELECT id, lookup_key FROM prices")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let marks: HashMap<String, Option<(String, String)>> = connection
        .prepare_cached("SELECT id, metadata FROM products")?
        .query_map([], |row| {
            let metadata: Option<String> = row.get(1)?;
            Ok((row.get(0)?, metadata.as_deref().and_then(mark)))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut items: HashMap<String, Vec<Item>> = HashMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT subscription, price, product FROM subscription_items ORDER BY subscription, id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let subscription: Option<String> = row.get(0)?;
        let (price, product): (Option<String>, Option<String>) = (row.get(1)?, row.get(2)?);
        let lookup_key = price.as_ref().and_then(|price| lookup_keys.get(price).cloned().flatten());
        let product_mark = product.as_ref().and_then(|product| marks.get(product).cloned().flatten());
        items.entry(subscription.unwrap_or_default()).or_default().push(Item {
            price,
            product,
            lookup_key,
            product_mark,
        });
    }
    Ok(items)
}

/// The project and key that billctl marked a product with.
fn mark(metadata: &str) -> Option<(String, String)> {
    let metadata: Value = serde_json::from_str(metadata).ok()?;
    let text = |name: &str| metadata.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text(PROJECT_TAG)?, text(KEY_TAG)?))
}

/// Invoices that wait for a payment are open; those that Stripe gave up on are uncollectible. A draft is not due yet.
const UNPAID: &str = "min(coalesce(due_date, finalized_at, created)) FROM invoices
     WHERE status IN ('open', 'uncollectible') AND amount_remaining > 0";

fn unpaid_since(connection: &Connection, subscription: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(&format!("SELECT {UNPAID} AND subscription = ?1"))?
        .query_row([subscription], |row| row.get(0))
}
