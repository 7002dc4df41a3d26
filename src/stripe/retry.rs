//! What is tried again, and when. Pure: what was seen and a roll of the dice in, a pause out.
//!
//! Every request may safely be sent twice: GET changes nothing, DELETE ends in the same state, and POST always
//! carries an idempotency key. So only the answer decides.

use std::time::Duration;

use super::error::Fault;

/// The longest pause that doubling leads to.
const LONGEST_BACKOFF: Duration = Duration::from_secs(8);

/// The longest pause that `Retry-After` is believed.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// How often a server that never answered yet is tried again: a wrong address or no network should be told soon,
/// while a connection lost in the middle of long work is worth more patience.
const MOST_RETRIES_AT_FIRST: u32 = 3;

/// How stubborn a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How often one request is tried again, after its first attempt.
    pub max_retries: u32,
    /// The longest first pause; it doubles with each further one, up to 8 s.
    pub base: Duration,
    /// No retry begins later than this after the first attempt.
    pub deadline: Duration,
}

/// How one attempt ended, as far as retrying cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen<'a> {
    /// An answer came.
    Answer {
        status: u16,
        /// Stripe's `code`, if the answer was one of its errors.
        code: Option<&'a str>,
        /// `Stripe-Should-Retry`.
        should_retry: Option<bool>,
        /// `Retry-After`.
        retry_after: Option<Duration>,
        /// `Idempotent-Replayed`: the answer to an earlier request under the same key.
        replayed: bool,
    },
    /// No answer came.
    Fault(Fault),
}

impl Seen<'_> {
    /// Says whether Stripe asked for fewer requests: 429, or its older 400 with the code `rate_limit`.
    pub fn is_rate_limited(&self) -> bool {
        matches!(
            self,
            Seen::Answer { status: 429, .. } | Seen::Answer { status: 400, code: Some("rate_limit"), .. }
        )
    }

    /// Says whether the next attempt could end better.
    fn is_worth_retrying(&self) -> bool {
        match *self {
            Seen::Answer { should_retry: Some(told), .. } => told,
            // Stripe keeps a 500 under its key once it had begun to work: the same key gives the same 500.
            Seen::Answer { status: 500.., replayed, .. } => !replayed,
            Seen::Answer { status, .. } => status == 409 || self.is_rate_limited(),
            Seen::Fault(Fault::Connect | Fault::Timeout | Fault::Cut) => true,
            // A certificate does not get better by asking again.
            Seen::Fault(Fault::Tls) => false,
        }
    }

    fn retry_after(&self) -> Duration {
        match self {
            Seen::Answer { retry_after: Some(pause), .. } => (*pause).min(LONGEST_RETRY_AFTER),
            Seen::Answer { .. } | Seen::Fault(_) => Duration::ZERO,
        }
    }
}

impl Policy {
    /// The policy as long as no answer has come to any request.
    pub fn at_first_contact(self) -> Policy {
        Policy { max_retries: self.max_retries.min(MOST_RETRIES_AT_FIRST), ..self }
    }

    /// Returns the pause before the next attempt, or `None` where there is none.
    ///
    /// `retries` counts those already made, `spent` is the time since the first attempt, and `roll` picks the
    /// pause: evenly from nothing (0) to the whole backoff (`u32::MAX`), so that many clients that failed
    /// together do not come back together.
    pub fn next(&self, seen: &Seen<'_>, retries: u32, spent: Duration, roll: u32) -> Option<Duration> {
        if retries >= self.max_retries || !seen.is_worth_retrying() {
            return None;
        }
        let doubled = self.base.saturating_mul(1_u32.checked_shl(retries).unwrap_or(u32::MAX));
        let pause = share(doubled.min(LONGEST_BACKOFF), roll).max(seen.retry_after());
        (spent.saturating_add(pause) <= self.deadline).then_some(pause)
    }
}

