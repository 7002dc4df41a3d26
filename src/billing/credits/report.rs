//! What a ledger did in a stretch of time: sold, given, spent, expired, and what a subject had on average.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::entry::EntryType;

/// What entries of a kind and type added and took on a day; both at least zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayTotal {
    /// Days since 1970, in UTC.
    pub day: i64,
    pub kind: String,
    pub entry_type: EntryType,
    pub entries: i64,
    pub added: i64,
    pub taken: i64,
}

/// Accounts of a kind whose first entry is of this day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub day: i64,
    pub kind: String,
    pub accounts: i64,
}

/// Which stretches a report has a line for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Day,
    Month,
}

/// A line of the report: a kind of credits in a stretch of time. All amounts are credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The first day.
    pub from: Date,
    /// The first day after the last.
    pub to: Date,
    pub kind: String,
    pub entries: i64,
    /// Bought.
    pub sold: i64,
    /// Given: by somebody, or by a plan at the start of a period.
    pub granted: i64,
    pub spent: i64,
    pub expired: i64,
    /// Taken back because the money for it went back.
    pub refunded: i64,
    /// Adjustments and reversals, up less down.
    pub adjusted: i64,
    /// What all subjects had together at the end.
    pub balance: i64,
    /// Subjects with an account at the end.
    pub accounts: i64,
    /// What a subject had at the end of a day, on average over the days and the subjects with an account on them, rounded
    /// half up.
    pub average_balance: i64,
}

/// How many days after 1970 a day is.
pub fn day_of(date: Date) -> i64 {
    date.since(Date::constant(1970, 1, 1)).map_or(0, |span| i64::from(span.get_days()))
}

/// Makes the report of the days from `from` on and before `to`. `days` and `opened` are all there is before `to`.
pub fn report(days: &[DayTotal], opened: &[Opened], from: Date, to: Date, by: By) -> Vec<Line> {
    let mut kinds: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
    for total in days {
        kinds.entry(&total.kind).or_default();
    }
    for (kind, lines) in &mut kinds {
        let days: Vec<&DayTotal> = days.iter().filter(|total| total.kind == *kind).collect();
        let opened: Vec<&Opened> = opened.iter().filter(|opened| opened.kind == *kind).collect();
        *lines = of_kind(kind, &days, &opened, from, to, by);
    }
    let mut lines: Vec<Line> = kinds.into_values().flatten().collect();
    lines.sort_by(|one, other| (one.from, &one.kind).cmp(&(other.from, &other.kind)));
    lines
}

fn of_kind(kind: &str, days: &[&DayTotal], opened: &[&Opened], from: Date, to: Date, by: By) -> Vec<Line> {
    let first = day_of(from);
    let before = |total: &&&DayTotal| total.day < first;
    let mut balance: i64 =
        days.iter().filter(before).map(|total| total.added - total.taken).fold(0, i64::saturating_add);
    let mut accounts: i64 =
        opened.iter().filter(|opened| opened.day < first).map(|opened| opened.accounts).sum();
    let mut lines = Vec::new();
    let mut begin = from;
    while begin < to {
        let end = match by {
            By::Day => begin.tomorrow().unwrap_or(Date::MAX),
            By::Month => begin.last_of_month().tomorrow().unwrap_or(Date::MAX),
        }
        .min(to);
        let mut line = Line {
            from: begin,
            to: end,
            kind: kind.to_owned(),
            entries: 0,
            sold: 0,
            granted: 0,
            spent: 0,
            expired: 0,
            refunded: 0,
            adjusted: 0,
            balance,
            accounts,
            average_balance: 0,
        };
        let (mut balance_days, mut account_days) = (0_i128, 0_i128);
        for day in day_of(begin)..day_of(end) {
            for total in days.iter().filter(|total| total.day == day) {
                line.count(total);
            }
            line.accounts +=
                opened.iter().filter(|opened| opened.day == day).map(|opened| opened.accounts).sum::<i64>();
            balance_days += i128::from(line.balance);
            account_days += i128::from(line.accounts);
        }
        line.average_balance = rounded(balance_days, account_days);
        (balance, accounts) = (line.balance, line.accounts);
        lines.push(line);
        begin = end;
    }
    lines
}

/// A quotient of numbers that are not below zero, rounded half up; zero for nothing.
fn rounded(number: i128, divisor: i128) -> i64 {
    let divisor = divisor.max(1);
    i64::try_from((number + divisor / 2) / divisor).unwrap_or(i64::MAX)
}

