//! `billctl emulator reset`: empty the emulator.

use serde_json::{Map, Value, json};

use super::Outcome;
use crate::context::Context;
use crate::emulator;
use crate::render::{Present, View};

/// Delete everything that the project's emulator holds; its address, keys and account stay
#[derive(Debug, clap::Args)]
pub struct ResetArgs {}

pub async fn run(ctx: &Context, _: ResetArgs) -> anyhow::Result<Outcome> {
    let folder = super::folder(ctx);
    let objects = emulator::counts(&folder)?;
    let total: i64 = objects.iter().map(|(_, count)| count).sum();
    if ctx.settings().dry_run {
        ctx.show(&Reset { objects, done: false })?;
        return Ok(Outcome::Done);
    }
    if total > 0 && !ctx.confirm(&format!("Delete the {total} objects of the emulator?"))? {
        ctx.ui().status("Nothing was deleted");
        return Ok(Outcome::Done);
    }
    let objects = emulator::reset(&folder)?;
    ctx.show(&Reset { objects, done: true })?;
    Ok(Outcome::Done)
}

struct Reset {
    /// How many objects there were, by kind.
    objects: Vec<(String, i64)>,
    done: bool,
}

impl Present for Reset {
    fn json(&self) -> Value {
        let objects: Map<String, Value> =
            self.objects.iter().map(|(kind, count)| (kind.clone(), json!(count))).collect();
        json!({"reset": self.done, "deleted": objects})
    }

    fn view(&self) -> View {
        let verb = if self.done { "Deleted" } else { "Would delete" };
        let total: i64 = self.objects.iter().map(|(_, count)| count).sum();
        View::new().line(format!("{verb} {total} objects"))
    }
}
