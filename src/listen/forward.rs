//! Events passed on to an application: the very same bytes and headers, until it accepts them.
//!
//! An event is in the outbox before Stripe gets its answer, so that no crash loses it; after a crash one may come
//! twice, as Stripe itself may deliver twice. Anything but a 2xx is tried again, as Stripe does: after a second, then
//! after twice as long each time up to five minutes, for a day. A signature that has become old by then would be refused
//! by the application, so that a late attempt is signed anew with the same secrets, as Stripe signs each attempt.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::apply::Failed;
use super::ingest::{Arrival, Kept, Sink};
use super::metrics::Metrics;
use super::options::Clock;
use super::secrets::{Secrets, exposed};
use crate::billing::signature;
use crate::store::outbox::{NewOutgoing, Outbox, OutboxLock, Outgoing};
use crate::stripe::webhook::Endpoint;

/// Events that are on their way at once.
const SIDE_BY_SIDE: usize = 8;
/// The first wait after an attempt in vain, and the longest.
const FIRST_WAIT_MS: i64 = 1_000;
const LONGEST_WAIT_MS: i64 = 5 * 60 * 1_000;
/// For how long an event is tried.
const GIVE_UP_AFTER_MS: i64 = 24 * 60 * 60 * 1_000;
/// A signature older than this is made anew: applications allow 300 seconds.
const FRESH_MS: i64 = 150 * 1_000;
/// How often ids that need not be remembered any more are forgotten, in milliseconds.
const FORGET_EVERY_MS: i64 = 60 * 60 * 1000;
/// The longest time without a look into the outbox.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long events that are on their way may take when the receiver stops.
const STOP_TIME: Duration = Duration::from_secs(5);

/// A sink that puts events into the outbox first, and stores them then.
pub struct Queueing<S> {
    outbox: Outbox,
    waiting: Arc<Notify>,
    inner: S,
}

impl<S> std::fmt::Debug for Queueing<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queueing").finish_non_exhaustive()
    }
}

impl<S: Sink> Queueing<S> {
    pub fn new(outbox: Outbox, waiting: Arc<Notify>, inner: S) -> Queueing<S> {
        Queueing { outbox, waiting, inner }
    }
}

impl<S: Sink> Sink for Queueing<S> {
    fn add(&mut self, arrivals: &[Arrival]) -> anyhow::Result<Vec<Kept>> {
        let events: Vec<NewOutgoing<'_>> = arrivals
            .iter()
            .map(|Arrival { event, body, headers, .. }| NewOutgoing { id: &event.id, headers, body })
            .collect();
        let now = arrivals.last().map_or(0, |arrival| arrival.received_at.as_millisecond());
        self.outbox.put(&events, now)?;
        let kept = self.inner.add(arrivals)?;
        self.waiting.notify_one();
        Ok(kept)
    }
}

/// Passes on what is in an outbox.
pub struct Forward {
    outbox: Outbox,
    _lock: OutboxLock,
    endpoint: Endpoint,
    secrets: Arc<Secrets>,
    clock: Clock,
    metrics: Arc<Metrics>,
    waiting: Arc<Notify>,
    failed: Failed,
    /// The application did not take the last event, and that was told.
    in_trouble: bool,
    /// When ids that need not be remembered any more were last forgotten, in milliseconds.
    forgot_at: i64,
}

impl std::fmt::Debug for Forward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forward").field("to", &self.endpoint.shown()).finish_non_exhaustive()
    }
}

/// An attempt that ended.
struct Attempted {
    outgoing: Outgoing,
    /// Why it was in vain.
    failure: Option<String>,
}

