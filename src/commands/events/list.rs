//! `billctl events list`: the events that are stored.

use serde_json::{Value, json};

use super::select::{Found, Selection, Status};
use super::{Outcome, age, pull};
use crate::commands::moment::time;
use crate::context::Context;
use crate::render::{Column, Present, Role, Table, Text, View};

/// List the events that are stored, and what the mirror did with each
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl events list --type 'invoice.*' --since 7d
  billctl events list --object sub_1QyHrZ2eZvKYlo2C --oldest-first
  billctl events list --failed

Statuses: applied; older (the mirror knew something newer already); kept (nothing in it to apply);
failed (and tried again); waiting.")]
pub struct ListArgs {
    #[command(flatten)]
    pub selection: Selection,
    /// At most so many
    #[arg(short = 'n', long, value_name = "N", default_value = "20", value_parser = limit)]
    pub limit: usize,
    /// The oldest first
    #[arg(long)]
    pub oldest_first: bool,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

fn limit(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|limit| *limit > 0).ok_or_else(|| "write a number from 1 on".to_owned())
}

pub async fn run(ctx: &Context, args: ListArgs) -> anyhow::Result<Outcome> {
    if args.fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let mut search = args.selection.search(ctx, &books, &mirror, args.oldest_first)?;
    let mut listed = Vec::new();
    while listed.len() < args.limit
        && let Some(found) = search.find_next()?
    {
        listed.push(found);
    }
    let is_all = listed.len() < args.limit || search.find_next()?.is_none();
    ctx.show(&Listed { events: listed, everything: args.selection.is_everything() })?;
    if !is_all {
        ctx.ui().hint(&format!("There are more than these {}; `--limit N` shows more", args.limit));
    }
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

struct Listed {
    events: Vec<Found>,
    /// Nothing was filtered.
    everything: bool,
}

/// An event as every list shows it.
pub fn json(found: &Found) -> Value {
    let event = &found.event;
    json!({
        "id": event.id,
        "type": event.event_type,
        "created": time(event.created),
        "object": event.object_id,
        "kind": event.object_kind,
        "customer": event.customer,
        "status": found.status().name(),
        "error": found.outcome.as_ref().and_then(|outcome| outcome.error.clone()),
        "source": event.source,
        "received_at": event.received_at.to_string(),
        "repeats": event.repeats,
    })
}

impl Present for Listed {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        self.events.iter().map(json).collect()
    }

    fn view(&self) -> View {
        if self.events.is_empty() {
            return View::new().line(match self.everything {
                true => "No event is stored yet: `billctl events pull` reads what Stripe has",
                false => "No stored event fits",
            });
        }
        let mut table = Table::new([
            Column::id("created"),
            Column::id("event"),
            Column::id("type"),
            Column::id("object"),
            Column::id("status"),
        ]);
        for found in &self.events {
            let event = &found.event;
            let status = found.status();
            let role = match status {
                Status::Failed => Role::Delete,
                Status::Waiting => Role::Change,
                Status::Applied | Status::Older | Status::Kept => Role::Hint,
            };
            table.row([
                Text::from(time(event.created)),
                Text::from(event.id.as_str()),
                Text::from(event.event_type.as_str()),
                Text::from(event.object_id.as_deref().unwrap_or("-")),
                Text::new(role, status.name()),
            ]);
        }
        let errors = self
            .events
            .iter()
            .filter_map(|found| Some((found.event.id.as_str(), found.outcome.as_ref()?.error.as_deref()?)));
        errors.fold(View::new().table(table), |view, (id, error)| {
            view.line(Text::new(Role::Delete, id).plain(format!(": {error}")))
        })
    }
}
