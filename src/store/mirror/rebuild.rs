//! The mirror made anew, from the books' events and what was fetched.
//!
//! It grows in a file beside the mirror, a batch at a time, while everybody goes on with the old one. Then the tables
//! change places in one transaction. Stopped or killed before that, the mirror is as it was.

use std::path::Path;

use fs4::TryLockError;
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};
use serde_json::Value;

use super::batch::{Batch, told};
use super::{Applied, CreditRules, Mirror, links, snapshots, through};
use crate::billing::projection;
use crate::error::{Kind, fail};
use crate::store::books::Books;
use crate::store::sqlite::remove;

/// How many snapshots or events go into one transaction.
const BATCH: usize = 5_000;

/// How far a rebuild has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub done: u64,
    /// Events and snapshots, as many as there were at the start.
    pub total: u64,
}

/// What a rebuild did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebuilt {
    pub snapshots: u64,
    pub events: Applied,
    /// Rows that differ from those before, by table; only tables in which any do. What others write to the mirror meanwhile
    /// is in both.
    pub changed: Vec<(String, u64)>,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    On,
    Stop,
}

/// What to do with the tables once they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swap {
    Yes,
    /// Only say what would change.
    No,
}

impl Mirror {
    /// Makes all tables anew from events and snapshots. None if `step` said to stop; then nothing has changed.
    ///
    /// # Errors
    /// If another rebuild is under way, or a file can't be read or written; then nothing has changed.
    pub fn rebuild(
        &mut self,
        books: &Books,
        swap: Swap,
        now: Timestamp,
        step: &mut dyn FnMut(Step) -> Go,
    ) -> anyhow::Result<Option<Rebuilt>> {
        let _lock = self.lock_rebuild()?;
        if swap == Swap::Yes {
            self.begin_with(books, now)?;
        }
        let path = self.file.path.with_extension("rebuild.db");
        remove(&path)?;
        // Whatever is booked already is not booked again; what only would be looked at books nothing.
        let books_too = self.credit_rules.books && swap == Swap::Yes;
        let rules = CreditRules { books: books_too, ..self.credit_rules };
        let made = self.make_anew(&path, books, rules, now, step).and_then(|made| match made {
            Some(made) => self.change_places(made, &path, books, swap, now).map(Some),
            None => Ok(None),
        });
        remove(&path)?;
        let made = made?;
        if made.is_some() && swap == Swap::Yes {
            // What others applied while the tables changed places has its turn again.
            while self.apply_pending(books, BATCH, now)?.more {}
        }
        Ok(made)
    }