impl Forward {
    /// Opens the outbox at `path`, for this process alone. `failed` is told, in words, when the application stops to
    /// take events, and of each that is given up.
    ///
    /// # Errors
    /// `Failed` if another process passes its events on, or it can't be opened.
    pub fn open(
        path: &Path,
        endpoint: Endpoint,
        secrets: Arc<Secrets>,
        clock: Clock,
        metrics: Arc<Metrics>,
        failed: Failed,
    ) -> anyhow::Result<Forward> {
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let lock = Outbox::lock(path)?;
        let mut outbox = Outbox::open(path)?;
        let forgot_at = clock().as_millisecond();
        outbox.forget_old(forgot_at)?;
        let waiting = Arc::new(Notify::new());
        Ok(Forward {
            outbox,
            _lock: lock,
            endpoint,
            secrets,
            clock,
            metrics,
            waiting,
            failed,
            in_trouble: false,
            forgot_at,
        })
    }

    /// What is told that something was put into the outbox.
    pub fn waiting(&self) -> Arc<Notify> {
        Arc::clone(&self.waiting)
    }

    /// Passes events on until `stop` says so or is dropped. What has not been accepted then is passed on by the next
    /// run.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut under_way = JoinSet::new();
        let mut seqs = BTreeSet::new();
        loop {
            let wait = match self.begin(&mut under_way, &mut seqs) {
                Ok(wait) => wait,
                Err(error) => {
                    self.trouble(format!("the outbox cannot be read: {error:#}"));
                    LOOK_EVERY
                }
            };
            tokio::select! {
                () = asked(&mut stop) => break,
                () = self.waiting.notified(), if under_way.len() < SIDE_BY_SIDE => {}
                () = tokio::time::sleep(wait), if under_way.len() < SIDE_BY_SIDE => {}
                Some(attempted) = under_way.join_next() => self.end(attempted.ok(), &mut seqs),
            }
        }
        let rest = async {
            while let Some(attempted) = under_way.join_next().await {
                self.end(attempted.ok(), &mut seqs);
            }
        };
        if tokio::time::timeout(STOP_TIME, rest).await.is_err() {
            tracing::info!("some events are not passed on yet; the next run does");
        }
    }

    /// Sends off what is due, as many at once as may be; how long it is until the next is due.
    fn begin(
        &mut self,
        under_way: &mut JoinSet<Attempted>,
        seqs: &mut BTreeSet<i64>,
    ) -> anyhow::Result<Duration> {
        let now = (self.clock)();
        if now.as_millisecond().saturating_sub(self.forgot_at) >= FORGET_EVERY_MS {
            self.forgot_at = now.as_millisecond();
            self.outbox.forget_old(self.forgot_at)?;
        }
        // Those on their way are due still.
        let due = self.outbox.due(now.as_millisecond(), SIDE_BY_SIDE)?;
        for outgoing in due {
            if under_way.len() >= SIDE_BY_SIDE {
                break;
            }
            if seqs.insert(outgoing.seq) {
                let headers = headers(&outgoing, &self.secrets, now);
                under_way.spawn(attempt(self.endpoint.clone(), headers, outgoing));
            }
        }
        let (next, count) = self.outbox.waiting()?;
        self.metrics.forward_waiting(count);
        let wait = next.map_or(LOOK_EVERY, |due_at| {
            let left = due_at.saturating_sub(now.as_millisecond()).max(0);
            Duration::from_millis(u64::try_from(left).unwrap_or_default())
        });
        // What is due and on its way is not waited for here.
        Ok(if under_way.is_empty() {
            wait.min(LOOK_EVERY)
        } else {
            wait.clamp(Duration::from_millis(100), LOOK_EVERY)
        })
    }

    fn end(&mut self, attempted: Option<Attempted>, seqs: &mut BTreeSet<i64>) {
        // A task that panicked says so itself; its event stays due.
        let Some(Attempted { outgoing, failure }) = attempted else {
            seqs.clear();
            return;
        };
        seqs.remove(&outgoing.seq);
        self.metrics.forward_attempted(failure.is_none());
        let noted = match failure {
            None => {
                self.in_trouble = false;
                self.outbox.settle(outgoing.seq)
            }
            Some(why) => {
                let now = (self.clock)().as_millisecond();
                let due_at = next_attempt(&outgoing, now);
                if due_at.is_none() {
                    self.metrics.forward_given_up();
                    (self.failed)(format!(
                        "{} was not accepted for a day and is given up: {why}",
                        outgoing.id
                    ));
                }
                self.trouble(format!("{} is not accepted and will be sent again: {why}", outgoing.id));
                self.outbox.put_off(outgoing.seq, due_at)
            }
        };
        if let Err(error) = noted {
            self.trouble(format!("the outbox cannot be written: {error:#}"));
        }
    }

    fn trouble(&mut self, why: String) {
        if self.in_trouble {
            tracing::info!(why, "still not passed on");
        } else {
            self.in_trouble = true;
            (self.failed)(why);
        }
    }
}

