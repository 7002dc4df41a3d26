//! Many subscriptions moved from one price to another: each once, whatever happens, and back.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{DAY, GOOD_CARD, advance, all, customer, nexus, price, text, told};
use crate::support::{Emulator, Shop};

/// Subjects `u_0`, `u_1`, … on the plan starter.
fn starters(shop: &Shop, emulator: &Emulator, count: usize) -> Vec<String> {
    (0..count)
        .map(|index| {
            let subject = format!("u_{index}");
            customer(emulator, &subject, GOOD_CARD);
            text(&told(shop, &format!("create {subject} --plan starter"))["id"])
        })
        .collect()
}

/// How many subscriptions charge each price.
fn prices(emulator: &Emulator) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for one in all(emulator) {
        let key = one["items"]["data"][0]["price"]["lookup_key"].as_str().unwrap_or("none").to_owned();
        *counts.entry(key).or_default() += 1;
    }
    counts
}

fn on(pairs: &[(&str, usize)]) -> BTreeMap<String, usize> {
    pairs.iter().map(|(key, count)| (format!("nexus_{key}_monthly"), *count)).collect()
}

/// How often Stripe told of a change of each subscription: once when its first payment came, and then for each move.
fn changes(emulator: &Emulator) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for event in emulator.list("/v1/events?type=customer.subscription.updated") {
        *counts.entry(text(&event["data"]["object"]["id"])).or_default() += 1;
    }
    counts
}

const MOVE: &str = "migrate --from-price starter.monthly --to-price pro.monthly --results moves.jsonl";

/// The last row of each subscription in the file of results.
fn results(shop: &Shop) -> BTreeMap<String, String> {
    let text_of = |row: &Value, name: &str| text(&row[name]);
    let file = shop.read("moves.jsonl");
    let rows = file.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| (text_of(&row, "subscription"), text_of(&row, "result"))).collect()
}

#[test]
fn all_are_moved_and_moved_back() {
    let (shop, emulator) = nexus();
    starters(&shop, &emulator, 4);
    let filters = vec![(r"price_\w+", "[PRICE]"), (r"sub_\w+", "[SUB]")];
    insta::with_settings!({filters => filters}, {
        assert_snapshot!(shop.billctl(&format!("subscription {MOVE} --dry-run --quiet")), @"
        4 subscriptions to move from [PRICE] to [PRICE]
        currency  subscriptions       billed before               after
        usd                   4  196.00 USD a month  396.00 USD a month
        What becomes of each is written to moves.jsonl
        [exit 0]
        ");
        assert_eq!(prices(&emulator), on(&[("starter", 4)]));
        assert_snapshot!(shop.billctl(&format!("subscription {MOVE} --yes --quiet")), @"
        Moved 4 subscriptions from [PRICE] to [PRICE]
        `billctl subscription migrate --undo moves.jsonl` moves them back
        [stderr]
        4 subscriptions to move from [PRICE] to [PRICE]
        currency  subscriptions       billed before               after
        usd                   4  196.00 USD a month  396.00 USD a month
        What becomes of each is written to moves.jsonl
        [exit 0]
        ");
    });
    assert_eq!(prices(&emulator), on(&[("pro", 4)]));
    assert!(results(&shop).values().all(|result| result == "moved"));
    assert_eq!(told(&shop, "list --plan pro").as_array().unwrap().len(), 4);
    // Without proration nobody pays anything before the next period.
    assert_eq!(emulator.list("/v1/charges").len(), 4);
    let again = told(&shop, MOVE);
    assert_eq!((&again["moved"], &again["matched"]), (&json!(0), &json!(0)));
    let would = told(&shop, "migrate --undo moves.jsonl --dry-run");
    assert_eq!((&would["moved"], &would["dry_run"]), (&json!(4), &json!(true)));
    let undone = told(&shop, "migrate --undo moves.jsonl");
    assert_eq!((&undone["moved"], &undone["skipped"]), (&json!(4), &json!(0)));
    assert_eq!(prices(&emulator), on(&[("starter", 4)]));
    assert_eq!(told(&shop, "migrate --undo moves.jsonl")["moved"], 0);
    // And there once more, within the day that Stripe remembers keys.
    assert_eq!(told(&shop, MOVE)["moved"], 4);
    assert_eq!(prices(&emulator), on(&[("pro", 4)]));
    advance(&emulator, 31 * DAY);
    let paid: i64 =
        emulator.list("/v1/charges").iter().map(|charge| charge["amount"].as_i64().unwrap()).sum();
    assert_eq!(paid, 4 * 4900 + 4 * 9900);
}

#[test]
fn the_effect_is_what_is_billed_then() {
    let (shop, emulator) = nexus();
    starters(&shop, &emulator, 2);
    customer(&emulator, "many", GOOD_CARD);
    told(&shop, "create many --plan starter --quantity 5");
    let would = told(&shop, &format!("{MOVE} --dry-run"));
    let effect = &would["effect"][0];
    assert_eq!(
        (&effect["subscriptions"], &effect["before"]["amount"], &effect["after"]["amount"]),
        (&json!(3), &json!(7 * 4900), &json!(7 * 9900))
    );
    told(&shop, MOVE);
    let quantities: Vec<i64> =
        all(&emulator).iter().map(|one| one["items"]["data"][0]["quantity"].as_i64().unwrap()).collect();
    assert_eq!(quantities.iter().sum::<i64>(), 7);
}

#[test]
fn a_few_at_a_time_and_the_rest_later() {
    let (shop, emulator) = nexus();
    starters(&shop, &emulator, 3);
    let some = told(&shop, &format!("{MOVE} --limit 2 --per-second 100"));
    assert_eq!((&some["moved"], &some["left"], &some["matched"]), (&json!(2), &json!(1), &json!(3)));
    assert_eq!(prices(&emulator), on(&[("pro", 2), ("starter", 1)]));
    let rest = told(&shop, &format!("{MOVE} --limit 2"));
    assert_eq!((&rest["moved"], &rest["left"]), (&json!(1), &json!(0)));
}

#[test]
fn what_can_not_move_stays_with_the_reason() {
    let (shop, emulator) = nexus();
    let ids = starters(&shop, &emulator, 3);
    told(&shop, "change u_1 --plan business --at-period-end");
    let item = format!("subscription={}&price={}", ids[2], price(&emulator, "nexus_pro_monthly"));
    emulator.post("/v1/subscription_items", &item);
    let done = told(&shop, MOVE);
    assert_eq!((&done["moved"], &done["skipped"]), (&json!(1), &json!(2)));
    let results = results(&shop);
    assert_eq!([&results[&ids[0]], &results[&ids[1]], &results[&ids[2]]], ["moved", "skipped", "skipped"]);
    let file = shop.read("moves.jsonl");
    assert!(file.contains("a change is scheduled (sub_sched_"), "{file}");
    // Run again, it is not written down again.
    told(&shop, MOVE);
    assert_eq!(shop.read("moves.jsonl"), file);
}

/// Starts a migration whose `nth` update is never answered, and kills it when that was sent.
fn kill_at(shop: &Shop, emulator: &Emulator, nth: usize, fault: &str) {
    let is_update = |request: &&Value| {
        request["method"] == "POST" && text(&request["path"]).starts_with("/v1/subscriptions/")
    };
    let updates = || emulator.requests().iter().filter(is_update).count();
    let before = updates();
    emulator.fail_on(&format!("POST /v1/subscriptions/*:nth={nth}:{fault}"));
    let line = format!("subscription {MOVE} --yes --per-second 100");
    let mut child = shop.spawn(&line.split(' ').collect::<Vec<_>>(), Stdio::null());
    while updates() < before + nth && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(3));
    }
    let _ = child.kill();
    shop.finish(child);
    emulator.heal();
}

