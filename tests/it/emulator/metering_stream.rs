//! Meter events under `/v2`: one by one, and on the stream with its reports.

use serde_json::{Value, json};

use super::world::{Answer, START, World, text};

const STREAM: &str = "/v2/billing/meter_event_stream";

fn world() -> (World, String, String) {
    let world = World::new();
    let form = "display_name=Calls&event_name=calls&default_aggregation[formula]=sum";
    let meter = world.make("/v1/billing/meters", form);
    let customer = world.make("/v1/customers", "name=Ada");
    (world, meter, customer)
}

fn post(world: &World, path: &str, body: &Value) -> Answer {
    world.ask("POST", path).body("application/json", &body.to_string()).send()
}

fn send(world: &World, token: &str, events: &Value) -> Answer {
    world
        .ask("POST", STREAM)
        .header("Authorization", &format!("Bearer {token}"))
        .body("application/json", &json!({"events": events}).to_string())
        .send()
}

fn event(customer: &str, value: &str, identifier: &str) -> Value {
    json!({
        "event_name": "calls",
        "identifier": identifier,
        "payload": {"stripe_customer_id": customer, "value": value},
        "timestamp": "2027-01-15T08:00:00Z",
    })
}

fn sum(world: &World, meter: &str, customer: &str) -> Value {
    let (from, until) = (START - START % 60 - 3600, START - START % 60 + 3600);
    let path = format!(
        "/v1/billing/meters/{meter}/event_summaries?customer={customer}&start_time={from}&end_time={until}"
    );
    world.get(&path).ok()["data"][0]["aggregated_value"].clone()
}

fn token(world: &World) -> String {
    let session = post(world, "/v2/billing/meter_event_session", &json!({})).ok();
    assert_eq!(
        (&session["object"], &session["expires_at"]),
        (&json!("v2.billing.meter_event_session"), &json!("2027-01-15T08:15:00.000Z"))
    );
    text(&session["authentication_token"])
}

#[test]
fn one_by_one_they_are_looked_at_on_the_spot() {
    let (world, meter, customer) = world();
    let made = post(&world, "/v2/billing/meter_events", &event(&customer, "25", "e1")).ok();
    assert_eq!(
        made,
        json!({
            "object": "v2.billing.meter_event",
            "created": "2027-01-15T08:00:00.000Z",
            "event_name": "calls",
            "identifier": "e1",
            "livemode": false,
            "payload": {"stripe_customer_id": customer, "value": "25"},
            "timestamp": "2027-01-15T08:00:00.000Z",
        })
    );
    assert_eq!(sum(&world, &meter, &customer), 25);
    post(&world, "/v2/billing/meter_events", &event(&customer, "25", "e1")).refused(400, None, None);
    post(&world, "/v2/billing/meter_events", &event(&customer, "x", "e2")).refused(
        400,
        None,
        Some("payload"),
    );
    let wrong = json!({"event_name": "calls", "payload": {"stripe_customer_id": customer, "value": 5}});
    post(&world, "/v2/billing/meter_events", &wrong).refused(400, None, None);
    world.post("/v2/billing/meter_events", "event_name=calls").refused(400, None, None);
    let cancel = json!({"event_name": "calls", "type": "cancel", "cancel": {"identifier": "e1"}});
    let canceled = post(&world, "/v2/billing/meter_event_adjustments", &cancel).ok();
    assert_eq!(canceled["cancel"]["identifier"], "e1");
    assert_eq!(sum(&world, &meter, &customer), 0);
}

#[test]
fn the_stream_takes_a_hundred_and_reports_what_is_wrong() {
    let (world, meter, customer) = world();
    let token = token(&world);
    let mut events = vec![event(&customer, "25", "good"), event(&customer, "25", "good")];
    for number in 0..7 {
        events.push(event("cus_none", "1", &format!("nobody-{number}")));
    }
    events.push(event(&customer, "1.5", "half"));
    assert_eq!(send(&world, &token, &json!(events)).ok(), json!({}));
    assert_eq!(sum(&world, &meter, &customer), 25);
    let list = world.get("/v2/core/events?types[0]=v1.billing.meter.error_report_triggered").ok();
    let report = &list["data"][0];
    assert_eq!(
        (&report["object"], &report["related_object"]),
        (
            &json!("v2.core.event"),
            &json!({"id": meter, "type": "billing.meter", "url": format!("/v1/billing/meters/{meter}")})
        )
    );
    let reason = &report["data"]["reason"];
    assert_eq!(reason["error_count"], 8);
    let types: Vec<(&Value, &Value, usize)> = reason["error_types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| (&kind["code"], &kind["error_count"], kind["sample_errors"].as_array().unwrap().len()))
        .collect();
    assert_eq!(
        types,
        [
            (&json!("meter_event_customer_not_found"), &json!(7), 5),
            (&json!("meter_event_invalid_value"), &json!(1), 1)
        ]
    );
    assert_eq!(world.get(&format!("/v2/core/events/{}", text(&report["id"]))).ok(), *report);
    // Where there is no meter, there is none that the report could be about.
    let mut lost = event(&customer, "1", "lost");
    lost["event_name"] = json!("call");
    send(&world, &token, &json!([lost])).ok();
    let list = world.get("/v2/core/events?types[0]=v1.billing.meter.no_meter_found").ok();
    assert_eq!(list["data"][0]["related_object"], Value::Null);
    let all = "types[0]=v1.billing.meter.no_meter_found&types[1]=v1.billing.meter.error_report_triggered";
    let first = world.get(&format!("/v2/core/events?{all}&limit=1")).ok();
    let next = world.get(&text(&first["next_page_url"])).ok();
    assert_eq!((&next["data"][0], &next["next_page_url"]), (report, &Value::Null));
    // Snapshots don't have them.
    assert_eq!(world.events(), ["billing.meter.created", "customer.created"]);
}

#[test]
fn a_session_is_over_after_a_quarter_of_an_hour() {
    let (world, meter, customer) = world();
    let token = token(&world);
    let events = json!([event(&customer, "1", "e")]);
    let key = world.api_key.clone();
    assert_eq!(send(&world, &key, &events).status, 401);
    assert_eq!(send(&world, &format!("{token}0"), &events).status, 401);
    world.pass(15 * 60);
    let over = send(&world, &token, &events);
    assert_eq!((over.status, &over.json()["error"]["type"]), (400, &json!("temporary_session_expired")));
    assert_eq!(sum(&world, &meter, &customer), 0);
    let many: Vec<Value> = (0..101).map(|number| event(&customer, "1", &number.to_string())).collect();
    let token = {
        let session = post(&world, "/v2/billing/meter_event_session", &json!({})).ok();
        text(&session["authentication_token"])
    };
    send(&world, &token, &json!(many)).refused(400, None, Some("events"));
    send(&world, &token, &events).ok();
    assert_eq!(sum(&world, &meter, &customer), 1);
}
