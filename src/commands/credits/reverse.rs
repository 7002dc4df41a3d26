//! `credits reverse`

use super::booking::{self, Author};
use crate::billing::credits::{check_given_key, check_words};
use crate::commands::Outcome;
use crate::context::Context;
use crate::store::books::Posting;

/// Undo an entry by another one
///
/// What it gave is taken from what is left of it; where part of that is spent, nothing happens (exit code 4). What it took goes
/// back to where it came from, with the expiry that it had.
#[derive(Debug, clap::Args)]
pub struct ReverseArgs {
    /// The entry's number, as `credits history` shows it
    pub entry: i64,
    /// Books once, however often it is repeated with this key [default: reverse:ENTRY]
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

pub fn run(ctx: &Context, args: ReverseArgs) -> anyhow::Result<Outcome> {
    let ReverseArgs { entry, key } = args;
    let Author { actor, reason } = booking::author(ctx)?;
    // An entry is reversed once, so its number is key enough.
    let own = format!("reverse:{entry}");
    let key = key.unwrap_or_else(|| own.clone());
    if key != own {
        check_given_key(&key).map_err(booking::refused)?;
    }
    check_words([&actor, &reason, &key]).map_err(booking::refused)?;
    let limits = booking::limits(ctx)?;
    let now = booking::now(ctx);
    let mut books = booking::ledger(ctx)?;
    let subject = books.credit_entry(entry)?.map(|entry| entry.subject).unwrap_or_default();
    let by = [actor.as_str(), &reason, &key];
    let posting = if ctx.settings().dry_run {
        books.try_reverse_credits(entry, by, &limits, now)?
    } else {
        books.reverse_credits(entry, by, &limits, now)?
    };
    let expired = match &posting {
        Posting::Recorded(_) => books.expired_of_entry(entry, now)?,
        _ => 0,
    };
    let outcome = booking::show(ctx, posting, &subject)?;
    if expired > 0 {
        let many = booking::credits(expired);
        ctx.ui().hint(&format!("{many} of it came from lots that have expired since, and can't be spent; `credits grant` gives others"));
    }
    Ok(outcome)
}
