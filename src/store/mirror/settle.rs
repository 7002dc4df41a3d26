//! Which version of an object holds, of all that events tell of it and what was fetched; and writing that one.

use anyhow::Context as _;
use serde_json::Value;

use super::batch::{Batch, of_object_alone};
use super::outcomes::Outcome;
use super::{movements, objects, payments, snapshots, unsettled};
use crate::billing::event::Content;
use crate::billing::projection::{self, Candidate, Footing, Newest, Origin};
use crate::store::books::StoredEvent;

/// How many seconds in which an object changed are looked at for the version before the last of them: seconds in which
/// values went to and fro, one after the other.
const SECONDS_BACK: usize = 8;

impl Batch<'_> {
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

    /// Brings an object up to date with what events tell of it after a second; what became of those was noted before.
    pub(super) fn catch_up(&self, (kind, id): (&str, &str), second: i64) -> anyhow::Result<()> {
        let events = self.books.of_object_after(kind, id, second, self.account.as_deref())?;
        self.settle_events((kind, id), &events.iter().collect::<Vec<_>>())?;
        Ok(())
    }

    /// Brings one object up to date with events about it. Says what became of each.
    pub(super) fn settle_events<'e>(
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
    /// rows are as they were. Where objects are not written one by one, there is no such error.
    pub(super) fn write(
        &self,
        key: (&str, &str),
        at: i64,
        newest: Newest,
        is_first: bool,
    ) -> rusqlite::Result<Result<(), String>> {
        if self.one_by_one {
            self.connection.prepare_cached("SAVEPOINT object")?.execute([])?;
        }
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
            Err(error) if self.one_by_one && of_object_alone(&error) => {
                self.connection.prepare_cached("ROLLBACK TO object")?.execute([])?;
                Err(error.to_string())
            }
            Err(error) => return Err(error),
        };
        if self.one_by_one {
            self.connection.prepare_cached("RELEASE object")?.execute([])?;
        }
        Ok(result)
    }
}
