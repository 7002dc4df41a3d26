//! `billctl report`: what happened, in figures.

pub mod churn;
pub mod credits;
mod money; // amounts, rates and changes, as reports tell them
pub mod mrr;
pub mod payments;
pub mod percent; // shares and changes, in words and as JSON
pub mod period; // the time that a report is of, and the page that it is written to
pub mod plans;
mod recurring; // the time, lines and movements of recurring revenue
pub mod revenue;
pub mod summary;
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
    Summary(summary::SummaryArgs),
    Revenue(revenue::RevenueArgs),
    Mrr(mrr::MrrArgs),
    Churn(churn::ChurnArgs),
    Payments(payments::PaymentsArgs),
    Plans(plans::PlansArgs),
    Credits(credits::CreditsArgs),
    Usage(usage::UsageArgs),
}

pub async fn run(ctx: &Context, args: ReportArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Summary(args) => summary::run(ctx, args).await,
        Verb::Revenue(args) => revenue::run(ctx, args).await,
        Verb::Mrr(args) => mrr::run(ctx, args).await,
        Verb::Churn(args) => churn::run(ctx, args).await,
        Verb::Payments(args) => payments::run(ctx, args).await,
        Verb::Plans(args) => plans::run(ctx, args).await,
        Verb::Credits(args) => credits::run(ctx, args),
        Verb::Usage(args) => usage::run(ctx, args),
    }
}
