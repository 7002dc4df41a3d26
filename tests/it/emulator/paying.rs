//! What customers pay with: payment methods, setup intents, old sources, and their balance.

use serde_json::{Value, json};

use super::world::{World, ids, text};

fn customer_with(method: &str) -> (World, String, String) {
    let world = World::new();
    let customer = world.make("/v1/customers", "name=Ada");
    let attached =
        world.make(&format!("/v1/payment_methods/{method}/attach"), &format!("customer={customer}"));
    (world, customer, attached)
}

#[test]
fn a_method_is_attached_used_by_default_and_detached() {
    let world = World::new();
    let method =
        world.make("/v1/payment_methods", "type=card&card[token]=tok_mastercard&billing_details[name]=Ada");
    let customer = world.make("/v1/customers", "name=Ada");
    let path = format!("/v1/payment_methods/{method}");
    let attached = world.post(&format!("{path}/attach"), &format!("customer={customer}")).ok();
    assert_eq!((&attached["customer"], &attached["card"]["brand"]), (&json!(customer), &json!("mastercard")));
    world.post(&format!("{path}/attach"), &format!("customer={customer}")).ok();
    assert_eq!(
        world.events(),
        ["customer.created", "payment_method.attached"],
        "a second time changes nothing"
    );
    let settings = format!("invoice_settings[default_payment_method]={method}");
    let shown = world
        .post(
            &format!("/v1/customers/{customer}"),
            &format!("{settings}&expand[]=invoice_settings.default_payment_method"),
        )
        .ok();
    assert_eq!(shown["invoice_settings"]["default_payment_method"]["id"], method.as_str());
    let of_customer = format!("/v1/customers/{customer}/payment_methods");
    assert_eq!(ids(&world.get(&format!("{of_customer}?type=card")).ok()), std::slice::from_ref(&method));
    assert_eq!(ids(&world.get(&format!("{of_customer}?type=sepa_debit")).ok()).len(), 0);
    assert_eq!(
        ids(&world.get(&format!("/v1/payment_methods?customer={customer}")).ok()),
        std::slice::from_ref(&method)
    );
    assert_eq!(world.get(&format!("{of_customer}/{method}")).ok()["id"], method.as_str());
    let changed =
        world.post(&path, "billing_details[email]=a@a.example&metadata[a]=1&card[exp_year]=2040").ok();
    assert_eq!(changed["billing_details"]["name"], "Ada");
    assert_eq!(
        (&changed["billing_details"]["email"], &changed["card"]["exp_year"]),
        (&json!("a@a.example"), &json!(2040))
    );
    assert_eq!(
        world.event("payment_method.updated")["data"]["previous_attributes"]["metadata"],
        json!({"a": null})
    );
    let other = world.make("/v1/customers", "name=B");
    world.post(&format!("{path}/attach"), &format!("customer={other}")).refused(400, None, None);
    world.post(&format!("/v1/customers/{other}"), &settings).refused(
        400,
        Some("resource_missing"),
        Some("invoice_settings[default_payment_method]"),
    );
    let detached = world.post(&format!("{path}/detach"), "").ok();
    assert_eq!(detached["customer"], Value::Null);
    assert_eq!(
        world.event("payment_method.detached")["data"]["previous_attributes"],
        json!({"customer": customer})
    );
    let customer_now = world.get(&format!("/v1/customers/{customer}")).ok();
    assert_eq!(customer_now["invoice_settings"]["default_payment_method"], Value::Null);
    world.post(&format!("{path}/detach"), "").refused(400, None, None);
    world.post(&format!("{path}/attach"), &format!("customer={customer}")).refused(400, None, None);
    world.post(&path, "metadata[a]=2").refused(400, None, None);
    world.get(&format!("{of_customer}/{method}")).refused(404, Some("resource_missing"), Some("id"));
}

#[test]
fn a_customer_is_made_with_what_pays() {
    let world = World::new();
    let form = "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa";
    let customer = world.post("/v1/customers", form).ok();
    let method = text(&customer["invoice_settings"]["default_payment_method"]);
    assert!(method.starts_with("pm_") && method != "pm_card_visa", "a test id makes a new method: {method}");
    assert_eq!(world.get(&format!("/v1/payment_methods/{method}")).ok()["customer"], customer["id"]);
    assert_eq!(world.events(), ["customer.created", "payment_method.attached", "customer.updated"]);
    world.delete(&format!("/v1/customers/{}", text(&customer["id"]))).ok();
    assert_eq!(world.get(&format!("/v1/payment_methods/{method}")).ok()["customer"], Value::Null);
    let declined = world.post("/v1/customers", "payment_method=pm_card_chargeDeclined");
    assert_eq!((declined.status, &declined.json()["error"]["code"]), (402, &json!("card_declined")));
    world.post("/v1/customers", "payment_method=pm_none").refused(
        400,
        Some("resource_missing"),
        Some("payment_method"),
    );
}

