//! How a price's amount comes about: per unit, in tiers, or named by the customer; in its own currency and in
//! others.

use rust_decimal::Decimal;

use super::Checker;
use crate::billing::catalog::file::{Amount, CustomUnitAmount, Tier as TierText, TiersMode, UpTo};
use crate::billing::catalog::model::{CustomAmount, Pricing, Tier};
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::Finding;
use crate::billing::currency::Currency;

/// The keys of a price, or of one of its currency options, that say how its amount comes about.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub amount: Option<&'a Amount>,
    pub tiers: Option<&'a [TierText]>,
    pub tiers_mode: Option<TiersMode>,
    pub custom: Option<&'a CustomUnitAmount>,
}

impl Checker<'_> {
    /// Reads the amounts of a price. They all have one currency: the first one's, or `wanted`.
    pub fn pricing(
        &mut self,
        at: &At<'_>,
        written: Written<'_>,
        wanted: Option<Currency>,
    ) -> Option<(Currency, Pricing)> {
        let Written { amount, tiers, tiers_mode, custom } = written;
        let given = [
            ("amount", amount.is_some()),
            ("tiers", tiers.is_some()),
            ("custom_unit_amount", custom.is_some()),
        ];
        let mut given = given.iter().filter(|(_, is_given)| *is_given).map(|(key, _)| *key);
        let (first, second) = (given.next(), given.next());
        let Some(first) = first else {
            self.report(
                Finding::at("missing_key", at, "`amount` is missing")
                    .hint("Add amount = \"49.00 usd\", or tiers, or custom_unit_amount"),
            );
            return None;
        };
        if let Some(second) = second {
            let message = format!("`{first}` and `{second}` exclude each other");
            self.report(
                Finding::at_key("conflict", &at.key(second), message).hint(
                    "Keep one of the two: a price is either per unit, in tiers, or named by the customer",
                ),
            );
            return None;
        }
        let mut common = Common { currency: wanted, named: wanted.is_some() };
        if let Some(amount) = amount {
            let at = at.key("amount");
            let rate = self.rate(&at, &amount.0)?;
            self.same_currency(&at, &mut common, rate.currency)?;
            self.chargeable(&at, &rate);
            return Some((rate.currency, Pricing::PerUnit(rate)));
        }
        if let Some(tiers) = tiers {
            let tiers = self.tiers(&at.key("tiers"), tiers, &mut common);
            let Some(mode) = tiers_mode else {
                self.report(
                    Finding::at("missing_key", at, "`tiers_mode` is missing")
                        .hint("Add tiers_mode = \"graduated\" (each unit at its tier's price) or \"volume\" (all units at the last tier's price)"),
                );
                return None;
            };
            return Some((common.currency?, Pricing::Tiered { mode, tiers: tiers? }));
        }
        let amount = self.custom(&at.key("custom_unit_amount"), custom?, &mut common);
        let Some(currency) = common.currency else {
            self.report(
                Finding::at("missing_key", &at.key("custom_unit_amount"), "the price has no currency")
                    .hint("Add currency = \"usd\" to custom_unit_amount, or a minimum, maximum or preset"),
            );
            return None;
        };
        Some((currency, Pricing::Custom(amount?)))
    }

    fn tiers(&mut self, at: &At<'_>, tiers: &[TierText], common: &mut Common) -> Option<Vec<Tier>> {
        let count = self.findings.len();
        let mut read = Vec::with_capacity(tiers.len());
        let mut before = 0_i64;
        for (index, tier) in tiers.iter().enumerate() {
            let at = at.index(index);
            let last = index + 1 == tiers.len();
            let up_to = self.up_to(&at, &tier.up_to, last, before);
            before = up_to.unwrap_or(before);
            if tier.amount.is_none() && tier.flat.is_none() {
                self.report(
                    Finding::at("missing_key", &at, "the tier has no price")
                        .hint("Add amount = \"0.10 usd\" a unit, or flat = \"5.00 usd\", or both"),
                );
            }
            let unit = self.tier_amount(&at.key("amount"), tier.amount.as_ref(), common);
            let flat = self.tier_amount(&at.key("flat"), tier.flat.as_ref(), common);
            read.push(Tier { up_to, unit, flat });
        }
        (self.findings.len() == count).then_some(read)
    }

    /// The end of a tier: higher than the one before, and open for the last tier only.
    fn up_to(&mut self, tier: &At<'_>, up_to: &UpTo, last: bool, before: i64) -> Option<i64> {
        let at = tier.key("up_to");
        let finding = match up_to {
            UpTo::Units(units) if last => Finding::at(
                "open_end",
                &at,
                format!("the last tier ends at {units}: more units would have no price"),
            )
            .hint("Write up_to = \"inf\" in the last tier"),
            UpTo::Units(units) if *units <= before => {
                Finding::at("tier_order", &at, format!("tiers must ascend: {units} is not above {before}"))
                    .hint("Sort the tiers by up_to, each value once")
            }
            UpTo::Units(units) => return Some(*units),
            UpTo::Text(text) if text == "inf" && last => return None,
            UpTo::Text(text) if text == "inf" => Finding::at("tier_order", &at, "only the last tier is open")
                .hint("Give this tier the number of its last unit"),
            UpTo::Text(text) => Finding::at("bad_value", &at, format!("`{text}` is not the end of a tier"))
                .hint("Write a whole number, or \"inf\" for the last tier"),
        };
        self.report(finding);
        None
    }

    fn tier_amount(&mut self, at: &At<'_>, amount: Option<&Amount>, common: &mut Common) -> Option<Decimal> {
        let rate = self.rate(at, &amount?.0)?;
        self.same_currency(at, common, rate.currency)?;
        Some(rate.minor)
    }

    fn custom(
        &mut self,
        at: &At<'_>,
        custom: &CustomUnitAmount,
        common: &mut Common,
    ) -> Option<CustomAmount> {
        let count = self.findings.len();
        if let Some(code) = &custom.currency
            && let Some(currency) = self.currency(&at.key("currency"), code)
        {
            self.same_currency(&at.key("currency"), common, currency);
        }
        let minimum = self.bound(&at.key("minimum"), custom.minimum.as_ref(), common);
        let maximum = self.bound(&at.key("maximum"), custom.maximum.as_ref(), common);
        let preset = self.bound(&at.key("preset"), custom.preset.as_ref(), common);
        if let (Some(minimum), Some(maximum)) = (minimum, maximum)
            && minimum > maximum
        {
            self.report(
                Finding::at("out_of_range", &at.key("maximum"), "the maximum is below the minimum")
                    .hint("Swap the two"),
            );
        }
        if let Some(preset) = preset
            && (minimum.is_some_and(|minimum| preset < minimum)
                || maximum.is_some_and(|maximum| preset > maximum))
        {
            self.report(
                Finding::at(
                    "out_of_range",
                    &at.key("preset"),
                    "the preset is outside of minimum and maximum",
                )
                .hint("Choose a preset between the two"),
            );
        }
        (self.findings.len() == count).then_some(CustomAmount { minimum, maximum, preset })
    }

    fn bound(&mut self, at: &At<'_>, amount: Option<&Amount>, common: &mut Common) -> Option<i64> {
        let money = self.amount(at, amount?)?;
        self.same_currency(at, common, money.currency)?;
        Some(money.minor)
    }

    fn same_currency(&mut self, at: &At<'_>, common: &mut Common, found: Currency) -> Option<()> {
        let wanted = *common.currency.get_or_insert(found);
        if wanted == found {
            return Some(());
        }
        let message = if common.named {
            format!("the amount is in {found}, but its table is for {wanted}")
        } else {
            format!("the amount is in {found}, but the price began in {wanted}")
        };
        self.report(
            Finding::at("mixed_currencies", at, message)
                .hint("A price has one currency: put others into currency_options"),
        );
        None
    }
}

/// The one currency of a price.
struct Common {
    currency: Option<Currency>,
    /// Whether the table's key gives it.
    named: bool,
}
