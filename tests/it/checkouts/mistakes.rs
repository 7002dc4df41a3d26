//! What is wrong is told before anything is sent, with what was probably meant.

use insta::assert_snapshot;
use serde_json::json;

use super::{system, text};
use crate::support::Shop;

/// A command that fails, and makes nothing.
#[track_caller]
fn refused(shop: &Shop, line: &str) -> String {
    let said = shop.billctl(&format!("checkout create --quiet {line}"));
    assert_ne!(said.code, Some(0), "{said}");
    said.to_string()
}

#[test]
fn the_usual_mistakes_are_answered_with_what_to_do() {
    let (shop, emulator) = system("communities");
    assert_snapshot!(refused(&shop, "--subject c_1 --plan por"), @"
    [stderr]
    error: The billing file sells no `por`; nothing was sent
    hint: Did you mean `pro`?
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --plan free"), @"
    [stderr]
    error: `free` has no price: it can't be sold; nothing was sent
    hint: It is for whoever has no other plan, and needs no checkout
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --plan pro --price yearly"), @"
    [stderr]
    error: `pro` has no price `yearly`; nothing was sent
    hint: Known prices: `messages`, `monthly`
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --pack pro"), @"
    [stderr]
    error: `pro` is paid again and again: it is no pack
    hint: Sell it with `--plan pro`
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --price communities_pro_montly"), @"
    [stderr]
    error: The billing file has no price with the lookup key `communities_pro_montly`
    hint: Did you mean `communities_pro_monthly`?
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --price price_123"), @"
    [stderr]
    error: Stripe has no price price_123 in this account and mode
    hint: Look at the ids with `billctl catalog sync -o json`, or name the price by its key
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --plan pro --var pulgin=chat"), @"
    [stderr]
    error: `--var pulgin=chat`: the links take no parameter `pulgin`
    hint: Did you mean `plugin`? (`parameters` of [links] names them)
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --plan pro --success-url 'javascript:alert(1)'"), @"
    [stderr]
    error: The address of --success-url can't be made: `javascript:alert(1)` is no web address; nothing was sent
    hint: It has to begin with https:// or http://; look at what the template begins with
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --plan pro --cancel-url '{parent_app}/x'"), @"
    [stderr]
    error: The address of --cancel-url can't be made: there is no variable `{parent_app}`; nothing was sent
    hint: Did you mean `parent_app_url`?
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --plan pro --currency eur"), @"
    [stderr]
    error: The price `pro.monthly` has no amount in eur; nothing was sent
    hint: It has one in usd; further ones go into its `currency_options`
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --amount 12.50"), @"
    [stderr]
    error: `--amount 12.50`: it names no currency
    hint: Write it like '12.50 usd'
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --amount '12.505 usd'"), @"
    [stderr]
    error: `--amount 12.505 usd`: usd has 2 decimals, not 3
    hint: Write it like '12.50 usd'
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --plan pro --expires 2d"), @"
    [stderr]
    error: invalid value '2d' for '--expires <DURATION>': `2d` is no duration from 30m to 24h

    For more information, try '--help'.
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1 --plan pro --promotion-code NONE"), @"
    [stderr]
    error: Stripe has no active promotion code `NONE`; nothing was sent
    hint: Check its spelling, or see with `billctl catalog plan` whether it is in Stripe
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, "--subject c_1"), @"
    [stderr]
    error: the following required arguments were not provided:
      --price <PRICE>

    Usage: billctl checkout create --subject <SUBJECT> --quiet --price <PRICE>

    For more information, try '--help'.
    [exit 2]
    ");
    assert_eq!(emulator.list("/v1/customers").len(), 0);
    assert_eq!(emulator.list("/v1/checkout/sessions").len(), 0);
}

#[test]
fn a_price_that_stripe_has_archived_is_not_sold() {
    let (shop, emulator) = system("localboxs");
    let price = text(&emulator.list("/v1/prices?lookup_keys[]=localboxs_credits_500_once")[0]["id"]);
    emulator.post(&format!("/v1/prices/{price}"), "active=false");
    let said = refused(&shop, "--subject u_1 --pack credits_500");
    assert!(said.contains("is archived in Stripe; nothing was sent"), "{said}");
    assert!(refused(&shop, &format!("--subject u_1 --price {price}")).contains("is archived in Stripe"));
}

#[test]
fn a_catalog_that_was_never_synced_says_so() {
    let shop = Shop::new();
    let root = env!("CARGO_MANIFEST_DIR");
    shop.write("billing.toml", fs_err::read(format!("{root}/fixtures/systems/nexus/billing.toml")).unwrap());
    assert_snapshot!(refused(&shop, "--subject u_1 --plan pro"), @"
    [stderr]
    error: Stripe has no price `pro.monthly` yet: nothing there has the lookup key `nexus_pro_monthly`
    hint: Run `billctl catalog sync` first
    [exit 1]
    ");
}

#[test]
fn a_customer_that_was_deleted_meanwhile_is_told_with_the_way_on() {
    let (shop, emulator) = system("nexus");
    let made = shop.billctl("customer create u_1 -o json").exits(0).json();
    let first = text(&made["customer"]);
    emulator.delete(&format!("/v1/customers/{first}"));
    let said = refused(&shop, "--subject u_1 --plan pro");
    assert!(said.contains("Stripe has no longer the customer of `u_1`"), "{said}");
    shop.billctl("events pull").exits(0);
    let made = shop.billctl("checkout create --subject u_1 --plan pro -o json").exits(0).json();
    assert_ne!(made["customer"], json!(first));
}

#[test]
fn a_refused_check_has_its_answer_whatever_becomes_of_the_link() {
    let (shop, emulator) = system("communities");
    shop.billctl("usage record c_1 ai_chat_message --quantity 50 --key first").exits(0);
    let said = shop.billctl("usage check c_1 ai_chat_message --checkout=por -o json").exits(4);
    assert_eq!((&said.json()["allowed"], &said.json()["link"]), (&json!(false), &json!(null)));
    assert!(said.stderr.contains("no link could be made: The billing file sells no `por`"), "{said}");
    assert!(said.stderr.contains("Did you mean `pro`?"), "{said}");
    let plain = shop.billctl("usage check c_1 ai_chat_message -o json").exits(4).json();
    assert_eq!(plain.get("link"), None);
    let allowed = shop.billctl("usage check c_2 ai_chat_message --checkout -o json").exits(0).json();
    assert_eq!(allowed.get("link"), None);
    assert_eq!(emulator.list("/v1/checkout/sessions").len(), 0);
}

#[test]
fn nobody_says_in_metadata_what_billctl_says_there() {
    let (shop, _emulator) = system("localboxs");
    for name in ["billctl_credits=1000000", "billctl_subject=u_2"] {
        let line = format!("checkout create --subject u_1 --amount '0.50 usd' --metadata {name}");
        let refused = shop.billctl(&line).exits(2);
        assert!(refused.stderr.contains("is set by billctl"), "{refused}");
    }
    for line in [
        "subscription create u_1 --plan pro --metadata billctl_project=other",
        "subscription create u_1 --plan pro --metadata userId=u_2",
        "payment-link create --amount '0.50 usd' --metadata billctl_credits=1000000",
        "customer create u_1 --metadata userId=u_2",
    ] {
        let refused = shop.billctl(line).exits(2);
        assert!(refused.stderr.contains("is set by billctl"), "{line}: {refused}");
    }
}
