//! `credits balance`

use serde_json::{Value, json};

use super::allowance;
use super::booking::{credits, now};
use crate::billing::credits::{DEFAULT_KIND, Lot, Request, Wanted};
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::context::Context;
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::CreditAccount;

/// Show what a subject can spend, and what of it expires when
#[derive(Debug, clap::Args)]
pub struct BalanceArgs {
    /// Whose balance
    pub subject: String,
    /// The kind of credits
    #[arg(long, value_name = "NAME", default_value = DEFAULT_KIND)]
    pub kind: String,
}

pub fn run(ctx: &Context, args: BalanceArgs) -> anyhow::Result<Outcome> {
    let BalanceArgs { subject, kind } = args;
    let books = ctx.books()?;
    let found = books.credit_account(&subject, &kind, now(ctx))?;
    let known = found.is_some();
    let account = found.unwrap_or(CreditAccount { subject, kind, booked: 0, available: 0, lots: Vec::new() });
    let others = books.credit_kinds(&account.subject)?;
    let due = allowance::due(ctx, &books, &account.subject, &account.kind)?
        .iter()
        .filter_map(|due| Due::of(due, now(ctx)))
        .collect();
    ctx.show(&Balance { account, due, known, others })?;
    Ok(Outcome::Done)
}

/// Free credits that the first use books.
struct Due {
    credits: i64,
    /// In seconds since 1970.
    expires_at: Option<i64>,
    reason: String,
}

impl Due {
    fn of(request: &Request, now: i64) -> Option<Due> {
        match request.wanted {
            Wanted::Add { entry_type: _, amount, expiry } => Some(Due {
                credits: amount,
                expires_at: expiry.map(|expiry| expiry.of(now)),
                reason: request.reason.clone(),
            }),
            Wanted::Take { .. } | Wanted::Set { .. } => None,
        }
    }
}

struct Balance {
    account: CreditAccount,
    /// In the balance already, though not in the ledger.
    due: Vec<Due>,
    known: bool,
    /// The kinds of credits that the subject has an account of.
    others: Vec<String>,
}

impl Balance {
    fn due_credits(&self) -> i64 {
        self.due.iter().map(|due| due.credits).sum()
    }
}

impl Present for Balance {
    fn json(&self) -> Value {
        let CreditAccount { subject, kind, booked: _, available, lots } = &self.account;
        let booked = lots.iter().map(|Lot { entry, remaining, expires_at }| {
            json!({"entry": entry, "remaining": remaining, "expires_at": expires_at.map(time)})
        });
        let due = self.due.iter().map(|Due { credits, expires_at, reason: _ }| {
            json!({"entry": null, "remaining": credits, "expires_at": expires_at.map(time)})
        });
        let lots: Vec<Value> = booked.chain(due).collect();
        json!({"subject": subject, "kind": kind, "balance": available + self.due_credits(), "lots": lots})
    }

    fn view(&self) -> View {
        let CreditAccount { subject, kind, booked, available, lots } = &self.account;
        let name = if kind == DEFAULT_KIND { String::new() } else { format!(" ({kind})") };
        let spendable = credits(available + self.due_credits());
        let headline = Text::new(Role::Strong, format!("{subject} has {spendable}{name}"));
        let mut view = View::new().line(headline);
        for Due { credits: amount, expires_at: _, reason } in &self.due {
            view = view.line(format!("{} of them come with the first use: {reason}", credits(*amount)));
        }
        if !self.known && self.due.is_empty() {
            view = view.line(match self.others.is_empty() {
                true => "Nothing was ever booked for this subject".to_owned(),
                false => format!("It has credits of another kind: --kind {}", self.others.join(", --kind ")),
            });
        }
        if booked != available {
            let due =
                format!("{} expired since; the next booking takes them out", credits(booked - available));
            view = view.line(Text::new(Role::Hint, due));
        }
        let mut table = Table::new([Column::number("entry"), Column::number("left"), Column::id("expires")]);
        for Lot { entry, remaining, expires_at } in lots {
            let expires = expires_at.map_or_else(|| "never".to_owned(), time);
            table.row([entry.to_string(), remaining.to_string(), expires]);
        }
        if table.is_empty() { view } else { view.blank().table(table) }
    }
}
