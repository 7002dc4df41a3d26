//! `events listen --poll`: what Stripe tells is read, whatever dies or is out of reach meanwhile.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use billctl::billing::signature;
use billctl::store::books::StoredEvent;
use serde_json::Value;

use super::world::{Listener, books, event, header, mirror};
use crate::events::receiver::Receiver;
use crate::support::{Emulator, Shop};

const PATIENCE: Duration = Duration::from_secs(60);

fn customers(emulator: &Emulator, count: usize) {
    for number in 0..count {
        emulator.post("/v1/customers", &format!("name=Customer+{number}"));
    }
}

fn start(shop: &Shop, flags: &[&str]) -> Listener {
    let arguments = ["events", "listen", "--port", "0", "-o", "json", "--poll", "1"];
    Listener::of(shop.spawn(&[&arguments, flags].concat(), Stdio::null()))
}

#[track_caller]
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not in time");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn stored(listener: &Listener) -> u64 {
    listener.metric("billctl_events_total{result=\"stored\"}")
}

fn polls(listener: &Listener, result: &str) -> u64 {
    listener.metric(&format!("billctl_polls_total{{result=\"{result}\"}}"))
}

/// Every event that the emulator has is in the books once, and was applied once; those in the books.
#[track_caller]
fn assert_all_kept(shop: &Shop, emulator: &Emulator) -> Vec<StoredEvent> {
    let (books, mirror) = (books(shop), mirror(shop));
    let kept = books.after(0, 10_000).unwrap();
    let ids: BTreeSet<&str> = kept.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), kept.len());
    let told = emulator.list("/v1/events");
    let told: BTreeSet<&str> = told.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids, told);
    for event in &kept {
        let outcome = mirror.outcome(event.seq).unwrap().unwrap();
        assert_eq!((outcome.attempts, &outcome.error), (1, &None), "{}", event.id);
    }
    kept
}

#[test]
fn what_stripe_tells_is_stored_applied_and_said() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    customers(&emulator, 3);
    let listener = start(&shop, &[]);
    wait_until("the first reading", || stored(&listener) == 3);
    customers(&emulator, 2);
    wait_until("the next reading", || stored(&listener) == 5);
    let before = polls(&listener, "done");
    wait_until("one more reading", || polls(&listener, "done") > before + 1);
    assert_eq!(stored(&listener), 5, "what comes again is not counted");
    assert!(listener.metric("billctl_last_poll_timestamp_seconds") > 0);
    assert_eq!(listener.get("/healthz").0, 200);
    let stopped = listener.stop(&shop).exits(0);
    assert!(stopped.stderr.contains("Stopped: 5 stored, 0 came again, 0 refused"), "{stopped}");
    let kept = assert_all_kept(&shop, &emulator);
    assert!(kept.iter().all(|event| event.source == "poll"), "{kept:?}");
}

#[test]
fn webhooks_and_readings_go_together() {
    let shop = super::world::shop();
    let emulator = shop.emulator();
    customers(&emulator, 1);
    let listener = start(&shop, &["--webhook-secret-file", "secret"]);
    wait_until("the first reading", || stored(&listener) == 1);
    assert_eq!(listener.post(&event("evt_1")).0, 200);
    let mut told = emulator.list("/v1/events").remove(0);
    told["pending_webhooks"] = 1.into();
    // Stripe posts what was read before.
    let (status, answer) = listener.post(&told);
    assert_eq!((status, &answer["duplicate"]), (200, &true.into()));
    assert_eq!(stored(&listener), 2);
    listener.stop(&shop).exits(0);
    assert_eq!(books(&shop).last_seq().unwrap(), 2);
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_applies_each_once() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    for round in 0..6 {
        customers(&emulator, 15);
        let before = emulator.requests().len();
        // Now while it waits for an answer, now once it has had one or two.
        let fault = if round % 2 == 0 { "stall-before" } else { "stall-after" };
        emulator.fail_on(&format!("GET /v1/events:nth={}:{fault}", 1 + round / 2));
        let listener = start(&shop, &[]);
        let is_reading = |request: &&Value| request["path"] == "/v1/events";
        wait_until("a request", || {
            let requests = emulator.requests();
            requests.iter().skip(before).filter(is_reading).count() > round / 2
        });
        listener.kill();
        emulator.heal();
    }
    let listener = start(&shop, &[]);
    wait_until("the last reading", || polls(&listener, "done") > 0);
    listener.stop(&shop).exits(0);
    assert_eq!(assert_all_kept(&shop, &emulator).len(), 6 * 15);
}

