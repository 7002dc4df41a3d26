//! Attempts to be paid, what became of checkouts and of trials.

use rusqlite::Row;

use super::Mirror;
use crate::billing::calendar::Range;
use crate::billing::metrics::{AttemptSum, Checkouts, PaymentSum, Trials};

/// One attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAttempt {
    /// The charge.
    pub id: String,
    /// In seconds since 1970.
    pub at: i64,
    pub currency: String,
    /// In minor units.
    pub amount: i64,
    pub customer: Option<String>,
    pub payment_intent: Option<String>,
    pub failure_code: Option<String>,
    pub decline_code: Option<String>,
}

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

    /// Attempts that failed, the last first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn failed_attempts(&self, range: Range) -> anyhow::Result<Vec<FailedAttempt>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT id, created, coalesce(currency, ''), coalesce(amount, 0), customer, payment_intent,
                        failure_code, decline_code
                     FROM charges WHERE created >= ?1 AND created < ?2 AND status = 'failed'
                     ORDER BY created DESC, id DESC",
                )?
                .query_map((range.from, range.to), failed_attempt)?
                .collect()
        };
        self.explain(read())
    }

    /// The attempts that failed since the last one that succeeded, the last first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn failed_in_a_row(&self) -> anyhow::Result<Vec<FailedAttempt>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "WITH good AS (SELECT created, id FROM charges WHERE status = 'succeeded'
                                   ORDER BY created DESC, id DESC LIMIT 1)
                     SELECT id, created, coalesce(currency, ''), coalesce(amount, 0), customer, payment_intent,
                        failure_code, decline_code
                     FROM charges WHERE status = 'failed' AND created >= coalesce((SELECT created FROM good), 0)
                        AND (NOT EXISTS (SELECT 1 FROM good) OR (created, id) > (SELECT created, id FROM good))
                     ORDER BY created DESC, id DESC",
                )?
                .query_map([], failed_attempt)?
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

    /// What became of the trials that ended in a range, by the product of the subscription's first item.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn trials_ended(&self, range: Range) -> anyhow::Result<Vec<Trials>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT (SELECT product FROM subscription_items WHERE subscription = subscriptions.id
                             ORDER BY id LIMIT 1), count(*),
                        count(*) FILTER (WHERE EXISTS (
                            SELECT 1 FROM invoices WHERE invoices.subscription = subscriptions.id
                                AND invoices.status = 'paid' AND invoices.amount_paid > 0))
                     FROM subscriptions WHERE trial_end >= ?1 AND trial_end < ?2 GROUP BY 1 ORDER BY 1",
                )?
                .query_map((range.from, range.to), |row| {
                    Ok(Trials { product: row.get(0)?, ended: row.get(1)?, converted: row.get(2)? })
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

fn failed_attempt(row: &Row<'_>) -> rusqlite::Result<FailedAttempt> {
    Ok(FailedAttempt {
        id: row.get(0)?,
        at: row.get(1)?,
        currency: row.get(2)?,
        amount: row.get(3)?,
        customer: row.get(4)?,
        payment_intent: row.get(5)?,
        failure_code: row.get(6)?,
        decline_code: row.get(7)?,
    })
}
