//! `billctl mirror backfill`: everything that Stripe has, read into the mirror.

use super::filling::{End, first_tasks, wanted_kinds};
use super::read::{Reading, open};
use super::report::{Planned, Report};
use super::update::{forget_gap, note_untold};
use crate::billing::backfill::{SOURCES, kinds};
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::mirror::Scope;

/// Read everything that Stripe has into the mirror
///
/// Lists are read side by side, long ones in several slices of time, as fast as Stripe's limits allow. Each page is kept
/// with the place behind it: stopped or killed at any moment, the same command goes on from there. At the end the
/// objects are counted, and events bring what changed meanwhile.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl mirror backfill
  billctl mirror backfill --kind customer --kind subscription
  billctl mirror backfill --per-customer")]
pub struct BackfillArgs {
    /// Read only this kind of object, as its `object` field has it (customer, checkout.session); may be repeated
    #[arg(long = "kind", value_name = "KIND")]
    pub kinds: Vec<String>,
    /// Also read what Stripe lists customer by customer only: payment methods, balance transactions, entitlements
    #[arg(long)]
    pub per_customer: bool,
    /// Begin anew where an earlier backfill is unfinished
    #[arg(long)]
    pub restart: bool,
    /// The most requests under way at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: u16,
}

pub async fn run(ctx: &Context, args: BackfillArgs) -> anyhow::Result<Outcome> {
    for kind in &args.kinds {
        check_kind(kind, args.per_customer)?;
    }
    let mut opened = open(ctx).await?;
    let mut kinds = args.kinds;
    kinds.sort_unstable();
    kinds.dedup();
    let scope =
        Scope { account: opened.account.clone(), since: None, per_customer: args.per_customer, kinds };
    let last = opened.mirror.last_fill()?.filter(|fill| !fill.is_finished && fill.scope == scope);
    let unfinished = last.filter(|_| !args.restart);
    if let Some(old) = unfinished.as_ref().filter(|fill| !opened.goes_on(fill)) {
        ctx.ui().warn(&format!(
            "the backfill begun {} is too old to go on with, as Stripe keeps events for thirty days: beginning anew",
            time(old.began_at)
        ));
    }
    let unfinished = unfinished.filter(|fill| opened.goes_on(fill));
    if !args.restart
        && unfinished.is_none()
        && let Some(other) = opened.mirror.last_fill()?.filter(|fill| opened.goes_on(fill))
        && other.scope.since.is_none()
        && other.scope != scope
    {
        return Err(fail(
            Kind::Usage,
            format!("Another backfill, begun {}, is unfinished and would be given up", time(other.began_at)),
            format!("Finish it with `{}`, or give it up with `--restart`", command_of(&other.scope)),
        ));
    }
    if ctx.settings().dry_run {
        ctx.show(&Planned { kinds: wanted_kinds(&scope), is_resumed: unfinished.is_some() })?;
        return Ok(Outcome::Done);
    }
    let is_resumed = unfinished.is_some();
    let fill = match unfinished {
        Some(fill) => {
            let walks = opened.mirror.fill_walks(&fill)?;
            ctx.ui().status(&format!(
                "Going on with the backfill begun {}: {} objects read",
                time(fill.began_at),
                walks.objects
            ));
            fill
        }
        None => {
            let tasks = first_tasks(&scope, opened.now, opened.is_live());
            opened.mirror.begin_fill(scope, opened.now, &tasks)?
        }
    };
    let parallel = usize::from(args.parallel);
    let read = opened.read(ctx, fill, Reading { title: "Backfilling", parallel }).await?;
    let report = Report::of(&opened, read, is_resumed)?;
    forget_gap(&mut opened, &report)?;
    note_untold(&mut opened, &report)?;
    ctx.show(&report)?;
    if report.end == End::Finished && !report.not_read.is_empty() {
        ctx.ui().hint(&format!(
            "Listed customer by customer, and not read: {}; `--per-customer` reads them too",
            report.not_read.join(", ")
        ));
    }
    Ok(report.outcome())
}

/// The command that goes on with a backfill.
fn command_of(scope: &Scope) -> String {
    let mut command = "billctl mirror backfill".to_owned();
    for kind in &scope.kinds {
        command.push_str(" --kind ");
        command.push_str(kind);
    }
    if scope.per_customer {
        command.push_str(" --per-customer");
    }
    command
}

fn check_kind(kind: &str, per_customer: bool) -> anyhow::Result<()> {
    let all = kinds();
    if !all.contains(&kind) {
        let nearest = all
            .iter()
            .map(|known| (strsim::damerau_levenshtein(known, kind), known))
            .min()
            .filter(|(distance, _)| *distance <= 3 || kind.len() > 6);
        let hint = match nearest {
            Some((_, known)) => format!("Did you mean `{known}`? There are: {}", all.join(", ")),
            None => format!("There are: {}", all.join(", ")),
        };
        return Err(fail(Kind::Usage, format!("The mirror reads no kind `{kind}`"), hint));
    }
    let is_per_customer =
        SOURCES.iter().filter(|source| source.kind == kind).all(|source| source.is_per_customer());
    if is_per_customer && !per_customer {
        return Err(fail(
            Kind::Usage,
            format!("`{kind}` is listed customer by customer only, a request or more for each"),
            "Add `--per-customer` to read it",
        ));
    }
    Ok(())
}
