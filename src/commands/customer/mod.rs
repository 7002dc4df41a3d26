//! `billctl customer`: subjects of the application, and the customers that they are in Stripe.

pub mod create;
pub mod entitlements;
pub mod find;
pub mod link;
pub mod list;
mod page;
pub mod show;
pub mod unlink;

use super::Outcome;
use crate::context::Context;

/// Customers: who they are, which plan holds, what they paid
#[derive(Debug, clap::Args)]
pub struct CustomerArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Show(show::ShowArgs),
    List(list::ListArgs),
    Find(find::FindArgs),
    Entitlements(entitlements::EntitlementsArgs),
    Create(create::CreateArgs),
    Link(link::LinkArgs),
    Unlink(unlink::UnlinkArgs),
}

pub async fn run(ctx: &Context, args: CustomerArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Show(args) => show::run(ctx, args).await,
        Verb::List(args) => list::run(ctx, args).await,
        Verb::Find(args) => find::run(ctx, args).await,
        Verb::Entitlements(args) => entitlements::run(ctx, args).await,
        Verb::Create(args) => create::run(ctx, args).await,
        Verb::Link(args) => link::run(ctx, args).await,
        Verb::Unlink(args) => unlink::run(ctx, args).await,
    }
}
