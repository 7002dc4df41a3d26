//! Booking what follows from payments: the credits that they bought, and those that go back with the money.
//!
//! A payment is booked under its own id, whatever event tells of it; what went back is booked in steps, each the difference to
//! what had been asked for before. So both can be repeated at any time, in any order.

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::entry::{Account, Draft, Moves, account_of_id, insert};
use super::expire::{BY_ITSELF, expire};
use super::post::{ByHand, Posting, book};
use super::read::{entry_of_key, free_key};
use crate::billing::credits::purchase::{BackFact, BackSource, Pack, credits_back, gone_back};
use crate::billing::credits::{DEFAULT_KIND, EntryType, Expiry, Limits, MAX_CREDITS, Part, Request, Wanted};
use crate::billing::currency::Currency;
use crate::billing::money::Money;
use crate::store::books::Books;

/// What is to be booked of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The checkout session's or invoice's id.
    pub payment: String,
    /// What it bought, if that is not known to be booked.
    pub purchase: Option<Purchase>,
    /// What of it went back, if anything did.
    pub refund: Option<Refund>,
}

/// Credits that were bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    pub subject: String,
    /// A lot each; one at least, and none of zero credits.
    pub lots: Vec<Pack>,
    pub reason: String,
}

/// Money that went back, of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// What is known of it now: what was known before is kept with it.
    pub facts: Vec<BackFact>,
    /// What was paid, in minor units.
    pub total: i64,
    pub currency: Option<Currency>,
}

/// What became of a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    Done,
    /// The balance would pass the most that the ledger takes; nothing was booked.
    TooMany,
    /// Something else is booked under a key of the payment; nothing was booked.
    KeyTaken {
        key: String,
    },
}

impl Books {
    /// Whether what a payment bought is booked.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn is_purchase_booked(&self, payment: &str) -> anyhow::Result<bool> {
        self.explain(is_booked(&self.connection, payment))
    }

    /// Books what payments brought and what went back, in one transaction. What is booked already is left as it is: a
    /// payment is never booked twice, and each refund once. `now` is in seconds since 1970.
    ///
    /// # Errors
    /// If the file can't be written; then nothing is booked.
    pub fn settle_payments(&self, settlements: &[Settlement], now: i64) -> anyhow::Result<Vec<Settled>> {
        let settle = || -> rusqlite::Result<Vec<Settled>> {
            let mut transaction =
                Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
            let mut settled = Vec::with_capacity(settlements.len());
            for settlement in settlements {
                let savepoint = transaction.savepoint()?;
                let outcome = self::settle(&savepoint, settlement, now)?;
                if outcome == Settled::Done {
                    savepoint.commit()?;
                }
                settled.push(outcome);
            }
            transaction.commit()?;
            Ok(settled)
        };
        self.explain(settle())
    }
}

/// The key of a payment's first entry, which stands for all of them.
fn key_of(payment: &str) -> String {
    format!("purchase:{payment}")
}

fn is_booked(connection: &Connection, payment: &str) -> rusqlite::Result<bool> {
    // What takes credits is no purchase, whatever its key.
    connection
        .prepare_cached("SELECT 1 FROM credit_entries WHERE key = ?1 AND amount > 0")?
        .exists([key_of(payment)])
}

fn settle(connection: &Connection, settlement: &Settlement, now: i64) -> rusqlite::Result<Settled> {
    let Settlement { payment, purchase, refund } = settlement;
    let mut booked = is_booked(connection, payment)?;
    if let Some(purchase) = purchase.as_ref().filter(|_| !booked) {
        let bought = buy(connection, payment, purchase, now)?;
        if bought != Settled::Done {
            return Ok(bought);
        }
        booked = true;
    }
    match refund {
        Some(refund) if booked => give_back(connection, payment, refund, now),
        Some(_) | None => Ok(Settled::Done),
    }
}

fn buy(connection: &Connection, payment: &str, purchase: &Purchase, now: i64) -> rusqlite::Result<Settled> {
    let Purchase { subject, lots, reason } = purchase;
    for (index, Pack { credits, expire_seconds }) in lots.iter().enumerate() {
        let key = match index {
            0 => key_of(payment),
            further => format!("{}:{}", key_of(payment), further + 1),
        };
        let request = Request {
            subject: subject.clone(),
            kind: DEFAULT_KIND.to_owned(),
            wanted: Wanted::Add {
                entry_type: EntryType::Purchase,
                amount: *credits,
                expiry: expire_seconds.map(Expiry::After),
            },
            actor: BY_ITSELF.to_owned(),
            reason: reason.clone(),
            reference: Some(payment.to_owned()),
            key,
        };
        // It is paid, so that nobody's proposal under the key stands against it.
        let posting = match entry_of_key(connection, &request.key)? {
            Some(_) => return Ok(Settled::KeyTaken { key: request.key }),
            None => book(connection, &request, &Limits::default(), now, None, &mut ByHand::default())?,
        };
        match posting {
            Posting::Recorded(_) => {}
            Posting::TooMany { .. } => return Ok(Settled::TooMany),
            _ => return Ok(Settled::KeyTaken { key: request.key }),
        }
    }
    Ok(Settled::Done)
}

