//! Random bookings, held against a model that is too simple to be wrong.

use billctl::billing::credits::purchase::{BackFact, BackSource, Pack};
use billctl::billing::credits::{EntryType, Expiry, Limits, Request, Wanted};
use billctl::store::books::{Books, HistoryFilter, PaymentSettled, Posting, Purchase, Refund, Settlement};
use proptest::prelude::*;
use tempfile::TempDir;

/// How many have an account.
const SUBJECTS: usize = 3;

/// What each purchase cost, in minor units.
const PRICE: i64 = 70;

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
    /// A pack is paid; each payment is told of twice.
    Buy {
        credits: i64,
        days: Option<i64>,
    },
    /// Money of an earlier payment goes back, of whomever; or what went back of it before has failed.
    Refund {
        which: usize,
        amount: i64,
        fails: bool,
    },
    /// Reverses an earlier entry, of whomever.
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

fn step() -> impl Strategy<Value = (usize, Step)> {
    let days = || prop::option::of(1..6_i64);
    let step = prop_oneof![
        4 => (1..100_i64, days()).prop_map(|(amount, days)| Step::Add { amount, days }),
        4 => (1..80_i64, any::<bool>()).prop_map(|(amount, partial)| Step::Take { amount, partial }),
        1 => (0..100_i64, prop_oneof![3 => Just(0), 1 => Just(1)])
            .prop_map(|(to, off_by)| Step::Set { to, off_by }),
        2 => (1..100_i64, days()).prop_map(|(credits, days)| Step::Buy { credits, days }),
        3 => (0..8_usize, 1..50_i64, prop::bool::weighted(0.3))
            .prop_map(|(which, amount, fails)| Step::Refund { which, amount, fails }),
        3 => (0..12_usize).prop_map(|back| Step::Reverse { back }),
        1 => Just(Step::Again),
        1 => Just(Step::Expire),
        3 => (1..3_i64).prop_map(|days| Step::Wait { days }),
    ];
    (0..SUBJECTS, step)
}

const DAY: i64 = 86_400;

#[derive(Debug, Clone)]
struct Lot {
    subject: usize,
    entry: i64,
    left: i64,
    expires_at: Option<i64>,
}

/// What an entry did, as the model sees it.
#[derive(Debug, Clone)]
enum Did {
    Gave(i64),
    Took { subject: usize, parts: Vec<(i64, i64)>, refund_of: Option<usize> },
    Final,
}

#[derive(Debug, Clone)]
struct Paid {
    subject: usize,
    lot: i64,
    bought: i64,
    /// What went back, and whether that failed.
    back: Vec<(i64, bool)>,
    asked: i64,
    taken: i64,
    /// What refunds hold of the lot: without what support put back.
    held: i64,
}

/// Lots in a list; everything else is worked out anew each time.
#[derive(Debug, Default)]
struct Model {
    lots: Vec<Lot>,
    did: Vec<Did>,
    reversed: Vec<i64>,
    paid: Vec<Paid>,
    /// Subjects in the order of their first entries.
    known: Vec<usize>,
    now: i64,
}

impl Model {
    fn spendable(&self, subject: usize) -> i64 {
        let own = self.lots.iter().filter(|lot| lot.subject == subject);
        own.filter(|lot| lot.expires_at.is_none_or(|at| at > self.now)).map(|lot| lot.left).sum()
    }

    fn booked(&self, subject: usize) -> i64 {
        self.lots.iter().filter(|lot| lot.subject == subject).map(|lot| lot.left).sum()
    }

    fn next(&self) -> i64 {
        self.did.len() as i64 + 1
    }

    /// Lots whose day has come lose their rest, an entry each, the soonest first.
    fn expire(&mut self, subject: usize) {
        let mut due: Vec<(i64, i64)> = self
            .lots
            .iter()
            .filter(|lot| lot.subject == subject && lot.left > 0)
            .filter_map(|lot| lot.expires_at.filter(|at| *at <= self.now).map(|at| (at, lot.entry)))
            .collect();
        due.sort_unstable();
        for (_, entry) in due {
            self.lot(entry).left = 0;
            self.did.push(Did::Final);
        }
    }

