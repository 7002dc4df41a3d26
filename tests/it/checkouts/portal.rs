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
    hint: `billctl events pull` reads what Stripe knows since; `--subscription ID` names one
    [exit 1]
    ");
    shop.billctl(&format!("emulator pay {} --card 4242424242424242", text(&made["id"]))).exits(0);
    shop.billctl("events pull").exits(0);
    assert_eq!(flow("cancel"), "subscription_cancel");
    assert_eq!(flow("change-plan"), "subscription_update");
}

#[test]
fn the_usual_mistakes_are_told_before_anything_is_sent() {
    let (shop, _emulator) = system("nexus");
    shop.billctl("customer create u_1").exits(0);
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
