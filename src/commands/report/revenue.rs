//! `billctl report revenue`

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::money::{TimeStep, and, begun, bucket, change, compared, line_name, range_json};
use super::period::{PageArgs, PeriodArgs, ReportPeriod};
use crate::billing::calendar::Range;
use crate::billing::metrics::{RevenueLine, revenue};
use crate::commands::events::{age, pull};
use crate::commands::moment::time;
use crate::commands::{Outcome, amount, subject};
use crate::context::Context;
use crate::render::{
    Cell, Chart, Column, Figure, Part, Present, Role, Series, Shape, Sheet, Table, Text, View, thousandths,
};
use crate::store::mirror::{MoneyMove, ProductName};

/// Show what came in, what went back, and what is left
///
/// Gross is what charges took, tax with it; net is without refunds and lost disputes, which count on the day on which they were made.
/// Reads the mirror, and asks Stripe nothing without `--fresh`. Currencies are never added up.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl report revenue
  billctl report revenue --from 2026-01-01 --to 2027-01-01 --by month --html revenue.html
  billctl report revenue --by plan -o csv
  billctl report revenue --subject u_1 --from 365d")]
pub struct RevenueArgs {
    #[command(flatten)]
    pub period: PeriodArgs,
    /// A line a day, week or month, or a line a plan
    #[arg(long, value_enum, default_value_t = ByArg::Month)]
    pub by: ByArg,
    /// Only what this subject or customer spent
    #[arg(long, value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// Name the charges, refunds and disputes behind the figures
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
    Day,
    Week,
    Month,
    Plan,
}

impl ByArg {
    fn step(self) -> Option<TimeStep> {
        match self {
            ByArg::Day => Some(TimeStep::Day),
            ByArg::Week => Some(TimeStep::Week),
            ByArg::Month => Some(TimeStep::Month),
            ByArg::Plan => None,
        }
    }
}

