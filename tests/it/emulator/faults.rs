//! Faults on request: each does what it says, and leaves what it says.

use std::time::{Duration, Instant};

use billctl::emulator::Limits;

use super::world::{Ask, World, ids};

/// Has the next creation of a product go wrong.
fn strike(world: &World, fault: &str) -> Ask {
    world.control("POST", "/_emulator/faults", &format!("POST /v1/products:count=1:{fault}")).ok();
    world.ask("POST", "/v1/products").form("name=A").key("k")
}

fn products(world: &World) -> usize {
    ids(&world.get("/v1/products").ok()).len()
}

/// A fault, how it looks (`None`: no answer), how many products it leaves, and whether a retry is a replay.
#[track_caller]
fn check(fault: &str, status: Option<u16>, left: usize, replayed: bool) {
    let world = World::new();
    let ask = strike(&world, fault);
    assert_eq!(ask.try_send().map(|answer| answer.status), status, "{fault}");
    assert_eq!(products(&world), left, "{fault}");
    let retry = ask.send();
    assert_eq!(retry.header("idempotent-replayed").is_some(), replayed, "{fault}");
    assert_eq!((retry.status, products(&world)), (200, 1), "{fault}: a retry ends in one product");
}

#[test]
fn a_retry_with_the_same_key_ends_in_one_object() {
    check("429-all", Some(429), 0, false);
    check("429-endpoint", Some(429), 0, false);
    check("429-lock", Some(429), 0, false);
    check("409", Some(409), 0, false);
    check("502", Some(502), 0, false);
    check("500-before", Some(500), 0, false);
    check("500-after", Some(500), 1, true);
    check("cut-before", None, 0, false);
    check("cut-after", None, 1, true);
    check("twice", Some(200), 1, true);
    check("delay=20", Some(200), 1, true);
}

#[test]
fn a_kept_500_comes_back_with_its_key() {
    let world = World::new();
    let ask = strike(&world, "500-kept");
    assert_eq!((ask.send().status, products(&world)), (500, 0));
    let again = ask.send();
    assert_eq!((again.status, again.header("idempotent-replayed"), products(&world)), (500, Some("true"), 0));
    ask.key("k2").send().ok();
}

#[test]
fn a_stall_gives_no_answer_before_or_after() {
    let world = World::new();
    let patience = Duration::from_millis(200);
    let ask = strike(&world, "stall-before");
    ask.try_send_for(patience).expect_err("no answer");
    assert_eq!(products(&world), 0);
    let ask = strike(&world, "stall-after").key("k2");
    ask.try_send_for(patience).expect_err("no answer");
    assert_eq!(products(&world), 1);
    assert_eq!(ask.send().header("idempotent-replayed"), Some("true"));
}

#[test]
fn a_request_that_arrives_twice_without_a_key_is_done_twice() {
    let world = World::new();
    strike(&world, "twice").without("Idempotency-Key").send().ok();
    assert_eq!(products(&world), 2);
}

#[test]
fn limits_say_why() {
    let world = World::new();
    let reason = |fault: &str| {
        let answer = strike(&world, fault).send();
        let code = answer.json()["error"]["code"].as_str().unwrap().to_owned();
        (answer.header("stripe-rate-limited-reason").map(str::to_owned), code)
    };
    assert_eq!(reason("429-all"), (Some("global-rate".to_owned()), "rate_limit".to_owned()));
    assert_eq!(reason("429-endpoint"), (Some("endpoint-rate".to_owned()), "rate_limit".to_owned()));
    assert_eq!(reason("429-lock"), (None, "lock_timeout".to_owned()));
    let told = |fault: &str| strike(&world, fault).send().header("stripe-should-retry").map(str::to_owned);
    assert_eq!(told("500-before"), None);
    assert_eq!(told("retry=false:500-before"), Some("false".to_owned()));
    assert_eq!(told("retry=true:429-all"), Some("true".to_owned()));
}

