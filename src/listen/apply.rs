//! What is stored, brought into the mirror: on a thread of its own, in batches, never at the cost of storing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::metrics::Metrics;
use super::options::Clock;
use crate::store::books::Books;
use crate::store::mirror::{Applied, Mirror};

/// How many events are applied in one transaction.
const BATCH: usize = 256;
/// How often events that failed are tried again.
const RETRY_EVERY: Duration = Duration::from_secs(60);
/// While events come in faster than this between two batches, storing them has the machine for most of the time.
const BUSY: u64 = 64;
/// How many times as long as a batch took the next one waits then.
const BUSY_SHARE: u32 = 4;

/// What became of a batch that was not as it should be.
pub type Failed = Box<dyn Fn(String) + Send>;

/// The thread that applies. Dropping it leaves the thread to end by itself.
#[derive(Debug)]
pub struct Applier {
    wake: SyncSender<()>,
    stopping: Arc<AtomicBool>,
    thread: thread::JoinHandle<()>,
}

/// Wakes the thread; cheap enough to be called after every transaction.
#[derive(Debug, Clone)]
pub struct Wake(SyncSender<()>);

impl Wake {
    pub fn wake(&self) {
        match self.0.try_send(()) {
            // One call is as good as many.
            Ok(()) | Err(TrySendError::Full(())) => {}
            Err(TrySendError::Disconnected(())) => {
                tracing::error!("the thread that applies events has ended")
            }
        }
    }
}

impl Applier {
    /// Starts the thread, which first applies what an earlier run left. `failed` is told, in words, of events that
    /// could not be applied and of a mirror that cannot be written.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(
        books: Books,
        mirror: Mirror,
        clock: Clock,
        metrics: Arc<Metrics>,
        failed: Failed,
    ) -> anyhow::Result<Applier> {
        let (wake, woken) = sync_channel(1);
        let stopping = Arc::new(AtomicBool::new(false));
        let mut worker = Worker {
            books,
            mirror,
            clock,
            metrics,
            failed,
            stopping: Arc::clone(&stopping),
            in_trouble: false,
        };
        let thread = thread::Builder::new().name("apply".to_owned()).spawn(move || worker.run(&woken))?;
        let applier = Applier { wake, stopping, thread };
        applier.waker().wake();
        Ok(applier)
    }

    pub fn waker(&self) -> Wake {
        Wake(self.wake.clone())
    }

    /// Applies what is stored by now, for `time` at most, and ends the thread. What is left is applied by the next run.
    pub async fn stop(self, time: Duration) {
        let Applier { wake, stopping, thread } = self;
        stopping.store(true, Ordering::Release);
        Wake(wake).wake();
        let joined = tokio::task::spawn_blocking(move || thread.join());
        if tokio::time::timeout(time, joined).await.is_err() {
            tracing::info!("some stored events are not applied yet; the next run does");
        }
    }
}

struct Worker {
    books: Books,
    mirror: Mirror,
    clock: Clock,
    metrics: Arc<Metrics>,
    failed: Failed,
    stopping: Arc<AtomicBool>,
    /// The mirror could not be written the last time, and that was told.
    in_trouble: bool,
}

impl Worker {
    fn run(&mut self, woken: &Receiver<()>) {
        let mut retried_at = Instant::now();
        loop {
            match woken.recv_timeout(RETRY_EVERY) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // Asked before: what is stored while a batch is applied is left to the call that comes with the wish to stop.
            let stopping = self.stopping.load(Ordering::Acquire);
            let outcome = self.apply_all();
            self.note(outcome);
            if stopping {
                return;
            }
            if retried_at.elapsed() >= RETRY_EVERY {
                retried_at = Instant::now();
                let outcome = self.retry();
                self.note(outcome);
            }
        }
    }

    fn apply_all(&mut self) -> anyhow::Result<()> {
        loop {
            let (stored, _, _) = self.metrics.totals();
            let begun = Instant::now();
            let batch = self.mirror.apply_pending(&self.books, BATCH, (self.clock)())?;
            self.count(batch)?;
            if !batch.more {
                return Ok(());
            }
            let (stored_now, _, _) = self.metrics.totals();
            if stored_now - stored > BUSY && !self.stopping.load(Ordering::Relaxed) {
                thread::sleep(begun.elapsed() * BUSY_SHARE);
            }
        }
    }

    fn retry(&mut self) -> anyhow::Result<()> {
        let batch = self.mirror.retry_failed(&self.books, BATCH, (self.clock)())?;
        self.count(batch)
    }

    fn count(&self, batch: Applied) -> anyhow::Result<()> {
        let Applied { applied, older, kept, failed, through, more: _, started_over } = batch;
        let unapplied = self.books.last_seq()?.saturating_sub(through);
        self.metrics.applied(applied + older + kept, failed, u64::try_from(unapplied).unwrap_or_default());
        if started_over {
            (self.failed)(
                "the books are not those that were applied until now: all their events are applied again; run `billctl \
                 events pull`, which reads again what Stripe still lists"
                    .to_owned(),
            );
        }
        if failed > 0 {
            let plural = if failed == 1 { "event" } else { "events" };
            (self.failed)(format!(
                "{failed} {plural} could not be applied: `billctl events list --failed` says why; they are stored, and tried again"
            ));
        }
        Ok(())
    }

    /// Tells of a mirror that cannot be written, once. Storing goes on all the same.
    fn note(&mut self, outcome: anyhow::Result<()>) {
        match outcome {
            Ok(()) => self.in_trouble = false,
            Err(error) if self.in_trouble => {
                tracing::warn!(error = format!("{error:#}"), "still not applied")
            }
            Err(error) => {
                self.in_trouble = true;
                (self.failed)(format!("events are stored, but cannot be applied now: {error:#}"));
            }
        }
    }
}
