//! How fast requests may leave: evenly spaced, slower after a refusal, slowly faster again.

use std::time::Duration;

use tokio::time::Instant;

/// Rates are whole thousandths of a request a second, so that no float is needed.
const ONE_PER_SECOND: u64 = 1_000;

/// Slower than this a refusal makes nobody: Stripe's limits are higher, so somebody else is using them up, and
/// the pause before a retry is all that helps.
const SLOWEST: u64 = 5 * ONE_PER_SECOND;

/// How much of a known limit is used, in percent. Stripe may count by the second, and evenly spaced requests
/// arrive unevenly; the rest is the room for that.
const USED_PERCENT: u64 = 96;

/// How late a request may leave and the next still keep its own time. A timer that wakes late would otherwise
/// cost rate, on a busy machine a tenth of it. Even so no second sees more than the limit: what leaves in it is
/// due within the second or these milliseconds before, which is 104 % of 96 % of the limit.
const LATENESS: Duration = Duration::from_millis(40);

/// The longest pause that a refusal may ask of everybody.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A rate that adapts: additive increase, multiplicative decrease.
#[derive(Debug)]
pub(super) struct Pace {
    /// `None`: no limit is known yet.
    rate: Option<u64>,
    /// What recovery stops at. `None`: Stripe's refusals alone stop it.
    ceiling: Option<u64>,
    /// When the next request may leave.
    next: Instant,
    cut_at: Option<Instant>,
    /// Requests let go since the rate last changed.
    since_change: u64,
    sent: Recent,
    taken: Recent,
}

impl Pace {
    pub(super) fn new(per_second: Option<u32>, now: Instant) -> Pace {
        let ceiling = per_second
            .map(|limit| (u64::from(limit) * ONE_PER_SECOND * USED_PERCENT / 100).max(ONE_PER_SECOND / 10));
        Pace {
            rate: ceiling,
            ceiling,
            next: now,
            cut_at: None,
            since_change: 0,
            sent: Recent::new(now),
            taken: Recent::new(now),
        }
    }

    /// When the next request may leave.
    pub(super) fn ready_at(&self) -> Instant {
        self.next
    }

    /// Lets one request go.
    pub(super) fn take(&mut self, now: Instant) {
        self.sent.count(now);
        let Some(rate) = self.rate else { return };
        self.since_change += 1;
        // A second's worth of requests went well: a little faster.
        if self.since_change * ONE_PER_SECOND >= rate && self.ceiling != Some(rate) {
            let step = self.ceiling.map_or(ONE_PER_SECOND, |ceiling| (ceiling / 25).max(ONE_PER_SECOND));
            self.change(rate.saturating_add(step));
        }
        let on_time = now.checked_sub(LATENESS).unwrap_or(now);
        self.next = self.next.max(on_time) + interval(rate);
    }

    /// Counts a request that was not refused.
    pub(super) fn accepted(&mut self, now: Instant) {
        self.taken.count(now);
    }

    /// Slows down after a refusal, once for all requests that were under way together.
    pub(super) fn cut(&mut self, sent_at: Instant, now: Instant, pause: Option<Duration>) {
        if let Some(pause) = pause {
            self.next = self.next.max(now + pause.min(LONGEST_PAUSE));
        }
        if self.cut_at.is_some_and(|cut_at| sent_at <= cut_at) {
            return;
        }
        self.cut_at = Some(now);
        let slower = match self.rate {
            Some(rate) => rate * 7 / 10,
            None => {
                let sent = self.sent.in_a_second(now) * ONE_PER_SECOND;
                if sent <= SLOWEST {
                    return;
                }
                // What was let through tells the limit best; where little was, others share it.
                (self.taken.in_a_second(now) * ONE_PER_SECOND).max(sent / 4) * 8 / 10
            }
        };
        let slower = slower.max(SLOWEST);
        self.change(slower);
        self.next = self.next.max(now + interval(slower));
    }

    fn change(&mut self, rate: u64) {
        self.rate = Some(self.ceiling.map_or(rate, |ceiling| rate.min(ceiling)));
        self.since_change = 0;
    }
}

fn interval(rate: u64) -> Duration {
    Duration::from_nanos(1_000_000_000 * ONE_PER_SECOND / rate.max(1))
}

/// How many of something there were in about the last second.
#[derive(Debug)]
struct Recent {
    since: Instant,
    count: u64,
    before: u64,
}

impl Recent {
    fn new(now: Instant) -> Recent {
        Recent { since: now, count: 0, before: 0 }
    }

    fn count(&mut self, now: Instant) {
        self.turn(now);
        self.count += 1;
    }

    fn in_a_second(&mut self, now: Instant) -> u64 {
        self.turn(now);
        self.count.max(self.before)
    }

    fn turn(&mut self, now: Instant) {
        let age = now.saturating_duration_since(self.since).as_secs();
        if age >= 1 {
            self.before = if age == 1 { self.count } else { 0 };
            self.count = 0;
            self.since = now;
        }
    }
}
