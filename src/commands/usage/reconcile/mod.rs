//! `usage reconcile`

mod compare;
mod outcome;

use std::collections::BTreeMap;

use compare::{Compare, Counted, Difference, difference};
use outcome::Reconciled;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::push::Customers;
use super::push::meters::{self, Meter};
use crate::commands::Outcome;
use crate::commands::moment::Moment;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::Compared;
use crate::stripe::{Reader, StripeError, segment};
use crate::ui::Progress;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Customers that are asked for side by side; Stripe gives summaries of one customer at a time.
const TOGETHER: usize = 64;

/// How many records that Stripe doesn't have are named for each difference.
const NAMED: usize = 10;

/// Compare what was recorded with what Stripe's meters counted
///
/// Each customer's records are added up, and held against the summaries of the meter's events. Where they differ, it says what
/// of the difference was not pushed yet, waits or was refused, and names the records; exit code 3. Stripe counts with a delay:
/// what was pushed in the last minutes may not be there yet.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl usage reconcile
  billctl usage reconcile --from 2026-11-01 --to 2026-12-01 --by day -o json")]
pub struct ReconcileArgs {
    /// Only this meter of the catalog. Repeatable
    #[arg(long = "metric", value_name = "METRIC")]
    pub metrics: Vec<String>,
    /// Only this subject
    #[arg(long, value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// From when on [default: the 1st of this month, in UTC]
    #[arg(long, value_name = "TIME")]
    pub from: Option<Moment>,
    /// Up to when [default: the end of this day, in UTC]
    #[arg(long, value_name = "TIME")]
    pub to: Option<Moment>,
    /// Hour by hour or day by day, rather than all of it as one
    #[arg(long, value_enum)]
    pub by: Option<By>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum By {
    Hour,
    Day,
}

impl By {
    fn seconds(self) -> i64 {
        match self {
            By::Hour => HOUR,
            By::Day => DAY,
        }
    }

    fn name(self) -> &'static str {
        match self {
            By::Hour => "hour",
            By::Day => "day",
        }
    }
}

/// The time that is compared. Seconds since 1970; `until` is no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from: i64,
    pub until: i64,
    pub by: Option<By>,
}

impl Window {
    /// Stripe takes whole minutes, or hours or days: the window grows to those.
    fn read(ctx: &Context, args: &ReconcileArgs) -> anyhow::Result<Window> {
        let now = ctx.clock().now();
        let today = now.as_second().div_euclid(DAY) * DAY;
        let month = now.to_zoned(jiff::tz::TimeZone::UTC).date().first_of_month();
        let month = month.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_second();
        let step = args.by.map_or(MINUTE, By::seconds);
        let from = args.from.map_or(month, |from| from.from(now).as_second());
        let until = args.to.map_or(today + DAY, |to| to.from(now).as_second());
        let (from, until) = (from.div_euclid(step) * step, (until + step - 1).div_euclid(step) * step);
        if until <= from {
            return Err(fail(
                Kind::Usage,
                "The time to compare ends before it begins",
                "Give `--to` a later time than `--from`",
            ));
        }
        Ok(Window { from, until, by: args.by })
    }

    /// How long a stretch is that is compared, in seconds.
    pub fn stretch(self) -> i64 {
        self.by.map_or(self.until - self.from, By::seconds)
    }
}

pub async fn run(ctx: &Context, args: ReconcileArgs) -> anyhow::Result<Outcome> {
    let window = Window::read(ctx, &args)?;
    let catalog = &ctx.catalog()?.catalog;
    let connection = ctx.stripe().await?;
    let reader = connection.reader();
    let books = ctx.books()?;
    let customers = Customers::new(ctx.books()?, ctx.mirror()?);
    let mut done = Reconciled::new(window);
    for meter in meters::find(catalog, &args.metrics, &reader).await? {
        let asked = Compared {
            metric: &meter.metric,
            adding: meter.adding,
            from: window.from,
            until: window.until,
            stretch: window.stretch(),
            subject: args.subject.as_deref(),
        };
        let mut compare = Compare::new(meter.adding);
        for standing in books.push_standings(asked)? {
            let customer = match &standing.customer {
                Some(customer) => Some(customer.clone()),
                None => customers.read(&standing.subject)?.map(|customer| customer.id),
            };
            compare.add(customer, standing);
        }
        let bar = ctx.ui().progress(u64::try_from(compare.customers.len()).unwrap_or_default(), "Comparing");
        done.records += compare.records;
        done.without_customer += compare.without_customer;
        done.customers += compare.customers.len();
        let mut counted = compare.customers.into_iter();
        loop {
            let some: Vec<(String, Counted)> = counted.by_ref().take(TOGETHER).collect();
            if some.is_empty() {
                break;
            }
            let mut asking = JoinSet::new();
            for (customer, counted) in some {
                let (reader, meter, bar) = (reader.clone(), meter.clone(), bar.clone());
                asking.spawn(async move { ask(&reader, &meter, customer, counted, window, &bar).await });
            }
            while let Some(answered) = asking.join_next().await {
                let (customer, counted, stripes) = answered??;
                for found in difference(&meter.metric, &customer, &counted, &stripes, window) {
                    let missing = books.missing_pushes(within(asked, &found), &found.subject, NAMED)?;
                    done.differences.push((found, missing));
                }
            }
        }
        bar.finish();
    }
    // Answers come in any order.
    done.differences.sort_by(|(one, _), (other, _)| one.place().cmp(&other.place()));
    ctx.show(&done)?;
    Ok(if done.differences.is_empty() { Outcome::Done } else { Outcome::Difference })
}

/// The same question, of the stretch that differs.
fn within<'a>(asked: Compared<'a>, found: &Difference) -> Compared<'a> {
    Compared { from: found.from, until: found.until, ..asked }
}

/// What Stripe counted of a customer, by the stretch's first second.
async fn ask(
    reader: &Reader,
    meter: &Meter,
    customer: String,
    counted: Counted,
    window: Window,
    bar: &Progress,
) -> Result<(String, Counted, BTreeMap<i64, Decimal>), StripeError> {
    let mut params = json!({"customer": customer, "start_time": window.from, "end_time": window.until});
    if let Some(by) = window.by {
        params["value_grouping_window"] = json!(by.name());
    }
    let path = format!("/v1/billing/meters/{}/event_summaries", segment(&meter.id));
    let listed = match reader.list(&path, &params).await {
        Ok(listed) => listed,
        // One that is gone in Stripe has no counts, and stops no comparison of the others.
        Err(error) if is_gone(&error) => Vec::new(),
        Err(error) => return Err(error),
    };
    let summary = |summary: &Value| {
        let start = summary["start_time"].as_i64()?;
        // Whole numbers may come as 25.0, and a decimal is no float here.
        let value: Decimal = summary["aggregated_value"].as_number()?.to_string().parse().ok()?;
        Some((start, value.normalize()))
    };
    let stripes = listed.iter().filter_map(summary).collect();
    bar.advance(1);
    Ok((customer, counted, stripes))
}

fn is_gone(error: &StripeError) -> bool {
    error.api().is_some_and(|api| {
        api.code.as_deref() == Some("resource_missing") && api.param.as_deref() == Some("customer")
    })
}
