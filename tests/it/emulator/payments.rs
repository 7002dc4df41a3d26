//! Payment intents, charges, refunds and what they leave in the account's balance.

use serde_json::{Value, json};

use super::world::{START, World, ids, text};

/// A payment of 20.00 usd that is confirmed at once with a test method.
fn payment(method: &str) -> String {
    format!(
        "amount=2000&currency=usd&confirm=true&payment_method={method}\
         &automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"
    )
}

/// The events since the last ones that were looked at.
fn news(world: &World, seen: &mut usize) -> Vec<String> {
    let events = world.events();
    let news = events[*seen..].to_vec();
    *seen = events.len();
    news
}

#[test]
fn a_confirmed_payment_makes_a_charge_and_a_movement_of_money() {
    let world = World::new();
    let paid = world.post("/v1/payment_intents", &payment("pm_card_visa")).ok();
    assert_eq!(paid["status"], "succeeded");
    assert_eq!(paid["amount_received"], 2000);
    assert!(text(&paid["client_secret"]).starts_with(&format!("{}_secret_", text(&paid["id"]))));
    assert_eq!(
        world.events(),
        ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "charge.updated"]
    );
    let path = format!(
        "/v1/payment_intents/{}?expand[]=latest_charge.balance_transaction&expand[]=payment_method",
        text(&paid["id"])
    );
    let shown = world.get(&path).ok();
    let (charge, method) = (&shown["latest_charge"], &shown["payment_method"]);
    assert_eq!(method["card"]["last4"], "4242");
    assert_eq!(charge["status"], "succeeded");
    assert_eq!(charge["payment_method_details"]["card"]["brand"], "visa");
    assert_eq!(charge["outcome"]["type"], "authorized");
    let money = &charge["balance_transaction"];
    assert_eq!((&money["amount"], &money["fee"], &money["net"]), (&json!(2000), &json!(88), &json!(1912)));
    assert_eq!((&money["status"], &money["source"]), (&json!("pending"), &charge["id"]));
    let source = format!("/v1/balance_transactions/{}?expand[]=source", text(&money["id"]));
    assert_eq!(world.get(&source).ok()["source"]["object"], "charge");
    // The charge was told of before its money was booked.
    assert_eq!(
        world.event("charge.updated")["data"]["previous_attributes"],
        json!({"balance_transaction": null})
    );
    assert_eq!(world.event("charge.succeeded")["data"]["object"]["balance_transaction"], Value::Null);
    assert_eq!(world.event("payment_intent.created")["data"]["object"]["status"], "requires_confirmation");
    assert_eq!(world.event("payment_intent.succeeded")["data"].get("previous_attributes"), None);
    assert_eq!(world.get("/v1/balance").ok()["pending"][0]["amount"], 1912);
    world.pass(3 * 24 * 60 * 60);
    assert_eq!(world.get("/v1/balance").ok()["available"][0]["amount"], 1912);
    assert_eq!(world.get(&source).ok()["status"], "available");
}

