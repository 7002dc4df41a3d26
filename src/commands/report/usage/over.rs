//! Who has used most of a limit, as it counts now.

use serde_json::{Value, json};

use super::scope::Scope;
use crate::billing::catalog::model::Limit;
use crate::billing::currency::Currency;
use crate::billing::entitlement::decide;
use crate::billing::usage::Check;
use crate::commands::moment::time;
use crate::commands::report::percent;
use crate::commands::subject::entitled::{Known, policy};
use crate::commands::subject::everybody::Everybody;
use crate::commands::subject::limits;
use crate::commands::usage::metric::Metric;
use crate::commands::usage::result::{Held, amount_json, amount_words};
use crate::context::Context;
use crate::render::{Cell, Column, Part, Present, Role, Sheet, Table, Text, View};
use crate::store::books::{Books, KnownSeries};

/// The most that people are shown where they don't say how many.
const SHOWN: usize = 25;

/// A subject that has used so much of a limit.
struct Over {
    subject: String,
    metric: String,
    plan: Option<String>,
    currency: Option<Currency>,
    check: Check,
    /// `100 a month`.
    limit: String,
    /// In thousandths of the limit; of a limit of nothing, without end.
    share: i64,
    resets_at: Option<i64>,
}

pub struct OverReport {
    percent: u32,
    found: Vec<Over>,
    filters: Vec<String>,
    limit: Option<usize>,
}

/// Looks at what counts now of every limit that was used.
///
/// # Errors
/// `Usage` where the billing file can't be used; if a file can't be read.
pub fn read(
    ctx: &Context,
    books: &Books,
    scope: &Scope,
    percent: u32,
    limit: Option<usize>,
) -> anyhow::Result<OverReport> {
    let everybody = Everybody::read(ctx, books, &ctx.mirror()?)?;
    let (catalog, policy) = (&ctx.catalog()?.catalog, policy(ctx)?);
    let series = match &scope.series {
        Some(series) => series.clone(),
        None => books.usage_series()?,
    };
    let mut found = Vec::new();
    for KnownSeries { id: _, subject, measure } in series.iter().filter(|one| scope.has(&one.measure)) {
        let known: Known = everybody.known(subject);
        let entitlement = decide(catalog, &policy, &known.subscriptions, known.now);
        let is_limited = |limit: &&Limit| matches!(limit, Limit::Count { .. } | Limit::Money { .. });
        let product = entitlement.plan.map(|(_, product)| product);
        let named = product.and_then(|product| product.limits.get(&measure.metric)).filter(is_limited);
        let Some(named) = named else { continue };
        let metric = Metric::of(catalog, &entitlement, &measure.metric, known.now)?;
        if metric.currency != measure.currency {
            continue;
        }
        let held = Held::read(books, subject, &metric, 0, known.now)?;
        let Some(share) = share(held.check) else { continue };
        if i128::from(share) < i128::from(percent) * 10 {
            continue;
        }
        found.push(Over {
            subject: subject.clone(),
            metric: measure.metric.clone(),
            plan: metric.plan.map(str::to_owned),
            currency: measure.currency,
            check: held.check,
            limit: limits::words(named),
            share,
            resets_at: held.resets_at,
        });
    }
    found.sort_by(|one, other| {
        let by_share = other.share.cmp(&one.share);
        by_share.then_with(|| (&one.subject, &one.metric).cmp(&(&other.subject, &other.metric)))
    });
    Ok(OverReport { percent, found, filters: scope.words(), limit })
}

/// What is used and held of a limit, in thousandths of it, rounded down, so that 100 % is all of it. None where nothing is.
fn share(check: Check) -> Option<i64> {
    let used = i128::from(check.counted.used) + i128::from(check.counted.reserved);
    let max = i128::from(check.max?);
    if used <= 0 {
        return None;
    }
    Some(if max == 0 { i64::MAX } else { i64::try_from(used * 1000 / max).unwrap_or(i64::MAX) })
}

impl OverReport {
    fn shown(&self, limit: Option<usize>) -> impl Iterator<Item = &Over> {
        self.found.iter().take(limit.unwrap_or(usize::MAX))
    }

    pub fn sheet(&self) -> Sheet {
        let OverReport { percent, found, filters, limit } = self;
        let mut table = Table::new([
            Column::id("subject"),
            Column::id("metric"),
            Column::id("plan"),
            Column::number("used"),
            Column::words("limit"),
            Column::number("share"),
            Column::drawing(""),
            Column::id("free again"),
        ]);
        for over in self.shown(Some(limit.unwrap_or(SHOWN))) {
            let used = over.check.counted.used.saturating_add(over.check.counted.reserved);
            let role = if over.share >= 1000 { Role::Delete } else { Role::Plain };
            let share = match over.share {
                i64::MAX => Text::new(role, "over"),
                share => Text::new(role, percent::words(share)),
            };
            table.row([
                Cell::from(over.subject.as_str()),
                Cell::from(over.metric.as_str()),
                Cell::from(over.plan.as_deref().unwrap_or("none")),
                Cell::from(amount_words(used, over.currency)),
                Cell::from(over.limit.as_str()),
                Cell::from(share),
                Cell::Bar(role, u16::try_from(over.share.min(1000)).unwrap_or(1000)),
                Cell::from(over.resets_at.map_or_else(String::new, time)),
            ]);
        }
        let mut notes = Vec::new();
        if found.is_empty() {
            notes.push("Nobody has used so much of a limit".to_owned());
        }
        let left_out = found.len().saturating_sub(limit.unwrap_or(SHOWN));
        if left_out > 0 {
            notes.push(format!("{left_out} more are not shown: see `--limit`; `-o csv` has all of them"));
        }
        Sheet {
            title: format!("Who has used {percent} % of a limit or more"),
            lead: filters.clone(),
            figures: Vec::new(),
            parts: vec![Part { heading: String::new(), chart: None, table, only_on_page: false }],
            notes,
        }
    }
}

impl Present for OverReport {
    fn json(&self) -> Value {
        json!({"percent": self.percent, "count": self.found.len(), "lines": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        let row = |over: &Over| {
            let amount = |amount: i64| amount_json(amount, over.currency);
            json!({
                "subject": over.subject,
                "metric": over.metric,
                "plan": over.plan,
                "used": amount(over.check.counted.used),
                "reserved": amount(over.check.counted.reserved),
                "limit": over.check.max.map(amount),
                "remaining": over.check.remaining().map(amount),
                "used_percent": (over.share != i64::MAX).then(|| percent::json(over.share)),
                "resets_at": over.resets_at.map(time),
            })
        };
        self.shown(self.limit).map(row).collect()
    }

    fn view(&self) -> View {
        self.sheet().view()
    }
}
