//! One request of Stripe's API, from its bytes to its answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::auth;
use super::database::Account;
use super::delivery::Sessions;
use super::endpoint::{self, Matched};
use super::engine::{Engine, Reply, Request};
use super::faults::{Fault, Faults, Strike};
use super::ids;
use super::in_flight::InFlight;
use super::limiter::{Limiter, Over};
use super::log::{Log, Outcome};
use super::options::Options;
use super::prepare::{decode, prepare};
use super::record::{Exchange, Recorder};
use super::refusal::Refusal;
use super::version;

/// What all connections of a server share.
#[derive(Debug)]
pub struct Shared {
    pub engine: Engine,
    pub account: Account,
    pub options: Options,
    pub faults: Arc<Faults>,
    pub sessions: Arc<Sessions>,
    pub limiter: Limiter,
    pub recorder: Option<Recorder>,
    pub log: Log,
    pub in_flight: InFlight,
    /// Turns true when the server stops; ends what waits.
    pub stopping: watch::Receiver<bool>,
}

/// A request as it came in.
#[derive(Debug)]
pub struct Incoming {
    pub method: String,
    pub path: String,
    pub query: String,
    pub authorization: Option<String>,
    pub version: Option<String>,
    pub idempotency_key: Option<String>,
    pub content_type: Option<String>,
    pub stripe_account: Option<String>,
    pub user_agent: Option<String>,
    pub body: String,
}

/// What goes back on the connection.
#[derive(Debug)]
pub enum Sent {
    /// An answer with its headers.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// Nothing: the connection is cut.
    Nothing,
}

/// A reply on its way out, with what its headers say.
struct Outgoing {
    reply: Reply,
    over: Option<Over>,
    retry: Option<bool>,
}

/// How a request ends.
enum End {
    Answer(Outgoing),
    /// No answer, and the connection stays open.
    Stall,
    /// No answer, and the connection closes.
    Cut,
}

/// Serves one request.
pub async fn dispatch(shared: &Shared, incoming: &Incoming) -> Sent {
    let request_id = ids::object("req");
    let matched = endpoint::find(&incoming.method, &incoming.path);
    let route = match &matched {
        Ok(matched) => format!("{} {}", incoming.method, matched.endpoint.route),
        Err(_) => format!("{} (unknown)", incoming.method),
    };
    let number = shared.log.arrive(
        &incoming.method,
        &incoming.path,
        &route,
        incoming.idempotency_key.as_deref(),
        &request_id,
    );
    let strike = shared.faults.strike(&incoming.method, &incoming.path);
    wait(shared, shared.options.latency + strike.delay).await;
    let mut outcome = Outcome::default();
    let end = match before(shared, incoming, &route, strike, &request_id) {
        Some(end) => end,
        None => {
            let reply = perform(shared, incoming, matched, strike.fault, &request_id).await;
            outcome.replayed = reply.replay_of.is_some();
            after(strike, reply, &request_id, &mut outcome)
        }
    };
    if let End::Answer(outgoing) = &end {
        outcome.status = Some(outgoing.reply.status);
        if let Some(recorder) = &shared.recorder {
            record(recorder, incoming, &outgoing.reply);
        }
    }
    shared.log.end(number, outcome);
    match end {
        End::Answer(outgoing) => answer(incoming, &request_id, outgoing),
        End::Cut => Sent::Nothing,
        End::Stall => {
            stopped(shared).await;
            Sent::Nothing
        }
    }
}

async fn wait(shared: &Shared, delay: Duration) {
    if !delay.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = stopped(shared) => {}
        }
    }
}

/// Waits until the server stops.
async fn stopped(shared: &Shared) {
    // An error means that the server is gone, which is just as well.
    let _ = shared.stopping.clone().wait_for(|stopping| *stopping).await;
}

/// How a request ends without being run: no key, over a limit, or a fault that strikes first.
fn before(
    shared: &Shared,
    incoming: &Incoming,
    route: &str,
    strike: Strike,
    request_id: &str,
) -> Option<End> {
    let refuse = |refusal: Refusal, over: Option<Over>| {
        let reply = Reply::refused(&refusal, request_id);
        Some(End::Answer(Outgoing { reply, over, retry: strike.retry }))
    };
    let header = incoming.authorization.as_deref();
    let known = match incoming.path == auth::STREAM {
        true => {
            let now = (shared.options.clock)() + shared.engine.ahead.load(Ordering::Relaxed);
            auth::check_stream(&shared.account, header, now)
        }
        false => auth::check(&shared.account, header),
    };
    if let Err(refusal) = known {
        return refuse(refusal, None);
    }
    if let Err(over) = shared.limiter.take(route, Instant::now()) {
        return refuse(rate_limited(), Some(over));
    }
    match strike.fault? {
        Fault::LimitAll => refuse(rate_limited(), Some(Over::All)),
        Fault::LimitEndpoint => refuse(rate_limited(), Some(Over::Endpoint)),
        Fault::Lock => refuse(Refusal::locked(), None),
        Fault::Conflict => refuse(key_in_use(incoming.idempotency_key.as_deref()), None),
        Fault::ErrorBefore => refuse(Refusal::internal(), None),
        Fault::BadGateway => {
            let body = "<html><body><h1>502 Bad Gateway</h1></body></html>".to_owned();
            let reply = Reply { status: 502, body, replay_of: None };
            Some(End::Answer(Outgoing { reply, over: None, retry: strike.retry }))
        }
        Fault::CutBefore => Some(End::Cut),
        Fault::StallBefore => Some(End::Stall),
        Fault::Delay(_)
        | Fault::ErrorAfter
        | Fault::ErrorKept
        | Fault::CutAfter
        | Fault::StallAfter
        | Fault::Twice => None,
    }
}

