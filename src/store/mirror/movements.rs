//! Recurring revenue, kept up with every subscription, invoice and event that may change it: reports read sums by day,
//! however many subscriptions there are.

use std::collections::BTreeSet;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;

use super::Mirror;
use crate::billing::calendar::Range;
use crate::billing::metrics::{Kind, Movement, MovementSum, Step, Subscription, UnknownKind, movements};
use crate::billing::projection::{self, RevenueStep, counts};
use crate::error::{Kind as Failure, fail};

/// A movement, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerMovement {
    pub customer: String,
    pub movement: Movement,
}

/// Whose recurring revenue may have changed.
#[derive(Debug, Default)]
pub(super) struct Touched {
    pub(super) subscriptions: BTreeSet<String>,
    customers: BTreeSet<String>,
}

impl Touched {
    pub(super) fn and(&mut self, other: Touched) {
        self.subscriptions.extend(other.subscriptions);
        self.customers.extend(other.customers);
    }

    /// Looks at an object before it is written: a subscription that goes away is still somebody's.
    pub(super) fn before(
        &mut self,
        connection: &Connection,
        (kind, id): (&str, &str),
        is_first: bool,
    ) -> rusqlite::Result<()> {
        if kind == "subscription" && !is_first {
            self.customers.extend(customer_of(connection, id)?);
        }
        Ok(())
    }

    /// Looks at an object that was written.
    pub(super) fn after(
        &mut self,
        connection: &Connection,
        (kind, id): (&str, &str),
        object: &Value,
        is_first: bool,
    ) -> rusqlite::Result<()> {
        match kind {
            "subscription" => {
                self.subscriptions.insert(id.to_owned());
            }
            "invoice" => self.subscriptions.extend(note_invoice(connection, id, object, is_first)?),
            _ => {}
        }
        Ok(())
    }
}

/// Notes what an event says that a subscription came to.
pub(super) fn note_change(connection: &Connection, event: &str, step: &RevenueStep) -> rusqlite::Result<()> {
    put_step(connection, event, false, step).map(|_| ())
}

/// Notes what an invoice says, in the place of what it said before. The subscription, if that is something else.
fn note_invoice(
    connection: &Connection,
    id: &str,
    invoice: &Value,
    is_first: bool,
) -> rusqlite::Result<Option<String>> {
    let Some(subscription) = projection::invoiced_subscription(invoice) else { return Ok(None) };
    let step = projection::of_invoice(invoice);
    let forgotten = if is_first {
        0
    } else {
        let (at, after) = step.as_ref().map(|step| (step.at, step.after)).unzip();
        connection
            .prepare_cached(
                "DELETE FROM mrr_steps
                 WHERE subscription = ?1 AND origin = ?2 AND (at IS NOT ?3 OR after IS NOT ?4)",
            )?
            .execute((&subscription, id, at, after))?
    };
    let noted = match &step {
        Some(step) => put_step(connection, id, true, step)?,
        None => 0,
    };
    Ok((forgotten + noted > 0).then_some(subscription))
}

fn put_step(
    connection: &Connection,
    origin: &str,
    is_invoice: bool,
    step: &RevenueStep,
) -> rusqlite::Result<usize> {
    let RevenueStep { subscription, at, before, after } = step;
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO mrr_steps (subscription, at, origin, invoice, before, after)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((subscription, at, origin, is_invoice, before, after))
}

/// Brings the movements of customers up to date.
pub(super) fn settle(connection: &Connection, touched: Touched) -> rusqlite::Result<()> {
    let Touched { subscriptions, mut customers } = touched;
    for id in &subscriptions {
        customers.extend(customer_of(connection, id)?);
    }
    for customer in &customers {
        settle_customer(connection, customer)?;
    }
    Ok(())
}

