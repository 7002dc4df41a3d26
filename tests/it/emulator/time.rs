//! Time: the emulator's own, which can be moved, and the clocks of some customers, which stand still until advanced.

use serde_json::json;

use super::world::{START, World, ids, text};

const DAY: i64 = 24 * 60 * 60;

#[test]
fn the_time_can_be_moved_and_stays_moved() {
    let world = World::new();
    assert_eq!(world.status()["now"], START);
    let moved = world.control("POST", "/_emulator/advance", "86400").ok();
    assert_eq!(moved["now"], START + DAY);
    let product = world.post("/v1/products", "name=A").ok();
    assert_eq!(product["created"], START + DAY);
    world.pass(10);
    let answer = world.get("/v1/products");
    assert_eq!(answer.header("date"), Some("Sat, 16 Jan 2027 08:00:10 GMT"));
    let world = world.restarted();
    assert_eq!(world.status()["now"], START + DAY, "the test's own clock starts anew");
    world.control("POST", "/_emulator/reset", "").ok();
    assert_eq!(world.status()["now"], START);
    for wrong in ["", "-1", "32d", "99999999999"] {
        assert_eq!(world.control("POST", "/_emulator/advance", wrong).status, 400, "{wrong}");
    }
}

#[test]
fn a_clock_advances_after_the_answer_that_says_so() {
    let world = World::new();
    let clock = world.post("/v1/test_helpers/test_clocks", "frozen_time=1600000000&name=Past").ok();
    assert_eq!(
        (&clock["status"], &clock["status_details"], &clock["deletes_after"]),
        (&json!("ready"), &json!({}), &json!(START + 30 * DAY))
    );
    let path = format!("/v1/test_helpers/test_clocks/{}", text(&clock["id"]));
    let target = 1_600_000_000 + 40 * DAY;
    let advancing = world.post(&format!("{path}/advance"), &format!("frozen_time={target}")).ok();
    assert_eq!(advancing["status"], "advancing");
    assert_eq!(advancing["frozen_time"], 1_600_000_000);
    assert_eq!(advancing["status_details"], json!({"advancing": {"target_frozen_time": target}}));
    let ready = world.get(&path).ok();
    assert_eq!((&ready["status"], &ready["frozen_time"]), (&json!("ready"), &json!(target)));
    assert_eq!(
        world.events(),
        ["created", "advancing", "ready"].map(|end| format!("test_helpers.test_clock.{end}"))
    );
    let ready = world.event("test_helpers.test_clock.ready");
    assert_eq!(ready["request"], json!({"id": null, "idempotency_key": null}), "nobody asked for it");
}

#[test]
fn a_clock_goes_forward_only_and_not_too_far() {
    let world = World::new();
    let clock = world.make("/v1/test_helpers/test_clocks", "frozen_time=1600000000");
    let advance = |time: i64| {
        let path = format!("/v1/test_helpers/test_clocks/{clock}/advance");
        world.post(&path, &format!("frozen_time={time}"))
    };
    advance(1_600_000_000).refused(400, None, Some("frozen_time"));
    advance(1_600_000_000 + 733 * DAY).refused(400, None, Some("frozen_time"));
    advance(1_600_000_000 + 732 * DAY).ok();
    world.post("/v1/test_helpers/test_clocks/clock_x/advance", "frozen_time=1").refused(
        404,
        Some("resource_missing"),
        Some("id"),
    );
    world.post("/v1/test_helpers/test_clocks", "name=A").refused(
        400,
        Some("parameter_missing"),
        Some("frozen_time"),
    );
}

#[test]
fn a_customer_of_a_clock_lives_in_its_time_and_ends_with_it() {
    let world = World::new();
    let clock = world.make("/v1/test_helpers/test_clocks", "frozen_time=1600000000");
    let other = world.make("/v1/customers", "name=Other");
    let customer = world.post("/v1/customers", &format!("test_clock={clock}")).ok();
    assert_eq!((&customer["created"], &customer["test_clock"]), (&json!(1_600_000_000), &json!(clock)));
    let id = text(&customer["id"]);
    // It is listed by its clock only.
    assert_eq!(ids(&world.get("/v1/customers").ok()), std::slice::from_ref(&other));
    assert_eq!(ids(&world.get(&format!("/v1/customers?test_clock={clock}")).ok()), std::slice::from_ref(&id));
    let expanded = world.get(&format!("/v1/customers/{id}?expand[]=test_clock")).ok();
    assert_eq!(expanded["test_clock"]["frozen_time"], 1_600_000_000);
    // One that exists can be attached, once; there is room for three.
    let second =
        world.make("/v1/test_helpers/test_clocks", &format!("frozen_time=1600000000&customer={other}"));
    assert_eq!(world.get(&format!("/v1/customers/{other}")).ok()["test_clock"], second.as_str());
    world.post("/v1/test_helpers/test_clocks", &format!("frozen_time=1600000000&customer={other}")).refused(
        400,
        None,
        Some("customer"),
    );
    for _ in 0..2 {
        world.make("/v1/customers", &format!("test_clock={clock}"));
    }
    world.post("/v1/customers", &format!("test_clock={clock}")).refused(400, None, Some("test_clock"));
    world.post("/v1/customers", "test_clock=clock_x").refused(
        400,
        Some("resource_missing"),
        Some("test_clock"),
    );
    let stub = world.delete(&format!("/v1/test_helpers/test_clocks/{clock}")).ok();
    assert_eq!(stub, json!({"id": clock, "object": "test_helpers.test_clock", "deleted": true}));
    assert_eq!(world.get(&format!("/v1/customers/{id}")).ok()["deleted"], true);
}

#[test]
fn a_clock_is_deleted_after_thirty_days() {
    let world = World::new();
    let clock = world.make("/v1/test_helpers/test_clocks", "frozen_time=1600000000");
    world.control("POST", "/_emulator/advance", &(30 * DAY).to_string()).ok();
    world.get(&format!("/v1/test_helpers/test_clocks/{clock}")).refused(
        404,
        Some("resource_missing"),
        Some("id"),
    );
    assert_eq!(world.event("test_helpers.test_clock.deleted")["created"], START + 30 * DAY);
}
