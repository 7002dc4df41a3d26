//! parentpilot: usage priced by tokens and minutes, overage paid one at a time.

use serde_json::{Value, json};

use super::{GOOD_CARD, System, stands};

impl System {
    /// A command that is refused or fails, and what it tells a program all the same.
    #[track_caller]
    fn refused(&self, line: &str, code: i32) -> Value {
        self.shop.billctl(&format!("{line} -o json")).exits(code).json()
    }

    /// Saves another of Stripe's test cards for a subject; the payment method's id.
    fn save_card(&self, subject: &str, card: &str) -> String {
        let customer =
            self.told(&format!("customer show {subject}"))["customer"].as_str().unwrap().to_owned();
        let path = format!("/v1/payment_methods/{card}/attach");
        let method = self._emulator.post(&path, &format!("customer={customer}"));
        method["id"].as_str().unwrap().to_owned()
    }

    fn statuses(&self, line: &str) -> Vec<String> {
        let payments = self.told(&format!("payment list {line}"));
        let status = |payment: &Value| payment["status"].as_str().unwrap().to_owned();
        payments.as_array().unwrap().iter().map(status).collect()
    }
}

/// 4000 0000 0000 0341: it can be saved, and every payment with it is declined.
const BROKEN_CARD: &str = "pm_card_chargeCustomerFail";

