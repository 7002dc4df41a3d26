//! A plan that was reviewed and kept is applied exactly, or not at all.

use std::process::Stdio;

use super::{EVERYTHING, assert_everything_once};
use crate::support::{Emulator, Shop};

fn planned() -> (Shop, Emulator) {
    let shop = Shop::new();
    shop.write("billing.toml", EVERYTHING);
    let emulator = shop.emulator();
    let plan = shop.billctl("catalog plan --out plan.json");
    assert_eq!(plan.code, Some(0), "{plan}");
    (shop, emulator)
}

#[test]
fn a_kept_plan_is_applied_whatever_the_catalog_says_by_then() {
    let (shop, emulator) = planned();
    shop.write("billing.toml", EVERYTHING.replace("\"99.00 usd\"", "\"1.00 usd\""));
    let synced = shop.billctl("catalog sync plan.json --yes");
    assert_eq!(synced.code, Some(0), "{synced}");
    shop.write("billing.toml", EVERYTHING);
    assert_everything_once(&shop, &emulator, "the plan that was reviewed");
    let again = shop.billctl("catalog sync plan.json --yes");
    assert_eq!(again.code, Some(0), "a plan that is wholly done does nothing: {again}");
}

#[test]
fn an_account_that_moved_since_is_refused() {
    let (shop, emulator) = planned();
    emulator.post("/v1/products", "id=shop_pro&name=Made by hand");
    let refused = shop.billctl("catalog sync plan.json --yes");
    assert_eq!(refused.code, Some(5), "{refused}");
    assert!(refused.stderr.contains("product pro"), "{refused}");
    assert_eq!(emulator.list("/v1/prices").len(), 0);
}

#[test]
fn a_plan_that_was_stopped_part_way_is_finished_by_the_same_command() {
    let (shop, emulator) = planned();
    emulator.fail_on("POST /v1/prices:nth=3:stall-after");
    let mut child = shop.spawn(&["catalog", "sync", "plan.json", "--yes"], Stdio::null());
    while !emulator
        .requests()
        .iter()
        .any(|request| request["path"] == "/v1/prices" && request["method"] == "POST")
    {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    shop.finish(child);
    emulator.heal();
    let synced = shop.billctl("catalog sync plan.json --yes");
    assert_eq!(synced.code, Some(0), "{synced}");
    assert_everything_once(&shop, &emulator, "finished");
}

#[test]
fn a_plan_for_another_account_or_profile_is_refused() {
    let (shop, _emulator) = planned();
    let mut other = Shop::new();
    let elsewhere = other.emulator();
    // Its own emulator keeps this key in its state.
    other.set("STRIPE_SECRET_KEY", &elsewhere.api_key);
    other.write("plan.json", shop.read("plan.json"));
    other.write("billing.toml", EVERYTHING);
    let refused = other.billctl("catalog sync plan.json --yes");
    assert_eq!(refused.code, Some(5), "{refused}");
    other.write(
        "billing.toml",
        format!("{EVERYTHING}\n[profiles.far]\nbase_url = \"{}\"\n", elsewhere.base_url),
    );
    let refused = other.billctl("catalog sync plan.json --yes --profile far");
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("profile `emulator`"), "{refused}");
    other.write("billing.toml", EVERYTHING.replace("name = \"shop\"", "name = \"kiosk\""));
    other.write("plan.json", shop.read("plan.json"));
    let refused = other.billctl("catalog sync plan.json --yes --dry-run");
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("project `shop`, not `kiosk`"), "{refused}");
    other.write("plan.json", "{}");
    assert_eq!(other.billctl("catalog sync plan.json --yes").code, Some(2));
}

#[test]
fn another_run_that_was_stopped_lets_no_moved_account_pass() {
    let shop = Shop::new();
    let pro = "[project]\nname = \"shop\"\n[products.pro]\nname = \"Pro\"\nprices.once = { amount = \"1.00 usd\" }\n";
    shop.write("billing.toml", pro);
    let emulator = shop.emulator();
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    shop.write("billing.toml", pro.replace("1.00", "2.00"));
    assert_eq!(shop.billctl("catalog plan --out plan.json").code, Some(0));

    shop.write("billing.toml", format!("{pro}[products.more]\nname = \"More\"\n"));
    emulator.fail_on("POST /v1/products:stall-before");
    let mut child = shop.spawn(&["catalog", "sync", "--yes"], Stdio::null());
    while !shop.exists(".billctl/emulator/sync.journal") {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    shop.finish(child);
    emulator.heal();

    let price = emulator.list("/v1/prices")[0]["id"].as_str().unwrap().to_owned();
    emulator.post(&format!("/v1/prices/{price}"), "active=false");
    let refused = shop.billctl("catalog sync plan.json --yes");
    assert_eq!(refused.code, Some(5), "{refused}");
    assert!(refused.stderr.contains("price pro.once"), "{refused}");
}
