//! Portal sessions, and the portal that they lead to.

use serde_json::{Value, json};

use super::receiver::Receiver;
use super::world::{Answer, World, text};

const DAY: i64 = 24 * 60 * 60;
const BACK: &str = "https://shop.example/account?from=portal";

struct Shop {
    world: World,
    customer: String,
    small: String,
    large: String,
    subscription: Value,
}

fn shop() -> Shop {
    let world = World::new();
    world.make("/v1/products", "name=Small&id=small");
    world.make("/v1/products", "name=Large&id=large");
    let price = |product: &str, amount: i64| {
        let form = format!("product={product}&currency=usd&unit_amount={amount}&recurring[interval]=month");
        world.make("/v1/prices", &form)
    };
    let (small, large) = (price("small", 1000), price("large", 3000));
    let customer = world.make(
        "/v1/customers",
        "email=ada@a.example&name=Ada&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa",
    );
    let form = format!("customer={customer}&items[0][price]={small}");
    let subscription = world.post("/v1/subscriptions", &form).ok();
    Shop { world, customer, small, large, subscription }
}

impl Shop {
    fn configuration(&self, more: &str) -> String {
        let form = format!(
            "features[invoice_history][enabled]=true&features[payment_method_update][enabled]=true\
             &features[subscription_cancel][enabled]=true&features[subscription_cancel][cancellation_reason][enabled]=true\
             &features[subscription_cancel][cancellation_reason][options][0]=too_expensive\
             &features[subscription_update][enabled]=true&features[subscription_update][default_allowed_updates][0]=price\
             &features[subscription_update][proration_behavior]=always_invoice\
             &features[subscription_update][products][0][product]=small&features[subscription_update][products][0][prices][0]={}\
             &features[subscription_update][products][1][product]=large&features[subscription_update][products][1][prices][0]={}{more}",
            self.small, self.large
        );
        self.world.make("/v1/billing_portal/configurations", &form)
    }

    fn session(&self, configuration: &str, more: &str) -> Value {
        let form =
            format!("customer={}&configuration={configuration}&return_url={BACK}{more}", self.customer);
        self.world.post("/v1/billing_portal/sessions", &form).ok()
    }

    fn path<'a>(&self, session: &'a Value) -> &'a str {
        session["url"].as_str().unwrap().strip_prefix(self.world.base_url.as_str()).unwrap()
    }

    fn browse(&self, method: &str, path: &str, form: &str) -> Answer {
        let ask = self.world.ask(method, path).without("Authorization").without("Stripe-Version");
        let ask = if method == "POST" { ask.form(form).header("Origin", &self.world.base_url) } else { ask };
        ask.send()
    }

    fn now(&self) -> Value {
        self.world.get(&format!("/v1/subscriptions/{}", text(&self.subscription["id"]))).ok()
    }

    fn id(&self) -> String {
        text(&self.subscription["id"])
    }

    fn item(&self) -> String {
        text(&self.subscription["items"]["data"][0]["id"])
    }
}

#[test]
fn a_customer_sees_its_plan_card_and_invoices() {
    let shop = shop();
    let session = shop.session(&shop.configuration(""), "");
    assert_eq!((&session["object"], &session["flow"]), (&json!("billing_portal.session"), &Value::Null));
    assert_eq!(shop.world.event("billing_portal.session.created")["data"]["object"]["id"], session["id"]);
    let page = shop.browse("GET", shop.path(&session), "");
    for shown in [
        "Small",
        "$10.00 per month",
        "Active",
        "Visa •••• 4242",
        "$10.00",
        "-0001",
        "Cancel plan",
        "Change plan",
    ] {
        assert!(page.text.contains(shown), "{shown}\n{}", page.text);
    }
    assert!(page.text.contains(&format!("href=\"{BACK}\"")), "{}", page.text);
    shop.world.pass(2 * 60 * 60);
    assert_eq!(shop.browse("GET", shop.path(&session), "").status, 410);
    assert_eq!(shop.browse("GET", "/p/session/none", "").status, 404);
}

#[test]
fn a_plan_is_canceled_with_a_reason_and_kept_after_all() {
    let shop = shop();
    let session = shop.session(&shop.configuration(""), "");
    let path = shop.path(&session);
    let page = shop.browse("GET", &format!("{path}/cancel?subscription={}", shop.id()), "");
    assert!(
        page.text.contains("It&#39;s too expensive") && !page.text.contains("Ease of use"),
        "{}",
        page.text
    );
    let form = format!("subscription={}&feedback=too_expensive&comment=Bye", shop.id());
    let done = shop.browse("POST", &format!("{path}/cancel"), &form);
    assert_eq!((done.status, done.header("location")), (303, Some(format!("{path}?home=1").as_str())));
    let ending = shop.now();
    assert_eq!((&ending["status"], &ending["cancel_at_period_end"]), (&json!("active"), &json!(true)));
    assert_eq!(ending["cancellation_details"]["feedback"], "too_expensive");
    assert_eq!(ending["cancellation_details"]["comment"], "Bye");
    let told = shop.world.event("customer.subscription.updated");
    assert_eq!(told["data"]["previous_attributes"]["cancel_at_period_end"], false);
    assert!(shop.browse("GET", path, "").text.contains("and is not renewed."));
    shop.browse("POST", &format!("{path}/renew"), &format!("subscription={}", shop.id()));
    assert_eq!(
        (&shop.now()["cancel_at"], &shop.now()["cancel_at_period_end"]),
        (&Value::Null, &json!(false))
    );
    let at_once = shop.session(&shop.configuration("&features[subscription_cancel][mode]=immediately"), "");
    let path = shop.path(&at_once);
    shop.browse("POST", &format!("{path}/cancel"), &format!("subscription={}", shop.id()));
    assert_eq!(shop.now()["status"], "canceled");
}

