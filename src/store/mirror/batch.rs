//! A transaction of the mirror in which events and fetched objects are taken in, and what follows from them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::apply::Applied;
use super::outcomes::{Outcome, note};
use super::payments::{CreditRules, Payable, Payments};
use super::{Mirror, account, links, movements, objects};
use crate::billing::credits::purchase::Unclear;
use crate::billing::event::Content;
use crate::billing::projection::{self, SubjectLink};
use crate::store::books::{Books, StoredEvent};

impl Mirror {
    /// How objects are read from now on.
    pub(super) fn reading(&self) -> Reading {
        Reading {
            personal_data: self.personal_data,
            subject_metadata: self.subject_metadata.clone(),
            credit_rules: self.credit_rules,
        }
    }

    /// Works in one transaction of the mirror, which is kept if the work and what follows from it were done. Objects are
    /// written side by side; where one can't be, everything is done again with each by itself.
    pub(super) fn in_batch<T>(
        &mut self,
        books: &Books,
        work: impl Fn(&Batch<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let reading = self.reading();
        let file = self.file.clone();
        let explain = |error| file.explain(error);
        let mut one_by_one = false;
        loop {
            let transaction =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(explain)?;
            let batch = Batch::new(&transaction, books, &reading, one_by_one).map_err(explain)?;
            match work(&batch).and_then(|done| batch.finish().map(|()| done)) {
                Ok(done) => {
                    transaction.commit().map_err(explain)?;
                    return Ok(done);
                }
                Err(error) if !one_by_one && untold(&error).is_some_and(of_object_alone) => {
                    one_by_one = true;
                }
                Err(error) => return Err(told(error, explain)),
            }
        }
    }
}

/// What is kept of objects, and what follows from them.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) personal_data: bool,
    pub(super) subject_metadata: Option<String>,
    credit_rules: CreditRules,
}

