//! What can't be read, and what is missing at the end.

use billctl::store::lock::Lock;

use super::row;
use crate::support::{Shop, StandIn};

#[test]
fn a_list_that_the_key_may_not_read_is_told_and_the_others_are_read() {
    let mut shop = Shop::new();
    let stripe = StandIn::hiding("acct_1Hidden", "/v1/coupons");
    shop.write(
        "billing.toml",
        format!(
            "[project]\nname = \"nexus\"\ndefault_profile = \"test\"\n\n[profiles.test]\nbase_url = \"{}\"\n",
            stripe.base_url
        ),
    );
    shop.set_secret("STRIPE_SECRET_KEY", "sk_test_billctl_backfill_hidden_1");
    let filled = shop.billctl("mirror backfill -o json").exits(5).json();
    assert_eq!(row(&filled, "coupon").3, "forbidden");
    assert_eq!(row(&filled, "customer").3, "complete");
    assert_eq!(filled["finished"], true);
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
