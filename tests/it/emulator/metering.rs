//! Meter events: taken once, canceled, refused, and summed up.

use serde_json::{Value, json};

use super::world::{START, World, text};

const DAY: i64 = 24 * 60 * 60;
/// The last midnight in UTC before a world begins.
const MIDNIGHT: i64 = START / DAY * DAY;

struct Metered {
    world: World,
    meter: String,
    customer: String,
}

fn metered(formula: &str) -> Metered {
    let world = World::new();
    let form = format!("display_name=Calls&event_name=calls&default_aggregation[formula]={formula}");
    let meter = world.make("/v1/billing/meters", &form);
    let customer = world.make("/v1/customers", "name=Ada");
    Metered { world, meter, customer }
}

impl Metered {
    fn form(&self, value: &str, at: i64, identifier: &str) -> String {
        format!(
            "event_name=calls&payload[stripe_customer_id]={}&payload[value]={value}&timestamp={at}&identifier={identifier}",
            self.customer
        )
    }

    fn tell(&self, value: i64, at: i64, identifier: &str) -> Value {
        self.world.post("/v1/billing/meter_events", &self.form(&value.to_string(), at, identifier)).ok()
    }

    fn cancel(&self, identifier: &str) -> super::world::Answer {
        let form = format!("event_name=calls&type=cancel&cancel[identifier]={identifier}");
        self.world.post("/v1/billing/meter_event_adjustments", &form)
    }

    fn path(&self, from: i64, until: i64, more: &str) -> String {
        let Metered { meter, customer, .. } = self;
        format!(
            "/v1/billing/meters/{meter}/event_summaries?customer={customer}&start_time={from}&end_time={until}{more}"
        )
    }

    /// Start, end and value of each summary, in the list's order.
    fn sums(&self, from: i64, until: i64, more: &str) -> Vec<(i64, i64, i64)> {
        let list = self.world.get(&self.path(from, until, more)).ok();
        let number = |summary: &Value, name: &str| summary[name].as_i64().unwrap();
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|each| {
                (number(each, "start_time"), number(each, "end_time"), number(each, "aggregated_value"))
            })
            .collect()
    }
}

#[test]
fn what_was_told_is_answered_and_counted_once() {
    let metered = metered("sum");
    let told = metered.tell(25, START - 60, "e1");
    assert_eq!(
        told,
        json!({
            "object": "billing.meter_event",
            "created": START,
            "event_name": "calls",
            "identifier": "e1",
            "livemode": false,
            "payload": {"stripe_customer_id": metered.customer, "value": "25"},
            "timestamp": START - 60,
        })
    );
    let again = metered.world.post("/v1/billing/meter_events", &metered.form("25", START - 60, "e1"));
    assert_eq!(again.refused(400, None, None), "An event already exists with identifier e1.");
    assert_eq!(metered.sums(MIDNIGHT, MIDNIGHT + DAY, ""), [(MIDNIGHT, MIDNIGHT + DAY, 25)]);
    // After a day the identifier is forgotten: whoever sends it again counts twice.
    metered.world.pass(DAY);
    metered.tell(25, START - 60, "e1");
    assert_eq!(metered.sums(MIDNIGHT, MIDNIGHT + DAY, ""), [(MIDNIGHT, MIDNIGHT + DAY, 50)]);
    assert_eq!(metered.world.events(), ["billing.meter.created", "customer.created"]);
    // Without an identifier and a time it has its own, and now.
    let form = format!("event_name=calls&payload[stripe_customer_id]={}&payload[value]=1", metered.customer);
    let made = metered.world.post("/v1/billing/meter_events", &form).ok();
    assert!(!text(&made["identifier"]).is_empty());
    assert_eq!(made["timestamp"], START + DAY);
}

#[test]
fn a_meter_sums_counts_or_keeps_the_last() {
    for (formula, expected) in [("sum", 12), ("count", 3), ("last", 4)] {
        let metered = metered(formula);
        metered.tell(5, START - 120, "a");
        metered.tell(4, START - 60, "b");
        metered.tell(3, START - 180, "c");
        assert_eq!(
            metered.sums(MIDNIGHT, MIDNIGHT + DAY, ""),
            [(MIDNIGHT, MIDNIGHT + DAY, expected)],
            "{formula}"
        );
    }
}

