//! Files that the binary writes, and that are committed: each has to be what it would write now.
//!
//! `BILLCTL_REFRESH=1 cargo test --test it generated` writes them anew.

use std::path::Path;

use crate::support::Shop;

/// Whether the files are to be written anew.
pub fn is_refreshing() -> bool {
    std::env::vars_os().any(|(name, _)| name == "BILLCTL_REFRESH")
}

/// Fails where a committed file differs from `text`; with `BILLCTL_REFRESH` writes it instead.
#[track_caller]
pub fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if is_refreshing() {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, text).unwrap();
    }
    let committed = fs_err::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "{name} is stale: `BILLCTL_REFRESH=1 cargo test --test it generated` writes it anew"
    );
}

#[test]
fn completions_are_up_to_date() {
    let shop = Shop::new();
    for (shell, file) in [
        ("bash", "billctl.bash"),
        ("elvish", "billctl.elv"),
        ("fish", "billctl.fish"),
        ("powershell", "_billctl.ps1"),
        ("zsh", "_billctl"),
    ] {
        let script = shop.billctl(&format!("completions {shell}")).exits(0);
        check(&format!("completions/{file}"), &script.stdout);
    }
}

#[test]
fn the_schema_is_up_to_date() {
    let schema = Shop::new().billctl("catalog schema").exits(0);
    check("billing.schema.json", &schema.stdout);
}
