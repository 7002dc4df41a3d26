//! `usage show`

use serde_json::{Value, json};

use super::metric::{Metric, counted_as};
use super::result::Held;
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::commands::subject::entitled::Known;
use crate::commands::subject::{self, limits};
use crate::context::Context;
use crate::render::{Column, Present, Role, Table, Text, View};

/// Show what a subject uses of all that its plan limits or that was recorded
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The subject, or a customer's id
    pub subject: String,
}

pub fn run(ctx: &Context, args: ShowArgs) -> anyhow::Result<Outcome> {
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let who = subject::anybody(&books, &mirror, &args.subject)?;
    let known = Known::read(ctx, &mirror, &who)?;
    let entitlement = known.entitlement(ctx)?;
    let name = counted_as(&who, &args.subject);
    let recorded = books.usage_metrics(name)?;
    let mut names: Vec<&str> = entitlement.limits().into_keys().collect();
    let catalog = &ctx.catalog()?.catalog;
    let is_known = |metric: &&str| {
        catalog.meters.contains_key(*metric)
            || catalog.products.values().any(|product| product.limits.contains_key(*metric))
    };
    names.extend(recorded.iter().map(String::as_str).filter(is_known));
    names.sort_unstable();
    names.dedup();
    let mut metrics: Vec<Metric<'_>> = names
        .into_iter()
        .map(|metric| Metric::of(catalog, &entitlement, metric, known.now))
        .collect::<anyhow::Result<_>>()?;
    for metric in &mut metrics {
        metric.look_up_free_credits(ctx, &books, name)?;
    }
    let held: Vec<Held<'_>> = metrics
        .iter()
        .map(|metric| Held::read(&books, name, metric, 0, known.now))
        .collect::<anyhow::Result<_>>()?;
    ctx.show(&Shown { subject: name, plan: entitlement.plan.map(|(key, _)| key), held })?;
    Ok(Outcome::Done)
}

struct Shown<'a> {
    subject: &'a str,
    plan: Option<&'a str>,
    held: Vec<Held<'a>>,
}

/// How many cells a full bar has.
const BAR: i64 = 10;

/// What is used of a limit: `███████░░░`.
fn bar(used: i64, max: i64) -> String {
    let full = if max == 0 { BAR } else { used.saturating_mul(BAR).checked_div(max).unwrap_or(BAR) };
    let full = usize::try_from(full.clamp(0, BAR)).unwrap_or_default();
    let all = usize::try_from(BAR).unwrap_or_default();
    format!("{}{}", "█".repeat(full), "░".repeat(all - full))
}

impl Present for Shown<'_> {
    fn json(&self) -> Value {
        let usage: Vec<Value> = self.held.iter().map(Held::json).collect();
        json!({"subject": self.subject, "plan": self.plan, "usage": usage})
    }

    fn rows(&self) -> Vec<Value> {
        self.held.iter().map(Held::json).collect()
    }

    fn view(&self) -> View {
        let plan = self.plan.map_or_else(|| "no plan".to_owned(), |plan| format!("the plan {plan}"));
        let view = View::new().line(format!("{} is on {plan}", self.subject));
        if self.held.is_empty() {
            return view.line("It limits nothing, and nothing was recorded");
        }
        let mut table = Table::new([
            Column::id("metric"),
            Column::number("used"),
            Column::words(""),
            Column::words("limit"),
            Column::number("left"),
            Column::words("free again"),
        ]);
        for held in &self.held {
            let Held { subject: _, metric, check, resets_at, balance: _ } = held;
            let used = check.counted.used.saturating_add(check.counted.reserved);
            let remaining = check.remaining();
            let role = if remaining == Some(0) { Role::Delete } else { Role::Plain };
            let limit = match metric.limit {
                Some(limit) => limits::words(limit),
                None if metric.is_left_out => "not in this plan".to_owned(),
                None => "none".to_owned(),
            };
            table.row([
                Text::from(metric.name),
                Text::from(held.words(used)),
                Text::new(role, check.max.map_or_else(String::new, |max| bar(used, max))),
                Text::from(limit),
                Text::new(role, remaining.map_or_else(String::new, |left| held.words(left))),
                Text::from(resets_at.map_or_else(String::new, time)),
            ]);
        }
        view.blank().table(table)
    }
}
