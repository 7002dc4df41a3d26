//! One receiver's line: what it is to get, in order, again after a failure, and with the faults that were asked for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::courier::Courier;
use super::parcel;
use super::queue::Queue;
use super::reach::reach;
use super::{Posted, Receiver, session};
use crate::emulator::database::{Database, Due, State};
use crate::emulator::faults::Mishaps;
use crate::emulator::kind::Kind;

/// How long the next delivery waits for the answer to the one before: a receiver that answers gets them one by one.
const PATIENCE: Duration = Duration::from_secs(1);
/// Most deliveries that wait for a slow receiver's answer.
const MOST_UNDER_WAY: usize = 16;

/// Something for the receiver.
#[derive(Debug)]
struct Item {
    posted: Posted,
    mishaps: Mishaps,
}

/// Where to send an event, as that is now.
struct Parcel {
    /// `None` for a session.
    address: Option<axum::http::Uri>,
    secret: String,
    body: String,
    attempts: u32,
}

/// What is to become of a delivery after an attempt.
struct Settled {
    state: State,
    outcome: String,
    was_sent: bool,
    /// When it is sent again.
    again: Option<Duration>,
}

/// Serves one receiver until nothing more can arrive and everything was tried once.
pub async fn run(courier: Arc<Courier>, mut arrivals: mpsc::UnboundedReceiver<Posted>) {
    let mut queue: Queue<Item> = Queue::default();
    let mut later: BTreeMap<(Instant, u64), Item> = BTreeMap::new();
    let mut number = 0;
    let mut under_way: JoinSet<Option<(Item, Duration)>> = JoinSet::new();
    let mut closed = false;
    loop {
        let now = Instant::now();
        while let Some(first) = later.first_entry().filter(|first| first.key().0 <= now) {
            let item = first.remove();
            queue.push(item, 0, now);
        }
        if under_way.len() < MOST_UNDER_WAY
            && let Some(item) = queue.pop(now, closed)
        {
            let (answered, answer) = oneshot::channel();
            under_way.spawn(deliver(Arc::clone(&courier), item, answered));
            // Without an answer by then, the next one is sent all the same.
            let _ = tokio::time::timeout(PATIENCE, answer).await;
            continue;
        }
        if closed && under_way.is_empty() {
            return;
        }
        let wake =
            [later.first_key_value().map(|((due, _), _)| *due), queue.wake()].into_iter().flatten().min();
        tokio::select! {
            posted = arrivals.recv(), if !closed => match posted {
                Some(posted) => {
                    let mut mishaps = courier.faults.strike_delivery(&posted.event_type);
                    let now = Instant::now();
                    if mishaps.delay.is_zero() {
                        queue.push(Item { posted, mishaps }, mishaps.passed_by, now);
                    } else {
                        number += 1;
                        let due = now + std::mem::take(&mut mishaps.delay);
                        later.insert((due, number), Item { posted, mishaps });
                    }
                }
                None => closed = true,
            },
            Some(ended) = under_way.join_next() => match ended {
                Ok(Some((item, delay))) => {
                    number += 1;
                    later.insert((Instant::now() + delay, number), item);
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "a delivery broke off"),
            },
            () = tokio::time::sleep_until(wake.unwrap_or(now)), if wake.is_some() => {}
        }
    }
}

/// Makes one attempt and notes how it went; the item again if it is to be sent again. Says when it was answered.
async fn deliver(
    courier: Arc<Courier>,
    item: Item,
    answered: oneshot::Sender<()>,
) -> Option<(Item, Duration)> {
    let settled = match parcel(&courier, &item.posted).await {
        Ok(Some(parcel)) => attempt(&courier, &item, &parcel).await,
        Ok(None) => return None,
        Err((state, outcome)) => Settled { state, outcome, was_sent: false, again: None },
    };
    let Settled { state, outcome, was_sent, again } = settled;
    // Nobody waits any more if it took long.
    let _ = answered.send(());
    let Posted { receiver, event, seq, .. } = &item.posted;
    tracing::debug!(event, ?receiver, state = state.name(), outcome, "delivery");
    if let Some(seq) = *seq {
        let settle = move |db: &Database| db.settle_delivery(seq, state, &outcome, was_sent);
        courier.engine.with(true, settle).await;
    }
    let mishaps = Mishaps::default();
    again.map(|delay| (Item { mishaps, ..item }, delay))
}

