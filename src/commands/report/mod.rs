//! `billctl report`: what happened, in figures.

pub mod credits;

use super::Outcome;
use crate::context::Context;

/// What happened, in figures: by day or month
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Credits(credits::CreditsArgs),
}

pub async fn run(ctx: &Context, args: ReportArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Credits(args) => credits::run(ctx, args),
    }
}
