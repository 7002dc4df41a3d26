//! What of a payment can go back.

use thiserror::Error;

use crate::billing::usage::Period;

/// How much was paid, and how much of it went back already; in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refundable {
    pub captured: i64,
    pub refunded: i64,
}

impl Refundable {
    /// What can still go back, in minor units.
    pub fn left(self) -> i64 {
        self.captured.saturating_sub(self.refunded).max(0)
    }
}

/// A line of an invoice: its amount in minor units, before discounts and tax, and the time that it pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaidLine {
    pub amount: i64,
    pub period: Period,
}

/// There is no time that was paid for and is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NothingToProrate {
    #[error("none of what was paid is for a period of time")]
    NoPeriod,
    #[error("the time that was paid for is over")]
    Over,
}

/// Shares of lines are summed in millionths of a minor unit: exact enough for one rounding, of the sum.
const FINE: i128 = 1_000_000;

/// Returns the share of `paid` (minor units) for time that is still to come at `now` (seconds since 1970), rounded half up.
///
/// Each line counts with the part of its period that is left: Σ amount × left / length, over Σ amount. So discounts and tax
/// go back in the same proportion, and a line for no time at all, such as a fee, does not go back.
///
/// # Errors
/// [`NothingToProrate`]
pub fn prorated(paid: i64, lines: &[PaidLine], now: i64) -> Result<i64, NothingToProrate> {
    if !lines.iter().any(|line| line.period.end > line.period.start) {
        return Err(NothingToProrate::NoPeriod);
    }
    let all: i128 = lines.iter().map(|line| i128::from(line.amount)).sum();
    if all <= 0 || paid <= 0 {
        return Err(NothingToProrate::NoPeriod);
    }
    let unused = |line: &PaidLine| {
        let (left, length) = left(line, now);
        i128::from(line.amount) * FINE * left / length
    };
    let unused: i128 = lines.iter().map(unused).sum();
    let share = i128::from(paid) * unused.max(0);
    let whole = (2 * share + all * FINE) / (2 * all * FINE);
    match i64::try_from(whole).unwrap_or(paid).min(paid) {
        0 => Err(NothingToProrate::Over),
        share => Ok(share),
    }
}

/// How many seconds of a line's period are left, and how long the period is.
fn left(line: &PaidLine, now: i64) -> (i128, i128) {
    let Period { start, end } = line.period;
    let length = i128::from(end) - i128::from(start);
    if length <= 0 {
        return (0, 1);
    }
    let left = (i128::from(end) - i128::from(now)).clamp(0, length);
    (left, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_000_000;
    const MONTH: i64 = 30 * 86_400;

    fn line(amount: i64, start: i64, end: i64) -> PaidLine {
        PaidLine { amount, period: Period { start, end } }
    }

    #[track_caller]
    fn check(paid: i64, lines: &[PaidLine], days: i64, expected: Result<i64, NothingToProrate>) {
        assert_eq!(prorated(paid, lines, START + days * 86_400), expected);
    }

    #[test]
    fn what_is_left_of_the_time_goes_back() {
        let month = [line(9_900, START, START + MONTH)];
        check(9_900, &month, 0, Ok(9_900));
        check(9_900, &month, -5, Ok(9_900));
        check(9_900, &month, 10, Ok(6_600));
        check(9_900, &month, 29, Ok(330));
        check(9_900, &month, 30, Err(NothingToProrate::Over));
        // Half a cent rounds up.
        check(1, &[line(1, START, START + MONTH)], 15, Ok(1));
        check(1, &[line(1, START, START + MONTH)], 16, Err(NothingToProrate::Over));
    }

    #[test]
    fn discounts_and_tax_go_back_in_proportion() {
        check(4_950, &[line(9_900, START, START + MONTH)], 15, Ok(2_475));
        check(11_781, &[line(9_900, START, START + MONTH)], 15, Ok(5_891));
    }

    #[test]
    fn a_fee_does_not_go_back_and_a_change_of_plan_counts_with_both_its_lines() {
        check(10_900, &[line(9_900, START, START + MONTH), line(1_000, START, START)], 15, Ok(4_950));
        check(1_000, &[line(1_000, START, START)], 0, Err(NothingToProrate::NoPeriod));
        let half = START + MONTH / 2;
        let change = [line(-4_950, half, START + MONTH), line(8_950, half, START + MONTH)];
        check(4_000, &change, 15, Ok(4_000));
        check(4_000, &change, 30, Err(NothingToProrate::Over));
    }

    #[test]
    fn never_more_than_was_paid_goes_back() {
        assert_eq!(Refundable { captured: 500, refunded: 200 }.left(), 300);
        assert_eq!(Refundable { captured: 500, refunded: 700 }.left(), 0);
        let odd = [line(-9_900, START - MONTH, START), line(19_800, START, START + MONTH)];
        check(9_900, &odd, 0, Ok(9_900));
    }
}
