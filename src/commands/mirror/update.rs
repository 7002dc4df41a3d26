//! `billctl mirror update`: what happened in Stripe since the last time, taken into the mirror.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::filling::{End, first_tasks};
use super::read::{Opened, Reading, open};
use super::report::Report;
use crate::billing::backfill::{Phase, Task, UNTOLD, Unread};
use crate::commands::Outcome;
use crate::commands::credits::settle::read_and_sweep;
use crate::commands::events::catch_up::{CaughtUp, Gap, OVERLAP_SECONDS};
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::Kind;
use crate::render::{Present, Role, Text, View};
use crate::store::mirror::{Fill, Mirror, Scope, Swept};

/// The name under which the mirror keeps the second up to which a kind was read that events don't tell about. Each has its
/// own, so that one which the key may not read holds up no other.
fn untold_cursor(kind: &str) -> String {
    format!("untold {kind}")
}

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
        ctx.show(&Updated { caught_up, gap: caught_up.gap, report: None, untold: None, settled: None })?;
        return Ok(Outcome::Done);
    }
    let parallel = usize::from(args.parallel);
    let is_filled = opened.mirror.whole_fill()?.is_some();
    let caught_up = opened.catch_up(ctx, None).await?;
    let mut updated = Updated { caught_up, gap: caught_up.gap, report: None, untold: None, settled: None };
    let left = Gap::kinds_left(&opened.mirror)?;
    if let Some(gap) = caught_up.gap {
        ctx.ui().warn(&format!(
            "events from {} to {} were never read, and Stripe keeps them for thirty days only: reading what may have changed",
            time(gap.from),
            time(gap.to)
        ));
        let report = close(ctx, &mut opened, gap, left.clone(), parallel).await?;
        updated.settled = settle(ctx, &mut opened, &report).await?;
        updated.report = Some(report);
    }
    // Where all kinds are read for a gap, these are among them.
    let is_stopped = updated.report.as_ref().is_some_and(|report| report.end == End::Stopped);
    if is_filled && !is_stopped && (caught_up.gap.is_none() || !left.is_empty()) {
        updated.untold = read_untold(ctx, &mut opened, parallel).await?;
    }
    ctx.show(&updated)?;
    if !is_filled && updated.report.is_none() {
        ctx.ui().hint("Only what has changed is in the mirror: `billctl mirror backfill` reads the rest");
    }
    Ok(updated.outcome())
}

/// Reads what may have changed in a time whose events are lost: of the kinds that are left to be read for it, or of all.
async fn close(
    ctx: &Context,
    opened: &mut Opened,
    gap: Gap,
    kinds: Vec<String>,
    parallel: usize,
) -> anyhow::Result<Report> {
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
            kinds,
        },
    };
    let tasks = first_tasks(&scope, opened.now, opened.is_live());
    let reading = Reading { title: "Reading what may have changed", parallel };
    let report = read(ctx, opened, scope, &tasks, reading).await?;
    forget_gap(opened, &report)?;
    Ok(report)
}

/// Books what was bought in a time whose events are lost, once all that may have changed in it was read: as those events
/// would have done.
async fn settle(ctx: &Context, opened: &mut Opened, report: &Report) -> anyhow::Result<Option<Swept>> {
    let Some(since) = opened.books.first_event_second()?.filter(|_| report.end == End::Finished) else {
        return Ok(None);
    };
    let reader = opened.connection.reader();
    read_and_sweep(ctx, &reader, &mut opened.books, &mut opened.mirror, since).await.map(Some)
}

/// Reads the kinds that events don't tell about: what was made since the last time, and what can still change. None
/// while a backfill is unfinished, which reads them too and would be forgotten.
async fn read_untold(ctx: &Context, opened: &mut Opened, parallel: usize) -> anyhow::Result<Option<Report>> {
    let unfinished = opened.mirror.last_fill()?.filter(|fill| opened.goes_on(fill));
    if unfinished.is_some_and(|fill| fill.scope.kinds.is_empty()) {
        ctx.ui().warn("A backfill is unfinished, so what events don't tell is left to it");
        ctx.ui().hint("Finish it with `billctl mirror backfill`");
        return Ok(None);
    }
    let mut since: BTreeMap<&str, Option<i64>> = BTreeMap::new();
    for kind in UNTOLD {
        since.insert(kind, untold_since(&opened.mirror, kind, opened.now)?);
    }
    let scope = Scope {
        account: opened.account.clone(),
        since: Some(since.values().map(|second| second.unwrap_or_default()).min().unwrap_or_default()),
        per_customer: false,
        kinds: UNTOLD.map(str::to_owned).to_vec(),
    };
    let mut tasks = first_tasks(&scope, opened.now, opened.is_live());
    let is_list = |task: &&mut Task| task.phase == Phase::Lists && task.span.from == scope.since;
    for task in tasks.iter_mut().filter(is_list) {
        task.span.from = since.get(task.source.kind).copied().flatten();
    }
    let reading = Reading { title: "Reading what events don't tell", parallel };
    let report = read(ctx, opened, scope, &tasks, reading).await?;
    note_untold(opened, &report)?;
    Ok(Some(report))
}

