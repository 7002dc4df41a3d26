//! `credits settle`

use serde_json::{Value, json};

use super::booking::{credits, ledger, now};
use crate::commands::Outcome;
use crate::commands::events::unread::read_each;
use crate::commands::moment::{Moment, begin, time};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::Books;
use crate::store::mirror::{Mirror, Swept, SweptPayment};
use crate::stripe::Reader;

/// First the lines of payments are read, and then the prices that they name; after that there is nothing to be read.
const ROUNDS: usize = 3;

/// Book the credits of paid packs that the mirror knows of and no event told of
///
/// Events book what is bought. Where some are lost for good, `mirror backfill` or `mirror update` still reads what was paid; this
/// books it, each payment once, whichever way it becomes known. What was paid before the time that it begins with is left alone:
/// that may stand in a ledger that was brought along.
#[derive(Debug, clap::Args)]
pub struct SettleArgs {
    /// Payments since this date or time, or so long ago (30d) [default: since the first event that is stored]
    #[arg(long, value_name = "WHEN")]
    pub since: Option<Moment>,
}

pub async fn run(ctx: &Context, args: SettleArgs) -> anyhow::Result<Outcome> {
    let SettleArgs { since } = args;
    ctx.check_policy()?;
    let mut books = ledger(ctx)?;
    let mut mirror = ctx.mirror()?;
    let since = since.map(|when| begin(when.from(ctx.clock().now())));
    let Some(since) = since.or(books.first_event_second()?) else {
        return Err(fail(
            Kind::Usage,
            "No event was ever read, so that it is not known since when payments are booked here",
            "Say it with `--since WHEN`; what was paid before that is left alone",
        ));
    };
    let dry_run = ctx.settings().dry_run;
    let mut swept = mirror.sweep_payments(&books, since, !dry_run, now(ctx))?;
    if !dry_run && !swept.unread.is_empty() {
        let connection = ctx.stripe().await?;
        let mut booked = swept.booked;
        swept = read_and_sweep(ctx, &connection.reader(), &mut books, &mut mirror, since).await?;
        booked.append(&mut swept.booked);
        swept.booked = booked;
    }
    let is_done = dry_run || swept.unclear.is_empty();
    let outcome = if is_done { Outcome::Done } else { Outcome::Failed(Kind::Failed) };
    ctx.show(&Settled { swept, since, dry_run })?;
    Ok(outcome)
}

/// Books what is due of the payments since a second, after what is missing to tell what they were for is read from Stripe.
///
/// # Errors
/// What Stripe or the disk refuses; what is booked by then stays.
pub async fn read_and_sweep(
    ctx: &Context,
    reader: &Reader,
    books: &mut Books,
    mirror: &mut Mirror,
    since: i64,
) -> anyhow::Result<Swept> {
    let mut booked = Vec::new();
    let mut swept = Swept::default();
    for _ in 0..ROUNDS {
        swept = mirror.sweep_payments(books, since, true, now(ctx))?;
        booked.append(&mut swept.booked);
        let read = read_each(reader, books, mirror, &swept.unread, ctx.clock().now()).await?;
        if read == 0 {
            break;
        }
    }
    Ok(Swept { booked, ..swept })
}

struct Settled {
    swept: Swept,
    since: i64,
    dry_run: bool,
}

impl Present for Settled {
    fn json(&self) -> Value {
        let Settled { swept, since, dry_run } = self;
        let Swept { payments, booked: _, unclear, unread: _ } = swept;
        let unclear: Vec<Value> =
            unclear.iter().map(|(payment, why)| json!({"payment": payment, "why": why})).collect();
        json!({
            "since": time(*since),
            "payments": payments,
            "booked": self.rows(),
            "unclear": unclear,
            "dry_run": dry_run,
        })
    }

    fn rows(&self) -> Vec<Value> {
        let row = |SweptPayment { payment, subject, credits }: &SweptPayment| json!({"payment": payment, "subject": subject, "credits": credits});
        self.swept.booked.iter().map(row).collect()
    }

    fn view(&self) -> View {
        let Settled { swept: Swept { payments, booked, unclear, unread }, since, dry_run } = self;
        let verb = if *dry_run { "Would book" } else { "Booked" };
        let looked = format!("of {payments} since {}", time(*since));
        let headline = match booked.len() {
            0 => format!("Nothing to book {looked}"),
            1 => format!("{verb} 1 payment {looked}"),
            many => format!("{verb} {many} payments {looked}"),
        };
        let mut view = View::new().line(Text::new(Role::Strong, headline));
        for (_, why) in unclear {
            view = view.line(Text::new(Role::Delete, why.clone()));
        }
        if *dry_run && !unread.is_empty() {
            view = view
                .line(Text::new(Role::Hint, "Without --dry-run, what is missing is read from Stripe first"));
        }
        let mut table = Table::new([Column::id("payment"), Column::id("subject"), Column::number("bought")]);
        for SweptPayment { payment, subject, credits: bought } in booked {
            table.row([payment.clone(), subject.clone(), credits(*bought)]);
        }
        if table.is_empty() { view } else { view.blank().table(table) }
    }
}
