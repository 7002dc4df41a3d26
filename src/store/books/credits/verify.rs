//! Proving the ledger: the chain of hashes, every sum, every lot, and the indexes that bookings trust.

use std::collections::{BTreeMap, HashMap, hash_map};
use std::fmt;

use rusqlite::{Connection, ErrorCode};

use super::beside::{
    first_bad_lot, first_bad_structure, first_key_used_twice, first_missing_guard, last_is_missing,
};
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
    /// The entry whose hash was expected, if one was and there is such an entry; 0 for what stands before the first.
    pub expected: Option<i64>,
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
    /// A lot is missing or nobody gave it, it is another account's, or it expires at another time than its entry says.
    OtherLot { number: i64 },
    /// An entry moved credits in a lot that it can't move.
    OtherMove { number: i64, lot: i64 },
    /// How many accounts are said to begin on each day is not what the entries say.
    Openings { kind: String },
    /// Two entries have the same key.
    Key { number: i64, first: i64, key: String },
    /// The file's own structure is damaged: an index is not what its table says, or a page can't be read.
    Damaged { what: String },
    /// No entry has the hash that somebody kept elsewhere: the ledger is another one, or its end was cut off.
    NotExpected { hash: Hash },
    /// A rule of the database that keeps entries from being changed is not what it was made as.
    Unguarded { rule: String },
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
            Fault::OtherLot { number } => {
                write!(f, "the lot of entry {number} is not what the entry says")
            }
            Fault::OtherMove { number, lot } => {
                write!(f, "entry {number} moved credits in the lot of entry {lot}, which it can't have moved")
            }
            Fault::Openings { kind } => {
                write!(
                    f,
                    "how many accounts of the credits `{kind}` began on each day is not what the entries say"
                )
            }
            Fault::Key { number, first, key } => {
                write!(f, "entry {number} has the key `{key}`, which entry {first} has, too")
            }
            Fault::Damaged { what } => write!(f, "the file is damaged: {what}"),
            Fault::NotExpected { hash } => write!(
                f,
                "no entry has the hash {}: entries were cut off, or all were written anew",
                hex::encode(hash)
            ),
            Fault::Unguarded { rule } => {
                write!(f, "the database's rule `{rule}` was changed or taken away")
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
            | Fault::Lot { number, .. }
            | Fault::OtherLot { number }
            | Fault::OtherMove { number, .. }
            | Fault::Key { number, .. } => Some(*number),
            Fault::Balance { .. }
            | Fault::Day { .. }
            | Fault::Openings { .. }
            | Fault::Damaged { .. }
            | Fault::NotExpected { .. }
            | Fault::Unguarded { .. } => None,
        }
    }
}

impl Books {
    /// Checks every entry, sum, lot and index, and that an entry has the `expected` hash if there is one. What of the ledger's
    /// tables can't be read is a fault, too. `seen` is called with the number of each entry as it is read.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn verify_credits(
        &self,
        expected: Option<Hash>,
        mut seen: impl FnMut(i64),
    ) -> anyhow::Result<Verified> {
        let mut walk = Walk {
            head: chain::START,
            expected: Expected { hash: expected, found: (expected == Some(chain::START)).then_some(0) },
            number: 0,
            balances: HashMap::new(),
            days: BTreeMap::new(),
            openings: BTreeMap::new(),
            fault: None,
        };
        let check = || -> rusqlite::Result<Verified> {
            let look = self.connection.unchecked_transaction()?;
            let walked = each_entry(&look, |read| {
                seen(walk.number + 1);
                walk.step(read);
                walk.fault.is_none()
            });
            let entries = walk.number;
            if let Err(error) = walked {
                let why = damage(error)?;
                walk.fault = Some(Fault::Unreadable { number: entries + 1, why });
            }
            if walk.fault.is_none() {
                walk.fault = match walk.fault_beside(&look) {
                    Ok(fault) => fault,
                    Err(error) => Some(Fault::Damaged { what: damage(error)? }),
                };
            }
            let accounts = match count_accounts(&look) {
                Ok(accounts) => accounts,
                Err(error) => {
                    let what = damage(error)?;
                    walk.fault.get_or_insert(Fault::Damaged { what });
                    0
                }
            };
            let (fault, expected) = (walk.fault.take(), walk.expected.found);
            Ok(Verified { entries, accounts, fault, head: walk.head, expected })
        };
        let mut check = check;
        let verified = check();
        self.explain(verified)
    }
}