#[test]
fn each_declining_card_says_why_and_leaves_a_payment_that_can_be_tried_again() {
    let cards = [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline", "issuer_declined"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline", "issuer_declined"),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline", "issuer_declined"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", "issuer_declined"),
        ("pm_card_chargeDeclinedLostCard", "card_declined", "lost_card", "issuer_declined"),
        ("pm_card_chargeDeclinedStolenCard", "card_declined", "stolen_card", "issuer_declined"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card", "issuer_declined"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc", "issuer_declined"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error", "issuer_declined"),
        ("pm_card_radarBlock", "card_declined", "fraudulent", "blocked"),
    ];
    let world = World::new();
    let mut seen = 0;
    for (method, code, decline_code, outcome) in cards {
        let answer = world.post("/v1/payment_intents", &payment(method));
        assert_eq!(answer.status, 402, "{method}");
        let error = &answer.json()["error"];
        assert_eq!(error["type"], "card_error", "{method}");
        assert_eq!(
            (&error["code"], &error["decline_code"]),
            (&json!(code), &json!(decline_code)),
            "{method}"
        );
        let intent = &error["payment_intent"];
        assert_eq!(intent["status"], "requires_payment_method");
        assert_eq!(intent["payment_method"], Value::Null);
        assert_eq!(intent["last_payment_error"]["charge"], error["charge"]);
        assert_eq!(intent["latest_charge"], error["charge"]);
        assert_eq!(
            news(&world, &mut seen),
            ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
        );
        let path = format!("/v1/payment_intents/{}", text(&intent["id"]));
        assert_eq!(&world.get(&path).ok(), intent, "a decline is kept");
        let charge = world.get(&format!("/v1/charges/{}", text(&error["charge"]))).ok();
        assert_eq!((&charge["status"], &charge["paid"]), (&json!("failed"), &json!(false)));
        assert_eq!(charge["failure_code"], code);
        assert_eq!(charge["outcome"]["type"], outcome);
        let again = format!("{path}/confirm");
        let retried = world.post(&again, "payment_method=pm_card_visa").ok();
        assert_eq!((&retried["status"], &retried["last_payment_error"]), (&json!("succeeded"), &Value::Null));
        news(&world, &mut seen);
    }
}

#[test]
fn a_card_number_is_taken_where_it_is_a_test_cards_and_never_kept() {
    let world = World::new();
    let card = |number: &str| {
        format!("type=card&card[number]={number}&card[exp_month]=4&card[exp_year]=2030&card[cvc]=314")
    };
    let method = world.post("/v1/payment_methods", &card("4000 0000 0000 9995")).ok();
    assert_eq!((&method["card"]["last4"], &method["card"]["exp_year"]), (&json!("9995"), &json!(2030)));
    let id = text(&method["id"]);
    let error = world.post("/v1/payment_intents", &payment(&id)).json()["error"].clone();
    assert_eq!(error["decline_code"], "insufficient_funds");
    let unknown = world.post("/v1/payment_methods", &card("4111111111111112"));
    assert_eq!((unknown.status, &unknown.json()["error"]["code"]), (402, &json!("incorrect_number")));
    let old = card("4242424242424242").replace("2030", "2020");
    assert_eq!(world.post("/v1/payment_methods", &old).json()["error"]["code"], "invalid_expiry_year");
    let mut world = world;
    world.stop();
    let file = fs_err::read(world.path()).unwrap();
    assert!(!file.windows(16).any(|bytes| bytes == b"4000000000009995"));
}

#[test]
fn a_card_that_needs_its_owner_waits_for_them_or_is_declined_without_them() {
    let world = World::new();
    let waiting = world
        .post(
            "/v1/payment_intents",
            &format!("{}&return_url=https://a.example/back", payment("pm_card_authenticationRequired")),
        )
        .ok();
    assert_eq!(waiting["status"], "requires_action");
    assert_eq!(waiting["next_action"]["redirect_to_url"]["return_url"], "https://a.example/back");
    assert_eq!(waiting["latest_charge"], Value::Null);
    assert_eq!(world.events(), ["payment_intent.created", "payment_intent.requires_action"]);
    for away in ["off_session=true", "off_session=recurring", "error_on_requires_action=true"] {
        let form = format!("{}&{away}", payment("pm_card_threeDSecure2Required"));
        let answer = world.post("/v1/payment_intents", &form);
        assert_eq!(
            (answer.status, &answer.json()["error"]["code"]),
            (402, &json!("authentication_required")),
            "{away}"
        );
    }
    let asked =
        format!("{}&payment_method_options[card][request_three_d_secure]=any", payment("pm_card_visa"));
    assert_eq!(world.post("/v1/payment_intents", &asked).ok()["status"], "requires_action");
}

