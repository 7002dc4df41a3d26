//! `billctl alerts`: thresholds of billing.toml, held against what happened.

pub mod check;
mod deliver; // who is told, and how
mod shown; // the result of a check
mod watch; // what crosses a threshold now

use super::Outcome;
use crate::context::Context;

/// Thresholds that billing.toml sets: which of them are crossed
#[derive(Debug, clap::Args)]
pub struct AlertsArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Check(check::CheckArgs),
}

pub async fn run(ctx: &Context, args: AlertsArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Check(args) => check::run(ctx, args).await,
    }
}
