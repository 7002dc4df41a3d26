//! Finding a customer by what a person has at hand: an id of anything, an address, a card's end, an invoice's number.

use rusqlite::types::ToSql;
use rusqlite::{Connection, Params};

use super::Mirror;

/// A customer that was found, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub customer: String,
    /// What kind of thing led to it: `customer`, `invoice`, `email`, `card`, `invoice number`.
    pub by: String,
    /// The thing itself: its id, the address, the number.
    pub what: String,
}

/// What Stripe's ids begin with, the kind of object, and where that names its customer. What names none leads there
/// through what it belongs to.
const BY_ID: [(&str, &str, &str); 11] = [
    ("cus_", "customer", "$.id"),
    ("sub_", "subscription", "$.customer"),
    ("cs_", "checkout.session", "$.customer"),
    ("in_", "invoice", "$.customer"),
    ("pi_", "payment_intent", "$.customer"),
    ("ch_", "charge", "$.customer"),
    ("py_", "charge", "$.customer"),
    ("pm_", "payment_method", "$.customer"),
    ("seti_", "setup_intent", "$.customer"),
    ("re_", "refund", ""),
    ("dp_", "dispute", ""),
];

impl Mirror {
    /// The customers that a text leads to, each once for each thing that led there, sorted. Empty if none does.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn find_customers(&self, text: &str) -> anyhow::Result<Vec<Found>> {
        let mut found = Vec::new();
        self.explain(self.by_id(text, &mut found))?;
        self.explain(self.by_what_is_written(text, &mut found))?;
        found.sort_by(|one, next| {
            (&one.customer, &one.by, &one.what).cmp(&(&next.customer, &next.by, &next.what))
        });
        found.dedup();
        Ok(found)
    }

    fn by_id(&self, text: &str, found: &mut Vec<Found>) -> rusqlite::Result<()> {
        for (_, kind, place) in BY_ID.into_iter().filter(|(prefix, ..)| text.starts_with(prefix)) {
            let sql = if place.is_empty() {
                // Refunds and disputes are of a charge.
                "SELECT charges.customer, ?2, objects.id FROM objects
                 JOIN charges ON charges.id = objects.body ->> '$.charge'
                 WHERE kind = ?2 AND objects.id = ?1 AND ?3 = ''"
            } else {
                "SELECT coalesce(body ->> (?3 || '.id'), body ->> ?3), ?2, id FROM objects WHERE kind = ?2 AND id = ?1"
            };
            read(&self.connection, sql, (text, kind, place), found)?;
        }
        Ok(())
    }

    /// What people write down: an e-mail address, the last digits of a card, the number on an invoice.
    fn by_what_is_written(&self, text: &str, found: &mut Vec<Found>) -> rusqlite::Result<()> {
        let connection = &self.connection;
        let one: [&dyn ToSql; 1] = [&text];
        if text.contains('@') {
            let sql = "SELECT id, 'email', email FROM customers WHERE email = ?1 COLLATE NOCASE";
            read(connection, sql, one, found)?;
        }
        if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let sql = "SELECT methods.customer, 'card', methods.id FROM payment_methods AS methods
                JOIN objects ON objects.kind = 'payment_method' AND objects.id = methods.id
                WHERE body ->> '$.card.last4' = ?1
                UNION
                SELECT charges.customer, 'card', charges.id FROM charges
                JOIN objects ON objects.kind = 'charge' AND objects.id = charges.id
                WHERE body ->> '$.payment_method_details.card.last4' = ?1";
            read(connection, sql, one, found)?;
        }
        let sql = "SELECT customer, 'invoice number', number FROM invoices WHERE number = ?1 COLLATE NOCASE";
        read(connection, sql, one, found)
    }
}

/// Reads rows of customer, by and what; a row without a customer leads nowhere.
fn read(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    found: &mut Vec<Found>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        if let Some(customer) = row.get::<_, Option<String>>(0)? {
            found.push(Found { customer, by: row.get(1)?, what: row.get(2)? });
        }
    }
    Ok(())
}