#[test]
fn who_authenticates_pays_and_who_fails_to_does_not() {
    let world = World::new();
    let form = format!("{}&return_url=https://a.example/back", payment("pm_card_threeDSecure2Required"));
    let waiting = world.post("/v1/payment_intents", &form).ok();
    let path = format!("/_emulator/authenticate/{}", text(&waiting["id"]));
    let paid = world.control("POST", &path, "outcome=pass").ok();
    assert_eq!((&paid["status"], &paid["next_action"]), (&json!("succeeded"), &Value::Null));
    assert_eq!(world.event("payment_intent.succeeded")["data"]["object"]["id"], waiting["id"]);
    assert_eq!(world.control("POST", &path, "outcome=pass").status, 400, "nobody has to any more");
    assert_eq!(world.control("POST", &path, "outcome=perhaps").status, 400);
    assert_eq!(world.control("POST", "/_emulator/authenticate/pi_none", "outcome=pass").status, 404);
    let other = world.post("/v1/payment_intents", &form).ok();
    let path = format!("/_emulator/authenticate/{}", text(&other["id"]));
    let failed = world.control("POST", &path, "outcome=fail").ok();
    assert_eq!(failed["status"], "requires_payment_method");
    assert_eq!(failed["last_payment_error"]["code"], "payment_intent_authentication_failure");
    // A bank can let it through and decline it all the same.
    let form = form.replace("threeDSecure2Required", "threeDSecureRequiredChargeDeclined");
    let third = world.post("/v1/payment_intents", &form).ok();
    let path = format!("/_emulator/authenticate/{}", text(&third["id"]));
    let declined = world.control("POST", &path, "outcome=pass").ok();
    assert_eq!(declined["last_payment_error"]["code"], "card_declined");
    let form = "confirm=true&payment_method=pm_card_authenticationRequired&return_url=https://a.example";
    let setup = world.post("/v1/setup_intents", form).ok();
    let path = format!("/_emulator/authenticate/{}", text(&setup["id"]));
    assert_eq!(world.control("POST", &path, "outcome=pass").ok()["status"], "succeeded");
}

#[test]
fn what_is_held_can_be_captured_in_part_or_released() {
    let world = World::new();
    let mut seen = 0;
    let held = format!("{}&capture_method=manual", payment("pm_card_visa"));
    let intent = world.post("/v1/payment_intents", &held).ok();
    assert_eq!((&intent["status"], &intent["amount_capturable"]), (&json!("requires_capture"), &json!(2000)));
    assert_eq!(
        news(&world, &mut seen),
        ["payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated"]
    );
    let path = format!("/v1/payment_intents/{}", text(&intent["id"]));
    world.post(&format!("{path}/capture"), "amount_to_capture=2001").refused(
        400,
        Some("amount_too_large"),
        Some("amount_to_capture"),
    );
    let captured =
        world.post(&format!("{path}/capture"), "amount_to_capture=1500&expand[]=latest_charge").ok();
    assert_eq!((&captured["status"], &captured["amount_received"]), (&json!("succeeded"), &json!(1500)));
    let charge = &captured["latest_charge"];
    assert_eq!((&charge["amount_captured"], &charge["amount_refunded"]), (&json!(1500), &json!(500)));
    assert_eq!(news(&world, &mut seen), ["charge.captured", "payment_intent.succeeded"]);
    let refusal = world.post(&format!("{path}/cancel"), "");
    assert_eq!(refusal.json()["error"]["payment_intent"]["status"], "succeeded");
    refusal.refused(400, Some("payment_intent_unexpected_state"), None);
    let other = world.post("/v1/payment_intents", &held).ok();
    news(&world, &mut seen);
    let cancel = format!("/v1/payment_intents/{}/cancel", text(&other["id"]));
    let canceled = world.post(&cancel, "cancellation_reason=abandoned&expand[]=latest_charge").ok();
    assert_eq!(
        (&canceled["status"], &canceled["cancellation_reason"]),
        (&json!("canceled"), &json!("abandoned"))
    );
    assert_eq!(
        (&canceled["canceled_at"], &canceled["latest_charge"]["refunded"]),
        (&json!(START), &json!(true))
    );
    assert_eq!(news(&world, &mut seen), ["charge.refunded", "payment_intent.canceled"]);
    world.post(&cancel, "").refused(400, Some("payment_intent_unexpected_state"), None);
}

