//! Random bookings, held against a model that is too simple to be wrong.

use billctl::billing::credits::{EntryType, Expiry, Limits, Request, Wanted};
use billctl::store::books::{Books, HistoryFilter, Posting};
use proptest::prelude::*;
use tempfile::TempDir;

#[derive(Debug, Clone)]
enum Step {
    Add {
        amount: i64,
        days: Option<i64>,
    },
    Take {
        amount: i64,
        partial: bool,
    },
    Set {
        to: i64,
        off_by: i64,
    },
    /// Reverses an earlier entry.
    Reverse {
        back: usize,
    },
    /// The same request again, under its key.
    Again,
    Expire,
    Wait {
        days: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..100_i64, prop::option::of(1..6_i64)).prop_map(|(amount, days)| Step::Add { amount, days }),
        4 => (1..80_i64, any::<bool>()).prop_map(|(amount, partial)| Step::Take { amount, partial }),
        1 => (0..100_i64, prop_oneof![3 => Just(0), 1 => Just(1)])
            .prop_map(|(to, off_by)| Step::Set { to, off_by }),
        3 => (0..12_usize).prop_map(|back| Step::Reverse { back }),
        1 => Just(Step::Again),
        1 => Just(Step::Expire),
        3 => (1..3_i64).prop_map(|days| Step::Wait { days }),
    ]
}

const DAY: i64 = 86_400;

#[derive(Debug, Clone)]
struct Lot {
    entry: i64,
    left: i64,
    expires_at: Option<i64>,
}

/// What an entry did, as the model sees it.
#[derive(Debug, Clone)]
enum Did {
    Gave(i64),
    Took(Vec<(i64, i64)>),
    Final,
}

/// Lots in a list; everything else is worked out anew each time.
#[derive(Debug, Default)]
struct Model {
    lots: Vec<Lot>,
    did: Vec<Did>,
    reversed: Vec<i64>,
    now: i64,
}

impl Model {
    fn spendable(&self) -> i64 {
        self.lots.iter().filter(|lot| lot.expires_at.is_none_or(|at| at > self.now)).map(|lot| lot.left).sum()
    }

    fn next(&self) -> i64 {
        self.did.len() as i64 + 1
    }

    /// Lots whose day has come lose their rest, an entry each, the soonest first.
    fn expire(&mut self) {
        let mut due: Vec<(i64, i64)> = self
            .lots
            .iter()
            .filter(|lot| lot.left > 0)
            .filter_map(|lot| lot.expires_at.filter(|at| *at <= self.now).map(|at| (at, lot.entry)))
            .collect();
        due.sort_unstable();
        for (_, entry) in due {
            self.lot(entry).left = 0;
            self.did.push(Did::Final);
        }
    }

    fn lot(&mut self, entry: i64) -> &mut Lot {
        self.lots.iter_mut().find(|lot| lot.entry == entry).unwrap()
    }

    fn add(&mut self, amount: i64, expires_at: Option<i64>) {
        self.expire();
        let entry = self.next();
        self.lots.push(Lot { entry, left: amount, expires_at });
        self.did.push(Did::Gave(amount));
    }

    fn take(&mut self, amount: i64) {
        self.expire();
        let mut left = amount;
        let mut order: Vec<(i64, i64)> =
            self.lots.iter().map(|lot| (lot.expires_at.unwrap_or(i64::MAX), lot.entry)).collect();
        order.sort_unstable();
        let mut parts = Vec::new();
        for (_, entry) in order {
            let lot = self.lot(entry);
            let part = lot.left.min(left);
            lot.left -= part;
            left -= part;
            if part > 0 {
                parts.push((entry, part));
            }
        }
        assert_eq!(left, 0);
        self.did.push(Did::Took(parts));
    }

    /// Whether it can be reversed; if so, it is.
    fn reverse(&mut self, number: i64) -> bool {
        if self.reversed.contains(&number) {
            return false;
        }
        match self.did[usize::try_from(number).unwrap() - 1].clone() {
            Did::Final => return false,
            Did::Gave(amount) => {
                let due = self.lot(number).expires_at.is_some_and(|at| at <= self.now);
                if due || self.lot(number).left < amount {
                    return false;
                }
                self.expire();
                self.lot(number).left -= amount;
            }
            Did::Took(parts) => {
                self.expire();
                for (lot, part) in parts {
                    self.lot(lot).left += part;
                }
            }
        }
        self.reversed.push(number);
        self.did.push(Did::Final);
        true
    }
}

