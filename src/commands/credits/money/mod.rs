//! Money that customers are given in Stripe: a balance, or billing credits.

pub mod end;
pub mod give;
mod given;
pub mod list;

use serde_json::Value;

use crate::billing::currency::Currency;
use crate::billing::money::Money;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::Books;
use crate::store::mirror::Page;
use crate::stripe::StripeError;
use crate::stripe::error::Outcome as Certainty;

/// Stripe keeps idempotency keys for a day; some hours off, for clocks that differ.
const KEYS_KEPT_SECONDS: i64 = 20 * 3600;

/// The customer that a subject is in Stripe, or the one that was named.
///
/// # Errors
/// `Usage` where the subject belongs to none.
pub fn customer_of(books: &Books, subject: &str, named: Option<String>) -> anyhow::Result<String> {
    if let Some(customer) = named {
        return Ok(customer);
    }
    books.customers_of(subject)?.into_iter().next().ok_or_else(|| {
        fail(
            Kind::Usage,
            format!("`{subject}` belongs to no customer in Stripe that is known here"),
            "Name the customer with `--customer cus_…`, or say once with `billctl customer link` whose it is",
        )
    })
}

/// Whether Stripe said no for certain: the cause can be mended, and then another request may do it. What another request under
/// the same idempotency key does, or did with other parameters, is not known.
pub fn is_refusal(error: &StripeError) -> bool {
    match error {
        StripeError::Api(error) => {
            error.outcome == Certainty::NotDone
                && (400..500).contains(&error.status)
                && ![409, 429].contains(&error.status)
                && error.error_type.as_deref() != Some("idempotency_error")
        }
        StripeError::Transport(_) | StripeError::Answer(_) | StripeError::Request(_) => false,
    }
}

/// Puts what Stripe answered into the mirror.
///
/// # Errors
/// If the mirror can't be written.
pub fn keep(ctx: &Context, books: &Books, kind: &str, objects: &[Value]) -> anyhow::Result<()> {
    let page = Page { kind, objects, fetched_at: ctx.clock().now(), cursor: None };
    ctx.mirror()?.put_snapshots(books, page).map(drop)
}

/// An amount of minor units in words.
pub fn words(minor: i64, currency: &str) -> String {
    match currency.parse::<Currency>() {
        Ok(currency) => Money { minor, currency }.to_string().to_uppercase(),
        Err(_) => format!("{minor} {currency}"),
    }
}

/// The same as JSON.
pub fn money_json(minor: i64, currency: &str) -> Value {
    match currency.parse::<Currency>() {
        Ok(currency) => Money { minor, currency }.to_json(),
        Err(_) => serde_json::json!({"amount": minor, "currency": currency}),
    }
}
