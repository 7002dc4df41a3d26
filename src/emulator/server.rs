//! The HTTP server on loopback.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::control::{self, Sender};
use super::database::Database;
use super::delivery::{self, Courier, Poster, Sessions, session};
use super::dispatch::{self, Incoming, Sent, Shared};
use super::engine::Engine;
use super::faults::Faults;
use super::in_flight::InFlight;
use super::limiter::Limiter;
use super::log::Log;
use super::options::Options;
use super::pages::{self, Page, Visit};
use super::record::Recorder;
use super::socket::{Cutter, Socket};
use crate::error::{Explain as _, Kind};

/// Largest body that is read, in bytes.
const MAX_BODY: usize = 4 << 20;
/// How often it is looked for what has become due.
const TICK: Duration = Duration::from_secs(1);
/// How long connections may take to end when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// A running server. Dropping it stops it too, but only [`Server::stop`] waits until that is done.
#[derive(Debug)]
pub struct Server {
    /// `http://127.0.0.1:PORT`.
    pub base_url: String,
    /// The account's secret key.
    pub api_key: String,
    /// A restricted key of the account, which has all permissions.
    pub restricted_key: String,
    /// The account's webhook signing secret.
    pub webhook_secret: String,
    /// The account's id.
    pub account: String,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    engine: Engine,
    thread: thread::JoinHandle<()>,
    courier: delivery::Running,
}

