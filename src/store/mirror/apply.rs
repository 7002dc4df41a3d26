//! Applying the books' events, each once, in the order of storing; which is not the order in which they happened.

use jiff::Timestamp;

use super::outcomes::Outcome;
use super::{Mirror, through};
use crate::store::books::Books;

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
    pub(super) fn count(&mut self, outcome: Outcome) {
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
        self.in_batch(books, |batch| {
            let (through, started_over) = through::go_on_from(batch.connection, books, now)?;
            let mut events = books.after(through, limit)?;
            events.retain(|event| event.seq <= until);
            let Some(last) = events.last() else {
                return Ok(Applied { through, started_over, ..Applied::default() });
            };
            let more = events.len() == limit;
            let mut applied = Applied { through: last.seq, more, started_over, ..Applied::default() };
            batch.apply(&events, now, &mut applied)?;
            through::set_through(batch.connection, last.seq, &last.id)?;
            Ok(applied)
        })
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
        self.in_batch(books, |batch| {
            let mut stored = Vec::with_capacity(events.len());
            for seq in events {
                stored.extend(books.event_at(*seq)?);
            }
            let mut applied = Applied { through: through::number(batch.connection)?, ..Applied::default() };
            batch.apply(&stored, now, &mut applied)?;
            Ok(applied)
        })
    }
}
