//! All that a subject uses, a line a metric.

use serde_json::Value;

use super::metric::{Metric, counted_as};
use super::result::Held;
use crate::billing::entitlement::Entitlement;
use crate::commands::subject::entitled::Known;
use crate::commands::subject::{Who, limits};
use crate::context::Context;
use crate::store::books::Books;

/// A metric of a subject, held against its limit, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub metric: String,
    /// `3`, `0.12 USD`, with what is held by reservations.
    pub used: String,
    /// `500 a period`, `unlimited`, `not in this plan`.
    pub limit: String,
    /// What is used and what is allowed, in the metric's unit; none without a limit.
    pub share: Option<(i64, i64)>,
    /// What is left; none without a limit.
    pub left: Option<String>,
    pub is_used_up: bool,
    /// When it frees up, in seconds since 1970.
    pub resets_at: Option<i64>,
    /// As every command about usage shows it.
    pub json: Value,
}

/// What a subject uses of all that its plan limits or that was recorded, by the metric's name.
///
/// # Errors
/// If the books can't be read, or a limit can't be counted.
pub fn lines(
    ctx: &Context,
    books: &Books,
    who: &Who,
    typed: &str,
    known: &Known,
    entitlement: &Entitlement<'_>,
) -> anyhow::Result<Vec<Line>> {
    let name = counted_as(who, typed);
    let recorded = books.usage_metrics(name)?;
    let catalog = &ctx.catalog()?.catalog;
    let is_known = |metric: &&str| {
        catalog.meters.contains_key(*metric)
            || catalog.products.values().any(|product| product.limits.contains_key(*metric))
    };
    let mut names: Vec<&str> = entitlement.limits().into_keys().collect();
    names.extend(recorded.iter().map(String::as_str).filter(is_known));
    names.sort_unstable();
    names.dedup();
    let mut lines = Vec::new();
    for metric in names {
        let mut metric = Metric::of(catalog, entitlement, metric, known.now)?;
        metric.look_up_free_credits(ctx, books, name)?;
        lines.push(line(&Held::read(books, name, &metric, 0, known.now)?));
    }
    Ok(lines)
}

fn line(held: &Held<'_>) -> Line {
    let Held { subject: _, metric, check, resets_at, balance: _ } = held;
    let used = check.counted.used.saturating_add(check.counted.reserved);
    let remaining = check.remaining();
    Line {
        metric: metric.name.to_owned(),
        used: held.words(used),
        limit: match metric.limit {
            Some(limit) => limits::words(limit),
            None if metric.is_left_out => "not in this plan".to_owned(),
            None => "none".to_owned(),
        },
        share: check.max.map(|max| (used, max)),
        left: remaining.map(|left| held.words(left)),
        is_used_up: remaining == Some(0),
        resets_at: *resets_at,
        json: held.json(),
    }
}
