//! Applying the books' events, each once, in the order of storing; which is not the order in which they happened.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Context as _;
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use serde_json::Value;

use super::outcomes::{Outcome, note};
use super::payments::{self, CreditRules, Payable, Payments};
use super::{Mirror, account, links, movements, objects, snapshots, through, unsettled};
use crate::billing::credits::purchase::Unclear;
use crate::billing::event::Content;
use crate::billing::projection::{self, Candidate, Footing, Newest, Origin, SubjectLink};
use crate::store::books::{Books, StoredEvent};

/// How many seconds in which an object changed are looked at for the version before the last of them: seconds in which
/// values went to and fro, one after the other.
pub(super) const SECONDS_BACK: usize = 8;

/// What became of a batch of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    pub applied: u64,
    /// Changed nothing: the mirror knew a later version.
    pub older: u64,
    /// Carry no object that could be kept.
    pub kept: u64,
    pub failed: u64,
    /// The number of the last event of the batch.
    pub through: i64,
    /// The batch was full: there may be more to apply.
    pub more: bool,
    /// The books are not those that events were applied from until now: all of theirs are applied from the first on.
    pub started_over: bool,
}

impl Applied {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Applied => self.applied += 1,
            Outcome::Older => self.older += 1,
            Outcome::Kept => self.kept += 1,
            Outcome::Failed => self.failed += 1,
        }
    }

    /// The two batches as one.
    #[must_use]
    pub fn and(self, later: Applied) -> Applied {
        Applied {
            applied: self.applied + later.applied,
            older: self.older + later.older,
            kept: self.kept + later.kept,
            failed: self.failed + later.failed,
            through: later.through,
            more: later.more,
            started_over: self.started_over || later.started_over,
        }
    }
}

impl Mirror {
    /// Applies up to `limit` events that were not applied yet, in one transaction: rows, outcomes and how far it got
    /// are kept together or not at all. An event that cannot be applied is noted as failed, and holds up no other.
    ///
    /// # Errors
    /// If a file can't be read or written: then the batch is not applied, and can be again.
    pub fn apply_pending(&mut self, books: &Books, limit: usize, now: Timestamp) -> anyhow::Result<Applied> {
        self.apply_up_to(books, i64::MAX, limit, now)
    }

    /// The same, up to the event of a number at most.
    ///
    /// # Errors
    /// As [`Mirror::apply_pending`].
    pub(super) fn apply_up_to(
        &mut self,
        books: &Books,
        until: i64,
        limit: usize,
        now: Timestamp,
    ) -> anyhow::Result<Applied> {
        let reading = self.reading();
        let file = self.file.clone();
        let explain = |error| file.explain(error);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(explain)?;
        let (through, started_over) =
            through::go_on_from(&transaction, books, now).map_err(|error| told(error, explain))?;
        let mut events = books.after(through, limit)?;
        events.retain(|event| event.seq <= until);
        let Some(last) = events.last() else {
            transaction.commit().map_err(explain)?;
            return Ok(Applied { through, started_over, ..Applied::default() });
        };
        let batch = Batch::new(&transaction, books, &reading).map_err(explain)?;
        let more = events.len() == limit;
        let mut applied = Applied { through: last.seq, more, started_over, ..Applied::default() };
        batch.apply(&events, now, &mut applied).map_err(|error| told(error, explain))?;
        batch.finish().map_err(|error| told(error, explain))?;
        through::set_through(&transaction, last.seq, &last.id).map_err(explain)?;
        transaction.commit().map_err(explain)?;
        Ok(applied)
    }

