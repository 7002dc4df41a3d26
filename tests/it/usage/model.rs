//! Random records, corrections and reservations, held against a list that is counted anew each time.

use std::collections::BTreeMap;

use billctl::billing::usage::{Record, Reservation, Stretch};
use billctl::store::books::{Books, Bound, Recorded, Reserved, Settled, UsageSeries};
use proptest::prelude::*;
use tempfile::TempDir;

const START: i64 = 1_790_000_000;

#[derive(Debug, Clone)]
enum Step {
    /// Records so much, so long ago.
    Record {
        quantity: i64,
        ago: i64,
        bounded: bool,
    },
    /// Takes back so much of an earlier record.
    Correct {
        back: usize,
        quantity: i64,
    },
    /// The last record again, under its key.
    Again,
    Reserve {
        quantity: i64,
        seconds: i64,
    },
    /// Reserves once more, under the key of an earlier reservation.
    ReserveAgain {
        back: usize,
        seconds: i64,
    },
    /// Settles an earlier reservation.
    Settle {
        back: usize,
        used: Option<i64>,
    },
    Wait {
        seconds: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let ago = prop_oneof![Just(0_i64), 0..100_000_i64, 0..3_000_000_i64];
    prop_oneof![
        5 => (1..50_i64, ago, any::<bool>())
            .prop_map(|(quantity, ago, bounded)| Step::Record { quantity, ago, bounded }),
        2 => (0..8_usize, 1..60_i64).prop_map(|(back, quantity)| Step::Correct { back, quantity }),
        1 => Just(Step::Again),
        2 => (1..50_i64, 1..100_000_i64).prop_map(|(quantity, seconds)| Step::Reserve { quantity, seconds }),
        1 => (0..4_usize, 1..100_000_i64).prop_map(|(back, seconds)| Step::ReserveAgain { back, seconds }),
        2 => (0..4_usize, prop::option::of(1..60_i64)).prop_map(|(back, used)| Step::Settle { back, used }),
        2 => prop_oneof![1..10_i64, 1..200_000_i64].prop_map(|seconds| Step::Wait { seconds }),
    ]
}

#[derive(Debug, Clone)]
struct Known {
    record: Record,
    left: i64,
}

#[derive(Debug, Clone)]
struct Held {
    key: String,
    quantity: i64,
    expires_at: i64,
    /// What it was settled with.
    settled: Option<Option<Record>>,
}

#[derive(Debug, Default)]
struct Model {
    records: Vec<Known>,
    held: Vec<Held>,
    count: usize,
}

impl Model {
    fn used(&self, stretch: Stretch) -> i64 {
        let until = stretch.until.unwrap_or(i64::MAX);
        let counts = |known: &&Known| known.record.at >= stretch.from && known.record.at < until;
        self.records.iter().filter(counts).map(|known| known.left).sum()
    }

    fn reserved(&self, now: i64) -> i64 {
        let open = |held: &&Held| held.settled.is_none() && held.expires_at > now;
        self.held.iter().filter(open).map(|held| held.quantity).sum()
    }

