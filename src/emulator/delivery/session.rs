//! Sessions of the official CLI's `stripe listen`: a WebSocket on which it is handed signed events to forward.
//!
//! `POST /v1/stripecli/sessions` gives it an id and an address; it shows the id when it connects. Events that happen
//! while nobody is connected are not kept for it, as in Stripe.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio::sync::{mpsc, watch};

use crate::billing::signature;
use crate::emulator::database::Account;
use crate::emulator::ids;

/// Where the CLI connects.
pub const PATH: &str = "/v1/stripecli/events";
/// The feature that the CLI asks for when it connects.
pub const FEATURE: &str = "webhook-payloads";
const PROTOCOL: &str = "stripecli-devproxy-v1";

/// The sessions that are connected.
#[derive(Debug, Default)]
pub struct Sessions {
    open: Mutex<Open>,
    /// How many there are, for who only wants to know whether there are any.
    count: AtomicUsize,
}

#[derive(Debug, Default)]
struct Open {
    opened: u64,
    frames: BTreeMap<u64, mpsc::UnboundedSender<String>>,
}

/// A connected session; it ends when this is dropped.
#[derive(Debug)]
struct Session {
    sessions: Arc<Sessions>,
    number: u64,
}

impl Drop for Session {
    fn drop(&mut self) {
        let mut open = self.sessions.lock();
        open.frames.remove(&self.number);
        self.sessions.count.store(open.frames.len(), Ordering::Release);
    }
}

impl Sessions {
    /// The numbers of those that are connected.
    pub fn numbers(&self) -> Vec<u64> {
        match self.count.load(Ordering::Acquire) {
            0 => Vec::new(),
            _ => self.lock().frames.keys().copied().collect(),
        }
    }

    /// Sends a frame to a session; whether it is still there.
    pub fn send(&self, number: u64, frame: String) -> bool {
        self.lock().frames.get(&number).is_some_and(|frames| frames.send(frame).is_ok())
    }

    fn open(self: &Arc<Sessions>) -> (Session, mpsc::UnboundedReceiver<String>) {
        let (sender, frames) = mpsc::unbounded_channel();
        let mut open = self.lock();
        open.opened += 1;
        let number = open.opened;
        open.frames.insert(number, sender);
        self.count.store(open.frames.len(), Ordering::Release);
        (Session { sessions: Arc::clone(self), number }, frames)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An id to connect with: nobody else can make one, and none has to be remembered.
pub fn new_id(account: &Account) -> String {
    let random = ids::random(16);
    format!("cliws_{random}{}", proof(account, &random))
}

fn proof(account: &Account, random: &str) -> String {
    signature::sign(&account.webhook_secret, 0, random.as_bytes())
}

fn is_ours(account: &Account, id: &str) -> bool {
    let rest = id.strip_prefix("cliws_").and_then(|rest| rest.split_at_checked(16));
    rest.is_some_and(|(random, told)| told == proof(account, random))
}

/// The frame in which the CLI is handed an event, with the headers that it forwards.
pub fn frame(body: &str, signature: &str) -> String {
    json!({
        "type": "webhook_event",
        "webhook_id": ids::object("wh"),
        "webhook_conversation_id": ids::object("wc"),
        "event_payload": body,
        "http_headers": {
            "Stripe-Signature": signature,
            "Content-Type": super::parcel::CONTENT_TYPE,
            "User-Agent": super::parcel::USER_AGENT,
        },
        "endpoint": {"api_version": null},
    })
    .to_string()
}

/// Connects a session, or refuses to.
pub async fn connect(
    account: &Account,
    sessions: Arc<Sessions>,
    stopping: watch::Receiver<bool>,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if header("origin").is_some() || !header("websocket-id").is_some_and(|id| is_ours(account, id)) {
        let message = "This address is for `stripe listen`, with the Websocket-Id of its session";
        return (axum::http::StatusCode::UNAUTHORIZED, message).into_response();
    }
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => {
            upgrade.protocols([PROTOCOL]).on_upgrade(move |socket| relay(socket, sessions, stopping))
        }
        Err(rejection) => rejection.into_response(),
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that the server's handle was dropped: that stops it as well.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// Hands frames on until the CLI leaves or the server stops.
async fn relay(mut socket: WebSocket, sessions: Arc<Sessions>, mut stopping: watch::Receiver<bool>) {
    let (session, mut frames) = sessions.open();
    tracing::info!(session = session.number, "stripe listen is connected");
    loop {
        tokio::select! {
            frame = frames.recv() => {
                let Some(frame) = frame else { return };
                if socket.send(Message::Text(frame.into())).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => match message {
                // What its own receiver answered, and that it got the event.
                Some(Ok(Message::Text(text))) => tracing::debug!(answer = %text, "stripe listen answers"),
                Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
            () = stopped(&mut stopping) => {
                // It may be gone already.
                let _ = socket.send(Message::Close(None)).await;
                return;
            }
        }
    }
}
