//! A backfill as it stands: its walks, what it has read, and what it came to. A page of objects and the place behind
//! it are kept together or not at all, so that a backfill that dies goes on from where it was.

use anyhow::Context as _;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};
use serde_json::Value;

use super::Mirror;
use super::batch::Batch;
use super::fill_counts::{count_received, note_filled};
use super::snapshots::{Page, Put, is_stub, put_one};
use crate::billing::backfill::{Phase, Place, Span, Task, route_of_one, source_of};
use crate::store::books::Books;

/// What a backfill is to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The account it reads.
    pub account: String,
    /// Only objects that may have changed since this second, for a gap in the events.
    pub since: Option<i64>,
    /// Lists under each customer, too.
    pub per_customer: bool,
    /// Only these kinds; all if there are none.
    pub kinds: Vec<String>,
}

/// A backfill that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    pub number: i64,
    pub scope: Scope,
    /// By Stripe's clock, in seconds.
    pub began_at: i64,
    pub is_finished: bool,
}

/// What a backfill of everything, or several, came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeFill {
    /// One of them read the lists under each customer.
    pub per_customer: bool,
}

/// How many walks there are, and how far they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Walks {
    pub all: u64,
    pub done: u64,
    pub pages: u64,
    /// Objects that were read; one that was read again counts again.
    pub objects: u64,
    /// The highest number of a walk.
    pub last: i64,
}

/// Objects of one kind that were read together.
#[derive(Debug, Clone)]
pub struct Filled {
    pub kind: &'static str,
    pub objects: Vec<Value>,
    /// By Stripe's clock: what happened later is later.
    pub fetched_at: Timestamp,
}

/// An object that the mirror has.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub id: String,
    pub body: Value,
}

