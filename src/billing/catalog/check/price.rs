//! Prices.

use std::collections::BTreeMap;

use super::Checker;
use super::limit::duration_seconds;
use super::pricing::Written;
use super::unique::{Namespace, Owner};
use crate::billing::catalog::file;
use crate::billing::catalog::model::{CurrencyOption, Interval, Price, Pricing, Recurring};
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::Finding;
use crate::billing::currency::Currency;

/// Stripe's longest lookup key, in characters.
const MAX_LOOKUP_KEY: usize = 200;

impl<'a> Checker<'a> {
    pub fn price(
        &mut self,
        at: &At<'_>,
        product: &'a str,
        key: &'a str,
        price: &'a file::Price,
    ) -> Option<Price> {
        let lookup_key = match &price.lookup_key {
            Some(lookup_key) => lookup_key.clone(),
            None => format!("{}_{product}_{key}", self.project),
        };
        if lookup_key.chars().count() > MAX_LOOKUP_KEY {
            self.report(
                Finding::at(
                    "too_long",
                    at,
                    "the price's lookup key is longer than the 200 characters Stripe takes",
                )
                .hint("Give it a shorter lookup_key"),
            );
        }
        self.claim(Namespace::LookupKey, lookup_key.clone(), Owner::of_price(product, key, "lookup_key"));
        self.stripe_id(at, price.stripe_id.as_deref(), "price_");
        if let Some(id) = &price.stripe_id {
            self.claim(Namespace::StripeId, id.as_str(), Owner::of_price(product, key, "stripe_id"));
        }
        if let Some(env) = &price.env {
            self.claim(Namespace::EnvName, env.0.as_str(), Owner::of_price(product, key, "env"));
        }
        self.metadata(at, &price.metadata);
        let recurring = self.recurring(at, price);
        self.combinations(at, price);
        let written = Written {
            amount: price.amount.as_ref(),
            tiers: price.tiers.as_deref(),
            tiers_mode: price.tiers_mode,
            custom: price.custom_unit_amount.as_ref(),
        };
        let pricing = self.pricing(at, written, None);
        let currency_options = self.currency_options(at, price, pricing.as_ref());
        let credits_expire_seconds = self.credits_expire(at, price);
        let (currency, pricing) = pricing?;
        Some(Price {
            stripe_id: price.stripe_id.clone(),
            lookup_key,
            currency,
            pricing,
            recurring: recurring.ok()?,
            transform_quantity: price.transform_quantity,
            currency_options,
            tax_behavior: price.tax_behavior,
            nickname: price.nickname.clone(),
            active: price.active.unwrap_or(true),
            metadata: price.metadata.clone(),
            credits: price.credits,
            credits_expire_seconds,
            env: price.env.as_ref().map(|env| env.0.clone()),
        })
    }

    /// How often it is paid: `Ok(None)` for once, `Err` where that can't be read.
    fn recurring(&mut self, at: &At<'_>, price: &file::Price) -> Result<Option<Recurring>, ()> {
        let meter = self.meter_of(at, price);
        let Some(every) = &price.every else {
            for (key, is_given) in
                [("meter", price.meter.is_some()), ("trial_days", price.trial_days.is_some())]
            {
                if is_given {
                    self.report(
                        Finding::at_key(
                            "missing_key",
                            &at.key(key),
                            format!("a price with `{key}` needs `every`"),
                        )
                        .hint("Add every = \"month\""),
                    );
                }
            }
            return Ok(None);
        };
        let (interval, interval_count) = self.every(&at.key("every"), every).ok_or(())?;
        Ok(Some(Recurring { interval, interval_count, meter, trial_days: price.trial_days }))
    }

    fn meter_of(&mut self, at: &At<'_>, price: &file::Price) -> Option<String> {
        let key = price.meter.as_ref()?;
        let at = at.key("meter");
        if !self.refers(&at, "meters", key, "meter") {
            return None;
        }
        if self.file.meters.get(key).is_some_and(|meter| meter.active == Some(false)) {
            self.report(
                Finding::at("inactive_reference", &at, format!("the meter `{key}` is not active"))
                    .hint("Stripe bills active meters only: remove active = false from it"),
            );
        }
        Some(key.clone())
    }

    /// Reads `month`, `3 months`.
    fn every(&mut self, at: &At<'_>, text: &str) -> Option<(Interval, u32)> {
        let Some((interval, count)) = read_interval(text) else {
            self.report(
                Finding::at("bad_interval", at, format!("`{text}` is not a billing interval"))
                    .hint("Write \"day\", \"week\", \"month\" or \"year\", or several, like \"3 months\""),
            );
            return None;
        };
        // Stripe's longest interval is three years.
        let most = match interval {
            Interval::Day => 1095,
            Interval::Week => 156,
            Interval::Month => 36,
            Interval::Year => 3,
        };
        if count == 0 || count > most {
            self.report(Finding::at("bad_interval", at, format!("Stripe can't bill every {text}")).hint(
                format!("Write 1 to {most} {}s: Stripe's longest interval is three years", interval.as_str()),
            ));
            return None;
        }
        Some((interval, count))
    }

