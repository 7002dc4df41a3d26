//! The engine: one thread that owns the database and runs every request, as many as wait in one transaction.
//!
//! Each request has its own savepoint, so that one which fails leaves the others alone. All of them are made
//! durable by one commit, and none is answered before it: a thousand writers share a few flushes of the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};

use super::args::Args;
use super::call::{Call, Failure, Outcome};
use super::database::{Account, Database, Kept};
use super::delivery::Outbox;
use super::due;
use super::endpoint::{Endpoint, Method};
use super::expand;
use super::form::Form;
use super::options::Clock;
use super::refusal::Refusal;

/// Most requests in one transaction.
const MAX_BATCH: usize = 512;
/// Most requests that wait for the engine; the next ones wait outside.
const MAX_WAITING: usize = 4096;
/// Kept answers are pruned once in so many writing transactions.
const PRUNE_EVERY: u64 = 1024;

/// A request that passed every check that needs no state.
#[derive(Debug, Clone)]
pub struct Request {
    pub endpoint: &'static Endpoint,
    pub path: String,
    pub ids: Vec<String>,
    pub args: Args,
    pub expand: Vec<Vec<String>>,
    pub request_id: String,
    /// Whether the caller speaks an older version.
    pub lenient: bool,
    /// Only ever set on a POST.
    pub idempotency_key: Option<String>,
    /// Stands for the parameters: see [`fingerprint`].
    pub fingerprint: Vec<u8>,
    /// Run the request, undo it, and keep a 500 for its key.
    pub fail: bool,
}

/// What the caller gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub body: String,
    /// For an answer kept for the idempotency key: the id of the request that it was the answer to.
    pub replay_of: Option<String>,
}

impl Reply {
    pub fn refused(refusal: &Refusal, request_id: &str) -> Reply {
        Reply { status: refusal.status, body: refusal.body(request_id).to_string(), replay_of: None }
    }
}

/// What the engine has done since it started.
#[derive(Debug, Default)]
pub struct Counters {
    /// Transactions that wrote, each flushed to the disk once.
    pub commits: AtomicU64,
    /// Transactions that only read.
    pub reads: AtomicU64,
    /// Requests that were run.
    pub requests: AtomicU64,
}

/// How far the time is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// By so many seconds.
    By(i64),
    /// To a moment, in seconds since 1970; where it has passed already, not at all.
    To(i64),
}

enum Work {
    Request(Box<Request>, oneshot::Sender<Reply>),
    /// Moves the time.
    Advance(Step, oneshot::Sender<Option<i64>>),
    /// Nothing but what is due by now.
    Tick,
    Task(Task),
    Stop,
}

/// Work on the state that is no request of the API. What it gives is told whether the transaction became durable.
struct Task {
    write: bool,
    run: Box<dyn FnOnce(&Database) -> Tell + Send>,
}

/// Tells a caller how it went, given whether the transaction became durable.
type Tell = Box<dyn FnOnce(bool)>;

/// The way to the engine's thread. The thread ends when it is told to, or when the last of these is dropped.
#[derive(Debug, Clone)]
pub struct Engine {
    work: mpsc::Sender<Work>,
    pub counters: Arc<Counters>,
    /// How many seconds the emulator's time is ahead of its clock, as of the last transaction.
    pub ahead: Arc<AtomicI64>,
}

impl Engine {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(
        db: Database,
        account: Account,
        clock: Clock,
        outbox: Outbox,
        base_url: String,
        pages_at: String,
    ) -> anyhow::Result<(Engine, std::thread::JoinHandle<()>)> {
        let (work, waiting) = mpsc::channel(MAX_WAITING);
        let counters = Arc::new(Counters::default());
        let ahead = Arc::new(AtomicI64::new(db.ahead()?));
        let mut worker = Worker {
            db,
            account,
            clock,
            outbox,
            base_url,
            pages_at,
            counters: Arc::clone(&counters),
            ahead: Arc::clone(&ahead),
            writes: 0,
        };
        let thread =
            std::thread::Builder::new().name("emulator".to_owned()).spawn(move || worker.run(waiting))?;
        Ok((Engine { work, counters, ahead }, thread))
    }

