//! What was booked on each day, kept up with every entry: reports cost what they print, however long the ledger is.

use rusqlite::params;

use crate::billing::credits::{DayTotal, Opened};
use crate::store::books::Books;

/// A day has 24 hours of UTC and is counted from 1970. Sums stop far from the end of 64 bits; no balance comes of them.
pub(in crate::store::books) const DAYS: &str = "
    CREATE TABLE credit_days (
        day INTEGER NOT NULL,
        kind TEXT NOT NULL,
        type TEXT NOT NULL,
        entries INTEGER NOT NULL,
        added INTEGER NOT NULL,
        taken INTEGER NOT NULL,
        PRIMARY KEY (day, kind, type)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE credit_openings (
        day INTEGER NOT NULL,
        kind TEXT NOT NULL,
        accounts INTEGER NOT NULL,
        PRIMARY KEY (day, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX credit_entries_by_time ON credit_entries (account, at);
    CREATE INDEX credit_entries_by_type ON credit_entries (account, type, number) WHERE type <> 'deduction';
    INSERT INTO credit_days
        SELECT at / 86400, kind, type, count(*), sum(max(amount, 0)), sum(max(-amount, 0))
        FROM credit_entries JOIN credit_accounts ON credit_accounts.id = account GROUP BY 1, 2, 3;
    INSERT INTO credit_openings
        SELECT at / 86400, kind, count(*)
        FROM (SELECT account AS opened, min(number) AS first FROM credit_entries GROUP BY account)
        JOIN credit_entries ON number = first JOIN credit_accounts ON credit_accounts.id = opened GROUP BY 1, 2;
    CREATE TRIGGER credit_entries_by_day AFTER INSERT ON credit_entries BEGIN
        INSERT INTO credit_days (day, kind, type, entries, added, taken)
            SELECT NEW.at / 86400, kind, NEW.type, 1, max(NEW.amount, 0), max(-NEW.amount, 0)
            FROM credit_accounts WHERE id = NEW.account
            ON CONFLICT (day, kind, type) DO UPDATE SET
                entries = entries + 1,
                added = min(added + excluded.added, 4000000000000000000),
                taken = min(taken + excluded.taken, 4000000000000000000);
        INSERT INTO credit_openings (day, kind, accounts)
            SELECT NEW.at / 86400, kind, 1 FROM credit_accounts WHERE id = NEW.account
            AND NOT EXISTS (SELECT 1 FROM credit_entries WHERE account = NEW.account AND number < NEW.number)
            ON CONFLICT (day, kind) DO UPDATE SET accounts = accounts + 1;
    END;";

/// Where the sums of a day stop: far from the end of 64 bits.
pub(super) const MOST_OF_A_DAY: i64 = 4_000_000_000_000_000_000;

/// A subject that has little left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowBalance {
    pub subject: String,
    /// What can be spent.
    pub balance: i64,
}

/// Whose balances to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowBalanceQuery<'a> {
    pub kind: &'a str,
    /// Balances less than this.
    pub below: i64,
    /// Only subjects for whom something was booked at or after, in seconds since 1970.
    pub active_since: Option<i64>,
    /// In seconds since 1970.
    pub now: i64,
    /// The most subjects that are named: those with the least.
    pub limit: usize,
}

impl Books {
    /// What was booked by the end of a day, for each day before, kind and type; by day.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn credit_days(&self, through: i64) -> anyhow::Result<Vec<DayTotal>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT day, kind, type, entries, added, taken FROM credit_days WHERE day <= ?1
                     ORDER BY day, kind, type",
                )?
                .query_map([through], |row| {
                    let name: String = row.get(2)?;
                    let entry_type = name.parse().map_err(|error| {
                        rusqlite::Error::FromSqlConversionFailure(
                            2,
                            rusqlite::types::Type::Text,
                            Box::new(error),
                        )
                    })?;
                    Ok(DayTotal {
                        day: row.get(0)?,
                        kind: row.get(1)?,
                        entry_type,
                        entries: row.get(3)?,
                        added: row.get(4)?,
                        taken: row.get(5)?,
                    })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// How many accounts had their first entry on each day up to one, by day.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn credit_openings(&self, through: i64) -> anyhow::Result<Vec<Opened>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT day, kind, accounts FROM credit_openings WHERE day <= ?1 ORDER BY day, kind",
                )?
                .query_map([through], |row| {
                    Ok(Opened { day: row.get(0)?, kind: row.get(1)?, accounts: row.get(2)? })
                })?
                .collect()
        };
        self.explain(read())
    }

    /// How many subjects have less than a threshold, and those with the least.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn low_credit_balances(&self, query: &LowBalanceQuery<'_>) -> anyhow::Result<(i64, Vec<LowBalance>)> {
        let LowBalanceQuery { kind, below, active_since, now, limit } = *query;
        // What has expired can't be spent, booked or not. Most accounts have nothing that is due.
        let low = "WITH low AS MATERIALIZED (
                SELECT subject, balance - coalesce(due, 0) AS available
                FROM credit_accounts LEFT JOIN (
                    SELECT account, sum(remaining) AS due FROM credit_lots
                    WHERE remaining > 0 AND expires_at IS NOT NULL AND expires_at <= ?3 GROUP BY account
                ) ON account = id
                WHERE kind = ?1 AND balance - coalesce(due, 0) < ?2
                AND (?4 IS NULL OR ?4 <= (SELECT at FROM credit_entries WHERE credit_entries.account = id
                                          ORDER BY number DESC LIMIT 1))
            )";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let read = || -> rusqlite::Result<(i64, Vec<LowBalance>)> {
            let sql = format!(
                "{low} SELECT subject, available, (SELECT count(*) FROM low) FROM low ORDER BY available, subject LIMIT ?5"
            );
            let mut count = 0;
            let named = self
                .connection
                .prepare_cached(&sql)?
                .query_map(params![kind, below, now, active_since, limit], |row| {
                    count = row.get(2)?;
                    Ok(LowBalance { subject: row.get(0)?, balance: row.get(1)? })
                })?
                .collect::<rusqlite::Result<_>>()?;
            Ok((count, named))
        };
        self.explain(read())
    }
}
