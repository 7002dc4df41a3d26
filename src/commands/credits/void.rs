//! `credits void`

use super::money::end::{End, end};
use crate::commands::Outcome;
use crate::context::Context;

/// Take back billing credits in Stripe of which nothing is used
#[derive(Debug, clap::Args)]
pub struct VoidArgs {
    /// The grant, as `credits money` lists it: credgr_…
    pub grant: String,
}

pub async fn run(ctx: &Context, args: VoidArgs) -> anyhow::Result<Outcome> {
    end(ctx, &args.grant, End::Void).await
}
