//! An entry of the ledger.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// What an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryType {
    /// Given by somebody.
    Grant,
    /// Bought: a credit pack was paid.
    Purchase,
    /// Given by the plan at the start of a period.
    MonthlyGrant,
    /// Spent.
    Deduction,
    /// A lot's rest, on the day it expired.
    Expiry,
    /// Set right by support, up or down.
    Adjustment,
    /// Another entry undone.
    Reversal,
    /// Taken back because the money for it went back.
    Refund,
}

impl EntryType {
    pub const ALL: [EntryType; 8] = [
        EntryType::Grant,
        EntryType::Purchase,
        EntryType::MonthlyGrant,
        EntryType::Deduction,
        EntryType::Expiry,
        EntryType::Adjustment,
        EntryType::Reversal,
        EntryType::Refund,
    ];

    /// Its name in the store, in JSON and in tables.
    pub fn name(self) -> &'static str {
        match self {
            EntryType::Grant => "grant",
            EntryType::Purchase => "purchase",
            EntryType::MonthlyGrant => "monthly_grant",
            EntryType::Deduction => "deduction",
            EntryType::Expiry => "expiry",
            EntryType::Adjustment => "adjustment",
            EntryType::Reversal => "reversal",
            EntryType::Refund => "refund",
        }
    }
}

impl fmt::Display for EntryType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no type of entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no type of entry: there are {names}", names = EntryType::ALL.map(EntryType::name).join(", "))]
pub struct UnknownType(pub String);

impl FromStr for EntryType {
    type Err = UnknownType;

    fn from_str(name: &str) -> Result<EntryType, UnknownType> {
        EntryType::ALL
            .into_iter()
            .find(|known| known.name() == name)
            .ok_or_else(|| UnknownType(name.to_owned()))
    }
}

/// An entry as it stands in the ledger. None is ever changed or taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number: 1 for the ledger's first, without gaps.
    pub number: i64,
    pub subject: String,
    /// The kind of credits.
    pub kind: String,
    pub entry_type: EntryType,
    /// Credits added, or below zero: taken. Never zero.
    pub amount: i64,
    /// What was asked for: more than `amount` where somebody took as much as there was.
    pub asked: i64,
    /// The balance of this subject and kind after it; never below zero.
    pub balance: i64,
    /// When it was booked, in seconds since 1970.
    pub at: i64,
    /// When the credits that it added expire, in seconds since 1970.
    pub expires_at: Option<i64>,
    /// Who booked it.
    pub actor: String,
    /// Who approved it, where the policy asks for a second person.
    pub approver: Option<String>,
    /// Why, in words.
    pub reason: String,
    /// What it follows from: an event, a session, an invoice, a ticket.
    pub reference: Option<String>,
    /// No two entries have the same.
    pub key: String,
    /// The number of the entry that it undoes.
    pub reverses: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_read_by_the_name_it_is_written_with() {
        for known in EntryType::ALL {
            assert_eq!(known.name().parse(), Ok(known));
        }
        assert!("gift".parse::<EntryType>().unwrap_err().to_string().contains("monthly_grant"));
    }
}
