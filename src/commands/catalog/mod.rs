//! What is sold: checked, planned, synced, read back.

mod apply;
mod env;
mod outcome;
mod plan;
mod prepare;
mod secrets;
mod show;
mod step;
mod sync;

use super::Outcome;
use crate::context::Context;

/// Keep what is sold in `billing.toml`, and Stripe in step with it
#[derive(Debug, clap::Subcommand)]
pub enum CatalogCommand {
    Plan(plan::PlanArgs),
    Sync(sync::SyncArgs),
    Env(env::EnvArgs),
}

impl CatalogCommand {
    /// # Errors
    /// What the command says.
    pub async fn run(self, ctx: &Context) -> anyhow::Result<Outcome> {
        match self {
            CatalogCommand::Plan(args) => plan::run(ctx, args).await,
            CatalogCommand::Sync(args) => sync::run(ctx, args).await,
            CatalogCommand::Env(args) => env::run(ctx, args).await,
        }
    }
}