    fn key(&mut self) -> String {
        self.count += 1;
        format!("key-{}", self.count)
    }
}

fn record(key: String, quantity: i64, at: i64) -> Record {
    Record {
        subject: "u_1".to_owned(),
        metric: "posts".to_owned(),
        quantity,
        currency: None,
        at,
        key,
        dimensions: BTreeMap::new(),
        corrects: None,
    }
}

fn reservation(key: String, quantity: i64, now: i64, seconds: i64) -> Reservation {
    Reservation {
        subject: "u_1".to_owned(),
        metric: "posts".to_owned(),
        currency: None,
        quantity,
        key,
        at: now,
        expires_at: now + seconds,
        settled_at: None,
    }
}

const SERIES: UsageSeries<'_> = UsageSeries { subject: "u_1", metric: "posts", currency: None };
const MAX: i64 = 200;

fn take(step: &Step, model: &mut Model, books: &mut Books, now: &mut i64) {
    // A rolling window of 20 days and some hours, so that its edges lie inside of days.
    let stretch = Stretch { from: *now - 20 * 86_400 - 5_000, until: None };
    let bound = Bound { max: Some(MAX), stretch, credits: None };
    match *step {
        Step::Record { quantity, ago, bounded } => {
            let record = record(model.key(), quantity, *now - ago);
            let fits = model.used(stretch) + model.reserved(*now) + quantity <= MAX;
            let found = books.record_usage(&record, true, bounded.then_some(bound), None, *now).unwrap();
            if bounded && !fits {
                assert!(matches!(found, Recorded::Refused(_)), "{found:?}");
            } else {
                assert_eq!(found, Recorded::New);
                model.records.push(Known { left: quantity, record });
            }
        }
        Step::Correct { back, quantity } => {
            let key = model.key();
            let Some(known) = model.records.iter_mut().rev().nth(back) else { return };
            let correction =
                Record { corrects: Some(known.record.key.clone()), ..record(key, -quantity, *now) };
            let found = books.record_usage(&correction, false, None, None, *now).unwrap();
            if quantity <= known.left {
                assert_eq!(found, Recorded::New);
                known.left -= quantity;
            } else {
                assert_eq!(found, Recorded::CorrectsTooMuch { left: known.left });
            }
        }
        Step::Again => {
            let Some(known) = model.records.last() else { return };
            let same = books.record_usage(&known.record, true, Some(bound), None, *now).unwrap();
            assert_eq!(same, Recorded::Already);
            let other = Record { quantity: known.record.quantity + 1, ..known.record.clone() };
            let found = books.record_usage(&other, true, None, None, *now).unwrap();
            assert_eq!(found, Recorded::DiffersIn("quantity"));
        }
        Step::Reserve { quantity, seconds } => {
            let wanted = reservation(model.key(), quantity, *now, seconds);
            let fits = model.used(stretch) + model.reserved(*now) + quantity <= MAX;
            let found = books.reserve_usage(&wanted, bound).unwrap();
            if fits {
                assert_eq!(found, Reserved::New);
                assert!(matches!(books.reserve_usage(&wanted, bound).unwrap(), Reserved::Already(_)));
                let (key, expires_at) = (wanted.key, wanted.expires_at);
                model.held.push(Held { key, quantity, expires_at, settled: None });
            } else {
                assert!(matches!(found, Reserved::Refused(_)), "{found:?}");
            }
        }
        Step::ReserveAgain { back, seconds } => {
            let (used, reserved) = (model.used(stretch), model.reserved(*now));
            let Some(held) = model.held.iter_mut().rev().nth(back) else { return };
            let wanted = reservation(held.key.clone(), held.quantity, *now, seconds);
            let found = books.reserve_usage(&wanted, bound).unwrap();
            if held.settled.is_some() {
                assert!(matches!(found, Reserved::Settled(_)), "{found:?}");
            } else if held.expires_at > *now {
                assert!(matches!(found, Reserved::Already(_)), "{found:?}");
            } else if used + reserved + held.quantity <= MAX {
                assert_eq!(found, Reserved::New);
                held.expires_at = wanted.expires_at;
            } else {
                assert!(matches!(found, Reserved::Refused(_)), "{found:?}");
            }
        }
        Step::Settle { back, used } => {
            let key = model.key();
            let Some(held) = model.held.iter_mut().rev().nth(back) else { return };
            let used = used.map(|quantity| record(key, quantity, *now));
            let found = books.settle_usage(&held.key, used.as_ref(), None, *now).unwrap();
            match &held.settled {
                None => {
                    assert!(matches!(found, Settled::Now(_)), "{found:?}");
                    let again = books.settle_usage(&held.key, used.as_ref(), None, *now).unwrap();
                    assert!(matches!(again, Settled::Already(_)), "{again:?}");
                    model.records.extend(used.clone().map(|record| Known { left: record.quantity, record }));
                    held.settled = Some(used);
                }
                Some(None) if used.is_none() => assert!(matches!(found, Settled::Already(_)), "{found:?}"),
                Some(_) => assert!(matches!(found, Settled::Otherwise(_)), "{found:?}"),
            }
        }
        Step::Wait { seconds } => *now += seconds,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
    #[test]
    fn what_counts_is_always_what_a_recount_gives(steps in prop::collection::vec(step(), 1..40)) {
        let folder = TempDir::new().unwrap();
        let mut books = Books::open(&folder.path().join("books.db")).unwrap();
        let (mut model, mut now) = (Model::default(), START);
        for step in &steps {
            take(step, &mut model, &mut books, &mut now);
            for (from, until) in [
                (now - 30 * 86_400, None),
                (now - 90_000, None),
                (now - 10, None),
                (now - 5 * 86_400 - 777, Some(now - 86_400 + 13)),
                (now - 500, Some(now - 100)),
                (0, Some(now + 86_400)),
            ] {
                let stretch = Stretch { from, until };
                let counted = books.usage(SERIES, stretch, now).unwrap();
                prop_assert_eq!(counted.used, model.used(stretch), "{:?} after {:?}", stretch, step);
                prop_assert_eq!(counted.reserved, model.reserved(now), "after {:?}", step);
            }
            let all = Stretch { from: 0, until: None };
            let by_day: i64 =
                books.usage_days(SERIES, all).unwrap().iter().map(|day| day.quantity).sum();
            prop_assert_eq!(by_day, model.used(all));
        }
    }
}
