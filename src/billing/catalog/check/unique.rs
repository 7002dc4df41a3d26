//! Names that may be used once in a catalog, because they are identities in Stripe or lines of an env file.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Checker;
use crate::billing::catalog::path::{At, Path};
use crate::billing::catalog::problem::{Finding, On, Place};

/// Which kind of name is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Namespace {
    StripeId,
    ProductId,
    LookupKey,
    EventName,
    FeatureKey,
    CouponId,
    PromotionCode,
    EnvName,
}

impl Namespace {
    fn noun(self) -> &'static str {
        match self {
            Namespace::StripeId => "Stripe id",
            Namespace::ProductId => "product id",
            Namespace::LookupKey => "price lookup key",
            Namespace::EventName => "meter event name",
            Namespace::FeatureKey => "feature lookup key",
            Namespace::CouponId => "coupon id",
            Namespace::PromotionCode => "promotion code",
            Namespace::EnvName => "variable name",
        }
    }
}

/// Who uses a name: enough to find the place again, without keeping a path for each of 100,000.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    pub table: &'static str,
    pub key: &'a str,
    pub price: Option<&'a str>,
    /// The key that gives the name; its table where the name is a default.
    pub field: &'static str,
}

impl<'a> Owner<'a> {
    pub fn new(table: &'static str, key: &'a str, field: &'static str) -> Owner<'a> {
        Owner { table, key, price: None, field }
    }

    pub fn of_price(product: &'a str, price: &'a str, field: &'static str) -> Owner<'a> {
        Owner { table: "products", key: product, price: Some(price), field }
    }

    fn path(&self) -> Path {
        let table = At::ROOT.key(self.table);
        let resource = table.key(self.key);
        match self.price {
            Some(price) => resource.key("prices").key(price).key(self.field).path(),
            None => resource.key(self.field).path(),
        }
    }
}

/// The names used so far.
#[derive(Debug, Default)]
pub struct Unique<'a>(HashMap<(Namespace, Cow<'a, str>), Owner<'a>>);

impl<'a> Checker<'a> {
    /// Takes a name for its owner; says so where it is taken already.
    pub fn claim(&mut self, namespace: Namespace, name: impl Into<Cow<'a, str>>, owner: Owner<'a>) {
        let name = name.into();
        let first = match self.unique.0.entry((namespace, name)) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(owner);
                return;
            }
            std::collections::hash_map::Entry::Occupied(entry) => (entry.key().1.clone(), *entry.get()),
        };
        let (name, first) = first;
        let noun = namespace.noun();
        self.report(
            Finding::of(
                "duplicate",
                Place::Value(owner.path(), On::Value),
                format!("the {noun} `{name}` is taken"),
            )
            .hint(format!("Give one of the two another {}", owner.field))
            .also(Place::Value(first.path(), On::Value), "taken here"),
        );
    }
}
