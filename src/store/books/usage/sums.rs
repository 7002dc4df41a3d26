//! Sums for reports, from the sums that are kept up: of months and days for each series, of quarters of an hour for all
//! series of a metric. What lies between is read from the records.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use rusqlite::Connection;

use crate::billing::calendar::{Range, Step, date_of, first_second, steps};
use crate::billing::usage::{Measure, Tallies, Tally};
use crate::store::books::Books;

/// The sums of months and of quarters of an hour, and the trigger that keeps up all three. A month is told by its first day,
/// as days since 1970. Days are those of UTC, as are months; a quarter of an hour is one in every time zone of today.
pub(in crate::store::books) const SUMS: &str = "
    CREATE TABLE usage_months (
        month INTEGER NOT NULL,
        series INTEGER NOT NULL REFERENCES usage_series (id),
        quantity INTEGER NOT NULL,
        records INTEGER NOT NULL,
        PRIMARY KEY (month, series)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE usage_quarters (
        quarter INTEGER NOT NULL,
        metric TEXT NOT NULL,
        currency TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        records INTEGER NOT NULL,
        PRIMARY KEY (quarter, metric, currency)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO usage_months
        SELECT unixepoch(day * 86400, 'unixepoch', 'start of month') / 86400, series, sum(quantity), sum(records)
        FROM usage_days GROUP BY 1, 2;
    INSERT INTO usage_quarters
        SELECT at / 900, metric, currency, sum(quantity), count(*)
        FROM usage_records JOIN usage_series ON usage_series.id = series GROUP BY 1, 2, 3;
    DROP TRIGGER usage_records_count;
    CREATE TRIGGER usage_records_count AFTER INSERT ON usage_records BEGIN
        INSERT INTO usage_days (series, day, quantity, records)
            VALUES (NEW.series, NEW.at / 86400, NEW.quantity, 1)
            ON CONFLICT DO UPDATE SET quantity = quantity + NEW.quantity, records = records + 1;
        INSERT INTO usage_months (month, series, quantity, records)
            VALUES (unixepoch(NEW.at, 'unixepoch', 'start of month') / 86400, NEW.series, NEW.quantity, 1)
            ON CONFLICT DO UPDATE SET quantity = quantity + NEW.quantity, records = records + 1;
        INSERT INTO usage_quarters (quarter, metric, currency, quantity, records)
            SELECT NEW.at / 900, metric, currency, NEW.quantity, 1 FROM usage_series WHERE id = NEW.series
            ON CONFLICT DO UPDATE SET quantity = quantity + NEW.quantity, records = records + 1;
    END;";

const DAY: i64 = 24 * 60 * 60;
const QUARTER: i64 = 15 * 60;

/// A series: a metric of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSeries {
    pub id: i64,
    pub subject: String,
    pub measure: Measure,
}

impl Books {
    /// All series, by subject and metric.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_series(&self) -> anyhow::Result<Vec<KnownSeries>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT id, subject, metric, currency FROM usage_series ORDER BY subject, metric, currency",
                )?
                .query_map([], |row| {
                    Ok(KnownSeries { id: row.get(0)?, subject: row.get(1)?, measure: measure(row.get(2)?, row.get(3)?) })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// What was used of each series in a range of time: of those named, else of all; without those that have no records.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_by_series(&self, range: Range, only: Option<&[i64]>) -> anyhow::Result<HashMap<i64, Tally>> {
        let read = || -> rusqlite::Result<HashMap<i64, Tally>> {
            let mut sums = Sums { connection: &self.connection, only, found: HashMap::new() };
            // Whole months in the middle, whole days beside them, records at both ends. The months of one series don't lie
            // together: its days do.
            let months = match only {
                None => whole_months(range),
                Some(_) => Range { from: range.to, to: range.to },
            };
            let (before, after) = around(range, months);
            sums.months(months)?;
            for rest in [before, after] {
                let days = whole_days(rest);
                let (before, after) = around(rest, days);
                sums.add(Source::Days, days)?;
                sums.add(Source::Records, before)?;
                sums.add(Source::Records, after)?;
            }
            Ok(sums.found)
        };
        self.explain(read())
    }

    /// What was used of each measure, of all series together, in each of the stretches of time that follow one another at
    /// these seconds: as many as there are seconds but one.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_by_time(&self, cuts: &[i64]) -> anyhow::Result<HashMap<Measure, Vec<Tally>>> {
        let read = || -> rusqlite::Result<HashMap<Measure, Vec<Tally>>> {
            let mut found = HashMap::new();
            let [first, .., last] = cuts else { return Ok(found) };
            // Quarters of an hour in which a stretch ends and another begins are read from the records.
            let mut split: Vec<i64> =
                cuts.iter().filter(|cut| **cut % QUARTER != 0).map(|cut| cut / QUARTER).collect();
            split.dedup();
            let mut quarters = self.connection.prepare_cached(
                "SELECT quarter, metric, currency, quantity, records FROM usage_quarters
                 WHERE quarter >= ?1 AND quarter <= ?2",
            )?;
            let mut rows = quarters.query((first.div_euclid(QUARTER), (last - 1).div_euclid(QUARTER)))?;
            while let Some(row) = rows.next()? {
                let quarter: i64 = row.get(0)?;
                if split.contains(&quarter) {
                    continue;
                }
                let tally = Tally { quantity: row.get(3)?, records: row.get(4)? };
                note(&mut found, measure(row.get(1)?, row.get(2)?), cuts, quarter * QUARTER, tally);
            }
            let mut records = self.connection.prepare_cached(
                "SELECT at, metric, currency, quantity
                 FROM usage_series CROSS JOIN usage_records ON series = usage_series.id
                 WHERE at >= ?1 AND at < ?2",
            )?;
            for quarter in split {
                let (from, to) = ((quarter * QUARTER).max(*first), ((quarter + 1) * QUARTER).min(*last));
                let mut rows = records.query((from, to))?;
                while let Some(row) = rows.next()? {
                    let tally = Tally { quantity: row.get(3)?, records: 1 };
                    note(&mut found, measure(row.get(1)?, row.get(2)?), cuts, row.get(0)?, tally);
                }
            }
            Ok(found)
        };
        self.explain(read())
    }

    /// The same of the series named alone.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_of_series_by_time(
        &self,
        series: &[KnownSeries],
        cuts: &[i64],
    ) -> anyhow::Result<HashMap<Measure, Vec<Tally>>> {
        let read = || -> rusqlite::Result<HashMap<Measure, Vec<Tally>>> {
            let mut found = HashMap::new();
            let [first, .., last] = cuts else { return Ok(found) };
            let in_days = cuts.iter().all(|cut| cut % DAY == 0);
            let mut sums = self.connection.prepare_cached(if in_days {
                "SELECT day * 86400, quantity, records FROM usage_days
                 WHERE series = ?1 AND day >= ?2 / 86400 AND day < ?3 / 86400"
            } else {
                "SELECT at, quantity, 1 FROM usage_records WHERE series = ?1 AND at >= ?2 AND at < ?3"
            })?;
            for KnownSeries { id, subject: _, measure } in series {
                let mut rows = sums.query((id, first, last))?;
                while let Some(row) = rows.next()? {
                    let tally = Tally { quantity: row.get(1)?, records: row.get(2)? };
                    note(&mut found, measure.clone(), cuts, row.get(0)?, tally);
                }
            }
            Ok(found)
        };
        self.explain(read())
    }

    /// What was used in a range of time by the value of a dimension, from the records; of the series named, else of all.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_by_dimension(
        &self,
        name: &str,
        range: Range,
        only: Option<&[i64]>,
    ) -> anyhow::Result<Tallies> {
        let read = || -> rusqlite::Result<Tallies> {
            let mut measures: Vec<Measure> = Vec::new();
            let mut of_series: HashMap<i64, usize> = HashMap::new();
            let mut known =
                self.connection.prepare_cached("SELECT id, metric, currency FROM usage_series")?;
            let mut rows = known.query([])?;
            while let Some(row) = rows.next()? {
                let measure = measure(row.get(1)?, row.get(2)?);
                let place = measures.iter().position(|one| *one == measure).unwrap_or_else(|| {
                    measures.push(measure);
                    measures.len() - 1
                });
                of_series.insert(row.get(0)?, place);
            }
            // Each set of dimensions is read once, however many records have it.
            let mut sets: Vec<HashMap<String, Tally>> = vec![HashMap::new(); measures.len()];
            let mut add = |row: &rusqlite::Row<'_>| -> rusqlite::Result<()> {
                let set = of_series.get(&row.get(0)?).and_then(|place| sets.get_mut(*place));
                let tally = Tally { quantity: row.get(1)?, records: 1 };
                let dimensions = row.get_ref(2)?.as_str_or_null()?.unwrap_or_default();
                let Some(set) = set else { return Ok(()) };
                match set.get_mut(dimensions) {
                    Some(known) => known.add(tally),
                    None => {
                        set.insert(dimensions.to_owned(), tally);
                    }
                }
                Ok(())
            };
            match only {
                None => {
                    // In the order in which they lie: an index would lead from page to page.
                    let mut all = self.connection.prepare_cached(
                        "SELECT series, quantity, dimensions FROM usage_records NOT INDEXED
                         WHERE at >= ?1 AND at < ?2",
                    )?;
                    let mut rows = all.query((range.from, range.to))?;
                    while let Some(row) = rows.next()? {
                        add(row)?;
                    }
                }
                Some(only) => {
                    let mut one = self.connection.prepare_cached(
                        "SELECT series, quantity, dimensions FROM usage_records
                         WHERE series = ?3 AND at >= ?1 AND at < ?2",
                    )?;
                    for series in only {
                        let mut rows = one.query((range.from, range.to, series))?;
                        while let Some(row) = rows.next()? {
                            add(row)?;
                        }
                    }
                }
            }
            let mut found = Tallies::new();
            for (measure, sets) in measures.iter().zip(sets) {
                for (dimensions, tally) in sets {
                    let values: BTreeMap<String, String> =
                        serde_json::from_str(&dimensions).unwrap_or_default();
                    found.entry((measure.clone(), values.get(name).cloned())).or_default().add(tally);
                }
            }
            Ok(found)
        };
        self.explain(read())
    }
}

