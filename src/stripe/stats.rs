//! What was sent, counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a client has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests sent, each attempt counted.
    pub requests: u64,
    /// Attempts after the first of a request.
    pub retries: u64,
    /// Whole answers, errors among them.
    pub answers: u64,
    /// Answers that asked for fewer requests.
    pub rate_limited: u64,
    /// Time that requests spent waiting for their turn or before a retry, added up.
    pub waited: Duration,
}

/// The counters behind [`Stats`], shared by all tasks.
#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    answers: AtomicU64,
    rate_limited: AtomicU64,
    waited_us: AtomicU64,
}

impl Counters {
    pub(super) fn sent(&self, is_retry: bool) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if is_retry {
            self.retries.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn answered(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn rate_limited(&self) {
        self.rate_limited.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn waited(&self, time: Duration) {
        self.waited_us.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn snapshot(&self) -> Stats {
        Stats {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            answers: self.answers.load(Ordering::Relaxed),
            rate_limited: self.rate_limited.load(Ordering::Relaxed),
            waited: Duration::from_micros(self.waited_us.load(Ordering::Relaxed)),
        }
    }
}