/// Waits until told to stop, or until nobody is left who could tell.
async fn asked(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopping| *stopping).await;
}

async fn attempt(endpoint: Endpoint, headers: Vec<(String, Vec<u8>)>, outgoing: Outgoing) -> Attempted {
    let failure = match endpoint.post(&headers, outgoing.body.clone()).await {
        Ok(answered) if answered.is_accepted() => None,
        Ok(answered) => Some(format!("{} answered {}", endpoint.shown(), answered.status)),
        Err(unanswered) => Some(format!("{} {unanswered}", endpoint.shown())),
    };
    Attempted { outgoing, failure }
}

/// When an event is tried again after an attempt in vain, in milliseconds; never, once it is too old.
fn next_attempt(outgoing: &Outgoing, now: i64) -> Option<i64> {
    let doubled = FIRST_WAIT_MS.checked_shl(outgoing.attempts.min(20)).unwrap_or(LONGEST_WAIT_MS);
    let at = now.saturating_add(doubled.min(LONGEST_WAIT_MS));
    (at < outgoing.queued_at.saturating_add(GIVE_UP_AFTER_MS)).then_some(at)
}

/// The headers as they came; the signature made anew where it has become too old to be accepted.
fn headers(outgoing: &Outgoing, secrets: &Secrets, now: Timestamp) -> Vec<(String, Vec<u8>)> {
    let mut headers = outgoing.headers.clone();
    let current = secrets.current();
    if now.as_millisecond().saturating_sub(outgoing.queued_at) <= FRESH_MS || current.is_empty() {
        return headers;
    }
    let fresh = signature::header(&exposed(&current), now.as_second(), &outgoing.body);
    for (_, value) in headers.iter_mut().filter(|(name, _)| name == signature::HEADER) {
        *value = fresh.clone().into_bytes();
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outgoing(attempts: u32) -> Outgoing {
        let headers = vec![
            (signature::HEADER.to_owned(), b"t=1,v1=old".to_vec()),
            ("user-agent".to_owned(), b"Stripe/1.0".to_vec()),
        ];
        Outgoing { seq: 1, id: "evt_1".to_owned(), queued_at: 0, attempts, headers, body: b"{}".to_vec() }
    }

    #[test]
    fn waits_double_up_to_five_minutes_and_end_after_a_day() {
        let waits: Vec<_> = [0, 1, 2, 8, 9, 40].map(|attempts| next_attempt(&outgoing(attempts), 0)).into();
        assert_eq!(waits, [1_000, 2_000, 4_000, 256_000, 300_000, 300_000].map(Some));
        let day = GIVE_UP_AFTER_MS;
        assert_eq!(next_attempt(&outgoing(40), day - 300_001), Some(day - 1));
        assert_eq!(next_attempt(&outgoing(40), day - 300_000), None);
    }

    #[test]
    fn headers_stay_as_they_came_until_the_signature_is_old() {
        let secrets = Secrets::new(vec!["whsec_test_a".to_owned().into()], None);
        let at = |seconds| headers(&outgoing(0), &secrets, Timestamp::from_second(seconds).unwrap());
        assert_eq!(at(150), outgoing(0).headers);
        let late = at(151);
        let value = std::str::from_utf8(&late[0].1).unwrap();
        assert!(signature::verify(&["whsec_test_a"], value, b"{}", 151, 300).is_ok(), "{value}");
        assert_eq!(late[1], outgoing(0).headers[1]);
    }
}
