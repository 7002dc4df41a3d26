//! A client: opened once, shared by all. Its one `send` paces, tries again, and judges the answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::error::{Call, Outcome, RequestError, StripeError, Unsendable};
use super::judge::{Answer, Attempt};
use super::key::SecretKey;
use super::limiter::{Limiter, Wait};
use super::options::Options;
use super::path::is_sound;
use super::reader::Reader;
use super::retry::Policy;
use super::stats::{Counters, Stats};
use super::wire::{Broken, Heard, Outgoing, Wire};
use super::writer::Writer;

/// A client for one account in one mode. Cloning it is cheap, and clones share limiter, connections and counts.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    wire: Wire,
    key: SecretKey,
    limiter: Limiter,
    counters: Counters,
    policy: Policy,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("key", &self.inner.key).finish_non_exhaustive()
    }
}

impl Client {
    /// Opens a client; nothing is sent yet.
    ///
    /// # Errors
    /// Kind `Usage` for a base URL that the key may not travel to (plain HTTP is for loopback only); `Failed` if
    /// the machine's CA certificates or proxy settings cannot be used.
    pub fn new(options: Options) -> anyhow::Result<Client> {
        let wire = Wire::open(&options)?;
        let policy = options.policy();
        let limiter = Limiter::new(options.limits, options.max_in_flight, watch::Sender::new(None));
        let inner = Inner { wire, key: options.key, limiter, counters: Counters::default(), policy };
        Ok(Client { inner: Arc::new(inner) })
    }

    /// The side that changes nothing.
    pub fn reader(&self) -> Reader {
        Reader::new(self.clone())
    }

    /// The side that writes.
    pub fn writer(&self) -> Writer {
        Writer::new(self.clone())
    }

    /// What was sent so far.
    pub fn stats(&self) -> Stats {
        self.inner.counters.snapshot()
    }

    /// The wait that requests are in, for a progress bar: the last one worth showing.
    pub fn waits(&self) -> watch::Receiver<Option<Wait>> {
        self.inner.limiter.waits()
    }

    /// Sends a request until an answer settles it.
    pub(super) async fn send(&self, outgoing: &Outgoing) -> Result<Answer, StripeError> {
        let Inner { wire, key, limiter, counters, policy } = &*self.inner;
        let call = Call { method: outgoing.method, path: outgoing.path.clone() };
        if !is_sound(&outgoing.path) {
            return Err(StripeError::Request(Box::new(RequestError { call, why: Unsendable::Path })));
        }
        let mut spent = Duration::ZERO;
        let mut retries = 0;
        // An attempt ended so that Stripe may have carried it out.
        let mut in_doubt = false;
        loop {
            let queued_at = Instant::now();
            let permit = limiter.admit(outgoing.method, &outgoing.path).await;
            counters.waited(queued_at.elapsed());
            counters.sent(retries > 0);
            let sent_at = Instant::now();
            let heard = wire.exchange(outgoing).await;
            let took = sent_at.elapsed();
            spent += took;
            log(&call, &heard, retries, took);
            if heard.is_ok() {
                counters.answered();
            }

            let attempt = Attempt { call: &call, key, attempts: retries + 1, in_doubt };
            let failure = match attempt.judge(heard) {
                Ok(mut answer) => {
                    answer.took = took;
                    permit.accepted();
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let seen = failure.seen();
            if seen.is_rate_limited() {
                counters.rate_limited();
                permit.refused(failure.refusal());
            } else if failure.was_answered() {
                permit.accepted();
            }
            drop(permit);
            let policy = if self.stats().answers > 0 { *policy } else { policy.at_first_contact() };
            let Some(pause) = policy.next(&seen, retries, spent, fastrand::u32(..)) else {
                return Err(failure.error);
            };
            in_doubt = failure.error.outcome() == Outcome::Unknown;
            limiter.show_retry(pause);
            counters.waited(pause);
            tokio::time::sleep(pause).await;
            spent += pause;
            retries += 1;
        }
    }
}

/// Logs a request: never its parameters, its body or its key.
fn log(call: &Call, heard: &Result<Heard, Broken>, retries: u32, took: Duration) {
    let Call { method, path } = call;
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match heard {
        Ok(heard) => {
            let request_id = heard.request_id.as_deref().unwrap_or("-");
            tracing::debug!(%method, path, status = heard.status, ms, request_id, retries, "answered");
        }
        Err(broken) => tracing::debug!(%method, path, fault = ?broken.fault, ms, retries, "no answer"),
    }
}
