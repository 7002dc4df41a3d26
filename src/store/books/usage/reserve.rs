//! Reservations: an estimate is held before a task, and settled with what it really took.

use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};

use super::count::{Series, series_made};
use super::post::{Bound, Recorded, post};
use crate::billing::usage::{Check, Funding, Record, Reservation};
use crate::store::books::Books;

/// What became of a wish to reserve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reserved {
    /// It is held; where the same was reserved under its key and had expired, from now on again.
    New,
    /// The same was reserved before, under the same key, and is held still.
    Already(Reservation),
    /// It was reserved under this key, and is settled.
    Settled(Reservation),
    /// Something else was reserved under this key; it differs in the field named.
    DiffersIn(&'static str),
    /// The limit doesn't allow it.
    Refused(Check),
}

/// What became of a wish to settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// What was used is recorded, or nothing was, and nothing is held any more.
    Now(Reservation),
    /// It was settled before, with the same result.
    Already(Reservation),
    NoSuchReservation,
    /// It was settled before with another result, or has been released.
    Otherwise(Reservation),
    /// The record that was to settle it could not be made.
    NotRecorded(Recorded),
}

impl Books {
    /// Holds an estimate, if the limit allows it, in one transaction with the look at that limit.
    ///
    /// # Errors
    /// If the file can't be written; then nothing is held.
    pub fn reserve_usage(&mut self, wanted: &Reservation, bound: Bound<'_>) -> anyhow::Result<Reserved> {
        let mut run = || -> rusqlite::Result<Reserved> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let reserved = reserve(&transaction, wanted, bound)?;
            if reserved == Reserved::New {
                transaction.commit()?;
            }
            Ok(reserved)
        };
        let reserved = run();
        self.explain(reserved)
    }

    /// Settles a reservation: with the record of what was really used, which may be more or less than was held and is
    /// recorded whatever the limit says, because it was used; or without one, which lets go of it. One that has
    /// expired can be settled still. What is paid with `credits` takes as many of them as are there.
    ///
    /// # Errors
    /// If the file can't be written; then nothing has changed.
    pub fn settle_usage(
        &mut self,
        key: &str,
        used: Option<&Record>,
        credits: Option<Funding<'_>>,
        now: i64,
    ) -> anyhow::Result<Settled> {
        let mut run = || -> rusqlite::Result<Settled> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let settled = settle(&transaction, key, used, credits, now)?;
            if matches!(settled, Settled::Now(_)) {
                transaction.commit()?;
            }
            Ok(settled)
        };
        let settled = run();
        self.explain(settled)
    }

    /// The reservation under a key.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usage_reservation(&self, key: &str) -> anyhow::Result<Option<Reservation>> {
        self.explain(stored(&self.connection, key).map(|found| found.map(|(_, _, reservation)| reservation)))
    }
}

fn reserve(connection: &Connection, wanted: &Reservation, bound: Bound<'_>) -> rusqlite::Result<Reserved> {
    let Reservation { subject, metric, currency, quantity, key, at, expires_at, settled_at: _ } = wanted;
    let before = stored(connection, key)?;
    if let Some((_, _, before)) = &before {
        let differs = [
            ("subject", *subject == before.subject),
            ("metric", *metric == before.metric),
            ("currency", *currency == before.currency),
            ("quantity", *quantity == before.quantity),
        ]
        .into_iter()
        .find_map(|(field, same)| (!same).then_some(field));
        if let Some(field) = differs {
            return Ok(Reserved::DiffersIn(field));
        }
        if before.settled_at.is_some() {
            return Ok(Reserved::Settled(before.clone()));
        }
        if before.expires_at > *at {
            return Ok(Reserved::Already(before.clone()));
        }
    }
    let series = series_made(connection, Series { subject, metric, currency: *currency })?;
    let check = bound.check(connection, (series, subject), *quantity, *at)?;
    if !check.allowed() {
        return Ok(Reserved::Refused(check));
    }
    // One that has expired holds nothing any more: what it would hold was held against the limit anew.
    if let Some((id, _, _)) = before {
        connection
            .prepare_cached("UPDATE usage_reservations SET expires_at = ?2 WHERE id = ?1")?
            .execute((id, expires_at))?;
        return Ok(Reserved::New);
    }
    connection
        .prepare_cached(
            "INSERT INTO usage_reservations (series, quantity, key, at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![series, quantity, key, at, expires_at])?;
    Ok(Reserved::New)
}

fn settle(
    connection: &Connection,
    key: &str,
    used: Option<&Record>,
    credits: Option<Funding<'_>>,
    now: i64,
) -> rusqlite::Result<Settled> {
    let Some((id, record, reservation)) = stored(connection, key)? else {
        return Ok(Settled::NoSuchReservation);
    };
    if reservation.settled_at.is_some() {
        let same = match (record, used) {
            (None, None) => true,
            (Some(_), Some(used)) => post(connection, used, false, None, credits, now)? == Recorded::Already,
            (None, Some(_)) | (Some(_), None) => false,
        };
        return Ok(if same { Settled::Already(reservation) } else { Settled::Otherwise(reservation) });
    }
    let record = match used {
        None => None,
        Some(used) => match post(connection, used, false, None, credits, now)? {
            Recorded::New => Some(connection.last_insert_rowid()),
            refused => return Ok(Settled::NotRecorded(refused)),
        },
    };
    connection
        .prepare_cached("UPDATE usage_reservations SET settled_at = ?2, record = ?3 WHERE id = ?1")?
        .execute(params![id, now, record])?;
    Ok(Settled::Now(Reservation { settled_at: Some(now), ..reservation }))
}

/// A reservation with its number and that of the record that settled it.
fn stored(connection: &Connection, key: &str) -> rusqlite::Result<Option<(i64, Option<i64>, Reservation)>> {
    let read = |row: &Row<'_>| {
        let currency: String = row.get(4)?;
        let reservation = Reservation {
            subject: row.get(2)?,
            metric: row.get(3)?,
            currency: currency.parse().ok(),
            quantity: row.get(5)?,
            key: key.to_owned(),
            at: row.get(6)?,
            expires_at: row.get(7)?,
            settled_at: row.get(8)?,
        };
        Ok((row.get(0)?, row.get(1)?, reservation))
    };
    connection
        .prepare_cached(
            "SELECT usage_reservations.id, record, subject, metric, currency, quantity, at, expires_at, settled_at
             FROM usage_reservations JOIN usage_series ON usage_series.id = series WHERE key = ?1",
        )?
        .query_row([key], read)
        .optional()
}
