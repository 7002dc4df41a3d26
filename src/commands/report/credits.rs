//! `billctl report credits`

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::billing::alerts::{Threshold, alerts};
use crate::billing::credits::{By, DEFAULT_KIND, Line, day_of, report};
use crate::commands::Outcome;
use crate::commands::credits::allowance::low_balances;
use crate::commands::moment::Moment;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::LowBalanceQuery;

/// The most lines of a report, of one kind of credits.
const MOST_LINES: i64 = 10_000;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Show credits sold, granted, spent and expired, and what a subject had on average
///
/// Days are those of UTC, and each is counted whole. An average is over the days and the subjects that had an account on them. What is
/// below the thresholds of billing.toml is counted as it is now.
#[derive(Debug, clap::Args)]
pub struct CreditsArgs {
    /// From this day on, or how long ago (90d) [default: the first of this month]
    #[arg(long, value_name = "WHEN")]
    pub from: Option<Moment>,
    /// Before this day [default: up to today, with it]
    #[arg(long, value_name = "WHEN")]
    pub to: Option<Moment>,
    /// A line a day or a month
    #[arg(long, value_enum, default_value_t = ByArg::Month)]
    pub by: ByArg,
    /// Only this kind of credits [default: all kinds]
    #[arg(long, value_name = "NAME")]
    pub kind: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ByArg {
    Day,
    Month,
}

pub fn run(ctx: &Context, args: CreditsArgs) -> anyhow::Result<Outcome> {
    let CreditsArgs { from, to, by, kind } = args;
    let now = ctx.clock().now();
    let date = |moment: Moment| moment.from(now).to_zoned(TimeZone::UTC).date();
    let today = date(Moment::At(now));
    let from = from.map_or_else(|| today.first_of_month(), date);
    let to = match to {
        // A time within a day counts that day.
        Some(moment) => {
            let at = moment.from(now).to_zoned(TimeZone::UTC);
            let is_start = at.start_of_day().is_ok_and(|start| start == at);
            if is_start { at.date() } else { next(at.date()) }
        }
        None => next(today),
    };
    if from >= to {
        return Err(fail(
            Kind::Usage,
            format!("No day is from {from} on and before {to}"),
            "Give an earlier `--from` or a later `--to`",
        ));
    }
    // Nothing is known of days that are still to come.
    let to = to.min(next(today));
    let by = match by {
        ByArg::Day => By::Day,
        ByArg::Month => By::Month,
    };
    let days = day_of(to) - day_of(from);
    if days > MOST_LINES * if by == By::Day { 1 } else { 28 } {
        return Err(fail(
            Kind::Usage,
            format!("From {from} to {to} a report would have more than {MOST_LINES} lines"),
            "Give a later `--from`, or `--by month`",
        ));
    }
    let books = ctx.books()?;
    let last = day_of(to) - 1;
    let mut lines = report(&books.credit_days(last)?, &books.credit_openings(last)?, from, to, by);
    lines.retain(|line| kind.as_ref().is_none_or(|kind| *kind == line.kind));
    let mut low = Vec::new();
    for alert in ctx.billing_if_any()?.map(|loaded| alerts(&loaded.file.alerts)).unwrap_or_default() {
        let Threshold::LowBalance { below, kind, active_days } = &alert.threshold else { continue };
        let now = now.as_second();
        let active_since = active_days.map(|days| now.saturating_sub(days * DAY_SECONDS));
        let query = LowBalanceQuery { kind, below: *below, active_since, now, limit: 1 };
        let (subjects, _) = low_balances(ctx, &books, &query)?;
        low.push(Low { words: alert.threshold.to_string(), name: alert.name, subjects });
    }
    ctx.show(&Report { lines, low, by })?;
    Ok(Outcome::Done)
}

fn next(date: Date) -> Date {
    date.tomorrow().unwrap_or(Date::MAX)
}

/// How many subjects are below a threshold now.
struct Low {
    name: String,
    words: String,
    subjects: i64,
}

struct Report {
    lines: Vec<Line>,
    low: Vec<Low>,
    by: By,
}

impl Present for Report {
    fn json(&self) -> Value {
        let low: Vec<Value> =
            self.low.iter().map(|low| json!({"alert": low.name, "subjects": low.subjects})).collect();
        json!({"lines": self.rows(), "below": low})
    }

    fn rows(&self) -> Vec<Value> {
        let row = |line: &Line| {
            let Line {
                from,
                to,
                kind,
                entries,
                sold,
                granted,
                spent,
                expired,
                refunded,
                adjusted,
                balance,
                accounts,
                average_balance,
            } = line;
            json!({
                "from": from.to_string(),
                "to": to.to_string(),
                "kind": kind,
                "entries": entries,
                "sold": sold,
                "granted": granted,
                "spent": spent,
                "expired": expired,
                "refunded": refunded,
                "adjusted": adjusted,
                "balance": balance,
                "accounts": accounts,
                "average_balance": average_balance,
            })
        };
        self.lines.iter().map(row).collect()
    }

    fn view(&self) -> View {
        if self.lines.is_empty() {
            return View::new().line("No credits were booked by then");
        }
        let mut table = Table::new([
            Column::id(if self.by == By::Day { "day" } else { "month" }),
            Column::id("kind"),
            Column::number("sold"),
            Column::number("granted"),
            Column::number("spent"),
            Column::number("expired"),
            Column::number("refunded"),
            Column::number("adjusted"),
            Column::number("balance"),
            Column::number("average"),
        ]);
        for line in &self.lines {
            let name = if line.kind == DEFAULT_KIND { String::new() } else { line.kind.clone() };
            let first = match self.by {
                By::Day => line.from.to_string(),
                By::Month => line.from.strftime("%Y-%m").to_string(),
            };
            let number = |number: i64| number.to_string();
            table.row([
                first,
                name,
                number(line.sold),
                number(line.granted),
                number(line.spent),
                number(line.expired),
                number(line.refunded),
                format!("{:+}", line.adjusted),
                number(line.balance),
                number(line.average_balance),
            ]);
        }
        let mut view = View::new().table(table);
        for Low { name, words, subjects } in &self.low {
            let verb = if *subjects == 1 { "subject has" } else { "subjects have" };
            view = view.line(Text::new(Role::Hint, format!("{name}: {subjects} {verb} {words}")));
        }
        view
    }
}
