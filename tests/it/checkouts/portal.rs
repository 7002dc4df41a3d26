//! Links to the portal.

use insta::assert_snapshot;
use serde_json::json;

use super::{checkout, system, text};

#[test]
fn a_portal_leads_back_to_where_the_template_says() {
    let (mut shop, emulator) = system("communities");
    shop.set("PARENT_APP_URL", "https://parent.example");
    let customer = checkout(&shop, "--subject 42 --plan pro")["customer"].clone();
    let made = shop.billctl("portal create --subject 42 --var plugin=chat -o json").exits(0).json();
    assert!(text(&made["url"]).starts_with("http"));
    assert!(text(&made["id"]).starts_with("bps_"));
    assert_eq!(
        (&made["customer"], &made["return_url"]),
        (&customer, &json!("https://parent.example/c/42/plugin/chat/?stripe_status=portal_return"))
    );
    // The billing file's own portal, not the account's default.
    let portals = emulator.list("/v1/billing_portal/configurations");
    let main = portals.iter().find(|portal| portal["metadata"]["billctl_key"] == "main").unwrap();
    assert_eq!(made["configuration"], main["id"]);
}

#[test]
fn a_flow_leads_straight_to_one_thing() {
    let (shop, _emulator) = system("nexus");
    let made = checkout(&shop, "--subject u_1 --plan pro");
    let flow = |name: &str| {
        shop.billctl(&format!("portal create --subject u_1 --flow {name} -o json")).exits(0).json()["flow"]
            .clone()
    };
    assert_eq!(flow("payment-method"), "payment_method_update");
    let said = shop.billctl("portal create --subject u_1 --flow cancel --quiet").exits(1);
    assert_snapshot!(said, @"
    [stderr]
    error: `u_1` has no subscription that could be changed; nothing was sent
    hint: `billctl events pull` reads what is new in Stripe; `--subscription ID` names one
    [exit 1]
    ");
    shop.billctl(&format!("emulator pay {} --card 4242424242424242", text(&made["id"]))).exits(0);
    shop.billctl("events pull").exits(0);
    assert_eq!(flow("cancel"), "subscription_cancel");
    assert_eq!(flow("change-plan"), "subscription_update");
}

#[test]
fn of_several_subscriptions_the_one_that_gives_the_plan_is_meant() {
    let (shop, emulator) = system("nexus");
    let card = "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa";
    emulator.post("/v1/customers", &format!("metadata[userId]=u_1&{card}"));
    let create = |line: &str| {
        let made = shop.billctl(&format!("subscription create u_1 {line} -o json")).exits(0).json();
        made["id"].clone()
    };
    let business = create("--plan business");
    emulator.post("/_emulator/advance", "60");
    create("--plan starter --another --key second");
    shop.billctl("events pull").exits(0);
    let would = shop.billctl("portal create --subject u_1 --flow cancel --dry-run -o json").exits(0).json();
    assert_eq!(would["request"]["params"]["flow_data"]["subscription_cancel"]["subscription"], business);
}

#[test]
fn a_customer_that_was_deleted_is_told_before_anything_is_sent() {
    let (shop, emulator) = system("nexus");
    let made = shop.billctl("customer create u_1 -o json").exits(0).json();
    emulator.delete(&format!("/v1/customers/{}", text(&made["customer"])));
    let said = shop.billctl("portal create --subject u_1 --quiet").exits(1);
    assert!(said.stderr.contains("or has deleted it; nothing was sent"), "{said}");
    let posts = |request: &&serde_json::Value| request["path"] == "/v1/billing_portal/sessions";
    assert_eq!(emulator.requests().iter().filter(posts).count(), 0);
}

#[test]
fn an_account_whose_portal_was_never_set_up_is_told_where_to_do_that() {
    let (mut shop, _emulator) = system("nexus");
    shop.billctl("customer create u_1").exits(0);
    // The same account, by a file that has no portal.
    shop.write(
        "other.toml",
        "[project]\nname = \"nexus\"\n[links]\nportal_return = \"https://app.example\"\n",
    );
    shop.set("BILLCTL_CONFIG", "other.toml");
    assert_snapshot!(shop.billctl("portal create --subject u_1 --quiet"), @"
    [stderr]
    error: Stripe has no settings of this account's portal yet; no link was made
    hint: Say what customers may do there with `[portals.main]` in billing.toml and run `billctl catalog sync`; or save the settings once in Stripe's Dashboard, under Settings, Billing, Customer portal
    [exit 1]
    ");
}

#[test]
fn the_usual_mistakes_are_told_before_anything_is_sent() {
    let (shop, _emulator) = system("nexus");
    shop.billctl("customer create u_1").exits(0);
    let line = "portal create --subject u_1 --flow payment-method --subscription sub_1 --quiet";
    let refused = shop.billctl(line).exits(2);
    assert!(refused.stderr.contains("this flow is about none; nothing was sent"), "{refused}");
    assert_snapshot!(shop.billctl("portal create --subject u_2 --quiet"), @"
    [stderr]
    error: Nobody knows a subject or customer `u_2`
    hint: Did you mean `u_1`?
    [exit 1]
    ");
    assert_snapshot!(shop.billctl("portal create --subject u_1 --portal mian --quiet"), @"
    [stderr]
    error: The billing file has no portal `mian`
    hint: Did you mean `main`?
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("portal create --subject u_1 --return-url 'ftp://x.example' --quiet"), @"
    [stderr]
    error: The address of --return-url can't be made: `ftp://x.example` is no web address; nothing was sent
    hint: It has to begin with https:// or http://; look at what the template begins with
    [exit 2]
    ");
    let would = shop.billctl("portal create --subject u_1 --dry-run -o json").exits(0).json();
    assert_eq!(would["request"]["params"]["return_url"], "http://localhost:3000/dashboard");
}
