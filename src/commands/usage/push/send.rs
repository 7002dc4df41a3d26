//! Events → Stripe: side by side, but of one customer and meter one after the other, as Stripe wants it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;

use super::meters::Meter;
use super::telling::Telling;
use crate::commands::moment::time;
use crate::context::Stop;
use crate::error::Kind;
use crate::store::books::{Adding, Ended, Pushed};
use crate::stripe::error::Outcome;
use crate::stripe::meter_stream::{MOST_EVENTS, MeterStream};
use crate::stripe::{IdempotencyKey, StripeError, Writer};
use crate::ui::Progress;

/// What Stripe says of an identifier that it has.
const DUPLICATE: &str = "An event already exists with identifier";

/// The code that may go with it.
const DUPLICATE_CODE: &str = "duplicate_meter_event";

/// What sending needs.
#[derive(Clone)]
pub struct Sender {
    pub writer: Writer,
    /// Events go this way, where there is one.
    pub stream: Option<Arc<MeterStream>>,
    pub meters: Arc<BTreeMap<String, Meter>>,
    pub stop: Stop,
    pub bar: Progress,
    /// Something went wrong that will go wrong with all others too.
    pub halted: Arc<AtomicBool>,
}

impl Sender {
    /// Sends events whose attempts are written down, tells how they ended, and returns what stopped it, if anything did.
    pub async fn send(self, events: Vec<Pushed>, telling: Arc<Telling>) -> Option<StripeError> {
        let mut error = None;
        let events = match &self.stream {
            Some(stream) => {
                let (streamed, after) = self.in_two(events);
                error = self.send_stream(stream, streamed, &telling).await;
                after
            }
            None => events,
        };
        let mut queues: BTreeMap<(Option<String>, Option<String>), Vec<Pushed>> = BTreeMap::new();
        for event in events {
            queues.entry((event.customer.clone(), event.event_name.clone())).or_default().push(event);
        }
        let mut under_way = JoinSet::new();
        for queue in queues.into_values() {
            let (sender, telling) = (self.clone(), Arc::clone(&telling));
            under_way.spawn(async move { sender.send_queue(queue, &telling).await });
        }
        error.or(first_error(under_way).await)
    }

    /// What can go by the stream, and what has to wait until that is known: what takes back an event, where it is no event
    /// itself or the other is among these.
    fn in_two(&self, events: Vec<Pushed>) -> (Vec<Pushed>, Vec<Pushed>) {
        let own: HashSet<String> = events.iter().map(|event| event.identifier.clone()).collect();
        events.into_iter().partition(|event| {
            self.cancels(event).is_none()
                && !event.corrected().is_some_and(|corrected| own.contains(corrected))
        })
    }