    /// Runs a request; the answer comes when its effect is durable. `None` if the engine has stopped.
    pub async fn run(&self, request: Request) -> Option<Reply> {
        let (answer, answered) = oneshot::channel();
        self.work.send(Work::Request(Box::new(request), answer)).await.ok()?;
        answered.await.ok()
    }

    /// Works on the state; the result comes when it is durable. `None` if that failed or the engine has stopped.
    pub async fn with<T: Send + 'static>(
        &self,
        write: bool,
        run: impl FnOnce(&Database) -> rusqlite::Result<T> + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let run = Box::new(move |db: &Database| {
            let done = in_savepoint(db, run);
            let tell = move |durable: bool| drop(answer.send(done.filter(|_| durable)));
            Box::new(tell) as Tell
        });
        self.work.send(Work::Task(Task { write, run })).await.ok()?;
        answered.await.ok().flatten()
    }

    /// Moves the emulator's time ahead and does what falls due on the way. The answer is the new time once that is
    /// durable, `None` if it could not be done.
    pub async fn advance(&self, step: Step) -> Option<i64> {
        let (answer, answered) = oneshot::channel();
        self.work.send(Work::Advance(step, answer)).await.ok()?;
        answered.await.ok().flatten()
    }

    /// Does what is due by now, without waiting for it.
    pub async fn tick(&self) {
        // It has stopped if nobody takes the message.
        let _ = self.work.send(Work::Tick).await;
    }

    /// Ends the thread after the requests that wait already; later ones get no answer.
    pub async fn stop(&self) {
        // It has stopped already if nobody takes the message.
        let _ = self.work.send(Work::Stop).await;
    }
}

/// Runs a task by itself, so that one which fails leaves the others alone.
fn in_savepoint<T>(db: &Database, run: impl FnOnce(&Database) -> rusqlite::Result<T>) -> Option<T> {
    let done = db.savepoint().and_then(|()| match run(db) {
        Ok(done) => db.release().map(|()| done),
        Err(error) => db.undo().and(Err(error)),
    });
    done.inspect_err(|error| tracing::error!(%error, "the emulator's state could not be worked on")).ok()
}

/// Stands for a request's decoded parameters, whatever order they came in.
pub fn fingerprint(form: &Form) -> Vec<u8> {
    let mut sorted = Value::Object(form.clone());
    sorted.sort_all_objects();
    Sha256::digest(sorted.to_string()).to_vec()
}

struct Worker {
    db: Database,
    account: Account,
    clock: Clock,
    outbox: Outbox,
    base_url: String,
    pages_at: String,
    counters: Arc<Counters>,
    ahead: Arc<AtomicI64>,
    writes: u64,
}

