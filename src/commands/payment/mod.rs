//! `billctl payment`: what was paid, what was declined and why, and what can be done about it.

pub mod charge;
mod handover; // a client secret, once
pub mod list;
mod live; // a payment as Stripe has it now
mod method; // what is charged while its owner is away
mod record; // a payment as every command shows it
pub mod refund;
mod result; // what charging and trying again show
pub mod retry;
pub mod show;

use super::Outcome;
use crate::context::Context;

/// Payments: history, why one was declined, charge, try again, refund
#[derive(Debug, clap::Args)]
pub struct PaymentArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Charge(charge::ChargeArgs),
    Retry(retry::RetryArgs),
    Refund(refund::RefundArgs),
}

pub async fn run(ctx: &Context, args: PaymentArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::List(args) => list::run(ctx, args).await,
        Verb::Show(args) => show::run(ctx, args).await,
        Verb::Charge(args) => charge::run(ctx, args).await,
        Verb::Retry(args) => retry::run(ctx, args).await,
        Verb::Refund(args) => refund::run(ctx, args).await,
    }
}
