//! The control surface under `/_emulator`, which Stripe has not: faults, the log of requests, counts, reset.
//!
//! | call | does |
//! |---|---|
//! | `GET /_emulator/status` | counts of requests, commits and objects, and the fault rules with how often each struck |
//! | `GET /_emulator/requests` | the requests in the order of arrival, without keys and parameters |
//! | `POST /_emulator/faults` | adds fault rules: the body has one a line, see [`super::faults`] |
//! | `DELETE /_emulator/faults` | removes all fault rules |
//! | `POST /_emulator/advance` | moves the time ahead by the seconds in the body, and does what falls due on the way |
//! | `POST /_emulator/reset` | deletes all objects and kept answers, and lets the time be the clock's; keys and account stay |
//!
//! It takes no key: the server listens on loopback only, and what a browser sends for a web page is refused by its
//! `Origin` header.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value, json};

use super::dispatch::Shared;
use super::faults::{FaultPlan, RULE_HINT};

/// Ten years.
const LONGEST_ADVANCE: i64 = 10 * 366 * 24 * 60 * 60;

/// Serves one call; status and body.
pub async fn control(
    shared: &Shared,
    method: &str,
    path: &str,
    origin: Option<&str>,
    body: &str,
) -> (u16, Value) {
    if origin.is_some() {
        return (403, json!({"error": "The emulator is not controlled by web pages"}));
    }
    match (method, path) {
        ("GET", "/_emulator/status") => status(shared).await,
        ("GET", "/_emulator/requests") => (200, json!({"requests": shared.log.entries()})),
        ("POST", "/_emulator/faults") => match body.parse::<FaultPlan>() {
            Ok(plan) => {
                shared.faults.add(plan);
                (200, json!({"faults": faults(shared)}))
            }
            Err(bad) => (400, json!({"error": format!("{bad}. {RULE_HINT}")})),
        },
        ("DELETE", "/_emulator/faults") => {
            shared.faults.clear();
            (200, json!({"faults": []}))
        }
        ("POST", "/_emulator/advance") => match body.trim().parse::<i64>() {
            Ok(seconds) if (0..=LONGEST_ADVANCE).contains(&seconds) => {
                match shared.engine.advance(seconds).await {
                    Some(now) => (200, json!({"now": now})),
                    None => (500, json!({"error": "The emulator's time could not be moved"})),
                }
            }
            _ => (
                400,
                json!({"error": format!("Send the seconds to advance by, a whole number from 0 to {LONGEST_ADVANCE}")}),
            ),
        },
        ("POST", "/_emulator/reset") => {
            let cleared = shared.engine.clear().await.map_or(500, |reply| reply.status);
            shared.log.clear();
            (cleared, json!({}))
        }
        _ => (404, json!({"error": format!("There is no {method} {path}")})),
    }
}

async fn status(shared: &Shared) -> (u16, Value) {
    let Some(counts) = shared.engine.counts().await else {
        return (500, json!({"error": "The emulator has stopped"}));
    };
    let objects: Map<String, Value> = counts.into_iter().map(|(kind, count)| (kind, json!(count))).collect();
    let (arrived, by_endpoint) = shared.log.counts();
    let counters = &shared.engine.counters;
    let status = json!({
        "account": shared.account.id,
        "now": (shared.options.clock)() + shared.engine.ahead.load(Ordering::Relaxed),
        "requests": arrived,
        "requests_by_endpoint": by_endpoint,
        "executed": counters.requests.load(Ordering::Relaxed),
        "commits": counters.commits.load(Ordering::Relaxed),
        "reads": counters.reads.load(Ordering::Relaxed),
        "objects": objects,
        "faults": faults(shared),
    });
    (200, status)
}

fn faults(shared: &Shared) -> Vec<Value> {
    let report = shared.faults.report();
    report
        .into_iter()
        .map(|(rule, seen, struck)| json!({"rule": rule, "seen": seen, "struck": struck}))
        .collect()
}
