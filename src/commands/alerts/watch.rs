//! What crosses a threshold now.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::billing::alerts::{Alert, Threshold, is_drop};
use crate::billing::calendar::{Range, date_of};
use crate::billing::metrics::{decline_code, revenue};
use crate::commands::amount;
use crate::commands::credits::allowance::low_balances;
use crate::commands::moment::time;
use crate::commands::report::usage::subjects_over;
use crate::context::Context;
use crate::render::{Column, Table};
use crate::store::books::{Books, LowBalance, LowBalanceQuery};
use crate::store::mirror::{Outcome, Span, TransactionFilter};

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// An alert, and what was found of it.
pub struct Found {
    pub alert: Alert,
    /// How many subjects or objects; that is, how many rows there would be if all were shown.
    pub count: i64,
    /// What crosses it; each is told once.
    pub crossings: Vec<Crossing>,
    /// `2 subjects have less than 50 credits`; what it is held against where nothing crosses it.
    pub said: String,
    /// What the rows and `objects` are of, for programs: `subjects` or `objects`.
    pub noun: &'static str,
    pub headings: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    pub objects: Vec<Value>,
}

/// What crosses an alert.
pub struct Crossing {
    /// The same for as long as it lasts.
    pub key: String,
    pub json: Value,
}

impl Found {
    pub fn is_crossed(&self) -> bool {
        !self.crossings.is_empty()
    }

    pub fn keys(&self) -> Vec<String> {
        self.crossings.iter().map(|crossing| crossing.key.clone()).collect()
    }

    /// The first rows.
    pub fn table(&self, limit: usize) -> Table {
        let mut table = Table::new(self.headings.clone());
        for row in self.rows.iter().take(limit) {
            table.row(row.iter().map(String::as_str));
        }
        table
    }

    fn nothing(alert: Alert, noun: &'static str) -> Found {
        let said = alert.threshold.to_string();
        let (headings, rows, objects) = (Vec::new(), Vec::new(), Vec::new());
        Found { alert, count: 0, crossings: Vec::new(), said, noun, headings, rows, objects }
    }
}

/// Holds an alert against what is stored.
///
/// # Errors
/// If a file can't be read.
pub fn watch(ctx: &Context, books: &Books, alert: Alert) -> anyhow::Result<Found> {
    match alert.threshold.clone() {
        Threshold::LowBalance { below, kind, active_days } => {
            low_balance(ctx, books, alert, below, &kind, active_days)
        }
        Threshold::FailedPayments { in_a_row } => failed_payments(ctx, alert, in_a_row),
        Threshold::Cancellations { count, days } => cancellations(ctx, alert, count, days),
        Threshold::RevenueDrop { percent } => revenue_drop(ctx, alert, percent),
        Threshold::Budget { percent, metric } => budget(ctx, books, alert, percent, metric),
        Threshold::WebhookFailures { count } => webhook_failures(ctx, books, alert, count),
    }
}

fn low_balance(
    ctx: &Context,
    books: &Books,
    alert: Alert,
    below: i64,
    kind: &str,
    active_days: Option<i64>,
) -> anyhow::Result<Found> {
    let now = ctx.clock().now().as_second();
    let active_since = active_days.map(|days| now.saturating_sub(days * DAY_SECONDS));
    let query = LowBalanceQuery { kind, below, active_since, now, limit: usize::MAX };
    let (count, subjects) = low_balances(ctx, books, &query)?;
    let mut found = Found::nothing(alert, "subjects");
    if count == 0 {
        return Ok(found);
    }
    let verb = if count == 1 { "subject has" } else { "subjects have" };
    found.said = format!("{count} {verb} {}", found.alert.threshold);
    found.count = count;
    found.headings = vec![Column::id("subject"), Column::number("left")];
    for LowBalance { subject, balance } in subjects {
        let json = json!({"subject": subject, "balance": balance});
        found.rows.push(vec![subject.clone(), balance.to_string()]);
        found.objects.push(json.clone());
        found.crossings.push(Crossing { key: subject, json });
    }
    Ok(found)
}

fn failed_payments(ctx: &Context, alert: Alert, in_a_row: i64) -> anyhow::Result<Found> {
    let mut found = Found::nothing(alert, "objects");
    let failed = ctx.mirror()?.failed_in_a_row()?;
    let count = i64::try_from(failed.len()).unwrap_or(i64::MAX);
    // The oldest is the same for as long as the row goes on.
    let Some(first) = failed.last().filter(|_| count >= in_a_row) else { return Ok(found) };
    found.said = format!("{count} payments failed in a row");
    found.count = count;
    found.headings =
        vec![Column::id("at"), Column::id("charge"), Column::number("amount"), Column::id("code")];
    for one in &failed {
        let code = decline_code(one.decline_code.as_deref(), one.failure_code.as_deref());
        let words = amount::words(one.amount, &one.currency);
        found.rows.push(vec![time(one.at), one.id.clone(), words, code.clone()]);
        found.objects.push(json!({
            "charge": one.id,
            "at": time(one.at),
            "amount": amount::json(one.amount, &one.currency),
            "customer": one.customer,
            "code": code,
        }));
    }
    let json = json!({"since": time(first.at), "failed": count, "charges": found.objects.clone()});
    found.crossings.push(Crossing { key: first.id.clone(), json });
    Ok(found)
}