    /// Tries up to `limit` of the failed events again, those first that were stored first.
    ///
    /// # Errors
    /// As [`Mirror::apply_pending`].
    pub fn retry_failed(&mut self, books: &Books, limit: usize, now: Timestamp) -> anyhow::Result<Applied> {
        let failed: Vec<i64> = {
            let read = || {
                self.connection
                    .prepare_cached(
                        "SELECT seq FROM outcomes WHERE outcome = 'failed' ORDER BY at, seq LIMIT ?1",
                    )?
                    .query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0))?
                    .collect::<rusqlite::Result<_>>()
            };
            self.explain(read())?
        };
        self.apply_again(books, &failed, now)
    }

    /// Applies events once more that had their turn, by their numbers, in one transaction.
    ///
    /// # Errors
    /// As [`Mirror::apply_pending`].
    pub fn apply_again(&mut self, books: &Books, events: &[i64], now: Timestamp) -> anyhow::Result<Applied> {
        let reading = self.reading();
        let file = self.file.clone();
        let explain = |error| file.explain(error);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(explain)?;
        let mut stored = Vec::with_capacity(events.len());
        for seq in events {
            stored.extend(books.event_at(*seq)?);
        }
        let through = through::number(&transaction).map_err(explain)?;
        let batch = Batch::new(&transaction, books, &reading).map_err(explain)?;
        let mut applied = Applied { through, ..Applied::default() };
        batch.apply(&stored, now, &mut applied).map_err(|error| told(error, explain))?;
        batch.finish().map_err(|error| told(error, explain))?;
        transaction.commit().map_err(explain)?;
        Ok(applied)
    }
}

/// SQLite's errors are those of the mirror's file; others say themselves what they are about.
pub(super) fn told(
    error: anyhow::Error,
    explain: impl Fn(rusqlite::Error) -> anyhow::Error,
) -> anyhow::Error {
    match error.downcast::<rusqlite::Error>() {
        Ok(error) => explain(error),
        Err(other) => other,
    }
}

impl Mirror {
    /// How objects are read from now on.
    pub(super) fn reading(&self) -> Reading {
        Reading {
            personal_data: self.personal_data,
            subject_metadata: self.subject_metadata.clone(),
            credit_rules: self.credit_rules,
        }
    }
}

/// What is kept of objects, and what follows from them.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    personal_data: bool,
    subject_metadata: Option<String>,
    credit_rules: CreditRules,
}