#[test]
fn a_payment_goes_through_its_states_step_by_step() {
    let world = World::new();
    let customer = world.make("/v1/customers", "name=A");
    let intent = world
        .post(
            "/v1/payment_intents",
            &format!("amount=500&currency=eur&customer={customer}&metadata[order]=7"),
        )
        .ok();
    assert_eq!(intent["status"], "requires_payment_method");
    assert_eq!(intent["automatic_payment_methods"], json!({"allow_redirects": "always", "enabled": true}));
    assert_eq!(intent["payment_method_types"], json!(["card", "sepa_debit"]));
    let path = format!("/v1/payment_intents/{}", text(&intent["id"]));
    world.post(&format!("{path}/confirm"), "").refused(400, Some("payment_intent_unexpected_state"), None);
    let with =
        world.post(&path, "payment_method=pm_card_visa&amount=700&description=D&metadata[order]=").ok();
    assert_eq!((&with["status"], &with["amount"]), (&json!("requires_confirmation"), &json!(700)));
    assert_eq!(with["metadata"], json!({}));
    // It may lead to another page, so there must be a way back.
    world.post(&format!("{path}/confirm"), "").refused(400, None, None);
    let done = world
        .post(&format!("{path}/confirm"), "return_url=https://a.example&setup_future_usage=off_session")
        .ok();
    assert_eq!(done["status"], "succeeded");
    let saved = world.get(&format!("/v1/customers/{customer}/payment_methods")).ok();
    assert_eq!(ids(&saved), [text(&done["payment_method"])], "it is saved for later");
    world.post(&path, "amount=900").refused(400, Some("payment_intent_unexpected_state"), None);
    assert_eq!(world.post(&path, "description=E").ok()["description"], "E");
    world.post(&format!("{path}/confirm"), "").refused(400, Some("payment_intent_unexpected_state"), None);
    assert_eq!(
        ids(&world.get(&format!("/v1/payment_intents?customer={customer}")).ok()),
        [text(&done["id"])]
    );
    assert_eq!(ids(&world.get(&format!("/v1/charges?customer={customer}")).ok()).len(), 1);
    let search =
        world.get("/v1/payment_intents/search?query=status:%22succeeded%22%20AND%20amount%3E600").ok();
    assert_eq!(ids(&search), [text(&done["id"])]);
}

#[test]
fn a_bank_debit_is_under_way_before_it_ends() {
    let world = World::new();
    let debit = |iban: &str| {
        let form = format!(
            "type=sepa_debit&sepa_debit[iban]={iban}&billing_details[name]=A&billing_details[email]=a@a.example"
        );
        let method = world.make("/v1/payment_methods", &form);
        let form = format!(
            "amount=1000&currency=eur&confirm=true&payment_method={method}&return_url=https://a.example\
             &mandate_data[customer_acceptance][type]=offline"
        );
        world.post("/v1/payment_intents", &form).ok()
    };
    for (iban, status, event) in [
        ("AT611904300234573201", "succeeded", "payment_intent.succeeded"),
        ("AT861904300235473202", "requires_payment_method", "payment_intent.payment_failed"),
    ] {
        let intent = debit(iban);
        assert_eq!(intent["status"], "processing");
        let path = format!("/v1/payment_intents/{}?expand[]=latest_charge", text(&intent["id"]));
        assert_eq!(world.get(&path).ok()["latest_charge"]["status"], "pending");
        world.pass(10);
        assert_eq!(world.get(&path).ok()["status"], status);
        let told = world.event(event);
        assert_eq!(told["data"]["object"]["id"], intent["id"]);
        assert_eq!(told["request"]["id"], Value::Null, "it happened by itself");
    }
    let form = "type=sepa_debit&sepa_debit[iban]=AT611904300234573202&billing_details[name]=A";
    world.post("/v1/payment_methods", form).refused(400, None, Some("sepa_debit[iban]"));
}

