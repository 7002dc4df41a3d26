//! `billctl mirror update`: what happened in Stripe since the last time, taken into the mirror.

use serde_json::{Value, json};

use super::filling::{End, first_tasks};
use super::read::{Opened, Reading, open};
use super::report::Report;
use crate::billing::backfill::UNTOLD;
use crate::commands::Outcome;
use crate::commands::events::catch_up::{CaughtUp, GAP, Gap, OVERLAP_SECONDS};
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::Kind;
use crate::render::{Present, Role, Text, View};
use crate::store::mirror::{Fill, Scope, WholeFill};

/// The name under which the mirror keeps the second up to which the kinds were read that events don't tell about.
const UNTOLD_CURSOR: &str = "untold";

/// Bring the mirror up to date with what happened in Stripe
///
/// Reads the events since the last time and applies them, and then what events don't tell: balance transactions, for one.
/// Stripe keeps events for thirty days: where that does not reach back, this says so and reads the objects that may have
/// changed in between.
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
        ctx.show(&Updated { caught_up, gap: caught_up.gap, report: None, untold: None })?;
        return Ok(Outcome::Done);
    }
    let parallel = usize::from(args.parallel);
    let filled = opened.mirror.whole_fill()?;
    let caught_up = opened.catch_up(ctx, None).await?;
    let mut updated = Updated { caught_up, gap: caught_up.gap, report: None, untold: None };
    if let Some(gap) = caught_up.gap {
        ctx.ui().warn(&format!(
            "events from {} to {} were never read, and Stripe keeps them for thirty days only: reading what may have changed",
            time(gap.from),
            time(gap.to)
        ));
        updated.report = Some(close(ctx, &mut opened, gap, parallel).await?);
    } else if let Some(filled) = filled {
        updated.untold = read_untold(ctx, &mut opened, filled, parallel).await?;
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
    let scope = match &unfinished {
        // An unfinished one of everything would be forgotten, so it begins anew: it reads this time too.
        Some(Fill { scope, .. }) if scope.since.is_none() && scope.kinds.is_empty() => scope.clone(),
        // Events of the gap's first second may have been read in part. What was read under each customer was kept up
        // by events, too.
        Some(_) | None => Scope {
            account: opened.account.clone(),
            since: Some(gap.from.saturating_sub(OVERLAP_SECONDS)),
            per_customer: opened.mirror.whole_fill()?.is_some_and(|filled| filled.per_customer),
            kinds: Vec::new(),
        },
    };
    let report =
        read(ctx, opened, scope, Reading { title: "Reading what may have changed", parallel }).await?;
    forget_gap(opened, &report)?;
    Ok(report)
}

/// Reads the kinds that events don't tell about: what was made since the last time, and what can still change. None
/// while a backfill is unfinished, which reads them too and would be forgotten.
async fn read_untold(
    ctx: &Context,
    opened: &mut Opened,
    filled: WholeFill,
    parallel: usize,
) -> anyhow::Result<Option<Report>> {
    let kinds: Vec<String> = UNTOLD.iter().map(|kind| (*kind).to_owned()).collect();
    let unfinished = opened.mirror.last_fill()?.filter(|fill| opened.goes_on(fill));
    if unfinished.is_some_and(|fill| fill.scope.kinds.is_empty()) {
        ctx.ui().warn("A backfill is unfinished, so what events don't tell is left to it");
        ctx.ui().hint("Finish it with `billctl mirror backfill`");
        return Ok(None);
    }
    let before = opened.mirror.cursor(UNTOLD_CURSOR)?.and_then(|text| text.parse().ok());
    let since = before.map_or(filled.began_at, |before: i64| before.max(filled.began_at));
    // Where the clock was set back, as an emulator's is that was reset, all of it is new.
    let is_set_back = opened.now.saturating_add(OVERLAP_SECONDS) < since;
    let since = if is_set_back { 0 } else { since.saturating_sub(OVERLAP_SECONDS) };
    let scope = Scope { account: opened.account.clone(), since: Some(since), per_customer: false, kinds };
    let reading = Reading { title: "Reading what events don't tell", parallel };
    let report = read(ctx, opened, scope, reading).await?;
    if report.end == End::Finished && report.outcome() == Outcome::Done {
        opened.mirror.set_cursor(UNTOLD_CURSOR, Some(&report.began_at.to_string()), opened.now)?;
    }
    Ok(Some(report))
}

/// Reads a scope, or goes on reading it.
async fn read(ctx: &Context, opened: &mut Opened, scope: Scope, reading: Reading) -> anyhow::Result<Report> {
    let unfinished = opened.mirror.last_fill()?.filter(|fill| {
        // An unfinished one of everything begins anew.
        fill.scope == scope && scope.since.is_some() && opened.goes_on(fill)
    });
    let is_resumed = unfinished.is_some();
    let fill = match unfinished {
        Some(fill) => fill,
        None => {
            let tasks = first_tasks(&scope, opened.now, opened.is_live());
            opened.mirror.begin_fill(scope, opened.now, &tasks)?
        }
    };
    let read = opened.read(ctx, fill, reading).await?;
    Report::of(opened, read, is_resumed)
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
    /// What reading the kinds came to that events don't tell about.
    untold: Option<Report>,
}

impl Updated {
    fn outcome(&self) -> Outcome {
        let reports = self.report.iter().chain(&self.untold);
        match reports.map(Report::outcome).find(|outcome| *outcome != Outcome::Done) {
            Some(outcome) => outcome,
            None if self.caught_up.failed > 0 => Outcome::Failed(Kind::Failed),
            None => Outcome::Done,
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
            "untold": self.untold.as_ref().map(Present::json),
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
        match (&self.report, &self.untold) {
            (Some(report), _) => report.add_to(view),
            // Read at each update, so it is told only where something is wrong with it.
            (None, Some(untold)) if untold.outcome() != Outcome::Done => untold.add_to(view),
            (None, _) => view,
        }
    }
}
