//! `--open` hands the link to the desktop's browser, and does not fail where there is none.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::{system, text};
use crate::support::Shop;

/// Puts a browser in the place of the desktop's: it writes down what it was asked to open.
fn browser(shop: &mut Shop) {
    let opener = shop.home().join("bin/xdg-open");
    fs_err::create_dir_all(opener.parent().unwrap()).unwrap();
    let opened = shop.home().join("opened");
    fs_err::write(&opener, format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n", opened.display())).unwrap();
    fs_err::set_permissions(&opener, PermissionsExt::from_mode(0o755)).unwrap();
    shop.set("PATH", &opener.parent().unwrap().display().to_string());
}

/// Waits for the browser, which nobody else waits for.
fn opened(shop: &Shop) -> String {
    loop {
        let text = fs_err::read_to_string(shop.home().join("opened")).unwrap_or_default();
        if text.ends_with('\n') {
            return text.trim_end().to_owned();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_checkout_is_opened_in_the_browser() {
    let (mut shop, _emulator) = system("nexus");
    browser(&mut shop);
    let made = shop.billctl("checkout create --subject u_1 --plan pro --open -o json").exits(0).json();
    assert_eq!(opened(&shop), text(&made["url"]));
}

#[test]
fn a_portal_is_opened_in_the_browser() {
    let (mut shop, _emulator) = system("nexus");
    shop.billctl("customer create u_1").exits(0);
    browser(&mut shop);
    let made = shop.billctl("portal create --subject u_1 --open -o json").exits(0).json();
    assert_eq!(opened(&shop), text(&made["url"]));
}

#[test]
fn without_a_browser_the_link_is_shown_all_the_same() {
    let (mut shop, _emulator) = system("nexus");
    shop.set("PATH", &shop.home().display().to_string());
    let made = shop.billctl("checkout create --subject u_1 --plan pro --open").exits(0);
    assert!(made.stdout.starts_with("http"), "{made}");
    assert!(made.stderr.contains("warning: The browser could not be opened"), "{made}");
}
