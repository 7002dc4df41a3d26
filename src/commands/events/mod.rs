//! `billctl events`: what Stripe tells, received and looked at.

mod input;
pub mod listen;
pub mod sign;
pub mod verify;

use super::Outcome;
use crate::context::Context;

/// Webhook events: receive, sign and verify them
#[derive(Debug, clap::Args)]
pub struct EventsArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Listen(listen::ListenArgs),
    Verify(verify::VerifyArgs),
    Sign(sign::SignArgs),
}

pub async fn run(ctx: &Context, args: EventsArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Listen(args) => listen::run(ctx, args).await,
        Verb::Verify(args) => verify::run(ctx, args).await,
        Verb::Sign(args) => sign::run(ctx, args).await,
    }
}
