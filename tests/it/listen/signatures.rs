//! `events sign` and `events verify`: what holds, and why the rest does not.

use std::path::Path;

use serde_json::Value;

use crate::support::{Shop, Transcript};

const SECRET: &str = "whsec_test_billctl_listen";
const EVENT: &str = "{\n  \"id\": \"evt_1\",\n  \"livemode\": false\n}";

/// A shop with an event and the secret that signs it.
fn shop() -> Shop {
    let mut shop = Shop::new();
    shop.write("event.json", EVENT);
    write_secret(&mut shop, "secret", SECRET);
    shop
}

fn write_secret(shop: &mut Shop, name: &str, secret: &str) {
    let path = shop.write_secret(Path::new(name), secret, secret);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = path;
}

fn sign(shop: &Shop, flags: &str) -> String {
    let signed = shop.billctl(&format!("events sign --body event.json {flags}"));
    assert_eq!(signed.code, Some(0), "{}", signed.stderr);
    signed.stdout.trim().to_owned()
}

fn verify(shop: &Shop, body: &str, header: &str, flags: &str) -> Transcript {
    shop.billctl(&format!("events verify --body {body} --header '{header}' -o json {flags}"))
}

#[track_caller]
fn check(verified: &Transcript, code: i32, reason: &str, hint: &str) {
    let answer: Value = serde_json::from_str(&verified.stdout).unwrap();
    let said = (verified.code, answer["reason"].as_str().unwrap_or_default());
    assert_eq!(said, (Some(code), reason), "{answer:#}\n{}", verified.stderr);
    assert_eq!(answer["valid"], Value::from(code == 0));
    let given = answer["hint"].as_str().unwrap_or_default();
    assert!(given.contains(hint), "`{given}` does not say `{hint}`");
}

#[test]
fn what_was_signed_verifies() {
    let shop = shop();
    let header = sign(&shop, "--webhook-secret-file secret");
    check(&verify(&shop, "event.json", &header, "--webhook-secret-file secret"), 0, "", "");
    let named = format!("Stripe-Signature: {header}");
    check(&verify(&shop, "event.json", &named, "--webhook-secret-file secret"), 0, "", "");
}

#[test]
fn each_of_several_secrets_signs_and_is_enough() {
    let mut shop = shop();
    write_secret(&mut shop, "rolled", "whsec_test_billctl_rolled");
    let header = sign(&shop, "--webhook-secret-file secret --webhook-secret-file rolled");
    assert_eq!(header.matches(",v1=").count(), 2, "{header}");
    for file in ["secret", "rolled"] {
        let flags = format!("--webhook-secret-file {file}");
        check(&verify(&shop, "event.json", &header, &flags), 0, "", "");
    }
}

#[test]
fn a_body_that_was_written_again_is_told() {
    let shop = shop();
    let header = sign(&shop, "--webhook-secret-file secret");
    let compact = serde_json::from_str::<Value>(EVENT).unwrap().to_string();
    shop.write("compact.json", compact);
    shop.write("longer.json", format!("{EVENT}\n"));
    shop.write("other.json", EVENT.replace("evt_1", "evt_2"));
    let refused = |body: &str, hint: &str| {
        check(&verify(&shop, body, &header, "--webhook-secret-file secret"), 1, "no_match", hint);
    };
    refused("compact.json", "parsed and written again");
    refused("longer.json", "a line break at its end that was not sent");
    refused("other.json", "every endpoint has a secret of its own");
}

#[test]
fn the_secret_that_was_meant_instead_is_told() {
    let mut shop = shop();
    let header = sign(&shop, "--webhook-secret-file secret");
    write_secret(&mut shop, "other", "whsec_test_billctl_other");
    shop.set_secret("STRIPE_WEBHOOK_SECRET", SECRET);
    let refused = verify(&shop, "event.json", &header, "--webhook-secret-file other");
    check(&refused, 1, "no_match", "the one from STRIPE_WEBHOOK_SECRET");
    check(&verify(&shop, "event.json", &header, ""), 0, "", "");
}

#[test]
fn an_event_of_the_other_mode_is_told() {
    let mut shop = shop();
    write_secret(&mut shop, "other", "whsec_test_billctl_other");
    shop.write("event.json", EVENT.replace("false", "true"));
    let header = sign(&shop, "--webhook-secret-file secret");
    let refused = verify(&shop, "event.json", &header, "--webhook-secret-file other");
    check(&refused, 1, "no_match", "an event of live mode, and the profile `emulator` is of test mode");
}

#[test]
fn age_is_told_and_can_be_looked_past() {
    let shop = shop();
    let old = sign(&shop, "--webhook-secret-file secret --at 2026-10-31T23:54:59Z");
    let flags = "--webhook-secret-file secret";
    check(&verify(&shop, "event.json", &old, flags), 1, "too_old", "--tolerance 0");
    check(&verify(&shop, "event.json", &old, &format!("{flags} --tolerance 0")), 0, "", "");
    let early = sign(&shop, "--webhook-secret-file secret --at 2026-11-01T00:05:01Z");
    check(&verify(&shop, "event.json", &early, flags), 1, "from_future", "clock");
}

#[test]
fn a_header_that_is_none_is_told() {
    let shop = shop();
    let flags = "--webhook-secret-file secret";
    check(&verify(&shop, "event.json", "nonsense", flags), 1, "malformed_header", "whole");
    check(&verify(&shop, "event.json", "t=1,v0=ab", flags), 1, "no_v1", "whole");
    check(&verify(&shop, "event.json", "", flags), 1, "no_header", "whole");
}

#[test]
fn the_emulator_signs_and_verifies_with_its_own_secret() {
    let shop = Shop::new();
    shop.write("event.json", EVENT);
    let emulator = shop.emulator();
    let header = sign(&shop, "");
    check(&verify(&shop, "event.json", &header, ""), 0, "", "");
    assert!(!header.contains(&emulator.webhook_secret));
}

#[test]
fn a_profile_without_a_secret_says_where_one_can_be() {
    let shop = Shop::new();
    shop.write("event.json", EVENT);
    shop.write("billing.toml", "[project]\nname = \"x\"\n[profiles.test]\n");
    let refused = shop.billctl("events sign --body event.json --profile test");
    assert_eq!(refused.code, Some(5), "{}", refused.stderr);
    assert!(refused.stderr.contains("STRIPE_WEBHOOK_SECRET"), "{}", refused.stderr);
}
