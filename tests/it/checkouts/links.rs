//! Where a checkout leads back to.

use serde_json::json;

use super::{checkout, session, system};

#[test]
fn plain_and_plugin_links_are_exact() {
    let (mut shop, emulator) = system("communities");
    shop.set("PARENT_APP_URL", "https://parent.example");
    let plain = session(&emulator, &checkout(&shop, "--subject 42 --plan pro"));
    assert_eq!(
        (&plain["success_url"], &plain["cancel_url"]),
        (
            &json!("https://parent.example/c/42/?stripe_status=success&session_id={CHECKOUT_SESSION_ID}"),
            &json!("https://parent.example/c/42/?stripe_status=cancel")
        )
    );
    let plugin = session(&emulator, &checkout(&shop, "--subject 42 --plan pro --var plugin=chat"));
    assert_eq!(
        plugin["success_url"],
        "https://parent.example/c/42/plugin/chat/?stripe_status=success&session_id={CHECKOUT_SESSION_ID}"
    );
    assert_eq!(plugin["cancel_url"], "https://parent.example/c/42/plugin/chat/?stripe_status=cancel");
}

#[test]
fn a_flag_goes_before_the_file_and_is_a_template_too() {
    let (mut shop, emulator) = system("nexus");
    shop.set("NEXT_PUBLIC_BASE_URL", "https://nexus.example/");
    let made =
        checkout(&shop, "--subject 'a/b' --plan pro --success-url {base_url}/u/{subject}/{plan}/{price}");
    let session = session(&emulator, &made);
    assert_eq!(session["success_url"], "https://nexus.example/u/a%2Fb/pro/monthly");
    assert_eq!(session["cancel_url"], "https://nexus.example/pricing");
}
