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

const TWO_PRICES: &str = r#"
[project]
name = "shop"
[products.pro]
name = "Pro"
prices.monthly = { amount = "99.00 usd", every = "month", lookup_key = "m" }
prices.yearly = { amount = "990.00 usd", every = "year", lookup_key = "y" }
"#;

fn two_prices(more: &str) -> (Shop, Emulator, [String; 2]) {
    let shop = Shop::new();
    shop.write("billing.toml", format!("{TWO_PRICES}{more}"));
    let emulator = shop.emulator();
    let synced = shop.billctl("catalog sync --yes");
    assert_eq!(synced.code, Some(0), "{synced}");
    let ids = ["m", "y"].map(|key| price(&emulator, key)["id"].as_str().unwrap().to_owned());
    (shop, emulator, ids)
}

#[test]
fn what_sells_two_replaced_prices_is_moved_once_to_both_new_ones() {
    let (shop, emulator, [monthly, yearly]) = two_prices("");
    emulator.post(
        "/v1/payment_links",
        &format!(
            "line_items[0][price]={monthly}&line_items[0][quantity]=1&\
             line_items[1][price]={yearly}&line_items[1][quantity]=1"
        ),
    );
    emulator.post(
        "/v1/billing_portal/configurations",
        &format!(
            "features[subscription_update][enabled]=true&\
             features[subscription_update][default_allowed_updates][0]=price&\
             features[subscription_update][products][0][product]=shop_pro&\
             features[subscription_update][products][0][prices][0]={monthly}&\
             features[subscription_update][products][0][prices][1]={yearly}"
        ),
    );
    shop.write("billing.toml", TWO_PRICES.replace("99.00", "109.00").replace("990.00", "1090.00"));
    let synced = shop.billctl("catalog sync --yes");
    assert_eq!(synced.code, Some(0), "{synced}");

    let mut new = ["m", "y"].map(|key| price(&emulator, key)["id"].as_str().unwrap().to_owned());
    new.sort();
    let links = emulator.list("/v1/payment_links?active=true&expand[]=data.line_items");
    assert_eq!(links.len(), 1, "{links:#?}");
    let items = links[0]["line_items"]["data"].as_array().unwrap().iter();
    let mut sold: Vec<&str> = items.map(|item| item["price"]["id"].as_str().unwrap()).collect();
    sold.sort_unstable();
    assert_eq!(sold, new);
    let portals = emulator
        .list("/v1/billing_portal/configurations?expand[]=data.features.subscription_update.products");
    let offered = portals[0]["features"]["subscription_update"]["products"][0]["prices"].as_array().unwrap();
    let mut offered: Vec<&str> = offered.iter().map(|id| id.as_str().unwrap()).collect();
    offered.sort_unstable();
    assert_eq!(offered, new);
}

#[test]
fn a_link_that_sells_many_things_goes_on_selling_all_of_them() {
    let (shop, emulator, [monthly, _]) = two_prices("");
    let mut items = Vec::new();
    for amount in 1..=11 {
        let form = format!("product=shop_pro&currency=usd&unit_amount={amount}00&recurring[interval]=month");
        items.push(emulator.post("/v1/prices", &form)["id"].as_str().unwrap().to_owned());
    }
    // Behind the ten that Stripe shows with the link itself.
    items.push(monthly);
    let lines = items.iter().enumerate();
    let form =
        lines.map(|(at, price)| format!("line_items[{at}][price]={price}&line_items[{at}][quantity]=1"));
    emulator.post("/v1/payment_links", &form.collect::<Vec<_>>().join("&"));
    shop.write("billing.toml", TWO_PRICES.replace("99.00", "109.00"));
    shop.billctl("catalog sync --yes").exits(0);

    let links = emulator.list("/v1/payment_links?active=true");
    assert_eq!(links.len(), 1, "{links:#?}");
    let path = format!("/v1/payment_links/{}/line_items", links[0]["id"].as_str().unwrap());
    let sold = emulator.list(&path);
    let sold: Vec<&str> = sold.iter().map(|item| item["price"]["id"].as_str().unwrap()).collect();
    items.pop();
    let new = price(&emulator, "m")["id"].as_str().unwrap().to_owned();
    items.push(new);
    assert_eq!(sold, items);
}

#[test]
fn a_target_leaves_no_portal_of_the_catalog_on_the_archived_price() {
    let portal =
        "[portals.main.subscription_update]\nallow = [\"price\"]\nproducts = { pro = [\"monthly\"] }\n";
    let (shop, emulator, [old, _]) = two_prices(portal);
    shop.write("billing.toml", format!("{TWO_PRICES}{portal}").replace("99.00", "109.00"));
    let synced = shop.billctl("catalog sync --yes --target pro.monthly");
    assert_eq!(synced.code, Some(0), "{synced}");
    let portals = emulator
        .list("/v1/billing_portal/configurations?expand[]=data.features.subscription_update.products");
    assert!(!portals[0].to_string().contains(&old), "{:#}", portals[0]);
    assert_eq!(shop.billctl("catalog plan --exit-code").code, Some(0));
}