#[test]
fn another_card_pays_from_then_on() {
    let shop = shop();
    let method =
        shop.world.make("/v1/payment_methods/pm_card_visa/attach", &format!("customer={}", shop.customer));
    shop.world
        .post(&format!("/v1/subscriptions/{}", shop.id()), &format!("default_payment_method={method}"))
        .ok();
    let session = shop.session(&shop.configuration(""), "");
    let path = format!("{}/card", shop.path(&session));
    let refused = shop.browse("POST", &path, "number=4000000000000002&expiry=1234&cvc=123&name=Ada");
    assert_eq!(refused.status, 402);
    assert!(refused.text.contains("Your card was declined."), "{}", refused.text);
    let done = shop.browse("POST", &path, "number=5555555555554444&expiry=1234&cvc=123&name=Ada");
    assert_eq!(done.status, 303, "{}", done.text);
    let customer = shop.world.get(&format!("/v1/customers/{}", shop.customer)).ok();
    let default = &customer["invoice_settings"]["default_payment_method"];
    assert_eq!(&shop.now()["default_payment_method"], default);
    let card = shop.world.get(&format!("/v1/payment_methods/{}", text(default))).ok();
    assert_eq!(card["card"]["brand"], "mastercard");
}

#[test]
fn a_plan_is_changed_after_a_look_at_what_it_costs() {
    let shop = shop();
    let receiver = Receiver::new();
    receiver.subscribe(&shop.world, &["*"]);
    let session = shop.session(&shop.configuration(""), "");
    let path = shop.path(&session);
    shop.world.pass(60);
    let choose = shop.browse("GET", &format!("{path}/update?subscription={}", shop.id()), "");
    assert!(choose.text.contains("Large") && choose.text.contains("Your plan"), "{}", choose.text);
    let before = shop.world.events();
    let query = format!("subscription={}&item={}&price={}", shop.id(), shop.item(), shop.large);
    let confirm = shop.browse("GET", &format!("{path}/update?{query}"), "");
    assert!(
        confirm.text.contains("Unused time on Small") && confirm.text.contains("Due today"),
        "{}",
        confirm.text
    );
    assert_eq!(shop.world.events(), before, "a look changes nothing");
    let done = shop.browse("POST", &format!("{path}/update"), &query);
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(shop.now()["items"]["data"][0]["price"]["id"], *shop.large);
    let invoices = shop.world.get(&format!("/v1/invoices?subscription={}", shop.id())).ok();
    assert_eq!(
        (
            &invoices["data"][0]["billing_reason"],
            &invoices["data"][0]["status"],
            &invoices["data"][0]["total"]
        ),
        (&json!("subscription_update"), &json!("paid"), &json!(2000))
    );
    let strange =
        shop.world.make("/v1/prices", "product=large&currency=usd&unit_amount=1&recurring[interval]=month");
    let query = format!("subscription={}&item={}&price={strange}", shop.id(), shop.item());
    assert_eq!(shop.browse("POST", &format!("{path}/update"), &query).status, 400);
    // What the looks tried out was sent to nobody.
    let sent =
        shop.world.control("GET", "/_emulator/deliveries", "").ok()["deliveries"].as_array().unwrap().len();
    assert_eq!(sent, shop.world.events().len() - before.len() + 2, "with those of configuration and session");
}

#[test]
fn a_smaller_plan_waits_for_the_next_period_where_that_is_configured() {
    let shop = shop();
    let waits =
        "&features[subscription_update][schedule_at_period_end][conditions][0][type]=decreasing_item_amount";
    let configuration = shop.configuration(waits);
    let change = |price: &str| {
        let session = shop.session(&configuration, "");
        let query = format!("subscription={}&item={}&price={price}", shop.id(), shop.item());
        let look = shop.browse("GET", &format!("{}/update?{query}", shop.path(&session)), "");
        let done = shop.browse("POST", &format!("{}/update", shop.path(&session)), &query);
        assert_eq!(done.status, 303, "{}", done.text);
        look
    };
    change(&shop.large);
    assert_eq!(shop.now()["items"]["data"][0]["price"]["id"], *shop.large);
    let look = change(&shop.small);
    assert!(look.text.contains("Nothing is charged today."), "{}", look.text);
    assert_eq!(shop.now()["items"]["data"][0]["price"]["id"], *shop.large);
    assert!(shop.now()["schedule"].is_string());
    shop.world.control("POST", "/_emulator/advance", &(32 * DAY).to_string()).ok();
    assert_eq!(shop.now()["items"]["data"][0]["price"]["id"], *shop.small);
    let invoices = shop.world.get(&format!("/v1/invoices?subscription={}", shop.id())).ok();
    assert_eq!(invoices["data"][0]["total"], 1000);
}

