//! An event that arrives is stored, answered and applied; one that is refused is told why.

use serde_json::{Value, json};

use super::world::{Listener, NOW, SECRET, books, event, header, mirror, secret, shop};
use crate::support::Shop;
use billctl::billing::signature;

#[track_caller]
fn refused(answer: &(u16, Value), status: u16, code: &str) {
    assert_eq!((answer.0, answer.1["error"]["code"].as_str()), (status, Some(code)), "{answer:?}");
}

#[test]
fn an_event_is_stored_byte_for_byte_before_it_is_answered() {
    let shop = shop();
    let listener = Listener::start(&shop, &[]);
    // Neither the spaces nor the escapes are as this program would write them.
    let body = "{ \"id\": \"evt_1\",\n\t\"type\":\"customer.created\", \"created\": 1793491200, \"note\": \"Zo\\u00eb – ☃\" }";
    let answer = listener.post_raw(body.as_bytes(), &header(body.as_bytes()));
    assert_eq!(answer, (200, json!({"received": true})));
    listener.kill();
    let books = books(&shop);
    let stored = books.event("evt_1").unwrap().unwrap();
    assert_eq!((stored.event_type.as_str(), stored.source.as_str()), ("customer.created", "webhook"));
    assert_eq!(books.body(stored.seq).unwrap().unwrap(), body.as_bytes());
}

#[test]
fn an_event_that_comes_again_is_answered_and_stored_once() {
    let shop = shop();
    let listener = Listener::start(&shop, &[]);
    assert_eq!(listener.post(&event("evt_1")), (200, json!({"received": true})));
    for _ in 0..2 {
        assert_eq!(listener.post(&event("evt_1")), (200, json!({"received": true, "duplicate": true})));
    }
    assert_eq!(listener.metric("billctl_events_total{result=\"stored\"}"), 1);
    assert_eq!(listener.metric("billctl_events_total{result=\"duplicate\"}"), 2);
    let stopped = listener.stop(&shop);
    assert_eq!(stopped.code, Some(0));
    assert!(stopped.stderr.contains("1 stored, 2 came again, 0 refused"), "{}", stopped.stderr);
    let stored = books(&shop).event("evt_1").unwrap().unwrap();
    assert_eq!(stored.repeats, 2);
    assert_eq!(mirror(&shop).outcome(stored.seq).unwrap().unwrap().attempts, 1);
}

#[test]
fn what_is_stored_is_applied_before_it_stops() {
    let shop = shop();
    let listener = Listener::start(&shop, &[]);
    for number in 0..100 {
        assert_eq!(listener.post(&event(&format!("evt_{number}"))).0, 200);
    }
    listener.stop(&shop);
    let mirror = mirror(&shop);
    for number in 0..100 {
        let object = mirror.object("customer", &format!("cus_evt_{number}")).unwrap();
        assert!(object.is_some(), "{number}");
    }
}

#[test]
fn an_event_of_a_type_that_nobody_knows_is_stored_too() {
    let shop = shop();
    let listener = Listener::start(&shop, &[]);
    let mut unknown = event("evt_1");
    unknown["type"] = json!("moon.phase_changed");
    unknown["data"]["object"] = json!({"object": "moon", "phase": {"new": [1.5, null]}});
    assert_eq!(listener.post(&unknown).0, 200);
    let thin = json!({"id": "evt_2", "object": "v2.core.event", "type": "v1.customer.updated",
        "created": "2026-11-01T00:00:00.000Z", "livemode": false,
        "related_object": {"id": "cus_1", "type": "customer", "url": "/v1/customers/cus_1"}});
    assert_eq!(listener.post(&thin).0, 200);
    listener.stop(&shop);
    let books = books(&shop);
    assert_eq!(books.event("evt_1").unwrap().unwrap().event_type, "moon.phase_changed");
    assert!(books.event("evt_2").unwrap().unwrap().thin);
}

#[test]
fn each_refusal_says_why_and_stores_nothing() {
    let shop = shop();
    let listener = Listener::start(&shop, &[]);
    let body = event("evt_1").to_string();
    let body = body.as_bytes();
    let signed = |secret: &str, at: i64| signature::header(&[secret], at, body);
    refused(&listener.post_raw(body, &signed("whsec_test_other", NOW)), 400, "no_match");
    refused(&listener.post_raw(b"{}", &signed(SECRET, NOW)), 400, "no_match");
    refused(&listener.post_raw(body, &signed(SECRET, NOW - 301)), 400, "too_old");
    refused(&listener.post_raw(body, &signed(SECRET, NOW + 301)), 400, "from_future");
    refused(&listener.post_raw(body, "nonsense"), 400, "malformed_header");
    refused(&listener.post_raw(body, "t=1,v0=ab"), 400, "no_v1");
    refused(&listener.send("POST", "/webhook", "", body), 400, "no_header");
    let twice = format!("Stripe-Signature: {0}\r\nStripe-Signature: {0}\r\n", signed(SECRET, NOW));
    refused(&listener.send("POST", "/webhook", &twice, body), 400, "malformed_header");
    for broken in [&b"{\"id\":"[..], b"", b"[]", b"{\"id\":\"evt_1\"}", b"\xff\xfe"] {
        refused(&listener.post_raw(broken, &header(broken)), 400, "not_an_event");
    }
    let mut live = event("evt_1");
    live["livemode"] = json!(true);
    refused(&listener.post(&live), 400, "wrong_mode");
    assert_eq!(listener.metric("billctl_refused_total{reason=\"not_an_event\"}"), 5);
    assert_eq!(listener.metric("billctl_refused_total{reason=\"wrong_mode\"}"), 1);
    listener.stop(&shop);
    assert_eq!(books(&shop).last_seq().unwrap(), 0);
}

