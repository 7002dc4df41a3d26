//! `billctl events`: what Stripe tells, received and looked at.

pub mod account;
pub mod age;
pub mod catch_up;
mod guess;
mod input;
pub mod list;
pub mod listen;
mod poll;
pub mod pull;
mod receiving;
pub mod replay;
mod resolve;
pub mod select;
pub mod show;
pub mod sign;
mod summary;
pub mod trigger;
pub mod unread;
pub mod verify;
mod words;

pub use select::newest_of;

use super::Outcome;
use crate::context::Context;

/// Webhook events: receive, pull, list, show, replay, trigger, sign and verify them
#[derive(Debug, clap::Args)]
pub struct EventsArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Listen(listen::ListenArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Pull(pull::PullArgs),
    Replay(Box<replay::ReplayArgs>),
    Trigger(trigger::TriggerArgs),
    Verify(verify::VerifyArgs),
    Sign(sign::SignArgs),
}

pub async fn run(ctx: &Context, args: EventsArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Listen(args) => listen::run(ctx, args).await,
        Verb::List(args) => list::run(ctx, args).await,
        Verb::Show(args) => show::run(ctx, args).await,
        Verb::Pull(args) => pull::run(ctx, args).await,
        Verb::Replay(args) => replay::run(ctx, *args).await,
        Verb::Trigger(args) => trigger::run(ctx, args).await,
        Verb::Verify(args) => verify::run(ctx, args).await,
        Verb::Sign(args) => sign::run(ctx, args).await,
    }
}
