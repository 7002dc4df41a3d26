//! Which subjects, metrics and plans a report is of.

use std::collections::{BTreeSet, HashMap};

use crate::billing::catalog::nearest::nearest;
use crate::billing::entitlement::decide;
use crate::billing::usage::{Measure, Tallies};
use crate::commands::subject;
use crate::commands::subject::entitled::{Known, policy};
use crate::commands::subject::everybody::Everybody;
use crate::commands::usage::metric::counted_as;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::{Books, KnownSeries};

/// Of whom and of what.
#[derive(Debug, Clone, clap::Args)]
pub struct ScopeArgs {
    /// Only this subject, or customer by its id. Repeatable
    #[arg(long = "subject", value_name = "SUBJECT")]
    pub subjects: Vec<String>,
    /// Only this metric. Repeatable
    #[arg(long = "metric", value_name = "METRIC")]
    pub metrics: Vec<String>,
    /// Only subjects that have this plan now. Repeatable
    #[arg(long = "plan", value_name = "PLAN")]
    pub plans: Vec<String>,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Scope {
    metrics: Vec<String>,
    /// As the report tells them.
    filters: Vec<String>,
    /// The series of the subjects and plans named; none where all of them are meant.
    pub series: Option<Vec<KnownSeries>>,
    /// The plan of each subject that has a subscription, if plans matter.
    plans: HashMap<String, Option<String>>,
    /// The plan of all others.
    default_plan: Option<String>,
}

impl Scope {
    /// # Errors
    /// `Usage` for a metric or plan that there is none of; if a file can't be read.
    pub fn resolve(ctx: &Context, books: &Books, args: ScopeArgs, by_plan: bool) -> anyhow::Result<Scope> {
        let ScopeArgs { subjects, metrics, plans } = args;
        let told = |name: &str, values: &[String]| match values {
            [] => None,
            values => Some(format!("{name}: {}", values.join(", "))),
        };
        let filters = [told("subject", &subjects), told("metric", &metrics), told("plan", &plans)];
        let mut scope = Scope {
            filters: filters.into_iter().flatten().collect(),
            metrics,
            series: None,
            plans: HashMap::new(),
            default_plan: None,
        };
        let by_plan = by_plan || !plans.is_empty();
        if scope.metrics.is_empty() && subjects.is_empty() && !by_plan {
            return Ok(scope);
        }
        let mut series = books.usage_series()?;
        scope.check_metrics(ctx, &series)?;
        if !subjects.is_empty() {
            let mirror = ctx.mirror()?;
            let mut names = BTreeSet::new();
            for text in &subjects {
                let who = subject::anybody(books, &mirror, text)?;
                names.insert(counted_as(&who, text).to_owned());
            }
            series.retain(|series| names.contains(&series.subject));
        }
        if by_plan {
            scope.look_up_plans(ctx, books, &series)?;
            let catalog = &ctx.catalog()?.catalog;
            for plan in &plans {
                if !catalog.products.contains_key(plan) {
                    return Err(unknown("plan", plan, catalog.products.keys().map(String::as_str)));
                }
            }
        }
        if !plans.is_empty() {
            series.retain(|series| {
                scope.plan(&series.subject).is_some_and(|plan| plans.iter().any(|one| one == plan))
            });
        }
        if !subjects.is_empty() || !plans.is_empty() {
            series.retain(|series| scope.has(&series.measure));
            scope.series = Some(series);
        }
        Ok(scope)
    }

    fn check_metrics(&self, ctx: &Context, series: &[KnownSeries]) -> anyhow::Result<()> {
        let mut known: BTreeSet<&str> = series.iter().map(|series| series.measure.metric.as_str()).collect();
        if self.metrics.iter().all(|metric| known.contains(metric.as_str())) {
            return Ok(());
        }
        // What was never used is in no report, but may be asked for.
        if ctx.settings().config.is_some() {
            let catalog = &ctx.catalog()?.catalog;
            known.extend(catalog.meters.keys().map(String::as_str));
            let limits = catalog.products.values().flat_map(|product| product.limits.keys());
            known.extend(limits.map(String::as_str));
        }
        match self.metrics.iter().find(|metric| !known.contains(metric.as_str())) {
            None => Ok(()),
            Some(metric) => Err(unknown("metric", metric, known.iter().copied())),
        }
    }

    /// Whether a measure is meant.
    pub fn has(&self, measure: &Measure) -> bool {
        self.metrics.is_empty() || self.metrics.contains(&measure.metric)
    }

    /// Leaves out what is not meant.
    pub fn keep(&self, tallies: &mut Tallies) {
        tallies.retain(|(measure, _), _| self.has(measure));
    }

    /// The ids of the series that are meant; none where all of them are.
    pub fn ids(&self) -> Option<Vec<i64>> {
        self.series.as_ref().map(|series| series.iter().map(|series| series.id).collect())
    }

    /// The plan that a subject has now, if that was looked up and it has one.
    pub fn plan(&self, subject: &str) -> Option<&str> {
        self.plans.get(subject).unwrap_or(&self.default_plan).as_deref()
    }

    fn look_up_plans(&mut self, ctx: &Context, books: &Books, series: &[KnownSeries]) -> anyhow::Result<()> {
        let everybody = Everybody::read(ctx, books, &ctx.mirror()?)?;
        let (catalog, policy) = (&ctx.catalog()?.catalog, policy(ctx)?);
        let plan = |known: &Known| {
            let entitlement = decide(catalog, &policy, &known.subscriptions, known.now);
            entitlement.plan.map(|(key, _)| key.to_owned())
        };
        let now = ctx.clock().now().as_second();
        self.default_plan = plan(&Known { subscriptions: Vec::new(), now });
        for KnownSeries { subject, .. } in series {
            let known = everybody.known(subject);
            if !known.subscriptions.is_empty() && !self.plans.contains_key(subject) {
                self.plans.insert(subject.clone(), plan(&known));
            }
        }
        Ok(())
    }

    /// What was filtered, in words.
    pub fn words(&self) -> Vec<String> {
        self.filters.clone()
    }
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> anyhow::Error {
    let fix = match nearest(name, known.clone()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => match known.collect::<Vec<_>>() {
            known if known.is_empty() => format!("There is no {what} at all yet"),
            known => format!("There is {}", known.join(", ")),
        },
    };
    fail(Kind::Usage, format!("There is no {what} `{name}`"), fix)
}
