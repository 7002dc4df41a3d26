//! `billctl report summary`

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::money::{and, bucket, change, rate, rate_json};
use super::period::{PageArgs, PeriodArgs, ReportPeriod, When};
use crate::billing::calendar::{Range, date_of};
use crate::billing::credits::{By, DEFAULT_KIND, day_of, report as credit_report};
use crate::billing::metrics::{MrrLine, PaymentLine, RevenueLine, Trials, mrr, payments, percent, revenue};
use crate::commands::events::{age, pull};
use crate::commands::{Outcome as Ended, amount};
use crate::context::Context;
use crate::render::{Figure, Present, Role, Sheet, Text, View};
use crate::store::books::Books;
use crate::store::mirror::{Mirror, Outcome};

/// Trials that end within so many days are told beforehand, as Stripe does.
const TRIAL_NOTICE_DAYS: i64 = 3;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Show on one page how it goes: yesterday, beside the day before
///
/// Revenue, recurring revenue, customers, payments, trials, credits and webhooks, each as the report of its name has it, which also names
/// what is behind a figure. Credits are those of whole days in UTC.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl report summary
  billctl report summary --fresh --html morning.html
  billctl report summary --from 2026-10-01 --to 2026-11-01 -o json")]
pub struct SummaryArgs {
    /// From this day or time on, or from the day so long ago (90d) [default: yesterday]
    #[arg(long, value_name = "WHEN")]
    pub from: Option<When>,
    /// Before this day or time [default: today]
    #[arg(long, value_name = "WHEN")]
    pub to: Option<When>,
    /// The IANA time zone that days are of [default: `reports.time_zone` of billing.toml, else UTC]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    #[command(flatten)]
    pub page: PageArgs,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

pub async fn run(ctx: &Context, args: SummaryArgs) -> anyhow::Result<Ended> {
    let SummaryArgs { from, to, timezone, page, fresh } = args;
    let period = period(ctx, from, to, timezone)?;
    if fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let report = Report::read(&books, &mirror, period)?;
    page.write(ctx, &report.sheet())?;
    ctx.show(&report)?;
    age::say(ctx, &books, &mirror)?;
    Ok(Ended::Done)
}

/// Yesterday in the report's zone, where nothing else is said.
fn period(
    ctx: &Context,
    from: Option<When>,
    to: Option<When>,
    timezone: Option<String>,
) -> anyhow::Result<ReportPeriod> {
    let this_month = PeriodArgs { from: None, to: None, timezone: timezone.clone() }.resolve(ctx)?;
    let today = ctx.clock().now().to_zoned(this_month.zone).date();
    let yesterday = today.yesterday().unwrap_or(Date::MIN);
    let from = Some(from.unwrap_or(When::Day(yesterday)));
    let to = Some(to.unwrap_or(When::Day(today)));
    PeriodArgs { from, to, timezone }.resolve(ctx)
}

/// Credits of a kind.
#[derive(Default)]
struct Credits {
    sold: i64,
    granted: i64,
    spent: i64,
    balance: i64,
}

struct Report {
    period: ReportPeriod,
    revenue: Vec<RevenueLine>,
    /// Of the time before.
    revenue_before: Vec<RevenueLine>,
    mrr: Vec<MrrLine>,
    payments: Vec<PaymentLine>,
    payments_before: Vec<PaymentLine>,
    trials: Vec<Trials>,
    trials_ending: i64,
    /// By kind.
    credits: BTreeMap<String, Credits>,
    /// Events of the time that came and had their turn.
    events: i64,
    /// Those of them that could not be applied.
    failed: i64,
    /// Events that could not be applied, of all time.
    failed_ever: i64,
    /// Events that wait to be applied, now.
    waiting: i64,
}

impl Report {
    fn read(books: &Books, mirror: &Mirror, period: ReportPeriod) -> anyhow::Result<Report> {
        let (range, before) = (period.range, period.before());
        let money = |range: Range| -> anyhow::Result<Vec<RevenueLine>> {
            Ok(revenue(&mirror.money_sums(range, None, bucket(&[range]), false)?, &[range], false))
        };
        let paid = |range: Range| -> anyhow::Result<Vec<PaymentLine>> {
            let bucket = bucket(&[range]);
            Ok(payments(&mirror.attempts(range, bucket)?, &mirror.payments_tried(range, bucket)?, &[range]))
        };
        let movements = mirror.movement_sums(range.to, bucket(&[range]) != DAY_SECONDS)?;
        let ended = Range { from: range.from, to: range.to.min(period.now) };
        let soon = Range { from: period.now, to: period.now.saturating_add(TRIAL_NOTICE_DAYS * DAY_SECONDS) };
        let became = |outcome| mirror.count_of(outcome, range.from, range.to);
        let failed = became(Outcome::Failed)?;
        let others = became(Outcome::Applied)? + became(Outcome::Older)? + became(Outcome::Kept)?;
        Ok(Report {
            revenue: money(range)?,
            revenue_before: money(before)?,
            mrr: mrr(&movements, &[range]),
            payments: paid(range)?,
            payments_before: paid(before)?,
            trials: mirror.trials_ended(ended)?,
            trials_ending: mirror.trials_ending(soon)?,
            credits: credits(books, range)?,
            events: others + failed,
            failed,
            failed_ever: mirror.count_of(Outcome::Failed, i64::MIN, i64::MAX)?,
            waiting: (books.last_seq()? - mirror.applied_through()?).max(0),
            period,
        })
    }

