//! Counts of what the receiver did, as Prometheus reads them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::ingest::Kept;

/// Upper bounds of the histograms' buckets, in microseconds.
const BUCKETS: [u64; 12] =
    [500, 1_000, 2_500, 5_000, 10_000, 20_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 10_000_000];

/// What the receiver counts.
#[derive(Debug, Default)]
pub struct Metrics {
    stored: AtomicU64,
    duplicates: AtomicU64,
    refused: Mutex<BTreeMap<&'static str, u64>>,
    commits: AtomicU64,
    commit_time: Histogram,
    answer_time: Histogram,
    applied: AtomicU64,
    failed: AtomicU64,
    unapplied: AtomicI64,
    forwarded: AtomicU64,
    forward_attempts: AtomicU64,
    forward_given_up: AtomicU64,
    forward_waiting: AtomicI64,
    connections: AtomicI64,
    polls: AtomicU64,
    polls_failed: AtomicU64,
    /// In unix seconds; 0 before the first one that worked.
    polled_at: AtomicI64,
    /// Why nothing could be stored the last time; `None` since that worked.
    trouble: Mutex<Option<String>>,
    /// Why Stripe could not be read the last time; `None` since that worked.
    poll_trouble: Mutex<Option<String>>,
}

impl Metrics {
    pub(super) fn committed(&self, kept: &[Kept], time: Duration) {
        let stored = count(kept.iter().filter(|kept| **kept == Kept::Stored).count());
        self.stored.fetch_add(stored, Ordering::Relaxed);
        self.duplicates.fetch_add(count(kept.len()) - stored, Ordering::Relaxed);
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.commit_time.add(time);
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn failed_to_store(&self, error: &anyhow::Error) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(format!("{error:#}"));
    }