/// Where sums of a stretch of time come from, series by series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Of whole days.
    Days,
    Records,
}

impl Source {
    /// From and before (in the unit below), and of one series if there is a third parameter.
    fn sql(self, of_one: bool) -> &'static str {
        match (self, of_one) {
            (Source::Days, false) => {
                "SELECT id, sum(usage_days.quantity), sum(usage_days.records)
                 FROM usage_series CROSS JOIN usage_days ON series = id WHERE day >= ?1 AND day < ?2 GROUP BY id"
            }
            (Source::Days, true) => {
                "SELECT series, quantity, records FROM usage_days WHERE day >= ?1 AND day < ?2 AND series = ?3"
            }
            (Source::Records, false) => {
                "SELECT id, sum(quantity), count(*)
                 FROM usage_series CROSS JOIN usage_records ON series = id WHERE at >= ?1 AND at < ?2 GROUP BY id"
            }
            (Source::Records, true) => {
                "SELECT series, sum(quantity), count(*) FROM usage_records
                 WHERE at >= ?1 AND at < ?2 AND series = ?3 GROUP BY series"
            }
        }
    }

    /// In seconds: what the statement counts time in.
    fn unit(self) -> i64 {
        match self {
            Source::Days => DAY,
            Source::Records => 1,
        }
    }
}