    fn currencies(&self) -> Vec<&str> {
        let mut currencies: Vec<&str> = self
            .revenue
            .iter()
            .chain(&self.revenue_before)
            .map(|line| line.currency.as_str())
            .chain(self.mrr.iter().map(|line| line.currency.as_str()))
            .collect();
        currencies.sort_unstable();
        currencies.dedup();
        currencies
    }

    /// Attempts that succeeded, and all of them.
    fn attempts(lines: &[PaymentLine]) -> (i64, i64) {
        lines.iter().fold((0, 0), |(succeeded, all), line| {
            (succeeded + line.succeeded, all + line.succeeded + line.failed)
        })
    }

    fn trials(&self) -> (i64, i64) {
        self.trials
            .iter()
            .fold((0, 0), |(converted, ended), trials| (converted + trials.converted, ended + trials.ended))
    }

    fn sheet(&self) -> Sheet {
        let mut sheet =
            Sheet { title: "Summary".to_owned(), lead: vec![self.period.words()], ..Sheet::default() };
        for currency in self.currencies() {
            self.add_money(&mut sheet, currency);
        }
        let mut add = |name: &str, value: String, note: Text| {
            sheet.figures.push(Figure { name: name.to_owned(), value, note });
        };
        let hint = |text: String| Text::new(Role::Hint, text);
        let (succeeded, tried) = Report::attempts(&self.payments);
        let (succeeded_before, tried_before) = Report::attempts(&self.payments_before);
        let was = match percent(succeeded_before, tried_before) {
            Some(share) => format!("{succeeded} of {tried}, after {share} %"),
            None => format!("{succeeded} of {tried}"),
        };
        add("attempts that succeeded", rate(percent(succeeded, tried)), hint(was));
        let (converted, ended) = self.trials();
        add("trials that ended", ended.to_string(), hint(format!("{converted} became customers")));
        let within = format!("within {TRIAL_NOTICE_DAYS} days");
        add("trials about to end", self.trials_ending.to_string(), hint(within));
        for (kind, Credits { sold, granted, spent, balance }) in &self.credits {
            let name =
                if kind == DEFAULT_KIND { "credits spent".to_owned() } else { format!("{kind} spent") };
            let note = format!("{sold} sold, {granted} given, {balance} left at the end");
            add(&name, spent.to_string(), hint(note));
        }
        let note = match (self.failed, self.failed_ever, self.waiting) {
            (0, 0, 0) => hint("all of them applied".to_owned()),
            (failed, all, waiting) => Text::new(
                if all > 0 { Role::Delete } else { Role::Hint },
                format!("{failed} not applied; of all time {all} not applied, {waiting} waiting"),
            ),
        };
        add("events", self.events.to_string(), note);
        if self.currencies().is_empty() {
            sheet.notes.push("No money came in, and no subscription comes to anything".to_owned());
        }
        sheet
    }

