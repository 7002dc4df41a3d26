//! A webhook endpoint's signing secret is handed over once, and not lost with a run that was killed.

use std::process::Stdio;

use crate::support::{Emulator, Shop};

const ENDPOINT: &str = r#"
[project]
name = "shop"
[webhook_endpoints.app]
url = "https://example.com/webhook"
enabled_events = ["invoice.paid"]
"#;

fn shop() -> (Shop, Emulator) {
    let shop = Shop::new();
    shop.write("billing.toml", ENDPOINT);
    let emulator = shop.emulator();
    (shop, emulator)
}

/// Syncs with the rules at work, and kills it when the endpoint is there.
fn killed_once_made(shop: &Shop, emulator: &Emulator, rules: &str) {
    emulator.fail_on(rules);
    let mut child = shop.spawn(&["catalog", "sync", "--yes"], Stdio::null());
    while emulator.list("/v1/webhook_endpoints").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    shop.finish(child);
    emulator.heal();
}

#[test]
fn it_goes_to_the_file_that_only_its_owner_can_read() {
    let (shop, _emulator) = shop();
    let synced = shop.billctl("catalog sync --yes --secret-out hooks.env -o json");
    assert_eq!(synced.code, Some(0), "{synced}");
    assert!(!synced.stdout.contains("whsec_") && !synced.stderr.contains("whsec_"), "{synced}");
    let file = shop.read("hooks.env");
    assert!(file.starts_with("STRIPE_WEBHOOK_SECRET_APP=whsec_"), "{file}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs_err::metadata(shop.folder().join("hooks.env")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn without_a_file_it_is_shown_once_and_never_in_the_document() {
    let (shop, _emulator) = shop();
    let synced = shop.billctl("catalog sync --yes -o json");
    assert!(
        synced.stderr.contains("shown this once: whsec_") && !synced.stdout.contains("whsec_"),
        "{synced}"
    );
    let again = shop.billctl("catalog sync --yes -o json");
    assert!(!again.stderr.contains("whsec_"), "{again}");
}

#[test]
fn a_path_that_cannot_be_written_is_told_before_anything_is_made() {
    let (shop, emulator) = shop();
    let refused = shop.billctl("catalog sync --yes --secret-out nowhere/hooks.env");
    assert_eq!(refused.code, Some(2), "{refused}");
    assert_eq!(emulator.list("/v1/webhook_endpoints").len(), 0);
}

#[cfg(unix)]
#[test]
fn a_file_that_fails_while_it_is_written_does_not_take_it_along() {
    let (shop, emulator) = shop();
    // What can be opened and not made durable: a pipe, which somebody reads.
    let pipe = shop.folder().join("pipe");
    let made = std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&pipe).status().unwrap();
    assert!(made.success());
    let reader = std::thread::spawn(move || fs_err::read(pipe));
    let failed = shop.billctl("catalog sync --yes --secret-out pipe").exits(7);
    reader.join().unwrap().unwrap();
    assert!(failed.stderr.contains("hint: Run the same command again within 20 hours"), "{failed}");
    assert!(failed.stdout.contains("created") && !failed.stderr.contains("whsec_"), "{failed}");
    shop.billctl("catalog sync --yes --secret-out hooks.env").exits(0);
    assert!(shop.read("hooks.env").contains("whsec_"));
    assert_eq!(emulator.list("/v1/webhook_endpoints").len(), 1);
}

#[test]
fn a_killed_run_does_not_take_it_along() {
    let (shop, emulator) = shop();
    killed_once_made(&shop, &emulator, "POST /v1/webhook_endpoints:stall-after");
    let synced = shop.billctl("catalog sync --yes --secret-out hooks.env");
    assert_eq!(synced.code, Some(0), "{synced}");
    assert!(shop.read("hooks.env").contains("whsec_"), "{synced}");
    assert_eq!(emulator.list("/v1/webhook_endpoints").len(), 1);
}

#[test]
fn it_is_found_again_under_the_key_that_followed_a_failure() {
    let (shop, emulator) = shop();
    // Failed, and repeated as failed; made under the next key.
    let rules = "POST /v1/webhook_endpoints:count=2:500-kept\nPOST /v1/webhook_endpoints:stall-after";
    killed_once_made(&shop, &emulator, rules);
    shop.billctl("catalog sync --yes --secret-out hooks.env").exits(0);
    assert!(shop.read("hooks.env").contains("whsec_"));
    assert_eq!(emulator.list("/v1/webhook_endpoints").len(), 1);
}

#[test]
fn asking_for_one_that_stripe_has_forgotten_leaves_no_second_endpoint() {
    let (shop, emulator) = shop();
    killed_once_made(&shop, &emulator, "POST /v1/webhook_endpoints:stall-after");
    let made = emulator.list("/v1/webhook_endpoints");
    // Stripe forgets keys after a day; this machine's clock says otherwise.
    shop.billctl("emulator advance 25h").exits(0);
    let synced = shop.billctl("catalog sync --yes --secret-out hooks.env").exits(0);
    assert!(synced.stderr.contains("was lost with the run that made it"), "{synced}");
    assert_eq!(emulator.list("/v1/webhook_endpoints"), made);
}

#[test]
fn a_run_that_is_killed_later_does_not_take_it_along_either() {
    let (shop, emulator) = shop();
    shop.write("billing.toml", format!("{ENDPOINT}[products.pro]\nname = \"Pro\"\n"));
    emulator.fail_on("POST /v1/products:stall-before");
    let mut child = shop.spawn(&["catalog", "sync", "--yes"], Stdio::null());
    while emulator.list("/v1/webhook_endpoints").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    // The endpoint's answer is there by then, and the product's never comes.
    std::thread::sleep(std::time::Duration::from_millis(300));
    child.kill().unwrap();
    shop.finish(child);
    emulator.heal();
    let synced = shop.billctl("catalog sync --yes --secret-out hooks.env");
    assert_eq!(synced.code, Some(0), "{synced}");
    assert!(shop.read("hooks.env").contains("whsec_"), "{synced}");
}

#[test]
fn one_that_was_lost_with_a_replacement_is_missed() {
    let (shop, emulator) = shop();
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    shop.write("billing.toml", format!("{ENDPOINT}api_version = \"2025-09-30.clover\"\n"));
    emulator.fail_on("POST /v1/webhook_endpoints:stall-after");
    let mut child = shop.spawn(&["catalog", "sync", "--yes"], Stdio::null());
    while emulator.list("/v1/webhook_endpoints").len() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    shop.finish(child);
    emulator.heal();
    let synced = shop.billctl("catalog sync --yes");
    assert_eq!(synced.code, Some(0), "{synced}");
    assert!(synced.stderr.contains("was lost with the run that made it"), "{synced}");
}
