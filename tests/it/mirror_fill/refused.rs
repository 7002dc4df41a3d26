//! What can't be read, and what is missing at the end.

use billctl::store::lock::Lock;
use billctl::store::mirror::Mirror;
use serde_json::{Value, json};

use super::row;
use crate::support::{Shop, StandIn};

/// A shop whose account is at the stand-in.
fn shop_at(stripe: &StandIn) -> Shop {
    let mut shop = Shop::new();
    shop.write(
        "billing.toml",
        format!(
            "[project]\nname = \"nexus\"\ndefault_profile = \"test\"\n\n[profiles.test]\nbase_url = \"{}\"\n",
            stripe.base_url
        ),
    );
    shop.set_secret("STRIPE_SECRET_KEY", "sk_test_billctl_backfill_hidden_1");
    shop
}

#[test]
fn a_list_that_the_key_may_not_read_is_told_and_the_others_are_read() {
    let stripe = StandIn::hiding("acct_1Hidden", "/v1/coupons");
    let shop = shop_at(&stripe);
    let filled = shop.billctl("mirror backfill -o json").exits(5).json();
    assert_eq!(row(&filled, "coupon").3, "forbidden");
    assert_eq!(row(&filled, "customer").3, "complete");
    assert_eq!(filled["finished"], true);
    // What is not compared does not agree.
    let verified = shop.billctl("mirror verify -o json").exits(5).json();
    assert_eq!((&verified["different"], &verified["not_compared"]), (&json!(0), &json!(["coupon"])));
}

/// A hundred customers, and then the end of the list, though three older ones are found by their time.
fn cut_short(target: &str) -> Option<Value> {
    const OLDEST: i64 = 1_700_000_000;
    let query = target.strip_prefix("/v1/customers?")?;
    let bound = |name: &str| {
        let (_, rest) = query.split_once(name)?;
        rest.trim_start_matches("=").split('&').next()?.parse::<i64>().ok()
    };
    let until = bound("created[lt]").or(bound("created%5Blt%5D")).unwrap_or(i64::MAX);
    let from = bound("created[gte]").or(bound("created%5Bgte%5D")).unwrap_or(0);
    let newest = if until > OLDEST { OLDEST + 100 } else { OLDEST };
    let count = if until > OLDEST { 100 } else { 3 };
    let object = |at: i64| json!({"id": format!("cus_{at}"), "object": "customer", "created": at});
    let is_there = |at: &i64| *at < until && *at >= from && !query.contains("starting_after");
    let data: Vec<Value> = (newest - count..newest).rev().filter(is_there).map(object).collect();
    let has_more = data.len() == 100;
    Some(json!({"object": "list", "data": data, "has_more": has_more, "url": "/v1/customers"}))
}

#[test]
fn what_a_list_did_not_give_is_missed_where_a_second_look_finds_it() {
    let stripe = StandIn::listing("acct_1Cut", cut_short);
    let shop = shop_at(&stripe);
    let filled = shop.billctl("mirror backfill --kind customer").exits(1);
    assert!(filled.stdout.contains("3 of 103 objects are not in the mirror"), "{filled}");
}

/// A customer who is entitled to two features.
fn entitled(target: &str) -> Option<Value> {
    let list = |data: Value| json!({"object": "list", "data": data, "has_more": false, "url": "/v1/x"});
    let entitlement = |number: u32| {
        json!({"id": format!("ent_{number}"), "object": "entitlements.active_entitlement",
            "feature": format!("feat_{number}"), "livemode": false, "lookup_key": format!("feature{number}")})
    };
    match target.split('?').next()? {
        "/v1/customers" => {
            Some(list(json!([{"id": "cus_1", "object": "customer", "created": 1_700_000_000}])))
        }
        "/v1/entitlements/features" if target.contains("archived=false") => {
            Some(list(json!([{"id": "feat_1", "object": "entitlements.feature", "lookup_key": "feature1"}])))
        }
        "/v1/entitlements/active_entitlements" => Some(list(json!([entitlement(1), entitlement(2)]))),
        _ => None,
    }
}

