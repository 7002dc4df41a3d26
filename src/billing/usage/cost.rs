//! What units cost: exact decimals up to the last step, and rounded once.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use thiserror::Error;

use crate::billing::money::{Money, Rate};

/// How many units of each dimension were used, as `numerator / denominator`: 90 500 ms are 90500/60000 of a minute,
/// which no decimal holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units {
    pub numerator: Decimal,
    /// Above zero.
    pub denominator: u32,
}

/// Why there is no cost.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CostError {
    #[error("the plan has no rate for `{0}`")]
    NoRate(String),
    #[error("rates in {0} and in {1} can't be added up")]
    Currencies(String, String),
    #[error("nothing was used that costs anything: name units")]
    NoUnits,
    #[error("the cost is too large to count")]
    Overflow,
}

/// Returns the cost of one task in whole minor units: the sum of all units times their rates, rounded once, half away
/// from zero.
///
/// With tokens and minutes: round((tokens × per token + milliseconds / 60000 × per minute) × 100) cents.
///
/// # Errors
/// `NoRate` for a unit that `rates` doesn't price, `Currencies` if rates are in several, `NoUnits` without any,
/// `Overflow` past 28 digits or 63 bits.
pub fn cost(units: &BTreeMap<String, Units>, rates: &BTreeMap<String, Rate>) -> Result<Money, CostError> {
    let mut currency = None;
    // The sum as a fraction over the product of the denominators, so that nothing is rounded on the way.
    let mut sum = Decimal::ZERO;
    let mut over = Decimal::ONE;
    for (name, Units { numerator, denominator }) in units {
        let rate = rates.get(name).ok_or_else(|| CostError::NoRate(name.clone()))?;
        match currency {
            None => currency = Some(rate.currency),
            Some(known) if known == rate.currency => {}
            Some(known) => {
                return Err(CostError::Currencies(known.to_string(), rate.currency.to_string()));
            }
        }
        let denominator = Decimal::from(*denominator);
        let part = exact_product(exact_product(*numerator, rate.minor)?, over)?;
        sum = exact_sum(exact_product(sum, denominator)?, part)?;
        over = exact_product(over, denominator)?;
    }
    let currency = currency.ok_or(CostError::NoUnits)?;
    let whole = (sum / over).trunc();
    let rest = exact_sum(sum, -exact_product(whole, over)?)?;
    let up = exact_product(rest.abs(), Decimal::TWO)? >= over;
    let step = if sum.is_sign_negative() { -Decimal::ONE } else { Decimal::ONE };
    let rounded = if up { exact_sum(whole, step)? } else { whole };
    let minor = i64::try_from(rounded.trunc().mantissa()).map_err(|_| CostError::Overflow)?;
    Ok(Money { minor, currency })
}

/// A product none of whose digits is rounded away.
fn exact_product(left: Decimal, right: Decimal) -> Result<Decimal, CostError> {
    let (left, right) = (left.normalize(), right.normalize());
    let product = left.checked_mul(right).ok_or(CostError::Overflow)?;
    // Decimals beyond what fits are cut without a word; then the scale is not the sum of both.
    if product.scale() < left.scale() + right.scale() && !product.is_zero() {
        return Err(CostError::Overflow);
    }
    Ok(product.normalize())
}

fn exact_sum(left: Decimal, right: Decimal) -> Result<Decimal, CostError> {
    let sum = left.checked_add(right).ok_or(CostError::Overflow)?;
    if sum.scale() < left.scale().max(right.scale()) {
        return Err(CostError::Overflow);
    }
    Ok(sum.normalize())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rates(token: &str, minute: &str) -> BTreeMap<String, Rate> {
        [("token", token), ("minute", minute)]
            .map(|(name, rate)| (name.to_owned(), rate.parse().unwrap()))
            .into()
    }

    fn task(tokens: i64, milliseconds: i64) -> BTreeMap<String, Units> {
        let units = |count, denominator| Units { numerator: Decimal::from(count), denominator };
        [("token".to_owned(), units(tokens, 1)), ("minute".to_owned(), units(milliseconds, 60_000))].into()
    }

    #[track_caller]
    fn check(tokens: i64, milliseconds: i64, cents: i64) {
        let cost = cost(&task(tokens, milliseconds), &rates("0.001 usd", "0.10 usd")).unwrap();
        assert_eq!(cost.minor, cents, "{tokens} tokens, {milliseconds} ms");
    }

    #[test]
    fn tokens_and_minutes_are_added_before_they_are_rounded() {
        check(1_000, 0, 100);
        check(0, 60_000, 10);
        // 0.4 cents and 0.1 cents: alone each would be nothing.
        check(4, 600, 1);
    }

    #[test]
    fn half_a_cent_rounds_up_and_less_rounds_down() {
        check(5, 0, 1);
        check(4, 0, 0);
        check(0, 3_000, 1);
        check(0, 2_999, 0);
    }

    #[test]
    fn half_a_cent_given_back_rounds_away_from_zero_too() {
        check(-5, 0, -1);
        check(-4, 0, 0);
    }

    #[test]
    fn what_has_no_rate_is_named() {
        let used = [("second".to_owned(), Units { numerator: Decimal::ONE, denominator: 1 })].into();
        let refused = cost(&used, &rates("0.001 usd", "0.10 usd"));
        assert_eq!(refused, Err(CostError::NoRate("second".to_owned())));
    }

    #[test]
    fn unlike_currencies_do_not_add_up() {
        let refused = cost(&task(1, 1), &rates("0.001 usd", "0.10 eur"));
        assert!(matches!(refused, Err(CostError::Currencies(..))), "{refused:?}");
    }

    #[test]
    fn what_is_too_large_is_refused_and_not_wrapped() {
        let used = [("token".to_owned(), Units { numerator: Decimal::MAX, denominator: 1 })].into();
        assert_eq!(cost(&used, &rates("0.001 usd", "0.10 usd")), Err(CostError::Overflow));
    }

    proptest! {
        /// Against whole numbers: with rates of 0.001 and 0.10 usd, 60000 × the cost in cents is 6000 a token and 10 a
        /// millisecond.
        #[test]
        fn the_cost_is_that_of_whole_number_arithmetic(tokens in 0_i64..10_000_000, ms in 0_i64..100_000_000) {
            let sum = i128::from(tokens) * 6_000 + i128::from(ms) * 10;
            let expected = (sum * 2 + 60_000) / 120_000;
            let found = cost(&task(tokens, ms), &rates("0.001 usd", "0.10 usd")).unwrap();
            prop_assert_eq!(i128::from(found.minor), expected);
        }
    }
}
