//! Whom objects belong to in the application's own words.

use super::Mirror;

impl Mirror {
    /// The customers that belong to a subject, by id: those that carry it in their metadata under `metadata_key`, or
    /// whose subscriptions do, and those that went through a checkout of its `client_reference_id`.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn customers_of(&self, subject: &str, metadata_key: Option<&str>) -> anyhow::Result<Vec<String>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT customer FROM checkout_sessions WHERE client_reference_id = ?1 AND customer IS NOT NULL
                     UNION
                     SELECT customers.id FROM customers, json_each(customers.metadata) AS entry
                     WHERE entry.key = ?2 AND entry.value = ?1
                     UNION
                     SELECT subscriptions.customer FROM subscriptions, json_each(subscriptions.metadata) AS entry
                     WHERE entry.key = ?2 AND entry.value = ?1 AND subscriptions.customer IS NOT NULL
                     ORDER BY 1",
                )?
                .query_map((subject, metadata_key), |row| row.get(0))?
                .collect()
        };
        self.explain(read())
    }
}
