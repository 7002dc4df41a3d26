//! What a checkout sells, to whom, and how often.

use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::json;

use super::{checkout, session, system, text};

#[test]
fn the_form_that_scripts_use() {
    let (shop, emulator) = system("nexus");
    let made = checkout(&shop, "--subject u_1 --plan pro");
    assert!(text(&made["id"]).starts_with("cs_"));
    assert!(text(&made["url"]).starts_with("http"));
    assert_eq!((&made["mode"], &made["subject"]), (&json!("subscription"), &json!("u_1")));
    let session = session(&emulator, &made);
    assert_eq!(
        (&session["customer"], &session["client_reference_id"], &session["metadata"]),
        (
            &made["customer"],
            &json!("u_1"),
            &json!({"userId": "u_1", "billctl_project": "nexus", "billctl_product": "pro"})
        )
    );
}

#[test]
fn a_person_is_given_the_link_first() {
    let (shop, _emulator) = system("nexus");
    let filters = vec![(r"https?://\S+", "[LINK]")];
    let shown = shop.billctl("checkout create --subject u_1 --plan pro");
    insta::with_settings!({filters => filters}, { assert_snapshot!(shown, @"
    [LINK]
    session     cs_test_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX1
    customer    cus_XXXXXXXXXXXXX1 (u_1)
    for         pro, monthly
    to pay      99.00 USD
    good until  2026-11-02T00:00:00Z
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ") });
    let code = shop.billctl("checkout create --subject u_1 --plan pro --qr --quiet");
    assert!(code.stderr.contains('█') && !code.stdout.contains('█'), "{code}");
}

#[test]
fn checkouts_that_start_together_have_one_customer() {
    let (shop, emulator) = system("communities");
    let line = ["checkout", "create", "--subject", "c_1", "--plan", "pro", "-o", "json"];
    let started: Vec<_> = (0..5).map(|_| shop.spawn(&line, Stdio::null())).collect();
    let made: Vec<_> = started.into_iter().map(|child| shop.finish(child).exits(0).json()).collect();
    assert_eq!(emulator.list("/v1/customers").len(), 1);
    assert!(made.iter().all(|one| one["customer"] == made[0]["customer"]), "{made:?}");
    assert_eq!(emulator.list("/v1/checkout/sessions").len(), 5);
}

#[test]
fn a_metered_price_of_the_plan_is_billed_with_it() {
    let (shop, emulator) = system("communities");
    let made = checkout(&shop, "--subject c_1 --plan pro");
    let lines = emulator.list(&format!("/v1/checkout/sessions/{}/line_items", text(&made["id"])));
    let keys: Vec<_> = lines.iter().map(|line| text(&line["price"]["lookup_key"])).collect();
    assert_eq!(keys, ["communities_pro_monthly", "communities_pro_messages"]);
}

#[test]
fn a_trial_comes_from_the_billing_file_unless_it_is_said_otherwise() {
    let (shop, emulator) = system("founder");
    let pay = |line: &str| {
        let made = checkout(&shop, line);
        shop.billctl(&format!("emulator pay {} --card 4242424242424242", text(&made["id"]))).exits(0);
        let session = session(&emulator, &made);
        text(&emulator.get(&format!("/v1/subscriptions/{}", text(&session["subscription"])))["status"])
    };
    assert_eq!(pay("--subject u_1 --plan founder"), "trialing");
    assert_eq!(pay("--subject u_2 --price founder_empire_monthly --trial-days 0"), "active");
}

#[test]
fn a_pack_says_how_many_credits_it_buys() {
    let (shop, emulator) = system("localboxs");
    let made = checkout(&shop, "--subject u_1 --pack credits_1000 --quantity 3");
    let session = session(&emulator, &made);
    assert_eq!((&session["mode"], &session["amount_total"]), (&json!("payment"), &json!(300)));
    assert_eq!(session["metadata"]["billctl_credits"], "3000");
    assert_eq!(made["amount"], json!({"amount": 300, "currency": "usd", "display": "3.00 USD"}));
}

#[test]
fn an_amount_is_paid_once_for_what_it_says() {
    let (shop, emulator) = system("parentpilot");
    let made = checkout(&shop, "--subject u_1 --amount '12.50 usd' --for 'Two hours'");
    let lines = emulator.list(&format!("/v1/checkout/sessions/{}/line_items", text(&made["id"])));
    assert_eq!((&lines[0]["description"], &lines[0]["amount_total"]), (&json!("Two hours"), &json!(1250)));
    assert_eq!(session(&emulator, &made)["metadata"]["billctl_credits"], "0");
}

#[test]
fn the_same_call_with_the_same_key_makes_one_session() {
    let (mut shop, emulator) = system("nexus");
    let first = checkout(&shop, "--subject u_1 --plan pro --key order-7 --expires 2h");
    shop.set("BILLCTL_NOW", "2026-11-01T00:10:00Z");
    let again = checkout(&shop, "--subject u_1 --plan pro --key order-7 --expires 2h");
    assert_eq!((&first["id"], &again["made_before"]), (&again["id"], &json!(true)));
    assert_eq!(emulator.list("/v1/checkout/sessions").len(), 1);
    assert_snapshot!(shop.billctl("checkout create --subject u_1 --plan starter --key order-7"), @"
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    error: The key `order-7` was used before, for another checkout; nothing was sent
    hint: Use a key of its own for each checkout; only a repetition of the same one has the same key
    [exit 2]
    ");
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again_under_the_same_key() {
    let (shop, emulator) = system("nexus");
    shop.billctl("customer create u_1").exits(0);
    emulator.fail_on("POST /v1/checkout/sessions:cut-after");
    let lost = shop.billctl("checkout create --subject u_1 --plan pro --key order-7");
    assert_ne!(lost.code, Some(0), "{lost}");
    emulator.heal();
    let made = checkout(&shop, "--subject u_1 --plan pro --key order-7");
    assert_eq!(made["made_before"], true);
    assert_eq!(emulator.list("/v1/checkout/sessions").len(), 1);
}

#[test]
fn a_subject_starts_no_more_checkouts_a_minute_than_the_policy_allows() {
    let (mut shop, emulator) = system("localboxs");
    for _ in 0..5 {
        checkout(&shop, "--subject u_1 --plan pro");
    }
    assert_snapshot!(shop.billctl("checkout create --subject u_1 --plan pro"), @"
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    error: `u_1` has started 5 checkouts within a minute, as many as the policy allows
    hint: Try again at 2026-11-01T00:01:00Z, or raise `checkouts_per_minute` in [policy]
    [exit 5]
    ");
    checkout(&shop, "--subject u_2 --plan pro");
    shop.set("BILLCTL_NOW", "2026-11-01T00:01:00Z");
    checkout(&shop, "--subject u_1 --plan pro");
    assert_eq!(emulator.list("/v1/checkout/sessions").len(), 7);
}

#[test]
fn the_limit_is_shared_by_all_processes() {
    let (shop, emulator) = system("localboxs");
    let line = ["checkout", "create", "--subject", "u_1", "--plan", "pro", "-o", "json"];
    let started: Vec<_> = (0..8).map(|_| shop.spawn(&line, Stdio::null())).collect();
    let codes: Vec<_> = started.into_iter().map(|child| shop.finish(child).code.unwrap()).collect();
    let count = |wanted: i32| codes.iter().filter(|code| **code == wanted).count();
    assert_eq!((count(0), count(5)), (5, 3), "{codes:?}");
    assert_eq!(emulator.list("/v1/checkout/sessions").len(), 5);
}

#[test]
fn a_dry_run_shows_the_request_and_sends_nothing() {
    let (shop, emulator) = system("nexus");
    let would = shop.billctl("checkout create --subject u_1 --plan pro --dry-run -o json").exits(0).json();
    assert_eq!(would["request"]["params"]["mode"], "subscription");
    assert_eq!(emulator.list("/v1/customers").len(), 0);
    assert_eq!(emulator.list("/v1/checkout/sessions").len(), 0);
}

#[test]
fn sessions_are_listed_shown_and_closed() {
    let (shop, emulator) = system("nexus");
    let paid = checkout(&shop, "--subject u_1 --plan pro");
    let open = checkout(&shop, "--subject u_2 --plan starter");
    let (paid, open) = (text(&paid["id"]), text(&open["id"]));
    shop.billctl(&format!("emulator pay {paid} --card 4242424242424242")).exits(0);
    let ids = |line: &str| -> Vec<String> {
        let listed = shop.billctl(&format!("checkout list {line} -o json")).exits(0).json();
        listed.as_array().unwrap().iter().map(|one| text(&one["id"])).collect()
    };
    assert_eq!(ids("").len(), 2);
    assert_eq!(ids("--status open"), [open.as_str()]);
    assert_eq!(ids("--subject u_1"), [paid.as_str()]);
    let shown = shop.billctl(&format!("checkout show {paid} -o json")).exits(0).json();
    assert_eq!(
        (&shown["status"], &shown["lines"][0]["lookup_key"], &shown["subscription_status"]),
        (&json!("complete"), &json!("nexus_pro_monthly"), &json!("active"))
    );
    shop.billctl(&format!("checkout expire {paid}")).exits(1);
    shop.billctl(&format!("checkout expire {open}")).exits(0);
    assert_eq!(emulator.get(&format!("/v1/checkout/sessions/{open}"))["status"], "expired");
    let filters = vec![(r"https?://\S+", "[LINK]")];
    let shown = shop.billctl(&format!("checkout show {open}"));
    insta::with_settings!({filters => filters}, { assert_snapshot!(shown, @"
    session   cs_test_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX1
    subject   u_2
    customer  cus_XXXXXXXXXXXXX1
    status    expired: nobody paid in time
    payment   unpaid
    to pay    49.00 USD
    created   2026-11-01T00:00:00Z
    success   [LINK]
    cancel    [LINK]

    what     price                  how many     amount
    Starter  nexus_starter_monthly         1  49.00 USD
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ") });
}
