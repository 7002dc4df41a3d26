//! What is sold: checked, planned, synced, read back.

mod apply;
mod env;
mod outcome;
mod plan;
mod prepare;
mod promote;
mod pull;
mod pulled;
mod schema;
mod show;
mod step;
mod sync;
mod validate;

use super::Outcome;
use crate::context::Context;

/// Keep what is sold in `billing.toml`, and Stripe in step with it
#[derive(Debug, clap::Args)]
pub struct CatalogArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Validate(validate::ValidateArgs),
    Plan(plan::PlanArgs),
    Sync(sync::SyncArgs),
    Pull(pull::PullArgs),
    Env(env::EnvArgs),
    Promote(promote::PromoteArgs),
    Schema(schema::SchemaArgs),
}

pub async fn run(ctx: &Context, args: CatalogArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Validate(args) => validate::run(ctx, args).await,
        Verb::Plan(args) => plan::run(ctx, args).await,
        Verb::Sync(args) => sync::run(ctx, args).await,
        Verb::Pull(args) => pull::run(ctx, args).await,
        Verb::Env(args) => env::run(ctx, args).await,
        Verb::Promote(args) => promote::run(ctx, args).await,
        Verb::Schema(args) => schema::run(ctx, args).await,
    }
}
