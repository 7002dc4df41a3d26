//! A changed price is replaced in an order that leaves something sellable at every moment.

use serde_json::Value;

use super::{EVERYTHING, inventory};
use crate::support::{Emulator, Shop};

fn synced() -> (Shop, Emulator) {
    let shop = Shop::new();
    shop.write("billing.toml", EVERYTHING);
    let emulator = shop.emulator();
    let synced = shop.billctl("catalog sync --yes");
    assert_eq!(synced.code, Some(0), "{synced}");
    (shop, emulator)
}

fn price(emulator: &Emulator, lookup_key: &str) -> Value {
    let prices = emulator.list(&format!("/v1/prices?active=true&lookup_keys[]={lookup_key}"));
    assert_eq!(prices.len(), 1, "{prices:?}");
    prices[0].clone()
}

#[test]
fn everything_that_sold_the_old_price_sells_the_new_one() {
    let (shop, emulator) = synced();
    let old = price(&emulator, "shop_pro_monthly");
    let old_id = old["id"].as_str().unwrap();
    let link = emulator.post(
        "/v1/payment_links",
        &format!("line_items[0][price]={old_id}&line_items[0][quantity]=2&metadata[campaign]=spring"),
    );
    let form = format!(
        "features[subscription_update][enabled]=true&features[subscription_update][default_allowed_updates][0]=price&\
         features[subscription_update][products][0][product]=shop_pro&\
         features[subscription_update][products][0][prices][0]={old_id}"
    );
    let by_hand = emulator.post("/v1/billing_portal/configurations", &form);

    shop.write("billing.toml", EVERYTHING.replace("\"99.00 usd\"", "\"109.00 usd\""));
    let plan = shop.billctl("catalog plan --exit-code -o json");
    assert_eq!(plan.code, Some(3), "{plan}");
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!(plan["summary"]["replace"], 1, "{plan:#}");
    let synced = shop.billctl("catalog sync --yes");
    assert_eq!(synced.code, Some(0), "{synced}");

    let new = price(&emulator, "shop_pro_monthly");
    let new_id = new["id"].as_str().unwrap();
    assert_ne!(new_id, old_id);
    assert_eq!(new["unit_amount"], 10900);
    let old = emulator.get(&format!("/v1/prices/{old_id}"));
    assert_eq!((&old["active"], &old["lookup_key"]), (&Value::Bool(false), &Value::Null));
    assert_eq!(emulator.get("/v1/products/shop_pro")["default_price"], *new_id);
    for portal in
        emulator.list("/v1/billing_portal/configurations?expand[]=data.features.subscription_update.products")
    {
        let text = portal["features"]["subscription_update"]["products"].to_string();
        assert!(text.contains(new_id) && !text.contains(old_id), "{portal:#}");
    }
    assert!(by_hand["id"].is_string());
    let links = emulator.list("/v1/payment_links?active=true&expand[]=data.line_items");
    assert_eq!(links.len(), 1, "{links:#?}");
    assert_ne!(links[0]["id"], link["id"]);
    assert_eq!(links[0]["metadata"]["campaign"], "spring");
    assert_eq!(links[0]["line_items"]["data"][0]["price"]["id"], *new_id);
    assert_eq!(links[0]["line_items"]["data"][0]["quantity"], 2);
    assert_eq!(shop.billctl("catalog plan --exit-code").code, Some(0));
}

#[test]
fn something_is_sellable_under_the_lookup_key_at_every_request() {
    let (shop, emulator) = synced();
    shop.write("billing.toml", EVERYTHING.replace("\"99.00 usd\"", "\"109.00 usd\""));
    let before = emulator.requests().len();
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    let writes: Vec<String> = emulator.requests()[before..]
        .iter()
        .filter(|request| request["method"] == "POST")
        .map(|request| request["path"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(writes[0], "/v1/prices", "the new price comes first: {writes:?}");
    assert!(writes.last().unwrap().starts_with("/v1/prices/price_"), "the old one goes last: {writes:?}");
}

#[test]
fn killed_at_any_request_a_replacement_is_finished_by_the_next_run() {
    let (shop, emulator) = synced();
    let changed = EVERYTHING.replace("\"99.00 usd\"", "\"109.00 usd\"");
    for nth in 1..=6 {
        emulator.reset();
        shop.write("billing.toml", EVERYTHING);
        assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
        shop.write("billing.toml", &changed);
        emulator.fail_on(&format!("POST /v1/*:nth={nth}:stall-after"));
        let mut child = shop.spawn(&["catalog", "sync", "--yes"], std::process::Stdio::null());
        let begun = std::time::Instant::now();
        while child.try_wait().unwrap().is_none() && begun.elapsed() < std::time::Duration::from_millis(700) {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let _ = child.kill();
        shop.finish(child);
        emulator.heal();
        let synced = shop.billctl("catalog sync --yes");
        assert_eq!(synced.code, Some(0), "{synced}");
        assert_eq!(shop.billctl("catalog plan --exit-code").code, Some(0), "killed at write {nth}");
        assert_eq!(inventory(&emulator)["price pro.monthly"], 2, "killed at write {nth}");
        assert_eq!(price(&emulator, "shop_pro_monthly")["unit_amount"], 10900);
    }
}

#[test]
fn a_to_b_to_a_to_b_within_a_day_ends_at_b() {
    let (shop, emulator) = synced();
    for amount in ["109.00", "99.00", "109.00"] {
        shop.write("billing.toml", EVERYTHING.replace("\"99.00 usd\"", &format!("\"{amount} usd\"")));
        let synced = shop.billctl("catalog sync --yes");
        assert_eq!(synced.code, Some(0), "{synced}");
        assert_eq!(shop.billctl("catalog plan --exit-code").code, Some(0), "{amount}");
    }
    assert_eq!(price(&emulator, "shop_pro_monthly")["unit_amount"], 10900);
    assert_eq!(inventory(&emulator)["price pro.monthly"], 4);
    for name in ["One", "Two", "One", "Two"] {
        shop.write("billing.toml", EVERYTHING.replace("name = \"Pro\"", &format!("name = \"{name}\"")));
        assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
        assert_eq!(emulator.get("/v1/products/shop_pro")["name"], name);
    }
}
