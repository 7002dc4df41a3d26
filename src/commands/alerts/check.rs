//! `billctl alerts check`

use serde_json::{Value, json};

use super::deliver::{Hooks, LEASE_SECONDS, deliver_waiting};
use super::shown::Report;
use super::watch::{Found, watch};
use crate::billing::alerts::{Alert, alerts};
use crate::billing::catalog::file::Alerts;
use crate::commands::Outcome;
use crate::commands::events::{age, pull};
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::Books;

/// How many lines of each are shown where nothing else is asked for.
const NAMED: usize = 20;

/// Check the thresholds of billing.toml (exit code 3 where one is crossed), and tell of each crossing once
///
/// Where [alerts] names a `webhook` or a `command`, each crossing is handed over once, for as long as it lasts: a crossing that is over and
/// comes again is told again. What could not be delivered waits for the next check (exit code 7). With `--dry-run` nobody is told, and nothing
/// is noted.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Only these alerts [default: all of them]
    #[arg(value_name = "ALERT")]
    pub names: Vec<String>,
    /// Name so many subjects or objects of each
    #[arg(long, value_name = "N", default_value_t = NAMED)]
    pub limit: usize,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

pub async fn run(ctx: &Context, args: CheckArgs) -> anyhow::Result<Outcome> {
    let CheckArgs { names, limit, fresh } = args;
    let file = ctx.billing_if_any()?.map(|loaded| loaded.file.alerts.clone()).unwrap_or_default();
    let chosen = chosen(&file, &names)?;
    // A hook that can't be used is told of before anything is noted.
    let hooks = Hooks::of(ctx, &file)?;
    if fresh {
        pull::pull(ctx, None).await?;
    }
    let books = ctx.books()?;
    let found: Vec<Found> =
        chosen.into_iter().map(|alert| watch(ctx, &books, alert)).collect::<anyhow::Result<_>>()?;
    let is_crossed = found.iter().any(Found::is_crossed);
    let mut report = Report { found, limit, delivered: 0, waiting: 0 };
    if let Some(hooks) = &hooks {
        if ctx.settings().dry_run {
            would_tell(ctx, &books, hooks, &report.found)?;
        } else {
            note(ctx, &books, &report.found)?;
            (report.delivered, report.waiting) = deliver_waiting(ctx, &books, hooks).await?;
        }
    }
    ctx.show(&report)?;
    age::say(ctx, &books, &ctx.mirror()?)?;
    Ok(match (report.waiting, is_crossed) {
        (1.., _) => Outcome::Partial,
        (_, true) => Outcome::Difference,
        (_, false) => Outcome::Done,
    })
}

fn chosen(file: &Alerts, names: &[String]) -> anyhow::Result<Vec<Alert>> {
    let all = alerts(file);
    if all.is_empty() {
        return Err(fail(
            Kind::Usage,
            "billing.toml sets no thresholds",
            "Add one, for example: [alerts.running_low] with low_balance = 100",
        ));
    }
    let name_of = |alert: &Alert| alert.name.clone();
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|alert| alert.name != **name)) {
        return Err(fail(
            Kind::Usage,
            format!("There is no alert `{unknown}` in billing.toml"),
            format!("There are: {}", all.iter().map(name_of).collect::<Vec<_>>().join(", ")),
        ));
    }
    Ok(all.into_iter().filter(|alert| names.is_empty() || names.contains(&alert.name)).collect())
}

/// Keeps a message of each alert that is crossed anew, before anybody is told.
fn note(ctx: &Context, books: &Books, found: &[Found]) -> anyhow::Result<()> {
    let now = ctx.clock().now().as_second();
    let profile = ctx.profile()?.name;
    let project = ctx.billing_if_any()?.and_then(|loaded| loaded.file.project.as_ref());
    let project = project.map(|project| project.name.clone());
    for found in found {
        // Found again by this, whoever sends it, and however often.
        let id = format!("alert_{:032x}", fastrand::u128(..));
        let body = |new: &[String]| message(found, new, &id, now, project.as_deref(), &profile).to_string();
        books.note_crossings(&found.alert.name, &found.keys(), &id, now, body)?;
    }
    Ok(())
}

/// What is handed over.
fn message(found: &Found, new: &[String], id: &str, now: i64, project: Option<&str>, profile: &str) -> Value {
    let crossings: Vec<&Value> = found
        .crossings
        .iter()
        .filter(|crossing| new.contains(&crossing.key))
        .map(|crossing| &crossing.json)
        .collect();
    json!({
        "id": id,
        "object": "billctl.alert",
        "alert": found.alert.name,
        "project": project,
        "profile": profile,
        "at": time(now),
        "threshold": found.alert.threshold.json(),
        "said": found.said,
        "count": found.count,
        "new": crossings,
    })
}

fn would_tell(ctx: &Context, books: &Books, hooks: &Hooks, found: &[Found]) -> anyhow::Result<()> {
    for found in found {
        let new = books.new_crossings(&found.alert.name, &found.keys())?;
        if !new.is_empty() {
            ctx.ui().status(&format!("Would tell {}: {}, {}", hooks.shown(), found.alert.name, found.said));
        }
    }
    let waiting = books.waiting_alerts()?;
    if waiting > 0 {
        let (noun, verb) = if waiting == 1 { ("message", "waits") } else { ("messages", "wait") };
        ctx.ui().status(&format!(
            "{waiting} {noun} of before {verb} to be delivered, or {verb} for up to {LEASE_SECONDS} s while somebody does"
        ));
    }
    Ok(())
}
