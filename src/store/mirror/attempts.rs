//! Attempts to be paid, what became of checkouts and of trials.

use rusqlite::Row;

use super::Mirror;
use crate::billing::calendar::Range;
use crate::billing::metrics::{AttemptSum, Checkouts, PaymentSum, Trials};

/// One attempt to charge somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The charge.
    pub id: String,
    pub is_success: bool,
    /// In seconds since 1970.
    pub at: i64,
    pub currency: String,
    /// In minor units.
    pub amount: i64,
    pub customer: Option<String>,
    pub payment_intent: Option<String>,
    /// Of one that failed.
    pub failure_code: Option<String>,
    pub decline_code: Option<String>,
}

/// A checkout, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeCheckout {
    pub id: String,
    /// When it was made, in seconds since 1970.
    pub at: i64,
    pub mode: String,
    /// `open`, `complete` or `expired`.
    pub status: String,
    pub customer: Option<String>,
}

/// A trial that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedTrial {
    pub subscription: String,
    pub customer: Option<String>,
    /// Of the subscription's first item.
    pub product: Option<String>,
    /// In seconds since 1970.
    pub at: i64,
    /// The subscription has paid an invoice of more than nothing.
    pub converted: bool,
}

/// What an attempt `charges` is read from.
const ATTEMPT: &str = "id, created, coalesce(currency, ''), coalesce(amount, 0), customer, payment_intent,
    iif(status = 'succeeded', NULL, failure_code), iif(status = 'succeeded', NULL, decline_code),
    status = 'succeeded'";

/// Whether a trial of a subscription became a customer.
const CONVERTED: &str = "EXISTS (SELECT 1 FROM invoices WHERE invoices.subscription = subscriptions.id
    AND invoices.status = 'paid' AND invoices.amount_paid > 0)";

/// What a subscription's trial was of.
const TRIED: &str =
    "(SELECT product FROM subscription_items WHERE subscription = subscriptions.id ORDER BY id LIMIT 1)";

