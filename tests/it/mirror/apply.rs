//! What events and fetched objects do to the mirror.

use billctl::billing::event::Event;
use billctl::store::books::{Added, NewEvent, Source};
use billctl::store::mirror::{Go, Swap};
use serde_json::{Value, json};

use super::world::{NOW, World, changed, event};

#[test]
fn an_event_is_stored_once_and_applied_once() {
    let mut world = World::new();
    let created =
        event("evt_1", "customer.created", 10, json!({"id": "cus_1", "object": "customer", "name": "Ada"}));
    assert_eq!(
        world.add(&[created.clone(), created.clone()]),
        [Added::Stored { seq: 1 }, Added::Duplicate { seq: 1 }]
    );
    assert_eq!(world.apply(10).applied, 1);
    assert_eq!(world.add(&[created]), [Added::Duplicate { seq: 1 }]);
    assert_eq!(world.apply(10).applied, 0);
    assert_eq!(world.books.event("evt_1").unwrap().unwrap().repeats, 2);
    assert_eq!(world.body("customer", "cus_1")["name"], "Ada");
}

#[test]
fn an_older_event_changes_nothing() {
    let mut world = World::new();
    let customer = |name: &str| json!({"id": "cus_1", "object": "customer", "name": name});
    world.receive(&[event("evt_2", "customer.updated", 20, customer("later"))]);
    let applied = world.receive(&[event("evt_1", "customer.created", 10, customer("earlier"))]);
    assert_eq!((applied.applied, applied.older), (0, 1));
    assert_eq!(world.body("customer", "cus_1")["name"], "later");
}

#[test]
fn a_late_event_revives_nothing() {
    let mut world = World::new();
    let customer = json!({"id": "cus_1", "object": "customer", "name": "Ada"});
    world.receive(&[event("evt_2", "customer.deleted", 20, customer.clone())]);
    world.receive(&[event("evt_1", "customer.updated", 10, customer.clone())]);
    world.receive(&[event("evt_3", "customer.updated", 30, customer.clone())]);
    assert_eq!(
        world.body("customer", "cus_1"),
        json!({"id": "cus_1", "object": "customer", "deleted": true})
    );

    let mut world = World::new();
    world.receive(&[event("evt_3", "customer.updated", 30, customer.clone())]);
    world.receive(&[event("evt_2", "customer.deleted", 20, customer)]);
    assert_eq!(world.body("customer", "cus_1")["deleted"], true);
}

#[test]
fn a_product_can_be_made_again_with_the_same_id() {
    let mut world = World::new();
    let product = |name: &str| json!({"id": "pro", "object": "product", "name": name});
    world.receive(&[
        event("evt_3", "product.created", 30, product("second")),
        event("evt_1", "product.created", 10, product("first")),
        event("evt_2", "product.deleted", 20, product("first")),
    ]);
    assert_eq!(world.body("product", "pro")["name"], "second");
}

#[test]
fn within_a_second_what_changed_tells_the_order() {
    let subscription = |status: &str| json!({"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": status});
    let events = [
        event("evt_3", "customer.subscription.created", 10, subscription("incomplete")),
        changed(
            "evt_2",
            "customer.subscription.updated",
            10,
            subscription("past_due"),
            json!({"status": "incomplete"}),
        ),
        changed(
            "evt_1",
            "customer.subscription.updated",
            10,
            subscription("active"),
            json!({"status": "past_due"}),
        ),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut world = World::new();
        for at in order {
            world.receive(&[events[at].clone()]);
        }
        assert_eq!(world.body("subscription", "sub_1")["status"], "active", "{order:?}");
    }
}

#[test]
fn a_fetched_object_is_a_version_too() {
    let mut world = World::new();
    let price = |active: bool| json!({"id": "price_1", "object": "price", "active": active});
    world.fetch("price", 20, &[price(false)]);
    world.receive(&[event("evt_1", "price.updated", 10, price(true))]);
    assert_eq!(world.body("price", "price_1")["active"], false);
    world.receive(&[event("evt_2", "price.updated", 30, price(true))]);
    assert_eq!(world.body("price", "price_1")["active"], true);
    world.fetch("price", 25, &[price(false)]);
    assert_eq!(world.body("price", "price_1")["active"], true);
}

