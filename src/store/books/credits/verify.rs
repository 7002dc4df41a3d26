//! Proving the ledger: the chain of hashes, every sum, and every lot.

use std::collections::HashMap;
use std::fmt;

use rusqlite::OptionalExtension as _;

use super::read::each_entry;
use crate::billing::credits::Entry;
use crate::billing::credits::chain::{self, Hash};
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
            Fault::Balance { .. } => None,
        }
    }
}

impl Books {
    /// Checks every entry, sum and lot. `seen` is called with the number of each entry as it is read.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn verify_credits(&self, mut seen: impl FnMut(i64)) -> anyhow::Result<Verified> {
        let mut walk = Walk { head: chain::START, number: 0, balances: HashMap::new(), fault: None };
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