impl Line {
    fn count(&mut self, total: &DayTotal) {
        let DayTotal { day: _, kind: _, entry_type, entries, added, taken } = total;
        let net = added.saturating_sub(*taken);
        self.entries += entries;
        self.balance = self.balance.saturating_add(net);
        let (field, amount) = match entry_type {
            EntryType::Purchase => (&mut self.sold, net),
            EntryType::Grant | EntryType::MonthlyGrant => (&mut self.granted, net),
            EntryType::Deduction => (&mut self.spent, -net),
            EntryType::Expiry => (&mut self.expired, -net),
            EntryType::Refund => (&mut self.refunded, -net),
            EntryType::Adjustment | EntryType::Reversal => (&mut self.adjusted, net),
        };
        *field = field.saturating_add(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(day: &str, entry_type: EntryType, added: i64, taken: i64) -> DayTotal {
        let day = day_of(day.parse().unwrap());
        DayTotal { day, kind: "credits".to_owned(), entry_type, entries: 1, added, taken }
    }

    fn lines(days: &[DayTotal], opened: &[(&str, i64)], from: &str, to: &str, by: By) -> Vec<Line> {
        let opened: Vec<Opened> = opened
            .iter()
            .map(|(day, accounts)| Opened {
                day: day_of(day.parse().unwrap()),
                kind: "credits".to_owned(),
                accounts: *accounts,
            })
            .collect();
        report(days, &opened, from.parse().unwrap(), to.parse().unwrap(), by)
    }

    #[test]
    fn a_day_is_counted_from_1970() {
        assert_eq!(day_of(Date::constant(1970, 1, 1)), 0);
        assert_eq!(day_of(Date::constant(2026, 11, 1)), 20_758);
    }

    #[test]
    fn each_type_has_its_column_and_the_balance_is_carried_on() {
        let days = [
            total("2026-10-30", EntryType::Purchase, 1_000, 0),
            total("2026-11-02", EntryType::Grant, 100, 0),
            total("2026-11-02", EntryType::MonthlyGrant, 50, 0),
            total("2026-11-02", EntryType::Deduction, 0, 30),
            total("2026-11-03", EntryType::Expiry, 0, 20),
            total("2026-11-03", EntryType::Refund, 0, 10),
            total("2026-11-03", EntryType::Adjustment, 5, 7),
            total("2026-11-03", EntryType::Reversal, 1, 0),
        ];
        let lines = lines(&days, &[("2026-10-30", 1)], "2026-10-01", "2026-12-01", By::Month);
        let [october, november] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((october.sold, october.granted, october.balance), (1_000, 0, 1_000));
        assert_eq!((november.sold, november.granted, november.spent), (0, 150, 30));
        assert_eq!((november.expired, november.refunded, november.adjusted), (20, 10, -1));
        assert_eq!((november.balance, november.entries, november.accounts), (1_089, 7, 1));
    }

    #[test]
    fn an_average_is_over_days_and_the_subjects_that_there_are_on_them() {
        // 100 on one day with one subject; 100 on two days with two subjects: 300 in 5 subject-days.
        let days = [total("2026-11-01", EntryType::Grant, 100, 0)];
        let opened = [("2026-11-01", 1), ("2026-11-02", 1)];
        let all = lines(&days, &opened, "2026-11-01", "2026-11-04", By::Month);
        assert_eq!(all[0].average_balance, 60);
        let each = lines(&days, &opened, "2026-11-01", "2026-11-04", By::Day);
        assert_eq!(each.iter().map(|line| line.average_balance).collect::<Vec<_>>(), [100, 50, 50]);
        // Before anybody had an account there is no average.
        let before = lines(&days, &opened, "2026-10-30", "2026-11-01", By::Day);
        assert!(before.iter().all(|line| (line.average_balance, line.accounts) == (0, 0)));
    }

    #[test]
    fn a_month_is_cut_where_the_report_begins_and_ends() {
        let days = [total("2026-02-28", EntryType::Grant, 1, 0)];
        let lines = lines(&days, &[], "2026-01-31", "2026-03-02", By::Month);
        let stretches: Vec<String> = lines.iter().map(|line| format!("{}..{}", line.from, line.to)).collect();
        assert_eq!(stretches, ["2026-01-31..2026-02-01", "2026-02-01..2026-03-01", "2026-03-01..2026-03-02"]);
    }
}
