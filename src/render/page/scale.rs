//! The axis of a chart: round numbers that enclose all values.

/// Round numbers at equal distances; the lowest is at most zero, the highest more than it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) low: i64,
    pub(super) high: i64,
    step: i64,
}

/// About so many lines are drawn over a chart.
const LINES: i64 = 4;

impl Scale {
    /// The scale that encloses zero and all values.
    pub(super) fn of(values: impl IntoIterator<Item = i64>) -> Scale {
        // Far from the ends of 64 bits, so that no sum overflows; a chart shows no difference there.
        const MOST: i64 = i64::MAX / 16;
        let (mut low, mut high) = (0, 0);
        for value in values {
            low = low.min(value.max(-MOST));
            high = high.max(value.min(MOST));
        }
        let step = round_up(quotient_up((high - low).max(1), LINES));
        let high = quotient_up(high.max(i64::from(low == 0)), step) * step;
        Scale { low: low.div_euclid(step) * step, high, step }
    }

    /// The numbers that lines are drawn at, from the lowest.
    pub(super) fn marks(&self) -> Vec<i64> {
        let Scale { low, high, step } = self;
        let count = (high - low) / step;
        (0..=count).map(|index| low + index * step).collect()
    }

    /// How far above the lowest number a value is, of `height`.
    pub(super) fn place(&self, value: i64, height: i64) -> i64 {
        let (above, all) =
            (i128::from(value) - i128::from(self.low), i128::from(self.high) - i128::from(self.low));
        i64::try_from((above * i128::from(height) * 2 + all).div_euclid(all * 2))
            .unwrap_or(0)
            .clamp(0, height)
    }
}

/// The next 1, 2 or 5 with zeros.
fn round_up(number: i64) -> i64 {
    let mut power: i64 = 1;
    loop {
        for digit in [1, 2, 5] {
            if digit * power >= number {
                return digit * power;
            }
        }
        power *= 10;
    }
}

/// A quotient, rounded up; `by` is more than zero.
fn quotient_up(number: i64, by: i64) -> i64 {
    -(-number).div_euclid(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[i64], marks: &[i64]) {
        assert_eq!(Scale::of(values.iter().copied()).marks(), marks, "{values:?}");
    }

    #[test]
    fn a_scale_has_round_numbers_around_all_values() {
        check(&[3, 9], &[0, 5, 10]);
        check(&[40], &[0, 10, 20, 30, 40]);
        check(&[41], &[0, 20, 40, 60]);
        check(&[-30, 50], &[-40, -20, 0, 20, 40, 60]);
        check(&[-30], &[-30, -20, -10, 0]);
        check(&[], &[0, 1]);
        check(&[0, 0], &[0, 1]);
    }

    #[test]
    fn the_largest_numbers_have_a_scale() {
        let scale = Scale::of([i64::MAX, i64::MIN]);
        assert!(scale.low < 0 && scale.high > 0);
        assert_eq!((scale.place(i64::MAX, 100), scale.place(i64::MIN, 100)), (100, 0));
    }

    #[test]
    fn a_value_is_placed_in_proportion() {
        let scale = Scale::of([40]);
        assert_eq!((scale.place(0, 200), scale.place(10, 200), scale.place(40, 200)), (0, 50, 200));
    }
}
