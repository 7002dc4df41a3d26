//! A subject has one customer, whoever asks for it, from wherever, at the same time.

use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{customer, nexus, text};
use crate::support::{Emulator, Shop};

fn customers(emulator: &Emulator) -> Vec<String> {
    emulator.list("/v1/customers").iter().map(|customer| text(&customer["id"])).collect()
}

fn made(shop: &Shop, line: &str) -> Value {
    shop.billctl(&format!("customer create {line} -o json")).exits(0).json()
}

#[test]
fn a_customer_is_made_once_and_found_after_that() {
    let (shop, emulator) = nexus();
    assert_snapshot!(shop.billctl("customer create u_1 --email ada@example.com --name Ada"), @"
    Made cus_XXXXXXXXXXXXX1 for u_1
    set  email, name
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("customer create u_1 --email other@example.com"), @"
    u_1 is cus_XXXXXXXXXXXXX1 already
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    let customers = emulator.list("/v1/customers");
    assert_eq!(customers.len(), 1);
    assert_eq!(
        (&customers[0]["email"], &customers[0]["metadata"]),
        (&json!("ada@example.com"), &json!({"userId": "u_1", "billctl_project": "nexus"}))
    );
    // It shows at once, before its event was read.
    let shown = shop.billctl("customer show u_1 -o json").exits(0).json();
    assert_eq!((&shown["customer"], &shown["email"]), (&customers[0]["id"], &json!("ada@example.com")));
}

#[test]
fn many_that_start_together_make_one() {
    let (shop, emulator) = nexus();
    let started: Vec<_> =
        (0..6).map(|_| shop.spawn(&["customer", "create", "u_1", "-o", "json"], Stdio::null())).collect();
    let told: Vec<String> =
        started.into_iter().map(|child| text(&shop.finish(child).exits(0).json()["customer"])).collect();
    assert_eq!(customers(&emulator).len(), 1);
    assert!(told.iter().all(|customer| *customer == told[0]), "{told:?}");
}

#[test]
fn two_machines_make_one() {
    let (shop, emulator) = nexus();
    let first = made(&shop, "u_1");
    // Another machine has no books and no mirror, and the same Stripe.
    for file in ["books.db", "mirror.db"] {
        for end in ["", "-wal", "-shm"] {
            let _ = fs_err::remove_file(shop.folder().join(format!(".billctl/emulator/{file}{end}")));
        }
    }
    let second = made(&shop, "u_1");
    assert_eq!((&first["customer"], &second["adopted"]), (&second["customer"], &json!(true)));
    assert_eq!(customers(&emulator).len(), 1);
}

#[test]
fn a_customer_that_stripe_has_already_is_adopted() {
    let (shop, emulator) = nexus();
    let theirs = customer(&emulator, "u_1", "pm_card_visa");
    let found = made(&shop, "u_1");
    assert_eq!((&found["customer"], &found["adopted"]), (&json!(theirs), &json!(true)));
    assert_eq!(customers(&emulator), [theirs]);
}

#[test]
fn one_that_was_deleted_is_made_anew() {
    let (shop, emulator) = nexus();
    let first = made(&shop, "u_1");
    emulator.delete(&format!("/v1/customers/{}", text(&first["customer"])));
    shop.billctl("events pull").exits(0);
    let second = made(&shop, "u_1");
    assert_ne!(first["customer"], second["customer"]);
    assert_eq!(second["created"], true);
    assert_eq!(made(&shop, "u_1")["customer"], second["customer"]);
}

#[test]
fn a_dry_run_makes_nothing() {
    let (shop, emulator) = nexus();
    assert_snapshot!(shop.billctl("customer create u_1 --dry-run"), @"
    Would make the customer of u_1
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_eq!(customers(&emulator), Vec::<String>::new());
}

#[test]
fn a_subject_is_linked_and_unlinked_by_hand() {
    let (shop, emulator) = nexus();
    let theirs = text(&emulator.post("/v1/customers", "name=Ada")["id"]);
    assert_snapshot!(shop.billctl(&format!("customer link u_1 {theirs}")), @"
    Linked u_1 to cus_XXXXXXXXXXXXX1, here and in its metadata
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_eq!(emulator.get(&format!("/v1/customers/{theirs}"))["metadata"], json!({"userId": "u_1"}));
    let shown = shop.billctl("customer show u_1 -o json").exits(0).json();
    assert_eq!(shown["customer"], json!(theirs));
    assert_snapshot!(shop.billctl(&format!("customer link u_2 {theirs}")), @"
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    error: cus_XXXXXXXXXXXXX1 is `u_1` already, and a customer is one subject
    hint: Take that link away first, with `billctl customer unlink u_1`
    [exit 1]
    ");
    assert_snapshot!(shop.billctl("customer unlink u_1"), @"
    Unlinked u_1 from cus_XXXXXXXXXXXXX1, which stays in Stripe
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_eq!(emulator.get(&format!("/v1/customers/{theirs}"))["metadata"], json!({}));
    shop.billctl("customer show u_1").exits(1);
    // What events told before does not bring it back.
    shop.billctl("events pull").exits(0);
    shop.billctl("customer show u_1").exits(1);
    assert_ne!(made(&shop, "u_1")["customer"], json!(theirs));
    shop.billctl("customer show u_1").exits(0);
}

#[test]
fn the_usual_mistakes_are_told_before_anything_is_sent() {
    let (shop, _emulator) = nexus();
    assert_snapshot!(shop.billctl("customer link cus_123 u_1"), @"
    [stderr]
    error: `cus_123` is a customer's id, and a subject is your application's own name for one
    hint: Give the id by which your application knows it, such as u_1
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("customer link u_1 cus_123"), @"
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    error: Stripe has no customer cus_123, or has deleted it; nothing was linked
    hint: Check the id, and that it is of this account and mode: `billctl doctor` says which they are
    [exit 1]
    ");
    assert_snapshot!(shop.billctl("customer create cus_123"), @"
    [stderr]
    error: `cus_123` is a customer's id, and a subject is your application's own name for one
    hint: Give the id by which your application knows it, such as u_1
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("customer unlink nobody"), @"
    [stderr]
    error: `nobody` is linked to no customer
    hint: See who is with `billctl customer list`
    [exit 1]
    ");
}
