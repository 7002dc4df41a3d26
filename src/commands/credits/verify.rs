//! `credits verify`

use serde_json::{Value, json};

use super::booking::counted;
use crate::commands::Outcome;
use crate::context::Context;
use crate::render::{Present, Role, Text, View};
use crate::store::books::Verified;

/// Prove the ledger: no entry was changed or removed, and every sum is right (exit code 3 if not)
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {}

/// The bar moves once in so many entries.
const STRIDE: i64 = 1024;

pub fn run(ctx: &Context, _: VerifyArgs) -> anyhow::Result<Outcome> {
    let books = ctx.books()?;
    // Only for the bar: what can't be read is for the check to find.
    let total = books.credit_entries().unwrap_or_default();
    let progress = ctx.ui().progress(u64::try_from(total).unwrap_or_default(), "Checking entries");
    let verified = books.verify_credits(|number| {
        if number % STRIDE == 0 {
            progress.advance(u64::try_from(STRIDE).unwrap_or_default());
        }
    })?;
    progress.finish();
    let outcome = if verified.fault.is_some() { Outcome::Difference } else { Outcome::Done };
    ctx.show(&Report(verified))?;
    Ok(outcome)
}

struct Report(Verified);

impl Present for Report {
    fn json(&self) -> Value {
        let Verified { entries, accounts, fault, head } = &self.0;
        json!({
            "ok": fault.is_none(),
            "entries": entries,
            "accounts": accounts,
            "head": hex::encode(head),
            "fault": fault.as_ref().map(|fault| json!({
                "message": fault.to_string(),
                "entry": fault.number(),
            })),
        })
    }

    fn view(&self) -> View {
        let Verified { entries, accounts, fault, head } = &self.0;
        let are = if *entries == 1 { "is" } else { "are" };
        let entries = counted(*entries, "entry", "entries");
        let accounts = counted(*accounts, "account", "accounts");
        match fault {
            None => View::new()
                .line(format!("{entries} of {accounts}: nothing was changed, and every sum is right"))
                .line(Text::new(Role::Hint, format!("last hash {}", hex::encode(head)))),
            Some(fault) => View::new()
                .line(Text::new(Role::Delete, format!("The ledger is not what was written: {fault}")))
                .line(format!("{entries} before it {are} whole"))
                .line("Stop what writes to books.db, keep a copy of it, and look for the last backup that verifies"),
        }
    }
}
