//! `credits verify`

use serde_json::{Value, json};

use super::booking::counted;
use crate::billing::credits::chain::Hash;
use crate::commands::Outcome;
use crate::context::Context;
use crate::render::{Present, Role, Text, View};
use crate::store::books::{CreditFault, Verified};

/// Prove the ledger: no entry was changed or removed, and every sum is right (exit code 3 if not)
///
/// The file can't prove by itself that its end was not cut off, nor that it was not written anew as a whole. The hash that this
/// prints at its end does, if it is kept elsewhere and given back later: an entry has to have it still.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// A last hash that this, or `credits export`, printed before: 64 digits
    #[arg(long, value_name = "HASH", value_parser = hash)]
    pub expect_hash: Option<Hash>,
}

/// Reads a hash as it is printed.
fn hash(text: &str) -> Result<Hash, String> {
    let mut hash = Hash::default();
    match hex::decode_to_slice(text.trim(), &mut hash) {
        Ok(()) => Ok(hash),
        Err(_) => Err("a hash has 64 digits of 0 to 9 and a to f, as `last hash` shows it".to_owned()),
    }
}

/// The bar moves once in so many entries.
const STRIDE: i64 = 1024;

pub fn run(ctx: &Context, args: VerifyArgs) -> anyhow::Result<Outcome> {
    let VerifyArgs { expect_hash } = args;
    let books = ctx.books()?;
    // Only for the bar: what can't be read is for the check to find.
    let total = books.credit_entries().unwrap_or_default();
    let progress = ctx.ui().progress(u64::try_from(total).unwrap_or_default(), "Checking entries");
    let verified = books.verify_credits(expect_hash, |number| {
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
        let Verified { entries, accounts, fault, head, expected } = &self.0;
        json!({
            "ok": fault.is_none(),
            "entries": entries,
            "accounts": accounts,
            "head": hex::encode(head),
            "expected_entry": expected,
            "fault": fault.as_ref().map(|fault| json!({
                "message": fault.to_string(),
                "entry": fault.number(),
            })),
        })
    }

    fn view(&self) -> View {
        let Verified { entries, accounts, fault, head, expected } = &self.0;
        let are = if *entries == 1 { "is" } else { "are" };
        let entries = counted(*entries, "entry", "entries");
        let accounts = counted(*accounts, "account", "accounts");
        match fault {
            None => {
                let whole = format!("{entries} of {accounts}: nothing was changed, and every sum is right");
                let mut view = View::new().line(whole);
                if let Some(number) = expected {
                    view = view.line(format!("entry {number} has the hash that was expected"));
                }
                view.line(Text::new(Role::Hint, format!("last hash {}", hex::encode(head))))
            }
            Some(fault @ CreditFault::NotExpected { .. }) => View::new()
                .line(Text::new(Role::Delete, format!("This is not the ledger that was expected: {fault}")))
                .line(format!("The {entries} that are there {are} whole"))
                .line("Look for the last copy of books.db in which an entry has that hash"),
            Some(fault) => View::new()
                .line(Text::new(Role::Delete, format!("The ledger is not what was written: {fault}")))
                .line(format!("{entries} before it {are} whole"))
                .line("Stop what writes to books.db, keep a copy of it, and look for the last backup that verifies"),
        }
    }
}