    fn add_money(&self, sheet: &mut Sheet, currency: &str) {
        let words = |minor: i64| amount::words(minor, currency);
        let of = |lines: &[RevenueLine], what: fn(&RevenueLine) -> i64| -> i64 {
            lines.iter().filter(|line| line.currency == currency).map(what).sum()
        };
        let mut add = |name: &str, value: String, note: Text| {
            sheet.figures.push(Figure { name: format!("{name} ({})", currency.to_uppercase()), value, note });
        };
        let of_time =
            |what: fn(&RevenueLine) -> i64| (of(&self.revenue, what), of(&self.revenue_before, what));
        for (name, (now, before)) in
            [("came in", of_time(|line| line.gross)), ("net", of_time(RevenueLine::net))]
        {
            add(name, words(now), change(now, before));
        }
        for line in self.mrr.iter().filter(|line| line.currency == currency) {
            add("recurring a month", words(line.end), change(line.end, line.start));
            let MrrLine { new, reactivation, churn, .. } = line;
            let moved = format!("{} new, {} back, {} gone", new.count, reactivation.count, churn.count);
            add("customers", line.customers_end.to_string(), Text::new(Role::Hint, moved));
        }
    }
}

/// What was booked on the whole days that lie in a range.
fn credits(books: &Books, range: Range) -> anyhow::Result<BTreeMap<String, Credits>> {
    let whole = |second: i64| date_of(second, &TimeZone::UTC);
    let mut kinds: BTreeMap<String, Credits> = BTreeMap::new();
    let (Some(from), Some(to)) = (whole(range.from), whole(range.to)) else { return Ok(kinds) };
    if from >= to {
        return Ok(kinds);
    }
    let last = day_of(to) - 1;
    for line in credit_report(&books.credit_days(last)?, &books.credit_openings(last)?, from, to, By::Month) {
        let kind = kinds.entry(line.kind).or_default();
        kind.sold += line.sold;
        kind.granted += line.granted;
        kind.spent += line.spent;
        kind.balance = line.balance;
    }
    Ok(kinds)
}

impl Present for Report {
    fn json(&self) -> Value {
        let currencies: Vec<Value> = self.currencies().into_iter().map(|one| self.money_json(one)).collect();
        let (succeeded, tried) = Report::attempts(&self.payments);
        let (succeeded_before, tried_before) = Report::attempts(&self.payments_before);
        let (converted, ended) = self.trials();
        let credits: Vec<Value> = self
            .credits
            .iter()
            .map(|(kind, Credits { sold, granted, spent, balance })| {
                json!({"kind": kind, "sold": sold, "granted": granted, "spent": spent, "balance": balance})
            })
            .collect();
        let money = json!({
            "currencies": currencies,
            "attempts": {
                "succeeded": succeeded,
                "failed": tried - succeeded,
                "success_rate": rate_json(percent(succeeded, tried)),
                "success_rate_before": rate_json(percent(succeeded_before, tried_before)),
            },
            "trials": {
                "ended": ended,
                "converted": converted,
                "conversion": rate_json(percent(converted, ended)),
                "ending_soon": self.trials_ending,
            },
            "credits": credits,
            "events": {
                "received": self.events,
                "not_applied": self.failed,
                "success_rate": rate_json(percent(self.events - self.failed, self.events)),
                "not_applied_of_all_time": self.failed_ever,
                "waiting": self.waiting,
            },
        });
        and(self.period.json(), money)
    }

    fn view(&self) -> View {
        self.sheet().view()
    }
}

impl Report {
    fn money_json(&self, currency: &str) -> Value {
        let money = |minor: i64| amount::json(minor, currency);
        let find = |lines: &[RevenueLine], what: fn(&RevenueLine) -> i64| -> Value {
            money(lines.iter().filter(|line| line.currency == currency).map(what).sum())
        };
        let line = self.mrr.iter().find(|line| line.currency == currency);
        json!({
            "currency": currency,
            "gross": find(&self.revenue, |line| line.gross),
            "gross_before": find(&self.revenue_before, |line| line.gross),
            "net": find(&self.revenue, RevenueLine::net),
            "net_before": find(&self.revenue_before, RevenueLine::net),
            "mrr": line.map(|line| money(line.end)),
            "mrr_change": line.map(|line| money(line.change())),
            "customers": line.map(|line| line.customers_end),
            "customers_new": line.map(|line| line.new.count),
            "customers_reactivated": line.map(|line| line.reactivation.count),
            "customers_churned": line.map(|line| line.churn.count),
            "average_per_customer": line.and_then(MrrLine::average_per_customer).map(money),
        })
    }
}
