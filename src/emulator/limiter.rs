//! The rate limits of a server: token buckets that hold one second's worth of requests.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::options::Limits;

const METER_EVENTS: &str = "POST /v1/billing/meter_events";
const METER_STREAM: &str = "POST /v2/billing/meter_event_stream";

/// The stream of meter events takes so many times as many requests.
const STREAM_FACTOR: u32 = 10;

/// Which limit a request is over; the value of Stripe's `Stripe-Rate-Limited-Reason` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    All,
    Endpoint,
}

impl Over {
    pub fn reason(self) -> &'static str {
        match self {
            Over::All => "global-rate",
            Over::Endpoint => "endpoint-rate",
        }
    }
}

#[derive(Debug, Default)]
pub struct Limiter {
    limits: Limits,
    buckets: Mutex<Buckets>,
}

#[derive(Debug, Default)]
struct Buckets {
    all: Bucket,
    endpoints: HashMap<String, Bucket>,
}

/// A bucket by the time at which it would be full again: each request moves that time by its share of a second.
#[derive(Debug, Default, Clone, Copy)]
struct Bucket {
    full_at: Option<Instant>,
}

impl Bucket {
    /// When the bucket would be full after one more request; `None` if it is empty.
    fn after_one(self, rate: u32, now: Instant) -> Option<Instant> {
        let share = Duration::from_secs(1) / rate.max(1);
        let full_at = self.full_at.map_or(now, |full_at| full_at.max(now)) + share;
        (full_at <= now + Duration::from_secs(1)).then_some(full_at)
    }
}

impl Limiter {
    pub fn new(limits: Limits) -> Limiter {
        Limiter { limits, buckets: Mutex::default() }
    }

    /// Counts a request to an endpoint; refused ones count for neither limit.
    ///
    /// # Errors
    /// The limit that it is over.
    pub fn take(&self, endpoint: &str, now: Instant) -> Result<(), Over> {
        let Limits { all, endpoint: each, meter_events } = self.limits;
        let own = meter_events.and_then(|rate| match endpoint {
            METER_EVENTS => Some(rate),
            METER_STREAM => Some(rate.saturating_mul(STREAM_FACTOR)),
            _ => None,
        });
        let (all, each) = if own.is_some() { (None, own) } else { (all, each) };
        if all.is_none() && each.is_none() {
            return Ok(());
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = match all {
            Some(rate) => Some(buckets.all.after_one(rate, now).ok_or(Over::All)?),
            None => None,
        };
        if let Some(rate) = each {
            let bucket = buckets.endpoints.entry(endpoint.to_owned()).or_default();
            bucket.full_at = Some(bucket.after_one(rate, now).ok_or(Over::Endpoint)?);
        }
        if whole.is_some() {
            buckets.all.full_at = whole;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(limiter: &Limiter, endpoint: &str, at: Instant, requests: usize) -> usize {
        (0..requests).filter(|_| limiter.take(endpoint, at).is_ok()).count()
    }

    #[test]
    fn a_second_serves_its_limit_and_no_more() {
        let limiter = Limiter::new(Limits { all: Some(25), ..Limits::default() });
        let start = Instant::now();
        assert_eq!(served(&limiter, "a", start, 100), 25);
        assert_eq!(served(&limiter, "a", start + Duration::from_millis(400), 100), 10);
        assert_eq!(served(&limiter, "a", start + Duration::from_secs(60), 100), 25);
    }

    #[test]
    fn endpoints_have_limits_of_their_own() {
        let limiter = Limiter::new(Limits { all: Some(100), endpoint: Some(25), meter_events: None });
        let now = Instant::now();
        assert_eq!(served(&limiter, "a", now, 60), 25);
        assert_eq!(served(&limiter, "b", now, 60), 25);
        assert_eq!(limiter.take("b", now), Err(Over::Endpoint));
        assert_eq!(served(&limiter, "c", now, 60) + served(&limiter, "d", now, 60), 50);
        assert_eq!(limiter.take("e", now), Err(Over::All));
    }

    #[test]
    fn meter_events_have_a_limit_beside_all_others() {
        let limiter = Limiter::new(Limits { all: Some(10), endpoint: Some(5), meter_events: Some(50) });
        let now = Instant::now();
        assert_eq!(served(&limiter, METER_EVENTS, now, 100), 50);
        assert_eq!(served(&limiter, METER_STREAM, now, 1000), 500);
        assert_eq!(served(&limiter, "a", now, 100) + served(&limiter, "b", now, 100), 10);
    }

    #[test]
    fn no_limit_serves_all() {
        assert_eq!(served(&Limiter::new(Limits::default()), "a", Instant::now(), 1000), 1000);
    }
}
