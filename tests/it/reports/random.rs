//! Random records, and sums of random stretches of time, held against SQL over the raw rows.

use std::collections::{BTreeMap, HashMap};

use billctl::billing::calendar::Range;
use billctl::billing::usage::{Measure, Record, Tally};
use billctl::store::books::Books;
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

/// 2026-08-01, and about four months on.
const START: i64 = 1_785_542_400;
const LENGTH: i64 = 120 * 86_400;

#[derive(Debug, Clone)]
struct Used {
    subject: usize,
    metric: usize,
    quantity: i64,
    at: i64,
    agent: Option<usize>,
    /// How much of it is taken back.
    back: Option<i64>,
}

fn used() -> impl Strategy<Value = Used> {
    (0..4_usize, 0..3_usize, 1..100_i64, 0..LENGTH, prop::option::of(0..3_usize), prop::option::of(1..50_i64))
        .prop_map(|(subject, metric, quantity, at, agent, back)| {
            let back = back.map(|back| back.min(quantity));
            Used { subject, metric, quantity, at: START + at, agent, back }
        })
}

/// Seconds that a stretch begins at: any, or those of a day or month.
fn cut() -> impl Strategy<Value = i64> {
    prop_oneof![
        -100_000..LENGTH + 100_000,
        (-3_i64..125).prop_map(|day| day * 86_400),
        (0..500_i64).prop_map(|quarter| quarter * 900 * 23),
        // 1 September, 1 October and 1 November.
        prop_oneof![Just(31 * 86_400_i64), Just(61 * 86_400_i64), Just(92 * 86_400_i64)],
    ]
    .prop_map(|after| START + after)
}

fn record_all(books: &mut Books, all: &[Used]) {
    let mut records = Vec::new();
    for (index, used) in all.iter().enumerate() {
        let Used { subject, metric, quantity, at, agent, back } = *used;
        let agent = agent.map(|agent| ("agent".to_owned(), format!("agent-{agent}")));
        let record = Record {
            subject: format!("u_{subject}"),
            metric: ["posts", "messages", "spending"][metric].to_owned(),
            quantity,
            currency: (metric == 2).then(|| "eur".parse().unwrap()),
            at,
            key: format!("r{index}"),
            dimensions: agent.into_iter().collect::<BTreeMap<_, _>>(),
            corrects: None,
        };
        records.push(record.clone());
        if let Some(back) = back {
            let corrects = Some(record.key.clone());
            records.push(Record { quantity: -back, key: format!("b{index}"), corrects, ..record });
        }
    }
    books.record_usage_of_many(&records, true, START + LENGTH).unwrap();
}

/// The sums of rows, by whatever stands before the two sums.
fn recount(raw: &Connection, sql: &str, range: Range) -> BTreeMap<Vec<String>, Tally> {
    let mut statement = raw.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map((range.from, range.to), |row| {
        let text = |index| -> rusqlite::Result<String> {
            Ok(row.get::<_, Option<String>>(index)?.unwrap_or_else(|| "(none)".to_owned()))
        };
        let key = (0..columns - 2).map(text).collect::<rusqlite::Result<Vec<_>>>()?;
        Ok((key, Tally { quantity: row.get(columns - 2)?, records: row.get(columns - 1)? }))
    });
    rows.unwrap().collect::<rusqlite::Result<_>>().unwrap()
}

fn named(measure: &Measure) -> [String; 2] {
    let currency = measure.currency.map(|currency| currency.to_string()).unwrap_or_default();
    [measure.metric.clone(), currency]
}

