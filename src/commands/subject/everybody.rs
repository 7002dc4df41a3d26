//! All subjects at once: who they are in Stripe and what they have subscribed to, each file read once.

use std::collections::HashMap;

use super::CUSTOMER_PREFIX;
use super::entitled::Known;
use crate::billing::entitlement::Subscription;
use crate::context::Context;
use crate::store::books::Books;
use crate::store::mirror::Mirror;

/// What the mirror knows of every subject.
#[derive(Debug)]
pub struct Everybody {
    /// The customer of each subject that has one.
    customers: HashMap<String, String>,
    subscriptions: HashMap<String, Vec<Subscription>>,
    clocks: HashMap<String, i64>,
    /// In seconds since 1970.
    now: i64,
}

impl Everybody {
    /// # Errors
    /// If a file can't be read.
    pub fn read(ctx: &Context, books: &Books, mirror: &Mirror) -> anyhow::Result<Everybody> {
        let deleted = mirror.deleted_customers()?;
        let first_there = |(subject, customers): (String, Vec<String>)| {
            let customer = customers.into_iter().find(|customer| !deleted.contains(customer))?;
            Some((subject, customer))
        };
        Ok(Everybody {
            customers: books.all_customers()?.into_iter().filter_map(first_there).collect(),
            subscriptions: mirror.all_subscriptions()?,
            clocks: mirror.test_clocks()?,
            now: ctx.clock().now().as_second(),
        })
    }

    /// What is known of a subject, or of a customer without one; nothing of whom nobody knows.
    pub fn known(&self, subject: &str) -> Known {
        let customer = self.customers.get(subject).map(String::as_str);
        let customer = customer.or_else(|| subject.starts_with(CUSTOMER_PREFIX).then_some(subject));
        let subscriptions = customer.and_then(|customer| self.subscriptions.get(customer));
        let clock = customer.and_then(|customer| self.clocks.get(customer));
        Known {
            subscriptions: subscriptions.cloned().unwrap_or_default(),
            now: clock.copied().unwrap_or(self.now),
        }
    }
}
