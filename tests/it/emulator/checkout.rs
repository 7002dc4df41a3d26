//! Checkout sessions, and the page that completes them.

use serde_json::{Value, json};

use super::world::{START, World, ids, text};

const DAY: i64 = 24 * 60 * 60;
const URLS: &str = "success_url=https://a.example/ok&cancel_url=https://a.example/no";

struct Shop {
    world: World,
    once: String,
    monthly: String,
}

fn shop() -> Shop {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    let once = world.make("/v1/prices", "product=a&currency=usd&unit_amount=1500");
    let monthly =
        world.make("/v1/prices", "product=a&currency=usd&unit_amount=900&recurring[interval]=month");
    Shop { world, once, monthly }
}

impl Shop {
    fn session(&self, more: &str) -> Value {
        let form =
            format!("mode=payment&{URLS}&line_items[0][price]={}&line_items[0][quantity]=2{more}", self.once);
        self.world.post("/v1/checkout/sessions", &form).ok()
    }

    fn get(&self, session: &Value) -> Value {
        self.world.get(&format!("/v1/checkout/sessions/{}", text(&session["id"]))).ok()
    }

    fn confirm(&self, session: &Value, form: &str) -> super::world::Answer {
        self.world.post(&format!("/v1/payment_pages/{}/confirm", text(&session["id"])), form)
    }

    /// The names of the events since there were so many.
    fn since(&self, seen: usize) -> Vec<String> {
        self.world.events()[seen..].to_vec()
    }
}

#[test]
fn a_paid_session_is_complete() {
    let shop = shop();
    let session =
        shop.session("&client_reference_id=u7&metadata[userId]=7&payment_intent_data[description]=Tea");
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("open"), &json!("unpaid")));
    assert_eq!((&session["amount_total"], &session["currency"]), (&json!(3000), &json!("usd")));
    assert_eq!(session["payment_intent"], Value::Null, "nothing is paid before the page is");
    assert!(text(&session["url"]).starts_with(&format!("{}/c/pay/cs_test_", shop.world.base_url)));
    assert_eq!(session["expires_at"], START + DAY);
    let seen = shop.world.events().len();
    let page = shop.world.get(&format!("/v1/payment_pages/{}", text(&session["id"]))).ok();
    assert_eq!(page["id"], session["id"]);
    let method = shop.world.make(
        "/v1/payment_methods",
        "type=card&card[token]=tok_visa&billing_details[email]=ada@a.example&billing_details[name]=Ada",
    );
    shop.confirm(&session, &format!("payment_method={method}&expected_amount=2999")).refused(
        400,
        None,
        Some("expected_amount"),
    );
    let done = shop.confirm(&session, &format!("payment_method={method}&expected_amount=3000")).ok();
    assert_eq!((&done["status"], &done["payment_status"]), (&json!("complete"), &json!("paid")));
    assert_eq!((&done["url"], &done["customer"]), (&Value::Null, &Value::Null));
    assert_eq!(done["customer_details"]["email"], "ada@a.example");
    assert_eq!(
        shop.since(seen),
        [
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded",
            "charge.updated",
            "checkout.session.completed",
        ]
    );
    let told = shop.world.event("checkout.session.completed");
    assert_eq!(told["data"]["object"], done);
    assert_eq!((&done["client_reference_id"], &done["metadata"]), (&json!("u7"), &json!({"userId": "7"})));
    let path =
        format!("/v1/checkout/sessions/{}?expand[]=line_items&expand[]=payment_intent", text(&done["id"]));
    let shown = shop.world.get(&path).ok();
    assert_eq!(shown["payment_intent"]["description"], "Tea");
    assert_eq!(shown["line_items"]["data"][0]["amount_total"], 3000);
    let intent = text(&shown["payment_intent"]["id"]);
    for filter in [
        format!("payment_intent={intent}"),
        "status=complete".to_owned(),
        "customer_details[email]=ada@a.example".to_owned(),
    ] {
        assert_eq!(
            ids(&shop.world.get(&format!("/v1/checkout/sessions?{filter}")).ok()),
            [text(&done["id"])]
        );
    }
    shop.confirm(&session, &format!("payment_method={method}")).refused(400, None, None);
    shop.world
        .post(&format!("/v1/checkout/sessions/{}/expire", text(&done["id"])), "")
        .refused(400, None, None);
}

