//! A profile's key, from wherever it is: the profile line says where, and shows nothing of it.

use crate::support::{Shop, StandIn};

const KEY: &str = "rk_test_billctl_0123456789abcdef";

/// A shop whose profile `p` leads to the stand-in and says this about its key.
fn shop(stripe: &StandIn, key: &str) -> Shop {
    let shop = Shop::new();
    let profile = format!("[profiles.p]\nbase_url = \"{}\"\n{key}\n", stripe.base_url);
    shop.write("billing.toml", format!("[project]\nname = \"shop\"\ndefault_profile = \"p\"\n{profile}"));
    shop
}

#[track_caller]
fn check(key: &str, prepare: impl Fn(&mut Shop), origin: &str) {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let mut shop = shop(&stripe, key);
    prepare(&mut shop);
    let said = shop.billctl("catalog plan").exits(0);
    assert_eq!(said.stderr, format!("profile p · acct_1Shop · test mode · key from {origin}\n"));
    let doctor = shop.billctl("doctor --json").exits(0).json();
    let row = format!("restricted key rk_test_****cdef, test mode, from {origin}");
    assert_eq!(doctor[2]["detail"], row, "{doctor}");
}

#[cfg(unix)]
fn only_for_its_owner(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_key_in_the_environment() {
    check("", |shop| shop.set_secret("STRIPE_SECRET_KEY", KEY), "STRIPE_SECRET_KEY");
    check("", |shop| shop.set_secret("STRIPE_API_KEY", KEY), "STRIPE_API_KEY");
    check("secret_key = { env = \"MY_KEY\" }", |shop| shop.set_secret("MY_KEY", KEY), "MY_KEY");
}

#[test]
fn a_named_source_beats_the_usual_variables() {
    let usual = "sk_test_billctl_notThisOne123456";
    let both = |shop: &mut Shop| {
        shop.set_secret("STRIPE_SECRET_KEY", usual);
        shop.set_secret("MY_KEY", KEY);
    };
    check("secret_key = { env = \"MY_KEY\" }", both, "MY_KEY");
}

#[cfg(unix)]
#[test]
fn a_key_in_a_file() {
    let file = |shop: &mut Shop| only_for_its_owner(&shop.write_secret("keys/test".as_ref(), KEY, KEY));
    check("secret_key = { file = \"keys/test\" }", file, "the file keys/test");
}

#[test]
fn a_key_of_the_stripe_cli() {
    let config = |shop: &mut Shop| {
        let path = shop.home().join(".config/stripe/config.toml");
        let text =
            format!("[default]\ntest_mode_api_key = \"{KEY}\"\ntest_mode_key_expires_at = \"2027-01-01\"\n");
        shop.write_secret(&path, &text, KEY);
    };
    let origin = "the Stripe CLI's profile default";
    check("secret_key = { stripe_cli = \"default\" }", config, origin);
    check("use_stripe_cli_profile = \"default\"", config, origin);
}

#[cfg(target_os = "linux")]
#[test]
fn a_keyring_that_is_not_there_is_told() {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let said = shop(&stripe, "secret_key = { keyring = \"shop\" }").billctl("catalog plan").exits(5);
    assert!(said.stderr.contains("Cannot read the key `shop` from the keyring"), "{said}");
    assert_eq!(stripe.requests(), Vec::<String>::new());
}

#[test]
fn a_key_that_stripe_does_not_know_is_refused_and_not_shown() {
    let mut shop = Shop::new();
    let emulator = shop.emulator();
    shop.set_secret("STRIPE_SECRET_KEY", "sk_test_billctl_unknown123456789");
    shop.write(
        "p.toml",
        format!("[project]\nname = \"shop\"\n[profiles.p]\nbase_url = \"{}\"\n", emulator.base_url),
    );
    let error = shop.billctl("catalog plan --config p.toml --profile p --json").exits(5).json_error();
    assert_eq!((&error["code"], &error["stripe"]["status"]), (&"refused".into(), &401.into()), "{error}");
}

#[test]
fn what_the_emulator_prints_is_all_that_another_program_needs() {
    let mut shop = Shop::new();
    let emulator = shop.emulator_with(&["--latency", "1"]);
    assert!(emulator.webhook_secret.starts_with("whsec_"), "{}", emulator.webhook_secret);
    shop.set("STRIPE_SECRET_KEY", &emulator.api_key);
    shop.write(
        "p.toml",
        format!("[project]\nname = \"shop\"\n[profiles.p]\nbase_url = \"{}\"\n", emulator.base_url),
    );
    let line = shop.billctl("catalog plan --config p.toml --profile p").exits(0).stderr;
    let emulators = shop.billctl("catalog plan --config p.toml").exits(0).stderr;
    // Both roads lead to the same account.
    assert_eq!(line.split(" · ").nth(1), emulators.split(" · ").nth(1));
}
