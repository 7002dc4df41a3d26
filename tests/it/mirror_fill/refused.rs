//! What can't be read, and what is missing at the end.

use billctl::store::lock::Lock;
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
