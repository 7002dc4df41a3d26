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
    let status = Status {
        running: emulator::running(&folder),
        objects: emulator::counts(&folder)?,
        deliveries: emulator::delivery_counts(&folder)?,
    };
    ctx.show(&status)?;
    Ok(Outcome::Done)
}

struct Status {
    running: Option<Running>,
    /// How many objects there are, by kind.
    objects: Vec<(String, i64)>,
    /// How many deliveries of events there are, by how far they have come.
    deliveries: Vec<(String, i64)>,
}

impl Present for Status {
    fn json(&self) -> Value {
        let by_name = |counts: &[(String, i64)]| -> Map<String, Value> {
            counts.iter().map(|(name, count)| (name.clone(), json!(count))).collect()
        };
        let running = self.running.as_ref();
        json!({
            "running": running.is_some(),
            "base_url": running.map(|running| &running.base_url),
            "pid": running.map(|running| running.pid),
            "objects": by_name(&self.objects),
            "deliveries": by_name(&self.deliveries),
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
        let view = view.table(table("objects", &self.objects));
        if self.deliveries.is_empty() {
            return view;
        }
        view.blank().table(table("deliveries of events", &self.deliveries))
    }
}

fn table(title: &str, counts: &[(String, i64)]) -> Table {
    let mut table = Table::new([Column::words(title), Column::number("count")]);
    for (name, count) in counts {
        table.row([name.clone(), count.to_string()]);
    }
    table
}