/// The second from which on a kind is to be read that events don't tell about. None where it never was read, or where the
/// clock was set back, as an emulator's is that was reset: then all of it is new.
fn untold_since(mirror: &Mirror, kind: &str, now: i64) -> anyhow::Result<Option<i64>> {
    let read: Option<i64> = mirror.cursor(&untold_cursor(kind))?.and_then(|text| text.parse().ok());
    let is_set_back = |second: &i64| now.saturating_add(OVERLAP_SECONDS) < *second;
    Ok(read.filter(|second| !is_set_back(second)).map(|second| second.saturating_sub(OVERLAP_SECONDS)))
}

/// Notes up to when the kinds were read that events don't tell about, of those of which nothing is missing.
///
/// # Errors
/// If the mirror can't be written.
pub fn note_untold(opened: &mut Opened, report: &Report) -> anyhow::Result<()> {
    if report.end != End::Finished {
        return Ok(());
    }
    let read = report.proof.counts.iter().filter(|count| count.unread.is_none() && count.missing() == 0);
    for count in read.filter(|count| UNTOLD.contains(&count.kind)) {
        let through = report.began_at.to_string();
        opened.mirror.set_cursor(&untold_cursor(count.kind), Some(&through), opened.now)?;
    }
    Ok(())
}

/// Reads a scope by these walks, or goes on reading it.
async fn read(
    ctx: &Context,
    opened: &mut Opened,
    scope: Scope,
    tasks: &[Task],
    reading: Reading,
) -> anyhow::Result<Report> {
    let unfinished = opened.mirror.last_fill()?.filter(|fill| {
        // An unfinished one of everything begins anew.
        fill.scope == scope && scope.since.is_some() && opened.goes_on(fill)
    });
    let is_resumed = unfinished.is_some();
    let fill = match unfinished {
        Some(fill) => fill,
        None => opened.mirror.begin_fill(scope, opened.now, tasks)?,
    };
    let read = opened.read(ctx, fill, reading).await?;
    Report::of(opened, read, is_resumed)
}

/// Forgets that events are lost, of the kinds of which everything was read that they may have changed.
///
/// # Errors
/// If the mirror can't be written.
pub fn forget_gap(opened: &mut Opened, report: &Report) -> anyhow::Result<()> {
    if report.end != End::Finished || report.proof.missing() > 0 || Gap::open(&opened.mirror)?.is_none() {
        return Ok(());
    }
    let forbidden = report.proof.unread(Unread::Forbidden);
    let before = Gap::kinds_left(&opened.mirror)?;
    let left: Vec<&str> = match (report.is_whole, before.as_slice()) {
        (true, _) => forbidden,
        (false, []) => return Ok(()),
        (false, before) => {
            let is_read = |kind: &str| report.proof.counts.iter().any(|count| count.kind == kind);
            let is_left = |kind: &&str| forbidden.contains(kind) || !is_read(kind);
            before.iter().map(String::as_str).filter(is_left).collect()
        }
    };
    Gap::close_but_for(&mut opened.mirror, &left, opened.now)
}

/// The result.
#[derive(Debug)]
struct Updated {
    caught_up: CaughtUp,
    gap: Option<Gap>,
    report: Option<Report>,
    /// What reading the kinds came to that events don't tell about.
    untold: Option<Report>,
    /// What was bought in a time whose events are lost.
    settled: Option<Swept>,
}

impl Updated {
    fn outcome(&self) -> Outcome {
        let reports = self.report.iter().chain(&self.untold);
        match reports.map(Report::outcome).find(|outcome| *outcome != Outcome::Done) {
            Some(outcome) => outcome,
            None if self.caught_up.failed > 0 || !self.unclear().is_empty() => Outcome::Failed(Kind::Failed),
            None => Outcome::Done,
        }
    }
}

impl Updated {
    /// Payments of which it can't be told what they bought, and why.
    fn unclear(&self) -> &[(String, String)] {
        self.settled.as_ref().map_or(&[], |swept| swept.unclear.as_slice())
    }

    fn add_settled(&self, view: View) -> View {
        let booked = self.settled.as_ref().map_or(0, |swept| swept.booked.len());
        let view = match booked {
            0 => view,
            1 => view.line("1 payment that no event told of was booked in the credit ledger"),
            many => {
                view.line(format!("{many} payments that no event told of were booked in the credit ledger"))
            }
        };
        self.unclear().iter().fold(view, |view, (_, why)| view.line(Text::new(Role::Delete, why.clone())))
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
            "settled": self.settled.as_ref().map(|swept| swept.booked.len()),
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
            (Some(report), _) => self.add_settled(report.add_to(view)),
            // Read at each update, so it is told only where something is wrong with it.
            (None, Some(untold)) if untold.outcome() != Outcome::Done => untold.add_to(view),
            (None, _) => view,
        }
    }
}