#[test]
fn a_declined_session_stays_open_and_pays_with_another_card() {
    let shop = shop();
    let session = shop.session("");
    let declined = shop.confirm(&session, "payment_method=pm_card_chargeDeclinedInsufficientFunds");
    assert_eq!(
        (declined.status, &declined.json()["error"]["decline_code"]),
        (402, &json!("insufficient_funds"))
    );
    let open = shop.get(&session);
    assert_eq!((&open["status"], &open["payment_status"]), (&json!("open"), &json!("unpaid")));
    let done = shop.confirm(&session, "payment_method=pm_card_visa").ok();
    assert_eq!((&done["status"], &done["payment_intent"]), (&json!("complete"), &open["payment_intent"]));
}

#[test]
fn a_session_waits_for_a_customer_who_has_to_authenticate() {
    let shop = shop();
    let session = shop.session("");
    let waiting = shop.confirm(&session, "payment_method=pm_card_threeDSecure2Required").ok();
    assert_eq!((&waiting["status"], &waiting["payment_status"]), (&json!("open"), &json!("unpaid")));
    let path = format!("/_emulator/authenticate/{}", text(&waiting["payment_intent"]));
    shop.world.control("POST", &path, "outcome=pass").ok();
    let done = shop.get(&session);
    assert_eq!((&done["status"], &done["payment_status"]), (&json!("complete"), &json!("paid")));
    assert_eq!(shop.world.event("checkout.session.completed")["data"]["object"], done);
}

#[test]
fn a_debit_completes_a_session_before_it_is_paid() {
    for (iban, event, payment_status) in [
        ("AT611904300234573201", "checkout.session.async_payment_succeeded", "paid"),
        ("AT861904300235473202", "checkout.session.async_payment_failed", "unpaid"),
    ] {
        let shop = shop();
        let world = &shop.world;
        let euros = world.make("/v1/prices", "product=a&currency=eur&unit_amount=1500");
        // As the official CLI's trigger does, which names no version.
        let form = format!(
            "mode=payment&{URLS}&line_items[0][price]={euros}&line_items[0][quantity]=2\
             &payment_method_types[]=sepa_debit&payment_intent_data[setup_future_usage]=off_session"
        );
        let session =
            world.ask("POST", "/v1/checkout/sessions").without("Stripe-Version").form(&form).send().ok();
        let method = world.make(
            "/v1/payment_methods",
            &format!("type=sepa_debit&sepa_debit[iban]={iban}&billing_details[name]=Ada&billing_details[email]=a@a.example"),
        );
        let done = shop.confirm(&session, &format!("payment_method={method}&expected_amount=3000")).ok();
        assert_eq!((&done["status"], &done["payment_status"]), (&json!("complete"), &json!("unpaid")));
        assert_eq!(world.get(&format!("/v1/payment_methods/{method}")).ok()["customer"], done["customer"]);
        world.pass(10);
        assert_eq!(world.event(event)["data"]["object"]["id"], session["id"]);
        assert_eq!(shop.get(&session)["payment_status"], payment_status);
    }
}

#[test]
fn a_session_expires_when_told_to_and_by_itself() {
    let shop = shop();
    let session = shop.session("");
    let expired = shop.world.post(&format!("/v1/checkout/sessions/{}/expire", text(&session["id"])), "").ok();
    assert_eq!((&expired["status"], &expired["url"]), (&json!("expired"), &Value::Null));
    assert_eq!(shop.world.event("checkout.session.expired")["data"]["object"]["id"], session["id"]);
    shop.confirm(&session, "payment_method=pm_card_visa").refused(400, None, None);
    let later = shop.session(&format!("&expires_at={}", START + DAY / 2));
    shop.world.pass(DAY / 2 + 1);
    assert_eq!(shop.get(&later)["status"], "expired");
    assert_eq!(shop.world.event("checkout.session.expired")["data"]["object"]["id"], later["id"]);
}

