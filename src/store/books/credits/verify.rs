//! Proving the ledger: the chain of hashes, every sum, and every lot.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use rusqlite::OptionalExtension as _;

use super::days::MOST_OF_A_DAY;
use super::read::each_entry;
use crate::billing::credits::chain::{self, Hash};
use crate::billing::credits::{Entry, EntryType};
use crate::store::books::Books;

/// What a check of the whole ledger found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Entries that were read, up to the first bad one.
    pub entries: i64,
    pub accounts: i64,
    /// The first thing that is wrong.
    pub fault: Option<Fault>,
    /// The hash of the last entry: whoever keeps it elsewhere can tell later that nothing before it was changed.
    pub head: Hash,
}

/// What is wrong with a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An entry is not there.
    Missing { number: i64 },
    /// An entry is not what was written, or does not follow the one before it.
    Changed { number: i64 },
    /// An entry can't be read at all.
    Unreadable { number: i64, why: String },
    /// An entry's balance is not the sum of its account's entries.
    Sum { number: i64, says: i64, sum: i64 },
    /// An account's balance is not the sum of its entries.
    Balance { subject: String, kind: String, says: i64, sum: i64 },
    /// What an entry moved in or out of lots is not its amount.
    Moves { number: i64, amount: i64, moved: i64 },
    /// What the reports read of a day is not the sum of its entries.
    Day { kind: String },
    /// What is left of a lot is not what its moves leave.
    Lot { number: i64, says: i64, sum: i64 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Missing { number } => write!(f, "entry {number} is missing"),
            Fault::Changed { number } => {
                write!(f, "entry {number} is not what was written: its hash does not fit")
            }
            Fault::Unreadable { number, why } => write!(f, "entry {number} can't be read: {why}"),
            Fault::Sum { number, says, sum } => {
                write!(f, "entry {number} says a balance of {says}, and the entries up to it add up to {sum}")
            }
            Fault::Balance { subject, kind, says, sum } => {
                write!(f, "the balance of `{subject}` ({kind}) says {says}, and its entries add up to {sum}")
            }
            Fault::Moves { number, amount, moved } => {
                write!(f, "entry {number} has {amount}, and moved {moved} in its lots")
            }
            Fault::Day { kind } => {
                write!(f, "what is kept by day of the credits `{kind}` is not what the entries add up to")
            }
            Fault::Lot { number, says, sum } => {
                write!(f, "the lot of entry {number} says that {says} are left, and its moves leave {sum}")
            }
        }
    }
}

impl Fault {
    /// The entry that it is about, if it is about one.
    pub fn number(&self) -> Option<i64> {
        match self {
            Fault::Missing { number }
            | Fault::Changed { number }
            | Fault::Unreadable { number, .. }
            | Fault::Sum { number, .. }
            | Fault::Moves { number, .. }
            | Fault::Lot { number, .. } => Some(*number),
            Fault::Balance { .. } | Fault::Day { .. } => None,
        }
    }
}

impl Books {
    /// Checks every entry, sum and lot. `seen` is called with the number of each entry as it is read.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn verify_credits(&self, mut seen: impl FnMut(i64)) -> anyhow::Result<Verified> {
        let mut walk = Walk {
            head: chain::START,
            number: 0,
            balances: HashMap::new(),
            days: BTreeMap::new(),
            fault: None,
        };
        let check = || -> rusqlite::Result<Verified> {
            let look = self.connection.unchecked_transaction()?;
            each_entry(&look, |read| {
                seen(walk.number + 1);
                walk.step(read);
                walk.fault.is_none()
            })?;
            let entries = walk.number;
            if walk.fault.is_none() {
                walk.fault = last_is_missing(&look, entries)?;
            }
            if walk.fault.is_none() {
                walk.fault = first_bad_lot(&look)?;
            }
            if walk.fault.is_none() {
                walk.fault = walk.first_bad_day(&look)?;
            }
            let mut accounts = 0;
            let mut statement =
                look.prepare("SELECT subject, kind, balance FROM credit_accounts ORDER BY id")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (subject, kind, says): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
                accounts += 1;
                let account = (subject, kind);
                let sum = walk.balances.get(&account).copied().unwrap_or(0);
                if walk.fault.is_none() && sum != says {
                    let (subject, kind) = account;
                    walk.fault = Some(Fault::Balance { subject, kind, says, sum });
                }
            }
            Ok(Verified { entries, accounts, fault: walk.fault.take(), head: walk.head })
        };
        let mut check = check;
        let verified = check();
        self.explain(verified)
    }
}

