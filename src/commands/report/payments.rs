//! `billctl report payments`

use serde_json::{Value, json};

use super::money::{TimeStep, and, begun, bucket, line_name, range_json, rate, rate_json};
use super::period::{PageArgs, PeriodArgs, ReportPeriod};
use crate::billing::calendar::Range;
use crate::billing::decline::explain;
use crate::billing::metrics::{
    Checkouts, DeclineLine, PaymentLine, decline_code, declines, payments, percent,
};
use crate::commands::events::{age, pull};
use crate::commands::moment::time;
use crate::commands::{Outcome, amount};
use crate::context::Context;
use crate::render::{
    Cell, Chart, Column, Figure, Part, Present, Role, Series, Shape, Sheet, Table, Text, View, thousandths,
};
use crate::store::mirror::{Attempt, MadeCheckout};

/// Show how many payments succeed, why others fail, and how many checkouts are completed
///
/// An attempt is a charge that succeeded or failed. A payment is all attempts at one payment intent, of the day of the first; it is paid if
/// one of them succeeded. Reads the mirror, and asks Stripe nothing without `--fresh`.
#[derive(Debug, clap::Args)]
pub struct PaymentsArgs {
    #[command(flatten)]
    pub period: PeriodArgs,
    /// A line a day, week or month
    #[arg(long, value_enum, default_value_t = TimeStep::Month)]
    pub by: TimeStep,
    /// Name the attempts and the checkouts behind the figures
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub page: PageArgs,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

pub async fn run(ctx: &Context, args: PaymentsArgs) -> anyhow::Result<Outcome> {
    let PaymentsArgs { period, by, explain, page, fresh } = args;
    let period = period.resolve(ctx)?;
    let ranges = begun(&period, by.step())?;
    if fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let attempts = mirror.attempts(period.range, bucket(&ranges))?;
    let tried = mirror.payments_tried(period.range, bucket(&ranges))?;
    let report = Report {
        by,
        lines: payments(&attempts, &tried, &ranges),
        declines: declines(&attempts),
        checkouts: mirror.checkouts_made(period.range)?,
        behind: match explain {
            true => Some((mirror.each_attempt(period.range)?, mirror.each_checkout(period.range)?)),
            false => None,
        },
        period,
    };
    page.write(ctx, &report.sheet())?;
    ctx.show(&report)?;
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

struct Report {
    period: ReportPeriod,
    by: TimeStep,
    lines: Vec<PaymentLine>,
    declines: Vec<DeclineLine>,
    checkouts: Vec<Checkouts>,
    /// What the figures are made of, where that is asked for.
    behind: Option<(Vec<Attempt>, Vec<MadeCheckout>)>,
}

impl Report {
    fn sheet(&self) -> Sheet {
        let sum = |of: fn(&PaymentLine) -> i64| self.lines.iter().map(of).sum::<i64>();
        let (succeeded, failed) = (sum(|line| line.succeeded), sum(|line| line.failed));
        let (tried, paid) = (sum(|line| line.payments), sum(|line| line.paid));
        let figure = |name: &str, part: i64, whole: i64| Figure {
            name: name.to_owned(),
            value: rate(percent(part, whole)),
            note: Text::new(Role::Hint, format!("{part} of {whole}")),
        };
        let completed: i64 = self.checkouts.iter().map(|mode| mode.completed).sum();
        let ended: i64 = self.checkouts.iter().map(|mode| mode.completed + mode.expired).sum();
        let mut parts = vec![self.by_time()];
        parts.push(Part {
            heading: "Why they failed".to_owned(),
            chart: self.reasons(),
            table: self.declines(),
            only_on_page: false,
        });
        parts.push(Part {
            heading: "Checkouts".to_owned(),
            chart: None,
            table: self.checkouts(),
            only_on_page: false,
        });
        if let Some((attempts, checkouts)) = &self.behind {
            let part = |heading: &str, table: Table| Part {
                heading: heading.to_owned(),
                chart: None,
                table,
                only_on_page: false,
            };
            parts.push(part("Attempts", each_attempt(attempts)));
            parts.push(part("Checkouts that were made", each_checkout(checkouts)));
        }
        let mut notes = Vec::new();
        if self.lines.is_empty() {
            notes.push("Nobody was charged".to_owned());
        }
        Sheet {
            title: "Payments".to_owned(),
            lead: vec![self.period.words()],
            figures: vec![
                figure("attempts that succeeded", succeeded, succeeded + failed),
                figure("payments that were paid", paid, tried),
                figure("checkouts that were completed", completed, ended),
            ],
            parts,
            notes,
        }
    }

    fn by_time(&self) -> Part {
        let mut table = Table::new([
            Column::id(self.by.name()),
            Column::number("succeeded"),
            Column::number("failed"),
            Column::number("rate"),
            Column::number("paid"),
            Column::number("taken"),
            Column::number("not taken"),
            Column::drawing(""),
        ]);
        for line in &self.lines {
            let tried = line.succeeded + line.failed;
            table.row([
                Cell::from(line_name(&self.period, line.range, self.by.step())),
                Cell::from(line.succeeded.to_string()),
                Cell::from(line.failed.to_string()),
                Cell::from(rate(line.success_rate())),
                Cell::from(rate(line.paid_rate())),
                Cell::from(amount::words(line.amount_succeeded, &line.currency)),
                Cell::from(amount::words(line.amount_failed, &line.currency)),
                Cell::Bar(Role::Plain, thousandths(line.succeeded, tried)),
            ]);
        }
        let mut ranges: Vec<_> = self.lines.iter().map(|line| line.range).collect();
        ranges.dedup();
        let of = |count: fn(&PaymentLine) -> i64| -> Vec<i64> {
            let sum =
                |range: &Range| self.lines.iter().filter(|line| line.range == *range).map(count).sum::<i64>();
            ranges.iter().map(sum).collect()
        };
        let chart = Chart {
            shape: Shape::Columns,
            labels: ranges.iter().map(|range| line_name(&self.period, *range, self.by.step())).collect(),
            series: vec![
                Series { name: "succeeded".to_owned(), values: of(|line| line.succeeded) },
                Series { name: "failed".to_owned(), values: of(|line| line.failed) },
            ],
            currency: None,
        };
        Part { heading: String::new(), chart: Some(chart), table, only_on_page: false }
    }

    fn reasons(&self) -> Option<Chart> {
        if self.declines.is_empty() {
            return None;
        }
        Some(Chart {
            shape: Shape::Bars,
            labels: self.declines.iter().map(|line| line.code.clone()).collect(),
            series: vec![Series {
                name: "attempts".to_owned(),
                values: self.declines.iter().map(|line| line.attempts).collect(),
            }],
            currency: None,
        })
    }

    fn declines(&self) -> Table {
        let mut table = Table::new([
            Column::id("code"),
            Column::number("attempts"),
            Column::number("amount"),
            Column::words("what it means"),
        ]);
        for DeclineLine { code, currency, attempts, amount } in &self.declines {
            let meaning = explain(code).map_or("-", |known| known.meaning);
            table.row([
                code.clone(),
                attempts.to_string(),
                amount::words(*amount, currency),
                meaning.to_owned(),
            ]);
        }
        table
    }

    fn checkouts(&self) -> Table {
        let mut table = Table::new([
            Column::id("mode"),
            Column::number("made"),
            Column::number("completed"),
            Column::number("expired"),
            Column::number("open"),
            Column::number("conversion"),
        ]);
        for mode in &self.checkouts {
            table.row([
                mode.mode.clone(),
                mode.made.to_string(),
                mode.completed.to_string(),
                mode.expired.to_string(),
                mode.open().to_string(),
                rate(mode.conversion()),
            ]);
        }
        table
    }
}

fn each_attempt(attempts: &[Attempt]) -> Table {
    let mut table = Table::new([
        Column::id("at"),
        Column::id("charge"),
        Column::number("amount"),
        Column::id("outcome"),
        Column::id("payment"),
        Column::id("customer"),
    ]);
    let or_none = |id: &Option<String>| id.clone().unwrap_or_else(|| "-".to_owned());
    for one in attempts {
        table.row([
            time(one.at),
            one.id.clone(),
            amount::words(one.amount, &one.currency),
            outcome(one),
            or_none(&one.payment_intent),
            or_none(&one.customer),
        ]);
    }
    table
}

/// `succeeded`, or why it failed.
fn outcome(one: &Attempt) -> String {
    match one.is_success {
        true => "succeeded".to_owned(),
        false => decline_code(one.decline_code.as_deref(), one.failure_code.as_deref()),
    }
}

fn each_checkout(checkouts: &[MadeCheckout]) -> Table {
    let mut table = Table::new([
        Column::id("made"),
        Column::id("checkout"),
        Column::words("mode"),
        Column::words("status"),
        Column::id("customer"),
    ]);
    for MadeCheckout { id, at, mode, status, customer } in checkouts {
        let customer = customer.clone().unwrap_or_else(|| "-".to_owned());
        table.row([time(*at), id.clone(), mode.clone(), status.clone(), customer]);
    }
    table
}

fn line_json(line: &PaymentLine) -> Value {
    and(
        range_json(line.range),
        json!({
            "currency": line.currency,
            "succeeded": line.succeeded,
            "failed": line.failed,
            "success_rate": rate_json(line.success_rate()),
            "payments": line.payments,
            "paid": line.paid,
            "paid_rate": rate_json(line.paid_rate()),
            "taken": amount::json(line.amount_succeeded, &line.currency),
            "not_taken": amount::json(line.amount_failed, &line.currency),
        }),
    )
}

/// The attempts and checkouts behind the figures, as programs read them.
fn objects((attempts, checkouts): &(Vec<Attempt>, Vec<MadeCheckout>)) -> Vec<Value> {
    let attempt = |one: &Attempt| {
        json!({
            "object": "charge",
            "id": one.id,
            "at": time(one.at),
            "amount": amount::json(one.amount, &one.currency),
            "customer": one.customer,
            "payment_intent": one.payment_intent,
            "status": if one.is_success { "succeeded" } else { "failed" },
            "code": (!one.is_success).then(|| outcome(one)),
        })
    };
    let checkout = |MadeCheckout { id, at, mode, status, customer }: &MadeCheckout| {
        json!({
            "object": "checkout.session",
            "id": id,
            "at": time(*at),
            "mode": mode,
            "customer": customer,
            "status": status,
        })
    };
    attempts.iter().map(attempt).chain(checkouts.iter().map(checkout)).collect()
}

impl Present for Report {
    fn json(&self) -> Value {
        let declines: Vec<Value> = self
            .declines
            .iter()
            .map(|DeclineLine { code, currency, attempts, amount }| {
                json!({
                    "code": code,
                    "meaning": explain(code).map(|known| known.meaning),
                    "attempts": attempts,
                    "amount": amount::json(*amount, currency),
                })
            })
            .collect();
        let checkouts: Vec<Value> = self
            .checkouts
            .iter()
            .map(|mode| {
                json!({
                    "mode": mode.mode,
                    "made": mode.made,
                    "completed": mode.completed,
                    "expired": mode.expired,
                    "open": mode.open(),
                    "conversion": rate_json(mode.conversion()),
                })
            })
            .collect();
        let lines: Vec<Value> = self.lines.iter().map(line_json).collect();
        let mut document =
            and(self.period.json(), json!({"lines": lines, "declines": declines, "checkouts": checkouts}));
        if let Some(behind) = &self.behind {
            document = and(document, json!({"objects": objects(behind)}));
        }
        document
    }

    fn rows(&self) -> Vec<Value> {
        match &self.behind {
            Some(behind) => objects(behind),
            None => self.lines.iter().map(line_json).collect(),
        }
    }

    fn view(&self) -> View {
        self.sheet().view()
    }
}