impl Worker {
    fn run(&mut self, mut waiting: mpsc::Receiver<Work>) {
        while let Some(first) = waiting.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < MAX_BATCH
                && let Ok(next) = waiting.try_recv()
            {
                batch.push(next);
            }
            let stop = batch.iter().any(|work| matches!(work, Work::Stop));
            self.run_batch(batch);
            // A request can leave work behind that is due at once: a test clock that is to advance.
            if self.is_due() {
                self.run_batch(Vec::new());
            }
            if stop {
                return;
            }
        }
    }

    fn run_batch(&mut self, batch: Vec<Work>) {
        let is_due = self.is_due();
        let changes = |work: &Work| match work {
            Work::Request(request, _) => request.endpoint.method != Method::Get,
            Work::Task(task) => task.write,
            Work::Advance(..) => true,
            Work::Tick | Work::Stop => false,
        };
        if !is_due && batch.iter().all(|work| matches!(work, Work::Tick | Work::Stop)) {
            return;
        }
        let write = is_due || batch.iter().any(changes);
        let begun = self.begin(write);
        let mut now = self.now();
        if is_due && begun.is_ok() {
            self.run_due(now);
        }
        let mut answers: Vec<Tell> = Vec::with_capacity(batch.len());
        for work in batch {
            match work {
                Work::Request(request, answer) => {
                    let reply = match &begun {
                        Ok(()) => self.serve(&request, now),
                        Err(error) => Reply::refused(&locked(error), &request.request_id),
                    };
                    answers.push(Box::new(move |durable| {
                        let lost = || Reply::refused(&Refusal::internal(), &request.request_id);
                        // The caller may have hung up: its request was served all the same.
                        let _ = answer.send(if durable { reply } else { lost() });
                    }));
                }
                Work::Task(task) => {
                    // What can't begin is dropped, which its caller sees.
                    if begun.is_ok() {
                        answers.push((task.run)(&self.db));
                    }
                    if task.write {
                        self.outbox.forget();
                        now = self.now();
                    }
                }
                Work::Advance(step, answer) => {
                    let advanced = begun.is_ok() && self.advance(now, step);
                    now = self.now();
                    answers.push(Box::new(move |durable| {
                        // Who asked may have hung up.
                        let _ = answer.send((advanced && durable).then_some(now));
                    }));
                }
                Work::Stop | Work::Tick => {}
            }
        }
        let durable = begun.is_err() || self.finish(write, now);
        self.outbox.end(durable && begun.is_ok());
        for answer in answers {
            answer(durable);
        }
    }

    /// The emulator's time.
    fn now(&self) -> i64 {
        match self.db.ahead() {
            Ok(ahead) => self.ahead.store(ahead, Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "the emulator could not read its time"),
        }
        (self.clock)() + self.ahead.load(Ordering::Relaxed)
    }

    fn is_due(&self) -> bool {
        due::is_any(&self.db, self.now()).unwrap_or_else(|error| {
            tracing::warn!(%error, "the emulator could not look for what is due");
            false
        })
    }

    /// Does what is due until a moment, as far as that can be done.
    fn run_due(&self, until: i64) {
        let mut call = self.call(until, &[]);
        if let Err(Failure::Broken(error)) = due::run(&mut call, None, until) {
            tracing::error!(%error, "the emulator could not do what was due");
        }
    }

    /// Moves the time and does what falls due on the way; whether that worked.
    fn advance(&self, now: i64, step: Step) -> bool {
        let seconds = match step {
            Step::By(seconds) => seconds,
            Step::To(moment) => (moment - now).max(0),
        };
        let moved = self.db.ahead().and_then(|ahead| self.db.set_ahead(ahead + seconds));
        if let Err(error) = moved {
            tracing::error!(%error, "the emulator's time could not be moved");
            return false;
        }
        self.run_due(now + seconds);
        true
    }

    /// What a handler gets when nobody asked for anything.
    fn call<'a>(&'a self, now: i64, ids: &'a [String]) -> Call<'a> {
        let Worker { db, account, outbox, base_url, pages_at, .. } = self;
        Call {
            db,
            account,
            now,
            lenient: false,
            clock: None,
            request_id: None,
            idempotency_key: None,
            path: "",
            ids,
            outbox,
            base_url,
            pages_at,
        }
    }

    fn begin(&self, write: bool) -> rusqlite::Result<()> {
        self.db.begin(write)?;
        self.outbox.begin(&self.db).or_else(|error| self.db.rollback().and(Err(error)))
    }

    /// Commits; whether that worked.
    fn finish(&mut self, write: bool, now: i64) -> bool {
        if write {
            self.counters.commits.fetch_add(1, Ordering::Relaxed);
            self.writes += 1;
            if self.writes % PRUNE_EVERY == 1
                && let Err(error) = self.db.prune_replies(now)
            {
                tracing::warn!(%error, "the emulator could not forget old idempotency keys");
            }
        } else {
            self.counters.reads.fetch_add(1, Ordering::Relaxed);
        }
        match self.db.commit() {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "the emulator could not commit");
                if let Err(error) = self.db.rollback() {
                    tracing::error!(%error, "the emulator could not roll back");
                }
                false
            }
        }
    }

    fn serve(&self, request: &Request, now: i64) -> Reply {
        self.counters.requests.fetch_add(1, Ordering::Relaxed);
        self.answer(request, now).unwrap_or_else(|error| {
            tracing::error!(%error, path = request.path, "the emulator could not serve a request");
            Reply::refused(&Refusal::internal(), &request.request_id)
        })
    }

    /// The answer to a request: the kept one if its key was used before.
    fn answer(&self, request: &Request, now: i64) -> rusqlite::Result<Reply> {
        let Some(key) = &request.idempotency_key else {
            return self.execute(request, now).map(|(reply, _)| reply);
        };
        if let Some(kept) = self.db.kept(key, now)? {
            return Ok(replay(request, key, kept));
        }
        let (reply, keep) = self.execute(request, now)?;
        if keep {
            let kept = Kept {
                endpoint: endpoint_name(request),
                fingerprint: request.fingerprint.clone(),
                status: reply.status,
                body: reply.body.clone(),
                request_id: request.request_id.clone(),
            };
            self.db.keep(key, &kept, now)?;
        }
        Ok(reply)
    }

    /// Runs a request's handler in its savepoint; the reply and whether it is kept for the request's key.
    fn execute(&self, request: &Request, now: i64) -> rusqlite::Result<(Reply, bool)> {
        let mut call = Call {
            lenient: request.lenient,
            request_id: Some(&request.request_id),
            idempotency_key: request.idempotency_key.as_deref(),
            path: &request.path,
            ..self.call(now, &request.ids)
        };
        let mark = self.outbox.mark();
        self.db.savepoint()?;
        let outcome = handle(&mut call, request);
        if matches!(outcome, Ok(_) | Err(Failure::Declined(_))) && !request.fail {
            self.db.release()?;
        } else {
            self.db.undo()?;
            self.outbox.undo(mark);
        }
        match outcome {
            Ok(body) if !request.fail => Ok((Reply { status: 200, body, replay_of: None }, true)),
            Err(Failure::Declined(refusal)) if !request.fail => {
                Ok((Reply::refused(&refusal, &request.request_id), true))
            }
            Ok(_) | Err(Failure::Declined(_)) => {
                Ok((Reply::refused(&Refusal::internal(), &request.request_id), true))
            }
            Err(Failure::Refused(refusal)) => {
                Ok((Reply::refused(&refusal, &request.request_id), refusal.kept))
            }
            Err(Failure::Broken(error)) => Err(error),
        }
    }
}

