//! `billctl emulator`: the offline Stripe, on a port for any program that speaks Stripe's API.

pub mod advance;
pub mod env;
pub mod pay;
mod reached;
pub mod reset;
pub mod start;
pub mod status;

use std::path::PathBuf;

use super::Outcome;
use crate::context::Context;
use crate::settings::EMULATOR;

/// The offline Stripe: serve it, pay in it, move its time, look at it, empty it
#[derive(Debug, clap::Args)]
pub struct EmulatorArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Start(start::StartArgs),
    Env(env::EnvArgs),
    Pay(pay::PayArgs),
    Advance(advance::AdvanceArgs),
    Status(status::StatusArgs),
    Reset(reset::ResetArgs),
}

pub async fn run(ctx: &Context, args: EmulatorArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Start(args) => start::run(ctx, args).await,
        Verb::Env(args) => env::run(ctx, args).await,
        Verb::Pay(args) => pay::run(ctx, args).await,
        Verb::Advance(args) => advance::run(ctx, args).await,
        Verb::Status(args) => status::run(ctx, args).await,
        Verb::Reset(args) => reset::run(ctx, args).await,
    }
}

/// Where the project's emulator keeps its state, whatever the profile in use is.
fn folder(ctx: &Context) -> PathBuf {
    ctx.settings().project_folder().join(".billctl").join(EMULATOR)
}