#[test]
fn killed_at_any_subscription_each_is_moved_once() {
    for (nth, fault) in
        [(1, "stall-before"), (1, "stall-after"), (2, "stall-after"), (3, "stall-before"), (3, "stall-after")]
    {
        let (shop, emulator) = nexus();
        let ids = starters(&shop, &emulator, 3);
        kill_at(&shop, &emulator, nth, fault);
        told(&shop, MOVE);
        assert_eq!(prices(&emulator), on(&[("pro", 3)]), "{nth} {fault}");
        let changes = changes(&emulator);
        assert!(ids.iter().all(|id| changes[id] == 2), "{nth} {fault}: {changes:?}");
        let results = results(&shop);
        assert!(ids.iter().all(|id| results[id] == "moved"), "{nth} {fault}: {results:?}");
        told(&shop, "migrate --undo moves.jsonl");
        assert_eq!(prices(&emulator), on(&[("starter", 3)]), "{nth} {fault}");
    }
}

#[test]
fn stripe_out_of_reach_part_way_ends_with_7_and_goes_on() {
    let (shop, emulator) = nexus();
    starters(&shop, &emulator, 3);
    emulator.fail_on("POST /v1/subscriptions/*:nth=2:500-kept");
    let stopped = shop.billctl(&format!("subscription {MOVE} --yes -o json")).exits(7).json();
    assert_eq!(
        (&stopped["moved"], &stopped["left"], &stopped["stopped"]),
        (&json!(1), &json!(2), &json!(true))
    );
    emulator.heal();
    told(&shop, MOVE);
    assert_eq!(prices(&emulator), on(&[("pro", 3)]));
    assert!(changes(&emulator).values().all(|count| *count == 2));
}

#[cfg(unix)]
#[test]
fn stopped_by_a_person_it_ends_with_7_after_what_is_under_way() {
    let (shop, emulator) = nexus();
    starters(&shop, &emulator, 3);
    let line = format!("subscription {MOVE} --yes --per-second 1 -o json");
    let child = shop.spawn(&line.split(' ').collect::<Vec<_>>(), Stdio::null());
    while !shop.exists("moves.jsonl") || !shop.read("moves.jsonl").contains("\"moved\"") {
        std::thread::sleep(Duration::from_millis(3));
    }
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let stopped = shop.finish(child).exits(7).json();
    assert_eq!((&stopped["moved"], &stopped["left"]), (&json!(1), &json!(2)));
    assert_eq!(told(&shop, MOVE)["moved"], 2);
}

