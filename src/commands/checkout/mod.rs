//! `billctl checkout`: pages of Stripe where a subject pays.

pub mod create;
pub mod expire;
pub mod goods;
mod json;
pub mod list;
pub mod made;
pub mod promotion;
pub mod request;
pub mod show;
pub mod what; // what is sold, as flags name it

use super::Outcome;
use crate::context::Context;

/// Checkouts: links to pages where somebody subscribes or pays
#[derive(Debug, clap::Args)]
pub struct CheckoutArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Create(Box<create::CreateArgs>),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Expire(expire::ExpireArgs),
}

pub async fn run(ctx: &Context, args: CheckoutArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Create(args) => create::run(ctx, *args).await,
        Verb::List(args) => list::run(ctx, args).await,
        Verb::Show(args) => show::run(ctx, args).await,
        Verb::Expire(args) => expire::run(ctx, args).await,
    }
}
