//! Reading the ledger: accounts with their lots, and entries.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::proposals::proposal_of_key;
use crate::billing::credits::{Entry, EntryType, Lot};
use crate::store::books::Books;

/// What a subject has of a kind of credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub subject: String,
    pub kind: String,
    /// What the last entry says; lots whose day has come are in it until their expiry is booked.
    pub booked: i64,
    /// What can be spent.
    pub available: i64,
    /// What can be spent, in the order in which it is.
    pub lots: Vec<Lot>,
}

/// Which entries of a subject to read.
#[derive(Debug, Clone, Default)]
pub struct HistoryFilter {
    /// All kinds without it.
    pub kind: Option<String>,
    /// All types without it.
    pub entry_type: Option<EntryType>,
    /// Booked at or after, in seconds since 1970.
    pub since: Option<i64>,
    /// Booked before, in seconds since 1970.
    pub until: Option<i64>,
    /// The newest so many.
    pub limit: Option<usize>,
}

/// The columns that [`entry`] reads, of entries joined with their accounts.
pub(super) const COLUMNS: &str = "number, subject, kind, type, amount, asked, credit_entries.balance, at, expires_at, actor, \
     reason, reference, key, reverses, approver";
pub(super) const FROM: &str = "credit_entries JOIN credit_accounts ON credit_accounts.id = account";

pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let name: String = row.get(3)?;
    let entry_type = name
        .parse()
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(3, Type::Text, Box::new(error)))?;
    Ok(Entry {
        number: row.get(0)?,
        subject: row.get(1)?,
        kind: row.get(2)?,
        entry_type,
        amount: row.get(4)?,
        asked: row.get(5)?,
        balance: row.get(6)?,
        at: row.get(7)?,
        expires_at: row.get(8)?,
        actor: row.get(9)?,
        reason: row.get(10)?,
        reference: row.get(11)?,
        key: row.get(12)?,
        reverses: row.get(13)?,
        approver: row.get(14)?,
    })
}

pub(super) fn entry_at(connection: &Connection, number: i64) -> rusqlite::Result<Option<Entry>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM {FROM} WHERE number = ?1"))?
        .query_row([number], entry)
        .optional()
}

pub(in crate::store::books) fn entry_of_key(
    connection: &Connection,
    key: &str,
) -> rusqlite::Result<Option<Entry>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM {FROM} WHERE key = ?1"))?
        .query_row([key], entry)
        .optional()
}

pub(in crate::store::books) fn reversal_of(
    connection: &Connection,
    number: i64,
) -> rusqlite::Result<Option<Entry>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM {FROM} WHERE reverses = ?1"))?
        .query_row([number], entry)
        .optional()
}

/// The first of a derived booking's keys that nothing has: `base`, `base:2`, `base:3` and so on, from the one of the number
/// `first`. Books may have had one of them given by hand.
pub(super) fn free_key(connection: &Connection, base: &str, first: i64) -> rusqlite::Result<String> {
    let mut taken = connection.prepare_cached(
        "SELECT 1 FROM credit_entries WHERE key = ?1 UNION ALL SELECT 1 FROM credit_proposals WHERE key = ?1",
    )?;
    let mut number = first;
    loop {
        let key = numbered(base, number);
        if !taken.exists([&key])? {
            return Ok(key);
        }
        number += 1;
    }
}

fn numbered(base: &str, number: i64) -> String {
    if number <= 1 { base.to_owned() } else { format!("{base}:{number}") }
}

/// All entries in their order, with their hashes.
pub(super) fn each_entry(
    connection: &Connection,
    mut see: impl FnMut(rusqlite::Result<(Entry, Vec<u8>)>) -> bool,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS}, hash FROM {FROM} ORDER BY number"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if !see(entry(row).and_then(|entry| Ok((entry, row.get(15)?)))) {
            break;
        }
    }
    Ok(())
}

pub(super) fn lot(row: &Row<'_>) -> rusqlite::Result<Lot> {
    Ok(Lot { entry: row.get(0)?, remaining: row.get(1)?, expires_at: row.get(2)? })
}

/// The lots of an account with something left, in their spending order.
pub(super) const LOTS_TO_SPEND: &str = "SELECT entry, remaining, expires_at FROM credit_lots \
     WHERE account = ?1 AND remaining > 0 ORDER BY expires_at IS NULL, expires_at, entry";

