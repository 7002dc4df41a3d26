//! Filling the mirror from Stripe's lists: walks side by side within the limiter, what they read and how they stand
//! kept together, page by page.

mod refusals;
mod rest;
mod scope;
mod second_look;

use std::collections::{BTreeSet, HashMap, HashSet};

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::walk::Walks;
use crate::billing::backfill::{Page, Phase, Task};
use crate::context::Stop;
use crate::store::books::Books;
use crate::store::mirror::{Fill, Filled, Mirror};
use crate::stripe::limiter::Wait;
use crate::stripe::lists::Dated;
use crate::stripe::{Reader, StripeError};
use crate::ui::Progress;

pub use refusals::{lost_its_place, strange, unread};
pub use rest::find_each;
pub use scope::{first_tasks, wanted_kinds};

use refusals::other_version;
use scope::is_wanted;

/// How many walks are held at once; the rest waits in the mirror.
const HELD: usize = 2_000;

/// How filling ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Finished,
    /// The person asked to stop; the same command goes on.
    Stopped,
}

/// A backfill under way.
#[derive(Debug)]
pub struct Filling<'a> {
    pub reader: Reader,
    pub books: &'a Books,
    pub mirror: &'a mut Mirror,
    pub fill: Fill,
    /// When the account began, in seconds, if that is known.
    pub floor: Option<i64>,
    /// The most requests under way at once.
    pub parallel: usize,
    pub stop: Stop,
    pub progress: &'a Progress,
    pub waits: watch::Receiver<Option<Wait>>,
    /// The time by Stripe's clock when it was last told, in seconds.
    pub now: i64,
    /// The highest number of a walk.
    pub last: i64,
    /// How many objects were asked for one by one, and how many of those are gone.
    pub looked_for: u64,
    pub gone: u64,
    /// How many objects the second look at long lists gave.
    pub rechecked: u64,
}

/// What is under way.
type Running = JoinSet<(i64, Result<Dated<Page>, StripeError>)>;

/// Walks that are held, and the lists that can't be read.
#[derive(Debug, Default)]
struct Held {
    walks: Walks,
    unread: HashSet<&'static str>,
}

