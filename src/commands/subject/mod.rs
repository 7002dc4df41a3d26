//! Whom a command is about: a subject, whoever the application bills, and the customer that it is in Stripe.

pub mod ensure; // its customer, found or made exactly once
pub mod entitled; // the plan and the limits that hold for it
pub mod everybody; // all subjects at once: their customers and subscriptions
pub mod limits; // what a plan allows, as JSON and in words

use crate::billing::catalog::nearest::nearest;
use crate::error::{Kind, fail};
use crate::store::books::Books;
use crate::store::mirror::Mirror;

/// What Stripe's ids of customers begin with.
pub const CUSTOMER_PREFIX: &str = "cus_";

/// A subject, its customer, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// None for a customer that no subject belongs to.
    pub subject: Option<String>,
    /// None for a subject that Stripe has never heard of.
    pub customer: Option<String>,
}

impl Who {
    /// What a person would call it.
    pub fn name(&self) -> &str {
        self.subject.as_deref().or(self.customer.as_deref()).unwrap_or_default()
    }
}

/// Finds a subject, or a customer by its id. None if neither the mirror nor the books have ever heard of it.
///
/// # Errors
/// If a file can't be read.
pub fn look_up(books: &Books, mirror: &Mirror, text: &str) -> anyhow::Result<Option<Who>> {
    if text.starts_with(CUSTOMER_PREFIX) {
        let subject = books.subjects_of(text)?.into_iter().next();
        if subject.is_some() || mirror.object("customer", text)?.is_some() {
            return Ok(Some(Who { subject, customer: Some(text.to_owned()) }));
        }
    }
    if let Some(customer) = customer_of(books, mirror, text)? {
        return Ok(Some(Who { subject: Some(text.to_owned()), customer: Some(customer) }));
    }
    let has_credits = !books.credit_kinds(text)?.is_empty();
    Ok(has_credits.then(|| Who { subject: Some(text.to_owned()), customer: None }))
}

/// The customer that a subject is: of those linked to it the one that counts, without those that Stripe has deleted.
///
/// # Errors
/// If a file can't be read.
pub fn customer_of(books: &Books, mirror: &Mirror, subject: &str) -> anyhow::Result<Option<String>> {
    for customer in books.customers_of(subject)? {
        if !mirror.object("customer", &customer)?.is_some_and(|known| known.deleted) {
            return Ok(Some(customer));
        }
    }
    Ok(None)
}

/// Finds a subject or customer; whom nobody knows is a subject without a customer, as at its first use.
///
/// # Errors
/// If a file can't be read.
pub fn anybody(books: &Books, mirror: &Mirror, text: &str) -> anyhow::Result<Who> {
    let found = look_up(books, mirror, text)?;
    Ok(found.unwrap_or_else(|| Who { subject: Some(text.to_owned()), customer: None }))
}

/// Finds a subject or customer that has to be there.
///
/// # Errors
/// `Failed` where it isn't, with the one that was probably meant.
pub fn known(books: &Books, mirror: &Mirror, text: &str) -> anyhow::Result<Who> {
    match look_up(books, mirror, text)? {
        Some(who) => Ok(who),
        None => Err(fail(
            Kind::Failed,
            format!("Nobody knows a subject or customer `{text}`"),
            did_you_mean(books, text)?.unwrap_or_else(|| {
                "Find them with `billctl customer find TEXT`; `billctl events pull` reads what is new in Stripe"
                    .to_owned()
            }),
        )),
    }
}

/// `Did you mean …?`, where a subject is spelt much like this.
///
/// # Errors
/// If the books can't be read.
pub fn did_you_mean(books: &Books, text: &str) -> anyhow::Result<Option<String>> {
    let subjects = books.subjects()?;
    Ok(nearest(text, subjects.iter().map(String::as_str)).map(|near| format!("Did you mean `{near}`?")))
}
