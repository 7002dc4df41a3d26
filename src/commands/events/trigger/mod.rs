//! `billctl events trigger`: makes an event happen, by doing what it tells of.

mod fill;
mod recipe;
mod run;

use serde_json::{Value, json};

use recipe::{Call, RECIPES, Recipe};
use run::{Made, Run};

use super::Outcome;
use crate::billing::catalog::nearest::suggest;
use crate::billing::event::Event;
use crate::context::{Connection, Context};
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::stripe::StripeError;
use crate::stripe::key::Mode;

/// How long before Stripe's clock an event of this run may be listed, in seconds: it counts in whole ones.
const SLACK_SECONDS: i64 = 1;

/// Make an event happen on the emulator, or in test mode, by the requests that lead to it
///
/// Nothing is made up: a customer subscribes, a card is charged or declined, and every event on the way happens too.
/// What is made is marked in its metadata (`billctl_trigger`) and stays. A live key is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl events trigger invoice.paid
  billctl events trigger invoice.payment_failed --dry-run
  billctl events trigger --list")]
pub struct TriggerArgs {
    /// The event's type
    #[arg(value_name = "TYPE", required_unless_present = "list")]
    pub event_type: Option<String>,
    /// List the types that can be triggered
    #[arg(long, conflicts_with = "event_type")]
    pub list: bool,
}

pub async fn run(ctx: &Context, args: TriggerArgs) -> anyhow::Result<Outcome> {
    let Some(event_type) = &args.event_type else {
        ctx.show(&Listed)?;
        return Ok(Outcome::Done);
    };
    let recipe = recipe::find(event_type).ok_or_else(|| {
        let known = RECIPES.iter().map(|recipe| recipe.event_type);
        let near = suggest(event_type, known, "types");
        fail(
            Kind::Usage,
            format!("`{event_type}` can't be triggered"),
            format!("{near}; `billctl events trigger --list` shows all"),
        )
    })?;
    if ctx.settings().dry_run {
        ctx.show(&Planned(recipe))?;
        return Ok(Outcome::Done);
    }
    let connection = ctx.stripe().await?;
    if connection.mode() == Mode::Live {
        return Err(fail(
            Kind::Refused,
            "Events are not triggered with a live key: that would charge cards and make customers",
            "Use the emulator or a profile in test mode; in live mode `billctl events replay` sends what happened",
        ));
    }
    let since = stripes_clock(ctx, &connection).await? - SLACK_SECONDS;
    let writer = ctx.writer(&connection).await?;
    let made = Run::new(recipe, writer, connection.reader()).work_off(ctx.ui()).await?;
    let events = events_about(&connection, since, &made).await?;
    let triggered = Triggered { recipe, made, events };
    ctx.show(&triggered)?;
    if !triggered.has_come() {
        ctx.ui().hint(&format!(
            "Stripe does not list {event_type} yet; `billctl events pull` reads it a little later"
        ));
    }
    Ok(Outcome::Done)
}

async fn stripes_clock(ctx: &Context, connection: &Connection) -> anyhow::Result<i64> {
    let answered_at = match connection.account().await {
        Ok(account) => account.answered_at,
        // A restricted key without this permission can do its work all the same.
        Err(error) if error.status() == Some(403) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(answered_at.unwrap_or_else(|| ctx.clock().now()).as_second())
}

/// The events since a second that tell of anything that was made, oldest first, as far as Stripe lists them now.
async fn events_about(
    connection: &Connection,
    since: i64,
    made: &[Made],
) -> Result<Vec<(String, String)>, StripeError> {
    let reader = connection.reader();
    let listed = reader.list("/v1/events", &json!({"created": {"gte": since}})).await?;
    let ids: Vec<String> = made.iter().map(|made| format!("\"{}\"", made.id)).collect();
    let about = |event: &Value| {
        let text = event.to_string();
        ids.iter().any(|id| text.contains(id.as_str()))
    };
    let named = listed.iter().rev().filter(|event| about(event));
    Ok(named
        .filter_map(|event| Event::read(event.to_string().as_bytes()).ok())
        .map(|event| (event.id, event.event_type))
        .collect())
}

struct Triggered {
    recipe: &'static Recipe,
    made: Vec<Made>,
    /// Ids and types.
    events: Vec<(String, String)>,
}

impl Triggered {
    /// Whether Stripe lists the event that was wanted.
    fn has_come(&self) -> bool {
        self.events.iter().any(|(_, event_type)| event_type == self.recipe.event_type)
    }
}

impl Present for Triggered {
    fn json(&self) -> Value {
        let made = self.made.iter().map(|made| json!({"kind": made.kind, "id": made.id}));
        let events = self.events.iter().map(|(id, event_type)| json!({"id": id, "type": event_type}));
        json!({
            "type": self.recipe.event_type,
            "triggered": self.has_come(),
            "made": made.collect::<Vec<_>>(),
            "events": events.collect::<Vec<_>>(),
        })
    }

    fn rows(&self) -> Vec<Value> {
        self.events.iter().map(|(id, event_type)| json!({"id": id, "type": event_type})).collect()
    }

    fn view(&self) -> View {
        let mut view = View::new();
        if !self.made.is_empty() {
            let mut table = Table::new([Column::id("made"), Column::id("id")]);
            for made in &self.made {
                table.row([made.kind.as_str(), made.id.as_str()]);
            }
            view = view.table(table).blank();
        }
        let mut table = Table::new([Column::id("event"), Column::id("type")]);
        for (id, event_type) in &self.events {
            let role = if event_type == self.recipe.event_type { Role::Create } else { Role::Plain };
            table.row([Text::from(id.as_str()), Text::new(role, event_type)]);
        }
        view.table(table)
    }
}

/// What a recipe would send.
struct Planned(&'static Recipe);

impl Present for Planned {
    fn json(&self) -> Value {
        json!({"type": self.0.event_type, "requests": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        let row = |step: &recipe::Step| json!({"method": step.call.method(), "path": step.path, "params": run::marked(step, self.0.event_type)});
        self.0.steps().iter().map(row).collect()
    }

    fn view(&self) -> View {
        let mut view = View::new();
        for step in self.0.steps() {
            let line = Text::new(Role::Strong, step.call.method()).plain(format!(" {}", step.path));
            view = view.line(match step.call {
                Call::Decline => line.and(Role::Hint, "  (the card is declined)"),
                Call::Make | Call::MakePlain | Call::Change | Call::Get | Call::Delete => line,
            });
            let params = run::marked(&step, self.0.event_type);
            view = params.as_object().into_iter().flatten().fold(view, |view, (name, value)| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                view.line(format!("  {name}  {value}"))
            });
        }
        view
    }
}

struct Listed;

impl Present for Listed {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        RECIPES.iter().map(|recipe| json!({"type": recipe.event_type, "does": recipe.does})).collect()
    }

    fn view(&self) -> View {
        let mut table = Table::new([Column::id("type"), Column::words("what happens")]);
        for recipe in RECIPES {
            table.row([recipe.event_type, recipe.does]);
        }
        View::new().table(table)
    }
}