/// The part `roll / u32::MAX` of a duration.
fn share(whole: Duration, roll: u32) -> Duration {
    let nanos = whole.as_nanos() * u128::from(roll) / u128::from(u32::MAX);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy =
        Policy { max_retries: 8, base: Duration::from_millis(500), deadline: Duration::from_secs(180) };

    fn answer(status: u16) -> Seen<'static> {
        Seen::Answer { status, code: None, should_retry: None, retry_after: None, replayed: false }
    }

    fn told(status: u16, retry: bool) -> Seen<'static> {
        Seen::Answer { status, code: None, should_retry: Some(retry), retry_after: None, replayed: false }
    }

    fn replayed(status: u16) -> Seen<'static> {
        Seen::Answer { status, code: None, should_retry: None, retry_after: None, replayed: true }
    }

    fn coded(status: u16, code: &str) -> Seen<'_> {
        Seen::Answer { status, code: Some(code), should_retry: None, retry_after: None, replayed: false }
    }

    #[track_caller]
    fn check(seen: Seen<'_>, retried: bool) {
        assert_eq!(POLICY.next(&seen, 0, Duration::ZERO, u32::MAX).is_some(), retried, "{seen:?}");
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        check(answer(200), false);
        check(answer(400), false);
        check(answer(401), false);
        check(answer(402), false);
        check(answer(403), false);
        check(answer(404), false);
        check(answer(409), true);
        check(answer(424), false);
        check(answer(429), true);
        check(coded(400, "rate_limit"), true);
        check(coded(400, "parameter_missing"), false);
        check(coded(429, "lock_timeout"), true);
        check(answer(500), true);
        check(answer(502), true);
        check(answer(503), true);
        check(answer(529), true);
        check(Seen::Fault(Fault::Connect), true);
        check(Seen::Fault(Fault::Timeout), true);
        check(Seen::Fault(Fault::Cut), true);
        check(Seen::Fault(Fault::Tls), false);
    }

    #[test]
    fn stripes_own_word_wins() {
        check(told(400, true), true);
        check(told(402, true), true);
        check(told(409, false), false);
        check(told(429, false), false);
        check(told(500, false), false);
        check(told(500, true), true);
    }

    #[test]
    fn a_replayed_500_stays_a_500() {
        check(replayed(500), false);
        check(replayed(409), true);
    }

    #[track_caller]
    fn pause(retries: u32, roll: u32, expected_ms: u64) {
        assert_eq!(
            POLICY.next(&answer(500), retries, Duration::ZERO, roll),
            Some(Duration::from_millis(expected_ms))
        );
    }

    #[test]
    fn pauses_double_up_to_eight_seconds_and_are_spread_from_nothing() {
        pause(0, u32::MAX, 500);
        pause(1, u32::MAX, 1_000);
        pause(2, u32::MAX, 2_000);
        pause(3, u32::MAX, 4_000);
        pause(4, u32::MAX, 8_000);
        pause(5, u32::MAX, 8_000);
        pause(7, u32::MAX, 8_000);
        pause(0, 0, 0);
        pause(7, 0, 0);
        pause(4, u32::MAX / 5, 1_600);
    }

    #[test]
    fn many_retries_do_not_overflow_the_pause() {
        let stubborn = Policy { max_retries: u32::MAX, ..POLICY };
        assert_eq!(stubborn.next(&answer(500), 500, Duration::ZERO, u32::MAX), Some(LONGEST_BACKOFF));
    }

    #[track_caller]
    fn check_retry_after(told_s: u64, spent_s: u64, expected_s: Option<u64>) {
        let seen = Seen::Answer {
            status: 429,
            code: None,
            should_retry: None,
            retry_after: Some(Duration::from_secs(told_s)),
            replayed: false,
        };
        assert_eq!(
            POLICY.next(&seen, 0, Duration::from_secs(spent_s), 0),
            expected_s.map(Duration::from_secs)
        );
    }

    #[test]
    fn retry_after_is_honoured_within_bounds() {
        check_retry_after(3, 0, Some(3));
        check_retry_after(60, 0, Some(60));
        check_retry_after(86_400, 0, Some(60));
        check_retry_after(60, 120, Some(60));
        check_retry_after(60, 121, None);
    }

    #[test]
    fn it_ends() {
        assert_eq!(POLICY.next(&answer(500), 8, Duration::ZERO, 0), None);
        assert_eq!(POLICY.next(&answer(500), 7, Duration::ZERO, 0), Some(Duration::ZERO));
        assert_eq!(POLICY.next(&answer(500), 0, Duration::from_secs(181), 0), None);
        let never = Policy { max_retries: 0, ..POLICY };
        assert_eq!(never.next(&told(500, true), 0, Duration::ZERO, 0), None);
    }
}
