//! Usage that prepaid credits pay for: a record and the credits that it takes are one transaction.

use rusqlite::{Connection, OptionalExtension as _};
use sha2::{Digest as _, Sha256};

use crate::billing::credits::{EntryType, Expiry, Limits, MAX_CREDITS, Request, Wanted};
use crate::billing::usage::{Funding, Record};
use crate::store::books::Posting;
use crate::store::books::credits::{ByHand, entry_of_key, post, reversal_of, reverse};

/// Who books what usage takes and what comes back with it.
const ACTOR: &str = "billctl";

/// The longest key that the ledger shows whole, in bytes.
const LONG: usize = 200;

/// What can be spent of a kind of credits: the balance without what has expired.
pub(super) fn available(
    connection: &Connection,
    subject: &str,
    kind: &str,
    now: i64,
) -> rusqlite::Result<i64> {
    let found = connection
        .prepare_cached(
            "SELECT balance - coalesce((
                 SELECT sum(remaining) FROM credit_lots
                 WHERE account = credit_accounts.id AND remaining > 0
                 AND expires_at IS NOT NULL AND expires_at <= ?3), 0)
             FROM credit_accounts WHERE subject = ?1 AND kind = ?2",
        )?
        .query_row((subject, kind, now), |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(0))
}

/// The credits that estimates of other metrics hold which the same credits pay for.
pub(super) fn held_beside(
    connection: &Connection,
    subject: &str,
    funding: Funding<'_>,
    now: i64,
) -> rusqlite::Result<i64> {
    let mut held = 0_i64;
    for (metric, per_unit) in funding.beside {
        let units: i64 = connection
            .prepare_cached(
                "SELECT coalesce(sum(quantity), 0) FROM usage_series
                 JOIN usage_reservations ON series = usage_series.id
                 WHERE subject = ?1 AND metric = ?2 AND currency = ''
                    AND settled_at IS NULL AND expires_at > ?3",
            )?
            .query_row((subject, metric, now), |row| row.get(0))?;
        held = held.saturating_add(units.saturating_mul(*per_unit));
    }
    Ok(held)
}

/// Takes the credits of a record that is about to be stored, as many as are there, where they pay for it; or gives those back
/// that what it takes back had taken, whatever pays by now. False if the ledger has something else under its key; then nothing
/// is booked.
pub(super) fn settle(
    connection: &Connection,
    record: &Record,
    funding: Option<Funding<'_>>,
    now: i64,
) -> rusqlite::Result<bool> {
    match (&record.corrects, funding) {
        (Some(corrected), _) => give_back(connection, record, corrected, now),
        (None, Some(funding)) => take(connection, record, funding, now),
        (None, None) => Ok(true),
    }
}

fn give_back(connection: &Connection, record: &Record, corrected: &str, now: i64) -> rusqlite::Result<bool> {
    let Some(taken) = entry_of_key(connection, &ledger_key(corrected))? else { return Ok(true) };
    if taken.entry_type != EntryType::Deduction || reversal_of(connection, taken.number)?.is_some() {
        return Ok(true);
    }
    let (units, before) = units(connection, corrected)?;
    let left = before.iter().map(|(_, quantity)| quantity).sum::<i64>() + units + record.quantity;
    let mut given = 0;
    for (key, _) in &before {
        given += entry_of_key(connection, &ledger_key(key))?.map_or(0, |entry| entry.amount);
    }
    let price = taken.asked.saturating_neg().checked_div(units).unwrap_or(0);
    let kept = left.saturating_mul(price).min(-taken.amount);
    let back = -taken.amount - given - kept;
    if back <= 0 {
        return Ok(true);
    }
    let key = ledger_key(&record.key);
    let reason = format!("usage of {} taken back", record.metric);
    let limits = Limits::default();
    let posting = if left == 0 && given == 0 {
        reverse(connection, taken.number, [ACTOR, &reason, &key], &limits, now)?
    } else {
        let Some(expiry) = expiry(connection, taken.number, now)? else { return Ok(true) };
        let wanted =
            Wanted::Add { entry_type: EntryType::Adjustment, amount: back, expiry: expiry.map(Expiry::At) };
        let request = Request {
            subject: taken.subject,
            kind: taken.kind,
            wanted,
            actor: ACTOR.to_owned(),
            reason,
            reference: Some(ledger_key(corrected)),
            key,
        };
        post(connection, &request, &limits, now, &mut ByHand::default())?
    };
    Ok(!matches!(posting, Posting::DiffersIn(..) | Posting::ProposedOtherwise(..)))
}

fn take(connection: &Connection, record: &Record, funding: Funding<'_>, now: i64) -> rusqlite::Result<bool> {
    let amount = funding.price(record.quantity).unwrap_or(MAX_CREDITS).min(MAX_CREDITS);
    let request = Request {
        subject: record.subject.clone(),
        kind: funding.kind.to_owned(),
        wanted: Wanted::Take { entry_type: EntryType::Deduction, amount, partial: true },
        actor: ACTOR.to_owned(),
        reason: format!("usage of {}", record.metric),
        reference: None,
        key: ledger_key(&record.key),
    };
    let posting = post(connection, &request, &Limits::default(), now, &mut ByHand::default())?;
    Ok(!matches!(posting, Posting::DiffersIn(..) | Posting::ProposedOtherwise(..)))
}

/// What a record counted, and the records that took back of it, by key.
fn units(connection: &Connection, key: &str) -> rusqlite::Result<(i64, Vec<(String, i64)>)> {
    let (seq, units): (i64, i64) = connection
        .prepare_cached("SELECT seq, quantity FROM usage_records WHERE key = ?1")?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let before = connection
        .prepare_cached("SELECT key, quantity FROM usage_records WHERE corrects = ?1")?
        .query_map([seq], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok((units, before))
}

/// When what comes back expires: with the last of the lots that it came from; nothing comes back where all of those have.
fn expiry(connection: &Connection, entry: i64, now: i64) -> rusqlite::Result<Option<Option<i64>>> {
    let (lasting, last): (bool, Option<i64>) = connection
        .prepare_cached(
            "SELECT coalesce(max(expires_at IS NULL), 1), max(expires_at)
             FROM credit_moves JOIN credit_lots ON credit_lots.entry = lot WHERE credit_moves.entry = ?1",
        )?
        .query_row([entry], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(match (lasting, last) {
        (true, _) | (_, None) => Some(None),
        (false, Some(at)) => (at > now).then_some(Some(at)),
    })
}

/// The ledger's key of what a record takes or gives back.
fn ledger_key(key: &str) -> String {
    match key.len() {
        ..=LONG => format!("usage:{key}"),
        _ => format!("usage:sha256:{}", hex::encode(Sha256::digest(key))),
    }
}