/// What is known after the entries read so far.
struct Walk {
    head: Hash,
    number: i64,
    balances: HashMap<(String, String), i64>,
    /// What each kind and type added and took on each day, and how many entries there were.
    days: BTreeMap<(i64, String, EntryType), [i64; 3]>,
    fault: Option<Fault>,
}

impl Walk {
    fn step(&mut self, read: rusqlite::Result<(Entry, Vec<u8>)>) {
        let number = self.number + 1;
        let (entry, hash) = match read {
            Ok(read) => read,
            Err(error) => {
                self.fault = Some(Fault::Unreadable { number, why: error.to_string() });
                return;
            }
        };
        if entry.number != number {
            self.fault = Some(Fault::Missing { number });
            return;
        }
        let expected = chain::hash(&self.head, &entry);
        if hash != expected {
            self.fault = Some(Fault::Changed { number });
            return;
        }
        let day = self.days.entry((entry.at / 86_400, entry.kind.clone(), entry.entry_type)).or_default();
        let more = [1, entry.amount.max(0), entry.amount.min(0).saturating_neg()];
        for (sum, more) in day.iter_mut().zip(more) {
            *sum = sum.saturating_add(more).min(MOST_OF_A_DAY);
        }
        let balance = self.balances.entry((entry.subject, entry.kind)).or_default();
        *balance = balance.saturating_add(entry.amount);
        if *balance != entry.balance {
            self.fault = Some(Fault::Sum { number, says: entry.balance, sum: *balance });
            return;
        }
        self.head = expected;
        self.number = number;
    }
}

impl Walk {
    /// Compares what is kept by day with what the entries add up to.
    fn first_bad_day(&mut self, connection: &rusqlite::Connection) -> rusqlite::Result<Option<Fault>> {
        let mut statement = connection
            .prepare("SELECT day, kind, type, entries, added, taken FROM credit_days ORDER BY day")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (kind, name): (String, String) = (row.get(1)?, row.get(2)?);
            let says = [row.get(3)?, row.get(4)?, row.get(5)?];
            let sum = match name.parse() {
                Ok(entry_type) => self.days.remove(&(row.get(0)?, kind.clone(), entry_type)),
                Err(_) => None,
            };
            if sum != Some(says) {
                return Ok(Some(Fault::Day { kind }));
            }
        }
        Ok(self.days.pop_first().map(|((_, kind, _), _)| Fault::Day { kind }))
    }
}

fn last_is_missing(connection: &rusqlite::Connection, last: i64) -> rusqlite::Result<Option<Fault>> {
    let highest: Option<i64> = connection
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'credit_entries'", [], |row| row.get(0))
        .optional()?;
    Ok(highest.filter(|highest| *highest > last).map(|_| Fault::Missing { number: last + 1 }))
}

fn first_bad_lot(connection: &rusqlite::Connection) -> rusqlite::Result<Option<Fault>> {
    let moves: Option<(i64, i64, i64)> = connection
        .query_row(
            "SELECT number, amount, moved FROM (
                SELECT number, credit_entries.amount, coalesce(sum(credit_moves.amount), 0) AS moved
                FROM credit_entries LEFT JOIN credit_moves ON entry = number GROUP BY number
             ) WHERE amount <> moved ORDER BY number LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    if let Some((number, amount, moved)) = moves {
        return Ok(Some(Fault::Moves { number, amount, moved }));
    }
    let lot: Option<(i64, i64, i64)> = connection
        .query_row(
            "SELECT entry, remaining, moved FROM credit_lots LEFT JOIN (
                SELECT lot, sum(amount) AS moved FROM credit_moves GROUP BY lot
             ) ON lot = entry WHERE remaining <> coalesce(moved, 0) ORDER BY entry LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    Ok(lot.map(|(number, says, sum)| Fault::Lot { number, says, sum }))
}
