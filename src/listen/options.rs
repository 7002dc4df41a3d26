//! What a receiver is started with, and what it tells while it runs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::ingest::Kept;
use super::secrets::Secrets;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How a receiver is started.
#[derive(Clone)]
pub struct Options {
    /// Port 0 takes any that is free.
    pub address: SocketAddr,
    /// The path that events are posted to, such as `/webhook`.
    pub path: String,
    pub secrets: Arc<Secrets>,
    /// How many seconds a signature may be old, or from the future; 0 allows any age.
    pub tolerance: i64,
    /// The mode that events must be of; `None` takes both.
    pub livemode: Option<bool>,
    /// Whether the headers of an event are kept with it, to be passed on.
    pub keep_headers: bool,
    pub limits: Limits,
    pub clock: Clock,
    /// Where it is told what was received. What nobody reads in time is left out.
    pub notices: Option<mpsc::Sender<Notice>>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("address", &self.address)
            .field("path", &self.path)
            .field("tolerance", &self.tolerance)
            .field("livemode", &self.livemode)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What a stranger can make the receiver spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest body, in bytes.
    pub body: usize,
    /// All bodies together that are not answered yet, in bytes.
    pub bodies: usize,
    /// Largest head of a request, in bytes.
    pub head: usize,
    /// Most headers of a request.
    pub headers: usize,
    /// Most connections; the next ones wait until one ends.
    pub connections: usize,
    /// How long a head may take to arrive, which is also how long a connection may stay idle.
    pub head_time: Duration,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long requests may take to end when the receiver stops.
    pub stop_time: Duration,
}

impl Default for Limits {
    /// Stripe's events are some kilobytes, its connections a few, and its own patience about ten seconds.
    fn default() -> Limits {
        Limits {
            body: 4 << 20,
            bodies: 64 << 20,
            head: 64 << 10,
            headers: 100,
            connections: 1024,
            head_time: Duration::from_secs(30),
            body_time: Duration::from_secs(10),
            stop_time: Duration::from_secs(15),
        }
    }
}

/// Something that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    Taken(Taken),
    Refused {
        /// A short name, as `/metrics` counts it.
        code: &'static str,
        message: String,
    },
    /// Something that somebody should look after, in words.
    Trouble(String),
}

/// An event that was answered 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub id: String,
    pub event_type: String,
    /// The id of the object that it is about.
    pub object: Option<String>,
    /// When it happened, in unix seconds.
    pub created: i64,
    pub kept: Kept,
}