impl Mirror {
    /// The last backfill that was begun.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn last_fill(&self) -> anyhow::Result<Option<Fill>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT number, account, since, per_customer, kinds, began_at, finished FROM fills
                     ORDER BY number DESC LIMIT 1",
                )?
                .query_row([], fill)
                .optional()
        };
        self.explain(read())
    }

    /// Notes that a backfill begins, with its walks. What an earlier one read is forgotten, but not its objects.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn begin_fill(&mut self, scope: Scope, began_at: i64, tasks: &[Task]) -> anyhow::Result<Fill> {
        let begun = begin(&mut self.connection, &scope, began_at, tasks);
        let number = self.explain(begun)?;
        Ok(Fill { number, scope, began_at, is_finished: false })
    }

    /// Up to `limit` walks of a phase that are not done; `None` where one is of a list that this version does not read.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn open_tasks(&self, fill: &Fill, phase: Phase, limit: usize) -> anyhow::Result<Option<Vec<Task>>> {
        self.tasks(fill, phase, false, limit)
    }

    /// The walks of a phase that are done; `None` where one is of a list that this version does not read.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn done_tasks(&self, fill: &Fill, phase: Phase) -> anyhow::Result<Option<Vec<Task>>> {
        self.tasks(fill, phase, true, usize::MAX)
    }

    fn tasks(
        &self,
        fill: &Fill,
        phase: Phase,
        done: bool,
        limit: usize,
    ) -> anyhow::Result<Option<Vec<Task>>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT number, source, phase, parent, params, from_second, until_second, place_id,
                            place_created, done, pages, objects
                     FROM fill_tasks WHERE fill = ?1 AND phase = ?2 AND done = ?4 ORDER BY number LIMIT ?3",
                )?
                .query_map((fill.number, phase as i64, limit, done), task)?
                .collect::<rusqlite::Result<Vec<Option<Task>>>>()
        };
        Ok(self.explain(read())?.into_iter().collect())
    }

    /// How the walks of a backfill stand.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn fill_walks(&self, fill: &Fill) -> anyhow::Result<Walks> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT count(*), coalesce(sum(done), 0), coalesce(sum(pages), 0), coalesce(sum(objects), 0),
                            coalesce(max(number), 0)
                     FROM fill_tasks WHERE fill = ?1",
                )?
                .query_row([fill.number], |row| {
                    let count = |index| row.get::<_, i64>(index).map(|count| u64::try_from(count).unwrap_or(0));
                    Ok(Walks {
                        all: count(0)?,
                        done: count(1)?,
                        pages: count(2)?,
                        objects: count(3)?,
                        last: row.get(4)?,
                    })
                })
        };
        self.explain(read())
    }

    /// Keeps what was read and how the walks stand, in one transaction.
    ///
    /// # Errors
    /// If a file can't be written, or an object has no id: then nothing of it is kept.
    pub fn put_filled(
        &mut self,
        books: &Books,
        fill: &Fill,
        filled: &[Filled],
        tasks: &[Task],
    ) -> anyhow::Result<Put> {
        self.in_batch(books, |batch| put(batch, fill, filled, tasks))
    }

    /// Whether a whole backfill got to its end, and whether one of them read the lists under each customer; events keep up
    /// what it read.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn whole_fill(&self) -> anyhow::Result<Option<WholeFill>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT max(per_customer) FROM fills WHERE finished = 1 AND since IS NULL AND kinds = ''",
                )?
                .query_row([], |row| {
                    let per_customer: Option<bool> = row.get(0)?;
                    Ok(per_customer.map(|per_customer| WholeFill { per_customer }))
                })
        };
        self.explain(read())
    }

    /// Up to `limit` objects of a kind that are there and that a backfill did not read, by id, behind `after`. What can't be
    /// asked for one by one is left out where it changed since the backfill began: its list may have been read before.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn unfilled(&self, fill: &Fill, kind: &str, after: &str, limit: usize) -> anyhow::Result<Vec<Known>> {
        let known_before = if route_of_one(kind).is_some() { i64::MAX } else { fill.began_at };
        let read = || {
            // Two indexes side by side: the objects themselves, which are large, are touched only where one is missing.
            let mut ids = self.connection.prepare_cached(
                "SELECT id FROM objects WHERE kind = ?1 AND id > ?2
                 EXCEPT SELECT id FROM filled WHERE fill = ?3 AND kind = ?1 AND id > ?2 ORDER BY 1",
            )?;
            let mut one = self.connection.prepare_cached(
                "SELECT id, body FROM objects WHERE kind = ?1 AND id = ?2 AND deleted = 0 AND at < ?3",
            )?;
            let mut ids = ids.query((kind, after, fill.number))?;
            let mut found = Vec::new();
            while found.len() < limit
                && let Some(row) = ids.next()?
            {
                let id: String = row.get(0)?;
                found.extend(one.query_row((kind, id, known_before), known).optional()?);
            }
            Ok(found)
        };
        self.explain(read())
    }

    /// Up to `limit` objects of a kind that a backfill read, by id, behind `after`.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn filled(&self, fill: &Fill, kind: &str, after: &str, limit: usize) -> anyhow::Result<Vec<Known>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT id, body FROM filled JOIN objects USING (kind, id)
                     WHERE fill = ?3 AND kind = ?1 AND id > ?2 AND deleted = 0 ORDER BY id LIMIT ?4",
                )?
                .query_map((kind, after, fill.number, i64::try_from(limit).unwrap_or(i64::MAX)), known)?
                .collect()
        };
        self.explain(read())
    }

    /// Whether a backfill read an object.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn is_filled(&self, fill: &Fill, kind: &str, id: &str) -> anyhow::Result<bool> {
        let read = || {
            self.connection
                .prepare_cached("SELECT 1 FROM filled WHERE fill = ?1 AND kind = ?2 AND id = ?3")?
                .exists((fill.number, kind, id))
        };
        self.explain(read())
    }

    /// Notes that a backfill read everything.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn finish_fill(&mut self, fill: &mut Fill) -> anyhow::Result<()> {
        let write = || {
            self.connection
                .prepare_cached("UPDATE fills SET finished = 1 WHERE number = ?1")?
                .execute([fill.number])
        };
        self.explain(write())?;
        fill.is_finished = true;
        Ok(())
    }

    /// Up to `limit` objects of a kind that are there, by id, behind `after`.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn objects_of(&self, kind: &str, after: &str, limit: usize) -> anyhow::Result<Vec<Known>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT id, body FROM objects WHERE kind = ?1 AND id > ?2 AND deleted = 0
                     ORDER BY id LIMIT ?3",
                )?
                .query_map((kind, after, i64::try_from(limit).unwrap_or(i64::MAX)), known)?
                .collect()
        };
        self.explain(read())
    }

    /// Kind and id of up to `size` objects of these kinds that are there, chosen at random, in order.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn sample(&self, kinds: &[&str], size: usize) -> anyhow::Result<Vec<(String, String)>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT kind, id FROM objects WHERE rowid IN
                        (SELECT rowid FROM objects WHERE deleted = 0 AND kind IN (SELECT value FROM json_each(?2))
                         ORDER BY random() LIMIT ?1)
                     ORDER BY kind, id",
                )?
                .query_map((i64::try_from(size).unwrap_or(i64::MAX), Value::from(kinds).to_string()), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect()
        };
        self.explain(read())
    }
}