#[test]
fn a_setup_session_saves_a_method() {
    let shop = shop();
    let customer = shop.world.make("/v1/customers", "email=a@a.example");
    let form = format!("mode=setup&{URLS}&currency=usd&customer={customer}&setup_intent_data[metadata][a]=1");
    let session = shop.world.post("/v1/checkout/sessions", &form).ok();
    assert_eq!(session["payment_status"], "no_payment_required");
    let intent = shop.world.get(&format!("/v1/setup_intents/{}", text(&session["setup_intent"]))).ok();
    assert_eq!(intent["metadata"], json!({"a": "1"}));
    shop.confirm(&session, "").refused(400, Some("parameter_missing"), Some("payment_method"));
    let done = shop.confirm(&session, "payment_method=pm_card_visa").ok();
    assert_eq!(
        (&done["status"], &done["customer_details"]["email"]),
        (&json!("complete"), &json!("a@a.example"))
    );
    assert_eq!(ids(&shop.world.get(&format!("/v1/customers/{customer}/payment_methods")).ok()).len(), 1);
}

#[test]
fn a_discount_is_spread_over_the_lines() {
    let shop = shop();
    shop.world.make("/v1/coupons", "id=third&percent_off=33.3&duration=once");
    let other = shop.world.make("/v1/prices", "product=a&currency=usd&unit_amount=333");
    let session = shop.session(&format!(
        "&line_items[1][price]={other}&line_items[1][quantity]=1&discounts[0][coupon]=third"
    ));
    // 33.3 % of 33.33 is 11.09889, and the first line's part is rounded down.
    assert_eq!(session["total_details"]["amount_discount"], 1110);
    assert_eq!((&session["amount_subtotal"], &session["amount_total"]), (&json!(3333), &json!(2223)));
    let lines = shop.world.get(&format!("/v1/checkout/sessions/{}/line_items", text(&session["id"]))).ok();
    let discounts: Vec<&Value> =
        lines["data"].as_array().unwrap().iter().map(|line| &line["amount_discount"]).collect();
    assert_eq!(discounts, [&json!(999), &json!(111)]);
    assert_eq!(
        shop.confirm(&session, "payment_method=pm_card_visa&expected_amount=2223").ok()["payment_status"],
        "paid"
    );
    shop.world.make("/v1/coupons", "id=all&percent_off=100&duration=once");
    let free = shop.session("&discounts[0][coupon]=all");
    assert_eq!((&free["amount_total"], &free["payment_status"]), (&json!(0), &json!("no_payment_required")));
    assert_eq!(shop.confirm(&free, "").ok()["payment_intent"], Value::Null);
}

#[test]
fn sessions_refuse() {
    let shop = shop();
    let (once, monthly) = (&shop.once, &shop.monthly);
    let line = format!("line_items[0][price]={once}&line_items[0][quantity]=1");
    let every = format!("line_items[0][price]={monthly}&line_items[0][quantity]=1");
    let check = |form: &str, code: Option<&str>, param: &str| {
        shop.world.post("/v1/checkout/sessions", form).refused(400, code, Some(param));
    };
    check(&format!("{URLS}&{line}"), Some("parameter_missing"), "mode");
    check(&format!("mode=payment&{URLS}"), Some("parameter_missing"), "line_items");
    check(&format!("mode=payment&{line}"), Some("parameter_missing"), "success_url");
    check(&format!("mode=payment&{URLS}&{every}"), None, "mode");
    check(&format!("mode=subscription&{URLS}&{line}"), None, "line_items");
    check(&format!("mode=setup&{URLS}"), Some("parameter_missing"), "currency");
    check(&format!("mode=setup&{URLS}&currency=usd&{line}"), None, "line_items");
    check(&format!("mode=payment&ui_mode=hosted&{URLS}&{line}"), None, "ui_mode");
    check(&format!("mode=payment&ui_mode=embedded_page&{URLS}&{line}"), None, "success_url");
    check(&format!("mode=payment&ui_mode=embedded_page&{line}"), Some("parameter_missing"), "return_url");
    check(
        &format!("mode=payment&{URLS}&{line}&payment_method_types[]=card"),
        Some("payment_method_types_no_longer_supported"),
        "payment_method_types",
    );
    check(
        &format!("mode=payment&{URLS}&{line}&subscription_data[trial_period_days]=7"),
        None,
        "subscription_data",
    );
    check(
        &format!("mode=subscription&{URLS}&{every}&payment_intent_data[description]=D"),
        None,
        "payment_intent_data",
    );
    check(&format!("mode=payment&{URLS}&{line}&customer=cus_none"), Some("resource_missing"), "customer");
    check(
        &format!("mode=payment&{URLS}&{line}&customer=cus_none&customer_email=a@a.example"),
        Some("parameters_exclusive"),
        "customer",
    );
    check(
        &format!("mode=payment&{URLS}&{line}&discounts[0][coupon]=none"),
        Some("resource_missing"),
        "discounts[0][coupon]",
    );
    check(&format!("mode=payment&{URLS}&{line}&expires_at={}", START + 60), None, "expires_at");
    check(&format!("mode=payment&{URLS}&{line}&colour=red"), Some("parameter_unknown"), "colour");
    shop.world.get("/v1/checkout/sessions/cs_none").refused(404, Some("resource_missing"), Some("id"));
    let embedded = shop
        .world
        .post(
            "/v1/checkout/sessions",
            &format!("mode=payment&ui_mode=embedded_page&return_url=https://a.example&{line}"),
        )
        .ok();
    assert_eq!((&embedded["url"], embedded["client_secret"].is_string()), (&Value::Null, true));
}

