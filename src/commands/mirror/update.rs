//! `billctl mirror update`: what happened in Stripe since the last time, taken into the mirror.

use serde_json::{Value, json};

use super::filling::{End, first_tasks};
use super::read::{Opened, Reading, open};
use super::report::Report;
use crate::commands::Outcome;
use crate::commands::events::catch_up::{CaughtUp, GAP, Gap, OVERLAP_SECONDS};
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::Kind;
use crate::render::{Present, Role, Text, View};
use crate::store::mirror::{Fill, Scope};

/// Bring the mirror up to date with what happened in Stripe
///
/// Reads the events since the last time and applies them. Stripe keeps events for thirty days: where that does not reach
/// back, this says so and reads the objects that may have changed in between.
#[derive(Debug, clap::Args)]
pub struct UpdateArgs {
    /// The most requests under way at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: u16,
}

pub async fn run(ctx: &Context, args: UpdateArgs) -> anyhow::Result<Outcome> {
    let mut opened = open(ctx).await?;
    if ctx.settings().dry_run {
        let caught_up = opened.look(ctx).await?;
        ctx.show(&Updated { caught_up, gap: caught_up.gap, report: None })?;
        return Ok(Outcome::Done);
    }
    let filled = opened.mirror.last_fill()?;
    let caught_up = opened.catch_up(ctx, None).await?;
    let mut updated = Updated { caught_up, gap: caught_up.gap, report: None };
    if let Some(gap) = caught_up.gap {
        ctx.ui().warn(&format!(
            "events from {} to {} were never read, and Stripe keeps them for thirty days only: reading what may have changed",
            time(gap.from),
            time(gap.to)
        ));
        updated.report = Some(close(ctx, &mut opened, gap, usize::from(args.parallel)).await?);
    }
    ctx.show(&updated)?;
    if filled.is_none() && updated.report.is_none() {
        ctx.ui().hint("Only what has changed is in the mirror: `billctl mirror backfill` reads the rest");
    }
    Ok(updated.outcome())
}

/// Reads what may have changed in a time whose events are lost.
async fn close(ctx: &Context, opened: &mut Opened, gap: Gap, parallel: usize) -> anyhow::Result<Report> {
    let unfinished = opened.mirror.last_fill()?.filter(|fill| !fill.is_finished);
    // Events of this second may have been read in part.
    let since = gap.from.saturating_sub(OVERLAP_SECONDS);
    let (scope, goes_on) = match &unfinished {
        Some(Fill { scope, .. }) if scope.since == Some(since) => (scope.clone(), true),
        // An unfinished one of everything would be forgotten, so it begins anew: it reads this time too.
        Some(Fill { scope, .. }) if scope.since.is_none() && scope.kinds.is_empty() => (scope.clone(), false),
        Some(_) | None => {
            let account = opened.account.clone();
            (Scope { account, since: Some(since), per_customer: false, kinds: Vec::new() }, false)
        }
    };
    let fill = match unfinished {
        Some(fill) if goes_on => fill,
        Some(_) | None => {
            let tasks = first_tasks(&scope, opened.now, opened.is_live());
            opened.mirror.begin_fill(scope, opened.now, &tasks)?
        }
    };
    let read = opened.read(ctx, fill, Reading { title: "Reading what may have changed", parallel }).await?;
    let report = Report::of(opened, read, goes_on)?;
    forget_gap(opened, &report)?;
    Ok(report)
}

/// Forgets that events are lost, once everything that they may have changed was read.
///
/// # Errors
/// If the mirror can't be written.
pub fn forget_gap(opened: &mut Opened, report: &Report) -> anyhow::Result<()> {
    if report.end == End::Finished && report.is_whole && report.outcome() == Outcome::Done {
        opened.mirror.set_cursor(GAP, None, opened.now)?;
    }
    Ok(())
}

/// The result.
#[derive(Debug)]
struct Updated {
    caught_up: CaughtUp,
    gap: Option<Gap>,
    report: Option<Report>,
}

impl Updated {
    fn outcome(&self) -> Outcome {
        match &self.report {
            Some(report) if report.outcome() != Outcome::Done => report.outcome(),
            Some(_) | None if self.caught_up.failed > 0 => Outcome::Failed(Kind::Failed),
            Some(_) | None => Outcome::Done,
        }
    }
}

impl Present for Updated {
    fn json(&self) -> Value {
        let CaughtUp { received, new, applied, failed, .. } = self.caught_up;
        json!({
            "received": received,
            "new": new,
            "applied": applied,
            "failed": failed,
            "gap": self.gap.map(|gap| json!({"from": time(gap.from), "to": time(gap.to)})),
            "backfill": self.report.as_ref().map(Present::json),
        })
    }

    fn view(&self) -> View {
        let CaughtUp { received, new, applied, failed, .. } = self.caught_up;
        let events = if received == 1 { "1 event".to_owned() } else { format!("{received} events") };
        let view = View::new()
            .line(Text::new(Role::Strong, format!("{events} received, {new} new, {applied} applied")));
        let view = match failed {
            0 => view,
            _ => view.line(
                Text::new(Role::Delete, format!("{failed} could not be applied"))
                    .plain(": `billctl events list --failed` says why; they are tried again"),
            ),
        };
        match &self.report {
            Some(report) => report.add_to(view),
            None => view,
        }
    }
}
