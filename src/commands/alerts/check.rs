//! `billctl alerts check`

use serde_json::{Value, json};

use crate::billing::alerts::{Alert, Threshold, alerts};
use crate::commands::Outcome;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::{Books, LowBalance, LowBalanceQuery};

/// How many subjects are named where nothing else is asked for.
const NAMED: usize = 20;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Check the thresholds of billing.toml (exit code 3 where one is crossed)
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Only these alerts [default: all of them]
    #[arg(value_name = "ALERT")]
    pub names: Vec<String>,
    /// Name so many subjects of each: those with the least
    #[arg(long, value_name = "N", default_value_t = NAMED)]
    pub limit: usize,
}

pub fn run(ctx: &Context, args: CheckArgs) -> anyhow::Result<Outcome> {
    let CheckArgs { names, limit } = args;
    let alerts = chosen(ctx, &names)?;
    let books = ctx.books()?;
    let now = ctx.clock().now().as_second();
    let checked: Vec<Checked> =
        alerts.into_iter().map(|alert| check(&books, alert, limit, now)).collect::<anyhow::Result<_>>()?;
    let is_crossed = checked.iter().any(Checked::is_crossed);
    ctx.show(&Report(checked))?;
    Ok(if is_crossed { Outcome::Difference } else { Outcome::Done })
}

fn chosen(ctx: &Context, names: &[String]) -> anyhow::Result<Vec<Alert>> {
    let all = ctx.billing_if_any()?.map(|loaded| alerts(&loaded.file.alerts)).unwrap_or_default();
    if all.is_empty() {
        return Err(fail(
            Kind::Usage,
            "billing.toml sets no thresholds",
            "Add one, for example: [alerts.running_low] with low_balance = 100",
        ));
    }
    let name_of = |alert: &Alert| alert.name.clone();
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|alert| alert.name != **name)) {
        return Err(fail(
            Kind::Usage,
            format!("There is no alert `{unknown}` in billing.toml"),
            format!("There are: {}", all.iter().map(name_of).collect::<Vec<_>>().join(", ")),
        ));
    }
    Ok(all.into_iter().filter(|alert| names.is_empty() || names.contains(&alert.name)).collect())
}

fn check(books: &Books, alert: Alert, limit: usize, now: i64) -> anyhow::Result<Checked> {
    let Threshold::LowBalance { below, kind, active_days } = &alert.threshold;
    let active_since = active_days.map(|days| now.saturating_sub(days * DAY_SECONDS));
    let query = LowBalanceQuery { kind, below: *below, active_since, now, limit };
    let (count, subjects) = books.low_credit_balances(&query)?;
    Ok(Checked { alert, count, subjects })
}

/// An alert and who is below it.
struct Checked {
    alert: Alert,
    count: i64,
    /// Those with the least, the least first.
    subjects: Vec<LowBalance>,
}

impl Checked {
    fn is_crossed(&self) -> bool {
        self.count > 0
    }
}

struct Report(Vec<Checked>);

impl Present for Report {
    fn json(&self) -> Value {
        json!({"crossed": self.0.iter().filter(|checked| checked.is_crossed()).count(), "alerts": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        let row = |checked: &Checked| {
            let Checked { alert: Alert { name, threshold }, count, subjects } = checked;
            let Threshold::LowBalance { below, kind, active_days } = threshold;
            let subjects: Vec<Value> = subjects
                .iter()
                .map(|LowBalance { subject, balance }| json!({"subject": subject, "balance": balance}))
                .collect();
            json!({
                "alert": name,
                "threshold": {"low_balance": below, "kind": kind, "active_days": active_days},
                "crossed": checked.is_crossed(),
                "count": count,
                "subjects": subjects,
            })
        };
        self.0.iter().map(row).collect()
    }

    fn view(&self) -> View {
        let mut view = View::new();
        for checked in &self.0 {
            let Checked { alert: Alert { name, threshold }, count, subjects } = checked;
            if !checked.is_crossed() {
                view = view.line(format!("{name}: ok, {threshold}"));
                continue;
            }
            let verb = if *count == 1 { "subject has" } else { "subjects have" };
            view = view.line(
                Text::new(Role::Delete, format!("{name}: crossed"))
                    .plain(format!(", {count} {verb} {threshold}")),
            );
            let mut table = Table::new([Column::id("subject"), Column::number("left")]);
            for LowBalance { subject, balance } in subjects {
                table.row([subject.clone(), balance.to_string()]);
            }
            view = view.table(table);
            let rest = count - i64::try_from(subjects.len()).unwrap_or(i64::MAX);
            if rest > 0 {
                view = view.line(Text::new(Role::Hint, format!("and {rest} more; `--limit` names them")));
            }
        }
        view
    }
}
