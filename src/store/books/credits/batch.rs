//! Many bookings in one transaction.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::post::{ByHand, Keep, Posting, post};
use crate::billing::credits::{Limits, Request};
use crate::store::books::Books;
use crate::store::sqlite::File;

/// What all accounts of a kind of credits hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindTotal {
    pub kind: String,
    pub accounts: i64,
    pub balance: i64,
}

/// A transaction that many requests are booked in.
#[derive(Debug)]
pub struct CreditBatch<'a> {
    transaction: &'a Transaction<'a>,
    file: &'a File,
    limits: Limits,
    now: i64,
    by_hand: ByHand,
}

impl CreditBatch<'_> {
    /// Books a request as [`Books::post_credits`] does; one that is refused leaves nothing.
    ///
    /// # Errors
    /// If the file can't be written; then the whole batch is lost.
    pub fn post(&mut self, request: &Request) -> anyhow::Result<Posting> {
        let mut post_one = || -> rusqlite::Result<Posting> {
            self.transaction.execute_batch("SAVEPOINT one")?;
            let posting = post(self.transaction, request, &self.limits, self.now, &mut self.by_hand)?;
            let undo = if posting.is_new() { "" } else { "ROLLBACK TO one; " };
            self.transaction.execute_batch(&format!("{undo}RELEASE one"))?;
            Ok(posting)
        };
        let posted = post_one();
        posted.map_err(|error| self.file.explain(error))
    }

    /// What there is of each kind of credits by now, by name.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn totals(&self) -> anyhow::Result<Vec<KindTotal>> {
        totals(self.transaction).map_err(|error| self.file.explain(error))
    }
}

impl Books {
    /// Books all that `work` posts in one transaction, which is kept if `work` says so. Others that write wait meanwhile.
    ///
    /// # Errors
    /// What `work` says, and if the file can't be written; then nothing is booked.
    pub fn credits_in_one<T>(
        &mut self,
        limits: &Limits,
        now: i64,
        work: impl FnOnce(&mut CreditBatch<'_>) -> anyhow::Result<(Keep, T)>,
    ) -> anyhow::Result<T> {
        self.undo_in_memory()?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = transaction.map_err(|error| self.file.explain(error))?;
        let mut batch = CreditBatch {
            transaction: &transaction,
            file: &self.file,
            limits: *limits,
            now,
            by_hand: ByHand::default(),
        };
        let (keep, done) = work(&mut batch)?;
        if keep == Keep::Entry {
            transaction.commit().map_err(|error| self.file.explain(error))?;
        }
        Ok(done)
    }

    /// What there is of each kind of credits, by name.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn credit_totals(&self) -> anyhow::Result<Vec<KindTotal>> {
        self.explain(totals(&self.connection))
    }
}

fn totals(connection: &Connection) -> rusqlite::Result<Vec<KindTotal>> {
    connection
        .prepare_cached(
            "SELECT kind, count(*), sum(balance / 1000000000), sum(balance % 1000000000)
             FROM credit_accounts GROUP BY kind ORDER BY kind",
        )?
        .query_map([], |row| {
            // In two parts: a sum that passes 64 bits would be an error of the database.
            let (large, small): (i64, i64) = (row.get(2)?, row.get(3)?);
            let balance = large.saturating_mul(1_000_000_000).saturating_add(small);
            Ok(KindTotal { kind: row.get(0)?, accounts: row.get(1)?, balance })
        })?
        .collect()
}