fn begin(connection: &mut Connection, scope: &Scope, began_at: i64, tasks: &[Task]) -> rusqlite::Result<i64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for table in ["filled", "fill_counts", "fill_tasks"] {
        transaction.prepare_cached(&format!("DELETE FROM {table}"))?.execute([])?;
    }
    // There is one for each update; of those of everything it is known what they read.
    transaction.prepare_cached("DELETE FROM fills WHERE since IS NOT NULL")?.execute([])?;
    let Scope { account, since, per_customer, kinds } = scope;
    let number = transaction
        .prepare_cached(
            "INSERT INTO fills (account, since, per_customer, kinds, began_at, finished)
             VALUES (?1, ?2, ?3, ?4, ?5, 0) RETURNING number",
        )?
        .query_row((account, since, per_customer, kinds.join(" "), began_at), |row| row.get(0))?;
    for task in tasks {
        put_task(&transaction, number, task)?;
    }
    transaction.commit()?;
    Ok(number)
}

fn put(batch: &Batch<'_>, fill: &Fill, filled: &[Filled], tasks: &[Task]) -> anyhow::Result<Put> {
    let mut kept = Put::default();
    for Filled { kind, objects, fetched_at } in filled {
        let mut first = 0;
        let page = Page { kind, objects, fetched_at: *fetched_at, cursor: None };
        for object in objects {
            let id = object.get("id").and_then(Value::as_str);
            let id = id.with_context(|| format!("Stripe sent a {kind} without an id"))?;
            put_one(batch, &page, object, &mut kept)?;
            // That an object is gone is an answer, and no object.
            if !is_stub(object) {
                first += note_filled(batch.connection(), fill, kind, id)?;
            }
        }
        count_received(batch.connection(), fill, kind, first)?;
    }
    for task in tasks {
        put_task(batch.connection(), fill.number, task)?;
    }
    Ok(kept)
}

fn put_task(connection: &Connection, fill: i64, task: &Task) -> rusqlite::Result<()> {
    let Task { number, source, phase, parent, params, span, place, is_done, pages, objects, .. } = task;
    let params: Value =
        params.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO fill_tasks (fill, number, source, phase, parent, params, from_second,
                                                until_second, place_id, place_created, done, pages, objects)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            fill,
            number,
            source.name,
            *phase as i64,
            parent,
            params.to_string(),
            span.from,
            span.until,
            place.as_ref().map(|place| &place.id),
            place.as_ref().and_then(|place| place.created),
            is_done,
            count(*pages),
            count(*objects),
        ])
        .map(|_| ())
}

fn fill(row: &Row<'_>) -> rusqlite::Result<Fill> {
    let kinds: String = row.get(4)?;
    let scope = Scope {
        account: row.get(1)?,
        since: row.get(2)?,
        per_customer: row.get(3)?,
        kinds: kinds.split_whitespace().map(str::to_owned).collect(),
    };
    Ok(Fill { number: row.get(0)?, scope, began_at: row.get(5)?, is_finished: row.get(6)? })
}

/// `None` for a list or a phase of another version.
fn task(row: &Row<'_>) -> rusqlite::Result<Option<Task>> {
    let (name, phase, params): (String, i64, String) = (row.get(1)?, row.get(2)?, row.get(4)?);
    let phase = Phase::ALL.into_iter().find(|known| *known as i64 == phase);
    let (Some(source), Some(phase)) = (source_of(&name), phase) else { return Ok(None) };
    let params: serde_json::Map<String, Value> = serde_json::from_str(&params).unwrap_or_default();
    let place_id: Option<String> = row.get(7)?;
    let place_created = row.get(8)?;
    let count = |index: usize| row.get::<_, i64>(index).map(|count| u64::try_from(count).unwrap_or(0));
    Ok(Some(Task {
        number: row.get(0)?,
        parent: row.get(3)?,
        params: params
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
            .collect(),
        span: Span { from: row.get(5)?, until: row.get(6)? },
        place: place_id.map(|id| Place { id, created: place_created }),
        is_done: row.get(9)?,
        pages: count(10)?,
        objects: count(11)?,
        // How dense the list is here is told by the next page.
        is_halved: true,
        ..Task::whole(source, 0, phase, Span::default())
    }))
}

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    let body: String = row.get(1)?;
    Ok(Known { id: row.get(0)?, body: serde_json::from_str(&body).unwrap_or(Value::Null) })
}