#[test]
fn other_paths_and_methods_are_told_where_to_go() {
    let shop = shop();
    let listener = Listener::start(&shop, &["--path", "/hooks/stripe"]);
    refused(&listener.send("POST", "/webhook", "", b""), 404, "not_found");
    refused(&listener.send("GET", "/hooks/stripe", "", b""), 405, "method");
    refused(&listener.send("POST", "/healthz", "", b""), 405, "method");
    let body = event("evt_1").to_string();
    let headers = format!("Stripe-Signature: {}\r\n", header(body.as_bytes()));
    assert_eq!(listener.send("POST", "/hooks/stripe/", &headers, body.as_bytes()).0, 200);
    assert_eq!(listener.get("/healthz"), (200, json!({"status": "ok"}).to_string()));
}

#[test]
fn either_secret_is_enough_while_one_is_rolled() {
    let mut shop = shop();
    secret(&mut shop, "rolled", "whsec_test_billctl_rolled");
    let listener = Listener::start(&shop, &["--webhook-secret-file", "rolled"]);
    for (number, signer) in [SECRET, "whsec_test_billctl_rolled"].into_iter().enumerate() {
        let body = event(&format!("evt_{number}")).to_string();
        let header = signature::header(&[signer], NOW, body.as_bytes());
        assert_eq!(listener.post_raw(body.as_bytes(), &header).0, 200, "{number}");
    }
}

#[test]
fn on_the_emulator_its_own_secrets_are_known_even_of_endpoints_made_later() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let child = shop.spawn(&["events", "listen", "--port", "0", "-o", "json"], std::process::Stdio::null());
    let listener = Listener::of(child);
    let form = format!("url=http://{}/webhook&enabled_events[0]=*", listener.address);
    let endpoint = emulator.post("/v1/webhook_endpoints", &form);
    let of_endpoint = endpoint["secret"].as_str().unwrap().to_owned();
    for (number, signer) in [&emulator.webhook_secret, &of_endpoint].into_iter().enumerate() {
        let body = event(&format!("evt_{number}")).to_string();
        let header = signature::header(&[signer], NOW, body.as_bytes());
        assert_eq!(listener.post_raw(body.as_bytes(), &header).0, 200, "{number}");
    }
}

#[test]
fn a_live_profile_has_to_be_meant_and_takes_live_events_alone() {
    let mut shop = shop();
    shop.write(
        "billing.toml",
        "[project]\nname = \"x\"\n[profiles.live]\nlive = true\naccount = \"acct_1Live\"\n",
    );
    shop.set("BILLCTL_PROFILE", "live");
    shop.unset("BILLCTL_NOW");
    #[expect(clippy::disallowed_methods, reason = "a live profile has no other time than the real one")]
    let now = jiff::Timestamp::now().as_second();
    let unmeant = shop.billctl("events listen --port 0 --webhook-secret-file secret");
    assert_eq!(unmeant.code, Some(5), "{}", unmeant.stderr);
    let listener = Listener::start(&shop, &["--live"]);
    let post = |event: &Value| {
        let body = event.to_string();
        listener.post_raw(body.as_bytes(), &signature::header(&[SECRET], now, body.as_bytes()))
    };
    refused(&post(&event("evt_1")), 400, "wrong_mode");
    let mut live = event("evt_1");
    live["livemode"] = json!(true);
    assert_eq!(post(&live).0, 200);
}

#[test]
fn mistakes_on_the_command_line_are_told() {
    let shop = shop();
    let listener = Listener::start(&shop, &[]);
    let port = listener.address.rsplit(':').next().unwrap();
    let check = |line: &str, code: i32, part: &str| {
        let said = shop.billctl(&format!("events listen --webhook-secret-file secret {line}"));
        assert_eq!(said.code, Some(code), "{line}: {}", said.stderr);
        assert!(said.stderr.contains(part), "{line}: {}", said.stderr);
    };
    check(&format!("--port {port}"), 1, "choose one with `--port N`");
    check("--port 0 --path webhook", 2, "write it like /webhook");
    check("--port 0 --path /metrics", 2, "tells how the listener does");
    check("--port 0 --forward-to ftp://localhost/x", 2, "http://localhost:3000/webhook");
    check("--port 0 --dry-run", 2, "dry run cannot receive events");
    check("--port 0 -o csv", 2, "jsonl");
    check("--port 0 --webhook-secret-file nowhere", 2, "nowhere");
}

#[test]
fn events_are_shown_as_they_come() {
    let shop = shop();
    let child = shop.spawn(
        &["events", "listen", "--port", "0", "-o", "jsonl", "--webhook-secret-file", "secret"],
        std::process::Stdio::null(),
    );
    let listener = Listener::of(child);
    listener.post(&event("evt_1"));
    listener.post(&event("evt_1"));
    listener.post_raw(b"{}", "nonsense");
    let said = listener.stop(&shop);
    let lines: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = |status: &str| {
        json!({"id": "evt_1", "type": "customer.created", "created": "2026-11-01T00:00:00Z",
            "object": "cus_evt_1", "status": status})
    };
    assert_eq!(lines, [row("stored"), row("duplicate")]);
    assert!(said.stderr.contains("refused an event"), "{}", said.stderr);
}
