//! Reading everything.

use super::{assert_mirrored, id, in_mirror, live, mirror, row};
use crate::support::Shop;

#[test]
fn everything_that_stripe_has_is_in_the_mirror_whole() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 230);
    let filled = shop.billctl("mirror backfill -o json").exits(0).json();
    assert_mirrored(&shop, &emulator, "backfill");
    assert_eq!(row(&filled, "customer"), (230, 230, 0, "complete".to_owned()));
    assert_eq!(row(&filled, "price"), (6, 6, 0, "complete".to_owned()));
    assert_eq!(row(&filled, "entitlements.feature"), (2, 2, 0, "complete".to_owned()));
    // Listed under its product only.
    assert_eq!(row(&filled, "product_feature"), (1, 1, 0, "complete".to_owned()));
    assert_eq!(
        (&filled["missing"], &filled["finished"], &filled["resumed"]),
        (&0.into(), &true.into(), &false.into())
    );
    assert_eq!(
        filled["not_read"],
        serde_json::json!([
            "payment_method",
            "customer_balance_transaction",
            "entitlements.active_entitlement_summary"
        ])
    );

    // Again, and nothing is there twice.
    shop.billctl("mirror backfill -o json").exits(0);
    assert_mirrored(&shop, &emulator, "again");
}

#[test]
fn an_empty_account_is_an_empty_mirror() {
    let shop = Shop::new();
    let filled = shop.billctl("mirror backfill -o json").exits(0).json();
    assert_eq!((&filled["received"], &filled["missing"]), (&0.into(), &0.into()));
    assert!(in_mirror(&shop).is_empty());
}

#[test]
fn what_was_deleted_since_the_last_backfill_is_marked() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 10);
    shop.billctl("mirror backfill").exits(0);
    let gone = emulator.list("/v1/customers")[4].clone();
    emulator.delete(&format!("/v1/customers/{}", id(&gone)));
    emulator.delete("/v1/coupons/TEN");
    emulator.post("/_emulator/advance", "10");
    let filled = shop.billctl("mirror backfill -o json").exits(0).json();
    assert_eq!((&filled["looked_for"], &filled["gone"]), (&2.into(), &2.into()));
    // What is gone was not received.
    assert_eq!(row(&filled, "customer"), (9, 9, 0, "complete".to_owned()));
    assert_eq!(row(&filled, "coupon"), (0, 0, 0, "complete".to_owned()));
    assert_mirrored(&shop, &emulator, "after deletions");
    let object = mirror(&shop).object("customer", &id(&gone)).unwrap().unwrap();
    assert!(object.deleted);
}

#[test]
fn only_the_kinds_that_were_asked_for_are_read() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 3);
    let filled = shop.billctl("mirror backfill --kind coupon --kind product_feature -o json").exits(0).json();
    let read: Vec<&str> =
        filled["kinds"].as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap()).collect();
    // What features are attached to is read as well, and which features there are.
    assert_eq!(read, ["product", "entitlements.feature", "coupon", "product_feature"]);
    let asked = emulator.requests();
    assert!(!asked.iter().any(|request| request["path"] == "/v1/customers" && request["method"] == "GET"));
}

#[test]
fn a_dry_run_reads_no_list_and_begins_nothing() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let planned = shop.billctl("mirror backfill --dry-run --kind customer -o json").exits(0).json();
    assert_eq!(planned["kinds"], serde_json::json!(["customer", "test_helpers.test_clock"]));
    assert!(emulator.requests().iter().all(|request| request["path"] == "/v1/account"));
    assert_eq!(mirror(&shop).last_fill().unwrap(), None);
}

#[test]
fn a_long_list_is_read_in_several_slices_at_once() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    for number in 0..520 {
        if number % 10 == 0 {
            emulator.post("/_emulator/advance", "345600");
        }
        emulator.post("/v1/customers", &format!("name=Customer+{number}"));
    }
    shop.billctl("mirror backfill --kind customer").exits(0);
    let fill = mirror(&shop).last_fill().unwrap().unwrap();
    let walks = mirror(&shop).fill_walks(&fill).unwrap();
    // Without slices there are three: of customers and of test clocks, and of what came since.
    assert!(walks.all > 3, "{walks:?}");
    assert_eq!((walks.done, walks.objects), (walks.all, 520));
    assert_eq!(in_mirror(&shop).keys().filter(|(kind, _)| kind == "customer").count(), 520);
}