#[test]
fn what_has_no_object_to_keep_is_stored_all_the_same() {
    let mut world = World::new();
    let upcoming = event("evt_1", "invoice.upcoming", 10, json!({"object": "invoice", "customer": "cus_1"}));
    let thin = json!({"id": "evt_2", "object": "v2.core.event", "type": "v1.customer.updated",
        "created": "2026-11-21T10:00:00Z", "related_object": {"id": "cus_1", "type": "customer"}});
    let applied = world.receive(&[upcoming, thin]);
    assert_eq!((applied.applied, applied.kept), (0, 2));
}

#[test]
fn an_unknown_kind_is_kept_whole() {
    let mut world = World::new();
    let object = json!({"id": "xy_1", "object": "brand.new", "deep": {"list": [1, 2.5, "x"]}});
    world.receive(&[event("evt_1", "brand.new.created", 10, object.clone())]);
    assert_eq!(world.body("brand.new", "xy_1"), object);
}

/// The status of a subscription that a renewal took to and fro within second 20.
fn renewed(id: &str, to: &str, from: &str) -> Value {
    let object = json!({"id": "sub_1", "object": "subscription", "status": to});
    changed(id, "customer.subscription.updated", 20, object, json!({"status": from}))
}

#[test]
fn back_and_forth_in_one_second_ends_as_what_was_before_tells_whenever_that_comes() {
    let created = json!({"id": "sub_1", "object": "subscription", "status": "active"});
    let events = [
        event("evt_1", "customer.subscription.created", 10, created),
        renewed("evt_3", "past_due", "active"),
        renewed("evt_2", "active", "past_due"),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let mut world = World::new();
        for index in order {
            world.receive(&[events[index].clone()]);
        }
        assert_eq!(world.body("subscription", "sub_1")["status"], "active", "{order:?}");
        assert_eq!(world.mirror.guesses(1_000, 10).unwrap(), [], "{order:?}");
    }
}

#[test]
fn where_nothing_tells_the_order_it_is_a_guess_until_the_object_is_fetched_later() {
    let mut world = World::new();
    world.receive(&[renewed("evt_1", "past_due", "active"), renewed("evt_2", "active", "past_due")]);
    let marked = [("subscription".to_owned(), "sub_1".to_owned())];
    assert_eq!(world.mirror.guesses(21, 10).unwrap(), marked);
    assert_eq!(world.mirror.guesses(20, 10).unwrap(), [], "fetched in that second it would still be one");
    let object = json!({"id": "sub_1", "object": "subscription", "status": "active"});
    world.fetch("subscription", 20, std::slice::from_ref(&object));
    assert_eq!(world.body("subscription", "sub_1")["status"], "active", "the better guess");
    assert_eq!(world.mirror.guesses(21, 10).unwrap(), marked);
    world.fetch("subscription", 21, &[object]);
    assert_eq!(world.mirror.guesses(1_000, 10).unwrap(), []);
    let rebuilt = world.mirror.rebuild(&world.books, Swap::No, NOW, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(rebuilt.changed, []);
}

#[test]
fn the_signed_bytes_of_an_event_take_the_place_of_those_that_were_read() {
    let mut world = World::new();
    let body =
        event("evt_1", "customer.created", 10, json!({"id": "cus_1", "object": "customer"})).to_string();
    let mut add = |body: &str, source: Source| {
        let event = Event::read(body.as_bytes()).unwrap();
        let new = NewEvent { event: &event, body: body.as_bytes(), received_at: NOW, source };
        world.books.add_events(&[new]).unwrap();
        world.books.body(1).unwrap().unwrap()
    };
    let signed = body.replace(':', ": ");
    assert_eq!(add(&body, Source::Pull), body.as_bytes());
    assert_eq!(add(&signed, Source::Webhook), signed.as_bytes());
    assert_eq!(add(&body, Source::Pull), signed.as_bytes());
    assert_eq!(add(&body, Source::Webhook), signed.as_bytes(), "the first of those that are signed");
}
