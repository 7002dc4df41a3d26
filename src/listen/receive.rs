//! One request: read, verified, understood as far as its envelope, stored, answered.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::json;

use super::body::{self, Room, Unread};
use super::ingest::{Arrival, Ingest, Kept};
use super::metrics::Metrics;
use super::options::{Notice, Options, Taken};
use super::secrets::exposed;
use crate::billing::event::{Event, NotAnEvent};
use crate::billing::signature::{self, Refusal, Verified};

/// Headers between one pair of machines, which are not passed on (RFC 9110, 7.6.1), and those that the next request has
/// of its own.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What every request needs.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) ingest: Ingest,
    pub(super) metrics: Arc<Metrics>,
    pub(super) room: Room,
}

type Answer = Response<Full<Bytes>>;

/// Answers one request.
pub(super) async fn handle(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let path = request.uri().path();
    let is_hook = path.trim_end_matches('/') == shared.options.path.trim_end_matches('/');
    Ok(match (request.method(), path) {
        (&Method::POST, _) if is_hook => shared.receive(request).await,
        (_, _) if is_hook => only(&["POST"]),
        (&Method::GET | &Method::HEAD, "/healthz") => shared.health(),
        (&Method::GET | &Method::HEAD, "/metrics") => shared.show_metrics(),
        (_, "/healthz" | "/metrics") => only(&["GET", "HEAD"]),
        _ => {
            let message = format!("There is nothing here; post events to {}", shared.options.path);
            error(StatusCode::NOT_FOUND, "not_found", &message)
        }
    })
}

/// Why an event is not taken.
enum Turned {
    Unread(Unread),
    Unsigned(Refusal),
    /// The header is there more than once.
    ManyHeaders,
    NoEvent(NotAnEvent),
    WrongMode {
        /// The event's.
        livemode: bool,
    },
    NotStored,
}