    fn expire_all(&mut self) {
        for subject in self.known.clone() {
            self.expire(subject);
        }
    }

    fn lot(&mut self, entry: i64) -> &mut Lot {
        self.lots.iter_mut().find(|lot| lot.entry == entry).unwrap()
    }

    fn add(&mut self, subject: usize, amount: i64, expires_at: Option<i64>) {
        self.expire(subject);
        let entry = self.next();
        self.lots.push(Lot { subject, entry, left: amount, expires_at });
        self.did.push(Did::Gave(amount));
        if !self.known.contains(&subject) {
            self.known.push(subject);
        }
    }

    fn take(&mut self, subject: usize, amount: i64) {
        self.expire(subject);
        let mut left = amount;
        let own = self.lots.iter().filter(|lot| lot.subject == subject);
        let mut order: Vec<(i64, i64)> =
            own.map(|lot| (lot.expires_at.unwrap_or(i64::MAX), lot.entry)).collect();
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
        self.did.push(Did::Took { subject, parts, refund_of: None });
    }

    fn buy(&mut self, subject: usize, bought: i64, expires_at: Option<i64>) {
        self.add(subject, bought, expires_at);
        let lot = self.did.len() as i64;
        self.paid.push(Paid { subject, lot, bought, back: Vec::new(), asked: 0, taken: 0, held: 0 });
    }

    /// Of what was bought goes back what is due for the money, as far as it is there; or what was taken for nothing is put
    /// back.
    fn refund(&mut self, which: usize) {
        let paid = self.paid[which].clone();
        let back: i64 = paid.back.iter().filter(|(_, failed)| !failed).map(|(amount, _)| amount).sum();
        let asked = paid.bought * back.min(PRICE) / PRICE;
        if asked == paid.asked {
            return;
        }
        self.expire(paid.subject);
        let lot = self.lot(paid.lot);
        let taken = if asked > paid.asked {
            let part = lot.left.min(asked - paid.asked);
            lot.left -= part;
            if part > 0 {
                let parts = vec![(paid.lot, part)];
                self.did.push(Did::Took { subject: paid.subject, parts, refund_of: Some(which) });
            }
            part
        } else {
            let part = paid.held.min((paid.taken - asked).max(0));
            lot.left += part;
            if part > 0 {
                self.did.push(Did::Final);
            }
            -part
        };
        let paid = &mut self.paid[which];
        paid.asked = asked;
        paid.held += taken;
        paid.taken = (paid.taken + taken).min(asked);
    }