impl Filling<'_> {
    /// Reads what is left to read, and looks for what the mirror has and no list gave.
    ///
    /// # Errors
    /// What Stripe or the disk refuses; what was read until then is kept.
    pub async fn run(&mut self) -> anyhow::Result<End> {
        for phase in Phase::ALL {
            if self.run_phase(phase).await? == End::Stopped {
                return Ok(End::Stopped);
            }
        }
        match self.look_for_the_rest().await? {
            End::Finished => self.look_twice().await,
            End::Stopped => Ok(End::Stopped),
        }
    }

    async fn run_phase(&mut self, phase: Phase) -> anyhow::Result<End> {
        let mut held = Held::default();
        loop {
            let tasks = self.mirror.open_tasks(&self.fill, phase, HELD)?.ok_or_else(other_version)?;
            if tasks.is_empty() {
                return Ok(End::Finished);
            }
            held.walks.tasks = tasks.into_iter().map(|task| (task.number, task)).collect();
            self.skip_needless(&mut held)?;
            if self.run_held(&mut held, phase).await? == End::Stopped {
                return Ok(End::Stopped);
            }
        }
    }

    /// Takes out lists that can only be empty, for want of what they are about.
    fn skip_needless(&mut self, held: &mut Held) -> anyhow::Result<()> {
        let counts: HashMap<String, i64> = self.mirror.counts()?.into_iter().collect();
        let is_needless = |task: &Task| {
            let needs = task.source.under.as_ref().and_then(|under| under.needs);
            needs.is_some_and(|kind| !counts.contains_key(kind))
        };
        let numbers: Vec<i64> =
            held.walks.tasks.values().filter(|task| is_needless(task)).map(|task| task.number).collect();
        self.close(held, &numbers)
    }

    /// Notes walks as done that need not be made.
    fn close(&mut self, held: &mut Held, numbers: &[i64]) -> anyhow::Result<()> {
        let mut closed: Vec<Task> = Vec::new();
        for number in numbers {
            closed.extend(held.walks.tasks.remove(number).map(|task| Task { is_done: true, ..task }));
        }
        if closed.is_empty() {
            return Ok(());
        }
        self.progress.advance(u64::try_from(closed.len())?);
        let closed: Vec<&Task> = closed.iter().collect();
        self.keep(&[], &closed)
    }

    /// Makes the held walks to their ends, and those that are split off them.
    async fn run_held(&mut self, held: &mut Held, phase: Phase) -> anyhow::Result<End> {
        let mut running = Running::new();
        let mut failure: Option<anyhow::Error> = None;
        loop {
            while running.len() < self.parallel && failure.is_none() && !self.stop.is_asked() {
                let Some(number) = self.next_walk(held, phase)? else { break };
                let Some(task) = held.walks.tasks.get(&number) else { break };
                held.walks.busy.insert(number);
                let (reader, question) = (self.reader.clone(), task.question());
                running.spawn(async move { (number, reader.page(&question).await) });
            }
            let Some(first) = running.join_next().await else { break };
            let mut arrived = vec![first];
            // One transaction for all that has come.
            while let Some(more) = running.try_join_next() {
                arrived.push(more);
            }
            let arrived = arrived.into_iter().map(|joined| {
                // A panic in a walk goes on here: a list must not be missing as if it had been empty.
                joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
            });
            if let Err(error) = self.take(held, arrived.collect()) {
                failure.get_or_insert(error);
            }
        }
        match failure {
            Some(error) => Err(error),
            None if held.walks.tasks.is_empty() => Ok(End::Finished),
            None => Ok(End::Stopped),
        }
    }

    /// The walk to go on with: of the list that is read by the fewest, the first; where all are being read, half of
    /// the longest is split off.
    fn next_walk(&mut self, held: &mut Held, phase: Phase) -> anyhow::Result<Option<i64>> {
        if let Some(task) = held.walks.next() {
            return Ok(Some(task.number));
        }
        if phase != Phase::Lists {
            return Ok(None);
        }
        let number = self.last + 1;
        let Some((longest, older)) = held.walks.split(number, self.floor) else { return Ok(None) };
        self.last = number;
        self.keep(&[], &[&longest, &older])?;
        self.progress.grow(1);
        Ok(Some(number))
    }

    /// Keeps what arrived, and how the walks stand behind it.
    fn take(
        &mut self,
        held: &mut Held,
        arrived: Vec<(i64, Result<Dated<Page>, StripeError>)>,
    ) -> anyhow::Result<()> {
        let mut filled = Vec::new();
        let mut changed: Vec<Task> = Vec::new();
        let mut unreadable = Vec::new();
        let mut failure = None;
        for (number, answer) in arrived {
            held.walks.busy.remove(&number);
            let Some(task) = held.walks.tasks.get_mut(&number) else { continue };
            match answer {
                Ok(Dated { value: page, at }) => {
                    let fetched_at = self.dated(at)?;
                    let objects = match task.take(page) {
                        Ok(objects) => objects,
                        Err(why) => {
                            failure.get_or_insert_with(|| strange(task, &why.to_string()));
                            continue;
                        }
                    };
                    for object in &objects {
                        changed.extend(self.children(task.source.kind, object));
                    }
                    filled.push(Filled { kind: task.source.kind, objects, fetched_at });
                }
                Err(error) if lost_its_place(&error) && task.lose_place() => {}
                Err(error) => match unread(task, &error) {
                    Some(why) => {
                        task.is_done = true;
                        unreadable.extend(why.map(|why| (task.source, why)));
                    }
                    None => {
                        failure.get_or_insert_with(|| error.into());
                        continue;
                    }
                },
            }
            changed.push(task.clone());
        }
        for child in changed.iter_mut().filter(|task| task.number == 0) {
            self.last += 1;
            child.number = self.last;
            self.progress.grow(1);
        }
        self.keep(&filled, &changed.iter().collect::<Vec<_>>())?;
        for task in changed.iter().filter(|task| task.is_done) {
            held.walks.tasks.remove(&task.number);
            self.progress.advance(1);
        }
        for (source, why) in unreadable {
            self.mirror.note_unread(&self.fill, source.kind, why)?;
            held.unread.insert(source.name);
        }
        let of_unread = |task: &&Task| held.unread.contains(task.source.name);
        let numbers: Vec<i64> = held
            .walks
            .tasks
            .values()
            .filter(of_unread)
            .map(|task| task.number)
            .filter(|number| !held.walks.busy.contains(number))
            .collect();
        self.close(held, &numbers)?;
        failure.map_or(Ok(()), Err)
    }

    /// The walks under an object, without numbers.
    fn children(&self, kind: &str, object: &Value) -> impl Iterator<Item = Task> + use<> {
        let scope = self.fill.scope.clone();
        Task::under(kind, object, scope.per_customer)
            .into_iter()
            .filter(move |task| is_wanted(task.source, &scope))
    }

    /// Keeps objects and walks. The other tasks of the process go on meanwhile.
    fn keep(&mut self, filled: &[Filled], tasks: &[&Task]) -> anyhow::Result<()> {
        tokio::task::block_in_place(|| self.mirror.put_filled(self.books, &self.fill, filled, tasks))?;
        let wait = self.waits.borrow().and_then(|wait| wait.message());
        let read: usize = filled.iter().map(|filled| filled.objects.len()).sum();
        match wait {
            Some(wait) => self.progress.say(&wait),
            None if read > 0 => {
                let kinds: BTreeSet<&str> = filled.iter().map(|filled| filled.kind).collect();
                self.progress.say(&kinds.into_iter().collect::<Vec<_>>().join(", "));
            }
            None => {}
        }
        Ok(())
    }

    /// When an answer was true. One without a date is taken to be as old as the last one that had one.
    fn dated(&mut self, at: Option<i64>) -> anyhow::Result<Timestamp> {
        let second = at.unwrap_or(self.now);
        self.now = self.now.max(second);
        Timestamp::from_second(second).context("Stripe's clock gave no time")
    }
}
