//! Reports: held against figures worked out by hand, and against SQL over the raw rows and JSON.

mod by_hand;
mod churn;
mod credits_as_limit;
mod mrr;
mod pages;
mod payments;
mod plans;
mod random;
mod revenue;
mod summary;
pub mod till;

use std::collections::BTreeMap;

use billctl::billing::usage::Record;
use billctl::store::books::{Books, Recorded};

use crate::support::Shop;

/// Half of November has passed.
pub const NOW: &str = "2026-11-16T00:00:00Z";

pub fn second(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

pub fn books(shop: &Shop) -> Books {
    Books::open(&shop.folder().join(".billctl/emulator/books.db")).unwrap()
}

/// Used: by whom, of what, how much, when, and by which agent.
pub type Used<'a> = (&'a str, &'a str, i64, &'a str, Option<&'a str>);

/// Records what was used, as the records `r0`, `r1` and so on. What is less than nothing takes back the record before it.
/// `spending` is money.
pub fn record(shop: &Shop, used: &[Used<'_>]) {
    let records: Vec<Record> = used
        .iter()
        .enumerate()
        .map(|(index, (subject, metric, quantity, at, agent))| Record {
            subject: (*subject).to_owned(),
            metric: (*metric).to_owned(),
            quantity: *quantity,
            currency: (*metric == "spending").then(|| "usd".parse().unwrap()),
            at: second(at),
            key: format!("r{index}"),
            dimensions: agent
                .map(|agent| ("agent".to_owned(), agent.to_owned()))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
            corrects: (*quantity < 0).then(|| format!("r{}", index - 1)),
        })
        .collect();
    let recorded = books(shop).record_usage_of_many(&records, true, second(NOW)).unwrap();
    assert!(recorded.iter().all(|recorded| *recorded == Recorded::New), "{recorded:?}");
}
