//! Subscriptions changed, now and later: what was shown is what is then paid.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{DAY, advance, all, customer, nexus, price, subscribed, text, told};
use crate::support::Emulator;

fn invoice(emulator: &Emulator, subscription: &Value) -> Value {
    emulator.get(&format!("/v1/invoices/{}", text(&subscription["latest_invoice"])))
}

#[test]
fn what_the_preview_says_is_what_is_paid() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    advance(&emulator, 10 * DAY);
    let requests = emulator.requests().len();
    let line = "change u_1 --plan business --proration always_invoice";
    let would = told(&shop, &format!("{line} --dry-run"));
    let sent = emulator.requests().split_off(requests);
    let writes = sent.iter().filter(|one| one["method"] != "GET").map(|one| text(&one["path"]));
    assert_eq!(writes.collect::<Vec<_>>(), ["/v1/invoices/create_preview"; 2]);
    // 99.00 × 20 ÷ 30 = 66.00 back; 179.00 × 20 ÷ 30 = 119.33 for the rest.
    let amount = |name: &str| would["preview"][name]["amount"].clone();
    assert_eq!(
        (amount("now"), amount("prorated"), amount("next_invoice")),
        (json!(5333), json!(5333), json!(17900))
    );
    assert_eq!(would["preview"]["next_invoice_at"], "2026-12-01T00:00:00Z");
    assert_snapshot!(shop.billctl(&format!("subscription {line} --yes")), @"
    Changed sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (business): 53.33 USD now, 179.00 USD at 2026-12-01T00:00:00Z
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) becomes business, monthly
    billed now    53.33 USD
    next invoice  179.00 USD at 2026-12-01T00:00:00Z

    line                                              amount
    Unused time on Pro after 11 Nov 2026          -66.00 USD
    Remaining time on Business after 11 Nov 2026  119.33 USD
    [exit 0]
    ");
    assert_eq!(invoice(&emulator, &all(&emulator)[0])["amount_paid"], 5333);
    let shown = shop.billctl("customer show u_1 -o json").exits(0).json();
    assert_eq!(shown["plan"], "business");
    advance(&emulator, 21 * DAY);
    assert_eq!(invoice(&emulator, &all(&emulator)[0])["amount_paid"], 17_900);
}

#[test]
fn without_more_words_the_difference_waits_for_the_renewal() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    advance(&emulator, 10 * DAY);
    let changed = told(&shop, "change u_1 --plan business");
    let preview = &changed["preview"];
    assert_eq!(
        (&preview["now"]["amount"], &preview["prorated"]["amount"], &preview["next_invoice"]["amount"]),
        (&json!(0), &json!(5333), &json!(23_233))
    );
    advance(&emulator, 21 * DAY);
    assert_eq!(invoice(&emulator, &all(&emulator)[0])["amount_paid"], 23_233);
}

#[test]
fn a_downgrade_without_proration_costs_the_new_price_from_the_next_period_on() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    advance(&emulator, 10 * DAY);
    let changed = told(&shop, "change u_1 --plan starter --proration none");
    let preview = &changed["preview"];
    assert_eq!(
        (&preview["prorated"]["amount"], &preview["next_invoice"]["amount"], &changed["plan"]),
        (&json!(0), &json!(4900), &json!("starter"))
    );
    advance(&emulator, 21 * DAY);
    assert_eq!(invoice(&emulator, &all(&emulator)[0])["amount_paid"], 4900);
}

