//! The engine: one thread that owns the database and runs every request, as many as wait in one transaction.
//!
//! Each request has its own savepoint, so that one which fails leaves the others alone. All of them are made
//! durable by one commit, and none is answered before it: a thousand writers share a few flushes of the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};

use tokio::sync::{mpsc, oneshot};

mod replay;
mod worker;

use super::args::Args;
use super::database::{Account, Database};
use super::delivery::Outbox;
use super::endpoint::Endpoint;
use super::options::Clock;
use super::refusal::Refusal;

pub use replay::fingerprint;

use worker::Worker;

/// Most requests that wait for the engine; the next ones wait outside.
const MAX_WAITING: usize = 4096;

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
