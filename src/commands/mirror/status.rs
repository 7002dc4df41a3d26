//! `billctl mirror status`: what is there, how fresh it is, and what is missing.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Outcome, bytes};
use crate::commands::events::catch_up::Gap;
use crate::commands::moment::time;
use crate::context::Context;
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::{EventFilter, StoredEvent};
use crate::store::mirror::{self, Totals};

/// Show what the mirror holds, how fresh it is, and what is missing
#[derive(Debug, clap::Args)]
pub struct StatusArgs {}

pub async fn run(ctx: &Context, _: StatusArgs) -> anyhow::Result<Outcome> {
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let totals = mirror.totals(&books)?;
    let waiting_since = totals.next.map(|next| books.event_at(next)).transpose()?.flatten();
    let status = Status {
        now: ctx.clock().now(),
        books_path: books.path().display().to_string(),
        mirror_path: mirror.path().display().to_string(),
        books_size: books.size(),
        books_version: books.schema_version(),
        stored: books.last_seq()?,
        newest: books.events(&EventFilter::default(), 1)?.pop(),
        waiting_since: waiting_since.map(|event| event.received_at),
        gap: Gap::open(&mirror)?,
        gap_kinds: Gap::kinds_left(&mirror)?,
        totals,
    };
    ctx.show(&status)?;
    status.advise(ctx);
    Ok(Outcome::Done)
}

struct Status {
    now: Timestamp,
    books_path: String,
    mirror_path: String,
    books_size: u64,
    books_version: usize,
    stored: i64,
    newest: Option<StoredEvent>,
    /// When the oldest of the events came that are not applied yet.
    waiting_since: Option<Timestamp>,
    gap: Option<Gap>,
    /// The kinds that alone are left to be read for the gap; all if there are none.
    gap_kinds: Vec<String>,
    totals: Totals,
}

impl Status {
    fn failed(&self) -> i64 {
        self.outcome(mirror::Outcome::Failed)
    }

    fn outcome(&self, wanted: mirror::Outcome) -> i64 {
        self.totals.outcomes.iter().find(|(outcome, _)| *outcome == wanted).map_or(0, |(_, count)| *count)
    }

    /// How long the oldest event has waited to be applied; zero if none waits.
    fn lag_seconds(&self) -> i64 {
        self.waiting_since.map_or(0, |since| (self.now.as_second() - since.as_second()).max(0))
    }

    fn advise(&self, ctx: &Context) {
        if self.failed() > 0 {
            ctx.ui().hint("See what could not be applied, and why, with `billctl events list --failed`");
        }
        if self.gap.is_some() {
            ctx.ui().hint(match self.gap_kinds.is_empty() {
                true => "Fetch what may have changed meanwhile with `billctl mirror update`",
                false => "The key could not read some kinds: allow it to in Stripe's Dashboard, or use another, and run \
                     `billctl mirror update`",
            });
        } else if self.stored == 0 && self.totals.objects.is_empty() {
            ctx.ui().hint("Fill it with `billctl mirror backfill`");
        }
    }
}

impl Present for Status {
    fn json(&self) -> Value {
        let Totals {
            size,
            schema_version,
            outcomes,
            objects,
            deleted,
            snapshots,
            fetched_at,
            waiting,
            next: _,
        } = &self.totals;
        let outcomes: Map<String, Value> =
            outcomes.iter().map(|(outcome, count)| (outcome.name().to_owned(), json!(count))).collect();
        let objects: Map<String, Value> =
            objects.iter().map(|(kind, count)| (kind.clone(), json!(count))).collect();
        json!({
            "books": {"path": self.books_path, "bytes": self.books_size, "schema_version": self.books_version},
            "mirror": {"path": self.mirror_path, "bytes": size, "schema_version": schema_version},
            "events": {
                "stored": self.stored,
                "waiting": waiting,
                "lag_seconds": self.lag_seconds(),
                "outcomes": outcomes,
                "newest": self.newest.as_ref().map(|event| json!({
                    "id": event.id,
                    "type": event.event_type,
                    "created": time(event.created),
                    "received_at": event.received_at.to_string(),
                })),
                "gap": self.gap.map(|gap| {
                    let kinds_left = (!self.gap_kinds.is_empty()).then_some(&self.gap_kinds);
                    json!({"from": time(gap.from), "to": time(gap.to), "kinds_left": kinds_left})
                }),
            },
            "objects": objects,
            "deleted": deleted,
            "snapshots": {"count": snapshots, "newest": fetched_at.map(time)},
        })
    }

    fn view(&self) -> View {
        let Totals { size, schema_version, objects, deleted, snapshots, fetched_at, waiting, .. } =
            &self.totals;
        let waits = match waiting {
            0 => "none waits".to_owned(),
            waiting => format!("{waiting} wait, the first for {} s", self.lag_seconds()),
        };
        let newest = self.newest.as_ref().map_or_else(
            || "none".to_owned(),
            |event| format!("{}  {}  {}", time(event.created), event.event_type, event.id),
        );
        let mut fields = vec![
            ("books", Text::from(format!("{}, version {}", bytes(self.books_size), self.books_version))),
            ("mirror", Text::from(format!("{}, version {schema_version}", bytes(*size)))),
            ("events", Text::from(format!("{} stored, {waits}, {} failed", self.stored, self.failed()))),
            ("newest", Text::from(newest)),
        ];
        if let Some(gap) = &self.gap {
            let text = format!("no events from {} to {}", time(gap.from), time(gap.to));
            fields.push(("gap", Text::new(Role::Change, text)));
            if !self.gap_kinds.is_empty() {
                fields.push(("not read for it", Text::new(Role::Change, self.gap_kinds.join(", "))));
            }
        }
        if let Some(fetched_at) = fetched_at {
            fields.push((
                "fetched",
                Text::from(format!("{snapshots} objects, the last at {}", time(*fetched_at))),
            ));
        }
        let view = View::new().fields(fields);
        if objects.is_empty() {
            return view.blank().line("It holds no objects yet");
        }
        let mut table = Table::new([Column::words("objects"), Column::number("count")]);
        for (kind, count) in objects {
            table.row([kind.clone(), count.to_string()]);
        }
        if *deleted > 0 {
            table.row(["(deleted)".to_owned(), deleted.to_string()]);
        }
        view.blank().table(table)
    }
}