#[test]
fn another_quantity_and_another_interval_are_previewed_alike() {
    let (shop, emulator) = nexus();
    let yearly = "\n[products.pro.prices.yearly]\namount = \"990.00 usd\"\nevery = \"year\"\n";
    shop.write("billing.toml", format!("{}{yearly}", shop.read("billing.toml")));
    shop.billctl("catalog sync --yes").exits(0);
    subscribed(&shop, &emulator, "u_1", "pro");
    advance(&emulator, 15 * DAY);
    let more = told(&shop, "change u_1 --quantity 3 --proration always_invoice");
    assert_eq!(
        (&more["preview"]["now"]["amount"], &more["preview"]["next_invoice"]["amount"]),
        (&json!(9900), &json!(29_700))
    );
    assert_eq!(more["items"][0]["quantity"], 3);
    // Half of three months' money back, and three years begin now.
    let year = told(&shop, "change u_1 --price yearly");
    assert_eq!(
        (&year["preview"]["now"]["amount"], &year["preview"]["next_invoice"]["amount"]),
        (&json!(297_000 - 14_850), &json!(297_000))
    );
    assert_eq!(year["preview"]["next_invoice_at"], "2027-11-16T00:00:00Z");
    assert_eq!(invoice(&emulator, &all(&emulator)[0])["amount_paid"], 297_000 - 14_850);
}

#[test]
fn what_is_so_already_is_not_changed() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    assert_snapshot!(shop.billctl("subscription change u_1 --plan pro --quiet"), @"
    Nothing to change: sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) is so already
    [exit 0]
    ");
}

#[test]
fn of_several_prices_the_one_that_is_named_changes() {
    let (shop, emulator) = nexus();
    let customer = customer(&emulator, "u_1", super::GOOD_CARD);
    let (starter, pro) = (price(&emulator, "nexus_starter_monthly"), price(&emulator, "nexus_pro_monthly"));
    let form = format!("customer={customer}&items[0][price]={starter}&items[1][price]={pro}");
    emulator.post("/v1/subscriptions", &form);
    let charged = || {
        let items = all(&emulator)[0]["items"]["data"].as_array().unwrap().clone();
        let one = |item: &Value| format!("{} × {}", item["quantity"], text(&item["price"]["lookup_key"]));
        let mut charged: Vec<String> = items.iter().map(one).collect();
        charged.sort();
        charged
    };
    let refused = shop.billctl("subscription change u_1 --quantity 3 --yes --quiet").exits(2);
    assert!(refused.stderr.contains("Say which of them changes with `--from-price PRICE`"), "{refused}");
    told(&shop, "change u_1 --quantity 3 --from-price starter.monthly");
    assert_eq!(charged(), ["1 × nexus_pro_monthly", "3 × nexus_starter_monthly"]);
    told(&shop, "change u_1 --plan business --from-price nexus_pro_monthly");
    assert_eq!(charged(), ["1 × nexus_business_monthly", "3 × nexus_starter_monthly"]);
    let unknown =
        shop.billctl("subscription change u_1 --quantity 2 --from-price nexus_pro_monthly --yes --quiet");
    assert!(
        unknown.exits(2).stderr.contains("does not charge the price `nexus_pro_monthly`; nothing was sent")
    );
    // At the end of the period, what is not named stays too.
    told(&shop, &format!("change u_1 --plan pro --from-price {starter} --at-period-end"));
    advance(&emulator, 31 * DAY);
    assert_eq!(charged(), ["1 × nexus_business_monthly", "3 × nexus_pro_monthly"]);
}

#[cfg(unix)]
#[test]
fn what_was_changed_while_somebody_thought_about_the_preview_is_not_changed_by_it() {
    let (shop, emulator) = nexus();
    let made = subscribed(&shop, &emulator, "u_1", "pro");
    let path = format!("/v1/subscriptions/{}", text(&made["id"]));
    for (quantity, more, question) in [(4, " --at-period-end", "Schedule it:"), (5, "", "Change it:")] {
        let meanwhile = || {
            let item = text(&emulator.get(&path)["items"]["data"][0]["id"]);
            emulator.post(&path, &format!("items[0][id]={item}&items[0][quantity]={quantity}"));
        };
        let line = format!("subscription change u_1 --plan business{more}");
        let screen = shop.at_terminal_while(&line, &[(question, "y")], meanwhile);
        assert_eq!(screen.code, Some(1), "{}", screen.text);
        assert!(screen.text.contains("was changed since its preview was made"), "{}", screen.text);
        let now = &all(&emulator)[0];
        let item = &now["items"]["data"][0];
        assert_eq!(
            (&item["quantity"], &item["price"]["lookup_key"], &now["schedule"]),
            (&json!(quantity), &json!("nexus_pro_monthly"), &Value::Null)
        );
    }
}