/// A payment's step towards what went back of it.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    number: i64,
    /// The credits that were to be taken back by then, in all.
    asked: i64,
    /// Those that were, in all.
    taken: i64,
}

fn give_back(connection: &Connection, payment: &str, refund: &Refund, now: i64) -> rusqlite::Result<Settled> {
    let (account, lots) = lots_of(connection, payment)?;
    if lots.is_empty() {
        return Ok(Settled::Done);
    }
    let refunded = note_facts(connection, payment, &refund.facts)?.min(refund.total.max(0));
    let bought: i64 = lots.iter().map(|lot| lot.bought).sum();
    let asked = credits_back(bought, refunded, refund.total);
    let last = last_step(connection, payment)?;
    if asked == last.asked {
        return Ok(Settled::Done);
    }
    let mut account = account_of_id(connection, account)?;
    expire(connection, &mut account, now)?;
    let change = if asked > last.asked {
        let wanted = asked - last.asked;
        let moves = parts(&left_in(connection, &lots)?, wanted);
        Change { amount: -sum(&moves), asked: -wanted, moves: Moves::OutOf(moves) }
    } else {
        // What had been asked for and was spent by then is not given back: it was never taken.
        let wanted = (last.taken - asked).max(0);
        let moves = parts(&taken_from(connection, &lots)?, wanted);
        Change { amount: sum(&moves), asked: wanted, moves: Moves::BackInto(moves) }
    };
    if account.balance + change.amount > MAX_CREDITS {
        return Ok(Settled::TooMany);
    }
    let number = last.number + 1;
    let taken = (last.taken - change.amount).min(asked);
    let entry = match change.amount {
        0 => None,
        _ => {
            let reason = reason(refunded, refund);
            Some(enter(connection, &mut account, (payment, number), &reason, change, now)?)
        }
    };
    connection
        .prepare_cached(
            "INSERT INTO credit_refunds (payment, step, refunded, asked, taken, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![payment, number, refunded, asked, taken, entry])?;
    Ok(Settled::Done)
}

/// Keeps what is new, and returns how much of the payment went back by all that is known, in minor units.
fn note_facts(connection: &Connection, payment: &str, facts: &[BackFact]) -> rusqlite::Result<i64> {
    let mut note = connection.prepare_cached(
        "INSERT INTO credit_refund_facts (payment, id, source, amount, failed) SELECT ?1, ?2, ?3, ?4, ?5
         WHERE NOT EXISTS (SELECT 1 FROM credit_refund_facts WHERE payment = ?1 AND id = ?2)",
    )?;
    let mut grow = connection.prepare_cached(
        "UPDATE credit_refund_facts SET amount = max(amount, ?3), failed = max(failed, ?4)
         WHERE payment = ?1 AND id = ?2 AND (amount < ?3 OR failed < ?4)",
    )?;
    for BackFact { id, source, amount, failed } in facts {
        if note.execute(params![payment, id, source_name(*source), amount.max(&0), failed])? == 0 {
            grow.execute(params![payment, id, amount.max(&0), failed])?;
        }
    }
    let known: Vec<BackFact> = connection
        .prepare_cached("SELECT id, source, amount, failed FROM credit_refund_facts WHERE payment = ?1")?
        .query_map([payment], |row| {
            let name: String = row.get(1)?;
            let all = [BackSource::Refund, BackSource::Dispute, BackSource::Charge];
            let source = all.into_iter().find(|source| source_name(*source) == name);
            let source = source.ok_or(rusqlite::Error::InvalidQuery)?;
            Ok(BackFact { id: row.get(0)?, source, amount: row.get(2)?, failed: row.get(3)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(gone_back(&known))
}

fn source_name(source: BackSource) -> &'static str {
    match source {
        BackSource::Refund => "refund",
        BackSource::Dispute => "dispute",
        BackSource::Charge => "charge",
    }
}

fn reason(refunded: i64, refund: &Refund) -> String {
    let words = |minor: i64| match refund.currency {
        Some(currency) => Money { minor, currency }.to_string().to_uppercase(),
        None => minor.to_string(),
    };
    format!("{} of {} went back", words(refunded), words(refund.total))
}

fn sum(parts: &[Part]) -> i64 {
    parts.iter().map(|part| part.amount).sum()
}

struct Change {
    amount: i64,
    asked: i64,
    moves: Moves,
}

fn enter(
    connection: &Connection,
    account: &mut Account,
    (payment, step): (&str, i64),
    reason: &str,
    change: Change,
    now: i64,
) -> rusqlite::Result<i64> {
    let Change { amount, asked, moves } = change;
    let draft = Draft {
        entry_type: EntryType::Refund,
        amount,
        asked,
        expires_at: None,
        actor: BY_ITSELF,
        approver: None,
        reason,
        reference: Some(payment),
        key: &free_key(connection, &format!("refund:{payment}:{step}"), 1)?,
        reverses: None,
    };
    Ok(insert(connection, account, &draft, &moves, now)?.number)
}

fn last_step(connection: &Connection, payment: &str) -> rusqlite::Result<Step> {
    let last = connection
        .prepare_cached(
            "SELECT step, asked, taken FROM credit_refunds WHERE payment = ?1 ORDER BY step DESC LIMIT 1",
        )?
        .query_row([payment], |row| Ok(Step { number: row.get(0)?, asked: row.get(1)?, taken: row.get(2)? }))
        .optional()?;
    Ok(last.unwrap_or_default())
}

/// What a payment bought.
struct Lot {
    entry: i64,
    bought: i64,
}

/// The account that a payment was booked to, and its lots in their order.
fn lots_of(connection: &Connection, payment: &str) -> rusqlite::Result<(i64, Vec<Lot>)> {
    let key = key_of(payment);
    let mut statement = connection.prepare_cached(
        // `;` is the character after `:`.
        "SELECT account, number, amount FROM credit_entries
         WHERE (key = ?1 OR (key > ?1 || ':' AND key < ?1 || ';')) AND amount > 0 ORDER BY number",
    )?;
    let mut rows = statement.query([&key])?;
    let (mut account, mut lots) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        account = row.get(0)?;
        lots.push(Lot { entry: row.get(1)?, bought: row.get(2)? });
    }
    Ok((account, lots))
}

fn left_in(connection: &Connection, lots: &[Lot]) -> rusqlite::Result<Vec<Part>> {
    each(connection, lots, "SELECT remaining FROM credit_lots WHERE entry = ?1")
}

/// Whether what a refund took is still taken: neither a refund that failed nor support has put it back.
pub(super) fn refunds_hold(connection: &Connection, entry: i64) -> rusqlite::Result<bool> {
    let taken: Vec<Part> = connection
        .prepare_cached("SELECT lot, -amount FROM credit_moves WHERE entry = ?1")?
        .query_map([entry], |row| Ok(Part { lot: row.get(0)?, amount: row.get(1)? }))?
        .collect::<rusqlite::Result<_>>()?;
    let lots: Vec<Lot> = taken.iter().map(|part| Lot { entry: part.lot, bought: 0 }).collect();
    let held = taken_from(connection, &lots)?;
    Ok(taken.iter().zip(held).all(|(taken, held)| taken.amount <= held.amount))
}

/// What refunds have taken out of lots, and neither they nor support have put back.
fn taken_from(connection: &Connection, lots: &[Lot]) -> rusqlite::Result<Vec<Part>> {
    each(
        connection,
        lots,
        "SELECT -coalesce(sum(credit_moves.amount), 0) FROM credit_moves JOIN credit_entries ON number = entry
         WHERE lot = ?1 AND (type = 'refund' OR reverses IN (SELECT number FROM credit_entries WHERE type = 'refund'
                                                             AND number IN (SELECT entry FROM credit_moves WHERE lot = ?1)))",
    )
}

fn each(connection: &Connection, lots: &[Lot], sql: &str) -> rusqlite::Result<Vec<Part>> {
    let mut statement = connection.prepare_cached(sql)?;
    lots.iter()
        .map(|lot| Ok(Part { lot: lot.entry, amount: statement.query_row([lot.entry], |row| row.get(0))? }))
        .collect()
}

/// Up to `amount` of what there is, one lot after the other.
fn parts(there: &[Part], amount: i64) -> Vec<Part> {
    let mut left = amount;
    let mut parts = Vec::new();
    for part in there {
        let amount = part.amount.min(left);
        if amount > 0 {
            parts.push(Part { lot: part.lot, amount });
            left -= amount;
        }
    }
    parts
}
