//! `billctl payment-link`: links that anybody may pay, as often as they like.

pub mod create;
pub mod deactivate;
mod link; // a link as every command shows it
pub mod list;

use super::Outcome;
use crate::context::Context;

/// Payment links: one address that anybody pays at, for a page, a mail or a QR code
#[derive(Debug, clap::Args)]
pub struct PaymentLinkArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Create(Box<create::CreateArgs>),
    List(list::ListArgs),
    Deactivate(deactivate::DeactivateArgs),
}

pub async fn run(ctx: &Context, args: PaymentLinkArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Create(args) => create::run(ctx, *args).await,
        Verb::List(args) => list::run(ctx, args).await,
        Verb::Deactivate(args) => deactivate::run(ctx, args).await,
    }
}