    fn lock_rebuild(&self) -> anyhow::Result<std::fs::File> {
        let path = self.file.path.with_extension("rebuild.lock");
        let lock =
            fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(path)?.into_file();
        match fs4::FileExt::try_lock(&lock) {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => {
                Err(fail(Kind::Failed, "Another process is rebuilding the mirror", "Wait until it is done"))
            }
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    fn make_anew(
        &self,
        path: &Path,
        books: &Books,
        rules: CreditRules,
        now: Timestamp,
        step: &mut dyn FnMut(Step) -> Go,
    ) -> anyhow::Result<Option<Made>> {
        let began = self.explain(data_version(&self.connection))?;
        let until = books.last_seq()?;
        let mut fresh = Mirror::open(path, self.personal_data)?
            .with_subject_metadata(self.subject_metadata.clone())
            .with_credit_rules(rules);
        // If this is interrupted the file is thrown away: it need not survive anything.
        let careless = || {
            fresh.connection.pragma_update(None, "journal_mode", "MEMORY")?;
            fresh.connection.pragma_update(None, "synchronous", "OFF")?;
            fresh.connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            fresh.connection.pragma_update(None, "cache_size", -65_536)
        };
        careless().map_err(|error| fresh.file.explain(error))?;
        links::keep_from_now(&fresh.connection).map_err(|error| fresh.file.explain(error))?;
        if let Some(account) = self.account()? {
            fresh.set_account(&account)?;
        }
        let total = self.explain(count(&self.connection, "snapshots"))? + positive(until);
        let mut rebuilt = Rebuilt::default();
        let mut done = 0;
        let mut after = 0;
        loop {
            if step(Step { done, total }) == Go::Stop {
                return Ok(None);
            }
            let page = self.explain(snapshots::after(&self.connection, after, BATCH))?;
            let Some(last) = page.last() else { break };
            after = last.row;
            fresh.put_kept(books, &page)?;
            rebuilt.snapshots += count_of(page.len());
            done = rebuilt.snapshots;
        }
        loop {
            let batch = fresh.apply_up_to(books, until, BATCH, now)?;
            rebuilt.events = rebuilt.events.and(batch);
            done = rebuilt.snapshots + positive(batch.through);
            if step(Step { done, total }) == Go::Stop {
                return Ok(None);
            }
            if !batch.more {
                return Ok(Some(Made { fresh, rebuilt, began, until }));
            }
        }
    }

    /// Takes in what the mirror that this one is to replace has by now: what was fetched, and events up to a number.
    fn catch_up_with(
        &mut self,
        old: &Connection,
        books: &Books,
        until: i64,
        now: Timestamp,
    ) -> anyhow::Result<(u64, Applied)> {
        let rows = self.explain(snapshots::not_in(old, &self.connection))?;
        for rows in rows.chunks(BATCH) {
            self.put_kept(books, &self.explain(snapshots::of_rows(old, rows))?)?;
        }
        let mut applied = Applied::default();
        loop {
            let batch = self.apply_up_to(books, until, BATCH, now)?;
            applied = applied.and(batch);
            if !batch.more {
                return Ok((count_of(rows.len()), applied));
            }
        }
    }

    /// Puts snapshots of another mirror into this one.
    fn put_kept(&mut self, books: &Books, page: &[snapshots::Kept]) -> anyhow::Result<()> {
        self.in_batch(books, |batch| page.iter().try_for_each(|kept| put_kept(batch, kept)))
    }

    /// Attaches the new tables and counts in which rows they differ from the old ones. Both are as of one moment, which is
    /// that of the version it gives: whoever writes meanwhile is not waited for.
    fn compare(
        &mut self,
        made: Made,
        path: &Path,
        books: &Books,
        now: Timestamp,
    ) -> anyhow::Result<(Rebuilt, i64)> {
        let Made { mut fresh, mut rebuilt, began, until } = made;
        let file = self.file.clone();
        let explain = |error| file.explain(error);
        // What is read from here on stays as it is until the end.
        let transaction = self.connection.transaction().map_err(explain)?;
        let until = until.max(through::number(&transaction).map_err(explain)?);
        let version = data_version(&transaction).map_err(explain)?;
        if version != began {
            let (snapshots, events) = fresh.catch_up_with(&transaction, books, until, now)?;
            rebuilt.snapshots += snapshots;
            rebuilt.events = rebuilt.events.and(events);
        }
        drop(fresh);
        let attach = "ATTACH DATABASE ?1 AS fresh";
        transaction.execute(attach, [path.to_string_lossy()]).map_err(explain)?;
        for table in made_tables() {
            let changed = differing(&transaction, table).map_err(explain)?;
            if changed > 0 {
                rebuilt.changed.push((table.to_owned(), changed));
            }
        }
        transaction.commit().map_err(explain)?;
        Ok((rebuilt, version))
    }

    fn change_places(
        &mut self,
        made: Made,
        path: &Path,
        books: &Books,
        swap: Swap,
        now: Timestamp,
    ) -> anyhow::Result<Rebuilt> {
        let file = self.file.clone();
        let explain = |error| file.explain(error);
        let reading = self.reading();
        let compared = self.compare(made, path, books, now);
        let result = compared.and_then(|(rebuilt, before)| {
            if swap == Swap::No {
                return Ok(rebuilt);
            }
            let transaction =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(explain)?;
            // A table that came out as it was stays, unless somebody has written since they were compared.
            let as_compared = data_version(&transaction).map_err(explain)? == before;
            let is_changed = |table: &&str| rebuilt.changed.iter().any(|(changed, _)| changed == table);
            let tables = made_tables().into_iter().filter(|table| !as_compared || is_changed(table));
            for table in tables.chain(["outcomes"]) {
                let statements = format!(
                    "DELETE FROM main.{table}; INSERT INTO main.{table} SELECT * FROM fresh.{table};"
                );
                transaction.execute_batch(&statements).map_err(explain)?;
            }
            // What may not be kept any more is left out of what was fetched, too.
            let snapshots = "UPDATE main.snapshots AS own SET body = other.body FROM fresh.snapshots AS other
                             WHERE other.kind = own.kind AND other.id = own.id
                               AND other.fetched_at = own.fetched_at AND other.body <> own.body";
            transaction.execute(snapshots, []).map_err(explain)?;
            let settings = "INSERT OR REPLACE INTO main.settings SELECT * FROM fresh.settings";
            transaction.execute(settings, []).map_err(explain)?;
            links::note_kept(&transaction, books).map_err(|error| told(error, explain))?;
            // What was fetched while the tables were made.
            let batch = Batch::new(&transaction, books, &reading, true).map_err(explain)?;
            for kept in snapshots::not_in_fresh(&transaction).map_err(explain)? {
                put_kept(&batch, &kept).map_err(|error| told(error, explain))?;
            }
            batch.finish().map_err(|error| told(error, explain))?;
            transaction.commit().map_err(explain)?;
            Ok(rebuilt)
        });
        // After an error it may not have been attached.
        let detached = self.connection.execute("DETACH DATABASE fresh", []);
        if result.is_ok() {
            detached.map_err(explain)?;
        }
        if result.is_ok() && swap == Swap::Yes && !self.personal_data {
            self.forget_freed()?;
        }
        result
    }
}

/// New tables, in a file of their own.
struct Made {
    fresh: Mirror,
    rebuilt: Rebuilt,
    /// The version of the old ones when it began.
    began: i64,
    /// The number of the last event in the books then.
    until: i64,
}

impl Mirror {
    /// Writes the file anew without its free pages, in which there may be names and addresses still. While others read,
    /// the log is cut short by whoever closes the file last.
    fn forget_freed(&self) -> anyhow::Result<()> {
        let forget = || {
            self.connection.execute("VACUUM", [])?;
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        };
        self.explain(forget())
    }
}

fn put_kept(batch: &Batch<'_>, kept: &snapshots::Kept) -> anyhow::Result<()> {
    let object: Value = serde_json::from_str(&kept.body)?;
    let page = snapshots::Page {
        kind: &kept.kind,
        objects: std::slice::from_ref(&object),
        fetched_at: Timestamp::from_second(kept.fetched_at)?,
        cursor: None,
    };
    snapshots::put_one(batch, &page, &object, &mut snapshots::Put::default())
}

/// The tables that a rebuild makes, by name; without `outcomes`: what became of an event also tells of the order in which
/// they came.
pub(super) fn made_tables() -> Vec<&'static str> {
    let of_kinds = projection::tables().flat_map(|table| {
        let own = (!table.columns.is_empty()).then_some(table.name);
        own.into_iter().chain(table.parts.iter().map(|part| part.table.name))
    });
    // The sums of movements follow from those by themselves.
    let mut tables: Vec<&str> =
        of_kinds.chain(["mrr_movements", "mrr_steps", "objects", "unsettled"]).collect();
    tables.sort_unstable();
    tables
}

/// Changes whenever another connection has written to the mirror.
fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA main.data_version", [], |row| row.get(0))
}

/// How many rows of a table are in one file and not in the other. Each row is looked up by its key in the other file: there
/// may be more of them than fit into memory.
fn differing(connection: &Connection, table: &str) -> rusqlite::Result<u64> {
    let columns: Vec<String> = connection
        .prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?
        .query_map([table], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let same: Vec<String> = columns.iter().map(|name| format!("two.{name} IS one.{name}")).collect();
    let missing = |from: &str, other: &str| {
        let sql = format!(
            "SELECT count(*) FROM {from}.{table} AS one
             WHERE NOT EXISTS (SELECT 1 FROM {other}.{table} AS two WHERE {})",
            same.join(" AND ")
        );
        connection.query_row(&sql, [], |row| row.get(0)).map(positive)
    };
    let gone = missing("main", "fresh")?;
    let is_as_long =
        count(connection, &format!("main.{table}"))? == count(connection, &format!("fresh.{table}"))?;
    // Keys are unique: as many rows, each of which is there, are the same rows.
    if gone == 0 && is_as_long { Ok(0) } else { Ok(gone.max(missing("fresh", "main")?)) }
}

fn count(connection: &Connection, table: &str) -> rusqlite::Result<u64> {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).map(positive)
}

fn positive(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn count_of(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