impl Shared {
    async fn receive(&self, request: Request<Incoming>) -> Answer {
        let begun = Instant::now();
        let outcome = self.take(request).await;
        let answer = match outcome {
            Ok(taken) => {
                let kept = taken.kept;
                self.tell(|| Notice::Taken(taken));
                accepted(kept)
            }
            Err(turned) => {
                let (status, code, message) = turned.explain();
                self.metrics.refused(code);
                tracing::debug!(code, message, "an event was refused");
                self.tell(|| Notice::Refused { code, message: message.clone() });
                let mut answer = error(status, code, &message);
                if matches!(turned, Turned::Unread(_)) {
                    // What is left of the body is not waited for.
                    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                answer
            }
        };
        self.metrics.answered(begun.elapsed());
        answer
    }

    async fn take(&self, request: Request<Incoming>) -> Result<Taken, Turned> {
        let (parts, body) = request.into_parts();
        let header = signature_header(&parts.headers)?.to_owned();
        let limits = &self.options.limits;
        // Held until the event is answered.
        let (body, _hold) =
            body::read(body, limits.body, limits.body_time, &self.room).await.map_err(Turned::Unread)?;
        let received_at = (self.options.clock)();
        self.verify(&header, &body, received_at.as_second()).await.map_err(Turned::Unsigned)?;
        let event = Event::read(&body).map_err(Turned::NoEvent)?;
        if self.options.livemode.is_some_and(|livemode| livemode != event.livemode) {
            return Err(Turned::WrongMode { livemode: event.livemode });
        }
        let headers = if self.options.keep_headers { passed_on(&parts.headers) } else { Vec::new() };
        let (id, event_type) = (event.id.clone(), event.event_type.clone());
        let object = event.about.as_ref().map(|about| about.id.clone());
        let created = event.created;
        let arrival = Arrival { event, body, received_at, headers };
        let kept = self.ingest.store(arrival).await.ok_or(Turned::NotStored)?;
        Ok(Taken { id, event_type, object, created, kept })
    }

    async fn verify(&self, header: &str, body: &[u8], now: i64) -> Result<Verified, Refusal> {
        let Options { secrets, tolerance, .. } = &self.options;
        let verify = || signature::verify(&exposed(&secrets.current()), header, body, now, *tolerance);
        match verify() {
            // Perhaps by an endpoint that was made a moment ago.
            Err(Refusal::NoMatch | Refusal::NoSecret) if secrets.refresh(now).await => verify(),
            outcome => outcome,
        }
    }

    /// Tells what was received, if somebody listens who keeps up.
    fn tell(&self, notice: impl FnOnce() -> Notice) {
        if let Some(notices) = &self.options.notices {
            // Full: events come faster than anybody could read.
            let _ = notices.try_send(notice());
        }
    }

    fn health(&self) -> Answer {
        let trouble = match self.metrics.trouble() {
            _ if !self.ingest.is_alive() => Some("the thread that stores events has ended".to_owned()),
            trouble => trouble,
        };
        match trouble {
            None => reply(StatusCode::OK, "application/json", json!({"status": "ok"}).to_string()),
            Some(why) => {
                let document = json!({"status": "failing", "why": why});
                reply(StatusCode::SERVICE_UNAVAILABLE, "application/json", document.to_string())
            }
        }
    }

    fn show_metrics(&self) -> Answer {
        reply(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", self.metrics.text())
    }
}

impl Turned {
    /// Status, code and message of the answer. Stripe tries anything but a 2xx again.
    fn explain(&self) -> (StatusCode, &'static str, String) {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Turned::Unread(Unread::TooLarge) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is too large".to_owned())
            }
            Turned::Unread(Unread::TooSlow) => {
                (StatusCode::REQUEST_TIMEOUT, "too_slow", "The body did not arrive in time".to_owned())
            }
            Turned::Unread(Unread::NoRoom) => {
                (StatusCode::SERVICE_UNAVAILABLE, "no_room", "Too much is being received".to_owned())
            }
            Turned::Unread(Unread::Gone) => (bad, "cut_short", "The body ended too early".to_owned()),
            Turned::Unsigned(refusal) => (bad, refusal.code(), capital(&refusal.to_string())),
            Turned::ManyHeaders => {
                (bad, "malformed_header", "There is more than one Stripe-Signature header".to_owned())
            }
            Turned::NoEvent(why) => (bad, "not_an_event", capital(&why.to_string())),
            Turned::WrongMode { livemode } => {
                let name = |live: bool| if live { "live" } else { "test" };
                let (theirs, ours) = (name(*livemode), name(!livemode));
                let message = format!("This is an event of {theirs} mode, and {ours} mode is received here");
                (bad, "wrong_mode", message)
            }
            Turned::NotStored => {
                (StatusCode::SERVICE_UNAVAILABLE, "not_stored", "The event could not be stored".to_owned())
            }
        }
    }
}

fn signature_header(headers: &HeaderMap) -> Result<&str, Turned> {
    let mut found = headers.get_all(signature::HEADER).iter();
    let header = found.next().ok_or(Turned::Unsigned(Refusal::NoHeader))?;
    if found.next().is_some() {
        return Err(Turned::ManyHeaders);
    }
    // What is no text is no pair either.
    header.to_str().map_err(|_| Turned::Unsigned(Refusal::Malformed(signature::Flaw::NoPair)))
}

fn passed_on(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let ends_here = |name: &str| HOP_BY_HOP.contains(&name);
    let kept = headers.iter().filter(|(name, _)| !ends_here(name.as_str()));
    kept.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_owned())).collect()
}

fn accepted(kept: Kept) -> Answer {
    let body = match kept {
        Kept::Stored => Bytes::from_static(br#"{"received":true}"#),
        Kept::Duplicate => Bytes::from_static(br#"{"received":true,"duplicate":true}"#),
    };
    let mut answer = Response::new(Full::new(body));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

fn error(status: StatusCode, code: &str, message: &str) -> Answer {
    let document = json!({"error": {"code": code, "message": message}});
    reply(status, "application/json", document.to_string())
}

fn only(methods: &[&str]) -> Answer {
    let allowed = methods.join(", ");
    let mut answer = error(StatusCode::METHOD_NOT_ALLOWED, "method", &format!("Use {allowed}"));
    if let Ok(value) = HeaderValue::from_str(&allowed) {
        answer.headers_mut().insert(header::ALLOW, value);
    }
    answer
}

fn reply(status: StatusCode, kind: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
