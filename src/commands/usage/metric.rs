//! A metric as a subject's plan counts it.

use std::collections::BTreeSet;

use super::quantity::Amount;
use crate::billing::catalog::model::{Catalog, Limit, Product, Window};
use crate::billing::catalog::nearest::nearest;
use crate::billing::currency::Currency;
use crate::billing::entitlement::Entitlement;
use crate::billing::usage::{
    Check, CostError, Counted, Funding, Period, Stretch, check_limit, cost, stretch,
};
use crate::commands::credits::allowance;
use crate::commands::subject::Who;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::{Books, Bound, UsageSeries};

/// What a plan says of a metric, at a moment.
#[derive(Debug)]
pub struct Metric<'a> {
    pub name: &'a str,
    /// The plan's key.
    pub plan: Option<&'a str>,
    pub product: Option<&'a Product>,
    /// `None` where no plan limits it; then it is only counted.
    pub limit: Option<&'a Limit>,
    /// Other plans limit it and this one doesn't name it: then it is no part of this plan.
    pub is_left_out: bool,
    /// Of a metric that is counted in money.
    pub currency: Option<Currency>,
    pub stretch: Stretch,
    /// The length of a rolling window, in seconds.
    pub rolling: Option<i64>,
    /// Free credits of this period that pay for it and are not booked yet.
    free: i64,
    /// The other metrics of the plan that the same credits pay for, with how many a unit of each takes.
    beside: Vec<(String, i64)>,
}