#[test]
fn a_subscription_starts_when_its_session_is_complete() {
    let shop = shop();
    let form = format!(
        "mode=subscription&{URLS}&line_items[0][price]={}&line_items[0][quantity]=3&customer_email=ada@a.example\
         &subscription_data[metadata][userId]=7",
        shop.monthly
    );
    let session = shop.world.post("/v1/checkout/sessions", &form).ok();
    assert_eq!((&session["amount_total"], &session["payment_status"]), (&json!(2700), &json!("unpaid")));
    let seen = shop.world.events().len();
    for card in ["pm_card_chargeDeclined", "pm_card_chargeCustomerFail"] {
        assert_eq!(shop.confirm(&session, &format!("payment_method={card}")).status, 402, "{card}");
    }
    assert_eq!(shop.get(&session)["status"], "open");
    let all = shop.world.get("/v1/subscriptions?status=all").ok();
    assert_eq!(ids(&all).len(), 0, "what failed left no subscription");
    let done = shop.confirm(&session, "payment_method=pm_card_visa").ok();
    assert_eq!((&done["status"], &done["payment_status"]), (&json!("complete"), &json!("paid")));
    let path = format!(
        "/v1/checkout/sessions/{}?expand[]=subscription&expand[]=customer&expand[]=invoice",
        text(&session["id"])
    );
    let shown = shop.world.get(&path).ok();
    let subscription = &shown["subscription"];
    assert_eq!(
        (&subscription["status"], &subscription["metadata"]),
        (&json!("active"), &json!({"userId": "7"}))
    );
    assert_eq!(subscription["items"]["data"][0]["quantity"], 3);
    assert_eq!(
        (&shown["customer"]["email"], &shown["invoice"]["status"]),
        (&json!("ada@a.example"), &json!("paid"))
    );
    let events = shop.since(seen);
    assert_eq!(events.first().unwrap(), "customer.created");
    assert_eq!(events.last().unwrap(), "checkout.session.completed");
    assert!(events.contains(&"invoice.paid".to_owned()), "{events:?}");
    assert!(events.contains(&"customer.subscription.created".to_owned()), "{events:?}");
}

#[test]
fn a_trial_from_a_session_costs_nothing_yet() {
    let shop = shop();
    let form = format!(
        "mode=subscription&{URLS}&line_items[0][price]={}&line_items[0][quantity]=1\
         &subscription_data[trial_period_days]=7&payment_method_collection=if_required&customer_email=a@a.example",
        shop.monthly
    );
    let session = shop.world.post("/v1/checkout/sessions", &form).ok();
    assert_eq!(
        (&session["amount_total"], &session["payment_status"]),
        (&json!(0), &json!("no_payment_required"))
    );
    let done = shop.confirm(&session, "").ok();
    assert_eq!(done["payment_status"], "no_payment_required");
    let subscription = shop.world.get(&format!("/v1/subscriptions/{}", text(&done["subscription"]))).ok();
    assert_eq!(subscription["status"], "trialing");
    assert_eq!(ids(&shop.world.get("/v1/charges").ok()).len(), 0);
}
