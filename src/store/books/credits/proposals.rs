//! Bookings that wait for a second person: kept beside the ledger until somebody decides, then booked once.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};

use super::post::{ByHand, Keep, Posting, book, post_due};
use super::read::{entry_at, entry_of_key};
use crate::billing::credits::{
    Decision, Entry, EntryType, Expiry, Limits, Proposal, Request, Standing, Verdict, Wanted,
};
use crate::store::books::Books;

/// What is asked for never changes, and is decided once, by somebody else than who asked.
pub(in crate::store::books) const PROPOSALS: &str = "
    ALTER TABLE credit_entries ADD COLUMN approver TEXT
        CHECK (approver IS NULL OR (trim(approver) <> '' AND lower(trim(approver)) <> lower(trim(actor))));
    CREATE TABLE credit_proposals (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        subject TEXT NOT NULL,
        kind TEXT NOT NULL,
        wanted TEXT NOT NULL CHECK (wanted IN ('add', 'take', 'set')),
        type TEXT NOT NULL,
        amount INTEGER NOT NULL,
        expected INTEGER CHECK ((expected IS NOT NULL) = (wanted = 'set')),
        expires_at INTEGER,
        expires_after INTEGER,
        change INTEGER NOT NULL CHECK (change <> 0),
        actor TEXT NOT NULL CHECK (actor <> ''),
        reason TEXT NOT NULL CHECK (reason <> ''),
        reference TEXT,
        at INTEGER NOT NULL,
        until INTEGER NOT NULL CHECK (until > at),
        verdict TEXT CHECK (verdict IN ('approved', 'declined', 'withdrawn')),
        decided_by TEXT CHECK ((decided_by IS NULL) = (verdict IS NULL)),
        decided_at INTEGER CHECK ((decided_at IS NULL) = (verdict IS NULL)),
        note TEXT,
        entry INTEGER UNIQUE REFERENCES credit_entries (number)
            CHECK ((entry IS NOT NULL) = (verdict IS 'approved')),
        CHECK (verdict IS NOT 'approved' OR lower(trim(decided_by)) <> lower(trim(actor)))
    ) STRICT;
    CREATE INDEX credit_entries_unapproved ON credit_entries (account, actor, at)
        WHERE type IN ('grant', 'adjustment', 'reversal') AND approver IS NULL;
    DROP INDEX credit_entries_by_hand;
    CREATE INDEX credit_entries_by_hand ON credit_entries (actor, at)
        WHERE type IN ('grant', 'adjustment', 'reversal');
    CREATE INDEX credit_proposals_undecided ON credit_proposals (number) WHERE verdict IS NULL;
    CREATE TRIGGER credit_proposals_stay BEFORE UPDATE ON credit_proposals BEGIN
        SELECT raise(ABORT, 'a proposal is decided once')
        WHERE OLD.verdict IS NOT NULL OR NEW.verdict IS NULL;
        SELECT raise(ABORT, 'what was asked for never changes')
        WHERE (NEW.number, NEW.key, NEW.subject, NEW.kind, NEW.wanted, NEW.type, NEW.amount, NEW.change, NEW.actor,
               NEW.reason, NEW.at, NEW.until)
            IS NOT (OLD.number, OLD.key, OLD.subject, OLD.kind, OLD.wanted, OLD.type, OLD.amount, OLD.change,
                    OLD.actor, OLD.reason, OLD.at, OLD.until)
            OR NEW.expected IS NOT OLD.expected OR NEW.expires_at IS NOT OLD.expires_at
            OR NEW.expires_after IS NOT OLD.expires_after OR NEW.reference IS NOT OLD.reference;
    END;
    CREATE TRIGGER credit_proposals_remain BEFORE DELETE ON credit_proposals BEGIN
        SELECT raise(ABORT, 'proposals are never deleted');
    END;";

/// What became of somebody's decision about a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It was approved, and is booked.
    Approved(Entry),
    /// It was approved and booked before.
    ApprovedBefore(Entry),
    /// It was declined, or withdrawn by the one who asked.
    TurnedDown(Proposal),
    NoSuchProposal,
    /// It was decided otherwise before, or nobody approved it in time.
    NotWaiting(Proposal),
    /// Nobody approves what they asked for.
    Own(Proposal),
    /// What it asks for can't be booked now; it goes on waiting.
    Refused(Box<Posting>, Proposal),
}

