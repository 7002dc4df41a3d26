//! `billctl emulator status`: whether it is being served, and what it holds.

use serde_json::{Map, Value, json};

use super::Outcome;
use crate::context::Context;
use crate::emulator::{self, Running};
use crate::render::{Column, Present, Role, Table, Text, View};

/// Show whether the project's emulator is being served, and what it holds
#[derive(Debug, clap::Args)]
pub struct StatusArgs {}

pub async fn run(ctx: &Context, _: StatusArgs) -> anyhow::Result<Outcome> {
    let folder = super::folder(ctx);
    let status = Status { running: emulator::running(&folder), objects: emulator::counts(&folder)? };
    ctx.show(&status)?;
    Ok(Outcome::Done)
}

struct Status {
    running: Option<Running>,
    /// How many objects there are, by kind.
    objects: Vec<(String, i64)>,
}

impl Present for Status {
    fn json(&self) -> Value {
        let objects: Map<String, Value> =
            self.objects.iter().map(|(kind, count)| (kind.clone(), json!(count))).collect();
        let running = self.running.as_ref();
        json!({
            "running": running.is_some(),
            "base_url": running.map(|running| &running.base_url),
            "pid": running.map(|running| running.pid),
            "objects": objects,
        })
    }

    fn view(&self) -> View {
        let view = match &self.running {
            Some(running) => View::new().line(
                Text::new(Role::Strong, &running.base_url)
                    .and(Role::Hint, format!("  process {}", running.pid)),
            ),
            None => View::new().line("Not being served: start it with `billctl emulator start`"),
        };
        if self.objects.is_empty() {
            return view.line("It holds nothing yet");
        }
        let mut table = Table::new([Column::words("objects"), Column::number("count")]);
        for (kind, count) in &self.objects {
            table.row([kind.clone(), count.to_string()]);
        }
        view.table(table)
    }
}
