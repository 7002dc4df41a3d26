//! Filling the mirror from Stripe's lists: walks side by side within the limiter, what they read and how they stand
//! kept together, page by page.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::walk::Walks;
use crate::billing::backfill::{
    Again, Page, Phase, SOURCES, Source, Span, Task, Under, Unread, again, is_settled, kinds, route_of_one,
    touches,
};
use crate::context::Stop;
use crate::error::{Kind, fail};
use crate::store::books::Books;
use crate::store::mirror::{Fill, Filled, Mirror, Scope};
use crate::stripe::limiter::Wait;
use crate::stripe::lists::{Dated, Found};
use crate::stripe::{Reader, StripeError};
use crate::ui::Progress;

/// How many walks are held at once; the rest waits in the mirror.
const HELD: usize = 2_000;

/// How many objects that no list gave are looked for at a time.
const LOOKED_FOR: usize = 200;

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
}

/// What is under way.
type Running = JoinSet<(i64, Result<Dated<Page>, StripeError>)>;

/// Walks that are held, and the lists that can't be read.
#[derive(Debug, Default)]
struct Held {
    walks: Walks,
    unread: HashSet<&'static str>,
}

/// The walks that a backfill begins with. `until` is when it begins, by Stripe's clock.
pub fn first_tasks(scope: &Scope, until: i64, is_live: bool) -> Vec<Task> {
    let mut tasks = Vec::new();
    for phase in [Phase::Lists, Phase::Tail] {
        for source in SOURCES.iter().filter(|source| source.under.is_none() && is_wanted(source, scope)) {
            // There are none in live mode, where asking is an error.
            if is_live && source.route.starts_with("/v1/test_helpers/") {
                continue;
            }
            let from = scope.since.filter(|_| again(source.kind) == Again::Unsettled);
            let span = match (phase, source.is_timed) {
                (Phase::Lists, true) => Span { from, until: Some(until) },
                (Phase::Lists, false) => Span::default(),
                (Phase::Tail, true) => Span { from: Some(until), until: None },
                (Phase::Tail, false) | (Phase::Children, _) => continue,
            };
            let number = i64::try_from(tasks.len()).unwrap_or(i64::MAX).saturating_add(1);
            tasks.push(Task::whole(source, number, phase, span));
        }
    }
    tasks
}

/// Whether a list is to be read: that of a kind which was asked for, or of what such a list hangs on.
fn is_wanted(source: &Source, scope: &Scope) -> bool {
    let is_asked = |kind: &str| scope.kinds.is_empty() || scope.kinds.iter().any(|asked| asked == kind);
    let reads = |source: &Source| is_asked(source.kind) && (scope.per_customer || !source.is_per_customer());
    let is_told_by = |under: &Under| under.kind == source.kind || under.needs == Some(source.kind);
    reads(source) || SOURCES.iter().any(|other| reads(other) && other.under.as_ref().is_some_and(is_told_by))
}

