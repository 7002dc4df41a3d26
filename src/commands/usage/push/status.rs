//! `usage push --status` and `--rejected`: how the records stand with Stripe.

use serde_json::{Value, json};

use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::context::Context;
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::{PushCount, PushState, Pushed};

/// How many refused records are listed.
const LISTED: usize = 10_000;

/// What is not sent yet has no state.
const UNSENT: &str = "not looked at";

pub fn show(ctx: &Context) -> anyhow::Result<Outcome> {
    let books = ctx.books()?;
    let mut unsent = Vec::new();
    for (metric, meter) in &ctx.catalog()?.catalog.meters {
        if meter.active {
            unsent.push((metric.clone(), books.unpushed_count(metric)?));
        }
    }
    unsent.retain(|(_, records)| *records > 0);
    ctx.show(&Status { counts: books.push_counts()?, unsent })?;
    Ok(Outcome::Done)
}

pub fn show_rejected(ctx: &Context) -> anyhow::Result<Outcome> {
    let rejected = ctx.books()?.pushes(PushState::Rejected, None, 0, LISTED)?;
    ctx.show(&Rejected(rejected))?;
    Ok(Outcome::Done)
}

struct Status {
    counts: Vec<PushCount>,
    /// Metrics with the number of records that nobody has looked at.
    unsent: Vec<(String, i64)>,
}

impl Present for Status {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        let counts = self.counts.iter().map(|count| {
            json!({
                "metric": count.metric,
                "state": count.state.name(),
                "reason": count.error_code,
                "records": count.records,
                "quantity": count.quantity,
            })
        });
        let unsent = self.unsent.iter().map(|(metric, records)| {
            json!({"metric": metric, "state": UNSENT, "reason": null, "records": records, "quantity": null})
        });
        counts.chain(unsent).collect()
    }

    fn view(&self) -> View {
        if self.counts.is_empty() && self.unsent.is_empty() {
            return View::new().line("Nothing was recorded that a meter could be told");
        }
        let mut table = Table::new([
            Column::id("metric"),
            Column::words("state"),
            Column::number("records"),
            Column::words("why"),
        ]);
        for PushCount { metric, state, error_code, records, quantity: _ } in &self.counts {
            let role = match state {
                PushState::Rejected => Role::Delete,
                PushState::Unsure | PushState::Sending => Role::Change,
                PushState::Sent | PushState::Waiting | PushState::Canceled => Role::Plain,
            };
            let why = match state {
                PushState::Waiting => "the subject is no customer yet, or nothing was sent",
                PushState::Sending => "no answer, or the push did not come to its end: the next one goes on",
                PushState::Unsure => "begun long ago, and its end is not known",
                PushState::Sent | PushState::Rejected | PushState::Canceled => {
                    error_code.as_deref().unwrap_or_default()
                }
            };
            table.row([
                Text::from(metric.as_str()),
                Text::new(role, state.name()),
                Text::from(records.to_string()),
                Text::from(why),
            ]);
        }
        for (metric, records) in &self.unsent {
            table.row([metric.as_str(), UNSENT, &records.to_string(), "`billctl usage push` sends them"]);
        }
        View::new().table(table)
    }
}

struct Rejected(Vec<Pushed>);

impl Present for Rejected {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        let row = |event: &Pushed| {
            json!({
                "key": event.key,
                "subject": event.subject,
                "customer": event.customer,
                "metric": event.metric,
                "quantity": event.quantity,
                "at": time(event.at),
                "identifier": event.identifier,
                "attempts": event.attempt,
                "code": event.error_code,
                "error": event.error,
            })
        };
        self.0.iter().map(row).collect()
    }

    fn view(&self) -> View {
        if self.0.is_empty() {
            return View::new().line("Stripe has refused nothing");
        }
        let mut table = Table::new([
            Column::id("key"),
            Column::id("subject"),
            Column::words("metric"),
            Column::number("quantity"),
            Column::words("at"),
            Column::words("why"),
        ]);
        for event in &self.0 {
            table.row([
                event.key.clone(),
                event.subject.clone(),
                event.metric.clone(),
                event.quantity.to_string(),
                time(event.at),
                event.error.clone().unwrap_or_default(),
            ]);
        }
        View::new().table(table)
    }
}