struct World {
    _folder: TempDir,
    books: Books,
    model: Model,
    last: Option<Request>,
}

impl World {
    fn new() -> World {
        let folder = TempDir::new().unwrap();
        let books = Books::open(&folder.path().join("books.db")).unwrap();
        let model = Model { now: 1_000_000, ..Model::default() };
        World { _folder: folder, books, model, last: None }
    }

    fn post(&mut self, wanted: Wanted) -> Posting {
        let request = Request {
            subject: "u_1".to_owned(),
            kind: "credits".to_owned(),
            wanted,
            actor: "ada".to_owned(),
            reason: "a test".to_owned(),
            reference: None,
            key: format!("step {}", self.model.did.len()),
        };
        let posting = self.books.post_credits(&request, &Limits::default(), self.model.now).unwrap();
        if matches!(posting, Posting::Recorded(_)) {
            self.last = Some(request);
        }
        posting
    }

    fn take_step(&mut self, step: &Step) {
        match *step {
            Step::Add { amount, days } => {
                let expiry = days.map(|days| Expiry::After(days * DAY));
                let wanted = Wanted::Add { entry_type: EntryType::Grant, amount, expiry };
                assert!(matches!(self.post(wanted), Posting::Recorded(_)));
                self.model.add(amount, days.map(|days| self.model.now + days * DAY));
            }
            Step::Take { amount, partial } => {
                let wanted = Wanted::Take { entry_type: EntryType::Deduction, amount, partial };
                let there = self.model.spendable();
                let posting = self.post(wanted);
                if there >= amount || (partial && there > 0) {
                    assert!(matches!(posting, Posting::Recorded(_)), "{posting:?}");
                    self.model.take(amount.min(there));
                } else {
                    assert_eq!(posting, Posting::NotCovered { available: there });
                }
            }
            Step::Set { to, off_by } => {
                let there = self.model.spendable();
                let posting = self.post(Wanted::Set { to, expected: there + off_by });
                match (off_by, to - there) {
                    (1.., _) => assert_eq!(posting, Posting::Moved { available: there }),
                    (_, 0) => assert_eq!(posting, Posting::Unchanged { available: there }),
                    (_, up @ 1..) => self.model.add(up, None),
                    (_, down) => self.model.take(-down),
                }
            }
            Step::Reverse { back } => {
                let Some(number) = self.model.did.len().checked_sub(back).filter(|number| *number > 0) else {
                    return;
                };
                let number = number as i64;
                let key = format!("reverse {} {number}", self.model.did.len());
                let posting = {
                    let by = ["ada", "a mistake", &key];
                    self.books.reverse_credits(number, by, &Limits::default(), self.model.now).unwrap()
                };
                let reversed = self.model.reverse(number);
                assert_eq!(matches!(posting, Posting::Recorded(_)), reversed, "{posting:?}");
            }
            Step::Again => {
                if let Some(request) = &self.last {
                    let again = self.books.post_credits(request, &Limits::default(), self.model.now).unwrap();
                    assert!(matches!(again, Posting::AlreadyRecorded(_)), "{again:?}");
                }
            }
            Step::Expire => {
                self.books.expire_credits(self.model.now).unwrap();
                self.model.expire();
            }
            Step::Wait { days } => self.model.now += days * DAY,
        }
    }

    fn compare(&self) {
        let account = self.books.credit_account("u_1", "credits", self.model.now).unwrap();
        let available = account.as_ref().map_or(0, |account| account.available);
        assert_eq!(available, self.model.spendable());
        let booked = account.as_ref().map_or(0, |account| account.booked);
        assert_eq!(booked, self.model.lots.iter().map(|lot| lot.left).sum::<i64>());
        let entries = self.books.credit_history("u_1", &HistoryFilter::default()).unwrap();
        assert_eq!(entries.len(), self.model.did.len());
        assert_eq!(entries.last().map_or(0, |entry| entry.balance), booked);
        let verified = self.books.verify_credits(|_| {}).unwrap();
        assert_eq!((verified.fault, verified.entries), (None, entries.len() as i64));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2_000, ..ProptestConfig::default() })]
    #[test]
    fn balances_lots_and_chain_agree_with_a_simple_model(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        for step in &steps {
            world.take_step(step);
        }
        world.compare();
    }
}