#[test]
fn summaries_are_by_the_hour_or_by_the_day_the_newest_first() {
    let metered = metered("sum");
    let hour = 60 * 60;
    for (at, value) in [(MIDNIGHT - 1, 1), (MIDNIGHT, 2), (MIDNIGHT + hour - 1, 4), (MIDNIGHT + hour, 8)] {
        metered.tell(value, at, &format!("e{value}"));
    }
    assert_eq!(
        metered.sums(MIDNIGHT - DAY, MIDNIGHT + DAY, "&value_grouping_window=day"),
        [(MIDNIGHT, MIDNIGHT + DAY, 14), (MIDNIGHT - DAY, MIDNIGHT, 1)]
    );
    assert_eq!(
        metered.sums(MIDNIGHT, MIDNIGHT + 2 * hour, "&value_grouping_window=hour"),
        [(MIDNIGHT + hour, MIDNIGHT + 2 * hour, 8), (MIDNIGHT, MIDNIGHT + hour, 6)]
    );
    // The end is no part of it.
    assert_eq!(metered.sums(MIDNIGHT - 60, MIDNIGHT, ""), [(MIDNIGHT - 60, MIDNIGHT, 1)]);
    let first = metered
        .world
        .get(&metered.path(MIDNIGHT - DAY, MIDNIGHT + DAY, "&value_grouping_window=day&limit=1"))
        .ok();
    assert_eq!(first["has_more"], true);
    let after =
        format!("&value_grouping_window=day&limit=1&starting_after={}", text(&first["data"][0]["id"]));
    assert_eq!(metered.sums(MIDNIGHT - DAY, MIDNIGHT + DAY, &after), [(MIDNIGHT - DAY, MIDNIGHT, 1)]);
    assert_eq!(
        first["data"][0],
        json!({
            "id": first["data"][0]["id"],
            "object": "billing.meter_event_summary",
            "aggregated_value": 14,
            "end_time": MIDNIGHT + DAY,
            "livemode": false,
            "meter": metered.meter,
            "start_time": MIDNIGHT,
        })
    );
    let refused = |from: i64, until: i64, more: &str, param: &str| {
        metered.world.get(&metered.path(from, until, more)).refused(400, None, Some(param));
    };
    refused(MIDNIGHT + 1, MIDNIGHT + 60, "", "start_time");
    refused(MIDNIGHT, MIDNIGHT + 61, "", "end_time");
    refused(MIDNIGHT, MIDNIGHT + 60, "&value_grouping_window=hour", "end_time");
    refused(MIDNIGHT + hour, MIDNIGHT + DAY, "&value_grouping_window=day", "start_time");
    refused(MIDNIGHT, MIDNIGHT, "", "end_time");
}

#[test]
fn a_canceled_event_counts_no_more() {
    let metered = metered("sum");
    metered.tell(25, START, "e1");
    metered.tell(5, START, "e2");
    let canceled = metered.cancel("e1").ok();
    assert_eq!(
        canceled,
        json!({
            "object": "billing.meter_event_adjustment",
            "cancel": {"identifier": "e1"},
            "event_name": "calls",
            "livemode": false,
            "status": "pending",
            "type": "cancel",
        })
    );
    assert_eq!(metered.sums(MIDNIGHT, MIDNIGHT + DAY, ""), [(MIDNIGHT, MIDNIGHT + DAY, 5)]);
    metered.cancel("e1").refused(400, None, Some("cancel[identifier]"));
    metered.cancel("e3").refused(400, None, Some("cancel[identifier]"));
    metered.world.pass(DAY);
    metered.cancel("e2").refused(400, None, Some("cancel[identifier]"));
    assert_eq!(metered.sums(MIDNIGHT, MIDNIGHT + DAY, ""), [(MIDNIGHT, MIDNIGHT + DAY, 5)]);
}

#[test]
fn meter_events_refuse() {
    let metered = metered("sum");
    let check = |form: &str, code: Option<&str>, param: &str| {
        metered.world.post("/v1/billing/meter_events", form).refused(400, code, Some(param))
    };
    let good = metered.form("5", START, "e");
    check(&good.replace("event_name=calls&", ""), Some("parameter_missing"), "event_name");
    check(&good.replace("=calls", "=call"), None, "event_name");
    check("event_name=calls", Some("parameter_missing"), "payload");
    check(&good.replace("stripe_customer_id", "customer"), None, "payload");
    check(&good.replace(&metered.customer, "cus_none"), Some("resource_missing"), "payload");
    check(&good.replace("[value]", "[amount]"), None, "payload");
    check(&good.replace("[value]=5", "[value]=1.5"), None, "payload");
    check(&metered.form("5", START - 35 * DAY - 1, "e"), None, "timestamp");
    check(&metered.form("5", START + 301, "e"), None, "timestamp");
    check(&good.replace("identifier=e", &format!("identifier={}", "e".repeat(101))), None, "identifier");
    metered.world.post(&format!("/v1/billing/meters/{}/deactivate", metered.meter), "").ok();
    check(&good, None, "event_name");
    metered.world.post(&format!("/v1/billing/meters/{}/reactivate", metered.meter), "").ok();
    assert_eq!(metered.sums(MIDNIGHT, MIDNIGHT + DAY, ""), [(MIDNIGHT, MIDNIGHT + DAY, 0)]);
    metered.tell(-5, START - 35 * DAY, "e");
    metered.tell(5, START + 300, "f");
}

#[test]
fn a_test_clock_says_what_is_too_old() {
    let metered = metered("sum");
    let clock = metered.world.make("/v1/test_helpers/test_clocks", "frozen_time=1600000000");
    let customer = metered.world.make("/v1/customers", &format!("test_clock={clock}"));
    let metered = Metered { customer, ..metered };
    metered.world.post("/v1/billing/meter_events", &metered.form("5", START, "e")).refused(
        400,
        None,
        Some("timestamp"),
    );
    metered.tell(5, 1_600_000_000, "e");
    assert_eq!(metered.sums(1_599_999_960, 1_600_000_020, "")[0].2, 5);
}
