//! `billctl mirror`: the local copy of Stripe, and what it is made of.

pub mod backfill;
pub mod backup;
mod compare;
pub mod export;
mod filling;
pub mod query;
mod read;
pub mod rebuild;
mod report;
pub mod status;
pub mod update;
pub mod verify;
mod walk;

use super::Outcome;
use crate::context::Context;

/// The local copy of Stripe: fill it, check it, look at it, ask it, copy it, make it anew
#[derive(Debug, clap::Args)]
pub struct MirrorArgs {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    Backfill(backfill::BackfillArgs),
    Update(update::UpdateArgs),
    Verify(verify::VerifyArgs),
    Status(status::StatusArgs),
    Query(query::QueryArgs),
    Rebuild(rebuild::RebuildArgs),
    Backup(backup::BackupArgs),
    Export(export::ExportArgs),
}

pub async fn run(ctx: &Context, args: MirrorArgs) -> anyhow::Result<Outcome> {
    match args.verb {
        Verb::Backfill(args) => backfill::run(ctx, args).await,
        Verb::Update(args) => update::run(ctx, args).await,
        Verb::Verify(args) => verify::run(ctx, args).await,
        Verb::Status(args) => status::run(ctx, args).await,
        Verb::Query(args) => query::run(ctx, args).await,
        Verb::Rebuild(args) => rebuild::run(ctx, args).await,
        Verb::Backup(args) => backup::run(ctx, args).await,
        Verb::Export(args) => export::run(ctx, args).await,
    }
}

/// A number of bytes for people: `3.5 MiB`.
fn bytes(number: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if number < 1024 {
        return format!("{number} B");
    }
    let mut tenths = number.saturating_mul(10) / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < units.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, units[unit])
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn bytes_are_told_in_the_unit_that_fits() {
        let check = |number: u64, expected: &str| assert_eq!(bytes(number), expected);
        check(0, "0 B");
        check(1023, "1023 B");
        check(1024, "1.0 KiB");
        check(1_572_864, "1.5 MiB");
        check(5_368_709_120, "5.0 GiB");
        check(u64::MAX / 100, "167772.1 TiB");
    }
}
