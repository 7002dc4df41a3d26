//! Monthly recurring revenue, what moved it, and how much of it went.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::movement::Kind;
use super::share::{average, percent};
use crate::billing::calendar::Range;

/// Movements of a kind in a currency, of one second or of a time that no line of a report divides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovementSum {
    /// The first second, since 1970.
    pub at: i64,
    pub currency: String,
    pub kind: Kind,
    pub movements: i64,
    /// In minor units a month, whichever way.
    pub amount: i64,
}

/// How many, and how much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    pub count: i64,
    /// In minor units a month, whichever way.
    pub amount: i64,
}

/// A stretch of time in one currency. Amounts are in minor units a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MrrLine {
    pub range: Range,
    pub currency: String,
    /// Recurring revenue when it begins.
    pub start: i64,
    pub new: Moved,
    pub expansion: Moved,
    pub contraction: Moved,
    pub churn: Moved,
    pub reactivation: Moved,
    /// `start + new + expansion + reactivation − contraction − churn`.
    pub end: i64,
    /// Customers with recurring revenue when it begins.
    pub customers_start: i64,
    pub customers_end: i64,
}

impl MrrLine {
    fn moved(&mut self, kind: Kind) -> &mut Moved {
        match kind {
            Kind::New => &mut self.new,
            Kind::Expansion => &mut self.expansion,
            Kind::Contraction => &mut self.contraction,
            Kind::Churn => &mut self.churn,
            Kind::Reactivation => &mut self.reactivation,
        }
    }

    fn count(&mut self, sum: &MovementSum) {
        let moved = self.moved(sum.kind);
        moved.count += sum.movements;
        moved.amount = moved.amount.saturating_add(sum.amount);
        let sign = if matches!(sum.kind, Kind::Contraction | Kind::Churn) { -1 } else { 1 };
        self.end = self.end.saturating_add(sign * sum.amount);
        self.customers_end += match sum.kind {
            Kind::New | Kind::Reactivation => sum.movements,
            Kind::Churn => -sum.movements,
            Kind::Expansion | Kind::Contraction => 0,
        };
    }

    /// `end − start`.
    pub fn change(&self) -> i64 {
        self.end.saturating_sub(self.start)
    }

    /// What a customer comes to a month at the end, on average.
    pub fn average_per_customer(&self) -> Option<i64> {
        average(self.end, self.customers_end)
    }

    /// `churned customers ÷ customers at the start`, in percent.
    pub fn customer_churn(&self) -> Option<Decimal> {
        percent(self.churn.count, self.customers_start)
    }

    /// `(churn + contraction) ÷ recurring revenue at the start`, in percent.
    pub fn revenue_churn(&self) -> Option<Decimal> {
        percent(self.churn.amount.saturating_add(self.contraction.amount), self.start)
    }

    /// `(churn + contraction − expansion − reactivation) ÷ recurring revenue at the start`, in percent; below zero where more
    /// came than went.
    pub fn net_revenue_churn(&self) -> Option<Decimal> {
        let lost = self.churn.amount.saturating_add(self.contraction.amount);
        let won = self.expansion.amount.saturating_add(self.reactivation.amount);
        percent(lost.saturating_sub(won), self.start)
    }
}

