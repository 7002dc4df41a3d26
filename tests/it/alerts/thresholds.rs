//! Each threshold, crossed and not.

use insta::assert_snapshot;
use serde_json::json;

use crate::reports::till::{Till, charge, ended, event, failed, subscription};
use crate::support::Shop;

fn file(alerts: &str) -> String {
    format!("[project]\nname = \"shop\"\n{alerts}\n")
}

#[test]
fn payments_that_fail_in_a_row_cross_it_until_one_succeeds() {
    let mut till = Till::new();
    till.shop.write("billing.toml", file("[alerts.cards]\nfailed_payments = 3"));
    till.fetch(&[
        charge("ch_0", "2026-11-10T00:00:00Z", 4_900, "usd"),
        failed("ch_1", "2026-11-11T00:00:00Z", "expired_card"),
        failed("ch_2", "2026-11-12T00:00:00Z", "expired_card"),
    ]);
    till.shop.billctl("alerts check").exits(0);
    till.fetch(&[failed("ch_3", "2026-11-13T00:00:00Z", "do_not_honor")]);
    assert_snapshot!(till.shop.billctl("alerts check"), @"
    cards: crossed, 3 payments failed in a row
    at                    charge     amount  code
    2026-11-13T00:00:00Z  ch_3    49.00 USD  do_not_honor
    2026-11-12T00:00:00Z  ch_2    49.00 USD  expired_card
    2026-11-11T00:00:00Z  ch_1    49.00 USD  expired_card
    [exit 3]
    ");
    till.fetch(&[charge("ch_4", "2026-11-14T00:00:00Z", 4_900, "usd")]);
    till.shop.billctl("alerts check").exits(0);
}

#[test]
fn subscriptions_that_end_cross_it_for_as_long_as_they_are_counted() {
    let mut till = Till::new();
    till.shop.write("billing.toml", file("[alerts.leaving]\ncancellations = 2\ndays = 7"));
    let over =
        |id: &str, at: &str| ended(&subscription(id, "cus_1", "2026-09-01T00:00:00Z", "active", 4_900), at);
    till.fetch(&[over("sub_1", "2026-11-10T00:00:00Z")]);
    till.shop.billctl("alerts check").exits(0);
    till.fetch(&[over("sub_2", "2026-11-15T00:00:00Z")]);
    assert_snapshot!(till.shop.billctl("alerts check"), @"
    leaving: crossed, 2 subscriptions ended in 7 days
    at                    subscription  customer
    2026-11-15T00:00:00Z  sub_2         cus_1
    2026-11-10T00:00:00Z  sub_1         cus_1
    [exit 3]
    ");
    till.shop.set("BILLCTL_NOW", "2026-11-18T00:00:00Z");
    till.shop.billctl("alerts check").exits(0);
}

#[test]
fn a_day_that_brings_less_crosses_it_and_each_currency_by_itself() {
    let mut till = Till::new();
    till.shop.write("billing.toml", file("[alerts.revenue]\nrevenue_drop_percent = 10"));
    till.fetch(&[
        charge("ch_1", "2026-11-14T10:00:00Z", 10_000, "usd"),
        charge("ch_2", "2026-11-14T10:00:00Z", 10_000, "eur"),
        charge("ch_3", "2026-11-15T10:00:00Z", 9_000, "usd"),
        charge("ch_4", "2026-11-15T23:59:59Z", 8_999, "eur"),
        // Today is not over.
        charge("ch_5", "2026-11-16T01:00:00Z", 1, "usd"),
    ]);
    assert_snapshot!(till.shop.billctl("alerts check"), @"
    revenue: crossed, 89.99 EUR came in on 2026-11-15, after 100.00 EUR on the day before
    day           came in  the day before
    2026-11-15  89.99 EUR      100.00 EUR
    [exit 3]
    ");
}

#[test]
fn events_that_could_not_be_applied_cross_it() {
    let mut till = Till::new();
    till.shop.write("billing.toml", file("[alerts.webhooks]\nwebhook_failures = 1"));
    till.shop.billctl("alerts check").exits(0);
    // Its body can't be what it is called.
    let broken = json!({"id": ["no", "text"], "object": "customer"});
    till.receive(&[event("evt_1", "customer.created", "2026-11-15T00:00:00Z", &broken, json!(null))]);
    let checked = till.shop.billctl("alerts check -o json");
    assert_eq!(checked.json()["alerts"][0]["count"], 0, "an object without an id is kept, and no failure");
    let connection = rusqlite::Connection::open(till.mirror.path()).unwrap();
    connection.execute("UPDATE outcomes SET outcome = 'failed', error = 'out of order'", []).unwrap();
    assert_snapshot!(till.shop.billctl("alerts check"), @"
    webhooks: crossed, 1 event that came was not applied
    at                    event  why
    2026-11-15T00:00:00Z  evt_1  out of order
    [exit 3]
    ");
}

#[test]
fn a_limit_that_is_nearly_used_up_crosses_it() {
    let shop = Shop::new();
    shop.write(
        "billing.toml",
        file(
            "[products.free]\ndefault_plan = true\nlimits.posts = { max = 10, per = \"month\" }\n\
             [alerts.budget]\nbudget_percent = 80\nmetric = \"posts\"",
        ),
    );
    shop.billctl("usage record u_1 posts --quantity 7").exits(0);
    shop.billctl("alerts check").exits(0);
    shop.billctl("usage record u_1 posts").exits(0);
    assert_snapshot!(shop.billctl("alerts check"), @"
    budget: crossed, 1 limit is used to 80 % or more
    subject  metric    used
    u_1      posts   80.0 %
    [exit 3]
    ");
}

#[test]
fn what_makes_no_sense_is_said_where_it_stands() {
    let shop = Shop::new();
    shop.write(
        "billing.toml",
        file(
            "[alerts]\nwebhook = \"http://example.com/hook\"\ncommand = []\n[alerts.two]\nlow_balance = 1\nfailed_payments = 2\n\
             [alerts.idle]\nfailed_payments = 2\ndays = 3\n[alerts.none]\n",
        ),
    );
    assert_snapshot!(shop.billctl("catalog validate"), @r#"
    [stderr]
    error: what is posted over http can be read on the way
     --> billing.toml:4:11
      |
    4 | webhook = "http://example.com/hook"
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: Write https, or an address on this machine like http://127.0.0.1:[PORT]

    error: this names no program
     --> billing.toml:5:11
      |
    5 | command = []
      |           ^^
      |
      = hint: Write the program and its arguments, or remove the key

    error: alerts.two has more than one threshold
     --> billing.toml:8:19
      |
    8 | failed_payments = 2
      |                   ^
      |
      = hint: Give each one a name of its own

    error: `days` says nothing without `cancellations`
      --> billing.toml:11:8
       |
    11 | days = 3
       |        ^
       |
       = hint: Add cancellations, or remove days

    error: alerts.none has no threshold
      --> billing.toml:12:1
       |
    12 | [alerts.none]
       | ^^^^^^^^^^^^^
       |
       = hint: Add low_balance = 100, or another one: see docs/alerts.md

    error: 5 problems in billing.toml
    [exit 2]
    "#);
}
