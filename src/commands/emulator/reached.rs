//! The profile's emulator, reached over HTTP like any other Stripe, and what happens in it meanwhile.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::billing::event::Event;
use crate::commands::moment::time;
use crate::context::{Connection, Context};
use crate::error::{Kind, fail};
use crate::render::{Column, Table, View};
use crate::settings::profile::Target;

/// What is sent to receivers is waited for as long as it goes on; one that answers nothing for so long waits for its
/// next try.
const STANDSTILL: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(25);
/// More events than these are counted by type.
const MOST_LISTED: usize = 50;

/// An open emulator, and how it was when it was opened.
pub struct Reached {
    pub connection: Connection,
    /// The emulator's time, in seconds.
    pub now: i64,
    /// Ids of the events of this second: later ones may carry the same.
    known: BTreeSet<String>,
    delivered: i64,
}

/// What happened since.
#[derive(Default)]
pub struct Happened {
    /// Oldest first.
    events: Vec<Event>,
    deliveries: Deliveries,
}

/// What became of sending those events.
#[derive(Clone, Copy, Default)]
struct Deliveries {
    delivered: i64,
    waiting: i64,
}

impl Reached {
    /// Opens the emulator of the profile in use. `verb` is the command, for the message where that is an account.
    ///
    /// # Errors
    /// `Usage` where the profile is no emulator; else as [`Context::stripe`].
    pub async fn open(ctx: &Context, verb: &str) -> anyhow::Result<Reached> {
        let profile = ctx.profile()?;
        if profile.target != Target::Emulator {
            return Err(fail(
                Kind::Usage,
                format!(
                    "`billctl emulator {verb}` is for the emulator, and the profile `{}` is an account at Stripe",
                    profile.name
                ),
                "Add `--profile emulator`; in Stripe's test mode a person pays on the session's page, and test clocks \
                 move time",
            ));
        }
        let connection = ctx.stripe().await?;
        let status = status(&connection).await?;
        let now = status["now"].as_i64().unwrap_or_default();
        let reached =
            Reached { connection, now, known: BTreeSet::new(), delivered: count(&status, "delivered") };
        let known = reached.listed().await?.into_iter().map(|event| event.id).collect();
        Ok(Reached { known, ..reached })
    }

    /// The events since it was opened, once what is sent of them has been sent.
    ///
    /// # Errors
    /// What the emulator refuses.
    pub async fn happened(&self) -> anyhow::Result<Happened> {
        let events =
            self.listed().await?.into_iter().filter(|event| !self.known.contains(&event.id)).collect();
        let mut last = status(&self.connection).await?;
        let mut still = Duration::ZERO;
        while count(&last, "waiting") > 0 && still < STANDSTILL {
            tokio::time::sleep(PAUSE).await;
            let next = status(&self.connection).await?;
            let moved = count(&next, "waiting") != count(&last, "waiting");
            still = if moved { Duration::ZERO } else { still + PAUSE };
            last = next;
        }
        let delivered = count(&last, "delivered") - self.delivered;
        Ok(Happened { events, deliveries: Deliveries { delivered, waiting: count(&last, "waiting") } })
    }

    /// The events from the second on at which it was opened, oldest first.
    async fn listed(&self) -> anyhow::Result<Vec<Event>> {
        let listed =
            self.connection.reader().list("/v1/events", &json!({"created": {"gte": self.now}})).await?;
        Ok(listed.iter().rev().filter_map(|event| Event::read(event.to_string().as_bytes()).ok()).collect())
    }
}

async fn status(connection: &Connection) -> anyhow::Result<Value> {
    Ok(connection.reader().get("/_emulator/status", &Value::Null).await?)
}

fn count(status: &Value, state: &str) -> i64 {
    status["deliveries"][state].as_i64().unwrap_or(0)
}

impl Happened {
    pub fn rows(&self) -> Vec<Value> {
        self.events
            .iter()
            .map(|event| {
                json!({
                    "id": event.id,
                    "type": event.event_type,
                    "created": time(event.created),
                    "object": event.about.as_ref().map(|about| &about.id),
                })
            })
            .collect()
    }

    /// How many events were delivered, and how many wait for their next try.
    pub fn deliveries(&self) -> Value {
        json!({"delivered": self.deliveries.delivered, "waiting": self.deliveries.waiting})
    }

    /// Adds the events: each in a line, or, where there are many, each type with its number.
    pub fn add_to(&self, view: View) -> View {
        if self.events.is_empty() {
            return view.line("No events");
        }
        let view =
            view.blank().table(if self.events.len() > MOST_LISTED { self.counted() } else { self.listed() });
        match self.deliveries {
            Deliveries { delivered: 0, waiting: 0 } => view,
            Deliveries { delivered, waiting: 0 } => view.line(format!("{delivered} delivered")),
            Deliveries { delivered, waiting } => {
                view.line(format!("{delivered} delivered, {waiting} wait for their next try"))
            }
        }
    }

    fn listed(&self) -> Table {
        let mut table = Table::new([Column::id("created"), Column::id("event"), Column::id("object")]);
        for event in &self.events {
            let object = event.about.as_ref().map_or("-", |about| about.id.as_str());
            table.row([time(event.created), event.event_type.clone(), object.to_owned()]);
        }
        table
    }

    fn counted(&self) -> Table {
        let mut table = Table::new([
            Column::id("event"),
            Column::number("count"),
            Column::id("first"),
            Column::id("last"),
        ]);
        let types: BTreeSet<&str> = self.events.iter().map(|event| event.event_type.as_str()).collect();
        for name in types {
            let of_type: Vec<i64> = self
                .events
                .iter()
                .filter(|event| event.event_type == name)
                .map(|event| event.created)
                .collect();
            let at = |moment: Option<&i64>| moment.map_or_else(String::new, |moment| time(*moment));
            table.row([name.to_owned(), of_type.len().to_string(), at(of_type.first()), at(of_type.last())]);
        }
        table
    }
}
