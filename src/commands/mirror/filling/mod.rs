//! Filling the mirror from Stripe's lists: walks side by side within the limiter, what they read and how they stand
//! kept together, page by page.

mod refusals;
mod rest;
mod scope;
mod second_look;

use std::collections::{BTreeSet, HashSet};

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::walk::{Numbers, Step, Walk};
use crate::billing::backfill::{Phase, Task};
use crate::context::Stop;
use crate::store::books::Books;
use crate::store::mirror::{Fill, Filled, Mirror};
use crate::stripe::Reader;
use crate::stripe::limiter::Wait;
use crate::ui::Progress;

pub use refusals::{lost_its_place, strange, unread};
pub use rest::find_each;
pub use scope::{first_tasks, wanted_kinds};

use refusals::other_version;
use scope::is_wanted;

/// How many walks are held at once; the rest waits in the mirror.
const HELD: usize = 2_000;

/// The most pages that are kept in one transaction, and that wait to be.
const KEPT_TOGETHER: usize = 64;

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
    pub numbers: Numbers,
    /// How many objects were asked for one by one, and how many of those are gone.
    pub looked_for: u64,
    pub gone: u64,
    /// How many objects the second look at long lists gave.
    pub rechecked: u64,
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
        let mut unread = HashSet::new();
        loop {
            let tasks = self.mirror.open_tasks(&self.fill, phase, HELD)?.ok_or_else(other_version)?;
            if tasks.is_empty() {
                return Ok(End::Finished);
            }
            let tasks = self.without_needless(tasks, &unread)?;
            if self.walk(tasks, &mut unread).await? == End::Stopped {
                return Ok(End::Stopped);
            }
        }
    }

    /// Notes walks as done that need not be made: through lists that can't be read, and through those that can only be
    /// empty, for want of what they are about. Returns the others.
    fn without_needless(
        &mut self,
        tasks: Vec<Task>,
        unread: &HashSet<&'static str>,
    ) -> anyhow::Result<Vec<Task>> {
        let mut may_be: HashSet<String> = self.mirror.counts()?.into_iter().map(|(kind, _)| kind).collect();
        // Of what could not be read nobody knows.
        may_be.extend(self.mirror.unread_kinds(&self.fill)?);
        let is_needless = |task: &Task| {
            let needs = task.source.under.as_ref().and_then(|under| under.needs);
            unread.contains(task.source.name) || needs.is_some_and(|kind| !may_be.contains(kind))
        };
        let (needless, wanted): (Vec<Task>, Vec<Task>) = tasks.into_iter().partition(is_needless);
        if !needless.is_empty() {
            self.progress.advance(u64::try_from(needless.len())?);
            let needless: Vec<Task> =
                needless.into_iter().map(|task| Task { is_done: true, ..task }).collect();
            self.keep(&[], &needless)?;
        }
        Ok(wanted)
    }

    /// Makes walks to their ends, and those that are split off them. Pages are asked for while others are being kept.
    async fn walk(&mut self, tasks: Vec<Task>, unread: &mut HashSet<&'static str>) -> anyhow::Result<End> {
        let walk = Walk::new(self.reader.clone(), self.parallel, self.floor, self.numbers.clone());
        let mut walk = walk.go_on(tasks, self.stop.clone());
        let (send, mut steps) = mpsc::channel(KEPT_TOGETHER);
        let walking = tokio::spawn(async move {
            while let Some(step) = walk.next().await? {
                if send.send(step).await.is_err() {
                    break;
                }
            }
            anyhow::Ok(if walk.is_done() { End::Finished } else { End::Stopped })
        });
        let mut arrived = Vec::with_capacity(KEPT_TOGETHER);
        // One transaction for all that has come.
        while steps.recv_many(&mut arrived, KEPT_TOGETHER).await > 0 {
            self.take(std::mem::take(&mut arrived), unread)?;
        }
        walking.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }

    /// Keeps what arrived, and how the walks stand behind it.
    fn take(&mut self, arrived: Vec<Step>, unread: &mut HashSet<&'static str>) -> anyhow::Result<()> {
        let mut filled = Vec::new();
        let mut changed: Vec<Task> = Vec::new();
        let mut walks = 0;
        for step in arrived {
            match step {
                Step::Page { task, objects, at } => {
                    let fetched_at = self.dated(at)?;
                    let children = objects.iter().flat_map(|object| self.children(task.source.kind, object));
                    let children: Vec<Task> = children.collect();
                    walks += children.len();
                    changed.extend(children);
                    filled.push(Filled { kind: task.source.kind, objects, fetched_at });
                    changed.push(task);
                }
                Step::Unread { task, why } => {
                    self.mirror.note_unread(&self.fill, task.source.kind, why)?;
                    unread.insert(task.source.name);
                    changed.push(task);
                }
                Step::Split { longest, older } => {
                    walks += 1;
                    changed.extend([longest, older]);
                }
            }
        }
        self.progress.grow(u64::try_from(walks)?);
        self.keep(&filled, &changed)?;
        let done = changed.iter().filter(|task| task.is_done).count();
        self.progress.advance(u64::try_from(done)?);
        Ok(())
    }

    /// The walks under an object.
    fn children(&self, kind: &str, object: &Value) -> impl Iterator<Item = Task> {
        let scope = &self.fill.scope;
        Task::under(kind, object, scope.per_customer)
            .into_iter()
            .filter(|task| is_wanted(task.source, scope))
            .map(|task| Task { number: self.numbers.next(), ..task })
    }

    /// Keeps objects and walks. The other tasks of the process go on meanwhile.
    fn keep(&mut self, filled: &[Filled], tasks: &[Task]) -> anyhow::Result<()> {
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