struct Sums<'a> {
    connection: &'a Connection,
    only: Option<&'a [i64]>,
    found: HashMap<i64, Tally>,
}

impl Sums<'_> {
    /// Adds whole months, of all series.
    fn months(&mut self, months: Range) -> rusqlite::Result<()> {
        if months.from >= months.to {
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT series, quantity, records FROM usage_months WHERE month >= ?1 AND month < ?2",
        )?;
        let mut rows = statement.query((months.from / DAY, months.to / DAY))?;
        while let Some(row) = rows.next()? {
            let tally = Tally { quantity: row.get(1)?, records: row.get(2)? };
            self.found.entry(row.get(0)?).or_default().add(tally);
        }
        Ok(())
    }

    fn add(&mut self, source: Source, range: Range) -> rusqlite::Result<()> {
        if range.from >= range.to {
            return Ok(());
        }
        let unit = source.unit();
        let (from, to) = (range.from.div_euclid(unit), range.to.div_euclid(unit));
        let Sums { connection, only, found } = self;
        let mut statement = connection.prepare_cached(source.sql(only.is_some()))?;
        let mut note = |row: &rusqlite::Row<'_>| -> rusqlite::Result<()> {
            found.entry(row.get(0)?).or_default().add(Tally { quantity: row.get(1)?, records: row.get(2)? });
            Ok(())
        };
        match only {
            None => {
                let mut rows = statement.query((from, to))?;
                while let Some(row) = rows.next()? {
                    note(row)?;
                }
            }
            Some(only) => {
                for series in *only {
                    let mut rows = statement.query((from, to, series))?;
                    while let Some(row) = rows.next()? {
                        note(row)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The whole months in UTC within a range; empty, at its end, if there are none.
fn whole_months(range: Range) -> Range {
    let first_of_month =
        |second| first_second(date_of(second, &TimeZone::UTC)?.first_of_month(), &TimeZone::UTC);
    let from = match first_of_month(range.from) {
        Some(first) if first == range.from => first,
        Some(_) | None => {
            steps(range, Step::Month, &TimeZone::UTC).first().map_or(range.to, |month| month.to)
        }
    };
    match first_of_month(range.to) {
        Some(to) if from < to => Range { from, to },
        Some(_) | None => Range { from: range.to, to: range.to },
    }
}

/// The whole days in UTC within a range; empty, at its end, if there are none.
fn whole_days(range: Range) -> Range {
    let (from, to) = ((range.from + DAY - 1).div_euclid(DAY) * DAY, range.to.div_euclid(DAY) * DAY);
    if from < to { Range { from, to } } else { Range { from: range.to, to: range.to } }
}

/// What of a range lies before and after a part of it.
fn around(range: Range, part: Range) -> (Range, Range) {
    (Range { from: range.from, to: part.from }, Range { from: part.to, to: range.to })
}

/// Adds a tally to the stretch of time that a second lies in.
fn note(found: &mut HashMap<Measure, Vec<Tally>>, measure: Measure, cuts: &[i64], at: i64, tally: Tally) {
    let slots = found.entry(measure).or_insert_with(|| vec![Tally::default(); cuts.len().saturating_sub(1)]);
    let index = cuts.partition_point(|cut| *cut <= at);
    if let Some(slot) = index.checked_sub(1).and_then(|index| slots.get_mut(index)) {
        slot.add(tally);
    }
}

fn measure(metric: String, currency: String) -> Measure {
    Measure { metric, currency: currency.parse().ok() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whole_months_and_days_lie_within_and_leave_no_whole_one_out(
            from in 0_i64..2_000_000_000,
            length in 1_i64..200 * DAY,
        ) {
            let range = Range { from, to: from + length };
            let months = whole_months(range);
            let (before, after) = around(range, months);
            prop_assert!(from <= months.from && months.from <= months.to && months.to <= range.to);
            for rest in [before, after] {
                prop_assert!(rest.from >= rest.to || whole_months(rest).from == whole_months(rest).to);
                let days = whole_days(rest);
                let (before, after) = around(rest, days);
                prop_assert!(days.seconds() % DAY == 0 && days.from >= rest.from && days.to <= rest.to.max(rest.from));
                prop_assert!(before.seconds() + days.seconds() + after.seconds() == rest.seconds());
                if days.seconds() > 0 {
                    prop_assert!(before.seconds() < DAY && after.seconds() < DAY);
                } else {
                    prop_assert!(rest.seconds() < 2 * DAY);
                }
            }
        }
    }
}
