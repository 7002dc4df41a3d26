//! Synced, pulled, planned: over HTTP, with the real binary.

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use serde_json::json;

use crate::support::catalogs::{cases, files, to_toml};
use crate::support::{Emulator, Shop, StandIn};
use crate::sync::EVERYTHING;

/// Pulls into a new file, and plans that.
fn pulls_to_nothing(shop: &Shop) -> Result<(), TestCaseError> {
    let _ = fs_err::remove_file(shop.folder().join("pulled.toml"));
    let pulled = shop.billctl("catalog pull --out pulled.toml --include-archived");
    prop_assert_eq!(pulled.code, Some(0), "{}\n{}", pulled, shop.read("billing.toml"));
    prop_assert!(!pulled.stderr.contains("Left out"), "{}", pulled);
    let plan = shop.billctl("catalog plan --exit-code --config pulled.toml");
    prop_assert_eq!(plan.code, Some(0), "{}\n{}", plan, shop.read("pulled.toml"));
    Ok(())
}

fn check(shop: &Shop, emulator: &Emulator, catalog: &str) -> Result<(), TestCaseError> {
    emulator.reset();
    shop.write("billing.toml", catalog);
    let synced = shop.billctl("catalog sync --yes");
    prop_assert_eq!(synced.code, Some(0), "{}", synced);
    pulls_to_nothing(shop)?;
    // The file that was synced says it all already.
    let again = shop.billctl("catalog pull --out billing.toml");
    prop_assert_eq!(again.code, Some(0), "{}", again);
    prop_assert_eq!(shop.read("billing.toml"), catalog);
    Ok(())
}

#[test]
fn whatever_was_synced_is_pulled_as_a_catalog_that_plans_to_nothing() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    check(&shop, &emulator, EVERYTHING).unwrap();
    let outcome = TestRunner::new(cases(16)).run(&files(), |file| check(&shop, &emulator, &to_toml(&file)));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn a_pulled_catalog_reads_as_a_person_would_write_it() {
    let shop = Shop::new();
    let _emulator = shop.emulator();
    shop.write("billing.toml", EVERYTHING);
    shop.billctl("catalog sync --yes").exits(0);
    insta::assert_snapshot!(shop.billctl("catalog pull --include-archived"));
}

#[test]
fn programs_are_told_what_was_written() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    shop.write(
        "billing.toml",
        "[project]\nname = \"shop\"\n[products.pro]\nname = \"Pro\"\n[products.gone]\nname = \"Gone\"\n",
    );
    emulator.post(
        "/v1/products",
        "id=shop_pro&name=Pro+2&metadata[billctl_project]=shop&metadata[billctl_key]=pro",
    );
    emulator.post("/v1/products", "id=prod_QyHrZ2eZvKYlo2&name=By+hand");
    emulator.post("/v1/products", "id=other&name=Other&metadata[billctl_project]=another");
    let json = shop.billctl("catalog pull --out billing.toml -o json").exits(0).json();
    assert_eq!(json["summary"], json!({"added": 1, "changed": 1, "kept": 0, "missing": 1, "left_out": 1}));
    assert_eq!(
        json["resources"],
        json!([
            {"resource": "product", "key": "by_hand", "id": "prod_QyHrZ2eZvKYlo2", "action": "added"},
            {"resource": "product", "key": "pro", "id": "shop_pro", "action": "changed"},
        ])
    );
    assert_eq!(json["missing"], json!([{"resource": "product", "key": "gone"}]));
    assert_eq!(json["left_out"][0]["reason"], "it belongs to project `another`");
    insta::assert_snapshot!(shop.read("billing.toml"), @r#"
    [project]
    name = "shop"
    [products.pro]
    name = "Pro 2"
    [products.gone]
    name = "Gone"

    [products.by_hand]
    stripe_id = "prod_QyHrZ2eZvKYlo2"
    name = "By hand"
    "#);
    insta::assert_snapshot!(shop.billctl("catalog pull --out billing.toml"));
}

#[test]
fn a_folder_is_no_file_to_pull_into() {
    let shop = Shop::new();
    let said = shop.billctl("catalog pull --out .").exits(2);
    assert!(
        said.stderr.ends_with("error: . is a folder\nhint: Name a file in it, like `--out billing.toml`\n"),
        "{said}"
    );
}

#[test]
fn a_dry_run_writes_no_file() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    emulator.post("/v1/products", "name=Pro");
    shop.billctl("catalog pull --out new.toml --project shop --dry-run").exits(0);
    assert!(!shop.exists("new.toml"));
}

#[test]
fn a_file_with_problems_is_left_as_it_is() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    emulator.post("/v1/products", "name=Pro");
    let text = "[project]\nname = \"shop\"\n[products.pro]\nnam = \"Pro\"\n";
    shop.write("billing.toml", text);
    let pulled = shop.billctl("catalog pull --out billing.toml").exits(2);
    assert!(pulled.stderr.contains("`nam`"), "{pulled}");
    assert_eq!(shop.read("billing.toml"), text);
}

#[test]
fn a_project_has_one_name() {
    let shop = Shop::new();
    let _emulator = shop.emulator();
    shop.write("billing.toml", "[project]\nname = \"shop\"\n");
    let pulled = shop.billctl("catalog pull --out billing.toml --project other").exits(2);
    assert!(pulled.stderr.contains("is of the project `shop`"), "{pulled}");
    shop.billctl("catalog pull --out new.toml --project Nexus!").exits(2);
    shop.billctl("catalog pull --out new.toml").exits(0);
    assert!(shop.read("new.toml").contains("name = \"shop\""), "{}", shop.read("new.toml"));
}

#[test]
fn what_a_restricted_key_may_not_read_stays_as_it_is() {
    let stripe = StandIn::hiding("acct_1Shop", "/v1/webhook_endpoints");
    let mut shop = Shop::new();
    shop.set_secret("STRIPE_SECRET_KEY", "rk_test_billctl_0123456789abcdef");
    let text = format!(
        "[project]\nname = \"shop\"\n[profiles.p]\nbase_url = \"{}\"\n[coupons.GONE]\npercent_off = 10\n\
         [webhook_endpoints.app]\nurl = \"https://example.com/a\"\nenabled_events = [\"*\"]\n",
        stripe.base_url
    );
    shop.write("billing.toml", &text);
    let pulled = shop.billctl("catalog pull --out billing.toml --profile p").exits(0);
    assert!(pulled.stderr.contains("may not read webhook endpoints"), "{pulled}");
    assert!(pulled.stderr.contains("Not in Stripe: coupon GONE"), "{pulled}");
    assert!(!pulled.stderr.contains("Not in Stripe: webhook_endpoint"), "{pulled}");
    assert_eq!(shop.read("billing.toml"), text);
}