#[test]
fn while_stripe_is_out_of_reach_it_says_so_and_goes_on_later() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    customers(&emulator, 1);
    let listener = start(&shop, &[]);
    wait_until("the first reading", || stored(&listener) == 1);
    emulator.fail_on("GET /v1/events:retry=false:500-before");
    customers(&emulator, 2);
    wait_until("readings that fail", || polls(&listener, "failed") >= 2);
    let (status, health) = listener.get("/healthz");
    assert_eq!(status, 503, "{health}");
    assert!(health.contains("events cannot be read from Stripe now"), "{health}");
    emulator.heal();
    wait_until("a reading that works", || stored(&listener) == 3);
    wait_until("health", || listener.get("/healthz").0 == 200);
    let stopped = listener.stop(&shop).exits(0);
    let told = stopped.stderr.matches("events cannot be read from Stripe now").count();
    assert_eq!(told, 1, "once, not with each failure: {stopped}");
    assert_all_kept(&shop, &emulator);
}

#[test]
fn what_happens_from_now_on_is_passed_on_signed_and_once() {
    let mut shop = Shop::new();
    let emulator = shop.emulator();
    customers(&emulator, 3);
    emulator.post("/_emulator/advance", "60");
    // The emulator's clock is a minute ahead of history from here on, and so is the listener's.
    shop.set("BILLCTL_NOW", "2026-11-01T00:01:00Z");
    let application = Receiver::kind();
    let flags = ["--forward-to", application.url.as_str()];
    let listener = start(&shop, &flags);
    wait_until("history", || stored(&listener) == 3);
    customers(&emulator, 2);
    wait_until("what is passed on", || listener.metric("billctl_forwarded_total") == 2);
    listener.kill();
    // What happens while nobody listens is passed on, too.
    customers(&emulator, 1);
    let listener = start(&shop, &flags);
    wait_until("what came meanwhile", || application.ids().len() == 3);
    wait_until("another reading", || polls(&listener, "done") > 1);
    listener.stop(&shop).exits(0);
    let kept = assert_all_kept(&shop, &emulator);
    let expected: BTreeSet<String> = kept[3..].iter().map(|event| event.id.clone()).collect();
    let got = application.got();
    assert_eq!(got.len(), 3);
    assert_eq!(application.ids().into_iter().collect::<BTreeSet<_>>(), expected);
    for request in got {
        let (signature, now) = (request.header("stripe-signature"), 1_793_491_260);
        let verified = signature::verify(&[&emulator.webhook_secret], signature, &request.body, now, 300);
        assert!(verified.is_ok(), "{signature}: {verified:?}");
    }
}

#[test]
fn without_a_webhook_secret_events_are_read_and_none_is_taken() {
    let mut shop = Shop::new();
    let emulator = shop.emulator();
    customers(&emulator, 2);
    shop.write(
        "billing.toml",
        format!("[project]\nname = \"shop\"\n[profiles.p]\nbase_url = \"{}\"\n", emulator.base_url),
    );
    shop.set("STRIPE_SECRET_KEY", &emulator.api_key);
    shop.billctl("events listen --port 0 --profile p").exits(5);
    let application = Receiver::kind();
    let listener = start(&shop, &["--profile", "p", "--forward-to", &application.url]);
    wait_until("the first reading", || stored(&listener) == 2);
    let body = event("evt_1").to_string();
    let (status, answer) = listener.post_raw(body.as_bytes(), &header(body.as_bytes()));
    assert_eq!((status, &answer["error"]["code"]), (400, &"no_secret".into()), "{answer}");
    let stopped = listener.stop(&shop).exits(0);
    assert!(stopped.stderr.contains("What is passed on has no signature"), "{stopped}");
}

#[test]
fn what_is_no_time_and_no_address_is_told() {
    let shop = super::world::shop();
    let check = |flags: &str, part: &str| {
        let refused = shop.billctl(&format!("events listen --webhook-secret-file secret {flags}")).exits(2);
        assert!(refused.stderr.contains(part), "{refused}");
    };
    check("--poll 0", "write seconds, from 1 to 86400");
    check("--poll 30s", "write seconds, from 1 to 86400");
    check("--host example.com", "write an IP address");
    check("--forward-to localhost:3000", "Write it like `http://localhost:3000/webhook`");
    let listener = Listener::start(&shop, &["--host", "localhost"]);
    assert!(listener.address.starts_with("127.0.0.1:"), "{}", listener.address);
}

#[test]
fn a_key_that_is_refused_is_told_at_once() {
    let mut shop = Shop::new();
    let emulator = shop.emulator();
    shop.write(
        "billing.toml",
        format!("[project]\nname = \"shop\"\n[profiles.p]\nbase_url = \"{}\"\n", emulator.base_url),
    );
    shop.set_secret("STRIPE_SECRET_KEY", "sk_test_billctl_of_nobody");
    let refused = shop.billctl("events listen --port 0 --poll --profile p").exits(5);
    assert_eq!(refused.stdout, "", "{refused}");
}