#[test]
fn a_flow_leads_to_one_thing_and_then_where_it_says() {
    let shop = shop();
    let configuration = shop.configuration("");
    let flow =
        |kind: &str, more: &str| shop.session(&configuration, &format!("&flow_data[type]={kind}{more}"));
    let id = shop.id();
    let redirect = "&flow_data[after_completion][type]=redirect&flow_data[after_completion][redirect][return_url]=https://shop.example/done";
    let card = flow("payment_method_update", redirect);
    assert_eq!(card["flow"]["after_completion"]["redirect"]["return_url"], "https://shop.example/done");
    let path = shop.path(&card);
    assert_eq!(shop.browse("GET", path, "").header("location"), Some(format!("{path}/card").as_str()));
    let paid =
        shop.browse("POST", &format!("{path}/card"), "number=4242424242424242&expiry=1234&cvc=123&name=Ada");
    assert_eq!(paid.header("location"), Some("https://shop.example/done"));
    let update = flow(
        "subscription_update_confirm",
        &format!(
            "&flow_data[subscription_update_confirm][subscription]={id}&flow_data[subscription_update_confirm][items][0][id]={}\
             &flow_data[subscription_update_confirm][items][0][price]={}&flow_data[after_completion][type]=hosted_confirmation\
             &flow_data[after_completion][hosted_confirmation][custom_message]=Enjoy!",
            shop.item(),
            shop.large
        ),
    );
    let path = shop.path(&update);
    let to = shop.browse("GET", path, "");
    let page = shop.browse("GET", to.header("location").unwrap(), "");
    assert!(page.text.contains("Confirm the change") && page.text.contains("Large"), "{}", page.text);
    let query = format!("subscription={id}&item={}&price={}", shop.item(), shop.large);
    let done = shop.browse("POST", &format!("{path}/update"), &query);
    assert!(shop.browse("GET", done.header("location").unwrap(), "").text.contains("Enjoy!"));
    let cancel = flow("subscription_cancel", &format!("&flow_data[subscription_cancel][subscription]={id}"));
    let to = shop.browse("GET", shop.path(&cancel), "");
    assert!(to.header("location").unwrap().ends_with(&format!("/cancel?subscription={id}")));
}

#[test]
fn what_a_session_may_not_be_made_for_is_refused() {
    let shop = shop();
    let bare =
        shop.world.make("/v1/billing_portal/configurations", "features[invoice_history][enabled]=true");
    let refused = |form: &str, code: Option<&str>, param: Option<&str>| {
        shop.world.post("/v1/billing_portal/sessions", form).refused(400, code, param)
    };
    let customer = &shop.customer;
    refused("", Some("parameter_missing"), Some("customer"));
    refused("customer=cus_none", Some("resource_missing"), Some("customer"));
    let message = refused(&format!("customer={customer}"), None, None);
    assert!(message.starts_with("No configuration provided"), "{message}");
    let base = format!("customer={customer}&configuration={bare}");
    refused(&format!("{base}&flow_data[type]=payment_method_update"), None, Some("flow_data[type]"));
    refused(&format!("{base}&return_url=shop"), Some("url_invalid"), Some("return_url"));
    let full = format!("customer={customer}&configuration={}", shop.configuration(""));
    let cancel = format!("{full}&flow_data[type]=subscription_cancel");
    refused(&cancel, Some("parameter_missing"), Some("flow_data[subscription_cancel]"));
    refused(
        &format!("{cancel}&flow_data[subscription_cancel][subscription]=sub_none"),
        Some("resource_missing"),
        Some("flow_data[subscription_cancel][subscription]"),
    );
    let other = shop.world.make("/v1/customers", "email=b@b.example");
    let theirs = format!(
        "{}&flow_data[subscription_cancel][subscription]={}",
        cancel.replace(customer.as_str(), &other),
        shop.id()
    );
    refused(&theirs, None, Some("flow_data[subscription_cancel][subscription]"));
    let bare_session = shop.session(&bare, "");
    let path = shop.path(&bare_session);
    for act in ["cancel", "card", "update", "pause"] {
        let form = format!(
            "subscription={}&item={}&number=4242424242424242&expiry=1234&cvc=123&name=A",
            shop.id(),
            shop.item()
        );
        let form = if act == "card" {
            form.split_once("&number").map(|(_, rest)| format!("number{rest}")).unwrap()
        } else {
            form
        };
        let form =
            if act == "cancel" || act == "pause" { format!("subscription={}", shop.id()) } else { form };
        let form =
            if act == "update" { format!("subscription={}&item={}", shop.id(), shop.item()) } else { form };
        assert_eq!(shop.browse("POST", &format!("{path}/{act}"), &form).status, 403, "{act}");
    }
    assert_eq!(shop.now()["status"], "active");
}
