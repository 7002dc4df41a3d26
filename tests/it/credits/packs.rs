//! Packs bought on the emulator, from the catalog to the balance.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::support::{Emulator, Shop};

const CATALOG: &str = r#"
[project]
name = "localboxs"

[links]
subject_metadata = "userId"

[products.credits_1000]
name = "1,000 credits"
prices.once = { amount = "1.00 usd", credits = 1000 }

[products.credits_60]
name = "60 credits for a month"
prices.once = { amount = "0.50 usd", credits = 60, credits_expire = "30 days" }

[products.report]
name = "A report"
prices.once = { amount = "5.00 usd" }
"#;

pub fn shop() -> (Shop, Emulator) {
    let shop = Shop::new();
    shop.write("billing.toml", CATALOG);
    let emulator = shop.emulator();
    shop.billctl("catalog sync --yes --profile emulator").exits(0);
    (shop, emulator)
}

fn price(emulator: &Emulator, lookup_key: &str) -> Value {
    emulator.list(&format!("/v1/prices?lookup_keys[]={lookup_key}")).remove(0)
}

/// Buys what an application sells by itself: its sessions say nothing of credits.
pub fn buy(emulator: &Emulator, lines: &[(&str, i64)], more: &str) -> Value {
    let items: String = lines
        .iter()
        .enumerate()
        .map(|(index, (key, quantity))| {
            let price = price(emulator, &format!("localboxs_{key}_once"));
            let id = price["id"].as_str().unwrap();
            format!("&line_items[{index}][price]={id}&line_items[{index}][quantity]={quantity}")
        })
        .collect();
    let form = format!("mode=payment&success_url=https://a.example{items}{more}");
    let session = emulator.post("/v1/checkout/sessions", &form);
    let page = format!("/v1/payment_pages/{}/confirm", session["id"].as_str().unwrap());
    emulator.post(&page, "payment_method=pm_card_visa")
}

pub fn balance(shop: &Shop, subject: &str) -> Value {
    shop.billctl(&format!("credits balance {subject} -o json --profile emulator")).exits(0).json()
}

#[test]
fn a_price_in_stripe_says_how_many_credits_it_buys() {
    let (shop, emulator) = shop();
    let tags = |key: &str| {
        let metadata = price(&emulator, &format!("localboxs_{key}_once"))["metadata"].clone();
        (metadata["billctl_credits"].clone(), metadata["billctl_credits_expire_seconds"].clone())
    };
    assert_eq!(tags("credits_1000"), (json!("1000"), Value::Null));
    assert_eq!(tags("credits_60"), (json!("60"), json!("2592000")));
    assert_eq!(tags("report"), (Value::Null, Value::Null));
    // Another number is a change in place, and none takes it away.
    shop.write(
        "billing.toml",
        CATALOG.replace("credits = 1000", "credits = 1200").replace(", credits_expire = \"30 days\"", ""),
    );
    shop.billctl("catalog sync --yes --profile emulator").exits(0);
    assert_eq!(tags("credits_1000"), (json!("1200"), Value::Null));
    assert_eq!(tags("credits_60"), (json!("60"), Value::Null));
    shop.billctl("catalog plan --exit-code --profile emulator").exits(0);
}

#[test]
fn a_pulled_catalog_sells_the_same_credits() {
    let (shop, _emulator) = shop();
    shop.billctl("catalog pull --out pulled.toml --profile emulator").exits(0);
    let pulled = shop.read("pulled.toml");
    for said in ["credits = 1000", "credits = 60", "credits_expire = \"30 days\""] {
        assert!(pulled.contains(said), "{said} is not in {pulled}");
    }
    shop.billctl("catalog plan --exit-code --config pulled.toml --profile emulator").exits(0);
}

