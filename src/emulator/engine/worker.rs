//! The engine's thread: batches of work, a transaction each.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::mpsc;

use super::replay::{endpoint_name, replay};
use super::{Counters, Reply, Request, Step, Tell, Work};
use crate::emulator::call::{Call, Failure, Outcome};
use crate::emulator::database::{Account, Database, Kept};
use crate::emulator::delivery::Outbox;
use crate::emulator::due;
use crate::emulator::endpoint::Method;
use crate::emulator::expand;
use crate::emulator::options::Clock;
use crate::emulator::refusal::Refusal;

/// Most requests in one transaction.
const MAX_BATCH: usize = 512;
/// Kept answers are pruned once in so many writing transactions.
const PRUNE_EVERY: u64 = 1024;

pub(super) struct Worker {
    pub(super) db: Database,
    pub(super) account: Account,
    pub(super) clock: Clock,
    pub(super) outbox: Outbox,
    pub(super) base_url: String,
    pub(super) pages_at: String,
    pub(super) counters: Arc<Counters>,
    pub(super) ahead: Arc<AtomicI64>,
    /// How many transactions have written.
    pub(super) writes: u64,
}

impl Worker {
    /// Works until it is told to stop, or until nobody is left who could ask for anything.
    pub(super) fn run(&mut self, mut waiting: mpsc::Receiver<Work>) {
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

/// Another process holds the file.
fn locked(error: &rusqlite::Error) -> Refusal {
    tracing::warn!(%error, "the emulator's state is locked");
    Refusal::locked()
}