impl Books {
    /// What a subject has of a kind of credits at a time, in seconds since 1970. `None` if nothing was ever booked.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn credit_account(&self, subject: &str, kind: &str, now: i64) -> anyhow::Result<Option<Account>> {
        let read = || -> rusqlite::Result<Option<Account>> {
            // One look at the file: balance and lots belong together.
            let look = self.connection.unchecked_transaction()?;
            let found: Option<(i64, i64)> = look
                .prepare_cached("SELECT id, balance FROM credit_accounts WHERE subject = ?1 AND kind = ?2")?
                .query_row([subject, kind], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((id, booked)) = found else { return Ok(None) };
            let lots: Vec<Lot> =
                look.prepare_cached(LOTS_TO_SPEND)?.query_map([id], lot)?.collect::<rusqlite::Result<_>>()?;
            let lots: Vec<Lot> = lots.into_iter().filter(|lot| !lot.is_due(now)).collect();
            let available = lots.iter().map(|lot| lot.remaining).sum();
            Ok(Some(Account { subject: subject.to_owned(), kind: kind.to_owned(), booked, available, lots }))
        };
        self.explain(read())
    }

    /// The kinds of credits that a subject has an account of, by name.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn credit_kinds(&self, subject: &str) -> anyhow::Result<Vec<String>> {
        let read = || {
            self.connection
                .prepare_cached("SELECT kind FROM credit_accounts WHERE subject = ?1 ORDER BY kind")?
                .query_map([subject], |row| row.get(0))?
                .collect()
        };
        self.explain(read())
    }

    /// The entry with a number.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn credit_entry(&self, number: i64) -> anyhow::Result<Option<Entry>> {
        self.explain(entry_at(&self.connection, number))
    }

    /// The key to book under what a subject is given once under `key`; `None` if it is booked. Where something else has that
    /// key, it is the next one that nothing has.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn key_to_give(&self, subject: &str, key: &str) -> anyhow::Result<Option<String>> {
        let read = || -> rusqlite::Result<Option<String>> {
            let mut number = 1;
            loop {
                let candidate = numbered(key, number);
                match entry_of_key(&self.connection, &candidate)? {
                    Some(booked) if booked.subject == subject && booked.amount > 0 => return Ok(None),
                    None if proposal_of_key(&self.connection, &candidate)?.is_none() => {
                        return Ok(Some(candidate));
                    }
                    Some(_) | None => number += 1,
                }
            }
        };
        self.explain(read())
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn credit_entries(&self) -> anyhow::Result<i64> {
        // They are numbered without gaps.
        let sql = "SELECT coalesce(max(number), 0) FROM credit_entries";
        self.explain(self.connection.query_row(sql, [], |row| row.get(0)))
    }

    /// Entries of a subject, the newest last.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn credit_history(&self, subject: &str, filter: &HistoryFilter) -> anyhow::Result<Vec<Entry>> {
        let HistoryFilter { kind, entry_type, since, until, limit } = filter;
        let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let read = || -> rusqlite::Result<Vec<Entry>> {
            // By account: its entries lie together in the index, and a limit reads no further.
            let accounts: Vec<i64> = self
                .connection
                .prepare_cached(
                    "SELECT id FROM credit_accounts WHERE subject = ?1 AND (?2 IS NULL OR kind = ?2)",
                )?
                .query_map((subject, kind), |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let (from, to) = (since.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX));
            let mut entries = Vec::new();
            for account in accounts {
                // Each narrowing by the index that has its entries together, so that the newest few cost what they are.
                let narrowed = match (entry_type, since, until) {
                    (_, None, None) if entry_type.is_some_and(|wanted| wanted != EntryType::Deduction) => {
                        "type = ?2 AND type <> 'deduction' AND ?3 < ?4 ORDER BY number DESC"
                    }
                    (_, None, None) => "(?2 IS NULL OR type = ?2) AND ?3 < ?4 ORDER BY number DESC",
                    _ => "(?2 IS NULL OR type = ?2) AND at >= ?3 AND at < ?4 ORDER BY at DESC, number DESC",
                };
                let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE account = ?1 AND {narrowed} LIMIT ?5");
                let mut statement = self.connection.prepare_cached(&sql)?;
                let names = entry_type.map(EntryType::name);
                for found in statement.query_map(params![account, names, from, to, limit], entry)? {
                    entries.push(found?);
                }
            }
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.number));
            entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            entries.reverse();
            Ok(entries)
        };
        self.explain(read())
    }
}