/// How many entitlements the mirror has after an event told of one, and a backfill was refused a list.
fn entitlements_without(hidden: &'static str) -> Value {
    let stripe = StandIn::hiding_among("acct_1Hidden", hidden, entitled);
    let shop = shop_at(&stripe);
    let summary = json!({"object": "entitlements.active_entitlement_summary", "customer": "cus_1", "livemode": false,
        "entitlements": {"object": "list", "has_more": false, "url": "/v1/x", "data": [
            {"id": "ent_1", "object": "entitlements.active_entitlement", "feature": "feat_1", "livemode": false,
             "lookup_key": "feature1"}]}});
    let event = json!({"id": "evt_1", "object": "event", "created": 1_793_400_000, "livemode": false,
        "type": "entitlements.active_entitlement_summary.updated", "data": {"object": summary}});
    shop.write("told.jsonl", event.to_string());
    shop.billctl("events replay --file told.jsonl --mirror").exits(0);
    let filled = shop.billctl("mirror backfill --per-customer -o json").exits(5).json();
    assert_eq!(filled["gone"], 0, "{filled}");
    let sql = "SELECT count(*) AS entitlements FROM active_entitlements WHERE customer = 'cus_1'";
    shop.run(&["mirror", "query", sql, "-o", "json"], "").exits(0).json()[0]["entitlements"].clone()
}

#[test]
fn what_a_customer_is_entitled_to_stays_where_a_list_is_hidden_and_is_read_where_it_can_be() {
    // Which features there are nobody knows, and so not that there are none.
    assert_eq!(entitlements_without("/v1/entitlements/features"), 2);
    assert_eq!(entitlements_without("/v1/entitlements/active_entitlements"), 1);
}

/// An invoice of which a list shows one line of several.
fn with_more_lines(target: &str) -> Option<Value> {
    let line = json!({"id": "il_1", "object": "line_item", "amount": 100, "currency": "usd"});
    let lines = json!({"object": "list", "data": [line], "has_more": true, "url": "/v1/invoices/in_1/lines"});
    let invoice = json!({"id": "in_1", "object": "invoice", "created": 1_700_000_000, "lines": lines});
    let list = json!({"object": "list", "data": [invoice], "has_more": false, "url": "/v1/invoices"});
    let is_first = target.starts_with("/v1/invoices?") && bounds(target).1.is_some();
    is_first.then_some(list)
}

#[test]
fn an_object_is_kept_of_which_a_list_may_not_be_read_further() {
    let stripe = StandIn::hiding_among("acct_1Hidden", "/v1/invoices/in_1/lines", with_more_lines);
    let shop = shop_at(&stripe);
    let filled = shop.billctl("mirror backfill --kind invoice -o json").exits(0).json();
    assert_eq!(row(&filled, "invoice"), (1, 1, 0, "complete".to_owned()));
    assert!(stripe.requests().contains(&"GET /v1/invoices/in_1/lines".to_owned()));
    let sql = "SELECT invoice, amount FROM invoice_lines";
    let lines = shop.run(&["mirror", "query", sql, "-o", "json"], "").exits(0).json();
    assert_eq!(lines, json!([{"invoice": "in_1", "amount": 100}]));
}

/// The bounds of time in a question for a list.
fn bounds(target: &str) -> (Option<i64>, Option<i64>) {
    let target = target.replace("%5B", "[").replace("%5D", "]");
    let bound = |name: &str| {
        let (_, rest) = target.split_once(&format!("{name}="))?;
        rest.split('&').next()?.parse().ok()
    };
    (bound("created[gte]"), bound("created[lt]"))
}

