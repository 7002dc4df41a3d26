//! `billctl portal`: pages of Stripe where a subject looks after its own subscription.

pub mod create;

use super::Outcome;
use crate::context::Context;

/// The customer portal: links to pages where somebody looks after their own subscription
#[derive(Debug, clap::Args)]
pub struct PortalArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Create(create::CreateArgs),
}

pub async fn run(ctx: &Context, args: PortalArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Create(args) => create::run(ctx, args).await,
    }
}
