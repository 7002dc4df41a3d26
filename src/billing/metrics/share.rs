//! Shares and averages: exact fractions, rounded once.

use rust_decimal::Decimal;

/// `part` of `whole` in percent with two decimals, rounded half away from zero; `None` where there is no whole, or it is
/// less than nothing. A part may be negative, or more than the whole.
pub fn percent(part: i64, whole: i64) -> Option<Decimal> {
    if whole <= 0 {
        return None;
    }
    let hundredths = rounded(i128::from(part) * 10_000, i128::from(whole))?;
    Some(Decimal::from_i128_with_scale(hundredths, 2))
}

/// `sum` for each of `count`, rounded half away from zero; `None` for none.
pub fn average(sum: i64, count: i64) -> Option<i64> {
    if count <= 0 {
        return None;
    }
    i64::try_from(rounded(i128::from(sum), i128::from(count))?).ok()
}

/// A quotient rounded half away from zero; `None` if it can't be told in 128 bits. The divisor is above zero.
pub(super) fn rounded(number: i128, divisor: i128) -> Option<i128> {
    let twice = number.unsigned_abs().checked_mul(2)?.checked_add(divisor.unsigned_abs())?;
    let quotient = i128::try_from(twice / divisor.unsigned_abs().checked_mul(2)?).ok()?;
    Some(if number < 0 { -quotient } else { quotient })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(part: i64, whole: i64, expected: Option<&str>) {
        assert_eq!(percent(part, whole).map(|share| share.to_string()).as_deref(), expected);
    }

    #[test]
    fn a_share_has_two_decimals_rounded_half_away_from_zero() {
        check(1, 3, Some("33.33"));
        check(2, 3, Some("66.67"));
        check(1, 20_000, Some("0.01"));
        check(-1, 20_000, Some("-0.01"));
        check(3, 2, Some("150.00"));
        check(0, 5, Some("0.00"));
        check(5, 0, None);
        check(i64::MAX, i64::MAX, Some("100.00"));
    }

    #[test]
    fn an_average_is_rounded_half_away_from_zero() {
        assert_eq!(average(5, 2), Some(3));
        assert_eq!(average(-5, 2), Some(-3));
        assert_eq!(average(4, 3), Some(1));
        assert_eq!(average(4, 0), None);
        assert_eq!(average(i64::MIN, 1), Some(i64::MIN));
    }
}