/// How a request ends that was run: with its reply, unless a fault hides it.
fn after(strike: Strike, reply: Reply, request_id: &str, outcome: &mut Outcome) -> End {
    let shown = |reply: Reply, retry: Option<bool>| End::Answer(Outgoing { reply, over: None, retry });
    let hidden_status = Some(reply.status);
    match strike.fault {
        Some(Fault::CutAfter) => {
            outcome.hidden_status = hidden_status;
            End::Cut
        }
        Some(Fault::StallAfter) => {
            outcome.hidden_status = hidden_status;
            End::Stall
        }
        Some(Fault::ErrorAfter) => {
            outcome.hidden_status = hidden_status;
            shown(Reply::refused(&Refusal::internal(), request_id), strike.retry)
        }
        Some(Fault::ErrorKept) => shown(reply, strike.retry),
        _ => shown(reply, None),
    }
}

/// Checks a request and has the engine run it.
async fn perform(
    shared: &Shared,
    incoming: &Incoming,
    matched: Result<Matched, Refusal>,
    fault: Option<Fault>,
    request_id: &str,
) -> Reply {
    let form = match decode(incoming) {
        Ok(form) => form,
        Err(refusal) => return Reply::refused(&refusal, request_id),
    };
    match prepare(incoming, matched, &form, fault, request_id) {
        Ok(request) => run(shared, request, fault).await,
        Err(refusal) => Reply::refused(&refusal, request_id),
    }
}

/// Records a request with the answer that the caller gets, whatever made it. What can't be decoded has no parameters.
fn record(recorder: &Recorder, incoming: &Incoming, reply: &Reply) {
    let params = decode(incoming).unwrap_or_default();
    recorder.add(&Exchange {
        method: &incoming.method,
        path: &incoming.path,
        query: &incoming.query,
        params: &params,
        version: incoming.version.as_deref(),
        idempotency_key: incoming.idempotency_key.as_deref(),
        user_agent: incoming.user_agent.as_deref(),
        status: reply.status,
        response: &reply.body,
    });
}

async fn run(shared: &Shared, request: Request, fault: Option<Fault>) -> Reply {
    let request_id = request.request_id.clone();
    let in_use = match request.idempotency_key.as_deref() {
        Some(key) => match shared.in_flight.take(key) {
            Some(in_use) => Some(in_use),
            None => return Reply::refused(&key_in_use(Some(key)), &request_id),
        },
        None => None,
    };
    let gone = || Reply::refused(&Refusal::internal(), &request_id);
    if matches!(fault, Some(Fault::Twice)) && shared.engine.run(request.clone()).await.is_none() {
        return gone();
    }
    let reply = shared.engine.run(request).await.unwrap_or_else(gone);
    drop(in_use);
    reply
}

fn rate_limited() -> Refusal {
    Refusal::status(
        429,
        "Request rate limit exceeded. Learn more about rate limits here \
         https://stripe.com/docs/rate-limits.",
    )
    .code("rate_limit")
}

fn key_in_use(key: Option<&str>) -> Refusal {
    let key = key.unwrap_or_default();
    let message = format!(
        "There is currently another in-progress request using this Idempotency Key (that probably means you \
         submitted twice, and the other request is still going through): {key}. Please try again later."
    );
    Refusal { kind: "idempotency_error", ..Refusal::status(409, message).code("idempotency_key_in_use") }
}

fn answer(incoming: &Incoming, request_id: &str, outgoing: Outgoing) -> Sent {
    let Outgoing { reply, over, retry } = outgoing;
    let version = version::read(incoming.version.as_deref());
    let name = version.map_or_else(|_| version::PINNED.to_owned(), |version| version.name);
    let content_type = if reply.status == 502 { "text/html" } else { "application/json" };
    let mut headers = vec![
        ("content-type", content_type.to_owned()),
        ("request-id", request_id.to_owned()),
        ("stripe-version", name),
    ];
    if let Some(key) = &incoming.idempotency_key {
        headers.push(("idempotency-key", key.clone()));
    }
    if let Some(first) = reply.replay_of {
        headers.push(("idempotent-replayed", "true".to_owned()));
        headers.push(("original-request", first));
    }
    if let Some(over) = over {
        headers.push(("stripe-rate-limited-reason", over.reason().to_owned()));
    }
    if let Some(retry) = retry {
        headers.push(("stripe-should-retry", retry.to_string()));
    }
    Sent::Answer { status: reply.status, headers, body: reply.body }
}
