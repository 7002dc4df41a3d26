//! Money that was given in Stripe and is taken back: what was meant, before the request, by whom and why, and what came of it.

use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};

use super::Books;

/// Never changed once it was released; see the migrations. What was refused may be meant again; anything else once.
pub(super) const TABLES: &str = "
    CREATE TABLE money_ends (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        object TEXT NOT NULL,
        action TEXT NOT NULL CHECK (action IN ('void', 'expire', 'undo')),
        customer TEXT NOT NULL,
        actor TEXT NOT NULL CHECK (actor <> ''),
        reason TEXT NOT NULL CHECK (reason <> ''),
        at INTEGER NOT NULL,
        result TEXT,
        refused TEXT,
        CHECK (result IS NULL OR refused IS NULL)
    ) STRICT;
    CREATE INDEX money_ends_by_object ON money_ends (object, action);
    CREATE INDEX money_ends_by_customer ON money_ends (customer);
    CREATE TRIGGER money_ends_once BEFORE INSERT ON money_ends
    WHEN EXISTS (SELECT 1 FROM money_ends WHERE number = NEW.number)
        OR EXISTS (SELECT 1 FROM money_ends
                   WHERE object = NEW.object AND action = NEW.action AND refused IS NULL)
    BEGIN
        SELECT raise(ABORT, 'what was given is taken back once');
    END;
    CREATE TRIGGER money_ends_stay BEFORE UPDATE ON money_ends BEGIN
        SELECT raise(ABORT, 'what was meant stays, and an answer is noted once')
        WHERE OLD.result IS NOT NULL OR OLD.refused IS NOT NULL
            OR (NEW.number, NEW.object, NEW.action, NEW.customer, NEW.actor, NEW.reason, NEW.at)
                IS NOT (OLD.number, OLD.object, OLD.action, OLD.customer, OLD.actor, OLD.reason, OLD.at);
    END;
    CREATE TRIGGER money_ends_remain BEFORE DELETE ON money_ends BEGIN
        SELECT raise(ABORT, 'what was meant is never deleted');
    END;";

/// How money that was given is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyAction {
    /// Billing credits, as if they had never been given.
    Void,
    /// What is left of billing credits.
    Expire,
    /// A balance, by a transaction against it.
    Undo,
}

impl MoneyAction {
    const ALL: [MoneyAction; 3] = [MoneyAction::Void, MoneyAction::Expire, MoneyAction::Undo];

    /// Its name in the store and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            MoneyAction::Void => "void",
            MoneyAction::Expire => "expire",
            MoneyAction::Undo => "undo",
        }
    }
}

/// What is to be taken back, by whom and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyEnd {
    /// The grant of billing credits or the balance transaction.
    pub object: String,
    pub action: MoneyAction,
    pub customer: String,
    pub actor: String,
    pub reason: String,
    /// When it was first meant, in seconds since 1970.
    pub at: i64,
    /// What Stripe made of it: the grant itself, or the transaction against a balance. None while no answer is known.
    pub result: Option<String>,
    /// Why Stripe refused it, if it did.
    pub refused: Option<String>,
}

/// What was noted of a wish to take something back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyEnding {
    pub number: i64,
    /// It had not been meant before.
    pub is_new: bool,
    /// How often Stripe refused it before: the next request has another idempotency key.
    pub refusals: i64,
    pub end: MoneyEnd,
}

impl Books {
    /// Notes what is to be taken back, durably; or returns what was noted before of the same, unless Stripe refused that.
    ///
    /// # Errors
    /// If the file can't be written: then nothing may be sent.
    pub fn intend_end(&mut self, wanted: &MoneyEnd) -> anyhow::Result<MoneyEnding> {
        let mut note = || -> rusqlite::Result<MoneyEnding> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let MoneyEnd { object, action, customer, actor, reason, at, result: _, refused: _ } = wanted;
            let refusals = transaction
                .prepare_cached(
                    "SELECT count(*) FROM money_ends WHERE object = ?1 AND action = ?2 AND refused IS NOT NULL",
                )?
                .query_row((object, action.name()), |row| row.get(0))?;
            if let Some((number, end)) = standing(&transaction, object, *action)? {
                return Ok(MoneyEnding { number, is_new: false, refusals, end });
            }
            transaction
                .prepare_cached(
                    "INSERT INTO money_ends (object, action, customer, actor, reason, at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![object, action.name(), customer, actor, reason, at])?;
            let number = transaction.last_insert_rowid();
            transaction.commit()?;
            Ok(MoneyEnding { number, is_new: true, refusals, end: wanted.clone() })
        };
        let noted = note();
        self.explain(noted)
    }

    /// Notes what came of it: what Stripe made, or why it refused. Noted already, it stays.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn answer_end(&mut self, number: i64, answer: Result<&str, &str>) -> anyhow::Result<()> {
        let note = || {
            self.connection
                .prepare_cached(
                    "UPDATE money_ends SET result = ?2, refused = ?3
                     WHERE number = ?1 AND result IS NULL AND refused IS NULL",
                )?
                .execute((number, answer.ok(), answer.err()))
                .map(drop)
        };
        self.explain(note())
    }

    /// How something was taken back, if it was or is about to be.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn money_end(&self, object: &str, action: MoneyAction) -> anyhow::Result<Option<MoneyEnd>> {
        self.explain(standing(&self.connection, object, action).map(|found| found.map(|(_, end)| end)))
    }

    /// What was taken back of what a customer had been given, or is about to be, the oldest first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn money_ends(&self, customer: &str) -> anyhow::Result<Vec<MoneyEnd>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT * FROM money_ends WHERE customer = ?1 AND refused IS NULL ORDER BY number",
                )?
                .query_map([customer], |row| money_end(row).map(|(_, end)| end))?
                .collect()
        };
        self.explain(read())
    }
}

fn standing(
    connection: &Connection,
    object: &str,
    action: MoneyAction,
) -> rusqlite::Result<Option<(i64, MoneyEnd)>> {
    connection
        .prepare_cached("SELECT * FROM money_ends WHERE object = ?1 AND action = ?2 AND refused IS NULL")?
        .query_row((object, action.name()), money_end)
        .optional()
}

fn money_end(row: &Row<'_>) -> rusqlite::Result<(i64, MoneyEnd)> {
    let name: String = row.get("action")?;
    let action = MoneyAction::ALL.into_iter().find(|action| action.name() == name);
    let end = MoneyEnd {
        object: row.get("object")?,
        action: action.ok_or(rusqlite::Error::InvalidQuery)?,
        customer: row.get("customer")?,
        actor: row.get("actor")?,
        reason: row.get("reason")?,
        at: row.get("at")?,
        result: row.get("result")?,
        refused: row.get("refused")?,
    };
    Ok((row.get("number")?, end))
}