    /// Whether it can be reversed; if so, it is.
    fn reverse(&mut self, number: i64) -> bool {
        if self.reversed.contains(&number) {
            return false;
        }
        match self.did[usize::try_from(number).unwrap() - 1].clone() {
            Did::Final => return false,
            Did::Gave(amount) => {
                let Lot { subject, left, expires_at, .. } = *self.lot(number);
                if expires_at.is_some_and(|at| at <= self.now) || left < amount {
                    return false;
                }
                self.expire(subject);
                self.lot(number).left -= amount;
            }
            Did::Took { parts, refund_of: Some(which), .. }
                if parts.iter().any(|(_, part)| self.paid[which].held < *part) =>
            {
                return false;
            }
            Did::Took { subject, parts, refund_of } => {
                self.expire(subject);
                for (lot, part) in parts {
                    self.lot(lot).left += part;
                    if let Some(which) = refund_of {
                        self.paid[which].held -= part;
                    }
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

fn name(subject: usize) -> String {
    format!("u_{subject}")
}

fn payment(which: usize) -> String {
    format!("cs_{which}")
}

impl World {
    fn new() -> World {
        let folder = TempDir::new().unwrap();
        let books = Books::open(&folder.path().join("books.db")).unwrap();
        let model = Model { now: 1_000_000, ..Model::default() };
        World { _folder: folder, books, model, last: None }
    }

    fn post(&mut self, subject: usize, wanted: Wanted) -> Posting {
        let request = Request {
            subject: name(subject),
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

    fn settle(&self, settlement: &Settlement) {
        let settled = self.books.settle_payments(std::slice::from_ref(settlement), self.model.now).unwrap();
        assert_eq!(settled, [PaymentSettled::Done]);
    }

    fn take_step(&mut self, subject: usize, step: &Step) {
        match *step {
            Step::Add { amount, days } => {
                let expiry = days.map(|days| Expiry::After(days * DAY));
                let wanted = Wanted::Add { entry_type: EntryType::Grant, amount, expiry };
                assert!(matches!(self.post(subject, wanted), Posting::Recorded(_)));
                self.model.add(subject, amount, days.map(|days| self.model.now + days * DAY));
            }
            Step::Take { amount, partial } => {
                let wanted = Wanted::Take { entry_type: EntryType::Deduction, amount, partial };
                let there = self.model.spendable(subject);
                let posting = self.post(subject, wanted);
                if there >= amount || (partial && there > 0) {
                    assert!(matches!(posting, Posting::Recorded(_)), "{posting:?}");
                    self.model.take(subject, amount.min(there));
                } else {
                    assert_eq!(posting, Posting::NotCovered { available: there });
                }
            }
            Step::Set { to, off_by } => {
                let there = self.model.spendable(subject);
                let posting = self.post(subject, Wanted::Set { to, expected: there + off_by });
                match (off_by, to - there) {
                    (1.., _) => assert_eq!(posting, Posting::Moved { available: there }),
                    (_, 0) => assert_eq!(posting, Posting::Unchanged { available: there }),
                    (_, up @ 1..) => self.model.add(subject, up, None),
                    (_, down) => self.model.take(subject, -down),
                }
            }
            Step::Buy { credits, days } => {
                let lots = vec![Pack { credits, expire_seconds: days.map(|days| days * DAY) }];
                let purchase = Purchase { subject: name(subject), lots, reason: "bought".to_owned() };
                let payment = payment(self.model.paid.len());
                let settlement = Settlement { payment, purchase: Some(purchase), refund: None };
                self.settle(&settlement);
                self.settle(&settlement);
                self.model.buy(subject, credits, days.map(|days| self.model.now + days * DAY));
            }
            Step::Refund { which, amount, fails } => {
                let Some(which) = which.checked_rem(self.model.paid.len()) else { return };
                let back = &mut self.model.paid[which].back;
                match back.iter_mut().find(|(_, failed)| fails && !failed) {
                    Some((_, failed)) => *failed = true,
                    None => back.push((amount, false)),
                }
                let facts = back.iter().enumerate().map(|(number, (amount, failed))| BackFact {
                    id: format!("re_{which}_{number}"),
                    source: BackSource::Refund,
                    amount: *amount,
                    failed: *failed,
                });
                let refund = Refund { facts: facts.collect(), total: PRICE, currency: "usd".parse().ok() };
                let payment = payment(which);
                let settlement = Settlement { payment, purchase: None, refund: Some(refund) };
                self.settle(&settlement);
                self.settle(&settlement);
                self.model.refund(which);
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
                self.model.expire_all();
            }
            Step::Wait { days } => self.model.now += days * DAY,
        }
    }

    fn compare(&self) {
        let mut count = 0;
        for subject in 0..SUBJECTS {
            let account = self.books.credit_account(&name(subject), "credits", self.model.now).unwrap();
            let available = account.as_ref().map_or(0, |account| account.available);
            assert_eq!(available, self.model.spendable(subject), "{subject}");
            let booked = account.as_ref().map_or(0, |account| account.booked);
            assert_eq!(booked, self.model.booked(subject), "{subject}");
            let entries = self.books.credit_history(&name(subject), &HistoryFilter::default()).unwrap();
            assert_eq!(entries.last().map_or(0, |entry| entry.balance), booked);
            count += entries.len();
        }
        assert_eq!(count, self.model.did.len());
        let verified = self.books.verify_credits(None, |_| {}).unwrap();
        assert_eq!((verified.fault, verified.entries), (None, count as i64));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2_000, ..ProptestConfig::default() })]
    #[test]
    fn balances_lots_and_chain_agree_with_a_simple_model(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for (subject, step) in &steps {
            world.take_step(*subject, step);
        }
        world.compare();
    }
}