impl Mirror {
    /// Attempts to charge somebody, summed up by stretches of `bucket` seconds, currency, outcome and reason.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn attempts(&self, range: Range, bucket: i64) -> anyhow::Result<Vec<AttemptSum>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT created / ?3 * ?3, coalesce(currency, ''), status = 'succeeded',
                        iif(status = 'succeeded', NULL, failure_code),
                        iif(status = 'succeeded', NULL, decline_code), count(*), coalesce(sum(amount), 0)
                     FROM charges WHERE created >= ?1 AND created < ?2 AND status IN ('succeeded', 'failed')
                     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
                )?
                .query_map((range.from, range.to, bucket.max(1)), |row| {
                    Ok(AttemptSum {
                        at: row.get(0)?,
                        currency: row.get(1)?,
                        is_success: row.get(2)?,
                        failure_code: row.get(3)?,
                        decline_code: row.get(4)?,
                        attempts: row.get(5)?,
                        amount: row.get(6)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// Payments by when they were first tried in the range, and how many of them were paid in it: several attempts at one are
    /// one payment.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn payments_tried(&self, range: Range, bucket: i64) -> anyhow::Result<Vec<PaymentSum>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT at / ?3 * ?3, currency, count(*), sum(paid) FROM (
                        SELECT min(created) AS at, coalesce(currency, '') AS currency,
                            max(status = 'succeeded') AS paid
                        FROM charges WHERE created >= ?1 AND created < ?2 AND status IN ('succeeded', 'failed')
                        GROUP BY coalesce(payment_intent, id)
                     ) GROUP BY 1, 2 ORDER BY 1, 2",
                )?
                .query_map((range.from, range.to, bucket.max(1)), |row| {
                    Ok(PaymentSum {
                        at: row.get(0)?,
                        currency: row.get(1)?,
                        payments: row.get(2)?,
                        paid: row.get(3)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// Each attempt, the last first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn each_attempt(&self, range: Range) -> anyhow::Result<Vec<Attempt>> {
        let read = || {
            self.connection
                .prepare_cached(&format!(
                    "SELECT {ATTEMPT} FROM charges
                     WHERE created >= ?1 AND created < ?2 AND status IN ('succeeded', 'failed')
                     ORDER BY created DESC, id DESC"
                ))?
                .query_map((range.from, range.to), attempt)?
                .collect()
        };
        self.explain(read())
    }

    /// The attempts that failed since the last one that succeeded, the last first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn failed_in_a_row(&self) -> anyhow::Result<Vec<Attempt>> {
        let read = || {
            self.connection
                .prepare_cached(&format!(
                    "WITH good AS (SELECT created, id FROM charges WHERE status = 'succeeded'
                                   ORDER BY created DESC, id DESC LIMIT 1)
                     SELECT {ATTEMPT} FROM charges WHERE status = 'failed' AND created >= coalesce((SELECT created FROM good), 0)
                        AND (NOT EXISTS (SELECT 1 FROM good) OR (created, id) > (SELECT created, id FROM good))
                     ORDER BY created DESC, id DESC"
                ))?
                .query_map([], attempt)?
                .collect()
        };
        self.explain(read())
    }

    /// What became of the checkouts that were made in a range, by mode.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn checkouts_made(&self, range: Range) -> anyhow::Result<Vec<Checkouts>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT coalesce(mode, ''), count(*), count(*) FILTER (WHERE status = 'complete'),
                        count(*) FILTER (WHERE status = 'expired')
                     FROM checkout_sessions WHERE created >= ?1 AND created < ?2 GROUP BY 1 ORDER BY 1",
                )?
                .query_map((range.from, range.to), |row| {
                    Ok(Checkouts {
                        mode: row.get(0)?,
                        made: row.get(1)?,
                        completed: row.get(2)?,
                        expired: row.get(3)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// Each checkout that was made in a range, by when it was.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn each_checkout(&self, range: Range) -> anyhow::Result<Vec<MadeCheckout>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT id, created, coalesce(mode, ''), coalesce(status, ''), customer
                     FROM checkout_sessions WHERE created >= ?1 AND created < ?2 ORDER BY created, id",
                )?
                .query_map((range.from, range.to), |row| {
                    Ok(MadeCheckout {
                        id: row.get(0)?,
                        at: row.get(1)?,
                        mode: row.get(2)?,
                        status: row.get(3)?,
                        customer: row.get(4)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// What became of the trials that ended in a range, by the product of the subscription's first item.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn trials_ended(&self, range: Range) -> anyhow::Result<Vec<Trials>> {
        let read = || {
            self.connection
                .prepare_cached(&format!(
                    "SELECT {TRIED}, count(*), count(*) FILTER (WHERE {CONVERTED})
                     FROM subscriptions WHERE trial_end >= ?1 AND trial_end < ?2 GROUP BY 1 ORDER BY 1"
                ))?
                .query_map((range.from, range.to), |row| {
                    Ok(Trials { product: row.get(0)?, ended: row.get(1)?, converted: row.get(2)? })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// Each trial that ended in a range, by its end.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn each_trial(&self, range: Range) -> anyhow::Result<Vec<EndedTrial>> {
        let read = || {
            self.connection
                .prepare_cached(&format!(
                    "SELECT id, customer, {TRIED}, trial_end, {CONVERTED}
                     FROM subscriptions WHERE trial_end >= ?1 AND trial_end < ?2 ORDER BY trial_end, id"
                ))?
                .query_map((range.from, range.to), |row| {
                    Ok(EndedTrial {
                        subscription: row.get(0)?,
                        customer: row.get(1)?,
                        product: row.get(2)?,
                        at: row.get(3)?,
                        converted: row.get(4)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// How many subscriptions are on a trial that ends in a range.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn trials_ending(&self, range: Range) -> anyhow::Result<i64> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT count(*) FROM subscriptions
                     WHERE status = 'trialing' AND trial_end >= ?1 AND trial_end < ?2",
                )?
                .query_row((range.from, range.to), |row| row.get(0))
        };
        self.explain(read())
    }
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        id: row.get(0)?,
        at: row.get(1)?,
        currency: row.get(2)?,
        amount: row.get(3)?,
        customer: row.get(4)?,
        payment_intent: row.get(5)?,
        failure_code: row.get(6)?,
        decline_code: row.get(7)?,
        is_success: row.get(8)?,
    })
}