#[test]
fn a_top_up_is_booked_once_and_spent_to_the_last_credit() {
    let (shop, emulator) = shop();
    let session = buy(&emulator, &[("credits_1000", 1)], "&client_reference_id=u_1");
    assert_eq!(session["payment_status"], "paid");
    shop.billctl("events pull --profile emulator").exits(0);
    assert_eq!(balance(&shop, "u_1")["balance"], 1000);
    // The same event, three times more.
    let id = session["id"].as_str().unwrap();
    for _ in 0..3 {
        shop.billctl(&format!("events replay --object {id} --mirror --profile emulator")).exits(0);
    }
    shop.billctl("mirror rebuild --profile emulator").exits(0);
    shop.billctl("events pull --profile emulator").exits(0);
    assert_eq!(balance(&shop, "u_1")["balance"], 1000);

    let refused = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for process in 0..20 {
            let (shop, refused) = (&shop, &refused);
            scope.spawn(move || {
                for call in 0..50 {
                    let line = format!(
                        "credits deduct u_1 1 --reason call --key {process}.{call} --profile emulator"
                    );
                    let mut answer = shop.billctl(&line);
                    // Whoever waited too long for their turn asks again, under the same key.
                    while answer.stderr.contains("keeps the books") {
                        answer = shop.billctl(&line);
                    }
                    refused.fetch_add(u32::from(answer.code != Some(0)), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(refused.into_inner(), 0);
    assert_eq!(balance(&shop, "u_1")["balance"], 0);
    shop.billctl("credits deduct u_1 1 --reason call --profile emulator").exits(4);
    shop.billctl("credits verify --profile emulator").exits(0);
}

#[test]
fn several_packs_of_several_kinds_are_lots_of_their_own() {
    let (shop, emulator) = shop();
    let lines = [("credits_1000", 2), ("credits_60", 3), ("report", 1)];
    buy(&emulator, &lines, "&metadata[userId]=u_7");
    let pulled = shop.billctl("events pull --profile emulator -o json").exits(0).json();
    assert_eq!(pulled["failed"], 0);
    let account = balance(&shop, "u_7");
    let lots: Vec<_> = account["lots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lot| (lot["remaining"].as_i64().unwrap(), lot["expires_at"].is_null()))
        .collect();
    assert_eq!(lots, [(180, false), (2000, true)]);
    // What buys no credits books none.
    buy(&emulator, &[("report", 1)], "&metadata[userId]=u_8");
    shop.billctl("events pull --profile emulator").exits(0);
    assert_eq!(balance(&shop, "u_8")["balance"], 0);
}

#[test]
fn a_refund_in_stripe_takes_back_what_is_not_spent() {
    let (shop, emulator) = shop();
    let session = buy(&emulator, &[("credits_1000", 1)], "&client_reference_id=u_1");
    shop.billctl("events pull --profile emulator").exits(0);
    shop.billctl("credits deduct u_1 700 --reason calls --profile emulator").exits(0);
    let intent = session["payment_intent"].as_str().unwrap();
    emulator.post("/v1/refunds", &format!("payment_intent={intent}&amount=25"));
    shop.billctl("events pull --profile emulator").exits(0);
    assert_eq!(balance(&shop, "u_1")["balance"], 50);
    emulator.post("/v1/refunds", &format!("payment_intent={intent}"));
    shop.billctl("events pull --profile emulator").exits(0);
    assert_eq!(balance(&shop, "u_1")["balance"], 0);
    let history = shop.billctl("credits history u_1 --type refund -o json --profile emulator").json();
    let taken: Vec<_> = history["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (&entry["amount"], &entry["asked"]))
        .collect();
    assert_eq!(taken, [(&json!(-250), &json!(-250)), (&json!(-50), &json!(-750))]);
}

#[test]
fn what_nobody_is_named_for_shows_until_somebody_is() {
    let (shop, emulator) = shop();
    let session = buy(&emulator, &[("credits_1000", 1)], "");
    shop.billctl("events pull --profile emulator").exits(1);
    let failed = shop.billctl("events list --failed -o json --profile emulator").json();
    assert_eq!(failed.as_array().unwrap().len(), 1, "{failed}");
    let id = session["id"].as_str().unwrap();
    // What is read later tells more than the event did.
    emulator.post("/_emulator/advance", "60");
    emulator.post(&format!("/v1/checkout/sessions/{id}"), "metadata[userId]=u_1");
    shop.billctl("mirror backfill --profile emulator").exits(0);
    shop.billctl("events pull --profile emulator").exits(0);
    assert_eq!(balance(&shop, "u_1")["balance"], 1000);
}

const PLANS: &str = r#"
[products.free]
default_plan = true
free_credits = { credits = 100, per = "month", expires = "period_end" }
"#;

#[test]
fn a_free_plan_gives_its_credits_once_a_month_at_the_first_use() {
    let mut shop = Shop::new();
    shop.write("billing.toml", format!("{CATALOG}{PLANS}"));
    insta::assert_snapshot!(shop.billctl("credits balance u_1"), @"
    u_1 has 100 credits
    100 credits of them come with the first use: free credits of free, 2026-11
    [exit 0]
    ");
    shop.billctl("credits deduct u_1 101 --reason call --key c0").exits(4);
    shop.billctl("credits deduct u_1 30 --reason call --key c1").exits(0);
    shop.billctl("credits deduct u_1 70 --reason call --key c2").exits(0);
    shop.billctl("credits deduct u_1 1 --reason call --key c3").exits(4);
    let history = shop.billctl("credits history u_1 -o json").json();
    let told: Vec<_> = history["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["type"].clone(), entry["amount"].clone(), entry["key"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (json!("monthly_grant"), json!(100), json!("free:free:2026-11:u_1")),
            (json!("deduction"), json!(-30), json!("c1")),
            (json!("deduction"), json!(-70), json!("c2")),
        ]
    );
    shop.set("BILLCTL_NOW", "2026-12-31T23:59:59Z");
    shop.billctl("credits deduct u_1 1 --reason call --key c4").exits(0);
    assert_eq!(shop.billctl("credits balance u_1 -o json").json()["balance"], 99);
    // What was not spent is gone, and the next month begins.
    shop.set("BILLCTL_NOW", "2027-01-01T00:00:00Z");
    assert_eq!(shop.billctl("credits balance u_1 -o json").json()["balance"], 100);
    shop.billctl("credits verify").exits(0);
    // Looking books nothing.
    shop.billctl("credits balance u_2").exits(0);
    assert_eq!(shop.billctl("credits history u_2 -o json").json()["entries"], json!([]));
}

#[test]
fn free_credits_that_are_due_count_wherever_a_balance_does() {
    let mut shop = Shop::new();
    shop.write("billing.toml", format!("{CATALOG}{PLANS}\n[alerts.low]\nlow_balance = 50\n"));
    shop.billctl("credits deduct u_1 100 --reason call --dry-run").exits(0);
    shop.billctl("credits deduct u_1 101 --reason call --dry-run").exits(4);
    assert_eq!(shop.billctl("credits history u_1 -o json").json()["entries"], json!([]));
    shop.billctl("credits set u_1 80 --expect 0 --reason agreed").exits(4);
    insta::assert_snapshot!(shop.billctl("credits set u_1 80 --expect 100 --reason agreed --key s1"), @"
    Took 20 credits from u_1
    balance  100 → 80
    why      agreed (ada)
    entry    2 of 2026-11-01T00:00:00Z
    key      s1
    Undo it with `billctl credits reverse 2`
    [stderr]
    profile emulator
    [exit 0]
    ");
    shop.billctl("credits adjust u_2 --remove 40 --reason oops").exits(0);
    assert_eq!(balance(&shop, "u_2")["balance"], 60);
    // What they had is gone with its month, and as much is due anew.
    shop.set("BILLCTL_NOW", "2026-12-15T00:00:00Z");
    shop.billctl("alerts check").exits(0);
    shop.billctl("credits deduct u_1 60 --reason call").exits(0);
    let crossed = shop.billctl("alerts check -o json").exits(3).json();
    assert_eq!(crossed["alerts"][0]["subjects"], json!([{"subject": "u_1", "balance": 40}]), "{crossed}");
    let report = shop.billctl("report credits").exits(0);
    assert!(report.stdout.contains("1 subject"), "{report}");
}

#[test]
fn many_who_come_first_in_a_month_get_its_credits_once() {
    let shop = Shop::new();
    shop.write("billing.toml", format!("{CATALOG}{PLANS}"));
    let taken = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for process in 0..24 {
            let (shop, taken) = (&shop, &taken);
            scope.spawn(move || {
                for call in 0..5 {
                    let line = format!("credits deduct u_1 1 --reason call --key {process}.{call}");
                    taken.fetch_add(u32::from(shop.billctl(&line).code == Some(0)), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(taken.into_inner(), 100);
}

#[test]
fn events_applied_by_processes_that_are_killed_book_each_purchase_once() {
    const BUYERS: u64 = 400;
    let shop = Shop::new();
    let event = |number: u64| {
        let session = json!({"id": format!("cs_{number}"), "object": "checkout.session", "mode": "payment",
            "status": "complete", "payment_status": "paid", "amount_total": 100, "currency": "usd", "customer": null,
            "client_reference_id": "u_1", "payment_intent": format!("pi_{number}"),
            "metadata": {"billctl_credits": "10"}, "created": 5});
        json!({"id": format!("evt_{number}"), "object": "event", "created": 10, "type": "checkout.session.completed",
            "data": {"object": session}, "livemode": false})
    };
    let lines: Vec<String> = (0..BUYERS).map(|number| event(number).to_string()).collect();
    shop.write("sold.jsonl", lines.join("\n"));
    let words = ["events", "replay", "--file", "sold.jsonl", "--mirror"];
    for round in 0..30_u64 {
        let mut child = shop.spawn(&words, std::process::Stdio::null());
        std::thread::sleep(std::time::Duration::from_micros(20_000 + round * 7_919 % 60_000));
        let _ = child.kill();
        child.wait().unwrap();
    }
    shop.run(&words, "").exits(0);
    assert_eq!(balance(&shop, "u_1")["balance"], BUYERS * 10);
    shop.billctl("credits verify").exits(0);
}
