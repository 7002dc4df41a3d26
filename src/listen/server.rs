//! Connections: accepted within limits, each served until it or the receiver ends.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;

use super::body::Room;
use super::ingest::{Ingest, Sink};
use super::metrics::Metrics;
use super::options::{Limits, Options};
use super::receive::{self, Shared};
use crate::error::{Explain as _, Kind};

/// A running receiver. Dropping it stops it too, but only [`Listener::stop`] waits until that is done.
#[derive(Debug)]
pub struct Listener {
    /// Where it listens, with the port that it got.
    pub address: SocketAddr,
    pub metrics: Arc<Metrics>,
    limits: Limits,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    slots: Arc<Semaphore>,
    thread: thread::JoinHandle<()>,
}

/// Starts a receiver that makes events durable in `sink`. `stored` is called, on the thread that stores, after each
/// transaction that stored something.
///
/// # Errors
/// `Failed` if the address is taken or is not this machine's.
pub async fn listen(
    options: Options,
    sink: Box<dyn Sink>,
    metrics: Arc<Metrics>,
    stored: Box<dyn Fn() + Send>,
) -> anyhow::Result<Listener> {
    let socket = TcpListener::bind(options.address).await.explain(
        Kind::Failed,
        || format!("Cannot listen on {}", options.address),
        "Another program may use the port: choose one with `--port N`, or 0 for any that is free",
    )?;
    let address = socket.local_addr()?;
    let (ingest, thread) = Ingest::start(sink, Arc::clone(&metrics), stored)?;
    let limits = options.limits;
    let room = Room::new(limits.bodies);
    let shared = Arc::new(Shared { options, ingest, metrics: Arc::clone(&metrics), room });
    let slots = Arc::new(Semaphore::new(limits.connections));
    let (stop, stopping) = watch::channel(false);
    let accepting = tokio::spawn(accept(socket, shared, Arc::clone(&slots), stopping));
    Ok(Listener { address, metrics, limits, stop, accepting, slots, thread })
}

impl Listener {
    /// Stops: no new connections; requests that have begun are answered, and what was accepted is stored.
    pub async fn stop(self) {
        let Listener { limits, stop, accepting, slots, thread, .. } = self;
        stop.send_replace(true);
        if accepting.await.is_err() {
            tracing::error!("the receiver's socket could not be joined");
        }
        // All slots are free when all connections have ended.
        let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
        if tokio::time::timeout(limits.stop_time, slots.acquire_many(all)).await.is_err() {
            // They hold the way to the thread, which would not end then.
            tracing::warn!("some requests did not end in time; they are not answered");
            return;
        }
        // The last way to the thread went with the last connection, so it ends once nothing waits.
        if !matches!(tokio::task::spawn_blocking(move || thread.join()).await, Ok(Ok(()))) {
            tracing::error!("the thread that stores events could not be joined");
        }
    }
}

async fn accept(
    socket: TcpListener,
    shared: Arc<Shared>,
    slots: Arc<Semaphore>,
    mut stopping: watch::Receiver<bool>,
) {
    let server = builder(&shared.options.limits);
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await.ok();
            (slot, socket.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            () = asked(&mut stopping) => return,
            next = next => next,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = serve(server.clone(), stream, Arc::clone(&shared), slot, stopping.clone());
                tokio::spawn(connection);
            }
            Err(error) => pause(&error).await,
        }
    }
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_headers(limits.headers)
        .max_buf_size(limits.head);
    server
}

async fn serve(
    server: http1::Builder,
    stream: TcpStream,
    shared: Arc<Shared>,
    slot: Option<OwnedSemaphorePermit>,
    mut stopping: watch::Receiver<bool>,
) {
    // Answers are small: waiting to fill a packet would only slow them down.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let metrics = Arc::clone(&shared.metrics);
    metrics.connected();
    let service = service_fn(move |request| receive::handle(Arc::clone(&shared), request));
    let mut connection = std::pin::pin!(server.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = asked(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.as_mut().await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
    metrics.disconnected();
    drop(slot);
}

/// Waits until the receiver is to stop.
async fn asked(stopping: &mut watch::Receiver<bool>) {
    // An error means that the receiver's handle was dropped: that stops it as well.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// Too many open files, or a peer that left already: others may be served in a moment.
async fn pause(error: &io::Error) {
    tracing::warn!(%error, "a connection could not be accepted");
    tokio::time::sleep(Duration::from_millis(50)).await;
}
