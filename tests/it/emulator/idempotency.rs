//! Idempotency keys: once done, never done again.

use std::time::Duration;

use super::world::{World, ids};

#[test]
fn the_same_request_is_answered_with_the_same_words() {
    let world = World::new();
    let ask = world.ask("POST", "/v1/products").form("name=A&metadata[x]=1").key("k");
    let first = ask.send();
    assert_eq!(first.header("idempotent-replayed"), None);
    let second = ask.send();
    assert_eq!((second.status, &second.text), (200, &first.text));
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
    assert_eq!(second.header("original-request"), first.header("request-id"));
    assert_ne!(second.header("request-id"), first.header("request-id"));
    assert_eq!(ids(&world.get("/v1/products").ok()).len(), 1);
    // The order of parameters and their spelling make no difference.
    let other = world.ask("POST", "/v1/products").form("metadata%5Bx%5D=1&name=A").key("k");
    assert_eq!(other.send().text, first.text);
}

#[test]
fn a_key_is_for_one_request_only() {
    let world = World::new();
    world.ask("POST", "/v1/products").form("name=A&id=a").key("k").send().ok();
    let answer = world.ask("POST", "/v1/products").form("name=B").key("k").send();
    let message = answer.refused(400, None, None);
    assert_eq!(answer.json()["error"]["type"], "idempotency_error");
    assert!(
        message.contains("same parameters they were first used with. Try using a key other than 'k'"),
        "{message}"
    );
    let answer = world.ask("POST", "/v1/coupons").form("percent_off=1").key("k").send();
    let message = answer.refused(400, None, None);
    assert_eq!(answer.json()["error"]["type"], "idempotency_error");
    assert!(message.contains("('/v1/coupons' vs '/v1/products')"), "{message}");
    // Another id in the path is another endpoint.
    world.ask("POST", "/v1/products/a").form("name=C").key("k").send().refused(400, None, None);
}

#[test]
fn reading_and_deleting_take_no_key() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    world.ask("GET", "/v1/products").key("k").send().ok();
    world.ask("DELETE", "/v1/products/a").key("k").send().ok();
    world.ask("DELETE", "/v1/products/a").key("k").send().refused(404, Some("resource_missing"), Some("id"));
    assert_eq!(
        world.ask("POST", "/v1/products").form("name=B").key("k").send().header("idempotent-replayed"),
        None
    );
}

#[test]
fn refusals_are_kept_only_once_execution_began() {
    let world = World::new();
    // A parameter that can never be right is not kept.
    let ask = |form: &str| world.ask("POST", "/v1/products").form(form).key("k").send();
    ask("nam=A").refused(400, Some("parameter_unknown"), Some("nam"));
    ask("").refused(400, Some("parameter_missing"), Some("name"));
    assert_eq!(ask("name=A&id=a").ok()["name"], "A");
    // One that the state refuses is.
    let taken = world.ask("POST", "/v1/products").form("name=B&id=a").key("k2");
    taken.send().refused(400, Some("resource_already_exists"), Some("id"));
    world.delete("/v1/products/a").ok();
    let again = taken.send();
    again.refused(400, Some("resource_already_exists"), Some("id"));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
}

#[test]
fn a_key_is_forgotten_after_a_day() {
    let world = World::new();
    let ask = world.ask("POST", "/v1/products").form("name=A").key("k");
    let first = ask.send().ok();
    world.pass(24 * 60 * 60 - 1);
    assert_eq!(ask.send().ok(), first);
    world.pass(1);
    assert_ne!(ask.send().ok()["id"], first["id"]);
}

#[test]
fn keys_survive_a_restart() {
    let world = World::new();
    let first = world.ask("POST", "/v1/products").form("name=A").key("k").send().ok();
    let world = world.restarted();
    assert_eq!(world.ask("POST", "/v1/products").form("name=A").key("k").send().ok(), first);
}

#[test]
fn a_caller_that_saw_no_answer_gets_it_with_the_same_key() {
    let world = World::new();
    world.control("POST", "/_emulator/faults", "POST /v1/products:nth=1:stall-after").ok();
    let ask = world.ask("POST", "/v1/products").form("name=A").key("k");
    ask.try_send_for(Duration::from_millis(300)).expect_err("no answer");
    let replayed = ask.send();
    assert_eq!((replayed.status, replayed.header("idempotent-replayed")), (200, Some("true")));
}

#[test]
fn of_many_at_once_one_is_done() {
    let world = World::new();
    let ask = world.ask("POST", "/v1/products").form("name=A").key("k");
    let answers: Vec<_> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..32).map(|_| scope.spawn(|| ask.send())).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let done: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert!(!done.is_empty() && done.iter().all(|answer| answer.text == done[0].text));
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(409, Some("idempotency_key_in_use"), None);
    }
    assert_eq!(ids(&world.get("/v1/products").ok()).len(), 1);
}

#[test]
fn keys_have_a_length() {
    let world = World::new();
    let ask = |key: &str| world.ask("POST", "/v1/products").form("name=A").key(key).send();
    ask(&"k".repeat(255)).ok();
    ask(&"k".repeat(256)).refused(400, None, None);
}