impl<'a> Metric<'a> {
    /// Finds a metric in a plan, and the stretch of time that counts at `now` (seconds since 1970).
    ///
    /// # Errors
    /// `Usage` for a metric that the catalog doesn't know, with the nearest that it does.
    pub fn of(
        catalog: &'a Catalog,
        entitlement: &Entitlement<'a>,
        name: &'a str,
        now: i64,
    ) -> anyhow::Result<Metric<'a>> {
        let named: Vec<&Limit> =
            catalog.products.values().filter_map(|product| product.limits.get(name)).collect();
        if named.is_empty() && !catalog.meters.contains_key(name) {
            return Err(unknown(catalog, name));
        }
        let (plan, product) = entitlement.plan.unzip();
        let limit = product.and_then(|product| product.limits.get(name));
        let in_money = |limit: &Limit| match limit {
            Limit::Money { max, window: _ } => Some(max.currency),
            Limit::Count { .. } | Limit::Credits { .. } | Limit::Unlimited => None,
        };
        // Where this plan sets no amount, another's currency says that it is money.
        let currency = match limit {
            Some(Limit::Count { .. } | Limit::Credits { .. }) => None,
            Some(Limit::Money { max, window: _ }) => Some(max.currency),
            Some(Limit::Unlimited) | None => named.iter().find_map(|limit| in_money(limit)),
        };
        let period = entitlement.subscription.and_then(|subscription| {
            let (start, end) = (subscription.current_period_start?, subscription.current_period_end?);
            Some(Period { start, end })
        });
        // A plan that no subscription gives has no billing period, whatever once was paid.
        let is_paid = entitlement.considered.first().is_some_and(|first| first.standing.holds);
        let period = period.filter(|_| is_paid);
        let window = match limit {
            Some(Limit::Count { max: _, window } | Limit::Money { max: _, window }) => window,
            // What credits pay for counts over no time; what is told is the calendar month.
            Some(Limit::Credits { .. }) => &Window::Month { time_zone: "UTC".to_owned() },
            Some(Limit::Unlimited) | None => &Window::Period,
        };
        let stretch = stretch(window, period, now).map_err(|error| {
            fail(
                Kind::Usage,
                format!("The limit of `{name}` can't be counted: {error}"),
                "Correct `time_zone` of the limit in billing.toml",
            )
        })?;
        let rolling = match window {
            Window::Rolling { seconds } => Some(*seconds),
            Window::Month { .. } | Window::Period => None,
        };
        let is_left_out = limit.is_none() && !named.is_empty();
        let beside = beside(product, name, limit);
        Ok(Metric { name, plan, product, limit, is_left_out, currency, stretch, rolling, free: 0, beside })
    }

    /// The most that is allowed, in the metric's unit; `None` is unlimited.
    pub fn max(&self) -> Option<i64> {
        match self.limit {
            Some(Limit::Count { max, window: _ }) => Some(*max),
            Some(Limit::Money { max, window: _ }) => Some(max.minor),
            // What the balance pays for is known to who reads it.
            Some(Limit::Credits { .. } | Limit::Unlimited) => None,
            None => self.is_left_out.then_some(0),
        }
    }

    /// Whether what is used at a moment (seconds since 1970) counts against the limit as it stands now.
    pub fn counts_at(&self, at: i64) -> bool {
        let Stretch { from, until } = self.stretch;
        match self.limit {
            Some(Limit::Count { .. } | Limit::Money { .. }) => {
                at >= from && until.is_none_or(|until| at < until)
            }
            Some(Limit::Credits { .. } | Limit::Unlimited) | None => true,
        }
    }

    /// The limit, as records are held against it.
    pub fn bound(&self) -> Bound<'_> {
        Bound { max: self.max(), stretch: self.stretch, credits: self.credits() }
    }

    /// The credits that it is paid with.
    pub fn credits(&self) -> Option<Funding<'_>> {
        match self.limit {
            Some(Limit::Credits { kind, per_unit }) => {
                Some(Funding { kind, per_unit: *per_unit, beside: &self.beside })
            }
            Some(Limit::Count { .. } | Limit::Money { .. } | Limit::Unlimited) | None => None,
        }
    }

    pub fn series<'b>(&'b self, subject: &'b str) -> UsageSeries<'b> {
        UsageSeries { subject, metric: self.name, currency: self.currency }
    }

    /// What was typed, in the metric's unit: a count, or minor units.
    ///
    /// # Errors
    /// `Usage` where the amount can't be meant of this metric.
    pub fn quantity(&self, amount: &Amount) -> anyhow::Result<i64> {
        let name = self.name;
        let money = |currency: Currency| {
            fail(
                Kind::Usage,
                format!("`{name}` is counted in money ({currency})"),
                "Give the units that it cost, such as `--unit token=1200`, or the cost itself: `--cost \"0.12 usd\"`",
            )
        };
        match (amount, self.currency) {
            (Amount::Count(count), None) => Ok(*count),
            (Amount::Default, None) => Ok(1),
            (Amount::Count(_) | Amount::Default, Some(currency)) => Err(money(currency)),
            (Amount::Units(_) | Amount::Cost(_), None) => Err(fail(
                Kind::Usage,
                format!("`{name}` is counted, and not in money"),
                "Say how much with `--quantity N`",
            )),
            (Amount::Cost(cost), Some(currency)) if cost.currency == currency => Ok(cost.minor),
            (Amount::Cost(_), Some(currency)) => Err(money(currency)),
            (Amount::Units(units), Some(currency)) => {
                let rates = self.product.map(|product| &product.rates);
                let plan = self.plan.unwrap_or("none");
                match rates.map(|rates| cost(units, rates)).transpose() {
                    Ok(Some(cost)) if cost.currency == currency => Ok(cost.minor),
                    // A plan that allows nothing needs no rates to say so.
                    Err(CostError::NoRate(_)) | Ok(None) if self.max() == Some(0) => Ok(1),
                    Ok(Some(cost)) => Err(fail(
                        Kind::Usage,
                        format!(
                            "The rates of the plan `{plan}` are in {}, and the limit of `{name}` in {currency}",
                            cost.currency
                        ),
                        "Use one currency for both in billing.toml",
                    )),
                    Ok(None) => Err(no_rates(plan, "it has none")),
                    Err(error) => Err(no_rates(plan, &error.to_string())),
                }
            }
        }
    }

    /// Holds so much more against the limit.
    ///
    /// # Errors
    /// If the books can't be read.
    pub fn check(&self, books: &Books, who: &str, asked: i64, now: i64) -> anyhow::Result<Check> {
        let counted: Counted = books.usage(self.series(who), self.stretch, now)?;
        let max = match self.credits() {
            Some(funding) => {
                let held = books.credits_held_beside(who, funding, now)?;
                Some(funding.max(self.balance(books, who, now)?.saturating_sub(held), counted))
            }
            None => self.max(),
        };
        Ok(check_limit(max, counted, asked))
    }

    /// The credits that can be spent on it; 0 where it is not paid with credits.
    ///
    /// # Errors
    /// If the books can't be read.
    pub fn balance(&self, books: &Books, who: &str, now: i64) -> anyhow::Result<i64> {
        let Some(Funding { kind, per_unit: _, beside: _ }) = self.credits() else { return Ok(0) };
        let booked = books.credit_account(who, kind, now)?.map_or(0, |account| account.available);
        Ok(booked.saturating_add(self.free))
    }

    /// Looks up the free credits that the plan gives in this period, where credits pay for the metric: they are booked when
    /// something is recorded.
    ///
    /// # Errors
    /// If books or mirror can't be read.
    pub fn look_up_free_credits(&mut self, ctx: &Context, books: &Books, who: &str) -> anyhow::Result<()> {
        if let Some(Funding { kind, per_unit: _, beside: _ }) = self.credits() {
            self.free = allowance::credits_of(&allowance::due(ctx, books, who, kind)?);
        }
        Ok(())
    }

    /// Books the free credits that the plan gives in this period, where credits pay for the metric.
    ///
    /// # Errors
    /// If books or mirror can't be read or written.
    pub fn book_free_credits(&self, ctx: &Context, who: &str) -> anyhow::Result<()> {
        match self.credits() {
            Some(_) => allowance::book_due(ctx, who),
            None => Ok(()),
        }
    }
}