#[test]
fn an_old_source_is_a_card_and_a_payment_method_too() {
    let world = World::new();
    let customer = world.post("/v1/customers", "source=tok_visa").ok();
    let source = text(&customer["default_source"]);
    assert!(source.starts_with("card_"), "{source}");
    assert_eq!(world.event("customer.source.created")["data"]["object"]["object"], "card");
    let id = text(&customer["id"]);
    let second = world.post(&format!("/v1/customers/{id}/sources"), "source=tok_amex").ok();
    assert_eq!((&second["object"], &second["brand"]), (&json!("card"), &json!("American Express")));
    assert_eq!(world.get(&format!("/v1/customers/{id}")).ok()["default_source"], source.as_str());
    let changed =
        world.post(&format!("/v1/customers/{id}"), &format!("default_source={}", text(&second["id"]))).ok();
    assert_eq!(changed["default_source"], second["id"]);
    let paid = world
        .post(
            "/v1/payment_intents",
            &format!(
                "amount=500&currency=usd&confirm=true&off_session=true&customer={id}&payment_method={source}"
            ),
        )
        .ok();
    assert_eq!(paid["status"], "succeeded");
    world.post("/v1/customers", "source=tok_none").refused(400, Some("resource_missing"), Some("source"));
}

#[test]
fn methods_refuse() {
    let (world, customer, _) = customer_with("pm_card_visa");
    let check = |form: &str, code: Option<&str>, param: &str| {
        world.post("/v1/payment_methods", form).refused(400, code, Some(param));
    };
    check("card[token]=tok_visa", Some("parameter_missing"), "type");
    check("type=card", Some("parameter_missing"), "card");
    check("type=card&card[cvc]=314", Some("parameter_missing"), "card[token]");
    check("type=card&card[token]=tok_gold", Some("resource_missing"), "card[token]");
    check("type=cash", None, "type");
    check("type=card&card[token]=tok_visa&sepa_debit[iban]=x", None, "sepa_debit");
    check(
        "type=sepa_debit&sepa_debit[iban]=AT611904300234573201",
        Some("parameter_missing"),
        "billing_details[name]",
    );
    check("type=card&card[token]=tok_visa&card[colour]=red", Some("parameter_unknown"), "card[colour]");
    let declined =
        world.post("/v1/payment_methods/pm_card_chargeDeclined/attach", &format!("customer={customer}"));
    assert_eq!(
        (declined.status, &declined.json()["error"]["decline_code"]),
        (402, &json!("generic_decline"))
    );
    world.post("/v1/payment_methods/pm_card_visa/attach", "").refused(
        400,
        Some("parameter_missing"),
        Some("customer"),
    );
    world.get("/v1/payment_methods/pm_none").refused(404, Some("resource_missing"), Some("id"));
    assert_eq!(world.get("/v1/payment_methods/pm_card_amex").ok()["card"]["last4"], "0005");
    let fails =
        world.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", &format!("customer={customer}"));
    assert_eq!(fails.ok()["customer"], customer.as_str(), "it can be saved, and declines payments");
}

#[test]
fn a_method_is_set_up_for_payments_without_its_owner() {
    let (world, customer, _) = customer_with("pm_card_visa");
    let intent =
        world.post("/v1/setup_intents", &format!("customer={customer}&description=D&usage=off_session")).ok();
    assert_eq!(
        (&intent["status"], &intent["usage"]),
        (&json!("requires_payment_method"), &json!("off_session"))
    );
    let path = format!("/v1/setup_intents/{}", text(&intent["id"]));
    let changed = world.post(&path, "payment_method=pm_card_visa&metadata[a]=1").ok();
    assert_eq!(changed["status"], "requires_confirmation");
    world.post(&format!("{path}/confirm"), "").refused(400, None, None);
    let done =
        world.post(&format!("{path}/confirm"), "return_url=https://a.example&expand[]=payment_method").ok();
    assert_eq!(
        (&done["status"], &done["payment_method"]["customer"]),
        (&json!("succeeded"), &json!(customer))
    );
    assert_eq!(
        world.events()[2..],
        ["setup_intent.created", "payment_method.attached", "setup_intent.succeeded"]
    );
    world.post(&format!("{path}/confirm"), "").refused(400, Some("setup_intent_unexpected_state"), None);
    world.post(&format!("{path}/cancel"), "").refused(400, Some("setup_intent_unexpected_state"), None);
    assert_eq!(ids(&world.get(&format!("/v1/setup_intents?customer={customer}")).ok()), [text(&done["id"])]);
    assert_eq!(world.get(&path).ok()["metadata"], json!({"a": "1"}));
}

