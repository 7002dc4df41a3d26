//! Money that customers are given in Stripe: what was meant, before the first request, and what came of it.
//!
//! Stripe forgets idempotency keys after a day, and two grants of the same amount look alike. So each is noted here first
//! under its key, durably, and what Stripe made of it is noted when its answer is known.

use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};

use super::Books;
use crate::billing::credits::OverMoney;

/// Never changed once it was released; see the migrations.
pub(super) const TABLES: &str = "
    CREATE TABLE money_credits (
        key TEXT PRIMARY KEY,
        subject TEXT NOT NULL,
        customer TEXT NOT NULL,
        request TEXT NOT NULL,
        actor TEXT NOT NULL,
        reason TEXT NOT NULL,
        at INTEGER NOT NULL,
        object TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX money_credits_by_actor ON money_credits (actor, at);
    CREATE TRIGGER money_credits_stay BEFORE UPDATE ON money_credits BEGIN
        SELECT raise(ABORT, 'what was meant stays, and an answer is noted once')
        WHERE OLD.object IS NOT NULL OR NEW.key <> OLD.key OR NEW.subject <> OLD.subject OR NEW.customer <> OLD.customer
            OR NEW.request <> OLD.request OR NEW.actor <> OLD.actor OR NEW.reason <> OLD.reason OR NEW.at <> OLD.at;
    END;
    CREATE TRIGGER money_credits_remain BEFORE DELETE ON money_credits BEGIN
        SELECT raise(ABORT, 'what was meant is never deleted');
    END;";

/// A grant of money as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyCredit {
    /// No two have the same.
    pub key: String,
    pub subject: String,
    pub customer: String,
    /// What is asked of Stripe, as JSON: the same key with another one is refused.
    pub request: String,
    pub actor: String,
    pub reason: String,
    /// When it was first meant, in seconds since 1970.
    pub at: i64,
    /// What Stripe made of it; none while no answer is known.
    pub object: Option<String>,
}

impl Books {
    /// Notes what is meant, durably, or returns what was noted before under the same key. What is new is noted only if
    /// `allow` agrees, which is given what the same actor meant since midnight (UTC); in one transaction, so that two at
    /// once can't both pass a limit.
    ///
    /// # Errors
    /// If the file can't be written: then nothing may be sent. The inner one is the limit that it would pass.
    pub fn intend_money(
        &mut self,
        wanted: &MoneyCredit,
        allow: impl Fn(&[MoneyCredit]) -> Result<(), OverMoney>,
    ) -> anyhow::Result<Result<MoneyCredit, OverMoney>> {
        let mut note = || -> rusqlite::Result<Result<MoneyCredit, OverMoney>> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let MoneyCredit { key, subject, customer, request, actor, reason, at, object: _ } = wanted;
            let is_noted =
                transaction.prepare_cached("SELECT 1 FROM money_credits WHERE key = ?1")?.exists([key])?;
            if !is_noted && let Err(over) = allow(&meant_since(&transaction, actor, midnight(*at))?) {
                return Ok(Err(over));
            }
            transaction
                .prepare_cached(
                    "INSERT OR IGNORE INTO money_credits (key, subject, customer, request, actor, reason, at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![key, subject, customer, request, actor, reason, at])?;
            let noted = transaction
                .prepare_cached("SELECT * FROM money_credits WHERE key = ?1")?
                .query_row([key], money_credit)?;
            transaction.commit()?;
            Ok(Ok(noted))
        };
        let noted = note();
        self.explain(noted)
    }

    /// What an actor meant to give on the day (UTC) of a second.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn money_meant(&self, actor: &str, at: i64) -> anyhow::Result<Vec<MoneyCredit>> {
        let meant = meant_since(&self.connection, actor, midnight(at));
        self.explain(meant)
    }

    /// Notes what Stripe made of it. Noted already, it stays.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn answer_money(&mut self, key: &str, object: &str) -> anyhow::Result<()> {
        let note = || {
            self.connection
                .prepare_cached("UPDATE money_credits SET object = ?2 WHERE key = ?1 AND object IS NULL")?
                .execute((key, object))
                .map(drop)
        };
        self.explain(note())
    }

    /// What was meant under a key.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn money_credit(&self, key: &str) -> anyhow::Result<Option<MoneyCredit>> {
        let read = || {
            self.connection
                .prepare_cached("SELECT * FROM money_credits WHERE key = ?1")?
                .query_row([key], money_credit)
                .optional()
        };
        self.explain(read())
    }
}

fn midnight(at: i64) -> i64 {
    at - at.rem_euclid(86_400)
}

fn meant_since(connection: &Connection, actor: &str, since: i64) -> rusqlite::Result<Vec<MoneyCredit>> {
    connection
        .prepare_cached("SELECT * FROM money_credits WHERE actor = ?1 AND at >= ?2")?
        .query_map((actor, since), money_credit)?
        .collect()
}

fn money_credit(row: &Row<'_>) -> rusqlite::Result<MoneyCredit> {
    Ok(MoneyCredit {
        key: row.get("key")?,
        subject: row.get("subject")?,
        customer: row.get("customer")?,
        request: row.get("request")?,
        actor: row.get("actor")?,
        reason: row.get("reason")?,
        at: row.get("at")?,
        object: row.get("object")?,
    })
}
