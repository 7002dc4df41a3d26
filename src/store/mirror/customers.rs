//! Customers, and what support is asked about them: payments, open invoices, ways to pay.

use rusqlite::{OptionalExtension as _, Row};

use super::Mirror;

/// A customer as the mirror has it. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    pub id: String,
    pub email: Option<String>,
    pub name: Option<String>,
    /// What is to their credit (negative) or owed (positive) on the next invoice, in minor units.
    pub balance: i64,
    pub currency: Option<String>,
    pub delinquent: bool,
    pub default_payment_method: Option<String>,
    pub test_clock: Option<String>,
    pub created: i64,
}

/// A charge: a payment that went through, or an attempt that did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    pub id: String,
    pub payment_intent: Option<String>,
    pub invoice: Option<String>,
    /// Stripe's word: `succeeded`, `pending`, `failed`.
    pub status: String,
    /// In minor units.
    pub amount: i64,
    pub amount_refunded: i64,
    pub currency: String,
    pub failure_code: Option<String>,
    pub decline_code: Option<String>,
    pub created: i64,
}

/// An invoice that waits for its payment, or that Stripe gave up on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenInvoice {
    pub id: String,
    pub number: Option<String>,
    pub status: String,
    /// In minor units.
    pub amount_remaining: i64,
    pub currency: String,
    pub attempt_count: i64,
    pub next_payment_attempt: Option<i64>,
    pub due_date: Option<i64>,
    /// Stripe's page where it can be paid.
    pub hosted_invoice_url: Option<String>,
    pub created: i64,
}

/// A card or another way to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentMethod {
    pub id: String,
    pub method_type: String,
    pub brand: Option<String>,
    /// Kept only where personal data is.
    pub last4: Option<String>,
    pub exp_month: Option<i64>,
    pub exp_year: Option<i64>,
}

/// The columns that [`customer`] reads.
const COLUMNS: &str =
    "id, email, name, balance, currency, delinquent, default_payment_method, test_clock, created";

fn customer(row: &Row<'_>) -> rusqlite::Result<Customer> {
    Ok(Customer {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        balance: row.get::<_, Option<i64>>(3)?.unwrap_or_default(),
        currency: row.get(4)?,
        delinquent: row.get::<_, Option<bool>>(5)?.unwrap_or_default(),
        default_payment_method: row.get(6)?,
        test_clock: row.get(7)?,
        created: row.get::<_, Option<i64>>(8)?.unwrap_or_default(),
    })
}

impl Mirror {
    /// A customer that is not deleted.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn customer(&self, id: &str) -> anyhow::Result<Option<Customer>> {
        let sql = format!("SELECT {COLUMNS} FROM customers WHERE id = ?1");
        let read = || self.connection.prepare_cached(&sql)?.query_row([id], customer).optional();
        self.explain(read())
    }

    /// Up to `limit` customers, the newest first; for the next page those behind one: its `created` and id.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn customers(&self, behind: Option<(i64, &str)>, limit: usize) -> anyhow::Result<Vec<Customer>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM customers WHERE ?1 IS NULL OR (coalesce(created, 0), id) < (?1, ?2)
             ORDER BY coalesce(created, 0) DESC, id DESC LIMIT ?3"
        );
        let (created, id) = behind.unzip();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let read =
            || self.connection.prepare_cached(&sql)?.query_map((created, id, limit), customer)?.collect();
        self.explain(read())
    }

    /// The last payments and attempts of a customer, the newest first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn payments_of(&self, customer: &str, limit: usize) -> anyhow::Result<Vec<Payment>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT charges.id, charges.payment_intent,
                        coalesce(charges.invoice, (SELECT invoice FROM invoice_payments
                            WHERE payment_intent = charges.payment_intent ORDER BY id LIMIT 1)),
                        status, amount, amount_refunded, currency, failure_code, decline_code, created
                     FROM charges WHERE customer = ?1 ORDER BY created DESC, id DESC LIMIT ?2",
                )?
                .query_map((customer, i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
                    Ok(Payment {
                        id: row.get(0)?,
                        payment_intent: row.get(1)?,
                        invoice: row.get(2)?,
                        status: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
                        amount: row.get::<_, Option<i64>>(4)?.unwrap_or_default(),
                        amount_refunded: row.get::<_, Option<i64>>(5)?.unwrap_or_default(),
                        currency: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
                        failure_code: row.get(7)?,
                        decline_code: row.get(8)?,
                        created: row.get::<_, Option<i64>>(9)?.unwrap_or_default(),
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// The invoices of a customer that nobody has paid yet, the oldest first. Drafts are not due and not in it.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn open_invoices_of(&self, customer: &str) -> anyhow::Result<Vec<OpenInvoice>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT id, number, status, amount_remaining, currency, attempt_count, next_payment_attempt,
                        due_date, hosted_invoice_url, created
                     FROM invoices WHERE customer = ?1 AND status IN ('open', 'uncollectible')
                        AND amount_remaining > 0
                     ORDER BY created, id",
                )?
                .query_map([customer], |row| {
                    Ok(OpenInvoice {
                        id: row.get(0)?,
                        number: row.get(1)?,
                        status: row.get(2)?,
                        amount_remaining: row.get(3)?,
                        currency: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
                        attempt_count: row.get::<_, Option<i64>>(5)?.unwrap_or_default(),
                        next_payment_attempt: row.get(6)?,
                        due_date: row.get(7)?,
                        hosted_invoice_url: row.get(8)?,
                        created: row.get::<_, Option<i64>>(9)?.unwrap_or_default(),
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// The ways to pay that a customer has saved, the newest first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn payment_methods_of(&self, customer: &str) -> anyhow::Result<Vec<PaymentMethod>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT methods.id, type, card_brand, body ->> '$.card.last4', card_exp_month, card_exp_year
                     FROM payment_methods AS methods
                     JOIN objects ON objects.kind = 'payment_method' AND objects.id = methods.id
                     WHERE customer = ?1 ORDER BY created DESC, methods.id DESC",
                )?
                .query_map([customer], |row| {
                    Ok(PaymentMethod {
                        id: row.get(0)?,
                        method_type: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
                        brand: row.get(2)?,
                        last4: row.get(3)?,
                        exp_month: row.get(4)?,
                        exp_year: row.get(5)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }
}
