//! The morning page.

use insta::assert_snapshot;
use serde_json::json;

use super::till::{Till, charge, failed, subscription};

/// Yesterday, 15 November: 49.00 came in, after 99.00 on the day before; one attempt of two failed; one customer is new.
fn till() -> Till {
    let mut till = Till::new();
    till.fetch(&[
        charge("ch_1", "2026-11-14T10:00:00Z", 9_900, "usd"),
        charge("ch_2", "2026-11-15T10:00:00Z", 4_900, "usd"),
        failed("ch_3", "2026-11-15T11:00:00Z", "expired_card"),
        subscription("sub_1", "cus_1", "2026-10-01T00:00:00Z", "active", 9_900),
        subscription("sub_2", "cus_2", "2026-11-15T00:00:00Z", "active", 4_900),
    ]);
    till
}

#[test]
fn a_summary_says_how_yesterday_went() {
    let till = till();
    assert_snapshot!(till.shop.billctl("report summary --html morning.html"), @"
    Summary
    2026-11-15 to 2026-11-16 (UTC)

    came in (USD)             49.00 USD  -50.51 %
    net (USD)                 49.00 USD  -50.51 %
    recurring a month (USD)  148.00 USD  +49.49 %
    customers (USD)                   2  1 new, 0 back, 0 gone
    attempts that succeeded     50.00 %  1 of 2, after 100.00 %
    trials that ended                 0  0 became customers
    trials about to end               0  within 3 days
    events                            0  all of them applied
    [stderr]
    Wrote morning.html
    [exit 0]
    ");
    let document = till.report("summary");
    let dollars = &document["currencies"][0];
    assert_eq!(
        [
            &dollars["gross"]["amount"],
            &dollars["gross_before"]["amount"],
            &dollars["mrr"]["amount"],
            &dollars["customers_new"]
        ],
        [&json!(4_900), &json!(9_900), &json!(14_800), &json!(1)]
    );
    assert_eq!(document["attempts"]["success_rate"], json!(50.0));
    assert!(till.shop.read("morning.html").contains("Summary"));
}
