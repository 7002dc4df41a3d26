//! `billctl subscription migrate`: many subscriptions from one price to another, and back.

mod outcome; // what became of it, for people and programs
mod prices; // which prices are meant
mod run; // one subscription after the other, at a pace
mod undo; // the file of results, played back

use std::path::PathBuf;

use crate::billing::subscription::Seen;
use crate::billing::subscription::migration::{Judged, Row, effects, judge};
use crate::commands::Outcome;
use crate::context::Context;
use crate::store::migration::{Fate, Head, MigrationFile};
use crate::stripe::segment;

use super::preview::Proration;
use super::target::Desk;
use outcome::{Counts, Migrated, Planned};
use run::Runner;

/// Move all subscriptions from one price to another
///
/// Says first how many there are and what that does to what is billed, and asks. Each is moved once: what became of it is in the
/// file of results before the next one is sent, so that the same command goes on where it was stopped, and `--undo` moves them
/// back. Subscriptions that can't move are told with the reason, before anything is sent.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl subscription migrate --from-price price_1Old --to-price pro.monthly --dry-run
  billctl subscription migrate --from-price price_1Old --to-price pro.monthly --limit 10
  billctl subscription migrate --undo .billctl/test/migrations/price_1Old-price_1New.jsonl")]
pub struct MigrateArgs {
    /// The price that they leave: its id, its lookup key, or its key in the billing file (`pro.monthly`)
    #[arg(long, value_name = "PRICE", required_unless_present = "undo", requires = "to_price")]
    pub from_price: Option<String>,
    /// The price that they get
    #[arg(long, value_name = "PRICE", requires = "from_price")]
    pub to_price: Option<String>,
    /// Move back what this file of results says was moved
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from_price", "to_price", "results"])]
    pub undo: Option<PathBuf>,
    /// What becomes of the rest of the current periods
    #[arg(long, value_name = "HOW", default_value = "none")]
    pub proration: Proration,
    /// At most so many a second
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub per_second: u32,
    /// At most so many in all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Where it is written what became of each [default: .billctl/PROFILE/migrations/FROM-TO.jsonl]
    #[arg(long, value_name = "FILE")]
    pub results: Option<PathBuf>,
}

pub async fn run(ctx: &Context, args: MigrateArgs) -> anyhow::Result<Outcome> {
    ctx.check_policy()?;
    let connection = ctx.stripe().await?;
    let desk = Desk::open(ctx, &connection)?;
    if let Some(path) = &args.undo {
        return undo::run(desk, &args, path).await;
    }
    let prices = prices::find(ctx, &desk.reader, &args).await?;
    let head = Head {
        from_price: prices.old_id().to_owned(),
        to_price: prices.new_id().to_owned(),
        account: connection.account().await?.id.clone(),
    };
    let path = match &args.results {
        Some(path) => path.clone(),
        None => {
            ctx.state_dir()?.join("migrations").join(format!("{}-{}.jsonl", head.from_price, head.to_price))
        }
    };
    let (rows, stay) = look(&desk, &prices).await?;
    let effects = effects(&rows.iter().collect::<Vec<_>>(), &prices.from, &prices.to);
    let dry_run = ctx.settings().dry_run;
    let known = if dry_run { MigrationFile::look(&path)?.map(|(_, rows)| rows) } else { None };
    let doubtful = known.map_or(0, |rows| rows.values().filter(|row| row.result == Fate::Moving).count());
    let proration = args.proration;
    let planned = Planned { rows, stay, effects, prices, proration, path: path.clone() };
    if dry_run {
        ctx.show(&planned)?;
        if doubtful > 0 {
            ctx.ui().hint("A run was stopped before the answer for one subscription came; the next run looks at it first");
        }
        return Ok(Outcome::Done);
    }
    let (file, known) = MigrationFile::open(&path, &head)?;
    let mut runner = Runner::open(desk, file, &args).await?;
    let mut counts = Counts::default();
    runner.settle(&known, &planned.prices, &mut counts).await?;
    let wanted = planned.rows.len().min(runner.most());
    if wanted > 0 {
        ctx.propose(&planned)?;
        if !ctx.confirm(&planned.question(wanted))? {
            ctx.ui().status("Nothing was moved");
            return Ok(Outcome::Done);
        }
        runner.open_writer().await?;
    }
    runner.skip(&planned.stay, &known, &mut counts)?;
    let ended = runner.go(&planned.rows, &planned.prices, &mut counts).await?;
    let outcome = ended.outcome(&counts);
    ctx.show(&Migrated { planned, counts, ended })?;
    Ok(outcome)
}

/// All subscriptions that charge the old price: those that can move, and those that can't.
async fn look(desk: &Desk<'_>, prices: &prices::Prices) -> anyhow::Result<(Vec<Row>, Vec<(Row, String)>)> {
    let params = serde_json::json!({"price": prices.old_id()});
    let mut pages = desk.reader.pages("/v1/subscriptions", &params);
    let progress = desk.ctx.ui().open_progress("Reading subscriptions");
    let (mut rows, mut stay) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await? {
        for object in &page {
            match judge(object, prices.old_id(), &prices.to) {
                Some(Judged::Move(row)) => rows.push(row),
                Some(Judged::Stay { row, why }) => stay.push((row, why)),
                None => {}
            }
        }
        progress.say(&format!("{} found", rows.len() + stay.len()));
    }
    progress.finish();
    // The oldest first: what is made meanwhile comes behind.
    rows.reverse();
    stay.reverse();
    Ok((rows, stay))
}

/// What a subscription charges now: the item's price, and none where it has no such item any more.
fn price_of(seen: Seen<'_>, item: &str) -> Option<String> {
    let items = seen.items();
    items.iter().find(|one| one.id == item).map(|one| one.price.to_owned())
}

fn path_of(subscription: &str) -> String {
    format!("/v1/subscriptions/{}", segment(subscription))
}