#[test]
fn nobody_asked_nothing_changed() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    let asked = shop.billctl("subscription change u_1 --plan business -o json").exits(2);
    assert!(asked.stderr.contains("sub_") && asked.stderr.contains("--yes"), "{asked}");
    assert_eq!(told(&shop, "show u_1")["plan"], "pro");
}

#[test]
fn a_payment_that_fails_changes_nothing() {
    let (shop, emulator) = nexus();
    let made = subscribed(&shop, &emulator, "u_1", "pro");
    let id = text(&made["customer"]);
    let card =
        emulator.post(&format!("/v1/payment_methods/{}/attach", super::BAD_CARD), &format!("customer={id}"));
    let form = format!("invoice_settings[default_payment_method]={}", text(&card["id"]));
    emulator.post(&format!("/v1/customers/{id}"), &form);
    let line = "subscription change u_1 --plan business --proration always_invoice --yes -o json";
    let refused = shop.billctl(line).exits(1).json_error();
    assert!(text(&refused["message"]).starts_with("The payment failed; sub_"), "{refused}");
    assert_eq!(all(&emulator)[0]["items"]["data"][0]["price"]["id"], price(&emulator, "nexus_pro_monthly"));
}

#[test]
fn a_change_at_the_end_of_the_period_comes_then_and_once() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    advance(&emulator, 10 * DAY);
    let line = "change u_1 --plan starter --at-period-end";
    let scheduled = told(&shop, line);
    assert_eq!(
        (
            &scheduled["plan"],
            &scheduled["preview"]["now"]["amount"],
            &scheduled["preview"]["next_invoice"]["amount"]
        ),
        (&json!("pro"), &json!(0), &json!(4900))
    );
    assert_eq!(scheduled["scheduled"][0]["at"], "2026-12-01T00:00:00Z");
    assert_eq!(told(&shop, line)["done_before"], true);
    assert_eq!(emulator.list("/v1/subscription_schedules").len(), 1);
    let other = shop.billctl("subscription change u_1 --plan business --at-period-end --quiet").exits(1);
    assert!(other.stderr.contains("has a change scheduled for 2026-12-01T00:00:00Z already"), "{other}");
    advance(&emulator, 21 * DAY);
    shop.billctl("events pull").exits(0);
    let shown = shop.billctl("customer show u_1 -o json").exits(0).json();
    assert_eq!((&shown["plan"], &shown["status"]), (&json!("starter"), &json!("active")));
    assert_eq!(invoice(&emulator, &all(&emulator)[0])["amount_paid"], 4900);
}

