//! `billctl report churn`

use serde_json::{Value, json};

use super::money::{and, line_name, range_json, rate, rate_json};
use super::recurring::{Recurring, RecurringArgs};
use crate::billing::metrics::{Kind, MrrLine};
use crate::commands::events::age;
use crate::commands::{Outcome, amount};
use crate::context::Context;
use crate::render::{
    Cell, Chart, Column, Figure, Part, Present, Role, Series, Shape, Sheet, Table, Text, View, thousandths,
};

/// Show how many customers left, and how much recurring revenue went with them
///
/// Customer churn is churned customers by those at the start. Revenue churn is churn and contraction by recurring revenue at the start; net
/// of expansion and reactivation it may be below zero. See `billctl report mrr` for what counts as recurring revenue.
#[derive(Debug, clap::Args)]
pub struct ChurnArgs {
    #[command(flatten)]
    pub recurring: RecurringArgs,
}

pub async fn run(ctx: &Context, args: ChurnArgs) -> anyhow::Result<Outcome> {
    let ChurnArgs { recurring } = args;
    let report = Report(recurring.read(ctx, &[Kind::Contraction, Kind::Churn]).await?);
    recurring.page.write(ctx, &report.sheet())?;
    ctx.show(&report)?;
    age::say(ctx, &ctx.books()?, &ctx.mirror()?)?;
    Ok(Outcome::Done)
}

struct Report(Recurring);

impl Report {
    fn sheet(&self) -> Sheet {
        let Report(report) = self;
        let mut sheet =
            Sheet { title: "Churn".to_owned(), lead: vec![report.period.words()], ..Sheet::default() };
        for currency in report.currencies() {
            let lines: Vec<&MrrLine> = report.of(currency).collect();
            if let Some(last) = lines.last() {
                let figure = |name: &str, value: String, note: String| Figure {
                    name: name.to_owned(),
                    value,
                    note: Text::new(Role::Hint, note),
                };
                let name = line_name(&report.period, last.range, report.by.step());
                let gone = format!("{} of {} in {name}", last.churn.count, last.customers_start);
                sheet.figures.push(figure("customer churn", rate(last.customer_churn()), gone));
                let words = |minor: i64| amount::words(minor, currency);
                let lost = last.churn.amount.saturating_add(last.contraction.amount);
                let lost = format!("{} of {}", words(lost), words(last.start));
                sheet.figures.push(figure("revenue churn", rate(last.revenue_churn()), lost));
                sheet.figures.push(figure("net of what grew", rate(last.net_revenue_churn()), String::new()));
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
        let mut table = Table::new([
            Column::id(report.by.name()),
            Column::number("customers"),
            Column::number("left"),
            Column::number("came back"),
            Column::number("churn"),
            Column::number("revenue lost"),
            Column::number("revenue churn"),
            Column::number("net"),
            Column::drawing(""),
        ]);
        for line in lines {
            let lost = line.churn.amount.saturating_add(line.contraction.amount);
            table.row([
                Cell::from(name(line)),
                Cell::from(line.customers_start.to_string()),
                Cell::from(line.churn.count.to_string()),
                Cell::from(line.reactivation.count.to_string()),
                Cell::from(rate(line.customer_churn())),
                Cell::from(amount::words(lost, currency)),
                Cell::from(rate(line.revenue_churn())),
                Cell::from(rate(line.net_revenue_churn())),
                Cell::Bar(Role::Delete, thousandths(line.churn.count, line.customers_start)),
            ]);
        }
        let chart = Chart {
            shape: Shape::Columns,
            labels: lines.iter().map(|line| name(line)).collect(),
            series: vec![
                Series {
                    name: "churn".to_owned(),
                    values: lines.iter().map(|line| line.churn.amount).collect(),
                },
                Series {
                    name: "contraction".to_owned(),
                    values: lines.iter().map(|line| line.contraction.amount).collect(),
                },
            ],
            currency: currency.parse().ok(),
        };
        Part { heading: currency.to_uppercase(), chart: Some(chart), table, only_on_page: false }
    }
}

fn line_json(line: &MrrLine) -> Value {
    let money = |minor: i64| amount::json(minor, &line.currency);
    and(
        range_json(line.range),
        json!({
            "currency": line.currency,
            "customers_start": line.customers_start,
            "customers_churned": line.churn.count,
            "customers_reactivated": line.reactivation.count,
            "customer_churn": rate_json(line.customer_churn()),
            "mrr_start": money(line.start),
            "churn": money(line.churn.amount),
            "contraction": money(line.contraction.amount),
            "expansion": money(line.expansion.amount),
            "reactivation": money(line.reactivation.amount),
            "revenue_churn": rate_json(line.revenue_churn()),
            "net_revenue_churn": rate_json(line.net_revenue_churn()),
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
