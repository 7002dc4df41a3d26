//! Booking the expiry of lots whose day has come.

use rusqlite::{Connection, TransactionBehavior};

use super::entry::{Account, Draft, Moves, account_of_id, insert};
use super::read::{free_key, lot};
use crate::billing::credits::{Entry, EntryType, Lot, Part};
use crate::store::books::Books;

/// Who books what falls due by itself.
pub(super) const BY_ITSELF: &str = "billctl";

impl Books {
    /// Books the expiry of every lot whose day has come. `now` is in seconds since 1970.
    ///
    /// # Errors
    /// As [`Books::post_credits`]; what is booked by then stays.
    pub fn expire_credits(&mut self, now: i64) -> anyhow::Result<Vec<Entry>> {
        let due = self.explain(due_accounts(&self.connection, now))?;
        let mut expired = Vec::new();
        for id in due {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
            let transaction = transaction.map_err(|error| self.file.explain(error))?;
            let all = || -> rusqlite::Result<Vec<Entry>> {
                let mut account = account_of_id(&transaction, id)?;
                let entries = expire(&transaction, &mut account, now)?;
                transaction.commit()?;
                Ok(entries)
            };
            let entries = all();
            expired.extend(self.explain(entries)?);
        }
        Ok(expired)
    }

    /// The lots whose day has come, with their subjects and kinds.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn due_credits(&self, now: i64) -> anyhow::Result<Vec<(String, String, Lot)>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT entry, remaining, expires_at, subject, kind FROM credit_lots
                     JOIN credit_accounts ON credit_accounts.id = account
                     WHERE remaining > 0 AND expires_at IS NOT NULL AND expires_at <= ?1 ORDER BY expires_at, entry",
                )?
                .query_map([now], |row| Ok((row.get(3)?, row.get(4)?, lot(row)?)))?
                .collect()
        };
        self.explain(read())
    }
}

/// Books the expiry of an account's lots whose day has come.
pub(super) fn expire(
    connection: &Connection,
    account: &mut Account,
    now: i64,
) -> rusqlite::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for due in due_lots(connection, account.id, now)? {
        // A lot that got something back after it expired expires again.
        let times: i64 = connection
            .prepare_cached(
                "SELECT count(*) FROM credit_moves JOIN credit_entries ON number = entry
                 WHERE lot = ?1 AND entry IN (SELECT number FROM credit_entries WHERE account = ?2 AND type = 'expiry')",
            )?
            .query_row((due.entry, account.id), |row| row.get(0))?;
        let key = free_key(connection, &format!("expiry:{}", due.entry), times + 1)?;
        let draft = Draft {
            entry_type: EntryType::Expiry,
            amount: -due.remaining,
            asked: -due.remaining,
            expires_at: None,
            actor: BY_ITSELF,
            approver: None,
            reason: "expired",
            reference: None,
            key: &key,
            reverses: None,
        };
        let parts = Moves::OutOf(vec![Part { lot: due.entry, amount: due.remaining }]);
        entries.push(insert(connection, account, &draft, &parts, now)?);
    }
    Ok(entries)
}

pub(super) fn due_lots(connection: &Connection, account: i64, now: i64) -> rusqlite::Result<Vec<Lot>> {
    connection
        .prepare_cached(
            "SELECT entry, remaining, expires_at FROM credit_lots
             WHERE account = ?1 AND remaining > 0 AND expires_at IS NULL = 0 AND expires_at <= ?2
             ORDER BY expires_at, entry",
        )?
        .query_map((account, now), lot)?
        .collect()
}

fn due_accounts(connection: &Connection, now: i64) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached(
            "SELECT DISTINCT account FROM credit_lots
             WHERE remaining > 0 AND expires_at IS NOT NULL AND expires_at <= ?1 ORDER BY account",
        )?
        .query_map([now], |row| row.get(0))?
        .collect()
}
