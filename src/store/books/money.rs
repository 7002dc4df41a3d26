//! Money that customers are given in Stripe: what was meant, before the first request, and what came of it.
//!
//! Stripe forgets idempotency keys after a day, and two grants of the same amount look alike. So each is noted here first
//! under its key, durably, and what Stripe made of it is noted when its answer is known. Where Stripe refused it, it would
//! give the same answer again to the same idempotency key: the next attempt has one of its own.

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

/// Requests that were begun for a grant, by number. Never changed once it was released; see the migrations.
pub(super) const ATTEMPTS: &str = "
    CREATE TABLE money_attempts (
        key TEXT NOT NULL REFERENCES money_credits (key),
        attempt INTEGER NOT NULL CHECK (attempt > 0),
        at INTEGER NOT NULL,
        refused TEXT,
        PRIMARY KEY (key, attempt)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER money_attempts_once BEFORE INSERT ON money_attempts
    WHEN EXISTS (SELECT 1 FROM money_attempts WHERE key = NEW.key AND (attempt = NEW.attempt OR refused IS NULL))
    BEGIN
        SELECT raise(ABORT, 'an attempt follows one that was refused');
    END;
    CREATE TRIGGER money_attempts_stay BEFORE UPDATE ON money_attempts BEGIN
        SELECT raise(ABORT, 'a refusal is noted once, and an attempt stays')
        WHERE OLD.refused IS NOT NULL OR NEW.key <> OLD.key OR NEW.attempt <> OLD.attempt OR NEW.at <> OLD.at;
    END;
    CREATE TRIGGER money_attempts_remain BEFORE DELETE ON money_attempts BEGIN
        SELECT raise(ABORT, 'attempts are never deleted');
    END;
    CREATE INDEX money_credits_by_customer ON money_credits (customer, at);
    CREATE INDEX money_credits_by_object ON money_credits (object) WHERE object IS NOT NULL;";

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
    /// The last request that was begun for it.
    pub attempt: MoneyAttempt,
}

/// A request to give money, which has an idempotency key of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyAttempt {
    /// 1 for the first.
    pub number: i64,
    /// When it was begun, in seconds since 1970.
    pub at: i64,
    /// Why Stripe refused it, if it did.
    pub refused: Option<String>,
}

impl Books {
    /// Notes what is meant and that a request for it is begun, durably; or returns what was noted before under the same key.
    /// A request whose end is not known is the same one again, and one that was refused is followed by a new one. What is new
    /// is noted only if `allow` agrees, which is given what the same actor meant since midnight (UTC); in one transaction, so
    /// that two at once can't both pass a limit. Nothing is begun where the key stands for something else.
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
            let MoneyCredit { key, subject, customer, request, actor, reason, at, object: _, attempt } =
                wanted;
            let noted = credit_of_key(&transaction, key)?;
            let next = match &noted {
                None => 1,
                Some(noted) if noted.is_for(wanted) && noted.is_refused() => noted.attempt.number + 1,
                Some(noted) => return Ok(Ok(noted.clone())),
            };
            if let Err(over) = allow(&meant_since(&transaction, actor, midnight(attempt.at))?) {
                return Ok(Err(over));
            }
            if noted.is_none() {
                transaction
                    .prepare_cached(
                        "INSERT INTO money_credits (key, subject, customer, request, actor, reason, at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    )?
                    .execute(params![key, subject, customer, request, actor, reason, at])?;
            }
            transaction
                .prepare_cached("INSERT INTO money_attempts (key, attempt, at) VALUES (?1, ?2, ?3)")?
                .execute(params![key, next, attempt.at])?;
            transaction.commit()?;
            let attempt = MoneyAttempt { number: next, at: attempt.at, refused: None };
            let meant = noted.unwrap_or_else(|| wanted.clone());
            Ok(Ok(MoneyCredit { attempt, ..meant }))
        };
        let noted = note();
        self.explain(noted)
    }

    /// What an actor meant to give on the day (UTC) of a second, but for what Stripe refused.
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

    /// Notes that Stripe refused a request, and why. Noted already, it stays.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn refuse_money(&mut self, key: &str, attempt: i64, why: &str) -> anyhow::Result<()> {
        let note = || {
            self.connection
                .prepare_cached(
                    "UPDATE money_attempts SET refused = ?3 WHERE key = ?1 AND attempt = ?2 AND refused IS NULL",
                )?
                .execute((key, attempt, why))
                .map(drop)
        };
        self.explain(note())
    }

    /// What was meant under a key.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn money_credit(&self, key: &str) -> anyhow::Result<Option<MoneyCredit>> {
        self.explain(credit_of_key(&self.connection, key))
    }

    /// What an object of Stripe was made for, if it was given here.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn money_credit_of(&self, object: &str) -> anyhow::Result<Option<MoneyCredit>> {
        let read = || {
            self.connection
                .prepare_cached(&format!("{SELECT} WHERE object = ?1 LIMIT 1"))?
                .query_row([object], money_credit)
                .optional()
        };
        self.explain(read())
    }

    /// What was given to a customer, or meant to be, the oldest first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn money_credits(&self, customer: &str) -> anyhow::Result<Vec<MoneyCredit>> {
        let read = || {
            self.connection
                .prepare_cached(&format!(
                    "{SELECT} WHERE customer = ?1 ORDER BY money_credits.at, money_credits.key"
                ))?
                .query_map([customer], money_credit)?
                .collect()
        };
        self.explain(read())
    }
}

impl MoneyCredit {
    /// Whether it is the same thing under the same key.
    fn is_for(&self, wanted: &MoneyCredit) -> bool {
        self.request == wanted.request && self.subject == wanted.subject
    }

    /// Whether Stripe refused it, so that nothing was given.
    pub fn is_refused(&self) -> bool {
        self.object.is_none() && self.attempt.refused.is_some()
    }
}

fn midnight(at: i64) -> i64 {
    at - at.rem_euclid(86_400)
}

/// A grant with its last request; books of before have grants without one.
const SELECT: &str = "
    SELECT money_credits.*, coalesce(attempt, 1) AS attempt, coalesce(money_attempts.at, money_credits.at) AS begun_at, refused
    FROM money_credits LEFT JOIN money_attempts ON money_attempts.key = money_credits.key
        AND attempt = (SELECT max(attempt) FROM money_attempts AS last WHERE last.key = money_credits.key)";

fn credit_of_key(connection: &Connection, key: &str) -> rusqlite::Result<Option<MoneyCredit>> {
    connection
        .prepare_cached(&format!("{SELECT} WHERE money_credits.key = ?1"))?
        .query_row([key], money_credit)
        .optional()
}

fn meant_since(connection: &Connection, actor: &str, since: i64) -> rusqlite::Result<Vec<MoneyCredit>> {
    connection
        .prepare_cached(&format!(
            "{SELECT} WHERE actor = ?1 AND (object IS NOT NULL OR refused IS NULL)
                AND coalesce(money_attempts.at, money_credits.at) >= ?2"
        ))?
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
        attempt: MoneyAttempt {
            number: row.get("attempt")?,
            at: row.get("begun_at")?,
            refused: row.get("refused")?,
        },
    })
}