#[test]
fn what_a_test_clock_dates_back_is_not_where_a_list_ends() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let clock = emulator.post("/v1/test_helpers/test_clocks", "frozen_time=1577836800");
    let customer = emulator.post("/v1/customers", &format!("test_clock={}", id(&clock)));
    for number in 0..450 {
        let of = if number % 40 == 0 { format!("&customer={}", id(&customer)) } else { String::new() };
        emulator.post("/v1/payment_intents", &format!("amount=500&currency=usd{of}"));
        if number % 20 == 19 {
            emulator.post("/_emulator/advance", "86400");
        }
    }
    let filled = shop.billctl("mirror backfill -o json").exits(0).json();
    assert_eq!(row(&filled, "payment_intent"), (450, 450, 0, "complete".to_owned()));
    assert_ne!(filled["rechecked"], 0, "{filled}");
}

#[test]
fn the_events_that_stripe_keeps_are_in_the_books_after_the_first_backfill() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    emulator.post("/v1/customers", "name=Ada");
    emulator.post("/_emulator/advance", "86400");
    shop.billctl("mirror backfill").exits(0);
    let kept = |type_: &str| shop.billctl(&format!("events list --type {type_} -o json")).exits(0).json();
    assert_eq!(kept("customer.created").as_array().map(Vec::len), Some(1));
    assert_eq!(shop.billctl("events pull -o json").exits(0).json()["new"], 0);
}

#[test]
fn what_a_customer_is_entitled_to_is_read_to_its_end() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    emulator.post("/v1/products", "id=p&name=P");
    for number in 0..13 {
        let feature =
            emulator.post("/v1/entitlements/features", &format!("name=F&lookup_key=feature{number}"));
        emulator.post("/v1/products/p/features", &format!("entitlement_feature={}", id(&feature)));
    }
    let price =
        emulator.post("/v1/prices", "product=p&currency=usd&unit_amount=900&recurring[interval]=month");
    let customer = id(&emulator.post("/v1/customers", "name=Ada"));
    emulator.post("/v1/customers", "name=Nobody");
    let method = emulator.post("/v1/payment_methods/pm_card_visa/attach", &format!("customer={customer}"));
    let form =
        format!("customer={customer}&items[0][price]={}&default_payment_method={}", id(&price), id(&method));
    emulator.post("/v1/subscriptions", &form);
    emulator.post("/_emulator/advance", "60");
    let sql = "SELECT customer, count(*) AS features FROM active_entitlements GROUP BY customer";
    let entitlements = || shop.run(&["mirror", "query", sql, "-o", "json"], "").exits(0).json();
    let all = serde_json::json!([{"customer": customer, "features": 13}]);
    // The event shows ten of them, and the rest is asked for.
    shop.billctl("mirror update").exits(0);
    assert_eq!(entitlements(), all);
    fs_err::remove_file(shop.folder().join(".billctl/emulator/mirror.db")).unwrap();
    shop.billctl("mirror backfill --per-customer").exits(0);
    assert_eq!(entitlements(), all);
}

#[test]
fn what_events_bring_while_lists_are_read_is_not_taken_for_gone() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let customer = id(&emulator.post("/v1/customers", "name=Ada"));
    emulator.post("/_emulator/advance", "60");
    // The lists under customers and grants are read by then, and one is not.
    emulator.fail_on("GET /v1/billing/meters:delay=2500");
    let filling = shop.spawn(&["mirror", "backfill"], std::process::Stdio::null());
    while !emulator.requests().iter().any(|request| request["path"] == "/v1/billing/credit_grants") {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let form = format!(
        "customer={customer}&amount[type]=monetary&amount[monetary][currency]=usd&amount[monetary][value]=500\
         &applicability_config[scope][price_type]=metered&category=paid"
    );
    emulator.post("/v1/billing/credit_grants", &form);
    shop.billctl("events pull").exits(0);
    let filled = shop.finish(filling);
    assert_eq!(filled.code, Some(0), "{filled}");
    let sql = "SELECT count(*) AS there FROM credit_balance_transactions";
    let there = shop.run(&["mirror", "query", sql, "-o", "json"], "").exits(0).json();
    assert_eq!(there, serde_json::json!([{"there": 1}]), "{filled}");
}

#[test]
fn an_unfinished_backfill_is_not_given_up_for_another_unasked() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 5);
    emulator.fail_on("GET /v1/customers:retry=false:500-before");
    shop.billctl("mirror backfill --per-customer").exits(6);
    emulator.heal();
    let refused = shop.billctl("mirror backfill --kind product").exits(2);
    assert!(refused.stderr.contains("Finish it with `billctl mirror backfill --per-customer`"), "{refused}");
    shop.billctl("mirror backfill --kind product --restart").exits(0);
}
