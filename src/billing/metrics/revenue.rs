//! Money that came in and went back.

use std::collections::{BTreeMap, BTreeSet};

use crate::billing::calendar::Range;

/// What came in and went back in a currency, of one second or of a time that no line of a report divides. Minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoneySum {
    /// The first second, since 1970.
    pub at: i64,
    pub currency: String,
    /// What it was paid for: a product's id. `None` where that is not known.
    pub product: Option<String>,
    pub payments: i64,
    pub gross: i64,
    pub refunds: i64,
    pub refunded: i64,
    pub disputes: i64,
    pub disputed: i64,
}

/// A range of time, in one currency and for one plan if plans are told apart. Minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevenueLine {
    pub range: Range,
    pub currency: String,
    /// The product, where plans are told apart; in it `None` where it is not known.
    pub product: Option<Option<String>>,
    pub payments: i64,
    pub gross: i64,
    pub refunds: i64,
    pub refunded: i64,
    pub disputes: i64,
    pub disputed: i64,
}

impl RevenueLine {
    /// `gross − refunds − lost disputes`; below zero where more went back than came in.
    pub fn net(&self) -> i64 {
        self.gross.saturating_sub(self.refunded).saturating_sub(self.disputed)
    }

    fn count(&mut self, sum: &MoneySum) {
        let MoneySum {
            at: _,
            currency: _,
            product: _,
            payments,
            gross,
            refunds,
            refunded,
            disputes,
            disputed,
        } = sum;
        self.payments += payments;
        self.gross = self.gross.saturating_add(*gross);
        self.refunds += refunds;
        self.refunded = self.refunded.saturating_add(*refunded);
        self.disputes += disputes;
        self.disputed = self.disputed.saturating_add(*disputed);
    }
}

/// Makes lines by time, then currency, then product, with what is of no known product last. The ranges follow on each other.
/// Every currency that moved in them has a line a range; a product only where it moved.
pub fn revenue(sums: &[MoneySum], ranges: &[Range], by_product: bool) -> Vec<RevenueLine> {
    type Key<'a> = (usize, &'a str, Option<(bool, Option<&'a str>)>);
    let mut lines: BTreeMap<Key<'_>, RevenueLine> = BTreeMap::new();
    let empty = |range: Range, currency: &str, product: Option<Option<String>>| RevenueLine {
        range,
        currency: currency.to_owned(),
        product,
        payments: 0,
        gross: 0,
        refunds: 0,
        refunded: 0,
        disputes: 0,
        disputed: 0,
    };
    for sum in sums {
        let index = ranges.partition_point(|range| range.to <= sum.at);
        let Some(range) = ranges.get(index).filter(|range| range.from <= sum.at) else { continue };
        let product = by_product.then_some((sum.product.is_none(), sum.product.as_deref()));
        lines
            .entry((index, sum.currency.as_str(), product))
            .or_insert_with(|| empty(*range, &sum.currency, by_product.then(|| sum.product.clone())))
            .count(sum);
    }
    if !by_product {
        let moved: BTreeSet<&str> = lines.keys().map(|(_, currency, _)| *currency).collect();
        for currency in moved {
            for (index, range) in ranges.iter().enumerate() {
                lines.entry((index, currency, None)).or_insert_with(|| empty(*range, currency, None));
            }
        }
    }
    lines.into_values().collect()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::billing::calendar::{Step, first_second, name, steps};

    fn at(date: &str) -> i64 {
        first_second(date.parse().unwrap(), &TimeZone::UTC).unwrap()
    }

    fn day(date: &str, product: Option<&str>, gross: i64, refunded: i64) -> MoneySum {
        MoneySum {
            at: at(date),
            currency: "usd".to_owned(),
            product: product.map(str::to_owned),
            payments: i64::from(gross > 0),
            gross,
            refunds: i64::from(refunded > 0),
            refunded,
            ..MoneySum::default()
        }
    }

    const NOVEMBER: [&str; 2] = ["2026-10-30", "2026-12-01"];

    #[test]
    fn what_went_back_is_of_the_day_on_which_it_went() {
        let sums = [
            day("2026-10-29", None, 5, 0),
            day("2026-10-30", None, 9_900, 0),
            day("2026-11-02", None, 4_900, 12_000),
            day("2026-12-01", None, 1, 0),
        ];
        let whole = Range { from: at(NOVEMBER[0]), to: at(NOVEMBER[1]) };
        let lines: Vec<(String, i64, i64)> =
            revenue(&sums, &steps(whole, Step::Month, &TimeZone::UTC), false)
                .into_iter()
                .map(|line| (name(line.range, Step::Month, &TimeZone::UTC), line.gross, line.net()))
                .collect();
        assert_eq!(lines, [("2026-10".to_owned(), 9_900, 9_900), ("2026-11".to_owned(), 4_900, -7_100)]);
    }

    #[test]
    fn plans_are_told_apart_and_what_is_of_none_comes_last() {
        let sums = [
            day("2026-11-01", None, 1, 0),
            day("2026-11-02", Some("pro"), 9_900, 0),
            day("2026-11-03", Some("biz"), 17_900, 900),
            day("2026-11-04", Some("pro"), 9_900, 0),
        ];
        let whole = Range { from: at(NOVEMBER[0]), to: at(NOVEMBER[1]) };
        let lines: Vec<(Option<String>, i64, i64)> = revenue(&sums, &[whole], true)
            .into_iter()
            .map(|line| (line.product.clone().flatten(), line.gross, line.net()))
            .collect();
        let line = |product: Option<&str>, gross, net| (product.map(str::to_owned), gross, net);
        assert_eq!(
            lines,
            [line(Some("biz"), 17_900, 17_000), line(Some("pro"), 19_800, 19_800), line(None, 1, 1)]
        );
    }
}