fn handle(call: &mut Call<'_>, request: &Request) -> Outcome<String> {
    let answer = (request.endpoint.handler)(call, &request.args)?;
    expand::render(call, answer, &request.expand)
}

fn endpoint_name(request: &Request) -> String {
    format!("{} {}", request.endpoint.method.name(), request.path)
}

/// The kept answer, or Stripe's refusal where the key was used for something else.
fn replay(request: &Request, key: &str, kept: Kept) -> Reply {
    let refuse = |message: String| {
        let refusal = Refusal { kind: "idempotency_error", ..Refusal::invalid(message) };
        Reply::refused(&refusal, &request.request_id)
    };
    if kept.endpoint != endpoint_name(request) {
        let first = kept.endpoint.split_once(' ').map_or(kept.endpoint.as_str(), |(_, path)| path);
        return refuse(format!(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for \
             ('{}' vs '{first}'). Try using a key other than '{key}' if you meant to execute a different \
             request.",
            request.path
        ));
    }
    if kept.fingerprint != request.fingerprint {
        return refuse(format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. \
             Try using a key other than '{key}' if you meant to execute a different request."
        ));
    }
    Reply { status: kept.status, body: kept.body, replay_of: Some(kept.request_id) }
}

/// Another process holds the file.
fn locked(error: &rusqlite::Error) -> Refusal {
    tracing::warn!(%error, "the emulator's state is locked");
    Refusal::locked()
}
