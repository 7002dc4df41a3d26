//! `usage push`

mod course;
mod decide;
pub mod meters;
mod outcome;
mod reports;
mod send;
mod status;
mod telling;

use std::cell::RefCell;
use std::collections::HashMap;

use course::Push;
use decide::Customer;
use meters::Meter;
pub use outcome::records;
use outcome::{Report, Totals};

use crate::commands::{Outcome, subject};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::Books;
use crate::store::lock::Lock;
use crate::store::mirror::Mirror;

/// Tell Stripe's meters what was recorded, each record once
///
/// Each record of a metric that is a meter of the catalog becomes a meter event. Its identifier is made of the record's key and
/// written down before it is sent: whatever dies on the way, the same command goes on and nothing counts twice. What Stripe
/// refuses is kept with the reason; what belongs to a subject that is no customer yet waits until it is one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl usage push                       every hour or every day, from cron
  billctl usage push --status              what is sent, what is not, and why
  billctl usage push --rejected -o csv     what Stripe refused, record by record
  billctl usage push --retry               what was refused, once more")]
pub struct PushArgs {
    /// Only this meter of the catalog. Repeatable
    #[arg(long = "metric", value_name = "METRIC")]
    pub metrics: Vec<String>,
    /// By the hundred on Stripe's stream of meter events, which looks at them afterwards [default: where more than 100,000 wait]
    #[arg(long)]
    pub stream: bool,
    /// Also what was refused before, as new events
    #[arg(long)]
    pub retry: bool,
    /// Also what was begun so long ago that nobody knows whether Stripe has it: send it again, or take it as sent
    #[arg(long, value_name = "AS", value_enum)]
    pub unsure: Option<Unsure>,
    /// Send nothing: show how many records are in which state
    #[arg(long, conflicts_with_all = ["stream", "retry", "unsure", "rejected"])]
    pub status: bool,
    /// Send nothing: list the records that were refused, each with why
    #[arg(long, conflicts_with_all = ["stream", "retry", "unsure"])]
    pub rejected: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Unsure {
    /// It is not there: send it again
    Lost,
    /// It is there: send it no more
    Sent,
}

pub async fn run(ctx: &Context, args: PushArgs) -> anyhow::Result<Outcome> {
    if args.status {
        return status::show(ctx);
    }
    if args.rejected {
        return status::show_rejected(ctx);
    }
    ctx.check_policy()?;
    let catalog = &ctx.catalog()?.catalog;
    let connection = ctx.stripe().await?;
    let meters = meters::find(catalog, &args.metrics, &connection.reader()).await?;
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    if ctx.settings().dry_run {
        return dry_run(ctx, &books, &meters);
    }
    let lock = Lock::take(&ctx.state_dir()?.join("push.lock"))?;
    let Some(_lock) = lock else {
        return Err(fail(
            Kind::Failed,
            "Another `usage push` of this profile is at work; nothing was sent",
            "Wait until it is done: two would not be faster",
        ));
    };
    let customers = Customers::new(ctx.books()?, mirror);
    let mut push =
        Push::new(ctx, &connection, &catalog.project, meters, books, customers, args.stream).await?;
    push.run(&args).await
}

/// The customers that subjects are, each looked up once.
#[derive(Debug)]
pub struct Customers {
    books: Books,
    mirror: Mirror,
    known: RefCell<HashMap<String, Option<Customer>>>,
}

impl Customers {
    pub fn new(books: Books, mirror: Mirror) -> Customers {
        Customers { books, mirror, known: RefCell::default() }
    }

    /// # Errors
    /// If the books or the mirror can't be read.
    pub fn read(&self, subject: &str) -> anyhow::Result<Option<Customer>> {
        if let Some(known) = self.known.borrow().get(subject) {
            return Ok(known.clone());
        }
        let customer =
            match subject::look_up(&self.books, &self.mirror, subject)?.and_then(|who| who.customer) {
                Some(id) => {
                    let has_clock = self.mirror.test_clock_of(&id)?.is_some();
                    Some(Customer { id, has_clock })
                }
                None => None,
            };
        self.known.borrow_mut().insert(subject.to_owned(), customer.clone());
        Ok(customer)
    }
}

fn dry_run(ctx: &Context, books: &Books, meters: &[Meter]) -> anyhow::Result<Outcome> {
    let metrics: Vec<&str> = meters.iter().map(|meter| meter.metric.as_str()).collect();
    let mut left = 0;
    for metric in &metrics {
        left += books.unpushed_count(metric)?;
    }
    let report = Report::new(&Totals::default(), &books.push_counts()?, &metrics, left, false);
    ctx.show(&report.of_dry_run())?;
    Ok(Outcome::Done)
}
