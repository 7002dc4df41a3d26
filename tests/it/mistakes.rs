//! The mistakes that people make first, and what they are told.

use insta::assert_snapshot;

use crate::support::{Shop, StandIn};

const PRO: &str = "[project]\nname = \"shop\"\n[profiles.test]\n[products.pro]\nname = \"Pro\"\n[products.pro.prices.monthly]\namount = \"49.00 usd\"\nevery = \"month\"\n";

#[track_caller]
fn plan(billing: &str) -> String {
    let shop = Shop::new();
    shop.write("billing.toml", billing);
    shop.billctl("catalog plan").to_string()
}

#[test]
fn there_is_no_billing_file() {
    assert_snapshot!(Shop::new().billctl("catalog plan"), @"
    [stderr]
    error: There is no billing.toml in this folder or above it
    hint: Write one with `billctl init`, or name another with `--config PATH`
    [exit 2]
    ");
}

#[test]
fn the_named_file_is_not_there() {
    assert_snapshot!(Shop::new().billctl("catalog plan --config shop.toml"), @"
    [stderr]
    error: Cannot read the billing file
      caused by: failed to open file `shop.toml`: No such file or directory (os error 2)
    hint: Name another with `--config PATH`
    [exit 2]
    ");
}

#[test]
fn the_emulators_state_is_damaged() {
    let shop = Shop::new();
    shop.write("billing.toml", PRO);
    shop.write(".billctl/emulator/emulator.db", "this was a database once, and then the disk was full");
    for line in ["catalog plan", "emulator status", "emulator start --port 0"] {
        let said = shop.billctl(line).exits(1);
        assert!(said.stderr.contains("Cannot open the emulator's state"), "{said}");
        assert!(said.stderr.contains("hint: Delete the folder `"), "{said}");
    }
}

#[test]
fn there_is_no_room_for_state() {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let mut shop = Shop::new();
    shop.set_secret("STRIPE_SECRET_KEY", "sk_test_billctl_0123456789abcdef");
    let profile = format!("[profiles.test]\nbase_url = \"{}\"", stripe.base_url);
    shop.write("billing.toml", PRO.replace("[profiles.test]", &profile));
    // Nobody can make a folder in a file.
    shop.write(".billctl", "");
    for line in ["catalog plan", "emulator start --port 0", "catalog sync --yes --profile test"] {
        let said = shop.billctl(line).exits(1);
        assert!(said.stderr.contains("hint: Make `"), "{said}");
        assert!(said.stderr.contains("writable for yourself, on a disk that is not full"), "{said}");
    }
    assert!(!stripe.was_written_to());
    shop.billctl("catalog sync --dry-run --profile test").exits(0);
}

#[test]
fn the_key_is_missing() {
    let shop = Shop::new();
    shop.write("billing.toml", PRO);
    assert_snapshot!(shop.billctl("catalog plan --profile test"), @r#"
    [stderr]
    error: The profile `test` has no key: neither STRIPE_SECRET_KEY nor STRIPE_API_KEY is set
    hint: Set STRIPE_SECRET_KEY, or say where the key is: [profiles.test] secret_key = { env = "NAME" }, { file = "PATH" }, { keyring = "NAME" } or { stripe_cli = "default" }; `--profile emulator` needs no key
    [exit 5]
    "#);
}

#[test]
fn the_key_is_publishable() {
    let mut shop = Shop::new();
    shop.write("billing.toml", PRO);
    shop.set_secret("STRIPE_SECRET_KEY", "pk_test_billctl_0123456789abcdef");
    assert_snapshot!(shop.billctl("catalog plan --profile test"), @"
    [stderr]
    error: The key from STRIPE_SECRET_KEY cannot be used
      caused by: `pk_…` is a publishable key: it belongs in a web page and may not manage billing; a secret key (`sk_…`) or a restricted key (`rk_…`) is needed
    hint: Copy the secret key (sk_…) or a restricted key (rk_…) whole from https://dashboard.stripe.com/apikeys
    [exit 5]
    ");
}

#[test]
fn the_profile_is_misspelt() {
    let shop = Shop::new();
    shop.write("billing.toml", PRO);
    assert_snapshot!(shop.billctl("catalog plan --profile tset"), @"
    [stderr]
    error: `--profile` names the profile `tset`, which the billing file does not have
    hint: Use one of: test, emulator; or add [profiles.tset]
    [exit 2]
    ");
}

#[test]
fn a_key_of_the_file_is_misspelt() {
    assert_snapshot!(plan(&PRO.replace("amount", "ammount")), @r#"
    [stderr]
    error: there is no key `ammount` in products.pro.prices.monthly
     --> billing.toml:7:1
      |
    7 | ammount = "49.00 usd"
      | ^^^^^^^
      |
      = hint: Did you mean `amount`?

    error: 1 problem in billing.toml
    [exit 2]
    "#);
}

#[test]
fn an_amount_is_a_float() {
    assert_snapshot!(plan(&PRO.replace("\"49.00 usd\"", "49.00")), @r#"
    [stderr]
    error: `amount` must be an amount and its currency in quotes, like "49.00 usd", not the float 49.0
     --> billing.toml:7:10
      |
    7 | amount = 49.00
      |          ^^^^^
      |
      = hint: Write amount = "49.00 usd"

    error: 1 problem in billing.toml
    [exit 2]
    "#);
}

#[test]
fn a_secret_key_stands_in_the_file() {
    let mut shop = Shop::new();
    let secret = "sk_live_billctl_0123456789abcdef";
    let billing = PRO.replace("[profiles.test]", &format!("[profiles.test]\nsecret_key = \"{secret}\""));
    shop.write_secret("billing.toml".as_ref(), &billing, secret);
    assert_snapshot!(shop.billctl("catalog plan"), @r#"
    [stderr]
    error: `secret_key` must be one of { env = "NAME" }, { file = "PATH" }, { keyring = "NAME" } or { stripe_cli = "PROFILE" }, not the text "sk_live_************************"
     --> billing.toml:4:14
      |
    4 | secret_key = "sk_live_************************"
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: 1 problem in billing.toml
    [exit 2]
    "#);
}

#[test]
fn a_secret_key_stands_where_a_name_or_a_path_belongs() {
    let shop = Shop::new();
    shop.write("billing.toml", PRO);
    let secret = "sk_live_billctl_0123456789abcdef";
    for line in [
        "catalog plan --profile KEY",
        "catalog plan --config KEY",
        "catalog plan --target KEY",
        "catalog plan --output KEY",
        "catalog sync KEY",
        "catalog KEY",
        "catalog KEY --json",
        "catalog plan --profile KEY --json",
    ] {
        let told = shop.billctl(&line.replace("KEY", secret)).exits(2);
        let stars = "sk_live_************************";
        assert!(told.stderr.contains(stars) && !told.to_string().contains(secret), "{line}: {told}");
    }
}

#[test]
fn a_command_is_misspelt() {
    assert_snapshot!(Shop::new().billctl("catalog synk"), @"
    [stderr]
    error: unrecognized subcommand 'synk'

      tip: a similar subcommand exists: 'sync'

    Usage: billctl catalog [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [exit 2]
    ");
}

#[test]
fn stripe_is_out_of_order() {
    let stripe = StandIn::out_of_order();
    let mut shop = Shop::new();
    shop.set_secret("STRIPE_SECRET_KEY", "sk_test_billctl_0123456789abcdef");
    let profile = format!("[profiles.test]\nbase_url = \"{}\"", stripe.base_url);
    shop.write("billing.toml", PRO.replace("[profiles.test]", &profile));
    assert_snapshot!(shop.billctl("catalog plan --profile test"), @"
    [stderr]
    error: Stripe failed at GET /v1/account: Out of order (HTTP 503)
    hint: Look at https://status.stripe.com and try later; `billctl catalog sync` picks up where it stopped
    [exit 6]
    ");
    let error = shop.billctl("catalog plan --profile test --json").exits(6).json_error();
    assert_eq!((&error["code"], &error["stripe"]["status"]), (&"unreachable".into(), &503.into()), "{error}");
}
