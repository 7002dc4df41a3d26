//! `billctl events pull`: what happened in Stripe since the last time.

use serde_json::{Value, json};

use super::Outcome;
use super::account::keep_to_account;
use super::catch_up::{CatchUp, CaughtUp, Gap};
use crate::commands::moment::{Moment, time};
use crate::context::Context;
use crate::error::Kind;
use crate::render::{Present, Role, Text, View};
use crate::store::books::Source;

/// Read the events that Stripe has since the last pull, store them and apply them to the mirror
///
/// Every pull begins a little before the last one ended, so that no event is left out, and stores each event once. The
/// first one reads the thirty days that Stripe keeps. Stopped half-way, the next one does the rest.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl events pull
  billctl events pull --since 7d       again from seven days ago")]
pub struct PullArgs {
    /// Read again from this time on, if that is before the last pull: 2026-11-01, 2026-11-01T12:00:00Z, 90m, 7d
    #[arg(long, value_name = "TIME")]
    pub since: Option<Moment>,
}

pub async fn run(ctx: &Context, args: PullArgs) -> anyhow::Result<Outcome> {
    let since = args.since.map(|moment| moment.from(ctx.clock().now()).as_second());
    let pulled = pull(ctx, since).await?;
    ctx.show(&Pulled(pulled))?;
    Ok(if pulled.failed > 0 { Outcome::Failed(Kind::Failed) } else { Outcome::Done })
}

/// Reads what happened since the last time, or since a second that is further back, with a progress line, and warns of
/// what can't be read any more.
///
/// # Errors
/// What Stripe or the disk refuses.
pub async fn pull(ctx: &Context, since: Option<i64>) -> anyhow::Result<CaughtUp> {
    let connection = ctx.stripe().await?;
    let (mut books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    keep_to_account(&connection, &mut mirror).await?;
    let mut catch_up =
        CatchUp { books: &mut books, mirror: &mut mirror, clock: ctx.clock(), source: Source::Pull };
    let reader = connection.reader();
    if ctx.settings().dry_run {
        return catch_up.look(&reader, since).await;
    }
    let progress = ctx.ui().open_progress("Reading events");
    let pulled = catch_up
        .run(&reader, since, |so_far| {
            progress.say(&format!("{} received, {} new", so_far.received, so_far.new));
        })
        .await;
    progress.finish();
    let pulled = pulled?;
    tell_if_again(ctx, &pulled);
    if let Some(gap) = pulled.gap {
        ctx.ui().warn(&gap_words(gap));
        ctx.ui()
            .hint("Run `billctl mirror update`: it fetches the objects that may have changed in that time");
    }
    Ok(pulled)
}

/// Says so where all that Stripe lists was read again.
pub fn tell_if_again(ctx: &Context, caught_up: &CaughtUp) {
    if caught_up.is_again {
        ctx.ui().warn(READ_AGAIN);
    }
}

/// Why all that Stripe lists was read again.
pub const READ_AGAIN: &str = "the books are not those that events were read into until now: all events that Stripe \
                              still lists were read again";

/// Says what is lost.
pub fn gap_words(gap: Gap) -> String {
    format!(
        "events from {} to {} were never read, and Stripe keeps them for thirty days only",
        time(gap.from),
        time(gap.to)
    )
}

struct Pulled(CaughtUp);

impl Present for Pulled {
    fn json(&self) -> Value {
        let CaughtUp { received, new, applied, failed, gap, is_first: _, is_again: _ } = self.0;
        json!({
            "received": received,
            "new": new,
            "applied": applied,
            "failed": failed,
            "gap": gap.map(|gap| json!({"from": time(gap.from), "to": time(gap.to)})),
        })
    }

    fn view(&self) -> View {
        let CaughtUp { received, new, applied, failed, gap: _, is_first: _, is_again: _ } = self.0;
        let plural = if received == 1 { "" } else { "s" };
        let line = format!("{received} event{plural} received, {new} new, {applied} applied");
        let view = View::new().line(Text::new(Role::Strong, line));
        match failed {
            0 => view,
            _ => view.line(
                Text::new(Role::Delete, format!("{failed} could not be applied"))
                    .plain(": `billctl events list --failed` says why; they are tried again"),
            ),
        }
    }
}
