//! Money goes back no more than once, and no more than was paid.

use std::process::Stdio;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{DAY, advance, customer, pay, sent, subscribe, system, text};
use crate::support::{Emulator, Shop};

/// A payment of 12.50 USD by u_1.
fn paid() -> (Shop, Emulator, String) {
    let (shop, emulator) = system("parentpilot");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    let payment =
        pay(&emulator, &format!("amount=1250&customer={customer}&payment_method=pm_card_visa&confirm=true"));
    shop.billctl("events pull").exits(0);
    (shop, emulator, payment)
}

fn refunded(shop: &Shop, line: &str) -> Value {
    shop.billctl(&format!("payment refund {line} --reason sorry --yes -o json")).exits(0).json()
}

fn refunds(emulator: &Emulator) -> Vec<i64> {
    emulator.list("/v1/refunds").iter().map(|refund| refund["amount"].as_i64().unwrap()).collect()
}

#[test]
fn all_of_it_goes_back_and_not_a_second_time() {
    let (shop, emulator, payment) = paid();
    // What was fetched in the second of an event is older than the event.
    advance(&emulator, 60);
    let line = format!("payment refund {payment} --reason 'paid twice' --because duplicate --yes");
    assert_snapshot!(shop.billctl(&line), @"
    Refunded 12.50 USD to u_1
    refund  re_XXXXXXXXXXXXXXXXXXXXXXX1 (succeeded)
    of      pi_XXXXXXXXXXXXXXXXXXXXXXX1
    left    0.00 USD can still go back
    why     paid twice
    key     rest
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_snapshot!(shop.billctl(&line), @"
    Refunded before, and not again: 12.50 USD to u_1
    refund  re_XXXXXXXXXXXXXXXXXXXXXXX1 (succeeded)
    of      pi_XXXXXXXXXXXXXXXXXXXXXXX1
    left    0.00 USD can still go back
    why     paid twice
    key     rest
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    let all = emulator.list("/v1/refunds");
    assert_eq!(
        (all.len(), &all[0]["amount"], &all[0]["reason"], &all[0]["metadata"]["billctl_reason"]),
        (1, &json!(1250), &json!("duplicate"), &json!("paid twice"))
    );
    // It shows before its event was read.
    let shown = shop.billctl(&format!("payment show {payment} -o json")).exits(0).json();
    assert_eq!(
        (&shown["refunded"]["amount"], &shown["refunds"][0]["why"]),
        (&json!(1250), &json!("paid twice"))
    );
    let none =
        shop.billctl(&format!("payment refund {payment} --amount 1 --reason x --yes --quiet")).exits(1);
    assert!(none.stderr.contains("All 12.50 USD of"), "{none}");
}

#[test]
fn parts_go_back_each_once_and_another_one_has_a_key_of_its_own() {
    let (shop, emulator, payment) = paid();
    let five = refunded(&shop, &format!("{payment} --amount 5.00"));
    assert_eq!((&five["amount"]["amount"], &five["left"]["amount"]), (&json!(500), &json!(750)));
    let again = refunded(&shop, &format!("{payment} --amount '5 usd'"));
    assert_eq!(
        (&again["id"], &again["refunded_before"], &again["left"]["amount"]),
        (&five["id"], &json!(true), &json!(750))
    );
    refunded(&shop, &format!("{payment} --amount 5.00 --key second"));
    assert_eq!(refunds(&emulator), [500, 500]);
    let other =
        shop.billctl(&format!("payment refund {payment} --amount 1 --key second --reason x --yes --quiet"));
    assert_snapshot!(other, @"
    [stderr]
    error: The key `second` was used before, for a refund of 5.00 USD; nothing was sent
    hint: Use a key of its own for each refund; only a repetition of the same one has the same key
    [exit 2]
    ");
    // The rest.
    assert_eq!(refunded(&shop, &payment)["amount"]["amount"], 250);
}

#[test]
fn more_than_was_paid_is_refused_before_anything_is_sent() {
    let (shop, emulator, payment) = paid();
    let over = |line: &str| {
        shop.billctl(&format!("payment refund {payment} {line} --reason x --yes --quiet"))
            .exits(1)
            .to_string()
    };
    assert_snapshot!(over("--amount 12.51"), @"
    [stderr]
    error: 12.51 USD is more than the 12.50 USD that were paid; nothing was sent
    hint: Leave `--amount` and `--prorated` away to refund all that is left, or name less
    [exit 1]
    ");
    refunded(&shop, &format!("{payment} --amount 10"));
    assert_snapshot!(over("--amount 2.51"), @"
    [stderr]
    error: 2.51 USD is more than the 2.50 USD that are left: 10.00 USD of 12.50 USD have gone back; nothing was sent
    hint: Leave `--amount` and `--prorated` away to refund all that is left, or name less
    [exit 1]
    ");
    shop.billctl(&format!("payment refund {payment} --amount '1 eur' --reason x --yes")).exits(2);
    shop.billctl(&format!("payment refund {payment} --amount 0 --reason x --yes")).exits(2);
    shop.billctl(&format!("payment refund {payment} --amount 1 --prorated --reason x --yes")).exits(2);
    assert_eq!(sent(&emulator, "POST", "/v1/refunds"), 1);
}

#[test]
fn a_refund_says_why_and_asks_first() {
    let (shop, emulator, payment) = paid();
    assert_snapshot!(shop.billctl(&format!("payment refund {payment} --yes")), @"
    [stderr]
    error: A refund needs a reason: it is kept with it in Stripe for whoever looks later
    hint: Say why, with `--reason TEXT`
    [exit 2]
    ");
    assert_snapshot!(shop.billctl(&format!("payment refund {payment} --reason sorry")), @"
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    error: Nobody can be asked here: Refund 12.50 USD of pi_XXXXXXXXXXXXXXXXXXXXXXX1 to u_1?
    hint: Add `--yes` to answer every confirmation with yes, or `--dry-run` to change nothing
    [exit 2]
    ");
    let would = shop
        .billctl(&format!("payment refund {payment} --amount 1 --reason x --dry-run -o json"))
        .exits(0)
        .json();
    assert_eq!(would["request"]["params"]["amount"], 100);
    assert_eq!(sent(&emulator, "POST", "/v1/refunds"), 0);
}

#[test]
fn many_that_refund_at_once_refund_once() {
    let (shop, emulator, payment) = paid();
    let line = ["payment", "refund", &payment, "--amount", "5", "--reason", "sorry", "--yes", "-o", "json"];
    let started: Vec<_> = (0..6).map(|_| shop.spawn(&line, Stdio::null())).collect();
    let told: Vec<Value> = started.into_iter().map(|child| shop.finish(child).exits(0).json()).collect();
    assert_eq!(refunds(&emulator), [500]);
    assert!(told.iter().all(|one| one["id"] == told[0]["id"] && one["left"]["amount"] == 750), "{told:?}");
}

#[test]
fn an_answer_that_is_lost_refunds_once() {
    for fault in ["cut-after", "500-after", "500-kept"] {
        let (shop, emulator, payment) = paid();
        emulator.fail_on(&format!("POST /v1/refunds:{fault}"));
        let lost = shop.billctl(&format!("payment refund {payment} --amount 5 --reason sorry --yes"));
        emulator.heal();
        refunded(&shop, &format!("{payment} --amount 5"));
        assert_eq!(refunds(&emulator), [500], "{fault}: {lost}");
    }
}

#[test]
fn the_share_for_time_to_come_goes_back() {
    let (shop, emulator) = system("nexus");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    subscribe(&emulator, &customer, "nexus_pro_monthly");
    let invoice = text(&emulator.list("/v1/invoices")[0]["id"]);
    let line = format!("payment refund {invoice} --prorated --reason 'left early' --yes");
    // Ten of thirty days are over, by Stripe's clock.
    advance(&emulator, 10 * DAY);
    assert_snapshot!(shop.billctl(&line), @"
    Refunded 66.00 USD to cus_XXXXXXXXXXXXX1
    refund  re_XXXXXXXXXXXXXXXXXXXXXXX1 (succeeded)
    of      pi_XXXXXXXXXXXXXXXXXXXXXXX1
    left    33.00 USD can still go back
    why     left early
    key     prorated
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    advance(&emulator, 10 * DAY);
    let again = shop.billctl(&format!("{line} -o json")).exits(0).json();
    assert_eq!((&again["refunded_before"], &again["amount"]["amount"]), (&json!(true), &json!(6600)));
    assert_eq!(refunds(&emulator), [6600]);
    let over =
        pay(&emulator, &format!("amount=100&customer={customer}&payment_method=pm_card_visa&confirm=true"));
    let said = shop.billctl(&format!("payment refund {over} --prorated --reason x --yes --quiet")).exits(1);
    assert!(said.stderr.contains("can't be prorated: it pays no invoice"), "{said}");
}

#[test]
fn time_that_a_change_of_plan_has_set_off_does_not_go_back() {
    let (shop, emulator) = system("nexus");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    subscribe(&emulator, &customer, "nexus_pro_monthly");
    let invoice = text(&emulator.list("/v1/invoices")[0]["id"]);
    advance(&emulator, 10 * DAY);
    for (proration, plan) in [("create", "business"), ("always_invoice", "starter")] {
        shop.billctl(&format!("subscription change u_1 --plan {plan} --proration {proration} --yes"))
            .exits(0);
        let line = format!("payment refund {invoice} --prorated --reason x --yes --quiet");
        let said = shop.billctl(&line).exits(1);
        assert!(
            said.stderr.contains("a change of the subscription has set off the time that is left"),
            "{said}"
        );
    }
    assert_eq!(refunds(&emulator), Vec::<i64>::new());
}

#[test]
fn the_end_of_a_subscription_and_a_prorated_refund_give_the_same_time_back_once() {
    for refund_first in [true, false] {
        let (shop, emulator) = system("nexus");
        let customer = customer(&emulator, "u_1", "pm_card_visa");
        subscribe(&emulator, &customer, "nexus_pro_monthly");
        let invoice = text(&emulator.list("/v1/invoices")[0]["id"]);
        advance(&emulator, 10 * DAY);
        let refund = format!("payment refund {invoice} --prorated --reason x --yes -o json");
        let cancel = "subscription cancel u_1 --now --refund prorated --yes -o json";
        if refund_first {
            shop.billctl(&refund).exits(0);
            advance(&emulator, DAY);
            assert_eq!(shop.billctl(cancel).exits(0).json()["refund"]["amount"]["amount"], 0);
        } else {
            shop.billctl(cancel).exits(0);
            advance(&emulator, DAY);
            let said = shop.billctl(&refund).exits(0).json();
            assert_eq!((&said["refunded_before"], &said["amount"]["amount"]), (&json!(true), &json!(6600)));
        }
        assert_eq!(refunds(&emulator), [6600], "{refund_first}");
    }
}

#[test]
fn killed_in_the_middle_the_same_call_refunds_once() {
    for fault in ["stall-before", "stall-after"] {
        let (shop, emulator, payment) = paid();
        emulator.fail_on(&format!("POST /v1/refunds:{fault}"));
        let line =
            ["payment", "refund", &payment, "--amount", "1.00", "--reason", "x", "--yes", "-o", "json"];
        let mut child = shop.spawn(&line, Stdio::null());
        while sent(&emulator, "POST", "/v1/refunds") == 0 {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it refunded");
            std::thread::sleep(Duration::from_millis(3));
        }
        child.kill().unwrap();
        shop.finish(child);
        emulator.heal();
        let told = shop.run(&line, "").exits(0).json();
        assert_eq!((&told["amount"]["amount"], &told["status"]), (&json!(100), &json!("succeeded")));
        assert_eq!(told["refunded_before"], fault == "stall-after", "{fault}");
        assert_eq!(refunds(&emulator), [100], "{fault}");
    }
}

#[test]
fn what_was_never_paid_can_not_go_back() {
    let (shop, emulator) = system("parentpilot");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    let refused =
        |id: &str| shop.billctl(&format!("payment refund {id} --reason x --yes --quiet")).exits(1).stderr;
    let open = pay(&emulator, &format!("amount=700&customer={customer}"));
    assert!(refused(&open).contains(&format!("Nobody has paid {open}; nothing was sent")));
    let failed = pay(
        &emulator,
        &format!("amount=700&customer={customer}&payment_method=pm_card_chargeDeclined&confirm=true"),
    );
    assert!(refused(&failed).contains("its last attempt"));
    let held = pay(
        &emulator,
        &format!(
            "amount=700&customer={customer}&payment_method=pm_card_visa&confirm=true&capture_method=manual"
        ),
    );
    assert!(refused(&held).contains("is held, and not taken yet; nothing was sent"));
    assert!(refused("ch_1QyHrZ2eZvKYlo2C").contains("Stripe has no payment ch_1QyHrZ2eZvKYlo2C"));
    shop.billctl("payment refund re_1QyHrZ2eZvKYlo2C --reason x --yes").exits(2);
    assert_eq!(sent(&emulator, "POST", "/v1/refunds"), 0);
}

#[test]
fn a_refund_that_the_bank_sends_back_can_be_made_again() {
    let (shop, emulator) = system("parentpilot");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    let payment = pay(
        &emulator,
        &format!("amount=700&customer={customer}&payment_method=pm_card_refundFail&confirm=true"),
    );
    let first = refunded(&shop, &payment);
    advance(&emulator, DAY);
    let second = refunded(&shop, &payment);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(refunds(&emulator), [700, 700]);
}
