//! The control surface under `/_emulator`, which Stripe has not: faults, the log of requests, counts, reset.
//!
//! | call | does |
//! |---|---|
//! | `GET /_emulator/status` | counts of requests, commits and objects, and the fault rules with how often each struck |
//! | `GET /_emulator/requests` | the requests in the order of arrival, without keys and parameters |
//! | `GET /_emulator/deliveries` | the newest deliveries of events, newest first, and how each ended |
//! | `POST /_emulator/faults` | adds fault rules: the body has one a line, see [`super::faults`] |
//! | `DELETE /_emulator/faults` | removes all fault rules |
//! | `POST /_emulator/advance` | moves the time ahead by the seconds in the body, or with `to=SECONDS` to a moment, and does what falls due on the way |
//! | `POST /_emulator/authenticate/{id}` | what the customer's bank does with a payment or setup intent that waits: `outcome=pass` or `fail` |
//! | `POST /_emulator/after-retries` | says what becomes of a subscription whose invoice stays unpaid: `canceled`, `unpaid`, `past_due` |
//! | `POST /_emulator/reset` | deletes all objects and kept answers, and lets the time be the clock's; keys and account stay |
//!
//! It takes no key: the server listens on loopback only, and what a browser sends for a web page is refused by its
//! `Origin` header, or by the `Host` of a page whose name was made to lead here.

use std::net::IpAddr;
use std::sync::atomic::Ordering;

use serde_json::{Map, Value, json};

use super::database::Told;
use super::dispatch::Shared;
use super::endpoint::Endpoint;
use super::engine::Step;
use super::faults::{FaultPlan, RULE_HINT};
use super::form;
use super::own;
use super::refusal::Refusal;
use super::resources;

/// Where a path's id follows.
const AUTHENTICATE: &str = "/_emulator/authenticate/";
static AUTHENTICATION: Endpoint = resources::authenticate::ENDPOINT;

/// What can become of a subscription whose invoice stays unpaid; the first by default.
const AFTER_RETRIES: [&str; 3] = ["canceled", "unpaid", "past_due"];
/// Most deliveries that are told.
const MOST_DELIVERIES: u32 = 1000;
/// Ten years.
const LONGEST_ADVANCE: i64 = 10 * 366 * 24 * 60 * 60;

/// What a request's headers say of who sent it and where to.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    pub origin: Option<&'a str>,
    pub host: Option<&'a str>,
}

/// Serves one call; status and body.
pub async fn control(
    shared: &Shared,
    method: &str,
    path: &str,
    sender: Sender<'_>,
    body: &str,
) -> (u16, Value) {
    if sender.origin.is_some() || sender.host.is_some_and(|host| !is_this_machine(host)) {
        return (403, json!({"error": "The emulator is not controlled by web pages"}));
    }
    match (method, path) {
        ("GET", "/_emulator/status") => status(shared).await,
        ("GET", "/_emulator/requests") => (200, json!({"requests": shared.log.entries()})),
        ("GET", "/_emulator/deliveries") => deliveries(shared).await,
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
        ("POST", "/_emulator/advance") => advance(shared, body).await,
        ("POST", path) if path.starts_with(AUTHENTICATE) => authenticate(shared, path, body).await,
        ("POST", "/_emulator/after-retries") => {
            let Some(status) = AFTER_RETRIES.iter().find(|status| **status == body.trim()) else {
                return (400, json!({"error": format!("Send one of {}", AFTER_RETRIES.join(", "))}));
            };
            match shared.engine.with(true, |db| db.set_after_retries(status)).await {
                Some(()) => (200, json!({"after_retries": status})),
                None => (500, json!({"error": "The setting could not be kept"})),
            }
        }
        ("POST", "/_emulator/reset") => {
            let cleared = shared.engine.with(true, |db| db.clear()).await;
            shared.log.clear();
            (if cleared.is_some() { 200 } else { 500 }, json!({}))
        }
        _ => (404, json!({"error": format!("There is no {method} {path}")})),
    }
}