/// Serves a state on loopback.
///
/// # Errors
/// If the state or the record can't be opened, or the port is taken.
pub async fn serve(options: Options) -> anyhow::Result<Server> {
    let mut db = Database::open(&options.state)?;
    let account = db.account((options.clock)())?;
    let recorder = options.record.as_deref().map(Recorder::open).transpose()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.explain(
        Kind::Failed,
        || format!("Cannot listen on port {} of 127.0.0.1", options.port),
        "Choose another with `--port N`; with `--port 0` a free one is taken",
    )?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let sessions = Arc::new(Sessions::default());
    let (outbox, notes) = delivery::outbox(options.sending.clone(), Arc::clone(&sessions));
    let clock = Arc::clone(&options.clock);
    let pages_at = options.pages_at.clone().unwrap_or_else(|| base_url.clone());
    let (engine, thread) = Engine::start(db, account.clone(), clock, outbox, base_url.clone(), pages_at)?;
    let (stop, stopping) = watch::channel(false);
    let faults = Arc::new(Faults::new(options.faults.clone()));
    let courier = Courier {
        engine: engine.clone(),
        account: account.clone(),
        clock: Arc::clone(&options.clock),
        faults: Arc::clone(&faults),
        sending: options.sending.clone(),
        sessions: Arc::clone(&sessions),
        poster: Poster::new(),
    };
    let courier = courier.start(notes, stopping.clone());
    let shared = Arc::new(Shared {
        engine: engine.clone(),
        account: account.clone(),
        faults,
        sessions,
        limiter: Limiter::new(options.limits),
        recorder,
        log: Log::default(),
        in_flight: InFlight::default(),
        stopping: stopping.clone(),
        options,
    });
    tokio::spawn(tick(engine.clone(), stopping.clone()));
    let router = Router::new().fallback(handle).with_state(shared);
    let service = router.into_make_service_with_connect_info::<Cutter>();
    let serving = tokio::spawn(async move {
        let mut stopping = stopping;
        let serve = axum::serve(Socket(listener), service).with_graceful_shutdown(async move {
            // An error means that the server's handle was dropped: that stops it as well.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        });
        if let Err(error) = serve.await {
            tracing::error!(%error, "the emulator stopped listening");
        }
    });
    Ok(Server {
        base_url,
        api_key: account.secret_key,
        restricted_key: account.restricted_key,
        webhook_secret: account.webhook_secret,
        account: account.id,
        stop,
        serving,
        engine,
        thread,
        courier,
    })
}

/// Has the engine do what becomes due while nobody asks for anything.
async fn tick(engine: Engine, mut stopping: watch::Receiver<bool>) {
    let forever = async {
        let mut ticks = tokio::time::interval(TICK);
        loop {
            ticks.tick().await;
            engine.tick().await;
        }
    };
    tokio::select! {
        () = forever => {}
        // An error means that the server's handle was dropped: that stops it as well.
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
}

impl Server {
    /// Stops: no new connections, requests that are being served get their answers, events that have not been sent yet
    /// are tried once for a moment, the state is closed.
    pub async fn stop(self) {
        let Server { stop, mut serving, engine, thread, courier, .. } = self;
        stop.send_replace(true);
        if tokio::time::timeout(STOP_TIMEOUT, &mut serving).await.is_err() {
            serving.abort();
        }
        courier.stop().await;
        engine.stop().await;
        if tokio::task::spawn_blocking(move || thread.join()).await.is_err() {
            tracing::error!("the emulator's engine could not be joined");
        }
    }
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cutter): ConnectInfo<Cutter>,
    request: Request,
) -> Response {
    if request.uri().path() == session::PATH {
        let (sessions, stopping) = (Arc::clone(&shared.sessions), shared.stopping.clone());
        return session::connect(&shared.account, sessions, stopping, request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_BODY).await else {
        return plain(413, "The request is too large");
    };
    let Ok(body) = String::from_utf8(bytes.to_vec()) else {
        return plain(400, "The request's body is not valid UTF-8");
    };
    let header = |name: &str| text(&parts.headers, name);
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    if path.starts_with("/_emulator") {
        let (origin, host) = (header("origin"), header("host"));
        let sender = Sender { origin: origin.as_deref(), host: host.as_deref() };
        let (status, reply) = control::control(&shared, method, path, sender, &body).await;
        return response(status, &[("content-type", "application/json".to_owned())], reply.to_string());
    }
    if pages::is_page(path) {
        let query = parts.uri.query().unwrap_or_default();
        let visit = Visit { method, path, query, headers: &parts.headers, body: &body };
        return shown(pages::serve(&shared, visit).await);
    }
    let incoming = Incoming {
        method: method.to_owned(),
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization: header("authorization"),
        version: header("stripe-version"),
        idempotency_key: header("idempotency-key"),
        content_type: header("content-type"),
        stripe_account: header("stripe-account").filter(|id| *id != shared.account.id),
        user_agent: header("user-agent"),
        body,
    };
    match dispatch::dispatch(&shared, &incoming).await {
        Sent::Answer { status, mut headers, body } => {
            let now = (shared.options.clock)() + shared.engine.ahead.load(Ordering::Relaxed);
            headers.extend(date(now).map(|date| ("date", date)));
            response(status, &headers, body)
        }
        Sent::Nothing => {
            cutter.cut();
            plain(500, "")
        }
    }
}

/// The emulator's own time as HTTP writes it: where its clock is set, clients see no other.
fn date(seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// A page as a browser gets it: nothing else is loaded, it is kept nowhere, and no other page shows it as its own.
fn shown(page: Page) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
    let mut headers = vec![
        ("cache-control", "no-store".to_owned()),
        ("content-security-policy", policy.to_owned()),
        ("referrer-policy", "same-origin".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
    ];
    match page {
        Page::Shown { status, html } => {
            headers.push(("content-type", "text/html; charset=utf-8".to_owned()));
            response(status, &headers, html)
        }
        Page::GoTo(url) => {
            headers.push(("location", utf8_percent_encode(&url, BEYOND_ASCII).to_string()));
            response(303, &headers, String::new())
        }
    }
}

/// What a header can't carry: the address is otherwise exactly as it was given.
const BEYOND_ASCII: &AsciiSet = CONTROLS;

fn plain(status: u16, message: &str) -> Response {
    response(status, &[("content-type", "text/plain".to_owned())], message.to_owned())
}

fn response(status: u16, headers: &[(&'static str, String)], body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(*name, value);
        }
    }
    response
}
