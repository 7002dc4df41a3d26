//! One limiter for all requests of a client: it paces them below known limits and adapts to what Stripe says.
//!
//! A request first waits for its endpoint's turn, then for the turn among all endpoints, so that a slow
//! endpoint holds nobody else up. Turns go in the order of arrival. A 429 slows down what its
//! `Stripe-Rate-Limited-Reason` names; recovery is slow and stops at the known limit.

mod pace; // how fast requests leave
#[cfg(test)]
mod tests; // against a model of Stripe's limits
mod window; // how many are under way at once

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use self::pace::Pace;
use self::window::Window;
use super::meter_stream::METER_STREAM;
use super::options::Limits;
use super::path::{Method, route};

/// Shorter waits are the ordinary rhythm of pacing, not worth a person's attention.
const SHORTEST_SHOWN: Duration = Duration::from_millis(100);

/// Search has a limit of its own below the other endpoints'. Source: docs.stripe.com/rate-limits.
const SEARCHES_PER_SECOND: u32 = 20;

/// Meter events have a limit of their own in live mode, beside all other requests.
const METER_EVENTS: &str = "/v1/billing/meter_events";

/// The stream of meter events takes so many times as many requests. Source: the Node SDK's types.
const STREAM_FACTOR: u32 = 10;

/// Why requests are waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Stripe's limit on requests.
    Limit,
    /// The pause before a request is tried again.
    Retry,
}

/// A wait that a progress bar may show. It is over by itself at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    pub why: Why,
    pub until: Instant,
}

impl Wait {
    /// What to show now: `waiting for Stripe's limit, 400 ms`; `None` once it is over.
    pub fn message(&self) -> Option<String> {
        let left = self.until.saturating_duration_since(Instant::now()).as_millis();
        let what = match self.why {
            Why::Limit => "waiting for Stripe's limit",
            Why::Retry => "waiting to try again",
        };
        (left > 0).then(|| format!("{what}, {left} ms"))
    }
}

/// What Stripe said it limits. Source: `Stripe-Rate-Limited-Reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    GlobalRate,
    EndpointRate,
    GlobalConcurrency,
    EndpointConcurrency,
    /// One object is asked too much of, or locked by another request: that request alone has to wait.
    Resource,
}

impl Reason {
    /// Reads what a refusal is about.
    ///
    /// Without a header it is a lock on an object if the code says so, else, as before there were reasons, the
    /// account's rate. A reason that is not known is taken for the account's rate too, the widest of them.
    pub fn read(header: Option<&str>, code: Option<&str>) -> Reason {
        match (header, code) {
            (Some("endpoint-rate"), _) => Reason::EndpointRate,
            (Some("global-concurrency"), _) => Reason::GlobalConcurrency,
            (Some("endpoint-concurrency"), _) => Reason::EndpointConcurrency,
            (Some("resource-specific"), _) | (None, Some("lock_timeout")) => Reason::Resource,
            (Some(_), _) | (None, _) => Reason::GlobalRate,
        }
    }
}

/// What was refused, and for how long at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Reason,
    pub retry_after: Option<Duration>,
}

/// The limiter of one client.
#[derive(Debug)]
pub struct Limiter {
    global: Gate,
    endpoints: Mutex<HashMap<(Method, String), Arc<Gate>>>,
    endpoint_per_second: Option<u32>,
    meter_events_per_second: Option<u32>,
    max_in_flight: u32,
    waits: watch::Sender<Option<Wait>>,
}

/// What requests pass one at a time, each when the rate and the number under way allow.
#[derive(Debug)]
struct Gate {
    /// Whose turn it is; tokio's mutex serves in the order of arrival.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<GateState>,
    /// A request ended, so that the one whose turn it is may look again.
    freed: Notify,
}

#[derive(Debug)]
struct GateState {
    pace: Pace,
    window: Window,
}

enum Ready {
    Now,
    At(Instant),
    WhenFreed,
}

