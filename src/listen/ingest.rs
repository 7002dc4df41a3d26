//! One thread that makes all events that wait durable in one transaction, then has them answered.
//!
//! While a transaction is flushed to the disk the next events gather, so that groups grow by themselves as more senders
//! come, and a single sender waits for nobody.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::metrics::Metrics;
use crate::billing::event::Event;
use crate::store::books::{Added, Books, NewEvent, Source};

/// Most events in one transaction.
const MAX_GROUP: usize = 1024;
/// Most bytes of bodies in one transaction, as long as it has more than one event.
const MAX_GROUP_BYTES: usize = 16 << 20;
/// Most events that wait for the thread; the next ones wait outside.
const MAX_WAITING: usize = 4096;

/// An event that was verified and is not stored yet.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub event: Event,
    /// The very bytes that were signed.
    pub body: Bytes,
    pub received_at: Timestamp,
    /// The headers that it came with, in order, where they are kept.
    pub headers: Vec<(String, Vec<u8>)>,
}

/// What became of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Stored,
    /// It was there before.
    Duplicate,
}

/// Where arrivals are made durable.
pub trait Sink: Send {
    /// Makes all of them durable, or none; returns what became of each, in order.
    ///
    /// # Errors
    /// Why none of them is stored. The next call may work.
    fn add(&mut self, arrivals: &[Arrival]) -> anyhow::Result<Vec<Kept>>;
}

impl Sink for Books {
    fn add(&mut self, arrivals: &[Arrival]) -> anyhow::Result<Vec<Kept>> {
        let events: Vec<NewEvent<'_>> = arrivals
            .iter()
            .map(|Arrival { event, body, received_at, .. }| NewEvent {
                event,
                body,
                received_at: *received_at,
                source: Source::Webhook,
            })
            .collect();
        let kept = |added| match added {
            Added::Stored { .. } => Kept::Stored,
            Added::Duplicate { .. } => Kept::Duplicate,
        };
        Ok(self.add_events(&events)?.into_iter().map(kept).collect())
    }
}

struct Work {
    arrival: Arrival,
    answer: oneshot::Sender<Option<Kept>>,
}

/// The way to the thread. The thread ends when the last of these is dropped.
#[derive(Debug, Clone)]
pub(super) struct Ingest {
    work: mpsc::Sender<Work>,
}

impl Ingest {
    /// Starts the thread. `stored` is called after each transaction that stored something.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub(super) fn start(
        sink: Box<dyn Sink>,
        metrics: Arc<Metrics>,
        stored: Box<dyn Fn() + Send>,
    ) -> anyhow::Result<(Ingest, thread::JoinHandle<()>)> {
        let (work, waiting) = mpsc::channel(MAX_WAITING);
        let mut worker = Worker { sink, metrics, stored };
        let thread = thread::Builder::new().name("ingest".to_owned()).spawn(move || worker.run(waiting))?;
        Ok((Ingest { work }, thread))
    }

    /// Stores an event. When this returns what became of it, it is durable; `None` if it could not be stored.
    pub(super) async fn store(&self, arrival: Arrival) -> Option<Kept> {
        let (answer, answered) = oneshot::channel();
        self.work.send(Work { arrival, answer }).await.ok()?;
        answered.await.ok().flatten()
    }

    /// Whether the thread is there to store anything.
    pub(super) fn is_alive(&self) -> bool {
        !self.work.is_closed()
    }
}

struct Worker {
    sink: Box<dyn Sink>,
    metrics: Arc<Metrics>,
    stored: Box<dyn Fn() + Send>,
}

impl Worker {
    fn run(&mut self, mut waiting: mpsc::Receiver<Work>) {
        let mut arrivals = Vec::with_capacity(MAX_GROUP);
        let mut answers = Vec::with_capacity(MAX_GROUP);
        while let Some(first) = waiting.blocking_recv() {
            let mut bytes = 0;
            let mut next = Some(first);
            while let Some(Work { arrival, answer }) = next {
                bytes += arrival.body.len();
                arrivals.push(arrival);
                answers.push(answer);
                let is_full = arrivals.len() == MAX_GROUP || bytes >= MAX_GROUP_BYTES;
                next = if is_full { None } else { waiting.try_recv().ok() };
            }
            let begun = Instant::now();
            let outcome = self.sink.add(&arrivals);
            arrivals.clear();
            match outcome {
                Ok(kept) => {
                    self.metrics.committed(&kept, begun.elapsed());
                    for (answer, kept) in answers.drain(..).zip(&kept) {
                        // A sender that hung up sends the event again, and it is a duplicate then.
                        let _ = answer.send(Some(*kept));
                    }
                    if kept.contains(&Kept::Stored) {
                        (self.stored)();
                    }
                }
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "events could not be stored");
                    self.metrics.failed_to_store(&error);
                    // Dropped, they tell their requests that nothing is stored.
                    answers.clear();
                }
            }
        }
    }
}
