//! What a price that recurs comes to in a month.

use rust_decimal::Decimal;

use super::share::rounded;

/// How often something is billed: every so many days, weeks, months or years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    Day(i64),
    Week(i64),
    Month(i64),
    Year(i64),
}

impl Every {
    /// From Stripe's `interval` and `interval_count`.
    pub fn of(interval: &str, count: i64) -> Option<Every> {
        if count < 1 {
            return None;
        }
        match interval {
            "day" => Some(Every::Day(count)),
            "week" => Some(Every::Week(count)),
            "month" => Some(Every::Month(count)),
            "year" => Some(Every::Year(count)),
            _ => None,
        }
    }

    /// How often that is in a month, as a fraction. A year has 12 months and 365 days, a week 7 days.
    fn times_a_month(self) -> (i128, i128) {
        match self {
            Every::Day(count) => (365, 12 * i128::from(count)),
            Every::Week(count) => (365, 84 * i128::from(count)),
            Every::Month(count) => (1, i128::from(count)),
            Every::Year(count) => (1, 12 * i128::from(count)),
        }
    }
}

/// Returns what `quantity` units at `unit` (minor units) come to in a month, in minor units: the exact product, rounded once,
/// half away from zero. `None` if that does not fit in 64 bits.
pub fn monthly(unit: Decimal, quantity: i64, every: Every) -> Option<i64> {
    let (times, of) = every.times_a_month();
    let unit = unit.normalize();
    let number = unit.mantissa().checked_mul(i128::from(quantity))?.checked_mul(times)?;
    let divisor = 10_i128.checked_pow(unit.scale())?.checked_mul(of)?;
    i64::try_from(rounded(number, divisor)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(unit: &str, quantity: i64, every: Every, expected: i64) {
        assert_eq!(monthly(unit.parse().unwrap(), quantity, every), Some(expected), "{unit} {every:?}");
    }

    #[test]
    fn a_price_is_brought_to_a_month_and_rounded_once() {
        check("4900", 1, Every::Month(1), 4_900);
        check("4900", 3, Every::Month(1), 14_700);
        check("10000", 1, Every::Year(1), 833);
        check("10000", 3, Every::Year(1), 2_500);
        check("9900", 1, Every::Month(3), 3_300);
        // 1,000 a week: 1,000 × 365 ÷ 84.
        check("1000", 1, Every::Week(1), 4_345);
        check("100", 1, Every::Day(1), 3_042);
        check("0.05", 1_000, Every::Month(1), 50);
        check("0.5", 1, Every::Month(1), 1);
        check("0", 7, Every::Year(2), 0);
    }

    #[test]
    fn what_is_too_large_is_nothing_that_is_told() {
        assert_eq!(monthly(Decimal::MAX, i64::MAX, Every::Day(1)), None);
        assert_eq!(Every::of("month", 0), None);
        assert_eq!(Every::of("fortnight", 1), None);
    }
}