/// Makes a line of each range and currency, by time and then by currency. The ranges follow on each other; `sums` is all there
/// is before the end of the last, so that a currency has lines of all ranges if it ever moved.
pub fn mrr(sums: &[MovementSum], ranges: &[Range]) -> Vec<MrrLine> {
    let mut currencies: BTreeMap<&str, Vec<&MovementSum>> = BTreeMap::new();
    for sum in sums {
        currencies.entry(&sum.currency).or_default().push(sum);
    }
    let mut lines = Vec::new();
    for (currency, mut sums) in currencies {
        sums.sort_by_key(|sum| (sum.at, sum.kind));
        let mut sums = sums.into_iter().peekable();
        let empty = |range: Range, start: i64, customers: i64| MrrLine {
            range,
            currency: currency.to_owned(),
            start,
            new: Moved::default(),
            expansion: Moved::default(),
            contraction: Moved::default(),
            churn: Moved::default(),
            reactivation: Moved::default(),
            end: start,
            customers_start: customers,
            customers_end: customers,
        };
        let first = ranges.first().map_or(i64::MIN, |range| range.from);
        let mut before = empty(Range { from: i64::MIN, to: first }, 0, 0);
        while let Some(sum) = sums.next_if(|sum| sum.at < first) {
            before.count(sum);
        }
        let (mut stands, mut customers) = (before.end, before.customers_end);
        for range in ranges {
            let mut line = empty(*range, stands, customers);
            while let Some(sum) = sums.next_if(|sum| sum.at < range.to) {
                line.count(sum);
            }
            (stands, customers) = (line.end, line.customers_end);
            lines.push(line);
        }
    }
    lines.sort_by(|one, other| (one.range, &one.currency).cmp(&(other.range, &other.currency)));
    lines
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::billing::calendar::{Step, first_second, steps};

    fn at(date: &str) -> i64 {
        first_second(date.parse().unwrap(), &TimeZone::UTC).unwrap()
    }

    fn day(date: &str, kind: Kind, movements: i64, amount: i64) -> MovementSum {
        MovementSum { at: at(date), currency: "usd".to_owned(), kind, movements, amount }
    }

    fn lines(sums: &[MovementSum], from: &str, to: &str) -> Vec<MrrLine> {
        mrr(sums, &steps(Range { from: at(from), to: at(to) }, Step::Month, &TimeZone::UTC))
    }

    /// Ten customers of 50.00 in September. October: two go, one shrinks by 20.00, one grows by 40.00, one comes back with
    /// 30.00, and one is new with 99.00.
    fn days() -> Vec<MovementSum> {
        vec![
            day("2026-10-31", Kind::New, 1, 9_900),
            day("2026-09-01", Kind::New, 10, 50_000),
            day("2026-10-02", Kind::Churn, 2, 10_000),
            day("2026-10-03", Kind::Contraction, 1, 2_000),
            day("2026-10-03", Kind::Expansion, 1, 4_000),
            day("2026-10-09", Kind::Reactivation, 1, 3_000),
        ]
    }

    #[test]
    fn a_month_ends_with_what_it_began_with_and_what_moved() {
        let lines = lines(&days(), "2026-10-01", "2026-12-01");
        let [october, november] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((october.start, october.end, october.change()), (50_000, 54_900, 4_900));
        assert_eq!((october.customers_start, october.customers_end), (10, 10));
        assert_eq!((november.start, november.end, november.churn.count), (54_900, 54_900, 0));
        assert_eq!(october.average_per_customer(), Some(5_490));
    }

    #[test]
    fn churn_is_of_what_there_was_at_the_start() {
        let lines = lines(&days(), "2026-10-01", "2026-11-01");
        let rates = [lines[0].customer_churn(), lines[0].revenue_churn(), lines[0].net_revenue_churn()];
        // 2 of 10; (100.00 + 20.00) of 500.00; (100.00 + 20.00 − 40.00 − 30.00) of 500.00.
        assert_eq!(rates.map(|rate| rate.unwrap().to_string()), ["20.00", "24.00", "10.00"]);
        let nothing = self::lines(&days(), "2026-08-01", "2026-09-01");
        assert_eq!(nothing[0].customer_churn(), None);
    }

    #[test]
    fn currencies_have_lines_of_their_own() {
        let mut days = days();
        days.push(MovementSum { currency: "eur".to_owned(), ..day("2026-10-05", Kind::New, 1, 700) });
        let lines = lines(&days, "2026-10-01", "2026-11-01");
        let told: Vec<(&str, i64)> = lines.iter().map(|line| (line.currency.as_str(), line.end)).collect();
        assert_eq!(told, [("eur", 700), ("usd", 54_900)]);
    }
}
