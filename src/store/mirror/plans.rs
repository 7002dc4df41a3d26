//! Who is on which plan now.

use super::Mirror;
use crate::billing::metrics::PlanSum;
use crate::billing::projection::counts;

/// An item of a subscription that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanItem {
    pub id: String,
    pub subscription: String,
    pub customer: Option<String>,
    pub product: Option<String>,
    pub price: Option<String>,
    pub currency: String,
    /// Of the subscription, as Stripe says it.
    pub status: String,
    /// The subscription is recurring revenue as it stands.
    pub counts: bool,
    /// In minor units a month; `None` if that is not known before.
    pub monthly: Option<i64>,
}

/// Subscriptions with their items, without those that are over.
const ITEMS: &str = "subscriptions JOIN subscription_items AS items ON items.subscription = subscriptions.id
    WHERE status NOT IN ('canceled', 'incomplete', 'incomplete_expired')";

impl Mirror {
    /// Items of subscriptions that are not over, summed up by product, by price where those are told apart, by currency and how
    /// their subscription stands. A subscription with several items of one product is one.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn plan_sums(&self, by_price: bool) -> anyhow::Result<Vec<PlanSum>> {
        let read = || {
            self.connection
                .prepare_cached(&format!(
                    "SELECT items.product, iif(?1, items.price, NULL), coalesce(subscriptions.currency, items.currency, ''),
                        coalesce(status, ''), pause_behavior, count(DISTINCT subscriptions.id),
                        coalesce(sum(items.quantity), 0), coalesce(sum(items.monthly), 0),
                        count(*) FILTER (WHERE items.monthly IS NULL)
                     FROM {ITEMS} GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"
                ))?
                .query_map([by_price], |row| {
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

    /// Each item of a subscription that is not over, by subscription.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn plan_items(&self) -> anyhow::Result<Vec<PlanItem>> {
        let read = || {
            self.connection
                .prepare_cached(&format!(
                    "SELECT items.id, subscriptions.id, customer, items.product, items.price,
                        coalesce(subscriptions.currency, items.currency, ''), coalesce(status, ''),
                        pause_behavior, items.monthly
                     FROM {ITEMS} ORDER BY subscriptions.id, items.id"
                ))?
                .query_map([], |row| {
                    let status: String = row.get(6)?;
                    let pause: Option<String> = row.get(7)?;
                    Ok(PlanItem {
                        id: row.get(0)?,
                        subscription: row.get(1)?,
                        customer: row.get(2)?,
                        product: row.get(3)?,
                        price: row.get(4)?,
                        currency: row.get(5)?,
                        counts: counts(&status, pause.as_deref()),
                        status,
                        monthly: row.get(8)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }
}
