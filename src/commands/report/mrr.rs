//! `billctl report mrr`

use serde_json::{Value, json};

use super::money::{and, change, line_name, range_json};
use super::recurring::{Recurring, RecurringArgs};
use crate::billing::metrics::{Kind, Moved, MrrLine, average};
use crate::commands::events::age;
use crate::commands::{Outcome, amount};
use crate::context::Context;
use crate::render::{
    Cell, Chart, Column, Figure, Part, Present, Role, Series, Shape, Sheet, Table, Text, View, thousandths,
};

/// Show monthly recurring revenue, and what moved it
///
/// What every subscription that is active or past due comes to a month by its prices, before discounts and tax; trials, and what is
/// billed by use, come to nothing. Movements are of customers: new, expansion, contraction, churn and reactivation. Currencies are never
/// added up.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl report mrr
  billctl report mrr --from 2026-01-01 --by month --html mrr.html
  billctl report mrr --from 30d --by day --explain")]
pub struct MrrArgs {
    #[command(flatten)]
    pub recurring: RecurringArgs,
}

pub async fn run(ctx: &Context, args: MrrArgs) -> anyhow::Result<Outcome> {
    let MrrArgs { recurring } = args;
    let report = Report(recurring.read(ctx, &Kind::ALL).await?);
    recurring.page.write(ctx, &report.sheet())?;
    ctx.show(&report)?;
    age::say(ctx, &ctx.books()?, &ctx.mirror()?)?;
    Ok(Outcome::Done)
}

struct Report(Recurring);

impl Report {
    fn sheet(&self) -> Sheet {
        let Report(report) = self;
        let mut sheet = Sheet {
            title: "Monthly recurring revenue".to_owned(),
            lead: vec![report.period.words()],
            ..Sheet::default()
        };
        for currency in report.currencies() {
            let lines: Vec<&MrrLine> = report.of(currency).collect();
            let Some((first, last)) = lines.first().zip(lines.last()) else { continue };
            let figure =
                |name: &str, value: String, note: Text| Figure { name: name.to_owned(), value, note };
            let words = |minor: i64| amount::words(minor, currency);
            sheet.figures.push(figure("recurring a month", words(last.end), change(last.end, first.start)));
            let customers = last.customers_end.to_string();
            sheet.figures.push(figure(
                "customers",
                customers,
                change(last.customers_end, first.customers_start),
            ));
            if let Some(average) = last.average_per_customer() {
                let before = first_average(&lines);
                let note = before.map_or_else(Text::default, |before| change(average, before));
                sheet.figures.push(figure("a customer, on average", words(average), note));
            }
            sheet.parts.push(self.part(currency, &lines));
        }
        if report.lines.is_empty() {
            sheet.notes.push("No subscription has come to anything by then".to_owned());
        }
        sheet.parts.extend(report.explained());
        sheet
    }

    fn part(&self, currency: &str, lines: &[&MrrLine]) -> Part {
        let Report(report) = self;
        let name = |line: &MrrLine| line_name(&report.period, line.range, report.by.step());
        let words = |minor: i64| amount::words(minor, currency);
        let mut table = Table::new([
            Column::id(report.by.name()),
            Column::number("new"),
            Column::number("expansion"),
            Column::number("reactivation"),
            Column::number("contraction"),
            Column::number("churn"),
            Column::number("at the end"),
            Column::drawing(""),
        ]);
        let most = lines.iter().map(|line| line.end).max().unwrap_or(0);
        for line in lines {
            table.row([
                Cell::from(name(line)),
                Cell::from(words(line.new.amount)),
                Cell::from(words(line.expansion.amount)),
                Cell::from(words(line.reactivation.amount)),
                Cell::from(words(-line.contraction.amount)),
                Cell::from(words(-line.churn.amount)),
                Cell::from(words(line.end)),
                Cell::Bar(Role::Plain, thousandths(line.end, most)),
            ]);
        }
        let chart = Chart {
            shape: Shape::Lines,
            labels: lines.iter().map(|line| name(line)).collect(),
            series: vec![Series {
                name: "recurring a month".to_owned(),
                values: lines.iter().map(|line| line.end).collect(),
            }],
            currency: currency.parse().ok(),
        };
        Part { heading: currency.to_uppercase(), chart: Some(chart), table, only_on_page: false }
    }
}

/// What a customer came to on average where the lines begin.
fn first_average(lines: &[&MrrLine]) -> Option<i64> {
    let first = lines.first()?;
    average(first.start, first.customers_start)
}

fn line_json(line: &MrrLine) -> Value {
    let money = |minor: i64| amount::json(minor, &line.currency);
    let moved = |moved: Moved| json!({"customers": moved.count, "amount": money(moved.amount)});
    and(
        range_json(line.range),
        json!({
            "currency": line.currency,
            "start": money(line.start),
            "new": moved(line.new),
            "expansion": moved(line.expansion),
            "reactivation": moved(line.reactivation),
            "contraction": moved(line.contraction),
            "churn": moved(line.churn),
            "end": money(line.end),
            "change": money(line.change()),
            "customers_start": line.customers_start,
            "customers_end": line.customers_end,
            "average_per_customer": line.average_per_customer().map(money),
        }),
    )
}

impl Present for Report {
    fn json(&self) -> Value {
        self.0.document(line_json)
    }

    fn rows(&self) -> Vec<Value> {
        self.0.rows(line_json)
    }

    fn view(&self) -> View {
        self.sheet().view()
    }
}
