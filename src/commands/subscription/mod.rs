//! `billctl subscription`: who subscribes to what, changed with a look at what it costs first.

pub mod cancel;
pub mod change;
pub mod create;
pub mod list;
pub mod migrate;
mod money_back;
pub mod pause;
mod preview;
pub mod resume;
pub mod schedule;
pub mod show;
mod subscribed;
mod target;
mod wanted;

use super::Outcome;
use crate::context::Context;
use crate::stripe::IdempotencyKey;

pub use money_back::NOTE as CANCELED_NOTE;

/// What Stripe's ids of subscriptions begin with. Those of schedules begin so, too.
const PREFIX: &str = "sub_";

/// Subscriptions: made, changed, paused, canceled, moved to other prices
#[derive(Debug, clap::Args)]
pub struct SubscriptionArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Create(Box<create::CreateArgs>),
    Show(show::ShowArgs),
    List(list::ListArgs),
    Change(Box<change::ChangeArgs>),
    Cancel(cancel::CancelArgs),
    Resume(resume::ResumeArgs),
    Pause(pause::PauseArgs),
    Schedule(Box<schedule::ScheduleArgs>),
    Migrate(Box<migrate::MigrateArgs>),
}

pub async fn run(ctx: &Context, args: SubscriptionArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Create(args) => create::run(ctx, *args).await,
        Verb::Show(args) => show::run(ctx, args).await,
        Verb::List(args) => list::run(ctx, args).await,
        Verb::Change(args) => change::run(ctx, *args).await,
        Verb::Cancel(args) => cancel::run(ctx, args).await,
        Verb::Resume(args) => resume::run(ctx, args).await,
        Verb::Pause(args) => pause::run(ctx, args).await,
        Verb::Schedule(args) => schedule::run(ctx, *args).await,
        Verb::Migrate(args) => migrate::run(ctx, *args).await,
    }
}

/// A key for a change that leads to the same state however often it is made: it only has to outlive lost answers.
fn fresh_key() -> anyhow::Result<IdempotencyKey> {
    Ok(IdempotencyKey::new(format!("billctl-{:032x}", fastrand::u128(..)))?)
}
