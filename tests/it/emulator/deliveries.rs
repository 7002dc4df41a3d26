//! Events on their way to webhook endpoints.

use std::time::Duration;

use serde_json::json;

use super::receiver::{Receiver, wait_for};
use super::world::{START, World, ids, text};

/// Retries at once, so often.
fn impatient(retries: usize) -> World {
    World::with(|options| options.sending.retry_after = vec![Duration::from_millis(1); retries])
}

#[test]
fn an_event_is_posted_signed_and_counted_down() {
    let world = World::new();
    let receiver = Receiver::new();
    let (_, secret) = receiver.subscribe(&world, &["*"]);
    world.pass(5);
    world.make("/v1/products", "name=Caf%C3%A9");
    let delivery = receiver.next();
    assert!(delivery.is_signed(&secret, START + 5), "{delivery:?}");
    assert_eq!(delivery.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(delivery.header("user-agent"), "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
    wait_for(&world, "delivered", 1);
    let mut event = world.event("product.created");
    assert_eq!(event["pending_webhooks"], 0);
    event["pending_webhooks"] = json!(1);
    assert_eq!(delivery.event(), event);
}

#[test]
fn each_endpoint_gets_what_it_asked_for_in_order() {
    let world = World::new();
    let (all, some) = (Receiver::new(), Receiver::new());
    all.subscribe(&world, &["*"]);
    some.subscribe(&world, &["price.created", "coupon.deleted"]);
    world.make("/v1/products", "id=a&name=A");
    world.make("/v1/prices", "product=a&currency=usd&unit_amount=5&recurring[interval]=month");
    world.make("/v1/coupons", "id=c&percent_off=5");
    world.delete("/v1/coupons/c").ok();
    let told = ["product.created", "price.created", "plan.created", "coupon.created", "coupon.deleted"];
    assert_eq!(all.types(5), told);
    assert_eq!(some.types(2), ["price.created", "coupon.deleted"]);
    wait_for(&world, "delivered", 7);
    assert!(all.is_idle() && some.is_idle());
}

#[test]
fn many_events_come_in_their_order() {
    let world = World::new();
    let receiver = Receiver::new();
    receiver.subscribe(&world, &["product.created"]);
    let made: Vec<String> = (0..50).map(|_| world.make("/v1/products", "name=A")).collect();
    let got: Vec<String> = (0..50).map(|_| text(&receiver.next().event()["data"]["object"]["id"])).collect();
    assert_eq!(got, made);
}

#[test]
fn a_disabled_or_deleted_endpoint_gets_nothing_more() {
    let world = World::new();
    let receiver = Receiver::new();
    let (id, _) = receiver.subscribe(&world, &["*"]);
    let path = format!("/v1/webhook_endpoints/{id}");
    world.post(&path, "disabled=true").ok();
    world.make("/v1/coupons", "percent_off=5");
    assert_eq!(world.event("coupon.created")["pending_webhooks"], 0);
    world.post(&path, "disabled=false").ok();
    world.make("/v1/products", "name=A");
    assert_eq!(receiver.types(1), ["product.created"]);
    world.delete(&path).ok();
    world.make("/v1/coupons", "percent_off=6");
    receiver.subscribe(&world, &["*"]);
    world.make("/v1/customers", "");
    assert_eq!(receiver.types(1), ["customer.created"]);
}

#[test]
fn an_endpoint_that_is_deleted_meanwhile_is_not_tried_again() {
    let world = World::with(|options| options.sending.retry_after = vec![Duration::from_millis(300)]);
    let receiver = Receiver::new();
    receiver.answer(&[500]);
    let (id, _) = receiver.subscribe(&world, &["*"]);
    world.make("/v1/products", "name=A");
    receiver.next();
    world.delete(&format!("/v1/webhook_endpoints/{id}")).ok();
    wait_for(&world, "canceled", 1);
    assert!(receiver.is_idle());
}

#[test]
fn an_endpoint_of_another_version_is_told_its_own() {
    let world = World::new();
    let receiver = Receiver::new();
    let url = receiver.url.replace('?', "%3F").replace('=', "%3D");
    let form = format!("url={url}&enabled_events[]=*&api_version=2024-12-18.acacia");
    let secret = text(&world.post("/v1/webhook_endpoints", &form).ok()["secret"]);
    world.make("/v1/products", "name=A");
    let delivery = receiver.next();
    assert_eq!(delivery.event()["api_version"], "2024-12-18.acacia");
    assert!(delivery.is_signed(&secret, START));
    assert_eq!(world.event("product.created")["api_version"], "2026-10-28.endive");
}

#[test]
fn what_is_refused_is_sent_again_until_it_is_taken() {
    let world = impatient(5);
    let receiver = Receiver::new();
    receiver.answer(&[500, 302, 404]);
    let (endpoint, secret) = receiver.subscribe(&world, &["*"]);
    let product = world.make("/v1/products", "name=A");
    let first = receiver.next();
    for _ in 0..3 {
        let again = receiver.next();
        assert!(again.is_signed(&secret, START));
        assert_eq!(again.event()["id"], first.event()["id"]);
    }
    wait_for(&world, "delivered", 1);
    assert!(receiver.is_idle());
    let told = world.control("GET", "/_emulator/deliveries", "").ok()["deliveries"].clone();
    let event = world.event("product.created");
    assert_eq!(event["data"]["object"]["id"], *product);
    assert_eq!(
        told,
        json!([{
            "event": event["id"], "type": "product.created", "endpoint": endpoint,
            "state": "delivered", "attempts": 4, "outcome": "200 OK",
        }])
    );
}

#[test]
fn what_is_never_taken_stays_pending_and_is_listed() {
    let world = impatient(2);
    let (receiver, other) = (Receiver::new(), Receiver::new());
    let (endpoint, _) = receiver.subscribe(&world, &["product.created", "coupon.created"]);
    other.subscribe(&world, &["product.created"]);
    receiver.answer(&[500, 500, 500]);
    world.make("/v1/products", "name=A");
    wait_for(&world, "failed", 1);
    wait_for(&world, "delivered", 1);
    world.make("/v1/coupons", "percent_off=5");
    world.make("/v1/customers", "");
    wait_for(&world, "delivered", 2);
    let types = |filter: &str| -> Vec<String> {
        let list = world.get(&format!("/v1/events?delivery_success={filter}")).ok();
        list["data"].as_array().unwrap().iter().map(|event| text(&event["type"])).collect()
    };
    assert_eq!(types("false"), ["product.created"]);
    assert_eq!(types("true"), ["customer.created", "coupon.created"]);
    assert_eq!(world.event("product.created")["pending_webhooks"], 1);
    let filtered = world.get("/v1/events?delivery_success=false&type=coupon.*").ok();
    assert_eq!(ids(&filtered).len(), 0);
    let retry = format!("/v1/events/{}/retry", text(&world.event("product.created")["id"]));
    world.post(&retry, &format!("webhook_endpoint={endpoint}")).ok();
    wait_for(&world, "delivered", 3);
    assert_eq!(types("false"), Vec::<String>::new());
    assert_eq!(world.event("product.created")["pending_webhooks"], 0);
}

#[test]
fn a_receiver_that_is_not_there_is_tried_again() {
    let world = impatient(1);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    world.make("/v1/webhook_endpoints", &format!("url=http://{gone}/&enabled_events[]=*"));
    world.make("/v1/products", "name=A");
    wait_for(&world, "failed", 1);
    let told = world.control("GET", "/_emulator/deliveries", "").ok()["deliveries"][0].clone();
    assert_eq!(told["attempts"], 2);
    assert!(text(&told["outcome"]).contains("Connection refused"), "{told}");
}

#[test]
fn what_waits_survives_a_restart() {
    let hour = |options: &mut billctl::emulator::Options| {
        options.sending.retry_after = vec![Duration::from_secs(3600)];
        options.sending.backlog = true;
    };
    let world = World::with(hour);
    let receiver = Receiver::new();
    receiver.answer(&[503]);
    let (_, secret) = receiver.subscribe(&world, &["*"]);
    world.make("/v1/products", "name=A");
    let first = receiver.next();
    let world = world.restarted_with(hour);
    let again = receiver.next();
    assert_eq!(again.event()["id"], first.event()["id"]);
    assert!(again.is_signed(&secret, START));
    wait_for(&world, "delivered", 1);
    let told = world.control("GET", "/_emulator/deliveries", "").ok()["deliveries"][0].clone();
    assert_eq!(told["attempts"], 2);
}

#[test]
fn what_was_just_done_is_sent_before_the_server_stops() {
    let mut world = World::new();
    let receiver = Receiver::new();
    receiver.subscribe(&world, &["*"]);
    for _ in 0..20 {
        world.make("/v1/products", "name=A");
    }
    world.stop();
    let mut got = 0;
    while !receiver.is_idle() {
        got += 1;
    }
    assert_eq!(got, 20);
}

#[test]
fn addresses_elsewhere_are_left_out_and_named() {
    let world = World::new();
    for url in ["https://example.com/hook", "http://192.0.2.1/hook", "https://127.0.0.1/hook"] {
        world.make("/v1/webhook_endpoints", &format!("url={url}&enabled_events[]=*"));
    }
    world.make("/v1/products", "name=A");
    assert_eq!(world.status()["deliveries"], json!({"skipped": 3}));
    let told = world.control("GET", "/_emulator/deliveries", "").ok();
    let mut outcomes: Vec<String> =
        told["deliveries"].as_array().unwrap().iter().map(|told| text(&told["outcome"])).collect();
    outcomes.sort();
    assert_eq!(
        outcomes,
        [
            "not sent: 192.0.2.1 is not this machine",
            "not sent: example.com is not this machine",
            "not sent: the emulator sends plain HTTP only",
        ]
    );
    assert_eq!(world.event("product.created")["pending_webhooks"], 3);
}

#[test]
fn what_was_undone_is_not_sent() {
    let world = World::new();
    let receiver = Receiver::new();
    receiver.subscribe(&world, &["*"]);
    world.control("POST", "/_emulator/faults", "POST /v1/products:count=1:500-kept").ok();
    assert_eq!(world.post("/v1/products", "name=A").status, 500);
    world.make("/v1/coupons", "percent_off=5");
    assert_eq!(receiver.types(1), ["coupon.created"]);
    wait_for(&world, "delivered", 1);
}

#[test]
fn a_reset_forgets_deliveries_too() {
    let world = World::with(|options| options.sending.retry_after = vec![Duration::from_millis(300)]);
    let receiver = Receiver::new();
    receiver.answer(&[500]);
    receiver.subscribe(&world, &["*"]);
    world.make("/v1/products", "name=A");
    receiver.next();
    world.control("POST", "/_emulator/reset", "").ok();
    assert_eq!(world.status()["deliveries"], json!({}));
    // A later delivery is not taken for the one that was to be sent again.
    let (_, secret) = receiver.subscribe(&world, &["*"]);
    world.make("/v1/coupons", "percent_off=5");
    let next = receiver.next();
    assert_eq!(next.event()["type"], "coupon.created");
    assert!(next.is_signed(&secret, START));
    wait_for(&world, "delivered", 1);
}

#[test]
fn everything_is_forwarded_signed_with_the_accounts_secret() {
    let receiver = Receiver::new();
    let world = World::with(|options| options.sending.forward_to = vec![receiver.url.clone()]);
    world.make("/v1/products", "name=A");
    world.make("/v1/coupons", "percent_off=5");
    let first = receiver.next();
    assert!(first.is_signed(&world.server().webhook_secret, START));
    assert_eq!(first.event(), world.event("product.created"));
    assert_eq!(receiver.types(1), ["coupon.created"]);
    // As with `stripe listen`, nobody is owed anything.
    assert_eq!(first.event()["pending_webhooks"], 0);
}

#[test]
fn an_event_is_resent_on_request() {
    let forwarded = Receiver::new();
    let world = World::with(|options| options.sending.forward_to = vec![forwarded.url.clone()]);
    let receiver = Receiver::new();
    world.make("/v1/products", "name=A");
    forwarded.next();
    let event = text(&world.event("product.created")["id"]);
    let retry = format!("/v1/events/{event}/retry");
    // Also to an endpoint that did not ask for it.
    let (endpoint, secret) = receiver.subscribe(&world, &["coupon.created"]);
    for _ in 0..2 {
        assert_eq!(world.post(&retry, &format!("webhook_endpoint={endpoint}")).ok()["id"], *event);
        let again = receiver.next();
        assert_eq!(again.event()["id"], *event);
        assert!(again.is_signed(&secret, START));
    }
    world.post(&retry, "for_stripecli=true").ok();
    assert_eq!(forwarded.next().event()["id"], *event);
    wait_for(&world, "delivered", 4);
    assert_eq!(world.event("product.created")["pending_webhooks"], 0);
    world.post(&retry, "").refused(400, Some("parameter_missing"), Some("webhook_endpoint"));
    world.post(&retry, "webhook_endpoint=we_none").refused(
        400,
        Some("resource_missing"),
        Some("webhook_endpoint"),
    );
    world.post("/v1/events/evt_none/retry", "for_stripecli=true").refused(
        404,
        Some("resource_missing"),
        Some("id"),
    );
    world.post(&format!("/v1/webhook_endpoints/{endpoint}"), "disabled=true").ok();
    world.post(&retry, &format!("webhook_endpoint={endpoint}")).refused(400, None, Some("webhook_endpoint"));
}