/// A transaction of the mirror, with the books beside it.
pub(super) struct Batch<'a> {
    pub(super) connection: &'a Connection,
    pub(super) books: &'a Books,
    pub(super) reading: &'a Reading,
    /// An object that can't be written leaves the others as they are, at the price of a savepoint for each.
    pub(super) one_by_one: bool,
    /// The account that this is a copy of, if that is known.
    pub(super) account: Option<String>,
    /// What the objects of this transaction say of subjects, by their ids.
    pub(super) links: RefCell<HashMap<String, Option<SubjectLink>>>,
    /// The objects of this transaction that tell of payments, by kind and id.
    pub(super) paid: RefCell<BTreeSet<(String, String)>>,
    /// Whose recurring revenue this transaction may have changed.
    pub(super) recurring: RefCell<movements::Touched>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        books: &'a Books,
        reading: &'a Reading,
        one_by_one: bool,
    ) -> rusqlite::Result<Batch<'a>> {
        let account = account::account(connection)?;
        let (links, paid, recurring) = (RefCell::default(), RefCell::default(), RefCell::default());
        Ok(Batch { connection, books, reading, one_by_one, account, links, paid, recurring })
    }

    pub(super) fn connection(&self) -> &Connection {
        self.connection
    }

    pub(super) fn personal_data(&self) -> bool {
        self.reading.personal_data
    }

    /// Notes in the books what was learnt of subjects; before the mirror's commit, for it can be done again. And what is
    /// known of payments and recurring revenue by now.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        self.note_links()?;
        movements::settle(self.connection, self.recurring.take())?;
        let payments = self.payments();
        let mut payables = BTreeSet::new();
        for (kind, id) in self.paid.take() {
            payables.extend(payments.touched_by(&kind, &id)?);
        }
        for payable in &payables {
            payments.write_transaction(payable)?;
        }
        Ok(())
    }

    fn payments(&self) -> Payments<'a> {
        let subject_key = self.reading.subject_metadata.as_deref();
        Payments::new(self.connection, self.books, subject_key, self.reading.credit_rules)
    }

    /// Where the file keeps links by itself nothing is written to the books.
    fn note_links(&self) -> anyhow::Result<()> {
        let learnt = self.links.take();
        if links::are_kept(self.connection)? {
            return Ok(links::keep(self.connection, learnt)?);
        }
        links::note(self.books, learnt)
    }

    /// Books a change to another price, and what a subscription came to before: events alone tell of that, and the older
    /// ones too.
    fn book_change(&self, event: &StoredEvent) -> anyhow::Result<()> {
        let is_updated = event.event_type == "customer.subscription.updated";
        if (!is_updated && event.event_type != "customer.subscription.created") || event.thin {
            return Ok(());
        }
        // What cannot be read is told where its object is brought up to date.
        let content = self.books.body(event.seq)?.and_then(|body| Content::read(&body).ok());
        let Some(content) = content else { return Ok(()) };
        if is_updated && let Some(change) = projection::change_of_plan(&event.id, event.created, &content) {
            objects::insert(self.connection, &change)?;
        }
        if let Some(step) = projection::of_change(&event.event_type, event.created, &content) {
            movements::note_change(self.connection, &event.id, &step)?;
            self.recurring.borrow_mut().subscriptions.insert(step.subscription);
        }
        Ok(())
    }

    /// Applies events, object by object: of all that a batch says of one, only the version that holds is written.
    pub(super) fn apply(
        &self,
        events: &[StoredEvent],
        now: Timestamp,
        applied: &mut Applied,
    ) -> anyhow::Result<()> {
        let now = now.as_second();
        let mut objects: HashMap<(&str, &str), Vec<&StoredEvent>> = HashMap::new();
        let mut order = Vec::new();
        for event in events {
            // With the events of accounts that are connected to it an account is told whose they are.
            let is_own = event.account.as_ref().is_none_or(|of| self.account.as_ref() == Some(of));
            if is_own {
                self.book_change(event)?;
            }
            match (&event.object_kind, &event.object_id) {
                (Some(kind), Some(id)) if is_own && !event.thin => {
                    let of_object = objects.entry((kind, id)).or_default();
                    if of_object.is_empty() {
                        order.push((kind.as_str(), id.as_str()));
                    }
                    of_object.push(event);
                }
                _ => {
                    applied.count(Outcome::Kept);
                    note(self.connection, event, Outcome::Kept, None, now)?;
                }
            }
        }
        let mut told = Vec::new();
        for key in &order {
            let of_object = objects.remove(key).unwrap_or_default();
            told.extend(self.settle_events(*key, &of_object)?);
        }
        let unclear = self.settle_payments(events, now)?;
        for (event, outcome, error) in told {
            let (outcome, error) = match (outcome, unclear.get(&event.seq)) {
                (Outcome::Applied | Outcome::Older | Outcome::Kept, Some(unclear)) => {
                    (Outcome::Failed, Some(format!("no credits are booked: {unclear}")))
                }
                (outcome, _) => (outcome, error),
            };
            applied.count(outcome);
            note(self.connection, event, outcome, error.as_deref(), now)?;
        }
        Ok(())
    }

    /// Books what follows from the payments that events tell of. Why it can't, by the events' numbers.
    fn settle_payments(&self, events: &[StoredEvent], now: i64) -> anyhow::Result<HashMap<i64, Unclear>> {
        let mut unclear = HashMap::new();
        if !self.reading.credit_rules.books {
            return Ok(unclear);
        }
        let payments = self.payments();
        let mut touched: BTreeMap<Payable, Vec<&StoredEvent>> = BTreeMap::new();
        for event in events.iter().filter(|event| !event.thin) {
            if let (Some(kind), Some(id)) = (&event.object_kind, &event.object_id) {
                for payable in payments.touched_by(kind, id)? {
                    touched.entry(payable).or_default().push(event);
                }
            }
        }
        if touched.is_empty() {
            return Ok(unclear);
        }
        // Who bought may be told in the same batch.
        self.note_links()?;
        let (payables, touching): (Vec<Payable>, Vec<Vec<&StoredEvent>>) = touched.into_iter().unzip();
        let outcomes = payments.settle(&payables, now)?;
        for ((payable, events), why) in payables.iter().zip(touching).zip(outcomes) {
            let Some(why) = why else { continue };
            // What it bought is a matter of its own events: they are tried again until that is known.
            let of_refund = matches!(why, Unclear::OtherCurrency { .. });
            let told =
                events.into_iter().filter(|event| of_refund || event.object_id.as_ref() == Some(&payable.id));
            unclear.extend(told.map(|event| (event.seq, why.clone())));
        }
        Ok(unclear)
    }
}

/// SQLite's errors are those of the mirror's file; others say themselves what they are about.
pub(super) fn told(
    error: anyhow::Error,
    explain: impl Fn(rusqlite::Error) -> anyhow::Error,
) -> anyhow::Error {
    if untold(&error).is_none() {
        return error;
    }
    match error.downcast::<rusqlite::Error>() {
        Ok(error) => explain(error),
        Err(other) => other,
    }
}

/// SQLite's error, where nothing is said of it yet.
fn untold(error: &anyhow::Error) -> Option<&rusqlite::Error> {
    error.chain().next()?.downcast_ref()
}

/// Whether the file is well and only these values are not taken.
pub(super) fn of_object_alone(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
    )
}
