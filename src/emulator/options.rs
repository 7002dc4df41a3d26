//! How a server is started.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::faults::FaultPlan;

/// The port that `emulator start` takes if it is not told another.
pub const USUAL_PORT: u16 = 12111;

/// Tells the time, in seconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How a server is started.
#[derive(Clone)]
pub struct Options {
    /// The SQLite file; made if it isn't there.
    pub state: PathBuf,
    /// The port on 127.0.0.1; 0 takes any that is free.
    pub port: u16,
    /// Where a person will find the pages, `http://127.0.0.1:PORT`; else here. A server that lives as long as one
    /// command names the address of the one that will be started for the browser.
    pub pages_at: Option<String>,
    pub faults: FaultPlan,
    /// How long every request takes at least.
    pub latency: Duration,
    pub limits: Limits,
    /// A file to which every exchange is appended, one JSON document a line.
    pub record: Option<PathBuf>,
    pub clock: Clock,
    pub sending: Sending,
}

/// How events are sent to those who want them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// URLs that get every event, signed with the account's own secret.
    pub forward_to: Vec<String>,
    /// Hosts that are sent to, besides this machine.
    pub hosts: Vec<String>,
    /// How long after each failed attempt the next is made; after the last there is none.
    pub retry_after: Vec<Duration>,
    /// Whether this server sends what earlier ones have left.
    pub backlog: bool,
}

/// How long after each failed attempt to send an event the next is made, in milliseconds, if nothing else is said. Stripe
/// goes on for hours in a sandbox, and for three days in live mode.
pub const RETRY_AFTER_MS: [u64; 5] = [1_000, 5_000, 30_000, 120_000, 600_000];

impl Default for Sending {
    /// To webhook endpoints on this machine.
    fn default() -> Sending {
        Sending {
            forward_to: Vec::new(),
            hosts: Vec::new(),
            retry_after: RETRY_AFTER_MS.map(Duration::from_millis).to_vec(),
            backlog: false,
        }
    }
}

/// How many requests a second are served before the next gets a 429. All are off by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    pub all: Option<u32>,
    /// For each method and route.
    pub endpoint: Option<u32>,
    /// For meter events, which then count for neither of the others, as in live mode.
    pub meter_events: Option<u32>,
}

impl Options {
    /// A state served on any free port, by the machine's clock, without faults or limits.
    pub fn new(state: impl Into<PathBuf>) -> Options {
        Options {
            state: state.into(),
            port: 0,
            pages_at: None,
            faults: FaultPlan::default(),
            latency: Duration::ZERO,
            limits: Limits::default(),
            record: None,
            clock: system_clock(),
            sending: Sending::default(),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Options { state, port, pages_at, faults, latency, limits, record, clock: _, sending } = self;
        f.debug_struct("Options")
            .field("state", state)
            .field("port", port)
            .field("pages_at", pages_at)
            .field("faults", faults)
            .field("latency", latency)
            .field("limits", limits)
            .field("record", record)
            .field("sending", sending)
            .finish_non_exhaustive()
    }
}

/// The machine's clock.
pub fn system_clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "a server's default clock, replaced through its options")]
    Arc::new(|| jiff::Timestamp::now().as_second())
}