    pub(super) fn refused(&self, code: &'static str) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }

    pub(super) fn answered(&self, time: Duration) {
        self.answer_time.add(time);
    }

    pub(super) fn applied(&self, applied: u64, failed: u64, unapplied: u64) {
        self.applied.fetch_add(applied, Ordering::Relaxed);
        self.failed.fetch_add(failed, Ordering::Relaxed);
        self.unapplied.store(i64::try_from(unapplied).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    pub(super) fn forward_attempted(&self, is_accepted: bool) {
        self.forward_attempts.fetch_add(1, Ordering::Relaxed);
        if is_accepted {
            self.forwarded.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn forward_given_up(&self) {
        self.forward_given_up.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn forward_waiting(&self, waiting: i64) {
        self.forward_waiting.store(waiting, Ordering::Relaxed);
    }

    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn disconnected(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts events that were read from Stripe and had not been stored before.
    pub fn polled_new(&self, stored: usize) {
        self.stored.fetch_add(count(stored), Ordering::Relaxed);
    }

    /// Counts a reading that came to its end. `now` is in unix seconds.
    pub fn polled(&self, now: i64) {
        self.polls.fetch_add(1, Ordering::Relaxed);
        self.polled_at.store(now, Ordering::Relaxed);
        *self.poll_trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Counts a reading that failed.
    pub fn failed_to_poll(&self, why: String) {
        self.polls_failed.fetch_add(1, Ordering::Relaxed);
        *self.poll_trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    /// Why nothing could be stored, or read from Stripe, the last time.
    pub(super) fn trouble(&self) -> Option<String> {
        let of =
            |trouble: &Mutex<Option<String>>| trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        of(&self.trouble).or_else(|| of(&self.poll_trouble))
    }

    /// How many events were stored, were there already, and were refused.
    pub fn totals(&self) -> (u64, u64, u64) {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).values().sum();
        (self.stored.load(Ordering::Relaxed), self.duplicates.load(Ordering::Relaxed), refused)
    }

    /// Everything in Prometheus' text format, version 0.0.4.
    pub(super) fn text(&self) -> String {
        let mut page = Page::default();
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        page.head("billctl_events_total", "counter", "Events that are durable, by whether they were new.");
        page.line("billctl_events_total{result=\"stored\"}", load(&self.stored));
        page.line("billctl_events_total{result=\"duplicate\"}", load(&self.duplicates));
        page.head("billctl_refused_total", "counter", "Requests refused, by reason.");
        for (code, count) in &*self.refused.lock().unwrap_or_else(PoisonError::into_inner) {
            page.line(&format!("billctl_refused_total{{reason=\"{code}\"}}"), *count);
        }
        page.single(
            "billctl_commits_total",
            "counter",
            "Transactions that made events durable.",
            load(&self.commits),
        );
        page.single(
            "billctl_applied_total",
            "counter",
            "Events brought into the mirror.",
            load(&self.applied),
        );
        page.single(
            "billctl_apply_failures_total",
            "counter",
            "Events that could not be brought into the mirror; each is tried again.",
            load(&self.failed),
        );
        page.gauge(
            "billctl_unapplied_events",
            "Stored events that the mirror does not have yet.",
            &self.unapplied,
        );
        page.single(
            "billctl_forwarded_total",
            "counter",
            "Events that were passed on and accepted.",
            load(&self.forwarded),
        );
        page.single(
            "billctl_forward_attempts_total",
            "counter",
            "Attempts to pass an event on.",
            load(&self.forward_attempts),
        );
        page.single(
            "billctl_forward_given_up_total",
            "counter",
            "Events that were passed on in vain for as long as it is tried.",
            load(&self.forward_given_up),
        );
        page.gauge("billctl_forward_waiting", "Events that wait to be passed on.", &self.forward_waiting);
        page.gauge("billctl_connections", "Open connections.", &self.connections);
        page.head("billctl_polls_total", "counter", "Readings of Stripe's events, by how they ended.");
        page.line("billctl_polls_total{result=\"done\"}", load(&self.polls));
        page.line("billctl_polls_total{result=\"failed\"}", load(&self.polls_failed));
        page.gauge(
            "billctl_last_poll_timestamp_seconds",
            "When a reading of Stripe's events last came to its end; 0 if none has.",
            &self.polled_at,
        );
        page.histogram("billctl_commit_seconds", "How long a transaction took.", &self.commit_time);
        page.histogram("billctl_answer_seconds", "From a request's head to its answer.", &self.answer_time);
        page.0
    }
}

/// Times, by how many were at most so long.
#[derive(Debug, Default)]
struct Histogram {
    /// One for each bound, and the last for what is longer than all.
    buckets: [AtomicU64; BUCKETS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    fn add(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let index = BUCKETS.partition_point(|bound| *bound < micros);
        if let Some(bucket) = self.buckets.get(index) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text in memory does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, value: u64) {
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        self.head(name, kind, help);
        self.line(name, value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: &AtomicI64) {
        self.single(name, "gauge", help, u64::try_from(value.load(Ordering::Relaxed)).unwrap_or_default());
    }

    fn histogram(&mut self, name: &str, help: &str, times: &Histogram) {
        self.head(name, "histogram", help);
        let mut count = 0;
        for (index, bucket) in times.buckets.iter().enumerate() {
            count += bucket.load(Ordering::Relaxed);
            let bound = BUCKETS.get(index).map_or_else(|| "+Inf".to_owned(), |bound| seconds(*bound));
            self.line(&format!("{name}_bucket{{le=\"{bound}\"}}"), count);
        }
        let _ = writeln!(self.0, "{name}_sum {}", seconds(times.micros.load(Ordering::Relaxed)));
        self.line(&format!("{name}_count"), count);
    }
}

/// Microseconds as seconds: `0.0025`.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_what_is_at_most_so_long() {
        let metrics = Metrics::default();
        for micros in [400, 500, 501, 20_000_000] {
            metrics.answered(Duration::from_micros(micros));
        }
        let text = metrics.text();
        for line in [
            "billctl_answer_seconds_bucket{le=\"0.0005\"} 2",
            "billctl_answer_seconds_bucket{le=\"0.001\"} 3",
            "billctl_answer_seconds_bucket{le=\"10\"} 3",
            "billctl_answer_seconds_bucket{le=\"+Inf\"} 4",
            "billctl_answer_seconds_sum 20.001401",
            "billctl_answer_seconds_count 4",
        ] {
            assert!(text.lines().any(|each| each == line), "{line} is not in:\n{text}");
        }
    }

    #[test]
    fn a_reading_that_works_ends_the_trouble_of_those_that_failed() {
        let metrics = Metrics::default();
        metrics.failed_to_poll("no network".to_owned());
        assert_eq!(metrics.trouble().as_deref(), Some("no network"));
        metrics.polled_new(2);
        metrics.polled(1_793_491_200);
        assert_eq!((metrics.trouble(), metrics.totals()), (None, (2, 0, 0)));
        let text = metrics.text();
        for line in [
            "billctl_polls_total{result=\"done\"} 1",
            "billctl_polls_total{result=\"failed\"} 1",
            "billctl_last_poll_timestamp_seconds 1793491200",
            "billctl_events_total{result=\"stored\"} 2",
        ] {
            assert!(text.lines().any(|each| each == line), "{line} is not in:\n{text}");
        }
    }

    #[test]
    fn refusals_are_counted_by_reason_and_trouble_ends_with_a_commit() {
        let metrics = Metrics::default();
        metrics.refused("no_match");
        metrics.refused("no_match");
        metrics.refused("too_large");
        metrics.failed_to_store(&anyhow::anyhow!("disk full"));
        assert_eq!(metrics.trouble().as_deref(), Some("disk full"));
        metrics.committed(&[Kept::Stored, Kept::Duplicate, Kept::Stored], Duration::ZERO);
        assert_eq!(metrics.trouble(), None);
        assert_eq!(metrics.totals(), (2, 1, 3));
        assert!(metrics.text().contains("billctl_refused_total{reason=\"no_match\"} 2\n"));
    }
}
