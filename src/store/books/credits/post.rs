//! Booking: one transaction an entry, durable before it is told of, and once for each key.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::entry::{Draft, Moves, account, insert};
use super::expire::{due_lots, expire};
use super::proposals::{proposal_of_key, propose};
use super::read::{LOTS_TO_SPEND, entry_of_key, lot};
use crate::billing::credits::{
    Draw, Entry, EntryType, Limits, Lot, MAX_CREDITS, OverLimit, Proposal, Request, Standing, Wanted, draw,
};
use crate::store::books::Books;

const DAY: i64 = 24 * 60 * 60;

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posting {
    Recorded(Entry),
    /// The same request was booked before, under the same key.
    AlreadyRecorded(Entry),
    /// Another request was booked under this key; it differs in the field named.
    DiffersIn(&'static str, Entry),
    /// There is not enough to take.
    NotCovered {
        available: i64,
    },
    /// What the entry to reverse gave is spent, but for what is left.
    Spent {
        left: i64,
    },
    /// What the entry to reverse gave has expired, at this second.
    Expired {
        at: i64,
    },
    /// The balance would pass [`MAX_CREDITS`].
    TooMany {
        available: i64,
    },
    /// The balance is not what was expected.
    Moved {
        available: i64,
    },
    /// Nothing to book: the balance is what it should be.
    Unchanged {
        available: i64,
    },
    /// What the refund to reverse took was put back when the money stayed after all.
    PutBack,
    /// There is no entry of that number.
    NoSuchEntry,
    /// Entries of this type can't be reversed.
    NotReversible(EntryType),
    /// It was reversed before, by this entry.
    AlreadyReversed(Entry),
    /// The policy lets this actor book less.
    OverPolicy(OverLimit),
    /// A second person has to approve it first: it is kept for that.
    Proposed(Proposal),
    /// The same request waits for a second person already.
    StillProposed(Proposal),
    /// The same request was declined or withdrawn, or nobody approved it in time.
    NotApproved(Proposal),
    /// Another request waits under this key; it differs in the field named.
    ProposedOtherwise(&'static str, Proposal),
}

impl Posting {
    /// Whether something was written that was not there before: an entry or a proposal.
    pub fn is_new(&self) -> bool {
        matches!(self, Posting::Recorded(_) | Posting::Proposed(_))
    }
}

/// Whether what is booked stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Entry,
    /// It is only looked what would become of it.
    Nothing,
}

impl Books {
    /// Books a request that was [checked](Request::check), after what has expired in its account. `now` is in seconds
    /// since 1970.
    ///
    /// # Errors
    /// If the file can't be written; then nothing is booked.
    pub fn post_credits(&mut self, request: &Request, limits: &Limits, now: i64) -> anyhow::Result<Posting> {
        self.in_one(Keep::Entry, |transaction| {
            post(transaction, request, limits, now, &mut ByHand::default())
        })
    }

    /// Books what is `due` to a subject, and then a request of theirs, in one transaction. What is due is booked also where the
    /// request is refused. With [`Keep::Nothing`] it is only looked what would become of it.
    ///
    /// # Errors
    /// As [`Books::post_credits`].
    pub fn post_credits_after(
        &mut self,
        due: &[Request],
        request: &Request,
        limits: &Limits,
        keep: Keep,
        now: i64,
    ) -> anyhow::Result<Posting> {
        let mut run = || -> rusqlite::Result<Posting> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let given = post_due(&transaction, due, now)?;
            let posting = post(&transaction, request, limits, now, &mut ByHand::default())?;
            if keep == Keep::Entry && (given || posting.is_new()) {
                transaction.commit()?;
            }
            Ok(posting)
        };
        let posting = run();
        self.explain(posting)
    }
}

impl Books {
    /// Runs a booking in a transaction, which is kept only if there is a new entry or proposal.
    pub(super) fn in_one(
        &mut self,
        keep: Keep,
        book: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<Posting>,
    ) -> anyhow::Result<Posting> {
        let run = || -> rusqlite::Result<Posting> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let posting = book(&transaction)?;
            if keep == Keep::Entry && posting.is_new() {
                transaction.commit()?;
            }
            Ok(posting)
        };
        let posting = run();
        self.explain(posting)
    }
}

/// What one actor booked by hand today, signs left out, where it is known: in a large transaction it is added up once.
#[derive(Debug, Default)]
pub(in crate::store::books) struct ByHand(Option<(String, i64)>);

impl ByHand {
    fn of(&mut self, connection: &Connection, actor: &str, now: i64) -> rusqlite::Result<i64> {
        match &self.0 {
            Some((known, sum)) if known == actor => Ok(*sum),
            Some(_) | None => {
                let sum = booked_by_hand(connection, actor, now)?;
                self.0 = Some((actor.to_owned(), sum));
                Ok(sum)
            }
        }
    }

    fn add(&mut self, entry: &Entry) {
        if let Some((known, sum)) = &mut self.0
            && *known == entry.actor
            && Limits::hold_for(entry.entry_type)
        {
            *sum = sum.saturating_add(entry.amount.saturating_abs());
        }
    }
}

/// Books what is due by itself; whether any of it was not booked yet.
pub(super) fn post_due(connection: &Connection, due: &[Request], now: i64) -> rusqlite::Result<bool> {
    let mut given = false;
    for request in due {
        // Whatever is booked under the key by now is what was due: that stands.
        let posting = post(connection, request, &Limits::default(), now, &mut ByHand::default())?;
        given |= posting.is_new();
    }
    Ok(given)
}