/// A transaction of the mirror, with the books beside it.
pub(super) struct Batch<'a> {
    connection: &'a Connection,
    books: &'a Books,
    reading: &'a Reading,
    /// The account that this is a copy of, if that is known.
    account: Option<String>,
    /// What the objects of this transaction say of subjects, by their ids.
    links: RefCell<HashMap<String, Option<SubjectLink>>>,
    /// The objects of this transaction that tell of payments, by kind and id.
    paid: RefCell<BTreeSet<(String, String)>>,
    /// Whose recurring revenue this transaction may have changed.
    recurring: RefCell<movements::Touched>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        books: &'a Books,
        reading: &'a Reading,
    ) -> rusqlite::Result<Batch<'a>> {
        let account = account::account(connection)?;
        let (links, paid, recurring) = (RefCell::default(), RefCell::default(), RefCell::default());
        Ok(Batch { connection, books, reading, account, links, paid, recurring })
    }

    pub(super) fn connection(&self) -> &Connection {
        self.connection
    }

    /// Whether an event tells that an object is gone. Then it is gone by that event: what was fetched says otherwise.
    pub(super) fn is_gone_by_event(&self, (kind, id): (&str, &str)) -> anyhow::Result<bool> {
        let Some(second) = self.books.last_deletion(kind, id, self.account.as_deref())? else {
            return Ok(false);
        };
        if let (Some(newest), _) = self.newest_at(kind, id, second, SECONDS_BACK)? {
            // What can't be written is told where the event itself is applied.
            self.write((kind, id), second, newest, false)?.ok();
        }
        Ok(true)
    }

    pub(super) fn personal_data(&self) -> bool {
        self.reading.personal_data
    }

    /// Brings an object up to date with what events tell of it after a second; what became of those was noted before.
    pub(super) fn catch_up(&self, (kind, id): (&str, &str), second: i64) -> anyhow::Result<()> {
        let events = self.books.of_object_after(kind, id, second, self.account.as_deref())?;
        self.settle_events((kind, id), &events.iter().collect::<Vec<_>>())?;
        Ok(())
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
    fn apply(&self, events: &[StoredEvent], now: Timestamp, applied: &mut Applied) -> anyhow::Result<()> {
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

    /// Brings one object up to date with events about it. Says what became of each.
    fn settle_events<'e>(
        &self,
        (kind, id): (&str, &str),
        events: &[&'e StoredEvent],
    ) -> anyhow::Result<Vec<(&'e StoredEvent, Outcome, Option<String>)>> {
        let mut told = Vec::new();
        let mut left = events.to_vec();
        let mut known = objects::version(self.connection, kind, id)?;
        let is_first = known.is_none();
        // Of an object that is gone for good only the deletion counts, whenever anything else is said to have been.
        if projection::forever(kind) {
            let gone = known.is_some_and(|known| known.deleted);
            let deletes = |event: &&StoredEvent| projection::is_deletion(&event.event_type);
            if gone || left.iter().any(deletes) {
                told.extend(
                    left.iter().filter(|event| !deletes(event)).map(|event| (*event, Outcome::Older, None)),
                );
                left.retain(deletes);
                known = known.filter(|known| known.deleted);
            }
        }
        // From the latest second down, until one has a version that can be read.
        while let Some(top) = left.iter().map(|event| event.created).max() {
            if let Some(known) = known.filter(|known| known.at > top) {
                self.settle_again((kind, id), known.at)?;
                break;
            }
            let (newest, unreadable) = self.newest_at(kind, id, top, SECONDS_BACK)?;
            let (at_top, before): (Vec<&'e StoredEvent>, Vec<&'e StoredEvent>) =
                left.iter().partition(|event| event.created == top);
            let error_of =
                |seq: i64| unreadable.iter().find(|(other, _)| *other == seq).map(|(_, error)| error.clone());
            match newest {
                None => {
                    told.extend(
                        at_top.into_iter().map(|event| (event, Outcome::Failed, error_of(event.seq))),
                    );
                    left = before;
                    continue;
                }
                Some(newest) => {
                    let written = self.write((kind, id), top, newest, is_first)?;
                    for event in at_top {
                        let error = error_of(event.seq).or_else(|| written.as_ref().err().cloned());
                        let outcome = if error.is_some() { Outcome::Failed } else { Outcome::Applied };
                        told.push((event, outcome, error));
                    }
                    // Earlier ones of the same batch stood for as long as nothing later was known.
                    let stood = |event: &StoredEvent| known.is_none_or(|known| event.created >= known.at);
                    let mut latest = i64::MIN;
                    for event in before {
                        let outcome = if stood(event) && event.created >= latest {
                            Outcome::Applied
                        } else {
                            Outcome::Older
                        };
                        latest = latest.max(event.created);
                        told.push((event, outcome, None));
                    }
                    return Ok(told);
                }
            }
        }
        told.extend(left.into_iter().map(|event| (event, Outcome::Older, None)));
        Ok(told)
    }

    /// Looks which version of an object's second holds, after something older came, where that may matter.
    pub(super) fn settle_again(&self, (kind, id): (&str, &str), second: i64) -> anyhow::Result<()> {
        if unsettled::is_noted(self.connection, kind, id)?
            && let (Some(newest), _) = self.newest_at(kind, id, second, SECONDS_BACK)?
        {
            // What can't be written is told where the version itself comes in.
            self.write((kind, id), second, newest, false)?.ok();
        }
        Ok(())
    }

    /// The version of an object that holds of all that is known of one second, and what could not be read of that.
    /// Where it matters what was there before, it looks so many seconds back in which the object changed.
    #[expect(clippy::type_complexity, reason = "a version, and errors by number of event")]
    pub(super) fn newest_at(
        &self,
        kind: &str,
        id: &str,
        second: i64,
        seconds_back: usize,
    ) -> anyhow::Result<(Option<Newest>, Vec<(i64, String)>)> {
        let (mut candidates, unreadable) = self.told_at(kind, id, second)?;
        candidates.extend(snapshots::at(self.connection, kind, id, second)?);
        let newest = projection::newest(kind, candidates, || self.before(kind, id, second, seconds_back))?;
        Ok((newest, unreadable))
    }

    /// The version of an object that holds of what was fetched in a second, and what events tell of the same one.
    pub(super) fn newest_of(
        &self,
        kind: &str,
        id: &str,
        second: i64,
        fetched: Candidate,
    ) -> anyhow::Result<Option<Newest>> {
        let (mut candidates, _) = self.told_at(kind, id, second)?;
        candidates.push(fetched);
        projection::newest(kind, candidates, || self.before(kind, id, second, SECONDS_BACK))
    }

    /// An object as it was before a second, if that is known.
    fn before(
        &self,
        kind: &str,
        id: &str,
        second: i64,
        seconds_back: usize,
    ) -> anyhow::Result<Option<Value>> {
        let Some(seconds_back) = seconds_back.checked_sub(1) else { return Ok(None) };
        let told = self.books.last_of_object_before(kind, id, second, self.account.as_deref())?;
        let Some(at) = told.max(snapshots::last_before(self.connection, kind, id, second)?) else {
            return Ok(None);
        };
        let (newest, _) = self.newest_at(kind, id, at, seconds_back)?;
        Ok(newest
            .filter(|newest| newest.footing != Footing::Guess && !newest.version.is_deletion())
            .map(|newest| newest.version.content.object))
    }

    /// The versions of an object that events of one second tell of, and what could not be read of those.
    #[expect(clippy::type_complexity, reason = "versions, and errors by number of event")]
    fn told_at(
        &self,
        kind: &str,
        id: &str,
        second: i64,
    ) -> anyhow::Result<(Vec<Candidate>, Vec<(i64, String)>)> {
        let mut candidates = Vec::new();
        let mut unreadable = Vec::new();
        for event in self.books.of_object_at(kind, id, second, self.account.as_deref())? {
            let body = self.books.body(event.seq)?.context("An event's bytes are gone from the books")?;
            match Content::read(&body) {
                Ok(content) => {
                    let origin = Origin::Event { id: event.id, event_type: event.event_type };
                    candidates.push(Candidate { origin, content });
                }
                Err(error) => unreadable.push((event.seq, error.to_string())),
            }
        }
        Ok((candidates, unreadable))
    }

    /// Writes a version, or of an object that is not known yet the first. The inner error is of this object alone: its
    /// rows are as they were.
    pub(super) fn write(
        &self,
        key: (&str, &str),
        at: i64,
        newest: Newest,
        is_first: bool,
    ) -> rusqlite::Result<Result<(), String>> {
        self.connection.prepare_cached("SAVEPOINT object")?.execute([])?;
        let Newest { version, footing } = newest;
        let mut touched = movements::Touched::default();
        let written = touched
            .before(self.connection, key, is_first)
            .and_then(|()| {
                objects::write(self.connection, key, at, version, self.reading.personal_data, is_first)
            })
            .and_then(|object| touched.after(self.connection, key, &object, is_first).map(|()| object))
            .and_then(|object| {
                // What is left out is asked for like what can't be told.
                let is_cut = projection::is_cut_short(key.0, &object);
                let footing = if is_cut { Footing::Guess } else { footing };
                unsettled::note(self.connection, key, footing, is_first).map(|()| object)
            });
        let result = match written {
            Ok(object) => {
                self.recurring.borrow_mut().and(touched);
                if matches!(key.0, "customer" | "checkout.session" | "subscription") {
                    let link =
                        projection::subject_link(key.0, &object, self.reading.subject_metadata.as_deref());
                    self.links.borrow_mut().insert(key.1.to_owned(), link);
                }
                if payments::tells(key.0) {
                    self.paid.borrow_mut().insert((key.0.to_owned(), key.1.to_owned()));
                }
                Ok(())
            }
            Err(error) if of_object_alone(&error) => {
                self.connection.prepare_cached("ROLLBACK TO object")?.execute([])?;
                Err(error.to_string())
            }
            Err(error) => return Err(error),
        };
        self.connection.prepare_cached("RELEASE object")?.execute([])?;
        Ok(result)
    }
}

/// Whether the file is well and only these values are not taken.
fn of_object_alone(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
    )
}
