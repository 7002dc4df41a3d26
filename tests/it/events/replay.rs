//! `events replay`: the very bytes, freshly signed, and a result for each.

use std::io::Read as _;
use std::process::Stdio;

use billctl::billing::signature;
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{fixture, ids, stored, with_customers};
use crate::support::{Emulator, Shop};

/// `2026-11-01T00:00:00Z`
const NOW: i64 = 1_793_491_200;

/// A shop whose so many customers' events are stored.
fn pulled(count: usize) -> (Shop, Emulator) {
    let (shop, emulator) = with_customers(count);
    shop.billctl("events pull").exits(0);
    (shop, emulator)
}

fn replayed(shop: &Shop, receiver: &Receiver, flags: &str) -> Value {
    shop.billctl(&format!("events replay --to {} --json {flags}", receiver.url)).exits(0).json()
}

/// A summary without the time that it took.
fn sum(mut summary: Value) -> Value {
    summary.as_object_mut().unwrap().remove("milliseconds").unwrap();
    summary
}

#[test]
fn stored_events_arrive_in_order_with_a_signature_that_holds() {
    let (shop, emulator) = pulled(5);
    let receiver = Receiver::kind();
    let said = replayed(&shop, &receiver, "--type 'customer.*'");
    assert_eq!(sum(said), json!({"sent": 5, "accepted": 5, "refused": 0, "left": 0}));
    let stored = stored(&shop);
    assert_eq!(receiver.ids(), ids(&stored));
    for got in receiver.got() {
        let header = got.header("stripe-signature");
        signature::verify(&[&emulator.webhook_secret], header, &got.body, NOW, 1).unwrap();
        assert_eq!(got.header("content-type"), "application/json; charset=utf-8");
        assert_eq!(got.header("user-agent"), "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
        let raw = shop.billctl(&format!("events show --raw {}", got.id())).stdout;
        assert_eq!(got.body, raw.as_bytes());
    }
}

#[test]
fn events_of_files_keep_their_bytes() {
    let shop = Shop::new();
    let receiver = Receiver::kind();
    shop.write("secret", "whsec_test_of_the_file");
    let body = fixture("pretty-printed")["body"].as_str().unwrap().to_owned();
    shop.write("event.json", &body);
    replayed(&shop, &receiver, "--file event.json --webhook-secret-file secret");
    let got = &receiver.got()[0];
    assert_eq!(got.body, body.as_bytes());
    signature::verify(&["whsec_test_of_the_file"], got.header("stripe-signature"), &got.body, NOW, 1)
        .unwrap();
    // It was sent and not stored.
    assert_eq!(stored(&shop).len(), 0);
}

#[test]
fn events_come_from_stripe_when_asked_to() {
    let (shop, emulator) = with_customers(3);
    emulator.post("/v1/coupons", "id=c&percent_off=5");
    let receiver = Receiver::kind();
    assert_eq!(replayed(&shop, &receiver, "--pull --type 'customer.*'")["accepted"], 3);
    let mut told: Vec<String> =
        ids(&emulator.list("/v1/events?type=customer.*")).into_iter().map(str::to_owned).collect();
    told.reverse();
    assert_eq!(receiver.ids(), told);
    assert_eq!(stored(&shop).len(), 0);
}

#[test]
fn a_shuffle_with_a_seed_comes_again() {
    let (shop, _emulator) = pulled(20);
    let order = |flags: &str| {
        let receiver = Receiver::kind();
        let said = replayed(&shop, &receiver, flags);
        (receiver.ids(), said["seed"].clone())
    };
    let (first, seed) = order("--shuffle --seed 7");
    assert_eq!(seed, 7);
    assert_eq!(order("--shuffle --seed 7").0, first);
    let mut sorted = first.clone();
    sorted.sort();
    let mut all = order("").0;
    assert_ne!(first, all);
    all.sort();
    assert_eq!(sorted, all);
    // Without a seed one is made, and told.
    let (random, seed) = order("--shuffle");
    assert_eq!(order(&format!("--shuffle --seed {seed}")).0, random);
}

#[test]
fn what_may_pass_is_tried_again_and_signed_anew() {
    let (shop, _emulator) = pulled(2);
    let receiver = Receiver::new(|number, _| if number == 0 { 503 } else { 200 });
    assert_eq!(replayed(&shop, &receiver, "")["accepted"], 2);
    let ids = receiver.ids();
    assert_eq!((ids.len(), &ids[0]), (3, &ids[1]));
}

#[test]
fn what_is_refused_is_named_and_is_a_failure() {
    let (shop, _emulator) = pulled(3);
    let first = stored(&shop)[0]["id"].as_str().unwrap().to_owned();
    let receiver = Receiver::new(move |_, got| if got.id() == first { 400 } else { 200 });
    let line = format!("events replay --to {} --results results.jsonl", receiver.url);
    insta::assert_snapshot!(shop.billctl(&line).exits(1), @"
    event                         type              result   why
    evt_XXXXXXXXXXXXXXXXXXXXXXX1  customer.created  refused  HTTP 400: not today
    3 sent to http://127.0.0.1:[PORT]/webhook: 2 accepted, 1 refused; took [TIME] s
    [stderr]
    Wrote 3 results to results.jsonl
    [exit 1]
    ");
    // A refusal for what it is isn't asked for again.
    assert_eq!(receiver.got().len(), 3);
    let rows: Vec<Value> =
        shop.read("results.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!((&rows[0]["result"], &rows[0]["http_status"]), (&json!("refused"), &json!(400)));
    assert_eq!((&rows[0]["error"], &rows[0]["attempts"]), (&json!("HTTP 400: not today"), &json!(1)));
    assert_eq!((&rows[1]["result"], &rows[1]["error"]), (&json!("accepted"), &Value::Null));
}

#[test]
fn rows_are_printed_one_a_line() {
    let (shop, _emulator) = pulled(2);
    let receiver = Receiver::kind();
    let said = shop.billctl(&format!("events replay --to {} -o jsonl", receiver.url)).exits(0);
    let rows: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["result"] == "accepted" && row["type"] == "customer.created"));
    assert!(said.stderr.contains("2 accepted, 0 refused"), "{said}");
    let csv = shop.billctl(&format!("events replay --to {} -o csv", receiver.url)).exits(0);
    assert_eq!(csv.stdout.lines().count(), 3, "{csv}");
}

#[test]
fn an_endpoint_that_is_not_there_ends_it_at_once() {
    let (shop, _emulator) = pulled(3);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = shop.billctl(&format!("events replay --to http://{free}/webhook --retries 0 --json")).exits(1);
    assert_eq!(sum(said.json()), json!({"sent": 1, "accepted": 0, "refused": 1, "left": 2}));
}

#[test]
fn many_at_once_all_arrive() {
    let (shop, _emulator) = pulled(50);
    let receiver = Receiver::kind();
    assert_eq!(replayed(&shop, &receiver, "--parallel 8")["accepted"], 50);
    let mut arrived = receiver.ids();
    arrived.sort();
    arrived.dedup();
    assert_eq!(arrived.len(), 50);
}

#[test]
fn a_dry_run_sends_nothing() {
    let (shop, _emulator) = pulled(2);
    let receiver = Receiver::kind();
    let said = shop.billctl(&format!("events replay --to {} --dry-run --json", receiver.url)).exits(0).json();
    assert_eq!((&said["would_send"], &said["events"][1]["type"]), (&json!(2), &json!("customer.created")));
    assert_eq!(receiver.got().len(), 0);
}

#[test]
fn ids_choose_events_and_go_with_no_filter() {
    let (shop, _emulator) = pulled(3);
    let receiver = Receiver::kind();
    let stored = stored(&shop);
    let chosen = ids(&stored);
    // However they are named, they go in the order of their creation.
    replayed(&shop, &receiver, &format!("{} {}", chosen[2], chosen[0]));
    assert_eq!(receiver.ids(), [chosen[0], chosen[2]]);
    let said =
        shop.billctl(&format!("events replay {} --type a.b --to {}", chosen[0], receiver.url)).exits(2);
    assert!(said.stderr.contains("by id or by filters"), "{said}");
    shop.billctl(&format!("events replay evt_gone --to {}", receiver.url)).exits(1);
}

#[test]
fn another_machine_is_asked_for_first() {
    let (shop, _emulator) = pulled(2);
    let said = shop.billctl("events replay --to https://nexus.example.com/stripe").exits(2);
    assert!(said.stderr.contains("Nobody can be asked here: Send 2 events to nexus.example.com?"), "{said}");
}

#[test]
fn a_target_is_needed_and_one_is_enough() {
    let shop = Shop::new();
    let check = |flags: &str, part: &str| {
        let said = shop.billctl(&format!("events replay {flags}")).exits(2);
        assert!(said.stderr.contains(part), "{said}");
    };
    check("", "<--to <URL>|--mirror>");
    check("--to http://127.0.0.1:1/ --mirror", "cannot be used with");
    check("--mirror --pace 5", "cannot be used with");
    check("--to http://127.0.0.1:1/ --pace 0", "--pace");
    check("--to ftp://127.0.0.1/", "no address that events can be posted to");
    check("--to http://127.0.0.1:1/ --seed 4", "--shuffle");
    check("--to http://127.0.0.1:1/ --file gone.jsonl", "Cannot read the events");
    check("--to http://127.0.0.1:1/ --file x --failed", "cannot be used with");
}

#[test]
fn what_stands_in_a_file_in_place_of_an_event_is_named() {
    let shop = Shop::new();
    shop.write("events.jsonl", "{\"id\":\"evt_1\",\"type\":\"a.b\",\"created\":1}\n{\"id\":\n");
    let said = shop.billctl("events replay --mirror --file events.jsonl").exits(2);
    assert!(said.stderr.contains("events.jsonl, line 2: the body is no JSON"), "{said}");
    assert_eq!(stored(&shop).len(), 0);
}

#[test]
fn the_mirror_takes_any_order_any_number_of_times() {
    let (shop, emulator) = with_customers(3);
    for customer in emulator.list("/v1/customers") {
        emulator.post(&format!("/v1/customers/{}", customer["id"].as_str().unwrap()), "name=Renamed");
    }
    shop.billctl("events pull").exits(0);
    let bodies: Vec<String> = stored(&shop)
        .iter()
        .map(|event| shop.billctl(&format!("events show --raw {}", event["id"].as_str().unwrap())).stdout)
        .collect();
    let other = Shop::new();
    // Everything twice.
    other.write("events.jsonl", [bodies.join("\n"), bodies.join("\n")].join("\n"));
    let said =
        other.billctl("events replay --mirror --shuffle --seed 3 --file events.jsonl --json").exits(0).json();
    assert_eq!((&said["accepted"], &said["refused"]), (&json!(6), &json!(0)));
    let names = |shop: &Shop| {
        let listed = shop.billctl("events list --type customer.updated --json --oldest-first").json();
        let mut holds: Vec<Value> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|event| {
                let id = event["id"].as_str().unwrap();
                shop.billctl(&format!("events show {id} --json")).json()["mirror"]["holds"].clone()
            })
            .collect();
        holds.sort_by_key(Value::to_string);
        holds
    };
    assert_eq!(names(&other), names(&shop));
    let again = other.billctl("events replay --mirror --json").exits(0).json();
    assert_eq!(again["accepted"], 6);
    assert_eq!(names(&other), names(&shop));
}