    fn credits_expire(&mut self, at: &At<'_>, price: &file::Price) -> Option<i64> {
        let text = price.credits_expire.as_ref()?;
        let at_key = at.key("credits_expire");
        if price.credits.is_none() {
            let message = "`credits_expire` needs `credits`";
            self.report(
                Finding::at_key("missing_key", &at_key, message)
                    .hint("Add credits = 1000, or however many the price buys"),
            );
        }
        let seconds = duration_seconds(text);
        if seconds.is_none() {
            self.report(
                Finding::at("bad_value", &at_key, format!("`{text}` is not how long credits last"))
                    .hint("Write a duration like \"365 days\" or \"12 hours\", or remove it: then they don't expire"),
            );
        }
        seconds
    }

    /// Keys that Stripe does not take together.
    fn combinations(&mut self, at: &At<'_>, price: &file::Price) {
        let conflicts = [
            (
                "transform_quantity",
                price.transform_quantity.is_some(),
                "tiers",
                price.tiers.is_some(),
                "Stripe bills either packages or tiers",
            ),
            (
                "tiers_mode",
                price.tiers_mode.is_some(),
                "amount",
                price.amount.is_some() && price.tiers.is_none(),
                "tiers_mode belongs to tiers",
            ),
            // Stripe offers amounts that the customer names for one-time payments only.
            (
                "custom_unit_amount",
                price.custom_unit_amount.is_some(),
                "every",
                price.every.is_some(),
                "Customers name the amount of one-time prices only",
            ),
            (
                "credits",
                price.credits.is_some(),
                "meter",
                price.meter.is_some(),
                "A metered price is paid after use: it can't buy credits",
            ),
            (
                "trial_days",
                price.trial_days.is_some(),
                "meter",
                price.meter.is_some(),
                "Put the trial on the plan's own price",
            ),
        ];
        for (key, is_given, other, other_given, hint) in conflicts {
            if is_given && other_given {
                let message = format!("`{key}` can't stand together with `{other}`");
                self.report(Finding::at_key("conflict", &at.key(key), message).hint(hint));
            }
        }
    }

    fn currency_options(
        &mut self,
        at: &At<'_>,
        price: &file::Price,
        own: Option<&(Currency, Pricing)>,
    ) -> BTreeMap<Currency, CurrencyOption> {
        let table = at.key("currency_options");
        let mut options = BTreeMap::new();
        for (code, option) in &price.currency_options {
            let at = table.key(code);
            let Some(currency) = self.currency(&at, code) else { continue };
            if own.is_some_and(|(own, _)| *own == currency) {
                self.report(
                    Finding::at_key("duplicate", &at, format!("{currency} is the price's own currency"))
                        .hint("Remove it from currency_options"),
                );
                continue;
            }
            let written = Written {
                amount: option.amount.as_ref(),
                tiers: option.tiers.as_deref(),
                tiers_mode: price.tiers_mode,
                custom: option.custom_unit_amount.as_ref(),
            };
            if let Some((key, hint)) = unlike(written, price) {
                let message = format!("`{key}` gives the amount in another way than the price does");
                self.report(Finding::at_key("conflict", &at.key(key), message).hint(hint));
                continue;
            }
            let Some((_, pricing)) = self.pricing(&at, written, Some(currency)) else { continue };
            let option = CurrencyOption { pricing, tax_behavior: option.tax_behavior };
            if options.insert(currency, option).is_some() {
                self.report(
                    Finding::at_key("duplicate", &at, format!("{currency} is given twice"))
                        .hint("Keep one of the two"),
                );
            }
        }
        options
    }
}

/// Reads `month` or `3 months`, however many.
pub fn read_interval(text: &str) -> Option<(Interval, u32)> {
    let mut words = text.split_whitespace();
    let (count, unit) = match (words.next(), words.next(), words.next()) {
        (Some(unit), None, None) => (1, unit),
        (Some(count), Some(unit), None) => (count.parse().ok()?, unit),
        _ => return None,
    };
    let interval = match unit.strip_suffix('s').unwrap_or(unit) {
        "day" => Interval::Day,
        "week" => Interval::Week,
        "month" => Interval::Month,
        "year" => Interval::Year,
        _ => return None,
    };
    Some((interval, count))
}

/// The key with which a currency option gives its amount in another way than its price, and what to write.
fn unlike(option: Written<'_>, price: &file::Price) -> Option<(&'static str, &'static str)> {
    let given = if option.tiers.is_some() {
        "tiers"
    } else if option.custom.is_some() {
        "custom_unit_amount"
    } else if option.amount.is_some() {
        "amount"
    } else {
        return None;
    };
    let (wanted, hint) = if price.tiers.is_some() {
        ("tiers", "Write tiers, as the price does")
    } else if price.custom_unit_amount.is_some() {
        ("custom_unit_amount", "Write custom_unit_amount, as the price does")
    } else {
        ("amount", "Write amount, as the price does")
    };
    (given != wanted).then_some((given, hint))
}
