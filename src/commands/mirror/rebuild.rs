//! `billctl mirror rebuild`: the tables made anew from what they are made of.

use serde_json::{Map, Value, json};

use super::Outcome;
use crate::context::Context;
use crate::render::{Column, Present, Table, View};
use crate::store::mirror::{Go, Rebuilt, Step, Swap};

/// Make the mirror's tables anew from the stored events and what was fetched
///
/// Nothing is fetched. The tables come out as they were, row for row; a row that changes had been changed by hand, or by
/// another version of billctl, or waited for an event to be applied. Until the new tables are whole everybody goes on with
/// the old ones, and what a listener writes meanwhile is no change. `--dry-run` says what would change.
#[derive(Debug, clap::Args)]
pub struct RebuildArgs {}

pub async fn run(ctx: &Context, _: RebuildArgs) -> anyhow::Result<Outcome> {
    let stop = ctx.stop()?;
    let (books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    let swap = if ctx.settings().dry_run { Swap::No } else { Swap::Yes };
    let bar = ctx.ui().progress(0, "Rebuilding");
    let mut step = |step: Step| {
        bar.set(step.done, step.total);
        if stop.is_asked() { Go::Stop } else { Go::On }
    };
    let rebuilt = mirror.rebuild(&books, swap, ctx.clock().now(), &mut step)?;
    bar.finish();
    match rebuilt {
        Some(rebuilt) => {
            ctx.show(&Shown { rebuilt, swap })?;
            Ok(Outcome::Done)
        }
        None => {
            ctx.ui().status("Stopped: the mirror is as it was");
            Ok(Outcome::Partial)
        }
    }
}

struct Shown {
    rebuilt: Rebuilt,
    swap: Swap,
}

impl Present for Shown {
    fn json(&self) -> Value {
        let Rebuilt { snapshots, events, changed } = &self.rebuilt;
        let changed: Map<String, Value> =
            changed.iter().map(|(table, rows)| (table.clone(), json!(rows))).collect();
        json!({
            "dry_run": self.swap == Swap::No,
            "snapshots": snapshots,
            "events": {
                "applied": events.applied,
                "older": events.older,
                "kept": events.kept,
                "failed": events.failed,
            },
            "changed": changed,
        })
    }

    fn view(&self) -> View {
        let Rebuilt { snapshots, events, changed } = &self.rebuilt;
        let replayed = events.applied + events.older + events.kept + events.failed;
        let failed =
            if events.failed > 0 { format!(", {} of them failed", events.failed) } else { String::new() };
        let view =
            View::new().line(format!("Replayed {replayed} events{failed} and {snapshots} fetched objects"));
        if changed.is_empty() {
            return view.line("Every row is as it was");
        }
        let mut table = Table::new([
            Column::words("table"),
            Column::number(if self.swap == Swap::Yes { "rows changed" } else { "rows to change" }),
        ]);
        for (name, rows) in changed {
            table.row([name.clone(), rows.to_string()]);
        }
        view.blank().table(table)
    }
}
