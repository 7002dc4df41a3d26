//! What reports and alerts say of the ledger.

use insta::assert_snapshot;
use rusqlite::Connection;
use serde_json::json;

use crate::support::Shop;

const ALERTS: &str = "[project]\nname = \"shop\"\n[alerts.low]\nlow_balance = 50\n\
                      [alerts.active]\nlow_balance = 50\nactive_days = 5\n[alerts.minutes]\nlow_balance = 5\nkind = \"minutes\"\n";

/// October: 100 for u_1, of which 10 expire in November. November: 60 spent, 40 for u_2.
fn shop() -> Shop {
    let mut shop = Shop::new();
    shop.set("BILLCTL_NOW", "2026-10-30T12:00:00Z");
    shop.billctl("credits grant u_1 90 --reason welcome").exits(0);
    shop.billctl("credits grant u_1 10 --reason gift --expires 2026-11-02").exits(0);
    shop.set("BILLCTL_NOW", "2026-11-01T12:00:00Z");
    shop.billctl("credits adjust u_2 --add 40 --reason 'ticket 1'").exits(0);
    shop.set("BILLCTL_NOW", "2026-11-03T12:00:00Z");
    shop.billctl("credits deduct u_1 60 --reason call").exits(0);
    shop.set("BILLCTL_NOW", "2026-11-10T00:00:00Z");
    shop
}

#[test]
fn a_report_says_what_was_given_and_spent_and_what_a_subject_had() {
    let shop = shop();
    assert_snapshot!(shop.billctl("report credits --from 2026-10-01"), @"
    month    kind  sold  granted  spent  expired  refunded  adjusted  balance  average
    2026-10           0      100      0        0         0        +0      100      100
    2026-11           0        0     60       10         0       +40       70       42
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("report credits --from 2026-11-01 --to 2026-11-04 --by day"), @"
    day         kind  sold  granted  spent  expired  refunded  adjusted  balance  average
    2026-11-01           0        0      0        0         0       +40      140       70
    2026-11-02           0        0      0        0         0        +0      140       70
    2026-11-03           0        0     60       10         0        +0       70       35
    [exit 0]
    ");
    let document = shop.billctl("report credits --from 2026-11-01 --to 2026-11-04 -o json").json();
    // 140, 140 and 70 on three days with two subjects.
    assert_eq!(document["lines"][0]["average_balance"], json!(58));
    assert_eq!(document["lines"][0]["balance"], json!(70));
    assert_snapshot!(Shop::new().billctl("report credits"), @"
    No credits were booked by then
    [exit 0]
    ");
    shop.billctl("report credits --from 2026-11-02 --to 2026-11-02").exits(2);
    shop.billctl("report credits --from 0001-01-01 --by day").exits(2);
}

#[test]
fn an_alert_names_those_who_have_less() {
    let mut shop = shop();
    assert_snapshot!(shop.billctl("alerts check"), @"
    [stderr]
    error: billing.toml sets no thresholds
    hint: Add one, for example: [alerts.running_low] with low_balance = 100
    [exit 2]
    ");
    shop.write("billing.toml", ALERTS);
    assert_snapshot!(shop.billctl("alerts check"), @"
    active: ok, less than 50 credits, of those booked for in 5 days
    low: crossed, 2 subjects have less than 50 credits
    subject  left
    u_1        30
    u_2        40
    minutes: ok, less than 5 credits (minutes)
    [exit 3]
    ");
    assert_eq!(shop.billctl("alerts check minutes -o json").exits(0).json()["crossed"], 0);
    let low = shop.billctl("alerts check low --limit 1 -o json").exits(3).json();
    assert_eq!(
        (&low["alerts"][0]["count"], &low["alerts"][0]["subjects"][0]["subject"]),
        (&json!(2), &json!("u_1"))
    );
    shop.billctl("alerts check nothing").exits(2);
    assert!(
        shop.billctl("report credits").exits(0).stdout.contains("low: 2 subjects have less than 50 credits")
    );
    // What has expired can't be spent, whether that is booked or not.
    shop.billctl("credits grant u_2 100 --reason gift --expires 1d").exits(0);
    assert_eq!(shop.billctl("alerts check low -o json").json()["alerts"][0]["count"], 1);
    shop.set("BILLCTL_NOW", "2026-11-11T00:00:00Z");
    assert_eq!(shop.billctl("alerts check low -o json").json()["alerts"][0]["count"], 2);
}

#[test]
fn what_is_kept_by_day_is_proved_too() {
    let shop = shop();
    shop.billctl("credits verify").exits(0);
    let connection = Connection::open(shop.folder().join(".billctl/emulator/books.db")).unwrap();
    connection.execute_batch("UPDATE credit_days SET added = added + 1 WHERE type = 'adjustment'").unwrap();
    let found = shop.billctl("credits verify").exits(3);
    assert!(found.stdout.contains("kept by day of the credits `credits`"), "{}", found.stdout);
}