impl Books {
    /// Approves a proposal and books it under its own key, as the one who asked for it, after what is `due` to its subject.
    /// `now` is in seconds since 1970.
    ///
    /// # Errors
    /// If the file can't be written; then nothing is booked.
    pub fn approve_credits(
        &mut self,
        number: i64,
        [by, note]: [&str; 2],
        due: &[Request],
        limits: &Limits,
        keep: Keep,
        now: i64,
    ) -> anyhow::Result<Decided> {
        self.decide(keep, |connection| {
            let Some(proposal) = proposal_at(connection, number)? else {
                return Ok(Decided::NoSuchProposal);
            };
            if let Some(Decision { verdict: Verdict::Approved, entry: Some(entry), .. }) = proposal.decision
                && let Some(entry) = entry_at(connection, entry)?
            {
                return Ok(Decided::ApprovedBefore(entry));
            }
            if proposal.standing(now) != Standing::Waiting {
                return Ok(Decided::NotWaiting(proposal));
            }
            if proposal.is_by(by) {
                return Ok(Decided::Own(proposal));
            }
            // What is paid, or was booked before keys were kept apart, has the key for good.
            if let Some(booked) = entry_of_key(connection, &proposal.request.key)? {
                let field = proposal.request.differs_from(&booked).unwrap_or("approver");
                return Ok(Decided::Refused(Box::new(Posting::DiffersIn(field, booked)), proposal));
            }
            post_due(connection, due, now)?;
            match book(connection, &proposal.request, limits, now, Some(by), &mut ByHand::default())? {
                Posting::Recorded(entry) => {
                    close(connection, number, Verdict::Approved, [by, note], Some(entry.number), now)?;
                    Ok(Decided::Approved(entry))
                }
                refused => Ok(Decided::Refused(Box::new(refused), proposal)),
            }
        })
    }

    /// Turns a proposal down; by the one who asked for it, that is withdrawing it.
    ///
    /// # Errors
    /// As [`Books::approve_credits`].
    pub fn decline_credits(
        &mut self,
        number: i64,
        [by, note]: [&str; 2],
        keep: Keep,
        now: i64,
    ) -> anyhow::Result<Decided> {
        self.decide(keep, |connection| {
            let Some(proposal) = proposal_at(connection, number)? else {
                return Ok(Decided::NoSuchProposal);
            };
            if proposal.standing(now) != Standing::Waiting {
                return Ok(Decided::NotWaiting(proposal));
            }
            let verdict = if proposal.is_by(by) { Verdict::Withdrawn } else { Verdict::Declined };
            close(connection, number, verdict, [by, note], None, now)?;
            Ok(proposal_at(connection, number)?.map_or(Decided::NoSuchProposal, Decided::TurnedDown))
        })
    }

    /// Proposals, the oldest first: all of them, or those that nobody decided yet.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn credit_proposals(&self, undecided_only: bool) -> anyhow::Result<Vec<Proposal>> {
        let condition = if undecided_only { "WHERE verdict IS NULL" } else { "" };
        let sql = format!("SELECT {COLUMNS} FROM credit_proposals {condition} ORDER BY number");
        let read = || self.connection.prepare_cached(&sql)?.query_map([], proposal)?.collect();
        self.explain(read())
    }

    fn decide(
        &mut self,
        keep: Keep,
        decide: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<Decided>,
    ) -> anyhow::Result<Decided> {
        let run = || -> rusqlite::Result<Decided> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let decided = decide(&transaction)?;
            if keep == Keep::Entry && matches!(decided, Decided::Approved(_) | Decided::TurnedDown(_)) {
                transaction.commit()?;
            }
            Ok(decided)
        };
        let decided = run();
        self.explain(decided)
    }
}

