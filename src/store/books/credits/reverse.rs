//! Undoing an entry by another one.

use rusqlite::Connection;

use super::entry::{Draft, Moves, account, insert};
use super::expire::expire;
use super::post::{Keep, Posting, booked_by_hand, unapproved};
use super::proposals::proposal_of_key;
use super::read::{entry_at, entry_of_key, reversal_of};
use super::settle::refunds_hold;
use crate::billing::credits::{Entry, EntryType, Limits, MAX_CREDITS, OverLimit, Part};
use crate::store::books::Books;

impl Books {
    /// Undoes an entry: what it gave is taken from its own lot, what it took goes back into the lots that it came from.
    ///
    /// # Errors
    /// As [`Books::post_credits`].
    pub fn reverse_credits(
        &mut self,
        number: i64,
        [actor, reason, key]: [&str; 3],
        limits: &Limits,
        now: i64,
    ) -> anyhow::Result<Posting> {
        self.in_one(Keep::Entry, |transaction| {
            reverse(transaction, number, [actor, reason, key], limits, now)
        })
    }

    /// What [`Books::reverse_credits`] would say; nothing is kept.
    ///
    /// # Errors
    /// As [`Books::post_credits`].
    pub fn try_reverse_credits(
        &mut self,
        number: i64,
        [actor, reason, key]: [&str; 3],
        limits: &Limits,
        now: i64,
    ) -> anyhow::Result<Posting> {
        self.in_one(Keep::Nothing, |transaction| {
            reverse(transaction, number, [actor, reason, key], limits, now)
        })
    }
}

impl Books {
    /// How many of the credits that an entry took came out of lots that have expired by now: put back, they can't be spent.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn expired_of_entry(&self, number: i64, now: i64) -> anyhow::Result<i64> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT coalesce(sum(max(-amount, 0)), 0) FROM credit_moves
                     JOIN credit_lots ON credit_lots.entry = lot WHERE credit_moves.entry = ?1 AND expires_at <= ?2",
                )?
                .query_row((number, now), |row| row.get(0))
        };
        self.explain(read())
    }
}

pub(in crate::store::books) fn reverse(
    connection: &Connection,
    number: i64,
    [actor, reason, key]: [&str; 3],
    limits: &Limits,
    now: i64,
) -> rusqlite::Result<Posting> {
    if let Some(booked) = entry_of_key(connection, key)? {
        return Ok(match (booked.reverses == Some(number), booked.reason == reason) {
            (true, true) => Posting::AlreadyRecorded(booked),
            (true, false) => Posting::DiffersIn("reason", booked),
            (false, _) => Posting::DiffersIn("entry to reverse", booked),
        });
    }
    if let Some(proposal) = proposal_of_key(connection, key)? {
        return Ok(Posting::ProposedOtherwise("type", proposal));
    }
    let Some(entry) = entry_at(connection, number)? else { return Ok(Posting::NoSuchEntry) };
    match entry.entry_type {
        EntryType::Reversal | EntryType::Expiry => return Ok(Posting::NotReversible(entry.entry_type)),
        EntryType::Grant
        | EntryType::Purchase
        | EntryType::MonthlyGrant
        | EntryType::Deduction
        | EntryType::Adjustment
        | EntryType::Refund => {}
    }
    // What a failed refund put back lies in the lots that it had come from, and is no lot of its own.
    if entry.entry_type == EntryType::Refund && entry.amount > 0 {
        return Ok(Posting::NotReversible(entry.entry_type));
    }
    if let Some(reversal) = reversal_of(connection, number)? {
        return Ok(Posting::AlreadyReversed(reversal));
    }
    if entry.entry_type == EntryType::Refund && !refunds_hold(connection, number)? {
        return Ok(Posting::PutBack);
    }
    if let Some(over) = over_limits(connection, &entry, actor, limits, now)? {
        return Ok(Posting::OverPolicy(over));
    }
    let mut account = account(connection, &entry.subject, &entry.kind)?;
    expire(connection, &mut account, now)?;
    let moves = if entry.amount > 0 {
        let (left, expires_at): (i64, Option<i64>) = connection
            .prepare_cached("SELECT remaining, expires_at FROM credit_lots WHERE entry = ?1")?
            .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if let Some(at) = expires_at.filter(|at| *at <= now) {
            return Ok(Posting::Expired { at });
        }
        if left < entry.amount {
            return Ok(Posting::Spent { left });
        }
        Moves::OutOf(vec![Part { lot: number, amount: entry.amount }])
    } else {
        let parts = connection
            .prepare_cached("SELECT lot, -amount FROM credit_moves WHERE entry = ?1 ORDER BY lot")?
            .query_map([number], |row| Ok(Part { lot: row.get(0)?, amount: row.get(1)? }))?
            .collect::<rusqlite::Result<_>>()?;
        Moves::BackInto(parts)
    };
    if account.balance - entry.amount > MAX_CREDITS {
        return Ok(Posting::TooMany { available: account.balance });
    }
    let draft = Draft {
        entry_type: EntryType::Reversal,
        amount: -entry.amount,
        asked: -entry.amount,
        expires_at: None,
        actor,
        approver: None,
        reason,
        reference: entry.reference.as_deref(),
        key,
        reverses: Some(number),
    };
    insert(connection, &mut account, &draft, &moves, now).map(Posting::Recorded)
}

/// The limit that undoing an entry would pass: what it took is given by hand, what it gave is taken.
fn over_limits(
    connection: &Connection,
    entry: &Entry,
    actor: &str,
    limits: &Limits,
    now: i64,
) -> rusqlite::Result<Option<OverLimit>> {
    let (reversal, amount) = (EntryType::Reversal, -entry.amount);
    if !Limits::hold_for_undoing(entry, actor, now) {
        return Ok(None);
    }
    let today = match limits.max_per_day {
        Some(_) => booked_by_hand(connection, actor, now)?,
        None => 0,
    };
    if let Err(over) = limits.check(reversal, amount, today) {
        return Ok(Some(over));
    }
    if limits.approval.is_none() {
        return Ok(None);
    }
    let unapproved = unapproved(connection, actor, &entry.subject, now)?;
    let approval = limits.approval_needed(reversal, amount, unapproved);
    let amount = amount.saturating_abs();
    Ok(approval.map(|approval| OverLimit::Alone { amount, booked: unapproved, most: approval.above }))
}