const JOINED: &str =
    "FROM usage_records JOIN usage_series ON usage_series.id = series WHERE at >= ?1 AND at < ?2";

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn sums_are_those_of_the_raw_rows(
        all in prop::collection::vec(used(), 0..60),
        cuts in prop::collection::btree_set(cut(), 2..7),
        only in prop::option::of(0..4_usize),
    ) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("books.db");
        let mut books = Books::open(&path).unwrap();
        record_all(&mut books, &all);
        let raw = Connection::open(&path).unwrap();
        let cuts: Vec<i64> = cuts.into_iter().collect();
        let range = Range { from: cuts[0], to: *cuts.last().unwrap() };
        let series: Vec<_> = books
            .usage_series()
            .unwrap()
            .into_iter()
            .filter(|one| only.is_none_or(|only| one.subject == format!("u_{only}")))
            .collect();
        let ids: Vec<i64> = series.iter().map(|one| one.id).collect();
        let ids = only.map(|_| ids.as_slice());
        let of_subject = only.map(|only| format!("AND subject = 'u_{only}'")).unwrap_or_default();

        let by_series: HashMap<i64, Tally> = books.usage_by_series(range, ids).unwrap();
        let found: BTreeMap<Vec<String>, Tally> =
            by_series.into_iter().map(|(id, tally)| (vec![id.to_string()], tally)).collect();
        let sql = format!(
            "SELECT CAST(usage_series.id AS TEXT), sum(quantity), count(*) {JOINED} {of_subject} GROUP BY 1"
        );
        prop_assert_eq!(found, recount(&raw, &sql, range));

        let sql = format!("SELECT metric, currency, sum(quantity), count(*) {JOINED} {of_subject} GROUP BY 1, 2");
        let by_time = match only {
            None => books.usage_by_time(&cuts).unwrap(),
            Some(_) => books.usage_of_series_by_time(&series, &cuts).unwrap(),
        };
        for (index, pair) in cuts.windows(2).enumerate() {
            let found: BTreeMap<Vec<String>, Tally> = by_time
                .iter()
                .map(|(measure, tallies)| (named(measure).to_vec(), tallies[index]))
                .filter(|(_, tally)| tally.records > 0)
                .collect();
            prop_assert_eq!(found, recount(&raw, &sql, Range { from: pair[0], to: pair[1] }));
        }

        let found: BTreeMap<Vec<String>, Tally> = books
            .usage_by_dimension("agent", range, ids)
            .unwrap()
            .into_iter()
            .map(|((measure, agent), tally)| {
                let [metric, currency] = named(&measure);
                (vec![metric, currency, agent.unwrap_or_else(|| "(none)".to_owned())], tally)
            })
            .collect();
        let sql = format!(
            "SELECT metric, currency, json_extract(dimensions, '$.agent'), sum(quantity), count(*)
             {JOINED} {of_subject} GROUP BY 1, 2, 3"
        );
        prop_assert_eq!(found, recount(&raw, &sql, range));
    }

    #[test]
    fn the_sums_that_are_kept_up_equal_a_recount(all in prop::collection::vec(used(), 0..80)) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("books.db");
        record_all(&mut Books::open(&path).unwrap(), &all);
        let raw = Connection::open(&path).unwrap();
        let everything = Range { from: 0, to: i64::MAX };
        for (kept, recounted) in [
            (
                "SELECT CAST(series AS TEXT), CAST(day AS TEXT), quantity, records FROM usage_days",
                "SELECT CAST(series AS TEXT), CAST(at / 86400 AS TEXT), sum(quantity), count(*)",
            ),
            (
                "SELECT CAST(series AS TEXT), date(month * 86400, 'unixepoch'), quantity, records FROM usage_months",
                "SELECT CAST(series AS TEXT), strftime('%Y-%m-01', at, 'unixepoch'), sum(quantity), count(*)",
            ),
            (
                "SELECT metric, currency, CAST(quarter AS TEXT), quantity, records FROM usage_quarters",
                "SELECT metric, currency, CAST(at / 900 AS TEXT), sum(quantity), count(*)",
            ),
        ] {
            let columns = if recounted.contains("metric") { "1, 2, 3" } else { "1, 2" };
            let kept = recount(&raw, &format!("{kept} WHERE ?1 <= ?2"), everything);
            let recounted = recount(&raw, &format!("{recounted} {JOINED} GROUP BY {columns}"), everything);
            prop_assert_eq!(kept, recounted);
        }
    }
}