#[test]
fn a_task_is_checked_by_its_cost_and_its_overage_is_paid_by_another_card() {
    let parentpilot = System::new("parentpilot");
    parentpilot.buy("--subject u_1 --plan starter", GOOD_CARD);
    assert_eq!(parentpilot.stands("u_1"), stands("starter", "active"));
    // round((9000 × 0.001 + 300000 / 60000 × 0.10) × 100) = 950 cents of 1,000.
    let task = "--unit token=9000 --unit minute=300000ms --dim agent=writer --key task-1";
    let recorded = parentpilot.told(&format!("usage record u_1 spending {task}"));
    assert_eq!(recorded["used"], json!({"amount": 950, "currency": "usd", "display": "9.50 USD"}));
    parentpilot.told("usage check u_1 spending --unit token=500");
    // 1250 tokens are 1.25 USD, and 0.50 are left.
    let refused = parentpilot.refused("usage check u_1 spending --unit token=1250", 4);
    assert_eq!((&refused["allowed"], &refused["remaining"]["amount"]), (&json!(false), &json!(50)));
    parentpilot.wait("1d");
    // What goes past the allowance is charged; the browser is given the secret once.
    let overage = "payment charge u_1 --amount '0.75 usd' --description 'Overage of task 2' --key task-2";
    let charged = parentpilot.told(&format!("{overage} --secret-out secret.env"));
    assert_eq!((&charged["status"], &charged["charged_before"]), (&json!("pending"), &json!(false)));
    let payment = charged["id"].as_str().unwrap();
    let secret = parentpilot.shop.read("secret.env");
    assert!(secret.starts_with(&format!("STRIPE_CLIENT_SECRET={payment}_secret_")), "{secret}");
    parentpilot.shop.billctl(&format!("{overage} --secret-out secret.env")).exits(1);
    assert_eq!(parentpilot.shop.read("secret.env"), secret);
    // Declined, told why, and paid by another card.
    let broken = parentpilot.save_card("u_1", BROKEN_CARD);
    let declined = parentpilot.refused(&format!("payment retry {payment} --payment-method {broken}"), 1);
    assert_eq!(
        (&declined["status"], &declined["decline_code"], &declined["reason"]),
        (&json!("failed"), &json!("generic_decline"), &json!("the bank gives no reason"))
    );
    parentpilot.shop.billctl("events pull").exits(0);
    assert_eq!(parentpilot.statuses("--subject u_1 --status failed"), ["failed"]);
    let other = parentpilot.save_card("u_1", "pm_card_mastercard");
    let paid = parentpilot.told(&format!("payment retry {payment} --payment-method {other}"));
    assert_eq!((&paid["id"], &paid["status"]), (&json!(payment), &json!("succeeded")));
    parentpilot.shop.billctl("events pull").exits(0);
    // The history: the overage, and the subscription's first month; one at a time.
    assert_eq!(parentpilot.statuses("--subject u_1"), ["succeeded", "succeeded"]);
    let last = parentpilot.told("payment list --subject u_1 --limit 1");
    assert_eq!((last.as_array().unwrap().len(), &last[0]["amount"]["amount"]), (1, &json!(75)));
    let shown = parentpilot.told(&format!("payment show {payment}"));
    let attempts: Vec<_> =
        shown["attempts"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(attempts, ["failed", "succeeded"]);
    // A month later the invoice is paid, and the allowance is whole again.
    parentpilot.wait("29d");
    parentpilot.wait("2d");
    assert_eq!(parentpilot.told("usage show u_1")["usage"][0]["used"]["amount"], 0);
}

#[test]
fn money_that_is_missing_is_told_as_such_and_the_estimate_is_let_go() {
    let parentpilot = System::new("parentpilot");
    parentpilot.buy("--subject u_2 --plan starter", GOOD_CARD);
    parentpilot.told("usage reserve u_2 spending --unit token=10000 --key task-1");
    parentpilot.refused("usage check u_2 spending --unit token=10", 4);
    let poor = parentpilot.told("checkout create --subject u_2 --amount '5 usd' --for Overage");
    let session = poor["id"].as_str().unwrap();
    // 4000 0000 0000 9995 has insufficient funds, 4000 0000 0000 0002 is declined.
    for (card, code) in [("4000000000009995", "insufficient_funds"), ("4000000000000002", "generic_decline")]
    {
        let paid = parentpilot.refused(&format!("emulator pay {session} --card {card}"), 1);
        assert_eq!(paid["declined"]["decline_code"], code);
        parentpilot.wait("1h");
        let last = parentpilot.told("payment list --subject u_2 --status failed");
        assert_eq!(last[0]["decline_code"], code, "{last:#}");
    }
    parentpilot.shop.billctl(&format!("emulator pay {session} --card {GOOD_CARD}")).exits(0);
    parentpilot.shop.billctl("events pull").exits(0);
    assert_eq!(parentpilot.statuses("--subject u_2 --status failed"), Vec::<String>::new());
    parentpilot.told("usage release task-1");
    parentpilot.told("usage check u_2 spending --unit token=10");
}

#[test]
fn an_upgrade_costs_what_its_preview_said_and_a_cancellation_ends_with_its_month() {
    let parentpilot = System::new("parentpilot");
    parentpilot.told("customer create u_4 --email parent@example.com");
    parentpilot.save_card("u_4", "pm_card_visa");
    let card = parentpilot.told("customer show u_4 --fresh")["payment_methods"][0]["id"].clone();
    let card = card.as_str().unwrap();
    parentpilot.told(&format!("subscription create u_4 --plan starter --payment-method {card}"));
    parentpilot.wait("10d");
    // 20 of 30 days are left: 10.00 gives 6.67 back, 50.00 costs 33.33.
    let change = "subscription change u_4 --plan pro --proration always_invoice";
    let preview = parentpilot.told(&format!("{change} --dry-run"))["preview"].clone();
    assert_eq!(
        (&preview["now"]["amount"], &preview["next_invoice"]["amount"]),
        (&json!(2666), &json!(5000)),
        "{preview:#}"
    );
    assert_eq!(parentpilot.stands("u_4"), stands("starter", "active"));
    assert_eq!(parentpilot.told(&format!("{change} --yes"))["preview"], preview);
    parentpilot.shop.billctl("events pull").exits(0);
    assert_eq!(parentpilot.stands("u_4"), stands("pro", "active"));
    let last = parentpilot.told("payment list --subject u_4 --limit 1");
    assert_eq!(last[0]["amount"], preview["now"]);
    let allowed = parentpilot.told("customer show u_4")["limits"]["spending"]["limit"]["amount"].clone();
    assert_eq!(allowed, 5000);
    parentpilot.told("subscription cancel u_4 --at-period-end");
    parentpilot.wait("19d");
    assert_eq!(parentpilot.stands("u_4"), stands("pro", "active"));
    parentpilot.wait("2d");
    assert_eq!(parentpilot.stands("u_4").1, "canceled");
}

#[test]
fn what_was_paid_for_a_month_goes_back_by_the_day() {
    let parentpilot = System::new("parentpilot");
    parentpilot.buy("--subject u_3 --plan enterprise", GOOD_CARD);
    let paid = parentpilot.told("payment list --subject u_3 --status succeeded");
    let payment = paid[0]["id"].as_str().unwrap().to_owned();
    parentpilot.wait("15d");
    let back = parentpilot.told(&format!("payment refund {payment} --prorated --reason 'left early' --yes"));
    assert_eq!(back["amount"]["amount"], 25_000);
    parentpilot.shop.billctl("events pull").exits(0);
    let booked = parentpilot.told("transactions list --subject u_3 --type refund");
    assert_eq!((booked.as_array().unwrap().len(), &booked[0]["amount"]["amount"]), (1, &json!(25_000)));
}
