//! The subscriptions that give a plan now.

use super::Mirror;
use crate::billing::credits::allowance::Held;

impl Mirror {
    /// What customers subscribe to, an entry for each item, as far as it is paid for or on trial.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn held(&self, customers: &[String]) -> anyhow::Result<Vec<Held>> {
        let read = || -> rusqlite::Result<Vec<Held>> {
            let mut statement = self.connection.prepare_cached(
                "SELECT subscriptions.id, product, subscription_items.current_period_start,
                        subscription_items.current_period_end
                 FROM subscriptions JOIN subscription_items ON subscription = subscriptions.id
                 WHERE customer = ?1 AND status IN ('active', 'trialing') AND product IS NOT NULL
                 ORDER BY subscriptions.created, subscriptions.id, subscription_items.id",
            )?;
            let mut held = Vec::new();
            for customer in customers {
                let rows = statement.query_map([customer], |row| {
                    let (start, end): (Option<i64>, Option<i64>) = (row.get(2)?, row.get(3)?);
                    Ok(Held { subscription: row.get(0)?, product: row.get(1)?, period: start.zip(end) })
                })?;
                for found in rows {
                    held.push(found?);
                }
            }
            Ok(held)
        };
        self.explain(read())
    }
}