/// Keeps a request until somebody decides about it.
pub(super) fn propose(
    connection: &Connection,
    request: &Request,
    change: i64,
    now: i64,
    until: i64,
) -> rusqlite::Result<Proposal> {
    let Request { subject, kind, wanted, actor, reason, reference, key } = request;
    let (name, entry_type, amount, expected, expiry) = match *wanted {
        Wanted::Add { entry_type, amount, expiry } => ("add", entry_type, amount, None, expiry),
        Wanted::Take { entry_type, amount, partial: _ } => ("take", entry_type, amount, None, None),
        Wanted::Set { to, expected } => ("set", EntryType::Adjustment, to, Some(expected), None),
    };
    let (expires_at, expires_after) = match expiry {
        Some(Expiry::At(at)) => (Some(at), None),
        Some(Expiry::After(seconds)) => (None, Some(seconds)),
        None => (None, None),
    };
    connection
        .prepare_cached(
            "INSERT INTO credit_proposals (key, subject, kind, wanted, type, amount, expected, expires_at, expires_after,
                                           change, actor, reason, reference, at, until)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            key,
            subject,
            kind,
            name,
            entry_type.name(),
            amount,
            expected,
            expires_at,
            expires_after,
            change,
            actor,
            reason,
            reference,
            now,
            until,
        ])?;
    let number = connection.last_insert_rowid();
    Ok(Proposal { number, request: request.clone(), change, at: now, until, decision: None })
}

pub(super) fn proposal_of_key(connection: &Connection, key: &str) -> rusqlite::Result<Option<Proposal>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM credit_proposals WHERE key = ?1"))?
        .query_row([key], proposal)
        .optional()
}

fn proposal_at(connection: &Connection, number: i64) -> rusqlite::Result<Option<Proposal>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM credit_proposals WHERE number = ?1"))?
        .query_row([number], proposal)
        .optional()
}

fn close(
    connection: &Connection,
    number: i64,
    verdict: Verdict,
    [by, note]: [&str; 2],
    entry: Option<i64>,
    now: i64,
) -> rusqlite::Result<()> {
    let note = (!note.is_empty()).then_some(note);
    connection
        .prepare_cached(
            "UPDATE credit_proposals SET verdict = ?2, decided_by = ?3, decided_at = ?4, note = ?5, entry = ?6
             WHERE number = ?1",
        )?
        .execute(params![number, verdict.name(), by, now, note, entry])
        .map(|_| ())
}

/// The columns that [`proposal`] reads.
const COLUMNS: &str = "number, key, subject, kind, wanted, type, amount, expected, expires_at, expires_after, change, \
     actor, reason, reference, at, until, verdict, decided_by, decided_at, note, entry";

fn proposal(row: &Row<'_>) -> rusqlite::Result<Proposal> {
    let entry_type: EntryType = name(row, 5)?;
    let amount = row.get(6)?;
    let expiry = match (row.get(8)?, row.get(9)?) {
        (Some(at), _) => Some(Expiry::At(at)),
        (None, Some(seconds)) => Some(Expiry::After(seconds)),
        (None, None) => None,
    };
    let wanted: String = row.get(4)?;
    let wanted = match wanted.as_str() {
        "add" => Wanted::Add { entry_type, amount, expiry },
        "take" => Wanted::Take { entry_type, amount, partial: false },
        _ => Wanted::Set { to: amount, expected: row.get(7)? },
    };
    let decision = match row.get::<_, Option<String>>(16)? {
        Some(_) => Some(Decision {
            verdict: name(row, 16)?,
            by: row.get(17)?,
            at: row.get(18)?,
            note: row.get(19)?,
            entry: row.get(20)?,
        }),
        None => None,
    };
    Ok(Proposal {
        number: row.get(0)?,
        request: Request {
            key: row.get(1)?,
            subject: row.get(2)?,
            kind: row.get(3)?,
            wanted,
            actor: row.get(11)?,
            reason: row.get(12)?,
            reference: row.get(13)?,
        },
        change: row.get(10)?,
        at: row.get(14)?,
        until: row.get(15)?,
        decision,
    })
}

fn name<T>(row: &Row<'_>, index: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let name: String = row.get(index)?;
    name.parse()
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error)))
}