#[test]
fn refunds_give_back_all_or_a_part_and_no_more() {
    let world = World::new();
    let paid =
        world.post("/v1/payment_intents", &format!("{}&description=Tea", payment("pm_card_visa"))).ok();
    let (intent, charge) = (text(&paid["id"]), text(&paid["latest_charge"]));
    let mut seen = 0;
    news(&world, &mut seen);
    let part = world
        .post("/v1/refunds", &format!("payment_intent={intent}&amount=500&reason=duplicate&metadata[a]=1"))
        .ok();
    assert_eq!(
        (&part["status"], &part["amount"], &part["charge"]),
        (&json!("succeeded"), &json!(500), &json!(charge))
    );
    assert_eq!(news(&world, &mut seen), ["charge.refunded", "refund.created"]);
    let told = world.event("charge.refunded");
    assert_eq!(told["data"]["previous_attributes"], json!({"amount_refunded": 0}));
    assert_eq!(
        (&told["data"]["object"]["amount_refunded"], &told["data"]["object"]["refunded"]),
        (&json!(500), &json!(false))
    );
    let money = world
        .get(&format!("/v1/balance_transactions/{}?expand[]=source", text(&part["balance_transaction"])))
        .ok();
    assert_eq!(
        (&money["amount"], &money["fee"], &money["type"]),
        (&json!(-500), &json!(0), &json!("refund"))
    );
    assert_eq!(
        (&money["source"]["object"], &money["description"]),
        (&json!("refund"), &json!("REFUND FOR CHARGE (Tea)"))
    );
    world.post("/v1/refunds", &format!("charge={charge}&amount=1501")).refused(400, None, Some("amount"));
    let rest = world.post("/v1/refunds", &format!("charge={charge}")).ok();
    assert_eq!(rest["amount"], 1500);
    let refunded = world.get(&format!("/v1/charges/{charge}?expand[]=refunds")).ok();
    assert_eq!((&refunded["refunded"], &refunded["amount_refunded"]), (&json!(true), &json!(2000)));
    assert_eq!(ids(&refunded["refunds"]), [text(&rest["id"]), text(&part["id"])]);
    world.post("/v1/refunds", &format!("charge={charge}")).refused(
        400,
        Some("charge_already_refunded"),
        None,
    );
    assert_eq!(world.get("/v1/balance").ok()["pending"][0]["amount"], -88, "the fee is not given back");
    news(&world, &mut seen);
    let path = format!("/v1/refunds/{}", text(&part["id"]));
    assert_eq!(world.post(&path, "metadata[a]=2").ok()["metadata"]["a"], "2");
    assert_eq!(news(&world, &mut seen), ["refund.updated", "charge.refund.updated"]);
    world.post(&format!("{path}/cancel"), "").refused(400, None, None);
    assert_eq!(ids(&world.get(&format!("/v1/refunds?payment_intent={intent}")).ok()).len(), 2);
    assert_eq!(world.get(&path).ok()["reason"], "duplicate");
}

#[test]
fn refunds_refuse_what_was_never_paid() {
    let world = World::new();
    let check = |form: &str, code: Option<&str>, param: Option<&str>| {
        world.post("/v1/refunds", form).refused(400, code, param);
    };
    check("amount=5", Some("parameter_missing"), Some("charge"));
    check("charge=ch_none", Some("resource_missing"), Some("charge"));
    check("charge=a&payment_intent=b", Some("parameters_exclusive"), Some("charge"));
    let open = world.make("/v1/payment_intents", "amount=500&currency=usd");
    check(&format!("payment_intent={open}"), None, Some("payment_intent"));
    let held =
        world.post("/v1/payment_intents", &format!("{}&capture_method=manual", payment("pm_card_visa"))).ok();
    check(&format!("charge={}", text(&held["latest_charge"])), None, Some("charge"));
}