fn cancellations(ctx: &Context, alert: Alert, least: i64, days: i64) -> anyhow::Result<Found> {
    let mut found = Found::nothing(alert, "objects");
    let since = ctx.clock().now().as_second().saturating_sub(days * DAY_SECONDS);
    let filter = TransactionFilter {
        types: vec!["SUBSCRIPTION_CANCEL".to_owned()],
        from: Some(since),
        ..TransactionFilter::default()
    };
    let ended = ctx.mirror()?.transactions(&filter, i32::MAX as usize)?;
    let count = i64::try_from(ended.len()).unwrap_or(i64::MAX);
    if count < least {
        return Ok(found);
    }
    let noun = if count == 1 { "subscription" } else { "subscriptions" };
    let within = if days == 1 { "a day".to_owned() } else { format!("{days} days") };
    found.said = format!("{count} {noun} ended in {within}");
    found.count = count;
    found.headings = vec![Column::id("at"), Column::id("subscription"), Column::id("customer")];
    for one in &ended {
        let customer = one.customer.clone().unwrap_or_else(|| "-".to_owned());
        found.rows.push(vec![time(one.at), one.id.clone(), customer]);
        found.objects.push(json!({"subscription": one.id, "at": time(one.at), "customer": one.customer}));
    }
    let json = json!({"ended": count, "since": time(since), "subscriptions": found.objects.clone()});
    found.crossings.push(Crossing { key: "cancellations".to_owned(), json });
    Ok(found)
}

fn revenue_drop(ctx: &Context, alert: Alert, percent: i64) -> anyhow::Result<Found> {
    let mut found = Found::nothing(alert, "objects");
    let today = ctx.clock().now().as_second().div_euclid(DAY_SECONDS) * DAY_SECONDS;
    let (day, before) = (
        Range { from: today - DAY_SECONDS, to: today },
        Range { from: today - 2 * DAY_SECONDS, to: today - DAY_SECONDS },
    );
    let both = Range { from: before.from, to: day.to };
    let sums = ctx.mirror()?.money_sums(both, None, DAY_SECONDS, false)?;
    let lines = revenue(&sums, &[before, day], false);
    found.headings = vec![Column::id("day"), Column::number("came in"), Column::number("the day before")];
    let mut words = Vec::new();
    for now in lines.iter().filter(|line| line.range == day) {
        let was = lines.iter().find(|line| line.range == before && line.currency == now.currency);
        let was = was.map_or(0, |line| line.gross);
        if !is_drop(now.gross, was, percent) {
            continue;
        }
        let date = date_of(day.from, &TimeZone::UTC).map_or_else(|| time(day.from), |date| date.to_string());
        let [came, came_before] = [now.gross, was].map(|minor| amount::words(minor, &now.currency));
        words.push(format!("{came} came in on {date}, after {came_before} on the day before"));
        found.rows.push(vec![date.clone(), came, came_before]);
        let json = json!({
            "day": date,
            "gross": amount::json(now.gross, &now.currency),
            "day_before": amount::json(was, &now.currency),
        });
        found.objects.push(json.clone());
        found.crossings.push(Crossing { key: format!("{date} {}", now.currency), json });
    }
    if !words.is_empty() {
        found.said = words.join("; ");
        found.count = i64::try_from(words.len()).unwrap_or(i64::MAX);
    }
    Ok(found)
}

fn budget(
    ctx: &Context,
    books: &Books,
    alert: Alert,
    percent: u32,
    metric: Option<String>,
) -> anyhow::Result<Found> {
    let mut found = Found::nothing(alert, "subjects");
    let over = subjects_over(ctx, books, percent, metric)?;
    if over.is_empty() {
        return Ok(found);
    }
    let count = i64::try_from(over.len()).unwrap_or(i64::MAX);
    let noun = if count == 1 { "limit is" } else { "limits are" };
    found.said = format!("{count} {noun} used to {percent} % or more");
    found.count = count;
    found.headings = vec![Column::id("subject"), Column::id("metric"), Column::number("used")];
    for json in over {
        let text = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let used = json.get("used_percent").map_or_else(|| "-".to_owned(), |share| format!("{share} %"));
        found.rows.push(vec![text("subject"), text("metric"), used]);
        found.objects.push(json.clone());
        found.crossings.push(Crossing { key: format!("{} {}", text("subject"), text("metric")), json });
    }
    Ok(found)
}

fn webhook_failures(ctx: &Context, books: &Books, alert: Alert, least: i64) -> anyhow::Result<Found> {
    let mut found = Found::nothing(alert, "objects");
    let failed = ctx.mirror()?.events_with(Outcome::Failed, Span::default(), i32::MAX as usize)?;
    let count = i64::try_from(failed.len()).unwrap_or(i64::MAX);
    if count < least {
        return Ok(found);
    }
    let (noun, verb) = if count == 1 { ("event", "was") } else { ("events", "were") };
    found.said = format!("{count} {noun} that came {verb} not applied");
    found.count = count;
    found.headings = vec![Column::id("at"), Column::id("event"), Column::words("why")];
    for one in &failed {
        let id = books.event_at(one.seq)?.map_or_else(|| one.seq.to_string(), |event| event.id);
        let why = one.error.clone().unwrap_or_default();
        found.rows.push(vec![time(one.created), id.clone(), why.clone()]);
        found.objects.push(json!({"event": id, "at": time(one.created), "error": why}));
    }
    let json = json!({"failed": count, "events": found.objects.clone()});
    found.crossings.push(Crossing { key: "failures".to_owned(), json });
    Ok(found)
}
