//! How many requests may be under way at once: fewer after a refusal, slowly more again.

use tokio::time::Instant;

/// A number of places that adapts: additive increase, multiplicative decrease.
#[derive(Debug)]
pub(super) struct Window {
    limit: u32,
    ceiling: u32,
    in_flight: u32,
    cut_at: Option<Instant>,
    /// Requests that went well since the limit last changed.
    since_change: u32,
}

impl Window {
    pub(super) fn new(ceiling: u32) -> Window {
        Window { limit: ceiling, ceiling, in_flight: 0, cut_at: None, since_change: 0 }
    }

    pub(super) fn is_full(&self) -> bool {
        self.in_flight >= self.limit
    }

    pub(super) fn take(&mut self) {
        self.in_flight += 1;
    }

    pub(super) fn release(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Counts a request that was not refused: a whole window of them makes room for one more.
    pub(super) fn accepted(&mut self) {
        if self.limit == self.ceiling {
            return;
        }
        self.since_change += 1;
        if self.since_change >= self.limit {
            self.limit += 1;
            self.since_change = 0;
        }
    }

    /// Takes a quarter of the places in use away, once for all requests that were under way together.
    pub(super) fn cut(&mut self, sent_at: Instant, now: Instant) {
        if self.cut_at.is_some_and(|cut_at| sent_at <= cut_at) {
            return;
        }
        self.cut_at = Some(now);
        self.limit = (self.limit.min(self.in_flight) * 3 / 4).max(1);
        self.since_change = 0;
    }
}
