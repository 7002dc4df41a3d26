//! A report's lines: what a group used of a metric, its share, how it stands to the time before, and what it may come to.

use std::collections::BTreeMap;

use crate::billing::calendar::{Range, forecast};
use crate::billing::currency::Currency;

/// What adds up: a metric, in one currency if it is counted in money.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measure {
    pub metric: String,
    pub currency: Option<Currency>,
}

/// What was used, in the metric's unit, and by how many records. Records that take back count as records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub quantity: i64,
    pub records: i64,
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        self.quantity = self.quantity.saturating_add(other.quantity);
        self.records = self.records.saturating_add(other.records);
    }
}

/// What each group used of each measure; no group is what has none, such as records without a dimension.
pub type Tallies = BTreeMap<(Measure, Option<String>), Tally>;

/// A line of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub group: Option<String>,
    pub measure: Measure,
    pub tally: Tally,
    /// Of all that was used of the measure, in thousandths, rounded half up.
    pub share: i64,
    /// In the stretch of time before; `None` where that is not compared.
    pub before: Option<i64>,
    pub forecast: Option<i64>,
}

impl Line {
    /// What the time comes to, forecast or known, against the time before, in thousandths of that: 100 is a tenth more.
    /// None where there was nothing before.
    pub fn change(&self) -> Option<i64> {
        let before = self.before.filter(|before| *before > 0)?;
        let now = i128::from(self.forecast.unwrap_or(self.tally.quantity));
        thousandths(now - i128::from(before), i128::from(before))
    }
}

/// Makes the lines of a report, by measure; those of one measure with the most first where `largest_first`, else in the
/// order of their groups. `before` has the time before, and none where that is not compared; a group that used something
/// only then has a line too.
pub fn lines(
    tallies: &Tallies,
    before: Option<&Tallies>,
    range: Range,
    now: i64,
    largest_first: bool,
) -> Vec<Line> {
    let mut totals: BTreeMap<&Measure, i128> = BTreeMap::new();
    for ((measure, _), tally) in tallies {
        *totals.entry(measure).or_default() += i128::from(tally.quantity);
    }
    let mut keys: Vec<&(Measure, Option<String>)> = tallies.keys().collect();
    keys.extend(before.iter().flat_map(|before| before.keys()).filter(|key| !tallies.contains_key(*key)));
    let mut lines: Vec<Line> = keys
        .into_iter()
        .map(|key| {
            let (measure, group) = key;
            let tally = tallies.get(key).copied().unwrap_or_default();
            let total = totals.get(measure).copied().unwrap_or_default();
            Line {
                group: group.clone(),
                measure: measure.clone(),
                tally,
                share: thousandths(i128::from(tally.quantity), total).unwrap_or_default(),
                before: before.map(|before| before.get(key).copied().unwrap_or_default().quantity),
                forecast: forecast(tally.quantity, range, now),
            }
        })
        .collect();
    lines.sort_by(|one, other| {
        let by_quantity = other.tally.quantity.cmp(&one.tally.quantity);
        let by_quantity = if largest_first { by_quantity } else { std::cmp::Ordering::Equal };
        one.measure.cmp(&other.measure).then(by_quantity).then_with(|| place(one).cmp(&place(other)))
    });
    lines
}

/// Where a line stands among those of its measure: what has no group comes last.
fn place(line: &Line) -> (bool, Option<&str>) {
    (line.group.is_none(), line.group.as_deref())
}

/// `part` in thousandths of `whole`, rounded half away from zero; none of nothing.
fn thousandths(part: i128, whole: i128) -> Option<i64> {
    if whole <= 0 {
        return None;
    }
    let rounded = (part.abs() * 2000 + whole) / (whole * 2);
    i64::try_from(rounded * part.signum()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posts() -> Measure {
        Measure { metric: "posts".to_owned(), currency: None }
    }

    fn tallies(groups: &[(&str, i64)]) -> Tallies {
        let of = |(group, quantity): &(&str, i64)| {
            ((posts(), Some((*group).to_owned())), Tally { quantity: *quantity, records: 1 })
        };
        groups.iter().map(of).collect()
    }

    const DAYS: Range = Range { from: 0, to: 10 * 86_400 };

    #[test]
    fn shares_are_of_the_measure_and_changes_of_what_was_before() {
        let now = tallies(&[("free", 1), ("pro", 2)]);
        let before = tallies(&[("pro", 3), ("old", 5)]);
        let lines = lines(&now, Some(&before), DAYS, DAYS.to, true);
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line.group.as_deref().unwrap(), line.tally.quantity, line.share, line.change()))
            .collect();
        // 1/3 and 2/3; from 3 to 2 is a third less; from 5 to nothing all of it.
        assert_eq!(told, [("pro", 2, 667, Some(-333)), ("free", 1, 333, None), ("old", 0, 0, Some(-1000))]);
    }

    #[test]
    fn a_time_that_goes_on_is_compared_by_what_it_may_come_to() {
        let now = tallies(&[("pro", 5)]);
        let before = tallies(&[("pro", 8)]);
        let lines = lines(&now, Some(&before), DAYS, 5 * 86_400, true);
        // Half of the time has passed: 5 becomes 10, a quarter more than 8.
        assert_eq!((lines[0].forecast, lines[0].change()), (Some(10), Some(250)));
    }

    #[test]
    fn groups_of_time_keep_their_order_and_what_has_no_group_is_last() {
        let mut now = tallies(&[("2026-11-01", 1), ("2026-11-02", 9)]);
        now.insert((posts(), None), Tally { quantity: 20, records: 1 });
        let groups = |largest_first| -> Vec<Option<String>> {
            lines(&now, None, DAYS, DAYS.to, largest_first).into_iter().map(|line| line.group).collect()
        };
        let name = |text: &str| Some(text.to_owned());
        assert_eq!(groups(false), [name("2026-11-01"), name("2026-11-02"), None]);
        assert_eq!(groups(true), [None, name("2026-11-02"), name("2026-11-01")]);
    }
}