pub async fn run(ctx: &Context, args: RevenueArgs) -> anyhow::Result<Outcome> {
    let RevenueArgs { period, by, subject, explain, page, fresh } = args;
    let period = period.resolve(ctx)?;
    let ranges = match by.step() {
        Some(step) => begun(&period, step.step())?,
        None => vec![period.range],
    };
    if fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let who = subject.map(|text| subject::known(&books, &mirror, &text)).transpose()?;
    let by_plan = by == ByArg::Plan;
    let mut report = Report {
        by,
        who: who.as_ref().map(|who| who.name().to_owned()),
        lines: Vec::new(),
        before: Vec::new(),
        compared: compared(&period),
        names: mirror.product_names()?,
        moves: None,
        period,
    };
    // A subject that Stripe has never heard of has spent nothing.
    let nobody = who.as_ref().is_some_and(|who| who.customer.is_none());
    if !nobody {
        let customer = who.as_ref().and_then(|who| who.customer.as_deref());
        let (range, compared) = (report.period.range, report.compared);
        let sums = mirror.money_sums(range, customer, bucket(&ranges), by_plan)?;
        report.lines = revenue(&sums, &ranges, by_plan);
        let sums = mirror.money_sums(compared, customer, bucket(&[compared]), false)?;
        report.before = revenue(&sums, &[compared], false);
        report.moves = if explain { Some(mirror.money_moves(range, customer)?) } else { None };
    } else if explain {
        report.moves = Some(Vec::new());
    }
    page.write(ctx, &report.sheet())?;
    ctx.show(&report)?;
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

struct Report {
    period: ReportPeriod,
    by: ByArg,
    who: Option<String>,
    lines: Vec<RevenueLine>,
    /// The whole time that this is compared with, a line a currency.
    before: Vec<RevenueLine>,
    compared: Range,
    /// By product.
    names: BTreeMap<String, ProductName>,
    moves: Option<Vec<MoneyMove>>,
}

impl Report {
    fn currencies(&self) -> Vec<&str> {
        let mut currencies: Vec<&str> = self.lines.iter().map(|line| line.currency.as_str()).collect();
        currencies.sort_unstable();
        currencies.dedup();
        currencies
    }

    /// Each currency's sums over all lines: gross, refunded, disputed, net.
    fn totals(&self, currency: &str) -> [i64; 4] {
        let of = self.lines.iter().filter(|line| line.currency == currency);
        of.fold([0; 4], |sums, line| {
            let of_line = [line.gross, line.refunded, line.disputed, line.net()];
            std::array::from_fn(|index| sums[index].saturating_add(of_line[index]))
        })
    }

    fn name<'a>(&'a self, product: Option<&'a str>) -> &'a str {
        match product {
            Some(id) => self.names.get(id).map_or(id, |name| name.shown(id)),
            None => "other",
        }
    }

    fn line_name(&self, line: &RevenueLine) -> String {
        match (self.by.step(), &line.product) {
            (Some(step), _) => line_name(&self.period, line.range, step.step()),
            (None, product) => self.name(product.as_ref().and_then(|product| product.as_deref())).to_owned(),
        }
    }

    fn line_json(&self, line: &RevenueLine) -> Value {
        let money = |minor: i64| amount::json(minor, &line.currency);
        let mut fields = range_json(line.range);
        if let Some(product) = &line.product {
            let plan = self.name(product.as_deref());
            fields = and(fields, json!({"plan": plan, "product": product}));
        }
        and(
            fields,
            json!({
                "currency": line.currency,
                "payments": line.payments,
                "gross": money(line.gross),
                "refunds": line.refunds,
                "refunded": money(line.refunded),
                "disputes": line.disputes,
                "disputed": money(line.disputed),
                "net": money(line.net()),
            }),
        )
    }

    fn move_json(&self, one: &MoneyMove) -> Value {
        json!({
            "object": one.kind,
            "id": one.id,
            "at": time(one.at),
            "amount": amount::json(one.amount, &one.currency),
            "customer": one.customer,
            "plan": self.name(one.product.as_deref()),
            "product": one.product,
        })
    }

    fn sheet(&self) -> Sheet {
        let mut lead = vec![self.period.words()];
        lead.extend(self.who.iter().map(|who| format!("Only what {who} spent")));
        let mut sheet = Sheet { title: "Revenue".to_owned(), lead, ..Sheet::default() };
        for currency in self.currencies() {
            self.add_currency(&mut sheet, currency);
        }
        if self.lines.is_empty() {
            sheet.notes.push("No money came in or went back".to_owned());
        }
        if let Some(moves) = &self.moves {
            sheet.parts.push(Part {
                heading: "Behind the figures".to_owned(),
                chart: None,
                table: self.moves(moves),
                only_on_page: false,
            });
        }
        sheet
    }

    fn add_currency(&self, sheet: &mut Sheet, currency: &str) {
        let [gross, refunded, disputed, net] = self.totals(currency);
        let before = self.before.iter().find(|line| line.currency == currency);
        let words = |minor: i64| amount::words(minor, currency);
        let figure =
            |name: &str, minor: i64, note: Text| Figure { name: name.to_owned(), value: words(minor), note };
        let than =
            |now: i64, before: Option<i64>| before.map_or_else(Text::default, |before| change(now, before));
        sheet.figures.push(figure("gross", gross, than(gross, before.map(|line| line.gross))));
        sheet.figures.push(figure("refunds", -refunded, Text::default()));
        if disputed != 0 {
            sheet.figures.push(figure("lost disputes", -disputed, Text::default()));
        }
        sheet.figures.push(figure("net", net, than(net, before.map(RevenueLine::net))));
        let lines: Vec<&RevenueLine> = self.lines.iter().filter(|line| line.currency == currency).collect();
        let first = self.by.step().map_or("plan", TimeStep::name);
        let mut table = Table::new([
            Column::id(first),
            Column::number("payments"),
            Column::number("gross"),
            Column::number("refunds"),
            Column::number("disputes"),
            Column::number("net"),
            Column::drawing(""),
        ]);
        let most = lines.iter().map(|line| line.net()).max().unwrap_or(0);
        for line in &lines {
            table.row([
                Cell::from(self.line_name(line)),
                Cell::from(line.payments.to_string()),
                Cell::from(words(line.gross)),
                Cell::from(words(-line.refunded)),
                Cell::from(words(-line.disputed)),
                Cell::from(words(line.net())),
                Cell::Bar(Role::Plain, thousandths(line.net(), most)),
            ]);
        }
        let shape = if self.by == ByArg::Plan { Shape::Bars } else { Shape::Columns };
        let values = lines.iter().map(|line| line.net()).collect();
        let chart = Chart {
            shape,
            labels: lines.iter().map(|line| self.line_name(line)).collect(),
            series: vec![Series { name: "net".to_owned(), values }],
            currency: currency.parse().ok(),
        };
        let heading = currency.to_uppercase();
        sheet.parts.push(Part { heading, chart: Some(chart), table, only_on_page: false });
    }

    fn moves(&self, moves: &[MoneyMove]) -> Table {
        let mut table = Table::new([
            Column::id("at"),
            Column::id("object"),
            Column::number("amount"),
            Column::id("plan"),
            Column::id("customer"),
        ]);
        for one in moves {
            let sign = if one.kind == "charge" { 1 } else { -1 };
            table.row([
                time(one.at),
                one.id.clone(),
                amount::words(sign * one.amount, &one.currency),
                self.name(one.product.as_deref()).to_owned(),
                one.customer.clone().unwrap_or_else(|| "-".to_owned()),
            ]);
        }
        table
    }
}

impl Present for Report {
    fn json(&self) -> Value {
        let lines: Vec<Value> = self.lines.iter().map(|line| self.line_json(line)).collect();
        let totals: Vec<Value> = self
            .currencies()
            .into_iter()
            .map(|currency| {
                let [gross, refunded, disputed, net] =
                    self.totals(currency).map(|minor| amount::json(minor, currency));
                json!({"currency": currency, "gross": gross, "refunded": refunded, "disputed": disputed, "net": net})
            })
            .collect();
        let mut document =
            and(self.period.json(), json!({"subject": self.who, "lines": lines, "totals": totals}));
        if let Some(moves) = &self.moves {
            let objects: Vec<Value> = moves.iter().map(|one| self.move_json(one)).collect();
            document = and(document, json!({"objects": objects}));
        }
        document
    }

    fn rows(&self) -> Vec<Value> {
        match &self.moves {
            Some(moves) => moves.iter().map(|one| self.move_json(one)).collect(),
            None => self.lines.iter().map(|line| self.line_json(line)).collect(),
        }
    }

    fn view(&self) -> View {
        self.sheet().view()
    }
}