/// The other metrics of a plan that the credits pay for which a limit names, with how many a unit of each takes.
fn beside(product: Option<&Product>, name: &str, limit: Option<&Limit>) -> Vec<(String, i64)> {
    let Some(Limit::Credits { kind: wanted, per_unit: _ }) = limit else { return Vec::new() };
    let others = product.into_iter().flat_map(|product| &product.limits).filter(|(other, _)| *other != name);
    others
        .filter_map(|(other, limit)| match limit {
            Limit::Credits { kind, per_unit } if kind == wanted => Some((other.clone(), *per_unit)),
            Limit::Credits { .. } | Limit::Count { .. } | Limit::Money { .. } | Limit::Unlimited => None,
        })
        .collect()
}

fn no_rates(plan: &str, why: &str) -> anyhow::Error {
    fail(
        Kind::Usage,
        format!("The plan `{plan}` does not say what units cost: {why}"),
        format!("Add `rates` to `[products.{plan}]` in billing.toml, or give the cost with `--cost`"),
    )
}

fn unknown(catalog: &Catalog, name: &str) -> anyhow::Error {
    let limits = catalog.products.values().flat_map(|product| product.limits.keys());
    let known: BTreeSet<&str> = limits.chain(catalog.meters.keys()).map(String::as_str).collect();
    let fix = match nearest(name, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if known.is_empty() => {
            "Limit it in a plan: `limits.NAME = { max = 100, per = \"month\" }`".to_owned()
        }
        None => format!("The catalog has {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    };
    fail(Kind::Usage, format!("No plan and no meter of the catalog has a metric `{name}`"), fix)
}

/// The name that usage is counted under: the subject's, or for a customer without one its id.
pub fn counted_as<'a>(who: &'a Who, typed: &'a str) -> &'a str {
    who.subject.as_deref().unwrap_or(typed)
}