pub(in crate::store::books) fn post(
    connection: &Connection,
    request: &Request,
    limits: &Limits,
    now: i64,
    by_hand: &mut ByHand,
) -> rusqlite::Result<Posting> {
    if let Some(booked) = entry_of_key(connection, &request.key)? {
        return Ok(match request.differs_from(&booked) {
            None => Posting::AlreadyRecorded(booked),
            Some(field) => Posting::DiffersIn(field, booked),
        });
    }
    if let Some(proposal) = proposal_of_key(connection, &request.key)? {
        return Ok(match request.differs_from_request(&proposal.request) {
            Some(field) => Posting::ProposedOtherwise(field, proposal),
            None if proposal.standing(now) == Standing::Waiting => Posting::StillProposed(proposal),
            None => Posting::NotApproved(proposal),
        });
    }
    book(connection, request, limits, now, None, by_hand)
}

/// Books a request whose key is free; without an `approver` it may become a proposal instead.
pub(super) fn book(
    connection: &Connection,
    request: &Request,
    limits: &Limits,
    now: i64,
    approver: Option<&str>,
    by_hand: &mut ByHand,
) -> rusqlite::Result<Posting> {
    let Request { subject, kind, wanted, actor, reason, reference, key } = request;
    let mut account = account(connection, subject, kind)?;
    let available = account.balance - sum(&due_lots(connection, account.id, now)?);
    let draft = |entry_type, amount, asked, expires_at| Draft {
        entry_type,
        amount,
        asked,
        expires_at,
        actor,
        approver,
        reason,
        reference: reference.as_deref(),
        key,
        reverses: None,
    };
    let draft = match *wanted {
        Wanted::Add { entry_type, amount, expiry } => {
            draft(entry_type, amount, amount, expiry.map(|expiry| expiry.of(now)))
        }
        Wanted::Take { entry_type, amount, partial } if amount <= available || (partial && available > 0) => {
            draft(entry_type, -amount.min(available), -amount, None)
        }
        Wanted::Take { .. } => return Ok(Posting::NotCovered { available }),
        Wanted::Set { to, expected } if expected == available => {
            draft(EntryType::Adjustment, to - expected, to - expected, None)
        }
        Wanted::Set { .. } => return Ok(Posting::Moved { available }),
    };
    if draft.amount == 0 {
        return Ok(Posting::Unchanged { available });
    }
    if available + draft.amount > MAX_CREDITS {
        return Ok(Posting::TooMany { available });
    }
    let booked_today = match limits.max_per_day {
        Some(_) => by_hand.of(connection, actor, now)?,
        None => 0,
    };
    if let Err(over) = limits.check(draft.entry_type, draft.amount, booked_today) {
        return Ok(Posting::OverPolicy(over));
    }
    if approver.is_none() && limits.approval.is_some() {
        let unapproved = unapproved(connection, actor, subject, now)?;
        if let Some(approval) = limits.approval_needed(draft.entry_type, draft.amount, unapproved) {
            let until = now.saturating_add(approval.within_seconds);
            return propose(connection, request, draft.amount, now, until).map(Posting::Proposed);
        }
    }
    expire(connection, &mut account, now)?;
    let moves = match draft.amount {
        taken @ ..0 => {
            let mut lots = connection.prepare_cached(LOTS_TO_SPEND)?;
            let Draw { parts, covered } = draw(lots.query_map([account.id], lot)?, -taken, now)?;
            if covered != -taken {
                // The books say otherwise than the lots: nothing may be built on that.
                return Err(damaged("the lots of an account do not add up to its balance"));
            }
            Moves::OutOf(parts)
        }
        _ => Moves::NewLot,
    };
    let entry = insert(connection, &mut account, &draft, &moves, now)?;
    by_hand.add(&entry);
    Ok(Posting::Recorded(entry))
}

/// What was booked by hand: see [`Limits::hold_for`] and [`Limits::hold_for_undoing`]. The indexes over such entries have the
/// types in their condition.
const BY_HAND: &str = "type IN ('grant', 'adjustment', 'reversal') AND NOT (
    type = 'reversal' AND EXISTS (
        SELECT 1 FROM credit_entries AS undone
        WHERE undone.number = credit_entries.reverses AND undone.type IN ('grant', 'adjustment') AND undone.amount > 0
        AND undone.approver IS NULL AND lower(trim(undone.actor)) = lower(trim(credit_entries.actor))
        AND undone.at > credit_entries.at - 86400))";

/// What an actor granted and adjusted since midnight UTC, signs left out.
pub(super) fn booked_by_hand(connection: &Connection, actor: &str, now: i64) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(&format!(
            "SELECT coalesce(sum(abs(amount)), 0) FROM credit_entries WHERE actor = ?1 AND at >= ?2 AND {BY_HAND}"
        ))?
        .query_row((actor, now - now.rem_euclid(DAY)), |row| row.get(0))
}

/// What an actor granted and adjusted for a subject in the last 24 hours with nobody's approval, signs left out.
pub(super) fn unapproved(
    connection: &Connection,
    actor: &str,
    subject: &str,
    now: i64,
) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(&format!(
            "SELECT coalesce(sum(abs(amount)), 0) FROM credit_accounts
             JOIN credit_entries INDEXED BY credit_entries_unapproved ON account = credit_accounts.id
             WHERE actor = ?1 AND at > ?2 AND {BY_HAND} AND approver IS NULL AND subject = ?3"
        ))?
        .query_row((actor, now.saturating_sub(DAY), subject), |row| row.get(0))
}

fn sum(lots: &[Lot]) -> i64 {
    lots.iter().map(|lot| lot.remaining).sum()
}

fn damaged(what: &str) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some(what.to_owned()))
}
