//! Deliveries that go wrong on request.

use std::time::Duration;

use super::receiver::{Receiver, wait_for};
use super::world::{World, text};

/// A receiver of product events, behind a fault.
fn struck(rule: &str) -> (World, Receiver) {
    let world = World::with(|options| options.sending.retry_after = vec![Duration::from_millis(1); 3]);
    let receiver = Receiver::new();
    receiver.subscribe(&world, &["product.created"]);
    world.control("POST", "/_emulator/faults", rule).ok();
    (world, receiver)
}

/// Makes so many products, and gives the order in which they are told of.
fn order(world: &World, receiver: &Receiver, products: usize, told: usize) -> Vec<usize> {
    let made: Vec<String> = (0..products).map(|_| world.make("/v1/products", "name=A")).collect();
    (0..told)
        .map(|_| {
            let id = text(&receiver.next().event()["data"]["object"]["id"]);
            made.iter().position(|made| *made == id).unwrap()
        })
        .collect()
}

#[test]
fn events_come_twice() {
    let (world, receiver) = struck("DELIVER product.*:every=2:twice");
    assert_eq!(order(&world, &receiver, 4, 6), [0, 1, 1, 2, 3, 3]);
    wait_for(&world, "delivered", 4);
    assert!(receiver.is_idle());
}

#[test]
fn events_are_lost_and_can_be_asked_for() {
    let (world, receiver) = struck("DELIVER product.created:nth=2:drop");
    assert_eq!(order(&world, &receiver, 3, 2), [0, 2]);
    wait_for(&world, "dropped", 1);
    let list = world.get("/v1/events?delivery_success=false&type=product.created").ok();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(world.status()["faults"][0]["struck"], 1);
}

#[test]
fn events_come_late_and_others_pass_them() {
    let (world, receiver) = struck("DELIVER *:nth=1:delay=400");
    let started = std::time::Instant::now();
    world.make("/v1/products", "name=A");
    world.make("/v1/products", "name=B");
    let (first, second) = (receiver.next(), receiver.next());
    assert_eq!(first.event()["data"]["object"]["name"], "B");
    assert_eq!(second.event()["data"]["object"]["name"], "A");
    assert!(second.at - started >= Duration::from_millis(400));
}

#[test]
fn events_change_places_the_same_way_for_the_same_seed() {
    let shuffled = |seed: u64| {
        let (world, receiver) = struck(&format!("DELIVER *:seed={seed}:reorder=5"));
        let order = order(&world, &receiver, 12, 12);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, Vec::from_iter(0..12), "each comes once");
        order
    };
    let order = shuffled(1);
    assert_eq!(order, shuffled(1));
    assert_ne!(order, Vec::from_iter(0..12));
    assert_ne!(order, shuffled(2));
}

#[test]
fn an_answer_that_is_lost_brings_the_event_again() {
    let (world, receiver) = struck("DELIVER *:count=1:lost-answer");
    assert_eq!(order(&world, &receiver, 1, 2), [0, 0]);
    wait_for(&world, "delivered", 1);
    assert!(receiver.is_idle());
}

#[test]
fn a_fault_of_requests_is_none_of_deliveries() {
    let world = World::new();
    let refused = |rule: &str| world.control("POST", "/_emulator/faults", rule).json()["error"].clone();
    assert!(text(&refused("POST /v1/prices:drop")).contains("write `DELIVER EVENT_TYPE:drop`"));
    assert!(text(&refused("DELIVER *:502")).contains("`502` is no fault of deliveries"));
    // What was refused strikes nothing.
    world.get("/v1/prices").ok();
}
