//! `billctl usage`: what subjects use, held against what their plans allow.

pub mod check;
pub mod commit;
pub mod import;
pub mod lines; // all that a subject uses, a line a metric
pub mod metric; // a metric as a subject's plan counts it
pub mod push;
mod quantity; // how much, as it is typed: a number, units that cost, or money
pub mod reconcile;
pub mod record;
pub mod release;
pub mod reserve;
pub mod result; // what all of them show: used, limit, what is left, when it frees up
pub mod show;
mod way_out; // where more can be had than is allowed

use super::Outcome;
use crate::context::Context;

/// What subjects use: record it, hold it against the limits of their plans, and look it up
#[derive(Debug, clap::Args)]
pub struct UsageArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Record(record::RecordArgs),
    Import(import::ImportArgs),
    Push(push::PushArgs),
    Reconcile(reconcile::ReconcileArgs),
    Check(check::CheckArgs),
    Show(show::ShowArgs),
    Reserve(reserve::ReserveArgs),
    Commit(commit::CommitArgs),
    Release(release::ReleaseArgs),
}

pub async fn run(ctx: &Context, args: UsageArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Record(args) => record::run(ctx, args),
        Verb::Import(args) => import::run(ctx, args),
        Verb::Push(args) => push::run(ctx, args).await,
        Verb::Reconcile(args) => reconcile::run(ctx, args).await,
        Verb::Check(args) => check::run(ctx, args).await,
        Verb::Show(args) => show::run(ctx, args).await,
        Verb::Reserve(args) => reserve::run(ctx, args),
        Verb::Commit(args) => commit::run(ctx, args),
        Verb::Release(args) => release::run(ctx, args),
    }
}