/// Has the customer's bank decide.
async fn authenticate(shared: &Shared, path: &str, body: &str) -> (u16, Value) {
    match form::decode(body) {
        Ok(form) => own::ask(shared, &AUTHENTICATION, path.trim_start_matches(AUTHENTICATE), &form).await,
        Err(bad) => (400, Refusal::status(400, bad.0).body("")),
    }
}

/// Moves the time by so many seconds, or, with `to=`, to a moment: sent twice, that moves it once.
async fn advance(shared: &Shared, body: &str) -> (u16, Value) {
    let (text, is_moment) = match body.trim().strip_prefix("to=") {
        Some(moment) => (moment, true),
        None => (body.trim(), false),
    };
    let now = (shared.options.clock)() + shared.engine.ahead.load(Ordering::Relaxed);
    let ahead = text.parse::<i64>().ok().map(|number| if is_moment { (number - now).max(0) } else { number });
    let Some(seconds) = ahead.filter(|seconds| (0..=LONGEST_ADVANCE).contains(seconds)) else {
        let told = format!(
            "Send the seconds to advance by, a whole number from 0 to {LONGEST_ADVANCE}, or `to=` a moment in seconds \
             since 1970 that is no farther"
        );
        return (400, json!({"error": told}));
    };
    let step = if is_moment { Step::To(now + seconds) } else { Step::By(seconds) };
    match shared.engine.advance(step).await {
        Some(now) => (200, json!({"now": now})),
        None => (500, json!({"error": "The emulator's time could not be moved"})),
    }
}

async fn status(shared: &Shared) -> (u16, Value) {
    let counts = shared.engine.with(false, |db| Ok((db.counts()?, db.delivery_counts()?))).await;
    let Some((objects, deliveries)) = counts else {
        return (500, json!({"error": "The emulator has stopped"}));
    };
    let by_name = |counts: Vec<(String, i64)>| -> Map<String, Value> {
        counts.into_iter().map(|(name, count)| (name, json!(count))).collect()
    };
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
        "objects": by_name(objects),
        "deliveries": by_name(deliveries),
        "faults": faults(shared),
    });
    (200, status)
}

/// The newest deliveries.
async fn deliveries(shared: &Shared) -> (u16, Value) {
    let Some(newest) = shared.engine.with(false, |db| db.newest_deliveries(MOST_DELIVERIES)).await else {
        return (500, json!({"error": "The emulator has stopped"}));
    };
    let newest = newest.into_iter().map(|Told { event, event_type, endpoint, state, attempts, outcome }| {
        json!({
            "event": event,
            "type": event_type,
            "endpoint": endpoint,
            "state": state,
            "attempts": attempts,
            "outcome": outcome,
        })
    });
    (200, json!({"deliveries": newest.collect::<Vec<_>>()}))
}

fn faults(shared: &Shared) -> Vec<Value> {
    let report = shared.faults.report();
    report
        .into_iter()
        .map(|(rule, seen, struck)| json!({"rule": rule, "seen": seen, "struck": struck}))
        .collect()
}

/// Whether a `Host` header names this machine.
pub fn is_this_machine(host: &str) -> bool {
    let port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let name = host.rsplit_once(':').filter(|(_, after)| port(after)).map_or(host, |(name, _)| name);
    let name = name.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let is_loopback = |address: IpAddr| address.is_loopback();
    name == "localhost" || name.ends_with(".localhost") || name.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, expected: bool) {
        assert_eq!(is_this_machine(host), expected, "{host}");
    }

    #[test]
    fn this_machine_is_known_by_its_names_and_addresses() {
        check("127.0.0.1:12111", true);
        check("127.0.0.1", true);
        check("127.8.8.8:1", true);
        check("[::1]:12111", true);
        check("localhost:12111", true);
        check("LocalHost", true);
        check("stripe.localhost:12111", true);
        check("example.com", false);
        check("localhost.example.com:12111", false);
        check("127.0.0.1.example.com:12111", false);
        check("10.0.0.1:12111", false);
        check("0.0.0.0:12111", false);
        check("", false);
    }
}
