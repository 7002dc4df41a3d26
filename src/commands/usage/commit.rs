//! `usage commit`

use std::collections::BTreeMap;

use super::metric::{Metric, counted_as};
use super::quantity::{Amount, QuantityArgs};
use super::record::{distinct, refusal};
use super::release::{Shown, held_by, settled};
use crate::billing::usage::Record;
use crate::commands::Outcome;
use crate::commands::pair::Pair;
use crate::commands::subject;
use crate::commands::subject::entitled::Known;
use crate::context::Context;
use crate::error::{Kind, fail, fail_plain};
use crate::store::books::Settled;

/// Record what a task really took, and let go of what was held for it
///
/// It is recorded whatever the limit says, because it was used. Without an amount it took what was held. A reservation that
/// has expired can be committed still.
#[derive(Debug, clap::Args)]
pub struct CommitArgs {
    /// The key of the reservation
    pub key: String,
    #[command(flatten)]
    pub quantity: QuantityArgs,
    /// What reports can be told apart by, such as agent=writer. Repeatable
    #[arg(long = "dim", value_name = "NAME=VALUE")]
    pub dimensions: Vec<Pair>,
}

pub fn run(ctx: &Context, args: CommitArgs) -> anyhow::Result<Outcome> {
    let CommitArgs { key, quantity, dimensions } = args;
    ctx.check_policy()?;
    let amount = quantity.amount().map_err(|error| fail_plain(Kind::Usage, error))?;
    let dimensions: BTreeMap<String, String> = distinct(dimensions)?;
    let (mut books, mirror) = (ctx.books()?, ctx.mirror()?);
    let reservation = held_by(&books, &key)?;
    let who = subject::anybody(&books, &mirror, &reservation.subject)?;
    let known = Known::read(ctx, &mirror, &who)?;
    let entitlement = known.entitlement(ctx)?;
    let metric = Metric::of(&ctx.catalog()?.catalog, &entitlement, &reservation.metric, known.now)?;
    let name = counted_as(&who, &reservation.subject);
    let is_cost = amount.is_cost();
    let record = Record {
        subject: name.to_owned(),
        metric: metric.name.to_owned(),
        quantity: match amount {
            Amount::Default => reservation.quantity,
            amount => metric.quantity(&amount)?,
        },
        currency: reservation.currency,
        at: known.now,
        key: format!("reservation:{key}"),
        dimensions,
        corrects: None,
    };
    // A task may cost less than half of the currency's smallest unit: then it lets go of what was held, and adds nothing.
    let used = Some(&record).filter(|record| record.quantity != 0 || !is_cost);
    used.map_or(Ok(()), |record| record.check(known.now)).map_err(|bad| {
        fail(
            Kind::Usage,
            format!("Nothing was recorded: {bad}"),
            "Where nothing was used, `billctl usage release` it",
        )
    })?;
    if ctx.settings().dry_run {
        ctx.show(&Shown { reservation, used: Some(record.quantity), now: false, dry_run: true })?;
        return Ok(Outcome::Done);
    }
    metric.book_free_credits(ctx, name)?;
    let outcome = match books.settle_usage(&key, used, metric.credits(), known.now)? {
        Settled::NotRecorded(recorded) => return Err(refusal(&recorded, &record)),
        other => other,
    };
    settled(ctx, outcome, Some(record.quantity))
}
