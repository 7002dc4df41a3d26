//! `credits expire`

use serde_json::{Value, json};

use super::booking::{counted, credits, entry_json, ledger, now};
use super::money::end::end;
use crate::billing::credits::{Entry, Lot};
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::context::Context;
use crate::render::{Column, Present, Table, View};
use crate::store::books::MoneyAction;

/// Book the expiry of all credits whose day has come
///
/// Credits can't be spent from that day on, booked or not; booking it keeps the ledger's balances what can be spent.
#[derive(Debug, clap::Args)]
pub struct ExpireArgs {
    /// Instead of that, let this grant of billing credits in Stripe expire now: credgr_…
    #[arg(value_name = "GRANT")]
    pub grant: Option<String>,
}

pub async fn run(ctx: &Context, args: ExpireArgs) -> anyhow::Result<Outcome> {
    if let Some(grant) = args.grant {
        return end(ctx, &grant, MoneyAction::Expire).await;
    }
    ctx.check_policy()?;
    let mut books = ledger(ctx)?;
    let now = now(ctx);
    if ctx.settings().dry_run {
        ctx.show(&Due { lots: books.due_credits(now)? })?;
    } else {
        ctx.show(&Expired { entries: books.expire_credits(now)? })?;
    }
    Ok(Outcome::Done)
}

struct Due {
    lots: Vec<(String, String, Lot)>,
}

impl Present for Due {
    fn json(&self) -> Value {
        json!({"expired": 0, "due": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        let row = |(subject, kind, lot): &(String, String, Lot)| {
            json!({
                "subject": subject,
                "kind": kind,
                "entry": lot.entry,
                "remaining": lot.remaining,
                "expires_at": lot.expires_at.map(time),
            })
        };
        self.lots.iter().map(row).collect()
    }

    fn view(&self) -> View {
        if self.lots.is_empty() {
            return View::new().line("Nothing has expired");
        }
        let mut table = Table::new([
            Column::id("subject"),
            Column::id("kind"),
            Column::number("expired"),
            Column::id("on"),
        ]);
        for (subject, kind, lot) in &self.lots {
            let on = lot.expires_at.map(time).unwrap_or_default();
            table.row([subject.clone(), kind.clone(), lot.remaining.to_string(), on]);
        }
        let lots = i64::try_from(self.lots.len()).unwrap_or(i64::MAX);
        View::new().line(format!("Would book {}", counted(lots, "expired lot", "expired lots"))).table(table)
    }
}

struct Expired {
    entries: Vec<Entry>,
}

impl Present for Expired {
    fn json(&self) -> Value {
        json!({"expired": self.entries.len(), "entries": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        self.entries.iter().map(entry_json).collect()
    }

    fn view(&self) -> View {
        if self.entries.is_empty() {
            return View::new().line("Nothing has expired");
        }
        let mut table =
            Table::new([Column::number("entry"), Column::id("subject"), Column::number("expired")]);
        for entry in &self.entries {
            table.row([entry.number.to_string(), entry.subject.clone(), credits(-entry.amount)]);
        }
        View::new().table(table)
    }
}