#[test]
fn a_subscription_that_stripe_refuses_does_not_hold_up_the_others() {
    let (shop, emulator) = nexus();
    let ids = starters(&shop, &emulator, 3);
    let would = told(&shop, &format!("{MOVE} --dry-run"));
    assert_eq!(would["to_move"], 3);
    // Its card fails when it is charged at once.
    let customer = text(&emulator.get(&format!("/v1/subscriptions/{}", ids[1]))["customer"]);
    let form = format!("customer={customer}");
    let card = text(&emulator.post(&format!("/v1/payment_methods/{}/attach", super::BAD_CARD), &form)["id"]);
    emulator.post(
        &format!("/v1/customers/{customer}"),
        &format!("invoice_settings[default_payment_method]={card}"),
    );
    advance(&emulator, DAY);
    let done = shop
        .billctl(&format!("subscription {MOVE} --yes --proration always_invoice -o json"))
        .exits(1)
        .json();
    assert_eq!(
        (&done["moved"], &done["failed"][0]["subscription"], &done["left"]),
        (&json!(2), &json!(ids[1]), &json!(1))
    );
    assert_eq!(prices(&emulator), on(&[("pro", 2), ("starter", 1)]));
}

#[test]
fn how_many_were_bought_since_stays_when_they_are_moved_back() {
    let (shop, emulator) = nexus();
    starters(&shop, &emulator, 1);
    told(&shop, "change u_0 --quantity 3");
    told(&shop, MOVE);
    told(&shop, "change u_0 --quantity 5");
    assert_eq!(told(&shop, "migrate --undo moves.jsonl")["moved"], 1);
    assert_eq!(prices(&emulator), on(&[("starter", 1)]));
    assert_eq!(all(&emulator)[0]["items"]["data"][0]["quantity"], 5);
}

#[cfg(unix)]
#[test]
fn what_is_changed_while_somebody_is_asked_is_moved_as_it_is_then_or_stays() {
    let (shop, emulator) = nexus();
    let ids = starters(&shop, &emulator, 3);
    let meanwhile = || {
        let item = |id: &str| {
            let found = emulator.get(&format!("/v1/subscriptions/{id}"));
            text(&found["items"]["data"][0]["id"])
        };
        let business = price(&emulator, "nexus_business_monthly");
        let form = format!("items[0][id]={}&items[0][price]={business}", item(&ids[0]));
        emulator.post(&format!("/v1/subscriptions/{}", ids[0]), &form);
        let form = format!("items[0][id]={}&items[0][quantity]=7", item(&ids[1]));
        emulator.post(&format!("/v1/subscriptions/{}", ids[1]), &form);
    };
    let screen =
        shop.at_terminal_while(&format!("subscription {MOVE}"), &[("Move 3 subscriptions", "y")], meanwhile);
    assert_eq!(screen.code, Some(0), "{}", screen.text);
    assert!(screen.text.contains("Moved 2 subscriptions"), "{}", screen.text);
    assert!(!screen.text.contains("the same command goes on with them"), "{}", screen.text);
    assert_eq!(prices(&emulator), on(&[("business", 1), ("pro", 2)]));
    let seven = emulator.get(&format!("/v1/subscriptions/{}", ids[1]));
    assert_eq!(seven["items"]["data"][0]["quantity"], 7);
    assert_eq!(results(&shop)[&ids[0]], "skipped");
}

#[test]
fn what_was_changed_since_is_not_undone() {
    let (shop, emulator) = nexus();
    starters(&shop, &emulator, 3);
    told(&shop, MOVE);
    told(&shop, "change u_0 --plan business");
    told(&shop, "cancel u_1 --now");
    let undone = told(&shop, "migrate --undo moves.jsonl");
    assert_eq!((&undone["moved"], &undone["skipped"]), (&json!(1), &json!(2)));
    let refused = shop.billctl("subscription migrate --undo billing.toml --yes --quiet").exits(2);
    assert!(refused.stderr.contains("billing.toml:1: this is no line of a migration's results"), "{refused}");
    shop.billctl("subscription migrate --undo nothing.jsonl --yes").exits(2);
}

#[test]
fn the_file_is_in_the_profiles_folder_unless_it_is_named() {
    let (shop, emulator) = nexus();
    starters(&shop, &emulator, 1);
    let done = told(&shop, "migrate --from-price starter.monthly --to-price pro.monthly");
    let path = text(&done["results"]);
    assert!(path.contains(".billctl/emulator/migrations/price_"), "{path}");
    assert_eq!(told(&shop, &format!("migrate --undo {path}"))["moved"], 1);
}