#[cfg(unix)]
#[test]
fn asked_to_stop_it_finishes_what_is_under_way() {
    let (shop, _emulator) = pulled(5);
    let (receiver, arrivals, release) = Receiver::held();
    let arguments = ["events", "replay", "--to", receiver.url.as_str(), "--json"];
    let mut child = shop.spawn(&arguments, Stdio::null());
    arrivals.recv().unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    // The endpoint answers only when the signal was taken.
    let stderr = child.stderr.as_mut().unwrap();
    let mut said = String::new();
    while !said.contains("Stopping after what is under way") {
        let mut byte = [0];
        stderr.read_exact(&mut byte).unwrap();
        said.push(char::from(byte[0]));
    }
    drop(release);
    let said = shop.finish(child).exits(7);
    let summary = said.json();
    assert_eq!(sum(summary), json!({"sent": 1, "accepted": 1, "refused": 0, "left": 4}));
}

#[test]
fn events_of_live_mode_are_kept_out_of_a_mirror_of_test_mode() {
    let shop = Shop::new();
    let event = |id: &str, live: bool| {
        json!({"id": id, "object": "event", "type": "customer.created", "created": 1_793_491_200, "livemode": live,
            "data": {"object": {"id": format!("cus_{id}"), "object": "customer"}}})
        .to_string()
    };
    shop.write("events.jsonl", [event("evt_1", false), event("evt_2", true)].join("\n"));
    let refused = shop.billctl("events replay --file events.jsonl --mirror").exits(5);
    assert!(refused.stderr.contains("evt_2 is of live mode"), "{refused}");
    assert_eq!(shop.billctl("events list --json").exits(0).json(), json!([]));
}

#[test]
fn what_may_be_a_token_in_an_address_is_not_shown() {
    let (shop, _emulator) = pulled(1);
    let receiver = Receiver::kind();
    let url = format!("{}?token=hunter2", receiver.url).replace("http://", "http://me:hunter2@");
    for line in ["--dry-run", "-o json", "-o jsonl"] {
        let told = shop.billctl(&format!("events replay --to {url} {line}"));
        assert!(!format!("{}{}", told.stdout, told.stderr).contains("hunter2"), "{line}: {told}");
    }
}
