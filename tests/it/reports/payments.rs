//! Attempts to be paid, and checkouts.

use insta::assert_snapshot;
use serde_json::json;

use super::till::{Till, charge, failed};

/// Four payments: two that went through at once, one at the second attempt, one that never did. Of five checkouts two were
/// completed, one expired and two are open.
fn till() -> Till {
    let mut till = Till::new();
    let mut again = charge("ch_4", "2026-11-05T10:00:00Z", 4_900, "usd");
    again["payment_intent"] = json!("pi_ch_3");
    let session = |id: &str, status: &str| {
        json!({"id": id, "object": "checkout.session", "mode": "subscription", "status": status,
            "created": super::second("2026-11-02T00:00:00Z")})
    };
    till.fetch(&[
        charge("ch_1", "2026-11-02T10:00:00Z", 4_900, "usd"),
        charge("ch_2", "2026-11-03T10:00:00Z", 4_900, "usd"),
        failed("ch_3", "2026-11-04T10:00:00Z", "insufficient_funds"),
        again,
        failed("ch_5", "2026-11-06T10:00:00Z", "expired_card"),
        session("cs_1", "complete"),
        session("cs_2", "complete"),
        session("cs_3", "expired"),
        session("cs_4", "open"),
        session("cs_5", "open"),
    ]);
    till
}

#[test]
fn a_report_says_how_many_payments_succeed_and_why_others_fail() {
    let till = till();
    assert_snapshot!(till.shop.billctl("report payments --explain"), @"
    Payments
    2026-11-01 to 2026-12-01 (UTC)

    attempts that succeeded        60.00 %  3 of 5
    payments that were paid        75.00 %  3 of 4
    checkouts that were completed  66.67 %  2 of 3

    month    succeeded  failed     rate     paid       taken  not taken
    2026-11          3       2  60.00 %  75.00 %  147.00 USD  98.00 USD  ██████▋

    Why they failed
    code                attempts     amount  what it means
    expired_card               1  49.00 USD  the card has expired
    insufficient_funds         1  49.00 USD  there is not enough money on the card

    Checkouts
    mode          made  completed  expired  open  conversion
    subscription     5          2        1     2     66.67 %

    Attempts
    at                    charge     amount  outcome             payment  customer
    2026-11-06T10:00:00Z  ch_5    49.00 USD  expired_card        pi_ch_5  cus_1
    2026-11-05T10:00:00Z  ch_4    49.00 USD  succeeded           pi_ch_3  cus_1
    2026-11-04T10:00:00Z  ch_3    49.00 USD  insufficient_funds  pi_ch_3  cus_1
    2026-11-03T10:00:00Z  ch_2    49.00 USD  succeeded           pi_ch_2  cus_1
    2026-11-02T10:00:00Z  ch_1    49.00 USD  succeeded           pi_ch_1  cus_1

    Checkouts that were made
    made                  checkout  mode          status    customer
    2026-11-02T00:00:00Z  cs_1      subscription  complete  -
    2026-11-02T00:00:00Z  cs_2      subscription  complete  -
    2026-11-02T00:00:00Z  cs_3      subscription  expired   -
    2026-11-02T00:00:00Z  cs_4      subscription  open      -
    2026-11-02T00:00:00Z  cs_5      subscription  open      -
    [exit 0]
    ");
    let document = till.report("payments");
    let november = &document["lines"][0];
    // 3 of 5 attempts, 3 of 4 payments, 2 of 3 checkouts.
    assert_eq!(
        [&november["success_rate"], &november["paid_rate"], &document["checkouts"][0]["conversion"]],
        [&json!(60.0), &json!(75.0), &json!(66.67)]
    );
    let codes: Vec<&str> =
        document["declines"].as_array().unwrap().iter().map(|line| line["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["expired_card", "insufficient_funds"]);
    let objects = document_explained(&till);
    let count = |object: &str, status: &str| {
        objects.iter().filter(|one| one["object"] == object && one["status"] == status).count()
    };
    assert_eq!([count("charge", "succeeded"), count("charge", "failed")], [3, 2]);
    assert_eq!(["complete", "expired", "open"].map(|status| count("checkout.session", status)), [2, 1, 2]);
}

fn document_explained(till: &Till) -> Vec<serde_json::Value> {
    till.report("payments --explain")["objects"].as_array().unwrap().clone()
}
