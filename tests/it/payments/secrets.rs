//! A client secret is handed over once, and stands nowhere else.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use serde_json::Value;

use super::system;
use crate::support::{Emulator, Shop};

const CHARGE: &str = "payment charge u_1 --amount '12.50 usd' --description 'Overage of task 7'";

fn secret(emulator: &Emulator) -> String {
    emulator.list("/v1/payment_intents")[0]["client_secret"].as_str().unwrap().to_owned()
}

/// The bytes of the mirror, with what is not folded into it yet.
fn mirror(shop: &Shop) -> Vec<u8> {
    let folder = shop.folder().join(".billctl/emulator");
    let files =
        ["mirror.db", "mirror.db-wal"].map(|name| fs_err::read(folder.join(name)).unwrap_or_default());
    files.concat()
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_secret_is_shown_once_where_it_is_asked_for() {
    let (shop, emulator) = system("parentpilot");
    let quiet = shop.billctl(CHARGE).exits(0);
    let secret = secret(&emulator);
    assert!(!format!("{}{}", quiet.stdout, quiet.stderr).contains(&secret), "{quiet}");
    let shown = shop.billctl(&format!("{CHARGE} --client-secret -o json")).exits(0);
    assert!(shown.stderr.contains(&format!("shown this once: {secret}")), "{shown}");
    assert!(!shown.stdout.contains(&secret), "{shown}");
    let again = shop.billctl(&format!("{CHARGE} --client-secret")).exits(1);
    assert!(again.stderr.contains("was handed over before, and is not shown again"), "{again}");
    assert!(!again.stderr.contains(&secret), "{again}");
    assert!(!mirror(&shop).is_empty() && !has(&mirror(&shop), &secret));
}

#[test]
fn a_secret_goes_into_a_file_that_only_its_owner_reads() {
    let (shop, emulator) = system("parentpilot");
    let said = shop.billctl(&format!("{CHARGE} --secret-out secret.env -vv")).exits(0);
    let secret = secret(&emulator);
    assert_eq!(shop.read("secret.env"), format!("STRIPE_CLIENT_SECRET={secret}\n"));
    let mode = fs_err::metadata(shop.folder().join("secret.env")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!format!("{}{}", said.stdout, said.stderr).contains(&secret), "{said}");
    let payment = emulator.list("/v1/payment_intents")[0]["id"].clone();
    shop.billctl("events pull").exits(0);
    for line in [
        "payment list",
        "payment list -o json",
        "customer show u_1 -o json",
        "mirror query 'SELECT * FROM objects'",
    ] {
        let told = shop.billctl(line).exits(0);
        assert!(told.stdout.contains(payment.as_str().unwrap()) || line.starts_with("customer"), "{told}");
        assert!(!format!("{}{}", told.stdout, told.stderr).contains(&secret), "{line}");
    }
    assert!(!has(&mirror(&shop), &secret));
}

#[test]
fn a_file_that_others_can_read_costs_no_payment() {
    let (shop, emulator) = system("parentpilot");
    let path = shop.write("open.env", "");
    fs_err::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let said = shop.billctl(&format!("{CHARGE} --secret-out open.env")).exits(2);
    assert!(said.stderr.contains("can be read by others (mode 644)"), "{said}");
    assert_eq!(emulator.list("/v1/payment_intents"), Vec::<Value>::new());
}

#[test]
fn of_many_that_ask_at_once_one_is_given_the_secret() {
    let (shop, emulator) = system("parentpilot");
    shop.billctl("customer create u_1").exits(0);
    let line = ["payment", "charge", "u_1", "--amount", "5 usd", "--description", "x", "--client-secret"];
    let started: Vec<_> = (0..5).map(|_| shop.spawn(&line, Stdio::null())).collect();
    let said: Vec<_> = started.into_iter().map(|child| shop.finish(child)).collect();
    let secret = secret(&emulator);
    let given = said.iter().filter(|one| one.stderr.contains(&secret)).count();
    let codes: Vec<_> = said.iter().map(|one| one.code).collect();
    assert_eq!((given, codes.iter().filter(|code| **code == Some(0)).count()), (1, 1), "{codes:?}");
}
