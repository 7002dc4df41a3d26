//! Who is on which plan now.

use super::Mirror;
use crate::billing::metrics::PlanSum;
use crate::billing::projection::counts;

impl Mirror {
    /// Items of subscriptions that are not over, summed up by product, price, currency and how their subscription stands.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn plan_sums(&self) -> anyhow::Result<Vec<PlanSum>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT items.product, items.price, coalesce(subscriptions.currency, items.currency, ''),
                        coalesce(status, ''), pause_behavior, count(DISTINCT subscriptions.id),
                        coalesce(sum(items.quantity), 0), coalesce(sum(items.monthly), 0),
                        count(*) FILTER (WHERE items.monthly IS NULL)
                     FROM subscriptions JOIN subscription_items AS items ON items.subscription = subscriptions.id
                     WHERE status NOT IN ('canceled', 'incomplete', 'incomplete_expired')
                     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
                )?
                .query_map([], |row| {
                    let status: String = row.get(3)?;
                    let pause: Option<String> = row.get(4)?;
                    Ok(PlanSum {
                        product: row.get(0)?,
                        price: row.get(1)?,
                        currency: row.get(2)?,
                        counts: counts(&status, pause.as_deref()),
                        status,
                        subscriptions: row.get(5)?,
                        quantity: row.get(6)?,
                        monthly: row.get(7)?,
                        unknown: row.get(8)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }
}