#[test]
fn setting_up_declines_asks_and_ends() {
    let (world, customer, _) = customer_with("pm_card_visa");
    let form = |method: &str| {
        format!("customer={customer}&confirm=true&payment_method={method}&return_url=https://a.example")
    };
    let declined = world.post("/v1/setup_intents", &form("pm_card_chargeDeclined"));
    assert_eq!(declined.status, 402);
    let intent = &declined.json()["error"]["setup_intent"];
    assert_eq!(
        (&intent["status"], &intent["last_setup_error"]["code"]),
        (&json!("requires_payment_method"), &json!("card_declined"))
    );
    assert_eq!(world.event("setup_intent.setup_failed")["data"]["object"]["id"], intent["id"]);
    let asks = world.post("/v1/setup_intents", &form("pm_card_authenticationRequiredOnSetup")).ok();
    assert_eq!(
        (&asks["status"], &asks["next_action"]["type"]),
        (&json!("requires_action"), &json!("redirect_to_url"))
    );
    let cancel = format!("/v1/setup_intents/{}/cancel", text(&asks["id"]));
    let canceled = world.post(&cancel, "cancellation_reason=abandoned").ok();
    assert_eq!(
        (&canceled["status"], &canceled["cancellation_reason"]),
        (&json!("canceled"), &json!("abandoned"))
    );
    assert_eq!(world.events().last().unwrap(), "setup_intent.canceled");
    let check = |form: &str, code: Option<&str>, param: Option<&str>| {
        world.post("/v1/setup_intents", form).refused(400, code, param);
    };
    check(
        "payment_method_types[]=card",
        Some("payment_method_types_no_longer_supported"),
        Some("payment_method_types"),
    );
    check("confirm=true", Some("setup_intent_unexpected_state"), None);
    check("usage=never", None, Some("usage"));
    check("customer=cus_none", Some("resource_missing"), Some("customer"));
}

#[test]
fn a_balance_is_the_sum_of_its_transactions() {
    let world = World::new();
    let customer = world.make("/v1/customers", "balance=-300");
    let path = format!("/v1/customers/{customer}/balance_transactions");
    let credit = world.post(&path, "amount=-500&currency=usd&description=Sorry&metadata[a]=1").ok();
    assert_eq!((&credit["type"], &credit["ending_balance"]), (&json!("adjustment"), &json!(-800)));
    let told = world.event("customer.updated");
    assert_eq!(told["data"]["previous_attributes"], json!({"balance": -300}));
    let raised = world.post(&format!("/v1/customers/{customer}"), "balance=100").ok();
    assert_eq!((&raised["balance"], &raised["currency"]), (&json!(100), &json!("usd")));
    let list = world.get(&path).ok();
    let amounts: Vec<i64> =
        list["data"].as_array().unwrap().iter().map(|entry| entry["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [900, -500, -300]);
    assert_eq!(amounts.iter().sum::<i64>(), 100);
    let one = format!("{path}/{}", text(&credit["id"]));
    assert_eq!(world.post(&one, "description=Again").ok()["description"], "Again");
    assert_eq!(world.get(&format!("{one}?expand[]=customer")).ok()["customer"]["balance"], 100);
    world.post(&path, "amount=5&currency=eur").refused(400, None, Some("currency"));
    world.post(&path, "amount=0&currency=usd").refused(400, None, Some("amount"));
    world.post(&path, "currency=usd").refused(400, Some("parameter_missing"), Some("amount"));
    world.post(&one, "amount=5").refused(400, Some("parameter_unknown"), Some("amount"));
    let other = world.make("/v1/customers", "");
    world.get(&format!("/v1/customers/{other}/balance_transactions/{}", text(&credit["id"]))).refused(
        404,
        Some("resource_missing"),
        Some("id"),
    );
}
