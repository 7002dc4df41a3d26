//! `credits void`

use super::money::end::end;
use crate::commands::Outcome;
use crate::context::Context;
use crate::store::books::MoneyAction;

/// Take back money that was given in Stripe: billing credits of which nothing is used, or a balance
///
/// A balance is taken back by a transaction against it, whether it is used or not: what is used by then the customer pays with
/// the next invoice. Each is taken back once.
#[derive(Debug, clap::Args)]
pub struct VoidArgs {
    /// What was given, as `credits money` lists it: credgr_… or cbtxn_…
    #[arg(value_name = "GRANT")]
    pub grant: String,
}

pub async fn run(ctx: &Context, args: VoidArgs) -> anyhow::Result<Outcome> {
    end(ctx, &args.grant, MoneyAction::Void).await
}
