//! `billctl report`: what happened, in figures.

pub mod credits;
pub mod percent; // shares and changes, in words and as JSON
pub mod period; // the time that a report is of, and the page that it is written to
pub mod usage;

use super::Outcome;
use crate::context::Context;

/// What happened, in figures: by time, plan, subject and more
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Credits(credits::CreditsArgs),
    Usage(usage::UsageArgs),
}

pub async fn run(ctx: &Context, args: ReportArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Credits(args) => credits::run(ctx, args),
        Verb::Usage(args) => usage::run(ctx, args),
    }
}