impl Gate {
    fn new(per_second: Option<u32>, max_in_flight: u32) -> Gate {
        Gate {
            turn: tokio::sync::Mutex::new(()),
            state: Mutex::new(GateState {
                pace: Pace::new(per_second, Instant::now()),
                window: Window::new(max_in_flight),
            }),
            freed: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a request may pass. Only the holder of the turn calls it.
    async fn wait(&self, waits: &watch::Sender<Option<Wait>>) {
        loop {
            let now = Instant::now();
            let ready = self.state().ready(now);
            match ready {
                Ready::Now => return,
                Ready::At(until) => {
                    if until.saturating_duration_since(now) >= SHORTEST_SHOWN {
                        waits.send_replace(Some(Wait { why: Why::Limit, until }));
                    }
                    tokio::time::sleep_until(until).await;
                }
                Ready::WhenFreed => self.freed.notified().await,
            }
        }
    }
}

impl GateState {
    fn ready(&self, now: Instant) -> Ready {
        let at = self.pace.ready_at();
        if at > now {
            Ready::At(at)
        } else if self.window.is_full() {
            Ready::WhenFreed
        } else {
            Ready::Now
        }
    }

    fn take(&mut self, now: Instant) {
        self.pace.take(now);
        self.window.take();
    }
}

impl Limiter {
    /// Makes a limiter; it reports waits worth showing to `waits`.
    pub fn new(limits: Limits, max_in_flight: usize, waits: watch::Sender<Option<Wait>>) -> Limiter {
        let max_in_flight = u32::try_from(max_in_flight.max(1)).unwrap_or(u32::MAX);
        Limiter {
            global: Gate::new(limits.global_per_second, max_in_flight),
            endpoints: Mutex::default(),
            endpoint_per_second: limits.endpoint_per_second,
            meter_events_per_second: limits.meter_events_per_second,
            max_in_flight,
            waits,
        }
    }

    /// Waits until a request may be sent. Dropping the future gives up the place in the queue.
    pub async fn admit(&self, method: Method, path: &str) -> Permit<'_> {
        let (endpoint, is_apart) = self.endpoint(method, path);
        let turn = endpoint.turn.lock().await;
        loop {
            if is_apart {
                endpoint.wait(&self.waits).await;
                let now = Instant::now();
                let mut own = endpoint.state();
                if let Ready::Now = own.ready(now) {
                    own.take(now);
                    drop((own, turn));
                    return Permit { limiter: self, endpoint, is_apart, sent_at: now };
                }
                continue;
            }
            endpoint.wait(&self.waits).await;
            let _turn_among_all = self.global.turn.lock().await;
            self.global.wait(&self.waits).await;
            let now = Instant::now();
            let mut all = self.global.state();
            let mut own = endpoint.state();
            // While waiting for the others, an answer may have closed either.
            if let (Ready::Now, Ready::Now) = (all.ready(now), own.ready(now)) {
                all.take(now);
                own.take(now);
                drop((all, own, turn));
                return Permit { limiter: self, endpoint, is_apart, sent_at: now };
            }
        }
    }

    /// Reports a pause before a retry, for the progress bar.
    pub fn show_retry(&self, pause: Duration) {
        if pause >= SHORTEST_SHOWN {
            self.waits.send_replace(Some(Wait { why: Why::Retry, until: Instant::now() + pause }));
        }
    }

    pub fn waits(&self) -> watch::Receiver<Option<Wait>> {
        self.waits.subscribe()
    }

    /// The gate of an endpoint, and whether its requests count beside all others.
    fn endpoint(&self, method: Method, path: &str) -> (Arc<Gate>, bool) {
        let route = route(path);
        let meter_events = self.meter_events_per_second.and_then(|limit| match route.as_str() {
            METER_EVENTS => Some(limit),
            METER_STREAM => Some(limit.saturating_mul(STREAM_FACTOR)),
            _ => None,
        });
        let per_second = meter_events.or(self
            .endpoint_per_second
            .map(|limit| if route.ends_with("/search") { limit.min(SEARCHES_PER_SECOND) } else { limit }));
        let mut endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = endpoints
            .entry((method, route))
            .or_insert_with(|| Arc::new(Gate::new(per_second, self.max_in_flight)));
        (Arc::clone(gate), meter_events.is_some())
    }
}

/// Leave to send one request; it counts as under way until dropped.
#[derive(Debug)]
pub struct Permit<'a> {
    limiter: &'a Limiter,
    endpoint: Arc<Gate>,
    /// It does not count among all requests.
    is_apart: bool,
    sent_at: Instant,
}

impl Permit<'_> {
    /// The gates that the request passed.
    fn gates(&self) -> impl Iterator<Item = &Gate> {
        let global = (!self.is_apart).then_some(&self.limiter.global);
        global.into_iter().chain([&*self.endpoint])
    }

    /// Stripe took the request.
    pub fn accepted(&self) {
        let now = Instant::now();
        for gate in self.gates() {
            let mut state = gate.state();
            state.pace.accepted(now);
            state.window.accepted();
        }
    }

    /// Stripe asked for fewer requests.
    pub fn refused(&self, refusal: Refusal) {
        let Refusal { reason, retry_after } = refusal;
        let now = Instant::now();
        match reason {
            Reason::GlobalRate if !self.is_apart => {
                self.limiter.global.state().pace.cut(self.sent_at, now, retry_after);
            }
            Reason::GlobalRate | Reason::EndpointRate => {
                self.endpoint.state().pace.cut(self.sent_at, now, retry_after)
            }
            Reason::GlobalConcurrency if !self.is_apart => {
                self.limiter.global.state().window.cut(self.sent_at, now);
            }
            Reason::GlobalConcurrency | Reason::EndpointConcurrency => {
                self.endpoint.state().window.cut(self.sent_at, now)
            }
            Reason::Resource => {}
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        for gate in self.gates() {
            gate.state().window.release();
            gate.freed.notify_one();
        }
    }
}