/// Sends a parcel, with its faults.
async fn attempt(courier: &Courier, item: &Item, parcel: &Parcel) -> Settled {
    let Mishaps { dropped, twice, answer_lost, delay: _, passed_by: _ } = item.mishaps;
    if dropped {
        let outcome = "dropped: a fault on request".to_owned();
        return Settled { state: State::Dropped, outcome, was_sent: false, again: None };
    }
    let mut result = send(courier, item, parcel).await;
    if twice {
        result = send(courier, item, parcel).await.or(result);
    }
    if answer_lost {
        result = Err("its answer was lost: a fault on request".to_owned());
    }
    match result {
        Ok(outcome) => Settled { state: State::Delivered, outcome, was_sent: true, again: None },
        Err(outcome) => {
            let made = usize::try_from(parcel.attempts).unwrap_or(usize::MAX);
            let again = courier.sending.retry_after.get(made).copied();
            let state = if again.is_some() { State::Waiting } else { State::Failed };
            Settled { state, outcome, was_sent: true, again }
        }
    }
}

async fn send(courier: &Courier, item: &Item, parcel: &Parcel) -> Result<String, String> {
    let signature = parcel::sign(&parcel.secret, (courier.clock)(), &parcel.body);
    match (&parcel.address, &item.posted.receiver) {
        (Some(address), _) => courier.poster.post(address, parcel.body.clone(), &signature).await,
        (None, Receiver::Session(number)) => {
            let frame = session::frame(&parcel.body, &signature);
            match courier.sessions.send(*number, frame) {
                true => Ok("handed to stripe listen".to_owned()),
                false => Err("stripe listen has left".to_owned()),
            }
        }
        (None, Receiver::Endpoint(_) | Receiver::Forward(_)) => Err("it has no address".to_owned()),
    }
}

/// What is to be sent now; `None` if it is settled, and an error if it can't be sent.
async fn parcel(courier: &Courier, posted: &Posted) -> Result<Option<Parcel>, (State, String)> {
    let own_secret = courier.account.webhook_secret.clone();
    let Some(seq) = posted.seq else {
        let event = posted.event.clone();
        let body = courier.engine.with(false, move |db| db.event_text(&event)).await.flatten();
        return Ok(body.map(|body| Parcel { address: None, secret: own_secret, body, attempts: 0 }));
    };
    let found = courier
        .engine
        .with(false, move |db| {
            let Some(due) = db.due_delivery(seq)? else { return Ok(None) };
            let endpoint = db.get(Kind::WebhookEndpoint, &due.endpoint)?;
            Ok(Some((due, endpoint)))
        })
        .await
        .flatten();
    let Some((Due { endpoint: name, body, attempts }, endpoint)) = found else { return Ok(None) };
    let reached = |url: &str| reach(url, &courier.sending.hosts).map_err(|note| (State::Skipped, note));
    match (&posted.receiver, endpoint) {
        (Receiver::Endpoint(_), Some(endpoint)) if endpoint.body["status"] == "enabled" => {
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let secret = endpoint.hidden.get("secret").map(text).unwrap_or_default();
            let address = Some(reached(&text(&endpoint.body["url"]))?);
            let body = parcel::under_version(body, endpoint.body["api_version"].as_str());
            Ok(Some(Parcel { address, secret, body, attempts }))
        }
        (Receiver::Forward(url), _) if courier.sending.forward_to.contains(url) => {
            Ok(Some(Parcel { address: Some(reached(url)?), secret: own_secret, body, attempts }))
        }
        _ => Err((State::Canceled, format!("{name} takes no events any more"))),
    }
}
