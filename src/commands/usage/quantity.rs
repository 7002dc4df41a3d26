//! How much, as it is typed.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::billing::money::{Money, Rate};
use crate::billing::usage::Units;

/// How much is used or meant.
#[derive(Debug, clap::Args)]
pub struct QuantityArgs {
    /// How much, as a whole number [default: 1]
    #[arg(long, short = 'n', value_name = "N", allow_negative_numbers = true, conflicts_with_all = ["units", "cost"])]
    pub quantity: Option<i64>,
    /// Units that the plan has a rate for, such as token=1200 or minute=90.5s; their cost is what counts. Repeatable
    #[arg(long = "unit", value_name = "NAME=AMOUNT", value_parser = unit, conflicts_with = "cost")]
    pub units: Vec<(String, Units)>,
    /// What it costs, such as "0.12 usd"
    #[arg(long, value_name = "MONEY", value_parser = money)]
    pub cost: Option<Money>,
}

/// What was typed, before the metric says whether it can be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    Count(i64),
    Units(BTreeMap<String, Units>),
    Cost(Money),
    /// Nothing was said.
    Default,
}

impl QuantityArgs {
    /// # Errors
    /// What is wrong with the units.
    pub fn amount(self) -> Result<Amount, String> {
        let QuantityArgs { quantity, units, cost } = self;
        if let Some(quantity) = quantity {
            return Ok(Amount::Count(quantity));
        }
        if let Some(cost) = cost {
            return Ok(Amount::Cost(cost));
        }
        if units.is_empty() {
            return Ok(Amount::Default);
        }
        let mut by_name = BTreeMap::new();
        for (name, amount) in units {
            if by_name.insert(name.clone(), amount).is_some() {
                return Err(format!("the unit `{name}` is given twice"));
            }
        }
        Ok(Amount::Units(by_name))
    }
}

impl Amount {
    /// Whether it is a cost, which may round to nothing; a count is of something.
    pub fn is_cost(&self) -> bool {
        match self {
            Amount::Units(_) | Amount::Cost(_) => true,
            Amount::Count(_) | Amount::Default => false,
        }
    }
}

/// Reads `token=1200`, `minute=1.5`, `minute=90500ms`.
fn unit(text: &str) -> Result<(String, Units), String> {
    let usage = || {
        format!(
            "`{text}` is no unit: write its name and how many, such as token=1200, minute=1.5 or minute=90500ms"
        )
    };
    let (name, amount) = text.split_once('=').ok_or_else(usage)?;
    if name.is_empty() {
        return Err(usage());
    }
    let digits = amount.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let suffix = amount.get(digits.len()..).unwrap_or_default();
    // A number as people write it: no exponent, no separators.
    if digits.contains(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != '-') {
        return Err(usage());
    }
    let number: Decimal = digits.parse().map_err(|_| usage())?;
    if number.is_sign_negative() && !number.is_zero() {
        return Err(format!("`{text}`: units are not below 0"));
    }
    if suffix.is_empty() {
        return Ok((name.to_owned(), Units { numerator: number, denominator: 1 }));
    }
    // A time in a unit of its own, as a fraction of the rate's.
    let milliseconds = match suffix {
        "ms" => 1_u32,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(usage()),
    };
    let denominator = match name {
        "second" => 1_000,
        "minute" => 60_000,
        "hour" => 3_600_000,
        _ => return Err(format!("`{text}`: only second, minute and hour are given as a time")),
    };
    let numerator = number.checked_mul(Decimal::from(milliseconds)).ok_or_else(usage)?;
    Ok((name.to_owned(), Units { numerator, denominator }))
}

fn money(text: &str) -> Result<Money, String> {
    let rate: Rate = text.parse().map_err(|error| format!("{error}"))?;
    rate.whole().ok_or_else(|| format!("`{text}` is not a whole number of the currency's smallest unit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, i64, u32)>) {
        let found = unit(text).ok();
        let expected = expected.map(|(name, numerator, denominator)| {
            (name.to_owned(), Units { numerator: Decimal::from(numerator), denominator })
        });
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn units_are_numbers_and_times() {
        check("token=1200", Some(("token", 1200, 1)));
        check("minute=90500ms", Some(("minute", 90_500, 60_000)));
        check("minute=2m", Some(("minute", 120_000, 60_000)));
        check("hour=90m", Some(("hour", 5_400_000, 3_600_000)));
    }

    #[test]
    fn what_is_no_unit_is_refused() {
        for text in ["token", "token=", "=5", "token=-1", "token=5s", "minute=5d", "token=1e5", "token=1,200"]
        {
            check(text, None);
        }
    }
}
