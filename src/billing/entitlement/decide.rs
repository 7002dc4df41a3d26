//! From all subscriptions of a customer to the plan and the limits that hold.

use std::collections::{BTreeMap, BTreeSet};

use super::bought::bought;
use super::standing::{Standing, standing};
use super::{Reason, Subscription};
use crate::billing::catalog::file::EntitlementPolicy;
use crate::billing::catalog::model::{Catalog, FreeCredits, Limit, Product};

/// What holds for a subject at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Entitlement<'a> {
    /// The plan's key in the catalog, and the plan; none where the catalog has no default plan.
    pub plan: Option<(&'a str, &'a Product)>,
    /// The subscription that gives the plan; where none does, the one that says most about the subject: an open one
    /// rather than a finished one, then the latest.
    pub subscription: Option<&'a Subscription>,
    pub reason: Reason,
    /// When the plan is known to end, in seconds since 1970.
    pub until: Option<i64>,
    /// The plan that comes then: the next one that stands, else the default plan.
    pub falls_back_to: Option<&'a str>,
    /// All features that anything that stands gives, as Stripe counts them.
    pub features: BTreeSet<&'a str>,
    /// Every subscription, and what was said of it, in the order in which they counted.
    pub considered: Vec<Verdict<'a>>,
}

/// What was said of a subscription.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict<'a> {
    pub subscription: &'a Subscription,
    /// The key of the plan that it is for.
    pub plan: Option<&'a str>,
    pub standing: Standing,
}

impl<'a> Entitlement<'a> {
    /// What the plan allows, by metric.
    pub fn limits(&self) -> BTreeMap<&'a str, &'a Limit> {
        let limits = self.plan.into_iter().flat_map(|(_, plan)| &plan.limits);
        limits.map(|(metric, limit)| (metric.as_str(), limit)).collect()
    }

    /// What the plan gives at the start of each period.
    pub fn free_credits(&self) -> Option<&'a FreeCredits> {
        self.plan.and_then(|(_, plan)| plan.free_credits.as_ref())
    }

    /// Stripe's word for the subscription that counts; none where there never was one.
    pub fn status(&self) -> Option<&'a str> {
        self.subscription.map(|subscription| subscription.status.as_str())
    }
}

/// Decides what holds for a subject with these subscriptions at `now`, in seconds since 1970.
///
/// Of plans that stand, the one with the highest rank holds; of one rank, that of the newest subscription.
pub fn decide<'a>(
    catalog: &'a Catalog,
    policy: &EntitlementPolicy,
    subscriptions: &'a [Subscription],
    now: i64,
) -> Entitlement<'a> {
    let mut considered: Vec<(Verdict<'a>, Option<(&'a str, &'a Product)>)> = subscriptions
        .iter()
        .map(|subscription| {
            let plan = bought(catalog, subscription).into_iter().next();
            let mut standing = standing(subscription, policy, now);
            if standing.holds && plan.is_none() {
                let prices = subscription.items.iter().filter_map(|item| item.price.clone()).collect();
                standing = Standing { holds: false, until: None, reason: Reason::NotInCatalog { prices } };
            }
            (Verdict { subscription, plan: plan.map(|(key, _)| key), standing }, plan)
        })
        .collect();
    considered.sort_by_key(|(verdict, plan)| {
        let Verdict { subscription, plan: _, standing } = verdict;
        let rank = plan.map_or(i64::MIN, |(_, product)| product.rank);
        // What is highest comes first.
        std::cmp::Reverse((
            standing.holds,
            if standing.holds { rank } else { i64::from(!subscription.is_over()) },
            subscription.created,
            subscription.id.as_str(),
        ))
    });
    let default = catalog.products.iter().find(|(_, product)| product.default_plan);
    let default = default.map(|(key, product)| (key.as_str(), product));
    let first = considered.first();
    let holding = first.filter(|(verdict, _)| verdict.standing.holds);
    let next = considered.iter().skip(1).find(|(verdict, plan)| {
        let outlives = |until: i64| holding.and_then(|(first, _)| first.standing.until) < Some(until);
        verdict.standing.holds && plan.is_some() && verdict.standing.until.is_none_or(outlives)
    });
    let fallback = next.and_then(|(_, plan)| *plan).or(default).map(|(key, _)| key);
    let mut features: BTreeSet<&str> = considered
        .iter()
        .filter(|(verdict, _)| verdict.standing.holds)
        .flat_map(|(verdict, _)| bought(catalog, verdict.subscription))
        .flat_map(|(_, product)| product.features.iter().map(String::as_str))
        .collect();
    if holding.is_none() {
        features.extend(default.into_iter().flat_map(|(_, plan)| plan.features.iter().map(String::as_str)));
    }
    Entitlement {
        plan: holding.map_or(default, |(_, plan)| *plan),
        subscription: first.map(|(verdict, _)| verdict.subscription),
        reason: first.map_or(Reason::NoSubscription, |(verdict, _)| verdict.standing.reason.clone()),
        until: holding.and_then(|(verdict, _)| verdict.standing.until),
        falls_back_to: holding.and(fallback),
        features,
        considered: considered.into_iter().map(|(verdict, _)| verdict).collect(),
    }
}
