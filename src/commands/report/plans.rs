//! `billctl report plans`

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::money::{and, rate, rate_json};
use super::period::{PageArgs, PeriodArgs, ReportPeriod};
use crate::billing::metrics::{PlanLine, Trials, percent, plans};
use crate::commands::events::{age, pull};
use crate::commands::moment::time;
use crate::commands::{Outcome, amount};
use crate::context::Context;
use crate::render::{
    Cell, Chart, Column, Figure, Part, Present, Role, Series, Shape, Sheet, Table, Text, View, thousandths,
};
use crate::store::mirror::{EndedTrial, PlanItem, ProductName};

/// Show who is on which plan now, what each brings, and how many trials became customers
///
/// Plans stand as they are now; the trials are those that ended in the time that is given. A trial is converted if its subscription has paid
/// an invoice of more than nothing.
#[derive(Debug, clap::Args)]
pub struct PlansArgs {
    #[command(flatten)]
    pub period: PeriodArgs,
    /// A line a plan, or a line a price
    #[arg(long, value_enum, default_value_t = ByArg::Plan)]
    pub by: ByArg,
    /// Name the subscriptions and the trials behind the figures
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub page: PageArgs,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ByArg {
    Plan,
    Price,
}

pub async fn run(ctx: &Context, args: PlansArgs) -> anyhow::Result<Outcome> {
    let PlansArgs { period, by, explain, page, fresh } = args;
    let period = period.resolve(ctx)?;
    if fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let mut ended = period.range;
    // A trial that ends later has not ended.
    ended.to = ended.to.min(period.now);
    let report = Report {
        by,
        lines: plans(&mirror.plan_sums(by == ByArg::Price)?, by == ByArg::Price),
        trials: mirror.trials_ended(ended)?,
        behind: if explain { Some((mirror.plan_items()?, mirror.each_trial(ended)?)) } else { None },
        names: mirror.product_names()?,
        period,
    };
    page.write(ctx, &report.sheet())?;
    ctx.show(&report)?;
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

struct Report {
    period: ReportPeriod,
    by: ByArg,
    lines: Vec<PlanLine>,
    trials: Vec<Trials>,
    /// What the figures are made of, where that is asked for.
    behind: Option<(Vec<PlanItem>, Vec<EndedTrial>)>,
    names: BTreeMap<String, ProductName>,
}

impl Report {
    fn name<'a>(&'a self, product: Option<&'a str>) -> &'a str {
        match product {
            Some(id) => self.names.get(id).map_or(id, |name| name.shown(id)),
            None => "other",
        }
    }

    fn sheet(&self) -> Sheet {
        let mut sheet = Sheet {
            title: "Plans".to_owned(),
            lead: vec![format!("Plans as they are now; trials that ended {}", self.period.words())],
            ..Sheet::default()
        };
        let mut currencies: Vec<&str> = self.lines.iter().map(|line| line.currency.as_str()).collect();
        currencies.dedup();
        for currency in currencies {
            sheet.parts.push(self.part(currency));
        }
        if self.lines.is_empty() {
            sheet.notes.push("Nobody has a subscription".to_owned());
        }
        let sum = |of: fn(&Trials) -> i64| self.trials.iter().map(of).sum::<i64>();
        let (ended, converted) = (sum(|trials| trials.ended), sum(|trials| trials.converted));
        sheet.figures.push(Figure {
            name: "trials that became customers".to_owned(),
            value: rate(percent(converted, ended)),
            note: Text::new(Role::Hint, format!("{converted} of {ended}")),
        });
        sheet.parts.push(Part {
            heading: "Trials".to_owned(),
            chart: None,
            table: self.trials(),
            only_on_page: false,
        });
        if let Some((items, trials)) = &self.behind {
            let part = |heading: &str, table: Table| Part {
                heading: heading.to_owned(),
                chart: None,
                table,
                only_on_page: false,
            };
            sheet.parts.push(part("Subscriptions", self.items(items)));
            sheet.parts.push(part("Trials that ended", self.each_trial(trials)));
        }
        let unknown: i64 = self.lines.iter().map(|line| line.unknown).sum();
        if unknown > 0 {
            let (items, come, count) =
                if unknown == 1 { ("item", "comes", "counts") } else { ("items", "come", "count") };
            sheet.notes.push(format!(
                "{unknown} {items} billed by use or in tiers {come} to an amount that is not known before, and {count} as nothing"
            ));
        }
        sheet
    }

    fn part(&self, currency: &str) -> Part {
        let lines: Vec<&PlanLine> = self.lines.iter().filter(|line| line.currency == currency).collect();
        let mut columns = vec![Column::id("plan")];
        if self.by == ByArg::Price {
            columns.push(Column::id("price"));
        }
        columns.extend([
            Column::number("paying"),
            Column::number("past due"),
            Column::number("on trial"),
            Column::number("others"),
            Column::number("a month"),
            Column::number("share"),
            Column::drawing(""),
        ]);
        let mut table = Table::new(columns);
        for line in &lines {
            let mut cells = vec![Cell::from(self.name(line.product.as_deref()))];
            if self.by == ByArg::Price {
                cells.push(Cell::from(line.price.as_deref().unwrap_or("-")));
            }
            cells.extend([
                Cell::from(line.paying.to_string()),
                Cell::from(line.past_due.to_string()),
                Cell::from(line.trialing.to_string()),
                Cell::from(line.others.to_string()),
                Cell::from(amount::words(line.mrr, currency)),
                Cell::from(rate(line.share())),
                Cell::Bar(Role::Plain, thousandths(line.mrr, line.of)),
            ]);
            table.row(cells);
        }
        let label = |line: &&PlanLine| match &line.price {
            Some(price) => price.clone(),
            None => self.name(line.product.as_deref()).to_owned(),
        };
        let chart = Chart {
            shape: Shape::Bars,
            labels: lines.iter().map(label).collect(),
            series: vec![Series {
                name: "a month".to_owned(),
                values: lines.iter().map(|line| line.mrr).collect(),
            }],
            currency: currency.parse().ok(),
        };
        Part { heading: currency.to_uppercase(), chart: Some(chart), table, only_on_page: false }
    }

    fn trials(&self) -> Table {
        let mut table = Table::new([
            Column::id("plan"),
            Column::number("ended"),
            Column::number("converted"),
            Column::number("rate"),
        ]);
        for trials in &self.trials {
            table.row([
                self.name(trials.product.as_deref()).to_owned(),
                trials.ended.to_string(),
                trials.converted.to_string(),
                rate(trials.conversion()),
            ]);
        }
        table
    }

    fn items(&self, items: &[PlanItem]) -> Table {
        let mut table = Table::new([
            Column::id("subscription"),
            Column::id("plan"),
            Column::words("status"),
            Column::number("a month"),
            Column::id("customer"),
        ]);
        for item in items {
            let brings = if item.counts { item.monthly.unwrap_or(0) } else { 0 };
            table.row([
                item.subscription.clone(),
                self.name(item.product.as_deref()).to_owned(),
                item.status.clone(),
                amount::words(brings, &item.currency),
                item.customer.clone().unwrap_or_else(|| "-".to_owned()),
            ]);
        }
        table
    }

    fn each_trial(&self, trials: &[EndedTrial]) -> Table {
        let mut table = Table::new([
            Column::id("ended"),
            Column::id("subscription"),
            Column::id("plan"),
            Column::words("became a customer"),
            Column::id("customer"),
        ]);
        for trial in trials {
            table.row([
                time(trial.at),
                trial.subscription.clone(),
                self.name(trial.product.as_deref()).to_owned(),
                if trial.converted { "yes" } else { "no" }.to_owned(),
                trial.customer.clone().unwrap_or_else(|| "-".to_owned()),
            ]);
        }
        table
    }

    /// The items and trials behind the figures, as programs read them.
    fn objects(&self, (items, trials): &(Vec<PlanItem>, Vec<EndedTrial>)) -> Vec<Value> {
        let item = |item: &PlanItem| {
            json!({
                "object": "subscription_item",
                "id": item.id,
                "subscription": item.subscription,
                "customer": item.customer,
                "plan": self.name(item.product.as_deref()),
                "product": item.product,
                "price": item.price,
                "status": item.status,
                "counts": item.counts,
                "mrr": amount::json(if item.counts { item.monthly.unwrap_or(0) } else { 0 }, &item.currency),
                "unknown": item.monthly.is_none(),
            })
        };
        let trial = |trial: &EndedTrial| {
            json!({
                "object": "trial",
                "subscription": trial.subscription,
                "customer": trial.customer,
                "plan": self.name(trial.product.as_deref()),
                "product": trial.product,
                "ended_at": time(trial.at),
                "converted": trial.converted,
            })
        };
        items.iter().map(item).chain(trials.iter().map(trial)).collect()
    }

    fn line_json(&self, line: &PlanLine) -> Value {
        json!({
            "plan": self.name(line.product.as_deref()),
            "product": line.product,
            "price": line.price,
            "currency": line.currency,
            "paying": line.paying,
            "past_due": line.past_due,
            "trialing": line.trialing,
            "others": line.others,
            "quantity": line.quantity,
            "mrr": amount::json(line.mrr, &line.currency),
            "share": rate_json(line.share()),
            "unknown": line.unknown,
        })
    }
}

impl Present for Report {
    fn json(&self) -> Value {
        let trials: Vec<Value> = self
            .trials
            .iter()
            .map(|trials| {
                json!({
                    "plan": self.name(trials.product.as_deref()),
                    "product": trials.product,
                    "ended": trials.ended,
                    "converted": trials.converted,
                    "conversion": rate_json(trials.conversion()),
                })
            })
            .collect();
        let plans: Vec<Value> = self.lines.iter().map(|line| self.line_json(line)).collect();
        let document = and(self.period.json(), json!({"plans": plans, "trials": trials}));
        match &self.behind {
            Some(behind) => and(document, json!({"objects": self.objects(behind)})),
            None => document,
        }
    }

    fn rows(&self) -> Vec<Value> {
        match &self.behind {
            Some(behind) => self.objects(behind),
            None => self.lines.iter().map(|line| self.line_json(line)).collect(),
        }
    }

    fn view(&self) -> View {
        self.sheet().view()
    }
}
