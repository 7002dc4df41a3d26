//! `billctl events show`: one event, what it changed, and what the mirror did with it.

use serde_json::{Value, json};

use super::list;
use super::resolve::{self, Resolved};
use super::select::{Found, Status};
use super::summary::summary;
use super::words::{currency_of, words};
use super::{Outcome, age, pull};
use crate::billing::event::{Content, Event};
use crate::billing::projection;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::Books;
use crate::store::mirror::{Mirror, MirroredObject};

/// Show a stored event: its object, what changed (old → new), and what the mirror did with it
///
/// A thin event only names its object; `--resolve` fetches that from Stripe, brings the mirror up to date with it, and
/// shows what the event tells beside.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl events show evt_1QyHrZ2eZvKYlo2C
  billctl events show evt_1QyHrZ2eZvKYlo2C --raw > event.json")]
pub struct ShowArgs {
    /// The event's id
    #[arg(value_name = "EVENT")]
    pub id: String,
    /// Print the event's very bytes, as Stripe sent them, and nothing else
    #[arg(long, conflicts_with_all = ["resolve"])]
    pub raw: bool,
    /// Fetch the object that a thin event names, and the event that tells the same in full
    #[arg(long)]
    pub resolve: bool,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

pub async fn run(ctx: &Context, args: ShowArgs) -> anyhow::Result<Outcome> {
    if args.fresh {
        pull::pull(ctx, None).await?;
    }
    let (mut books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    let (found, body) = find(&books, &mirror, &args.id)?;
    if args.raw {
        ctx.print_bytes(&body)?;
        return Ok(Outcome::Done);
    }
    let event = Event::read(&body)?;
    let resolved = match args.resolve {
        true => Some(resolve::resolve(ctx, &event, &body, &mut books, &mut mirror).await?),
        false => None,
    };
    let known = match &event.about {
        Some(about) => mirror.object(&about.kind, &about.id)?,
        None => None,
    };
    // What hands over rights is not shown: it is in the very bytes alone.
    let shown = |value: Value| projection::kept(value, true);
    let content = Content::read(&body).ok().map(|content| Content {
        object: shown(content.object),
        previous_attributes: content
            .previous_attributes
            .into_iter()
            .map(|(name, before)| match shown(json!({ (name.clone()): before })) {
                Value::Object(mut fields) => (name.clone(), fields.remove(&name).unwrap_or_default()),
                other => (name, other),
            })
            .collect(),
    });
    // A body that can't be read whole can be shown all the same, and is there with `--raw`.
    let whole = shown(serde_json::from_slice(&body).unwrap_or_default());
    ctx.show(&Shown { found, event, content, whole, known, resolved })?;
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

/// A stored event with its bytes.
///
/// # Errors
/// `Failed` where it is not stored, with the next step.
pub fn find(books: &Books, mirror: &Mirror, id: &str) -> anyhow::Result<(Found, Vec<u8>)> {
    let stored = books.event(id)?;
    let body = stored.as_ref().map(|event| books.body(event.seq)).transpose()?.flatten();
    let (Some(event), Some(body)) = (stored, body) else {
        let fix = match id.starts_with("evt_") {
            true => "Look at the ids with `billctl events list`; `billctl events pull` reads what Stripe has",
            false => {
                "An event's id begins with `evt_`; `billctl events list --object ID` lists those about an object"
            }
        };
        return Err(fail(Kind::Failed, format!("No event `{id}` is stored"), fix));
    };
    let outcome = mirror.outcome(event.seq)?;
    Ok((Found { event, outcome }, body))
}

struct Shown {
    found: Found,
    event: Event,
    /// None of a thin event.
    content: Option<Content>,
    whole: Value,
    /// The object as the mirror has it now.
    known: Option<MirroredObject>,
    resolved: Option<Resolved>,
}

impl Shown {
    fn request(&self) -> String {
        match (&self.event.request_id, &self.event.idempotency_key) {
            (Some(request), Some(key)) => format!("{request}, idempotency key {key}"),
            (Some(request), None) => request.clone(),
            (None, Some(key)) => format!("idempotency key {key}"),
            (None, None) => "none: Stripe itself".to_owned(),
        }
    }

    /// What the mirror did with the event, in words.
    fn fate(&self) -> Text {
        let outcome = self.found.outcome.as_ref();
        let text = match self.found.status() {
            Status::Applied => Text::new(Role::Create, "applied"),
            Status::Older => Text::new(Role::Hint, "older: something newer was known already"),
            Status::Kept => Text::new(Role::Hint, "kept: there is nothing in it to apply"),
            Status::Waiting => Text::new(Role::Change, "waiting to be applied"),
            Status::Failed => Text::new(Role::Delete, "failed"),
        };
        let Some(outcome) = outcome else { return text };
        let text = text.plain(format!(", {}", time(outcome.at)));
        match &outcome.error {
            Some(error) => text.plain(format!(", attempt {}: {error}", outcome.attempts)),
            None => text,
        }
    }

    /// Which version of the object the mirror holds now.
    fn holds(&self) -> Option<String> {
        let known = self.known.as_ref()?;
        let gone = if known.deleted { "its deletion" } else { "the object" };
        Some(match &known.event {
            Some(event) if *event == self.event.id => format!("{gone} as told here"),
            Some(event) => format!("{gone} as told by {event}, {}", time(known.at)),
            None => format!("{gone} as fetched, {}", time(known.at)),
        })
    }
}

impl Present for Shown {
    fn json(&self) -> Value {
        let Shown { found, event, content, whole, known, resolved } = self;
        let mut json = list::json(found);
        let changes: Vec<Value> = content
            .iter()
            .flat_map(Content::changes)
            .map(|change| json!({"path": change.path, "before": change.before, "after": change.after}))
            .collect();
        let more = json!({
            "api_version": event.api_version,
            "livemode": event.livemode,
            "account": event.account,
            "request_id": event.request_id,
            "idempotency_key": event.idempotency_key,
            "snapshot_event": event.snapshot_event,
            "changes": changes,
            "mirror": {
                "status": found.status().name(),
                "attempts": found.outcome.as_ref().map(|outcome| outcome.attempts),
                "at": found.outcome.as_ref().map(|outcome| time(outcome.at)),
                "error": found.outcome.as_ref().and_then(|outcome| outcome.error.clone()),
                "holds": known.as_ref().map(|known| json!({
                    "event": known.event,
                    "at": time(known.at),
                    "deleted": known.deleted,
                })),
            },
            "resolved": resolved.as_ref().map(|resolved| projection::kept(resolved.json(), true)),
            "event": whole,
        });
        if let (Value::Object(fields), Value::Object(more)) = (&mut json, more) {
            fields.extend(more);
        }
        json
    }

    fn view(&self) -> View {
        let Shown { found, event, content, whole: _, known: _, resolved } = self;
        let about = event.about.as_ref();
        let mut fields = vec![
            ("event", Text::new(Role::Strong, &event.id)),
            ("type", Text::from(event.event_type.as_str())),
            ("created", Text::from(time(event.created))),
        ];
        if let Some(about) = about {
            fields.push(("object", Text::from(format!("{} {}", about.kind, about.id))));
        }
        if let Some(customer) = about.and_then(|about| about.customer.as_deref()) {
            fields.push(("customer", Text::from(customer)));
        }
        for (name, value) in [
            ("account", &event.account),
            ("snapshot", &event.snapshot_event),
            ("version", &event.api_version),
        ] {
            if let Some(value) = value {
                fields.push((name, Text::from(value.as_str())));
            }
        }
        fields.push(("mode", Text::from(if event.livemode { "live" } else { "test" })));
        fields.push(("request", Text::from(self.request())));
        fields.push(("received", Text::from(received(found))));
        fields.push(("mirror", self.fate()));
        if let Some(holds) = self.holds() {
            fields.push(("in it now", Text::from(holds)));
        }
        let mut view = View::new().fields(fields);
        let object = content.as_ref().map(|content| &content.object);
        let object = object.or(resolved.as_ref().map(|resolved| &resolved.object));
        if let Some(object) = object {
            let kind = object.get("object").and_then(Value::as_str).unwrap_or("object");
            let fields = summary(object);
            if !fields.is_empty() {
                view = view.blank().line(Text::new(Role::Strong, kind)).fields(fields);
            }
        }
        if let Some(data) = resolved.as_ref().and_then(|resolved| resolved.event.get("data")?.as_object()) {
            let fields =
                data.iter().map(|(name, value)| (name.as_str(), Text::from(words(name, value, None))));
            view = view.blank().line(Text::new(Role::Strong, "data")).fields(fields);
        }
        if let Some(content) = content.clone().or_else(|| resolved.as_ref()?.changes()) {
            view = changes(view, &content);
        }
        match resolved {
            Some(resolved) => view.blank().line(Text::from(resolved.words())),
            None if found.event.thin => view.blank().line(Text::new(
                Role::Hint,
                "A thin event: it names its object and does not hold it; `--resolve` fetches that",
            )),
            None => view,
        }
    }
}

fn received(found: &Found) -> String {
    let event = &found.event;
    let at = time(event.received_at.as_second());
    match event.repeats {
        0 => format!("{at} by {}", event.source),
        1 => format!("{at} by {}, and once again", event.source),
        times => format!("{at} by {}, and {times} times again", event.source),
    }
}

fn changes(view: View, content: &Content) -> View {
    let changes = content.changes();
    if changes.is_empty() {
        return view;
    }
    let currency = currency_of(&content.object);
    let mut table = Table::new([Column::words("changed"), Column::words("before"), Column::words("after")]);
    for change in changes {
        let before = words(&change.path, &change.before, currency);
        let after = words(&change.path, &change.after, currency);
        table.row([
            Text::from(change.path),
            Text::new(Role::Delete, before),
            Text::new(Role::Create, format!("→ {after}")),
        ]);
    }
    view.blank().table(table)
}
