//! Whose credits pay for what a row says: asked of each subject once.

use std::collections::{HashMap, HashSet};

use crate::billing::catalog::model::Limit;
use crate::billing::credits::{DEFAULT_KIND, Request};
use crate::billing::entitlement::decide;
use crate::billing::usage::Funding;
use crate::commands::credits::allowance;
use crate::commands::subject::entitled::policy;
use crate::commands::subject::everybody::Everybody;
use crate::context::Context;
use crate::store::books::Books;

/// Credits that pay for a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pays {
    kind: String,
    per_unit: i64,
}

impl Pays {
    pub fn funding(&self) -> Funding<'_> {
        // A file is recorded whatever is held: it says what was used.
        Funding { kind: &self.kind, per_unit: self.per_unit, beside: &[] }
    }
}

/// Finds what pays. It reads by connections of its own, so that it can be asked while a batch is written.
pub struct Payers<'a> {
    ctx: &'a Context,
    /// Once it was asked for.
    known: Option<(Books, Everybody)>,
    by_metric: HashMap<String, HashMap<String, Option<Pays>>>,
    /// Subjects whose free credits were looked for.
    given: HashSet<String>,
}

impl<'a> Payers<'a> {
    pub fn new(ctx: &'a Context) -> Payers<'a> {
        Payers { ctx, known: None, by_metric: HashMap::new(), given: HashSet::new() }
    }

    /// The credits that the plan of a subject has pay for a metric; none where it is limited otherwise, or not at all.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn of(&mut self, subject: &str, metric: &str) -> anyhow::Result<Option<Pays>> {
        if let Some(pays) = self.by_metric.get(metric).and_then(|subjects| subjects.get(subject)) {
            return Ok(pays.clone());
        }
        let (ctx, (_, everybody)) = (self.ctx, self.known()?);
        let known = everybody.known(subject);
        let entitlement = decide(&ctx.catalog()?.catalog, &policy(ctx)?, &known.subscriptions, known.now);
        let limit = entitlement.plan.and_then(|(_, product)| product.limits.get(metric));
        let pays = match limit {
            Some(Limit::Credits { kind, per_unit }) => Some(Pays { kind: kind.clone(), per_unit: *per_unit }),
            Some(Limit::Count { .. } | Limit::Money { .. } | Limit::Unlimited) | None => None,
        };
        let subjects = self.by_metric.entry(metric.to_owned()).or_default();
        subjects.insert(subject.to_owned(), pays.clone());
        Ok(pays)
    }

    /// The free credits that the plan of a subject gives it and that are not booked yet, the first time that they are asked
    /// for.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn due(&mut self, subject: &str) -> anyhow::Result<Vec<Request>> {
        if !self.given.insert(subject.to_owned()) {
            return Ok(Vec::new());
        }
        let ctx = self.ctx;
        allowance::due(ctx, &self.known()?.0, subject, DEFAULT_KIND)
    }

    fn known(&mut self) -> anyhow::Result<&(Books, Everybody)> {
        let known = match self.known.take() {
            Some(known) => known,
            None => {
                let books = self.ctx.books()?;
                let everybody = Everybody::read(self.ctx, &books, &self.ctx.mirror()?)?;
                (books, everybody)
            }
        };
        Ok(&*self.known.insert(known))
    }
}
