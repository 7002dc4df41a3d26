//! What reports of recurring revenue have in common: their time, their lines, and the movements behind them.

use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::money::{TimeStep, and, begun, bucket};
use super::period::{PageArgs, PeriodArgs, ReportPeriod, When};
use crate::billing::calendar::Step;
use crate::billing::metrics::{Kind, MrrLine, mrr};
use crate::commands::amount;
use crate::commands::events::pull;
use crate::commands::moment::time;
use crate::context::Context;
use crate::render::{Column, Part, Table};
use crate::store::mirror::{CustomerMovement, Mirror};

/// How many months a report is of where nothing else is said, this one with them.
const MONTHS: i64 = 12;

/// The time that a report of recurring revenue is of, and where it goes.
#[derive(Debug, Clone, clap::Args)]
pub struct RecurringArgs {
    /// From this day or time on, or from the day so long ago (90d) [default: the first of the month eleven months ago]
    #[arg(long, value_name = "WHEN")]
    pub from: Option<When>,
    /// Before this day or time [default: the end of this month]
    #[arg(long, value_name = "WHEN")]
    pub to: Option<When>,
    /// The IANA time zone that days, weeks and months are of [default: `reports.time_zone` of billing.toml, else UTC]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// A line a day, week or month
    #[arg(long, value_enum, default_value_t = TimeStep::Month)]
    pub by: TimeStep,
    /// Name the movements behind the figures, with their customers and subscriptions
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub page: PageArgs,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

/// Lines of recurring revenue, and what they are made of.
#[derive(Debug)]
pub struct Recurring {
    pub period: ReportPeriod,
    pub by: TimeStep,
    pub lines: Vec<MrrLine>,
    /// Where they are asked for: those of the kinds that the report is about.
    pub movements: Option<Vec<CustomerMovement>>,
}

impl RecurringArgs {
    /// Reads what the report is made of; `kinds` are the movements that it is about.
    ///
    /// # Errors
    /// `Usage` for a time that can't be meant; what [`Mirror::movement_sums`] says.
    pub async fn read(&self, ctx: &Context, kinds: &[Kind]) -> anyhow::Result<Recurring> {
        let RecurringArgs { from, to, timezone, by, explain, page: _, fresh } = self;
        let (by, explain) = (*by, *explain);
        let first = || {
            let month = ctx.clock().now().to_zoned(TimeZone::UTC).date().first_of_month();
            month.checked_sub((MONTHS - 1).months()).ok().map(When::Day)
        };
        let period = PeriodArgs { from: from.or_else(first), to: *to, timezone: timezone.clone() };
        let period = period.resolve(ctx)?;
        if *fresh {
            pull::pull(ctx, None).await?;
        }
        let mirror = ctx.mirror()?;
        let lines = lines(&mirror, &period, by.step())?;
        let movements = if explain {
            let mut movements = mirror.movements(period.range, None)?;
            movements.retain(|one| kinds.contains(&one.movement.kind));
            Some(movements)
        } else {
            None
        };
        Ok(Recurring { period, by, lines, movements })
    }
}

/// The lines of a report's time that have begun.
///
/// # Errors
/// What [`Mirror::movement_sums`] says.
pub fn lines(mirror: &Mirror, period: &ReportPeriod, step: Step) -> anyhow::Result<Vec<MrrLine>> {
    let ranges = begun(period, step)?;
    let days_are_divided = bucket(&ranges) != 24 * 60 * 60;
    let before = ranges.last().map_or(period.range.to, |last| last.to);
    Ok(mrr(&mirror.movement_sums(before, days_are_divided)?, &ranges))
}

impl Recurring {
    pub fn currencies(&self) -> Vec<&str> {
        let mut currencies: Vec<&str> = self.lines.iter().map(|line| line.currency.as_str()).collect();
        currencies.sort_unstable();
        currencies.dedup();
        currencies
    }

    pub fn of<'a>(&'a self, currency: &'a str) -> impl Iterator<Item = &'a MrrLine> {
        self.lines.iter().filter(move |line| line.currency == currency)
    }

    /// The movements as a part of a sheet, where they are asked for.
    pub fn explained(&self) -> Option<Part> {
        let mut table = Table::new([
            Column::id("at"),
            Column::id("movement"),
            Column::number("before"),
            Column::number("after"),
            Column::id("customer"),
            Column::words("subscriptions"),
        ]);
        for CustomerMovement { customer, movement } in self.movements.as_ref()? {
            let words = |minor: i64| amount::words(minor, &movement.currency);
            table.row([
                time(movement.at),
                movement.kind.to_string(),
                words(movement.before),
                words(movement.after),
                customer.clone(),
                movement.subscriptions.join(" "),
            ]);
        }
        Some(Part { heading: "Behind the figures".to_owned(), chart: None, table, only_on_page: false })
    }

    /// The whole document: the time, the lines, and the movements where they are asked for.
    pub fn document(&self, line: impl Fn(&MrrLine) -> Value) -> Value {
        let lines: Vec<Value> = self.lines.iter().map(line).collect();
        let mut document = and(self.period.json(), json!({"by": self.by.name(), "lines": lines}));
        if let Some(movements) = &self.movements {
            let objects: Vec<Value> = movements.iter().map(movement_json).collect();
            document = and(document, json!({"objects": objects}));
        }
        document
    }

    /// A row a line; where movements are asked for, a row a movement.
    pub fn rows(&self, line: impl Fn(&MrrLine) -> Value) -> Vec<Value> {
        match &self.movements {
            Some(movements) => movements.iter().map(movement_json).collect(),
            None => self.lines.iter().map(line).collect(),
        }
    }
}

fn movement_json(one: &CustomerMovement) -> Value {
    let CustomerMovement { customer, movement } = one;
    json!({
        "at": time(movement.at),
        "movement": movement.kind.name(),
        "customer": customer,
        "subscriptions": movement.subscriptions,
        "before": amount::json(movement.before, &movement.currency),
        "after": amount::json(movement.after, &movement.currency),
    })
}