fn settle_customer(connection: &Connection, customer: &str) -> rusqlite::Result<()> {
    let wanted = movements(&subscriptions_of(connection, customer)?);
    let known: Vec<Movement> = connection
        .prepare_cached(
            "SELECT customer, currency, at, kind, before, after, subscriptions FROM mrr_movements
             WHERE customer = ?1 ORDER BY currency, at",
        )?
        .query_map([customer], |row| Ok(movement(row)?.movement))?
        .collect::<rusqlite::Result<_>>()?;
    if wanted == known {
        return Ok(());
    }
    for gone in known.iter().filter(|known| !wanted.contains(known)) {
        connection
            .prepare_cached("DELETE FROM mrr_movements WHERE customer = ?1 AND currency = ?2 AND at = ?3")?
            .execute((customer, &gone.currency, gone.at))?;
    }
    for come in wanted.iter().filter(|wanted| !known.contains(wanted)) {
        let Movement { currency, at, kind, before, after, subscriptions } = come;
        connection
            .prepare_cached(
                "INSERT INTO mrr_movements (customer, currency, at, kind, before, after, subscriptions)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![customer, currency, at, kind.name(), before, after, subscriptions.join(" ")])?;
    }
    Ok(())
}

fn customer_of(connection: &Connection, subscription: &str) -> rusqlite::Result<Option<String>> {
    let found: Option<Option<String>> = connection
        .prepare_cached("SELECT customer FROM subscriptions WHERE id = ?1")?
        .query_row([subscription], |row| row.get(0))
        .optional()?;
    Ok(found.flatten())
}

fn subscriptions_of(connection: &Connection, customer: &str) -> rusqlite::Result<Vec<Subscription>> {
    let mut found: Vec<Subscription> = connection
        .prepare_cached(
            "SELECT subscriptions.id, currency, status, pause_behavior, coalesce(start_date, created, 0),
                trial_start, trial_end, ended_at, objects.at
             FROM subscriptions JOIN objects ON objects.kind = 'subscription' AND objects.id = subscriptions.id
             WHERE customer = ?1 ORDER BY subscriptions.id",
        )?
        .query_map([customer], |row| {
            let status: String = row.get::<_, Option<String>>(2)?.unwrap_or_default();
            let pause: Option<String> = row.get(3)?;
            Ok(Subscription {
                id: row.get(0)?,
                currency: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
                counts: counts(&status, pause.as_deref()),
                status,
                monthly: 0,
                started_at: row.get(4)?,
                trial_start: row.get(5)?,
                trial_end: row.get(6)?,
                ended_at: row.get(7)?,
                known_at: row.get(8)?,
                steps: Vec::new(),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    for subscription in &mut found {
        // Where an item is in tiers, or a period can't be told by its length, invoices say less than the object.
        let mut invoices_tell = true;
        let mut items = connection.prepare_cached(
            "SELECT monthly, coalesce(usage_type, ''), coalesce(interval, '') FROM subscription_items
             WHERE subscription = ?1 ORDER BY id",
        )?;
        let mut rows = items.query([&subscription.id])?;
        while let Some(row) = rows.next()? {
            let monthly: Option<i64> = row.get(0)?;
            let (usage, interval): (String, String) = (row.get(1)?, row.get(2)?);
            subscription.monthly = subscription.monthly.saturating_add(monthly.unwrap_or(0));
            let is_known = monthly.is_some() || usage == "metered";
            invoices_tell &= is_known && matches!(interval.as_str(), "month" | "year");
        }
        subscription.steps = connection
            .prepare_cached(
                "SELECT at, origin, before, after FROM mrr_steps WHERE subscription = ?1 AND invoice <= ?2",
            )?
            .query_map((&subscription.id, invoices_tell), |row| {
                Ok(Step { at: row.get(0)?, origin: row.get(1)?, before: row.get(2)?, after: row.get(3)? })
            })?
            .collect::<rusqlite::Result<_>>()?;
    }
    Ok(found)
}

fn movement(row: &Row<'_>) -> rusqlite::Result<CustomerMovement> {
    let subscriptions: String = row.get(6)?;
    let movement = Movement {
        currency: row.get(1)?,
        at: row.get(2)?,
        kind: kind(row, 3)?,
        before: row.get(4)?,
        after: row.get(5)?,
        subscriptions: subscriptions.split_whitespace().map(str::to_owned).collect(),
    };
    Ok(CustomerMovement { customer: row.get(0)?, movement })
}

fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<Kind> {
    let name: String = row.get(column)?;
    name.parse().map_err(|error: UnknownKind| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

impl Mirror {
    /// All movements of recurring revenue before a second, summed up by their time, currency and kind: by days of UTC, or by
    /// the second where days are `divided`.
    ///
    /// # Errors
    /// `Failed` if the mirror was filled by a version that did not keep them; or if the file can't be read.
    pub fn movement_sums(&self, before: i64, divided: bool) -> anyhow::Result<Vec<MovementSum>> {
        self.movements_are_kept()?;
        let sql = if divided {
            "SELECT at, currency, kind, count(*), sum(abs(after - before)) FROM mrr_movements WHERE at < ?1
             GROUP BY 1, 2, 3"
        } else {
            "SELECT day * 86400, currency, kind, movements, amount FROM mrr_days WHERE day * 86400 < ?1"
        };
        let read = || {
            self.connection
                .prepare_cached(sql)?
                .query_map([before], |row| {
                    Ok(MovementSum {
                        at: row.get(0)?,
                        currency: row.get(1)?,
                        kind: kind(row, 2)?,
                        movements: row.get(3)?,
                        amount: row.get(4)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// The movements from a second on and before another, by their time; only those of a kind, if one is given.
    ///
    /// # Errors
    /// As [`Mirror::movement_sums`].
    pub fn movements(&self, range: Range, of: Option<Kind>) -> anyhow::Result<Vec<CustomerMovement>> {
        self.movements_are_kept()?;
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT customer, currency, at, kind, before, after, subscriptions FROM mrr_movements
                     WHERE at >= ?1 AND at < ?2 AND (?3 IS NULL OR kind = ?3)
                     ORDER BY at, currency, after DESC, customer",
                )?
                .query_map((range.from, range.to, of.map(Kind::name)), movement)?
                .collect()
        };
        self.explain(read())
    }

    fn movements_are_kept(&self) -> anyhow::Result<()> {
        let read =
            || self.connection.prepare_cached("SELECT 1 FROM settings WHERE name = 'movements'")?.exists([]);
        if self.explain(read())? {
            return Ok(());
        }
        Err(fail(
            Failure::Failed,
            "The mirror was filled by a billctl that did not keep movements of recurring revenue",
            "Run `billctl mirror rebuild` once: it makes them of what is stored, and asks Stripe nothing",
        ))
    }
}
