//! What a server was asked: one entry a request, in the order of arrival.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

/// The entries kept; older ones only count.
const KEPT: usize = 100_000;

/// Counts and remembers requests. Keys and parameters are no part of it.
#[derive(Debug, Default)]
pub struct Log(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    /// How many requests have arrived.
    arrived: u64,
    /// How many arrived at each method and route.
    by_endpoint: BTreeMap<String, u64>,
    kept: VecDeque<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    number: u64,
    method: String,
    path: String,
    idempotency_key: Option<String>,
    request_id: String,
    outcome: Outcome,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What the caller saw; `None` while it runs, and if it saw no answer.
    pub status: Option<u16>,
    /// The status of the answer itself, where a fault hid it from the caller.
    pub hidden_status: Option<u16>,
    /// Whether the answer was the one kept for the idempotency key.
    pub replayed: bool,
}

impl Log {
    /// Notes that a request arrived; its number, from 1 on.
    pub fn arrive(
        &self,
        method: &str,
        path: &str,
        endpoint: &str,
        idempotency_key: Option<&str>,
        request_id: &str,
    ) -> u64 {
        let mut entries = self.lock();
        entries.arrived += 1;
        *entries.by_endpoint.entry(endpoint.to_owned()).or_default() += 1;
        let number = entries.arrived;
        if entries.kept.len() == KEPT {
            entries.kept.pop_front();
        }
        entries.kept.push_back(Entry {
            number,
            method: method.to_owned(),
            path: path.to_owned(),
            idempotency_key: idempotency_key.map(str::to_owned),
            request_id: request_id.to_owned(),
            outcome: Outcome::default(),
        });
        number
    }

    /// Notes how a request ended.
    pub fn end(&self, number: u64, outcome: Outcome) {
        let mut entries = self.lock();
        let first = entries.kept.front().map_or(number, |entry| entry.number);
        let index = number.checked_sub(first).and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| entries.kept.get_mut(index)) {
            entry.outcome = outcome;
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.lock() = Entries::default();
    }

    /// How many requests arrived, in all and at each endpoint.
    pub fn counts(&self) -> (u64, BTreeMap<String, u64>) {
        let entries = self.lock();
        (entries.arrived, entries.by_endpoint.clone())
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> Vec<Value> {
        let entries = self.lock();
        entries
            .kept
            .iter()
            .map(|entry| {
                json!({
                    "number": entry.number,
                    "method": entry.method,
                    "path": entry.path,
                    "status": entry.outcome.status,
                    "hidden_status": entry.outcome.hidden_status,
                    "replayed": entry.outcome.replayed,
                    "idempotency_key": entry.idempotency_key,
                    "request_id": entry.request_id,
                })
            })
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
