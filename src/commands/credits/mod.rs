//! `billctl credits`: the ledger of prepaid credits.

pub mod adjust;
pub mod allowance;
pub mod approve;
pub mod balance;
mod booking;
pub mod deduct;
pub mod expire;
pub mod expiry;
pub mod export;
pub mod grant;
pub mod history;
pub mod import;
pub mod money;
mod proposal;
pub mod proposals;
pub mod reverse;
pub mod set;
pub mod settle;
pub mod verify;
pub mod void;

use super::Outcome;
use crate::context::Context;

/// Prepaid credits: give, take, correct and look up, in a ledger that is only ever added to
#[derive(Debug, clap::Args)]
pub struct CreditsArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Balance(balance::BalanceArgs),
    Grant(Box<grant::GrantArgs>),
    Deduct(deduct::DeductArgs),
    Adjust(adjust::AdjustArgs),
    Set(set::SetArgs),
    Reverse(reverse::ReverseArgs),
    Expire(expire::ExpireArgs),
    History(history::HistoryArgs),
    Settle(settle::SettleArgs),
    Approve(approve::ApproveArgs),
    Decline(approve::DeclineArgs),
    Proposals(proposals::ProposalsArgs),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
    Verify(verify::VerifyArgs),
    Money(money::list::MoneyArgs),
    Void(void::VoidArgs),
}

pub async fn run(ctx: &Context, args: CreditsArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Balance(args) => balance::run(ctx, args),
        Verb::Grant(args) => grant::run(ctx, *args).await,
        Verb::Deduct(args) => deduct::run(ctx, args),
        Verb::Adjust(args) => adjust::run(ctx, args),
        Verb::Set(args) => set::run(ctx, args),
        Verb::Reverse(args) => reverse::run(ctx, args),
        Verb::Expire(args) => expire::run(ctx, args).await,
        Verb::History(args) => history::run(ctx, args),
        Verb::Settle(args) => settle::run(ctx, args).await,
        Verb::Approve(args) => approve::approve(ctx, args),
        Verb::Decline(args) => approve::decline(ctx, args),
        Verb::Proposals(args) => proposals::run(ctx, args),
        Verb::Import(args) => import::run(ctx, args),
        Verb::Export(args) => export::run(ctx, args),
        Verb::Verify(args) => verify::run(ctx, args),
        Verb::Money(args) => money::list::run(ctx, args).await,
        Verb::Void(args) => void::run(ctx, args).await,
    }
}
