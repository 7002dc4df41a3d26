//! `billctl report usage`

mod by; // what there is a line for
mod explain; // the records behind a line
mod gather; // from the books to the report's lines
mod over; // who has used most of a limit
mod scope; // which subjects, metrics and plans
mod shown; // the report, as it is shown

use by::By;
use gather::Gathered;
use scope::{Scope, ScopeArgs};
use shown::Report;

use serde_json::Value;

use super::period::{PageArgs, PeriodArgs};
use crate::billing::catalog::nearest::nearest;
use crate::commands::Outcome;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::Present as _;
use crate::store::books::Books;

/// The records that `--explain` lists where no limit is given.
const EXPLAINED: usize = 1_000;

/// Show what was used: by subject, plan, metric, time or dimension
///
/// A time that is not over is compared by what it may come to. A plan is the one that its subjects have now. Sums are kept
/// up as records come in; only a report by a dimension reads all records.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl report usage --from 2026-11-01 --to 2026-12-01 --by plan
  billctl report usage --from 90d --by week --metric posts --html usage.html
  billctl report usage --by agent --metric spending -o csv
  billctl report usage --by agent --explain writer
  billctl report usage --over 80")]
pub struct UsageArgs {
    #[command(flatten)]
    pub period: PeriodArgs,
    /// A line for each: metric, subject, plan, day, week, month, or the values of a dimension, such as agent
    #[arg(long, value_name = "BY", default_value = "metric")]
    pub by: By,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Instead: who has used so many percent of a limit, as it counts now
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    #[arg(conflicts_with_all = ["from", "to", "timezone", "by", "explain"])]
    pub over: Option<u32>,
    /// Instead: the records behind a line, named as the report names it; behind all lines without a name
    #[arg(long, value_name = "LINE", num_args = 0..=1, default_missing_value = "")]
    pub explain: Option<String>,
    /// No more lines of a metric than this [default: 25 in a table and on a page, all in other formats]
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub page: PageArgs,
}

pub fn run(ctx: &Context, args: UsageArgs) -> anyhow::Result<Outcome> {
    let UsageArgs { period, by, scope, over, explain, limit, page } = args;
    let books = ctx.books()?;
    let scope = Scope::resolve(ctx, &books, scope, by == By::Plan || over.is_some())?;
    if let Some(percent) = over {
        let over = over::read(ctx, &books, &scope, percent, limit)?;
        page.write(ctx, &over.sheet())?;
        ctx.show(&over)?;
        return Ok(Outcome::Done);
    }
    let period = period.resolve(ctx)?;
    let gathered = Gathered::read(&books, &period, &by, &scope)?;
    if let Some(name) = explain {
        if page.html.is_some() {
            return Err(fail(
                Kind::Usage,
                "`--explain` lists records, and has no page",
                "Leave out `--html`, or write the list with `-o csv`",
            ));
        }
        let line = gathered.named(&name).ok_or_else(|| no_line(&name, &gathered))?;
        let limit = limit.unwrap_or(EXPLAINED);
        ctx.show(&explain::read(&books, &period, &by, &scope, line, limit)?)?;
        return Ok(Outcome::Done);
    }
    if let By::Dimension(name) = &by
        && gathered.is_of_no_dimension()
    {
        let known = books.usage_dimensions(period.range)?;
        let told = match known.is_empty() {
            true => "records of this time have no dimensions".to_owned(),
            false => format!("records of this time have {}", known.join(", ")),
        };
        ctx.ui().warn(&format!("No record has a dimension `{name}`; {told}"));
    }
    let report = Report { period, by, words: scope.words(), gathered, limit };
    page.write(ctx, &report.sheet())?;
    ctx.show(&report)?;
    Ok(Outcome::Done)
}

/// Who has used so many percent of a limit, or more, as it counts now; a row of `report usage --over` each. Of all metrics, or
/// of one.
///
/// # Errors
/// `Usage` where the billing file can't be used, or has no such metric; if a file can't be read.
pub fn subjects_over(
    ctx: &Context,
    books: &Books,
    percent: u32,
    metric: Option<String>,
) -> anyhow::Result<Vec<Value>> {
    let of = ScopeArgs { subjects: Vec::new(), metrics: metric.into_iter().collect(), plans: Vec::new() };
    let scope = Scope::resolve(ctx, books, of, true)?;
    Ok(over::read(ctx, books, &scope, percent, None)?.rows())
}

fn no_line(name: &str, gathered: &Gathered) -> anyhow::Error {
    let names = gathered.names();
    let fix = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => "Name a line as the report does, or leave the name out for all records".to_owned(),
    };
    fail(Kind::Usage, format!("The report has no line `{name}`"), fix)
}