#[test]
fn a_price_moves_to_another_product_and_is_no_longer_the_first_ones_default() {
    let (shop, emulator, [old, _]) = two_prices("");
    emulator.post("/v1/products/shop_pro", &format!("default_price={old}"));
    let monthly = "prices.monthly = { amount = \"99.00 usd\", every = \"month\", lookup_key = \"m\" }\n";
    let moved = format!("{}[products.plus]\nname = \"Plus\"\n{monthly}", TWO_PRICES.replace(monthly, ""));
    shop.write("billing.toml", moved);
    let synced = shop.billctl("catalog sync --yes");
    assert_eq!(synced.code, Some(0), "{synced}");
    assert_eq!(price(&emulator, "m")["product"], "shop_plus");
    assert_eq!(emulator.get("/v1/products/shop_pro")["default_price"], Value::Null);
    assert_eq!(emulator.get(&format!("/v1/prices/{old}"))["active"], false);
    assert_eq!(shop.billctl("catalog plan --exit-code").code, Some(0));
}

#[test]
fn an_archived_price_with_a_stripe_id_is_replaced_once() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    emulator.post("/v1/products", "id=pro&name=Pro");
    let old = emulator.post("/v1/prices", "product=pro&currency=usd&unit_amount=100");
    let id = old["id"].as_str().unwrap();
    shop.write(
        "billing.toml",
        format!(
            "[project]\nname = \"shop\"\n[products.pro]\nname = \"Pro\"\nstripe_id = \"pro\"\n\
             prices.old = {{ stripe_id = \"{id}\", amount = \"2.00 usd\", active = false }}\n"
        ),
    );
    let synced = shop.billctl("catalog sync --yes");
    assert_eq!(synced.code, Some(0), "{synced}");
    let plan = shop.billctl("catalog plan --exit-code");
    assert_eq!(plan.code, Some(0), "{plan}");
}

#[test]
fn tax_behaviour_that_was_set_by_hand_replaces_nothing() {
    let eur = "every = \"month\", currency_options = { eur = { amount = \"90.00 eur\" } }";
    let catalog = TWO_PRICES.replace("every = \"month\"", eur);
    let shop = Shop::new();
    shop.write("billing.toml", catalog);
    let emulator = shop.emulator();
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    let id = price(&emulator, "m")["id"].as_str().unwrap().to_owned();
    let form = "tax_behavior=exclusive&currency_options[eur][tax_behavior]=exclusive";
    emulator.post(&format!("/v1/prices/{id}"), form);
    let plan = shop.billctl("catalog plan --exit-code");
    assert_eq!(plan.code, Some(0), "{plan}");
}

#[test]
fn a_replacement_that_was_rolled_back_by_hand_is_made_again() {
    let (shop, emulator, [old, _]) = two_prices("");
    shop.write("billing.toml", TWO_PRICES.replace("99.00", "109.00"));
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    let undone = price(&emulator, "m")["id"].as_str().unwrap().to_owned();
    emulator.post(&format!("/v1/prices/{old}"), "active=true&lookup_key=m&transfer_lookup_key=true");
    emulator.post(&format!("/v1/prices/{undone}"), "active=false");
    let synced = shop.billctl("catalog sync --yes");
    assert_eq!(synced.code, Some(0), "{synced}");
    let made = price(&emulator, "m");
    assert_eq!(made["unit_amount"], 10900);
    assert_ne!(made["id"], *undone);
    assert_eq!(shop.billctl("catalog plan --exit-code").code, Some(0));
}

#[test]
fn an_amount_in_another_currency_is_replaced_and_a_further_currency_added() {
    let with = |options: &str| {
        let every = format!("every = \"month\", currency_options = {{ {options} }}");
        TWO_PRICES.replace("every = \"month\"", &every)
    };
    let shop = Shop::new();
    shop.write("billing.toml", with("eur = { amount = \"90.00 eur\" }"));
    let emulator = shop.emulator();
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    let first = price(&emulator, "m")["id"].clone();
    shop.write("billing.toml", with("eur = { amount = \"90.00 eur\" }, gbp = { amount = \"80.00 gbp\" }"));
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    assert_eq!(price(&emulator, "m")["id"], first);
    shop.write("billing.toml", with("eur = { amount = \"91.00 eur\" }, gbp = { amount = \"80.00 gbp\" }"));
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    assert_ne!(price(&emulator, "m")["id"], first);
    let old = emulator.get(&format!("/v1/prices/{}?expand[]=currency_options", first.as_str().unwrap()));
    assert_eq!(old["currency_options"]["eur"]["unit_amount"], 9000);
}

#[test]
fn a_meter_made_anew_takes_its_prices_along() {
    let catalog = "[project]\nname = \"shop\"\n[meters.calls]\n[products.api]\nname = \"API\"\n\
                   prices.call = { amount = \"0.01 usd\", every = \"month\", meter = \"calls\" }\n";
    let shop = Shop::new();
    shop.write("billing.toml", catalog);
    let emulator = shop.emulator();
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    let old = emulator.list("/v1/billing/meters")[0]["id"].as_str().unwrap().to_owned();
    emulator.post(&format!("/v1/billing/meters/{old}/deactivate"), "");
    shop.write("billing.toml", catalog.replace("[meters.calls]", "[meters.calls]\naggregation = \"count\""));
    let synced = shop.billctl("catalog sync --yes");
    assert_eq!(synced.code, Some(0), "{synced}");
    assert_ne!(price(&emulator, "shop_api_call")["recurring"]["meter"], *old);
    assert_eq!(shop.billctl("catalog plan --exit-code").code, Some(0));
}