    /// What Stripe knows the event by that a record takes back by canceling.
    pub fn cancels<'a>(&self, event: &'a Pushed) -> Option<&'a str> {
        let meter = self.meters.get(event.event_name.as_deref()?)?;
        match meter.adding {
            Adding::Count | Adding::Last => event.corrected(),
            Adding::Sum => None,
        }
    }

    /// Sends events by the hundred, some requests side by side.
    async fn send_stream(
        &self,
        stream: &Arc<MeterStream>,
        events: Vec<Pushed>,
        telling: &Arc<Telling>,
    ) -> Option<StripeError> {
        let mut under_way = JoinSet::new();
        let mut events = events.into_iter();
        loop {
            let some: Vec<Pushed> = events.by_ref().take(MOST_EVENTS).collect();
            if some.is_empty() {
                break;
            }
            let (sender, stream, telling) = (self.clone(), Arc::clone(stream), Arc::clone(telling));
            under_way.spawn(async move { sender.send_hundred(&stream, some, &telling).await });
        }
        first_error(under_way).await
    }

    async fn send_hundred(
        &self,
        stream: &MeterStream,
        events: Vec<Pushed>,
        telling: &Arc<Telling>,
    ) -> Option<StripeError> {
        let tell_all = |ended: &Ended| events.iter().for_each(|event| telling.say(event, ended.clone()));
        if self.is_over() {
            tell_all(&Ended::NotSent);
            return None;
        }
        let bodies: Vec<Value> = events.iter().filter_map(|event| self.streamed(event)).collect();
        if bodies.len() < events.len() {
            // One without a meter is refused by itself.
            return self.send_queue(events, telling).await;
        }
        let mut digest = Sha256::new();
        for event in &events {
            digest.update(format!("{}.{};", event.identifier, event.attempt));
        }
        let Ok(key) = IdempotencyKey::new(format!("billctl-{}", hex::encode(digest.finalize()))) else {
            tell_all(&Ended::NotSent);
            return None;
        };
        let sent = stream.send(&bodies, &key).await;
        if sent.as_ref().is_err_and(is_of_an_event) {
            // Of a request that it can't read Stripe takes nothing. Each by itself, those are told from the others.
            return self.send_queue(events, telling).await;
        }
        self.bar.advance(u64::try_from(events.len()).unwrap_or_default());
        match sent {
            Ok(()) => {
                tell_all(&Ended::Sent { streamed: true });
                None
            }
            Err(error) => {
                self.halted.store(true, Ordering::Relaxed);
                // What Stripe may have taken stays begun, and is sent again as it is.
                if error.outcome() == Outcome::NotDone {
                    tell_all(&Ended::NotSent);
                }
                Some(error)
            }
        }
    }

    /// An event as the stream takes it: with its time in words.
    fn streamed(&self, event: &Pushed) -> Option<Value> {
        let meter = self.meters.get(event.event_name.as_deref()?)?;
        let mut body = params(meter, event);
        body["timestamp"] = json!(time(event.at));
        Some(body)
    }

    /// Sends events of one customer, each when the one before has its answer.
    async fn send_queue(&self, queue: Vec<Pushed>, telling: &Telling) -> Option<StripeError> {
        let mut stopped_by = None;
        for event in queue {
            if self.is_over() {
                telling.say(&event, Ended::NotSent);
                continue;
            }
            self.bar.advance(1);
            if telling.settle_with_refused(&event) {
                continue;
            }
            match self.post(&event).await {
                Ok(ended) => telling.say(&event, ended),
                // Stripe keeps this answer for a day, under the only key that a cancellation has. It stays begun, and holds up
                // no other.
                Err(error) if self.cancels(&event).is_some() && is_kept(&error) => {}
                Err(error) => {
                    self.halted.store(true, Ordering::Relaxed);
                    // What Stripe may have carried out stays begun, and is sent again as it is.
                    if error.outcome() == Outcome::NotDone {
                        telling.say(&event, Ended::NotSent);
                    }
                    stopped_by = Some(error);
                }
            }
        }
        stopped_by
    }

    fn is_over(&self) -> bool {
        self.stop.is_asked() || self.halted.load(Ordering::Relaxed)
    }

    /// Sends one event.
    async fn post(&self, event: &Pushed) -> Result<Ended, StripeError> {
        let name = event.event_name.clone().unwrap_or_default();
        let refused = |code: &str, why: &str| Ended::Rejected { code: code.to_owned(), why: why.to_owned() };
        let Some(meter) = self.meters.get(&name) else {
            return Ok(refused("no_meter", "Stripe has no active meter of this name any more"));
        };
        let cancels = self.cancels(event);
        let (path, params) = match cancels {
            Some(corrected) => (
                "/v1/billing/meter_event_adjustments",
                json!({"event_name": name, "type": "cancel", "cancel": {"identifier": corrected}}),
            ),
            None => ("/v1/billing/meter_events", params(meter, event)),
        };
        let Ok(key) = IdempotencyKey::new(format!("{}.{}", event.identifier, event.attempt)) else {
            return Ok(refused("bad_identifier", "its identifier can't be sent"));
        };
        match self.writer.post(path, &params, &key).await {
            Ok(_) if cancels.is_some() => Ok(Ended::Canceled),
            Ok(_) => Ok(Ended::Sent { streamed: false }),
            Err(error) => judge(error),
        }
    }
}

/// What stopped the first of those under way that was stopped. One that panicked leaves its events as begun: the next push
/// sends them again.
async fn first_error(mut under_way: JoinSet<Option<StripeError>>) -> Option<StripeError> {
    let mut first = None;
    while let Some(done) = under_way.join_next().await {
        first = first.or(done.ok().flatten());
    }
    first
}

/// Whether Stripe answers the same whenever it is asked under the same key.
fn is_kept(error: &StripeError) -> bool {
    error.api().is_some_and(|api| api.status >= 500 && api.replayed)
}

/// Whether Stripe refused a request on the stream for what is in it, rather than for who asks or how often.
fn is_of_an_event(error: &StripeError) -> bool {
    error.api().is_some_and(|api| api.status == 400)
        && error.kind() == Kind::Failed
        && error.outcome() == Outcome::NotDone
}

/// An event as `/v1/billing/meter_events` takes it.
fn params(meter: &Meter, event: &Pushed) -> Value {
    let mut payload = Map::new();
    payload.insert(meter.customer_key.clone(), json!(event.customer));
    payload.insert(meter.value_key.clone(), json!(event.quantity.to_string()));
    json!({
        "event_name": meter.event_name,
        "identifier": event.identifier,
        "timestamp": event.at,
        "payload": payload,
    })
}

/// Whether a failure is about this event alone: then what became of it.
fn judge(error: StripeError) -> Result<Ended, StripeError> {
    let Some(api) = error.api().filter(|_| error.kind() == Kind::Failed) else { return Err(error) };
    if error.outcome() == Outcome::Unknown {
        return Err(error);
    }
    let message = api.message.clone().unwrap_or_default();
    // The identifier is made of the record, so what is there is this.
    if message.starts_with(DUPLICATE) || api.code.as_deref() == Some(DUPLICATE_CODE) {
        return Ok(Ended::Sent { streamed: false });
    }
    let code = match api.code.as_deref() {
        Some("resource_missing") if message.contains("customer") => "meter_event_customer_not_found",
        Some(code) => code,
        None if message.contains("days in past") => "timestamp_too_far_in_past",
        None if message.contains("in the future") => "timestamp_in_future",
        None if message.contains("No active meter") => "no_meter",
        None => "refused",
    };
    Ok(Ended::Rejected { code: code.to_owned(), why: message })
}