#[test]
fn a_refund_that_the_bank_sends_back_fails_later() {
    let world = World::new();
    let paid = world.post("/v1/payment_intents", &payment("pm_card_refundFail")).ok();
    let refund = world.post("/v1/refunds", &format!("payment_intent={}", text(&paid["id"]))).ok();
    assert_eq!(refund["status"], "succeeded");
    world.pass(10);
    let failed =
        world.get(&format!("/v1/refunds/{}?expand[]=failure_balance_transaction", text(&refund["id"]))).ok();
    assert_eq!(
        (&failed["status"], &failed["failure_reason"]),
        (&json!("failed"), &json!("expired_or_canceled_card"))
    );
    assert_eq!(failed["failure_balance_transaction"]["amount"], 2000);
    assert_eq!(world.event("refund.failed")["data"]["object"]["id"], refund["id"]);
    let charge = world.get(&format!("/v1/charges/{}", text(&refund["charge"]))).ok();
    assert_eq!((&charge["refunded"], &charge["amount_refunded"]), (&json!(false), &json!(0)));
}

#[test]
fn charges_can_be_told_more_of() {
    let world = World::new();
    let paid = world.post("/v1/payment_intents", &payment("pm_card_visa")).ok();
    let path = format!("/v1/charges/{}", text(&paid["latest_charge"]));
    let form =
        "description=D&metadata[a]=1&receipt_email=a@a.example&shipping[name]=A&shipping[address][line1]=L";
    let changed = world.post(&path, form).ok();
    assert_eq!((&changed["description"], &changed["metadata"]), (&json!("D"), &json!({"a": "1"})));
    assert_eq!(changed["shipping"]["address"]["line1"], "L");
    assert_eq!(world.event("charge.updated")["data"]["previous_attributes"]["description"], Value::Null);
    world.post(&path, "amount=1").refused(400, Some("parameter_unknown"), Some("amount"));
    assert_eq!(ids(&world.get("/v1/charges/search?query=refunded:%22false%22").ok()).len(), 1);
    assert_eq!(ids(&world.get("/v1/balance_transactions?type=charge&currency=usd").ok()).len(), 1);
    assert_eq!(ids(&world.get("/v1/balance_transactions?payout=po_1").ok()).len(), 0);
}

#[test]
fn payments_refuse() {
    let world = World::new();
    let customer = world.make("/v1/customers", "name=A");
    let check = |form: &str, code: Option<&str>, param: Option<&str>| {
        world.post("/v1/payment_intents", form).refused(400, code, param);
    };
    check("currency=usd", Some("parameter_missing"), Some("amount"));
    check("amount=1000", Some("parameter_missing"), Some("currency"));
    check("amount=49&currency=usd", Some("amount_too_small"), Some("amount"));
    check("amount=ten&currency=usd", Some("parameter_invalid_integer"), Some("amount"));
    check("amount=1000&currency=usd&amuont=1", Some("parameter_unknown"), Some("amuont"));
    check(
        "amount=1000&currency=usd&payment_method_types[]=card",
        Some("payment_method_types_no_longer_supported"),
        Some("payment_method_types"),
    );
    check("amount=1000&currency=usd&customer=cus_none", Some("resource_missing"), Some("customer"));
    check(
        "amount=1000&currency=usd&payment_method=pm_none",
        Some("resource_missing"),
        Some("payment_method"),
    );
    check("amount=1000&currency=usd&off_session=true", None, Some("off_session"));
    check(
        &payment("pm_card_visa").replace("confirm=true&payment_method=pm_card_visa", "confirm=true"),
        Some("payment_intent_unexpected_state"),
        None,
    );
    check("amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa", None, None);
    check(
        "amount=1000&currency=usd&allowed_payment_method_types[]=sepa_debit&payment_method=pm_card_visa",
        Some("payment_intent_incompatible_payment_method"),
        None,
    );
    // A method that paid without being saved, or is a customer's own, is not for others.
    let used = world.post("/v1/payment_intents", &payment("pm_card_visa")).ok();
    check(&payment(&text(&used["payment_method"])), None, None);
    let own = text(
        &world.post("/v1/payment_methods/pm_card_visa/attach", &format!("customer={customer}")).ok()["id"],
    );
    check(&payment(&own), None, Some("payment_method"));
    let other = world.make("/v1/customers", "name=B");
    check(&format!("{}&customer={other}", payment(&own)), None, Some("payment_method"));
    assert_eq!(
        world.post("/v1/payment_intents", &format!("{}&customer={customer}", payment(&own))).ok()["status"],
        "succeeded"
    );
    world.get("/v1/payment_intents/pi_none").refused(404, Some("resource_missing"), Some("id"));
}