/// What is known after the entries read so far.
struct Walk {
    head: Hash,
    expected: Expected,
    number: i64,
    balances: HashMap<(String, String), i64>,
    /// What each kind and type added and took on each day, and how many entries there were.
    days: BTreeMap<(i64, String, EntryType), [i64; 3]>,
    /// How many accounts of each kind had their first entry on each day.
    openings: BTreeMap<(i64, String), i64>,
    fault: Option<Fault>,
}

/// A hash that somebody kept, and the entry that has it.
struct Expected {
    hash: Option<Hash>,
    found: Option<i64>,
}

impl Expected {
    fn missed(&self) -> Option<Fault> {
        self.hash.filter(|_| self.found.is_none()).map(|hash| Fault::NotExpected { hash })
    }
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
        let day = entry.at / 86_400;
        let balance = match self.balances.entry((entry.subject, entry.kind)) {
            hash_map::Entry::Occupied(known) => known.into_mut(),
            hash_map::Entry::Vacant(new) => {
                *self.openings.entry((day, new.key().1.clone())).or_default() += 1;
                new.insert(0)
            }
        };
        *balance = balance.saturating_add(entry.amount);
        if *balance != entry.balance {
            self.fault = Some(Fault::Sum { number, says: entry.balance, sum: *balance });
            return;
        }
        if self.expected.hash == Some(expected) {
            self.expected.found = Some(number);
        }
        self.head = expected;
        self.number = number;
    }
}

impl Walk {
    /// What is wrong with all that is kept beside the entries, once they are found whole.
    fn fault_beside(&mut self, connection: &Connection) -> rusqlite::Result<Option<Fault>> {
        if let Some(fault) = last_is_missing(connection, self.number)? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.expected.missed() {
            return Ok(Some(fault));
        }
        if let Some(fault) = first_key_used_twice(connection)? {
            return Ok(Some(fault));
        }
        if let Some(fault) = first_bad_lot(connection)? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.first_bad_day(connection)? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.first_bad_opening(connection)? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.first_bad_balance(connection)? {
            return Ok(Some(fault));
        }
        if let Some(fault) = first_bad_structure(connection)? {
            return Ok(Some(fault));
        }
        first_missing_guard(connection)
    }

    fn first_bad_balance(&self, connection: &Connection) -> rusqlite::Result<Option<Fault>> {
        let mut statement = connection
            .prepare("SELECT subject, kind, balance FROM credit_accounts NOT INDEXED ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (account, says): ((String, String), i64) = ((row.get(0)?, row.get(1)?), row.get(2)?);
            let sum = self.balances.get(&account).copied().unwrap_or(0);
            if sum != says {
                let (subject, kind) = account;
                return Ok(Some(Fault::Balance { subject, kind, says, sum }));
            }
        }
        Ok(None)
    }

    fn first_bad_opening(&mut self, connection: &Connection) -> rusqlite::Result<Option<Fault>> {
        let mut statement =
            connection.prepare("SELECT day, kind, accounts FROM credit_openings ORDER BY day, kind")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (day, kind, says): (i64, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if self.openings.remove(&(day, kind.clone())) != Some(says) {
                return Ok(Some(Fault::Openings { kind }));
            }
        }
        Ok(self.openings.pop_first().map(|((_, kind), _)| Fault::Openings { kind }))
    }

    /// Compares what is kept by day with what the entries add up to.
    fn first_bad_day(&mut self, connection: &Connection) -> rusqlite::Result<Option<Fault>> {
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

fn count_accounts(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT count(*) FROM credit_accounts NOT INDEXED", [], |row| row.get(0))
}

/// What is damaged, in words.
///
/// # Errors
/// The error itself, where it says nothing of what is in the file: that it is locked, or that the disk failed.
fn damage(error: rusqlite::Error) -> rusqlite::Result<String> {
    let is_damage = match &error {
        rusqlite::Error::SqliteFailure(..) => error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt),
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..) => true,
        _ => false,
    };
    if is_damage { Ok(error.to_string()) } else { Err(error) }
}
