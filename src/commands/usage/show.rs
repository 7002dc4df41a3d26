//! `usage show`

use serde_json::{Value, json};

use super::lines::{Line, lines};
use super::metric::counted_as;
use crate::commands::Outcome;
use crate::commands::events::{age, pull};
use crate::commands::moment::time;
use crate::commands::subject;
use crate::commands::subject::entitled::Known;
use crate::context::Context;
use crate::render::{Column, Present, Role, Table, Text, View};

/// Show what a subject uses of all that its plan limits or that was recorded
///
/// Reads books and mirror, and asks Stripe nothing without `--fresh`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The subject, or a customer's id
    pub subject: String,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

pub async fn run(ctx: &Context, args: ShowArgs) -> anyhow::Result<Outcome> {
    if args.fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let who = subject::anybody(&books, &mirror, &args.subject)?;
    let known = Known::read(ctx, &mirror, &who)?;
    let entitlement = known.entitlement(ctx)?;
    let name = counted_as(&who, &args.subject);
    let lines = lines(ctx, &books, &who, &args.subject, &known, &entitlement)?;
    ctx.show(&Shown { subject: name, plan: entitlement.plan.map(|(key, _)| key), lines })?;
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

struct Shown<'a> {
    subject: &'a str,
    plan: Option<&'a str>,
    lines: Vec<Line>,
}

/// How many cells a full bar has.
const BAR: i64 = 10;

/// What is used of a limit: `███████░░░`.
fn bar(used: i64, max: i64) -> String {
    let full = if max == 0 { BAR } else { used.saturating_mul(BAR).checked_div(max).unwrap_or(BAR) };
    let full = usize::try_from(full.clamp(0, BAR)).unwrap_or_default();
    let all = usize::try_from(BAR).unwrap_or_default();
    format!("{}{}", "█".repeat(full), "░".repeat(all - full))
}

impl Present for Shown<'_> {
    fn json(&self) -> Value {
        json!({"subject": self.subject, "plan": self.plan, "usage": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        self.lines.iter().map(|line| line.json.clone()).collect()
    }

    fn view(&self) -> View {
        let plan = self.plan.map_or_else(|| "no plan".to_owned(), |plan| format!("the plan {plan}"));
        let view = View::new().line(format!("{} is on {plan}", self.subject));
        if self.lines.is_empty() {
            return view.line("It limits nothing, and nothing was recorded");
        }
        let mut table = Table::new([
            Column::id("metric"),
            Column::number("used"),
            Column::words(""),
            Column::words("limit"),
            Column::number("left"),
            Column::words("free again"),
        ]);
        for line in &self.lines {
            let Line { metric, used, limit, share, left, is_used_up, resets_at, json: _ } = line;
            let role = if *is_used_up { Role::Delete } else { Role::Plain };
            table.row([
                Text::from(metric.as_str()),
                Text::from(used.as_str()),
                Text::new(role, share.map_or_else(String::new, |(used, max)| bar(used, max))),
                Text::from(limit.as_str()),
                Text::new(role, left.as_deref().unwrap_or_default()),
                Text::from(resets_at.map_or_else(String::new, time)),
            ]);
        }
        view.blank().table(table)
    }
}