#[test]
fn a_decline_is_kept_for_its_idempotency_key() {
    let world = World::new();
    let ask = world.ask("POST", "/v1/payment_intents").form(&payment("pm_card_chargeDeclined")).key("once");
    let (first, second) = (ask.send(), ask.send());
    assert_eq!((first.status, second.status), (402, 402));
    assert_eq!(first.json(), second.json());
    assert_eq!(ids(&world.get("/v1/charges").ok()).len(), 1);
}

#[test]
fn older_callers_say_themselves_how_they_are_paid() {
    let world = World::new();
    let older =
        |form: &str| world.ask("POST", "/v1/payment_intents").without("Stripe-Version").form(form).send();
    let paid = older(
        "amount=2000&currency=usd&confirm=true&payment_method=pm_card_visa&payment_method_types[]=card",
    )
    .ok();
    assert_eq!((&paid["status"], &paid["automatic_payment_methods"]), (&json!("succeeded"), &Value::Null));
    let declined = older(
        "amount=2000&currency=usd&confirm=true&payment_method=pm_card_visa_chargeDeclined&payment_method_types[]=card",
    );
    assert_eq!(declined.status, 402);
}

#[test]
fn a_customer_of_a_test_clock_pays_at_the_clocks_time() {
    let world = World::new();
    let frozen = START + 1000;
    let clock = world.make("/v1/test_helpers/test_clocks", &format!("frozen_time={frozen}"));
    let customer = world.make("/v1/customers", &format!("test_clock={clock}"));
    let form = format!("{}&customer={customer}", payment("pm_card_visa"));
    let intent = world.post("/v1/payment_intents", &form).ok();
    let path =
        format!("/v1/payment_intents/{}?expand[]=latest_charge.balance_transaction", text(&intent["id"]));
    let shown = world.get(&path).ok();
    let charge = &shown["latest_charge"];
    let refund = world.post("/v1/refunds", &format!("charge={}", text(&charge["id"]))).ok();
    for object in [&shown, charge, &charge["balance_transaction"], &refund] {
        assert_eq!(object["created"], frozen, "{}", object["object"]);
    }
}

#[test]
fn what_is_allowed_stays_so_when_the_amount_changes() {
    let world = World::new();
    let form = "amount=1000&currency=eur&allowed_payment_method_types[]=sepa_debit";
    let intent = world.post("/v1/payment_intents", form).ok();
    assert_eq!(intent["payment_method_types"], json!(["sepa_debit"]));
    let path = format!("/v1/payment_intents/{}", text(&intent["id"]));
    assert_eq!(world.post(&path, "amount=1200").ok()["payment_method_types"], json!(["sepa_debit"]));
}
