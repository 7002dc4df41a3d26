//! `credits history`

use serde_json::{Value, json};

use super::booking::entry_json;
use crate::billing::credits::{DEFAULT_KIND, Entry, EntryType};
use crate::commands::Outcome;
use crate::commands::moment::{Moment, begin, time};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::HistoryFilter;

/// Show what was booked for a subject, with the balance after each entry
#[derive(Debug, clap::Args)]
pub struct HistoryArgs {
    /// Whose entries
    pub subject: String,
    /// Only this kind of credits [default: all kinds]
    #[arg(long, value_name = "NAME")]
    pub kind: Option<String>,
    /// Only entries of this type: grant, purchase, monthly_grant, deduction, expiry, adjustment, reversal, refund
    #[arg(long = "type", value_name = "TYPE")]
    pub entry_type: Option<EntryType>,
    /// Only what was booked at or after this date or time, or in the last such duration (30d)
    #[arg(long, value_name = "WHEN")]
    pub since: Option<Moment>,
    /// Only what was booked before this date or time
    #[arg(long, value_name = "WHEN")]
    pub until: Option<Moment>,
    /// The newest so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}

pub fn run(ctx: &Context, args: HistoryArgs) -> anyhow::Result<Outcome> {
    let HistoryArgs { subject, kind, entry_type, since, until, limit } = args;
    let (since, until) = seconds_between(ctx, since, until)?;
    let filter = HistoryFilter { kind, entry_type, since, until, limit: Some(limit) };
    let entries = ctx.books()?.credit_history(&subject, &filter)?;
    ctx.show(&History { subject, entries, limit })?;
    Ok(Outcome::Done)
}

/// The first second of a stretch of time, and the first one behind its last.
///
/// # Errors
/// `Usage` where nothing can lie between them.
pub fn seconds_between(
    ctx: &Context,
    since: Option<Moment>,
    until: Option<Moment>,
) -> anyhow::Result<(Option<i64>, Option<i64>)> {
    let now = ctx.clock().now();
    let (since, until) = (since.map(|when| when.from(now)), until.map(|when| when.from(now)));
    if let (Some(since), Some(until)) = (since, until)
        && since >= until
    {
        return Err(fail(
            Kind::Usage,
            format!("Nothing is from {since} on and before {until}"),
            "Give an earlier `--since` or a later `--until`",
        ));
    }
    Ok((since.map(begin), until.map(begin)))
}

struct History {
    subject: String,
    entries: Vec<Entry>,
    limit: usize,
}

impl Present for History {
    fn json(&self) -> Value {
        json!({"subject": self.subject, "entries": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        self.entries.iter().map(entry_json).collect()
    }

    fn view(&self) -> View {
        if self.entries.is_empty() {
            return View::new().line(format!("Nothing was booked for {} that fits", self.subject));
        }
        let mut table = Table::new([
            Column::number("entry"),
            Column::id("time"),
            Column::id("type"),
            Column::number("change"),
            Column::number("balance"),
            Column::words("why"),
        ]);
        for entry in &self.entries {
            let role = if entry.amount > 0 { Role::Create } else { Role::Delete };
            let kind = if entry.kind == DEFAULT_KIND { String::new() } else { format!("[{}] ", entry.kind) };
            let undoes = entry.reverses.map(|number| format!(" (undoes {number})")).unwrap_or_default();
            let approved =
                entry.approver.as_ref().map(|by| format!(", approved by {by}")).unwrap_or_default();
            table.row([
                Text::from(entry.number.to_string()),
                Text::from(time(entry.at)),
                Text::from(entry.entry_type.name()),
                Text::new(role, format!("{:+}", entry.amount)),
                Text::from(entry.balance.to_string()),
                Text::from(format!("{kind}{}{undoes} · {}{approved}", entry.reason, entry.actor)),
            ]);
        }
        let view = View::new().table(table);
        if self.entries.len() == self.limit {
            return view
                .line(Text::new(Role::Hint, format!("The newest {}; `--limit` shows more", self.limit)));
        }
        view
    }
}
