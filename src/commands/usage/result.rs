//! What all commands about usage show of a metric.

use serde_json::{Value, json};

use super::metric::Metric;
use crate::billing::currency::Currency;
use crate::billing::money::Money;
use crate::billing::usage::{Check, Funding};
use crate::commands::moment::time;
use crate::commands::subject::limits;
use crate::render::{Role, Text};
use crate::store::books::Books;

/// A metric of a subject, held against its limit. Times are seconds since 1970.
#[derive(Debug)]
pub struct Held<'a> {
    pub subject: &'a str,
    pub metric: &'a Metric<'a>,
    pub check: Check,
    /// When the count starts again; in a rolling window when what was asked fits, or, where it fits already, when the
    /// oldest of what was used falls out.
    pub resets_at: Option<i64>,
    /// The credits that can be spent, where the metric is paid with them.
    pub balance: Option<i64>,
}

impl<'a> Held<'a> {
    /// # Errors
    /// If the books can't be read.
    pub fn read(
        books: &Books,
        subject: &'a str,
        metric: &'a Metric<'a>,
        asked: i64,
        now: i64,
    ) -> anyhow::Result<Held<'a>> {
        let check = metric.check(books, subject, asked, now)?;
        Held::of(books, subject, metric, check, now)
    }

    /// # Errors
    /// If the books can't be read.
    pub fn of(
        books: &Books,
        subject: &'a str,
        metric: &'a Metric<'a>,
        check: Check,
        now: i64,
    ) -> anyhow::Result<Held<'a>> {
        let fits_never = check.max.is_some_and(|max| check.asked > max);
        let resets_at = match (metric.rolling, check.max) {
            (_, None) => None,
            // Credits come when they come.
            (None, Some(_)) if metric.credits().is_some() => None,
            (None, Some(_)) => metric.stretch.until,
            (Some(_), Some(_)) if fits_never => None,
            (Some(length), Some(_)) => {
                let lacking = check.lacking().unwrap_or(1);
                books.usage_frees_up(metric.series(subject), metric.stretch, length, lacking)?
            }
        };
        let balance = metric.credits().map(|_| metric.balance(books, subject, now)).transpose()?;
        Ok(Held { subject, metric, check, resets_at, balance })
    }

    pub fn json(&self) -> Value {
        let Held { subject, metric, check, resets_at, balance } = self;
        let amount = |amount: i64| amount_json(amount, metric.currency);
        let mut json = json!({
            "subject": subject,
            "metric": metric.name,
            "plan": metric.plan,
            "used": amount(check.counted.used),
            "reserved": amount(check.counted.reserved),
            "limit": check.max.map(amount),
            "remaining": check.remaining().map(amount),
            "resets_at": resets_at.map(time),
        });
        if let Some(Funding { kind, per_unit, beside: _ }) = metric.credits() {
            json["credits"] = json!({"kind": kind, "per_unit": per_unit, "balance": balance});
        }
        json
    }

    /// An amount of the metric in words: `3`, `0.12 USD`.
    pub fn words(&self, amount: i64) -> String {
        amount_words(amount, self.metric.currency)
    }

    /// The lines that say how the limit stands.
    pub fn fields(&self) -> Vec<(&'static str, Text)> {
        let Held { subject: _, metric, check, resets_at, balance } = self;
        let mut fields = vec![("plan", Text::from(metric.plan.unwrap_or("none")))];
        let used = self.words(check.counted.used);
        let limit = match metric.limit {
            Some(limit) => limits::words(limit),
            None if metric.is_left_out => "not in this plan".to_owned(),
            None => "no limit".to_owned(),
        };
        let used = if balance.is_some() { format!("{used} this month") } else { used };
        fields.push(("used", Text::from(format!("{used}; the limit: {limit}"))));
        if check.counted.reserved > 0 {
            fields.push(("reserved", Text::from(self.words(check.counted.reserved))));
        }
        if let Some(remaining) = check.remaining() {
            let role = if remaining == 0 { Role::Delete } else { Role::Plain };
            fields.push(("left", Text::new(role, self.words(remaining))));
        }
        if let (Some(balance), Some(Funding { kind, per_unit: _, beside: _ })) = (balance, metric.credits()) {
            fields.push(("balance", Text::from(format!("{balance} {kind}"))));
        }
        if let Some(at) = resets_at {
            let name = if metric.rolling.is_some() { "frees up" } else { "resets" };
            fields.push((name, Text::from(time(*at))));
        }
        fields
    }
}

/// A count as a number, money as `{"amount", "currency", "display"}`.
pub fn amount_json(amount: i64, currency: Option<Currency>) -> Value {
    match currency {
        None => json!(amount),
        Some(currency) => Money { minor: amount, currency }.to_json(),
    }
}

/// `3`, `0.12 USD`.
pub fn amount_words(amount: i64, currency: Option<Currency>) -> String {
    match currency {
        None => amount.to_string(),
        Some(currency) => Money { minor: amount, currency }.to_string().to_uppercase(),
    }
}
