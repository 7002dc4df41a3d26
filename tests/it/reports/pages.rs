//! Plans of the mirror, and the report as a page.

use serde_json::json;

use super::{NOW, record};
use crate::support::Shop;

/// u_1 is on pro, u_2 and u_3 on the default plan.
fn nexus() -> Shop {
    let mut shop = Shop::new();
    let root = env!("CARGO_MANIFEST_DIR");
    shop.write("billing.toml", fs_err::read(format!("{root}/fixtures/systems/nexus/billing.toml")).unwrap());
    let emulator = shop.emulator();
    shop.billctl("catalog sync --yes").exits(0);
    let customer = emulator.post(
        "/v1/customers",
        "metadata[userId]=u_1&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa",
    );
    let price = emulator.list("/v1/prices?lookup_keys[]=nexus_pro_monthly")[0]["id"].clone();
    let form =
        format!("customer={}&items[0][price]={}", customer["id"].as_str().unwrap(), price.as_str().unwrap());
    emulator.post("/v1/subscriptions", &form);
    shop.billctl("events pull").exits(0);
    shop.set("BILLCTL_NOW", NOW);
    record(
        &shop,
        &[
            ("u_1", "posts", 30, "2026-11-02T10:00:00Z", None),
            ("u_2", "posts", 6, "2026-11-03T10:00:00Z", None),
            ("u_3", "posts", 4, "2026-11-04T10:00:00Z", None),
            ("u_1", "posts", 20, "2026-10-04T10:00:00Z", None),
        ],
    );
    shop
}

#[test]
fn a_plan_is_the_one_that_its_subjects_have_now() {
    let shop = nexus();
    let line = "report usage --from 2026-11-01 --to 2026-12-01 --by plan -o json";
    let document = shop.billctl(line).exits(0).json();
    let lines: Vec<_> = document["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            (
                line["plan"].clone(),
                line["quantity"].clone(),
                line["share_percent"].clone(),
                line["before"].clone(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (json!("pro"), json!(30), json!(75.0), json!(20)),
            (json!("free"), json!(10), json!(25.0), json!(0)),
        ]
    );
    let free = shop.billctl("report usage --plan free --by day -o json").exits(0).json();
    assert_eq!(free["totals"][0]["quantity"], 10);
    // 6 of 10 a month, and 30 of 500 a period.
    let over = shop.billctl("report usage --over 5 -o json").exits(0).json();
    let told: Vec<_> = over["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["subject"].clone(), line["used_percent"].clone()))
        .collect();
    assert_eq!(told, [(json!("u_2"), json!(60.0)), (json!("u_3"), json!(40.0)), (json!("u_1"), json!(6.0))]);
}

#[test]
fn a_page_tells_what_the_terminal_tells_and_more() {
    let shop = nexus();
    let shown = shop.billctl("report usage --by plan --html usage.html").exits(0);
    assert!(shown.stderr.contains("Wrote usage.html"), "{shown}");
    let page = shop.read("usage.html");
    for text in ["<h1>Usage by plan</h1>", ">75.0 %</td>", "pro: 30", "<caption>posts by day</caption>"] {
        assert!(page.contains(text), "{text} in {page}");
    }
    for outside in ["http:", "https:", "<script", "<link", "@import", "url(", "src="] {
        assert!(!page.contains(outside), "{outside} in {page}");
    }
    // The same input, the same page.
    shop.billctl("report usage --by plan --html again.html").exits(0);
    assert_eq!(shop.read("again.html"), page);
    shop.billctl("report usage --by plan --html dry.html --dry-run").exits(0);
    assert!(!shop.exists("dry.html"));
    shop.billctl("report usage --html nowhere/usage.html").exits(1);
    shop.billctl("report usage --explain --html usage.html").exits(2);
    shop.billctl("report usage --over 5 --html over.html").exits(0);
    assert!(shop.read("over.html").contains("u_2"));
}