/// The kinds all of which a backfill reads.
pub fn wanted_kinds(scope: &Scope) -> Vec<&'static str> {
    let wanted: BTreeSet<&str> = SOURCES
        .iter()
        .filter(|source| is_wanted(source, scope) && (scope.per_customer || !source.is_per_customer()))
        .map(|source| source.kind)
        .collect();
    kinds().into_iter().filter(|kind| wanted.contains(kind)).collect()
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
        self.look_for_the_rest().await
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

    /// Asks one by one for objects that are in the mirror and in no list: they were deleted, or are listed nowhere,
    /// as inline prices are. For a gap, also for each that may have changed and is too old for the lists that were
    /// read.
    async fn look_for_the_rest(&mut self) -> anyhow::Result<End> {
        let unread: HashSet<&str> = self
            .mirror
            .fill_counts(&self.fill)?
            .into_iter()
            .filter(|count| count.unread.is_some())
            .map(|count| count.kind)
            .collect();
        let scope = self.fill.scope.clone();
        let wanted = wanted_kinds(&scope);
        for kind in wanted.iter().copied().filter(|kind| !unread.contains(kind)) {
            let unsettled_only = scope.since.is_some() && again(kind) == Again::Unsettled;
            let mut after = String::new();
            loop {
                let known = self.mirror.unfilled(&self.fill, kind, &after, LOOKED_FOR)?;
                let Some(last) = known.last() else { break };
                after.clone_from(&last.id);
                let is_wanted = |body: &Value| !unsettled_only || !is_settled(kind, body);
                let ids = known.into_iter().filter(|known| is_wanted(&known.body)).map(|known| known.id);
                if self.look_for(kind, ids.collect()).await? == End::Stopped {
                    return Ok(End::Stopped);
                }
            }
        }
        if scope.since.is_none() {
            return Ok(End::Finished);
        }
        for kind in wanted {
            let mut after = String::new();
            loop {
                let made = self.mirror.filled(&self.fill, kind, &after, LOOKED_FOR)?;
                let Some(last) = made.last() else { break };
                after.clone_from(&last.id);
                let mut touched: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
                for (kind, id) in made.iter().flat_map(|known| touches(kind, &known.body)) {
                    if !self.mirror.is_filled(&self.fill, kind, id)? {
                        touched.entry(kind).or_default().insert(id.to_owned());
                    }
                }
                for (kind, ids) in touched {
                    if self.look_for(kind, ids.into_iter().collect()).await? == End::Stopped {
                        return Ok(End::Stopped);
                    }
                }
            }
        }
        Ok(End::Finished)
    }

    /// Reads objects one by one.
    async fn look_for(&mut self, kind: &'static str, ids: Vec<String>) -> anyhow::Result<End> {
        if self.stop.is_asked() {
            return Ok(End::Stopped);
        }
        let route = route_of_one(kind);
        let count = u64::try_from(ids.len())?;
        self.progress.grow(count);
        let mut objects = Vec::new();
        let mut oldest = None;
        for (id, answer) in find_each(&self.reader, route.as_deref(), ids, self.parallel).await? {
            self.looked_for += 1;
            oldest = oldest.map_or(answer.at, |oldest: i64| answer.at.map(|at| at.min(oldest)));
            objects.push(match answer.value {
                Found::Object(object) => object,
                Found::Gone => {
                    self.gone += 1;
                    json!({"id": id, "object": kind, "deleted": true})
                }
            });
        }
        let fetched_at = self.dated(oldest)?;
        self.keep(&[Filled { kind, objects, fetched_at }], &[])?;
        self.progress.advance(count);
        Ok(End::Finished)
    }
}

/// Reads objects by their ids, several at once; in the order of the ids. Without a route, what is listed no more is
/// gone.
///
/// # Errors
/// The first that Stripe refuses.
pub async fn find_each(
    reader: &Reader,
    route: Option<&str>,
    ids: Vec<String>,
    parallel: usize,
) -> anyhow::Result<Vec<(String, Dated<Found>)>> {
    let Some(route) = route else {
        return Ok(ids.into_iter().map(|id| (id, Dated { value: Found::Gone, at: None })).collect());
    };
    let mut waiting = ids.into_iter();
    let mut running = JoinSet::new();
    let mut found = Vec::new();
    loop {
        while running.len() < parallel {
            let Some(id) = waiting.next() else { break };
            let (reader, route) = (reader.clone(), route.to_owned());
            running.spawn(async move {
                let answer = reader.find(&route, &id).await;
                (id, answer)
            });
        }
        let Some(joined) = running.join_next().await else { break };
        let (id, answer) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        found.push((id, answer?));
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

/// Whether the object is gone behind which the page was to begin.
pub fn lost_its_place(error: &StripeError) -> bool {
    error.api().is_some_and(|api| api.status == 400 && api.param.as_deref() == Some("starting_after"))
}

/// Whether a list that Stripe refuses can be done without: `Some(None)` where what it hangs on is gone.
pub fn unread(task: &Task, error: &StripeError) -> Option<Option<Unread>> {
    let api = error.api()?;
    match (api.status, api.code.as_deref()) {
        (403, _) => Some(Some(Unread::Forbidden)),
        (404, Some("resource_missing")) if task.parent.is_some() => Some(None),
        // No code: the route is not known.
        (404, None) => Some(Some(Unread::Unknown)),
        _ => None,
    }
}

pub fn strange(task: &Task, why: &str) -> anyhow::Error {
    fail(
        Kind::Failed,
        format!("Stripe's list of {} can't be trusted: {why}", task.source.name),
        "Run the same command again; if it says this again, tell billctl's maintainers",
    )
}

fn other_version() -> anyhow::Error {
    fail(
        Kind::Failed,
        "The unfinished backfill was begun by another version of billctl",
        "Begin anew with `billctl mirror backfill --restart`",
    )
}
