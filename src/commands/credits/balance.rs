//! `credits balance`

use serde_json::{Value, json};

use super::booking::{credits, now};
use crate::billing::credits::{DEFAULT_KIND, Lot};
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
    ctx.show(&Balance { account, known, others })?;
    Ok(Outcome::Done)
}

struct Balance {
    account: CreditAccount,
    known: bool,
    /// The kinds of credits that the subject has an account of.
    others: Vec<String>,
}

impl Present for Balance {
    fn json(&self) -> Value {
        let CreditAccount { subject, kind, booked: _, available, lots } = &self.account;
        let lots: Vec<Value> = lots
            .iter()
            .map(|Lot { entry, remaining, expires_at }| {
                json!({"entry": entry, "remaining": remaining, "expires_at": expires_at.map(time)})
            })
            .collect();
        json!({"subject": subject, "kind": kind, "balance": available, "lots": lots})
    }

    fn view(&self) -> View {
        let CreditAccount { subject, kind, booked, available, lots } = &self.account;
        let name = if kind == DEFAULT_KIND { String::new() } else { format!(" ({kind})") };
        let headline = Text::new(Role::Strong, format!("{subject} has {}{name}", credits(*available)));
        let mut view = View::new().line(headline);
        if !self.known {
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
