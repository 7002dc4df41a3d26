//! `billctl emulator env`: what another program needs to use the emulator.

use std::path::PathBuf;

use super::Outcome;
use crate::commands::env_lines;
use crate::context::Context;
use crate::emulator::{self, Running};
use crate::error::{Kind, fail};

/// Print the running emulator's address, key and webhook secret as `NAME=value` lines, or write them to a file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  export $(billctl emulator env)
  billctl emulator env --write .env.test")]
pub struct EnvArgs {
    /// Set the lines in this file, and keep its other lines as they are
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
}

pub async fn run(ctx: &Context, args: EnvArgs) -> anyhow::Result<Outcome> {
    let Some(running) = emulator::running(&super::folder(ctx)) else {
        return Err(fail(
            Kind::Failed,
            "The project's emulator is not being served",
            "Start it with `billctl emulator start`, in another terminal or with `&`",
        ));
    };
    let Running { base_url, api_key, webhook_secret, pid: _ } = running;
    let lines = [
        ("STRIPE_API_BASE", base_url),
        // The official CLI's name for the key, and the one that most applications use.
        ("STRIPE_API_KEY", api_key.clone()),
        ("STRIPE_SECRET_KEY", api_key),
        ("STRIPE_WEBHOOK_SECRET", webhook_secret),
    ];
    let lines = lines.map(|(name, value)| (name.to_owned(), value)).to_vec();
    env_lines::give(ctx, lines, args.write.as_deref())?;
    Ok(Outcome::Done)
}
