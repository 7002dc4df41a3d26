//! `billctl transactions`: what was paid, refunded, changed and ended.

pub mod list;

use super::Outcome;
use crate::context::Context;

/// Transactions: payments, top-ups, refunds, changes of plan, cancellations, each booked once
#[derive(Debug, clap::Args)]
pub struct TransactionsArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    List(list::ListArgs),
}

pub async fn run(ctx: &Context, args: TransactionsArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::List(args) => list::run(ctx, args).await,
    }
}