#[test]
fn a_kind_that_may_not_be_read_holds_up_no_other_that_events_dont_tell() {
    const DAY: i64 = 86_400;
    const NOW: i64 = 1_793_491_200;
    let stripe = StandIn::hiding("acct_1Hidden", "/v1/invoiceitems");
    let mut shop = shop_at(&stripe);
    shop.billctl("mirror backfill").exits(5);
    shop.set("BILLCTL_NOW", "2026-11-03T00:00:00Z");
    shop.billctl("mirror update").exits(5);
    shop.set("BILLCTL_NOW", "2026-11-05T00:00:00Z");
    let before = stripe.asked().len();
    let updated = shop.billctl("mirror update -o json").exits(5).json();
    let asked = stripe.asked().split_off(before);
    // The first time that a list is asked for is for what was there before.
    let asked = |path: &str| bounds(asked.iter().find(|target| target.contains(path)).unwrap());
    // A little before the last time, and of what never was read everything.
    let last = NOW + 2 * DAY - 300;
    assert_eq!(asked("GET /v1/balance_transactions?"), (Some(last), Some(NOW + 4 * DAY)));
    assert_eq!(asked("GET /v1/invoiceitems?"), (None, Some(NOW + 4 * DAY)));
    let forbidden = |row: &&Value| row["status"] == "forbidden";
    let rows: Vec<&Value> = updated["untold"]["kinds"].as_array().unwrap().iter().filter(forbidden).collect();
    assert_eq!(rows.iter().map(|row| &row["kind"]).collect::<Vec<_>>(), ["invoiceitem"]);
}

#[test]
fn for_a_gap_in_the_events_is_read_again_only_what_may_not_be_read() {
    let stripe = StandIn::hiding("acct_1Hidden", "/v1/coupons");
    let shop = shop_at(&stripe);
    shop.billctl("mirror backfill").exits(5);
    let mirror = || Mirror::open(&shop.folder().join(".billctl/test/mirror.db"), true).unwrap();
    mirror().set_cursor("events gap", Some("1790000000..1790100000"), 1_793_491_200).unwrap();
    let lists = |code: i32| {
        let before = stripe.requests().len();
        let updated = shop.billctl("mirror update -o json").exits(code).json();
        assert_ne!(updated["gap"], Value::Null);
        stripe.requests().split_off(before)
    };
    let asked = |requests: &[String], path: &str| requests.contains(&format!("GET {path}"));
    let first = lists(5);
    assert!(asked(&first, "/v1/customers") && asked(&first, "/v1/coupons"), "{first:?}");
    let second = lists(5);
    assert!(!asked(&second, "/v1/customers") && asked(&second, "/v1/coupons"), "{second:?}");
    // What no event tells is read as ever.
    assert!(asked(&second, "/v1/balance_transactions"), "{second:?}");
    assert!(mirror().cursor("events gap").unwrap().is_some());
}

#[test]
fn the_mirror_of_another_account_is_left_alone() {
    let mut shop = Shop::new();
    let mut expect = |account: &str, code: i32| {
        let stripe = StandIn::of_account(account, "Shop");
        shop.write(
            "billing.toml",
            format!(
                "[project]\nname = \"nexus\"\ndefault_profile = \"test\"\n\n[profiles.test]\nbase_url = \"{}\"\n",
                stripe.base_url
            ),
        );
        shop.set_secret("STRIPE_SECRET_KEY", "sk_test_billctl_backfill_other_1");
        shop.billctl("mirror backfill -o json").exits(code)
    };
    expect("acct_1One", 0);
    let refused = expect("acct_1Two", 5).json_error();
    assert_eq!(refused["message"], "The mirror is a copy of acct_1One, and the key opens acct_1Two");
}

#[test]
fn one_process_at_a_time_reads_objects() {
    let shop = Shop::new();
    let held = Lock::take(&shop.folder().join(".billctl/emulator/mirror.lock")).unwrap();
    assert!(held.is_some());
    let refused = shop.billctl("mirror backfill -o json").exits(1).json_error();
    assert_eq!(refused["message"], "Another billctl is filling or checking this mirror");
}

#[test]
fn a_kind_that_nobody_knows_is_told_with_its_neighbours() {
    let shop = Shop::new();
    let check = |kind: &str, hint: &str| {
        let refused = shop.billctl(&format!("mirror backfill --kind {kind} -o json")).exits(2).json_error();
        assert!(refused["hint"].as_str().unwrap().contains(hint), "{refused}");
    };
    check("customers", "Did you mean `customer`?");
    check("checkout_session", "Did you mean `checkout.session`?");
    check("payment_method", "--per-customer");
    check("zzz", "There are: product, price");
}