#[test]
fn a_limit_serves_so_many_a_second() {
    let world = World::with(|options| {
        options.limits = Limits { all: Some(50), endpoint: Some(10), meter_events: None }
    });
    let started = Instant::now();
    let mut served = 0;
    while started.elapsed() < Duration::from_millis(900) {
        let answer = world.get("/v1/products?limit=1");
        match answer.status {
            200 => served += 1,
            _ => assert_eq!(answer.header("stripe-rate-limited-reason"), Some("endpoint-rate")),
        }
    }
    let most = 10 + (started.elapsed().as_millis() / 100) as usize + 1;
    assert!((10..=most).contains(&served), "{served} of at most {most}");
}

#[test]
fn latency_delays_every_request() {
    let world = World::with(|options| options.latency = Duration::from_millis(60));
    let started = Instant::now();
    world.get("/v1/products").ok();
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[test]
fn rules_can_be_added_seen_and_removed() {
    let world = World::with(|options| options.faults = "GET /v1/coupons:500-before".parse().unwrap());
    assert_eq!(world.get("/v1/coupons").status, 500);
    world
        .control("POST", "/_emulator/faults", "GET /v1/prices:nth=2:409\n\nGET /v1/tax_rates:every=2:409")
        .ok();
    let statuses: Vec<u16> = (0..3).map(|_| world.get("/v1/prices").status).collect();
    assert_eq!(statuses, [200, 409, 200]);
    let report = world.status()["faults"].clone();
    assert_eq!(report[0], serde_json::json!({"rule": "GET /v1/coupons:500-before", "seen": 1, "struck": 1}));
    assert_eq!(report[1], serde_json::json!({"rule": "GET /v1/prices:nth=2:409", "seen": 3, "struck": 1}));
    world.control("DELETE", "/_emulator/faults", "").ok();
    assert_eq!(
        (world.get("/v1/coupons").status, world.status()["faults"].clone()),
        (200, serde_json::json!([]))
    );
    let refused = world.control("POST", "/_emulator/faults", "GET /v1/prices:explode");
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("`explode` is no fault"), "{}", refused.text);
}

#[test]
fn the_log_tells_what_happened_and_no_secret() {
    let world = World::new();
    strike(&world, "cut-after").try_send();
    world.get("/v1/products/nobody");
    let log = world.control("GET", "/_emulator/requests", "");
    let requests = log.ok()["requests"].clone();
    let seen = |index: usize, field: &str| requests[index][field].clone();
    assert_eq!(
        (seen(0, "number"), seen(0, "method"), seen(0, "path")),
        (1.into(), "POST".into(), "/v1/products".into())
    );
    assert_eq!((seen(0, "status"), seen(0, "hidden_status")), (serde_json::Value::Null, 200.into()));
    assert_eq!(seen(0, "idempotency_key"), "k");
    assert_eq!((seen(1, "status"), seen(1, "hidden_status")), (404.into(), serde_json::Value::Null));
    assert!(!log.text.contains(&world.api_key));
    let status = world.status();
    assert_eq!(status["requests"], 2);
    assert_eq!(status["requests_by_endpoint"]["GET /v1/products/{id}"], 1);
    assert_eq!(status["objects"]["product"], 1);
}

#[test]
fn web_pages_control_nothing() {
    let world = World::new();
    world.make("/v1/products", "name=A");
    let reset = world.ask("POST", "/_emulator/reset");
    assert_eq!(reset.clone().header("Origin", "https://evil.example").send().status, 403);
    // A page whose name leads to this machine is of the same origin, which a browser does not name when it reads.
    assert_eq!(reset.clone().header("Host", "evil.example:12111").send().status, 403);
    let requests = world.ask("GET", "/_emulator/requests");
    assert_eq!(requests.clone().header("Host", "evil.example:12111").send().status, 403);
    requests.header("Host", "localhost:12111").send().ok();
    assert_eq!(products(&world), 1);
    reset.send().ok();
    assert_eq!((products(&world), world.events()), (0, Vec::new()));
    assert_eq!(world.control("GET", "/_emulator/nothing", "").status, 404);
}