#[test]
fn a_change_is_scheduled_shown_and_dropped() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    let filters = vec![(r"price_\w+", "[PRICE]")];
    insta::with_settings!({filters => filters}, {
        assert_snapshot!(shop.billctl("subscription schedule u_1 --plan business --at 2026-11-21 --dry-run --quiet"), @"
        sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) becomes business, monthly at 2026-11-21T00:00:00Z
        billed then    0.00 USD
        set off later  26.67 USD
        next invoice   205.67 USD at 2026-12-01T00:00:00Z

        line                                              amount
        1 × Business (at $179.00 / month)             179.00 USD
        Unused time on Pro after 21 Nov 2026          -33.00 USD
        Remaining time on Business after 21 Nov 2026   59.67 USD
        [exit 0]
        ");
        assert_snapshot!(shop.billctl("subscription schedule u_1 --plan business --at 2026-11-21 --yes --quiet"), @"
        sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) becomes business, monthly at 2026-11-21T00:00:00Z: nothing then, 205.67 USD at 2026-12-01T00:00:00Z
        [stderr]
        sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) becomes business, monthly at 2026-11-21T00:00:00Z
        billed then    0.00 USD
        set off later  26.67 USD
        next invoice   205.67 USD at 2026-12-01T00:00:00Z

        line                                              amount
        1 × Business (at $179.00 / month)             179.00 USD
        Unused time on Pro after 21 Nov 2026          -33.00 USD
        Remaining time on Business after 21 Nov 2026   59.67 USD
        [exit 0]
        ");
        assert_snapshot!(shop.billctl("subscription schedule u_1 --quiet"), @"
        Scheduled for sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro)
        2026-11-21T00:00:00Z  1 × [PRICE]
        [exit 0]
        ");
        assert_snapshot!(shop.billctl("subscription schedule u_1 --drop --quiet"), @"
        Dropped what was scheduled for sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro)
        2026-11-21T00:00:00Z  1 × [PRICE]
        [exit 0]
        ");
        assert_snapshot!(shop.billctl("subscription schedule u_1 --quiet"), @"
        Nothing is scheduled for sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro)
        [exit 0]
        ");
    });
    told(&shop, "schedule u_1 --plan business --at 20d");
    advance(&emulator, 21 * DAY);
    assert_eq!(
        all(&emulator)[0]["items"]["data"][0]["price"]["id"],
        price(&emulator, "nexus_business_monthly")
    );
}

#[test]
fn a_trial_is_not_cut_short_by_a_change_that_is_scheduled() {
    let (shop, emulator) = nexus();
    customer(&emulator, "u_1", super::GOOD_CARD);
    told(&shop, "create u_1 --plan pro --trial-days 7");
    let refused = shop.billctl("subscription schedule u_1 --plan starter --at 3d --yes --quiet").exits(1);
    assert!(refused.stderr.contains("is on trial until 2026-11-08T00:00:00Z"), "{refused}");
    assert_eq!(all(&emulator)[0]["schedule"], Value::Null);
    // At its end, and after it, there is nothing in the way.
    told(&shop, "schedule u_1 --plan starter --at 9d");
    advance(&emulator, 7 * DAY + 2 * 60 * 60);
    assert_eq!(invoice(&emulator, &all(&emulator)[0])["amount_paid"], 9900);
    advance(&emulator, 3 * DAY);
    assert_eq!(all(&emulator)[0]["items"]["data"][0]["price"]["lookup_key"], "nexus_starter_monthly");
}

#[test]
fn a_schedule_that_was_begun_and_cut_off_is_used() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    emulator.fail_on("POST /v1/subscription_schedules/*:500-kept");
    shop.billctl("subscription change u_1 --plan starter --at-period-end --yes").exits(6);
    emulator.heal();
    let scheduled = told(&shop, "change u_1 --plan starter --at-period-end");
    assert_eq!(scheduled["scheduled"][0]["at"], "2026-12-01T00:00:00Z");
    assert_eq!(emulator.list("/v1/subscription_schedules").len(), 1);
}

#[test]
fn a_coupon_holds_in_the_preview_and_through_a_scheduled_change() {
    let (shop, emulator) = nexus();
    emulator.post("/v1/coupons", "id=half&percent_off=50&duration=forever");
    customer(&emulator, "u_1", super::GOOD_CARD);
    told(&shop, "create u_1 --plan pro --coupon half");
    let scheduled = told(&shop, "change u_1 --plan business --at-period-end");
    assert_eq!(scheduled["preview"]["next_invoice"]["amount"], 8950);
    advance(&emulator, 31 * DAY);
    assert_eq!(invoice(&emulator, &all(&emulator)[0])["amount_paid"], 8950);
}
