//! Writing an entry with what it moves in or out of lots.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::billing::credits::{Entry, EntryType, Part, chain};

/// An entry before it has a number and a balance.
pub(super) struct Draft<'a> {
    pub(super) entry_type: EntryType,
    pub(super) amount: i64,
    pub(super) asked: i64,
    pub(super) expires_at: Option<i64>,
    pub(super) actor: &'a str,
    pub(super) approver: Option<&'a str>,
    pub(super) reason: &'a str,
    pub(super) reference: Option<&'a str>,
    pub(super) key: &'a str,
    pub(super) reverses: Option<i64>,
}

pub(super) struct Account {
    pub(super) id: i64,
    pub(super) subject: String,
    pub(super) kind: String,
    pub(super) balance: i64,
}

/// What an entry does to lots.
pub(super) enum Moves {
    NewLot,
    OutOf(Vec<Part>),
    BackInto(Vec<Part>),
}

pub(super) fn insert(
    connection: &Connection,
    account: &mut Account,
    draft: &Draft<'_>,
    moves: &Moves,
    now: i64,
) -> rusqlite::Result<Entry> {
    let last: Option<(i64, chain::Hash)> = connection
        .prepare_cached("SELECT number, hash FROM credit_entries ORDER BY number DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (last, previous) = last.unwrap_or((0, chain::START));
    let Draft { entry_type, amount, asked, expires_at, actor, approver, reason, reference, key, reverses } =
        *draft;
    let entry = Entry {
        number: last + 1,
        subject: account.subject.clone(),
        kind: account.kind.clone(),
        entry_type,
        amount,
        asked,
        balance: account.balance + amount,
        at: now,
        expires_at,
        actor: actor.to_owned(),
        approver: approver.map(str::to_owned),
        reason: reason.to_owned(),
        reference: reference.map(str::to_owned),
        key: key.to_owned(),
        reverses,
    };
    connection
        .prepare_cached(
            "INSERT INTO credit_entries (number, account, type, amount, asked, balance, at, expires_at, actor, reason,
                                         reference, key, reverses, hash, approver)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            entry.number,
            account.id,
            entry_type.name(),
            amount,
            asked,
            entry.balance,
            now,
            expires_at,
            actor,
            reason,
            reference,
            key,
            reverses,
            chain::hash(&previous, &entry),
            approver,
        ])?;
    let own = [Part { lot: entry.number, amount }];
    let (parts, sign) = match moves {
        Moves::NewLot => {
            connection
                .prepare_cached("INSERT INTO credit_lots (entry, account, expires_at) VALUES (?1, ?2, ?3)")?
                .execute((entry.number, account.id, expires_at))?;
            (&own[..], 1)
        }
        Moves::OutOf(parts) => (&parts[..], -1),
        Moves::BackInto(parts) => (&parts[..], 1),
    };
    let mut statement =
        connection.prepare_cached("INSERT INTO credit_moves (entry, lot, amount) VALUES (?1, ?2, ?3)")?;
    for part in parts {
        statement.execute((entry.number, part.lot, sign * part.amount))?;
    }
    account.balance = entry.balance;
    Ok(entry)
}

pub(super) fn account(connection: &Connection, subject: &str, kind: &str) -> rusqlite::Result<Account> {
    let found: Option<(i64, i64)> = connection
        .prepare_cached("SELECT id, balance FROM credit_accounts WHERE subject = ?1 AND kind = ?2")?
        .query_row((subject, kind), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (id, balance) = match found {
        Some(found) => found,
        None => {
            connection
                .prepare_cached("INSERT INTO credit_accounts (subject, kind) VALUES (?1, ?2)")?
                .execute((subject, kind))?;
            (connection.last_insert_rowid(), 0)
        }
    };
    Ok(Account { id, subject: subject.to_owned(), kind: kind.to_owned(), balance })
}

pub(super) fn account_of_id(connection: &Connection, id: i64) -> rusqlite::Result<Account> {
    connection
        .prepare_cached("SELECT subject, kind, balance FROM credit_accounts WHERE id = ?1")?
        .query_row([id], |row| {
            Ok(Account { id, subject: row.get(0)?, kind: row.get(1)?, balance: row.get(2)? })
        })
}
