//! What every command has in common: formats, errors, exit codes.

use insta::assert_snapshot;

use crate::support::Shop;

#[test]
fn a_usage_error_is_text_and_exits_2() {
    assert_snapshot!(Shop::new().billctl("man catalogue").exits(2), @"
    [stderr]
    error: There is no command `billctl catalogue`
    hint: See the list with `billctl --help`
    [exit 2]
    ");
}

#[test]
fn a_usage_error_is_a_json_document_where_json_was_asked_for() {
    let shop = Shop::new();
    for line in
        ["frobnicate --json", "frobnicate -o json", "-ojson frobnicate", "man catalogue --output=json"]
    {
        let error = shop.billctl(line).exits(2).json_error();
        assert_eq!(error["code"], "usage", "{line}: {error}");
        assert!(!error["message"].as_str().unwrap().is_empty(), "{line}: {error}");
        assert!(!error["hint"].as_str().unwrap().is_empty(), "{line}: {error}");
    }
}

#[test]
fn a_format_comes_from_the_flag_before_the_environment() {
    let mut shop = Shop::new();
    shop.set("BILLCTL_OUTPUT", "json");
    assert_eq!(shop.billctl("man catalogue").exits(2).json_error()["code"], "usage");
    assert!(shop.billctl("man catalogue -o table").exits(2).stderr.starts_with("error: "));
    shop.set("BILLCTL_OUTPUT", "xml");
    assert_snapshot!(shop.billctl("man"), @"
    [stderr]
    error: BILLCTL_OUTPUT: `xml` is no output format: write table, json, jsonl or csv
    hint: Set it to one of these, or unset it and use `--output`
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("man --json -o csv"), @"
    [stderr]
    error: --json and --output name two formats
    hint: Give one of them: `--json` is short for `--output json`
    [exit 2]
    ");
}

#[test]
fn nothing_to_do_shows_the_help_and_exits_2() {
    let help = Shop::new().billctl("").exits(2);
    assert_eq!(help.stdout, "");
    assert!(help.stderr.contains("Usage: billctl"), "{help}");
}

#[test]
fn a_clock_that_cannot_be_read_is_a_usage_error() {
    let mut shop = Shop::new();
    shop.set("BILLCTL_NOW", "yesterday");
    assert_snapshot!(shop.billctl("man").exits(2), @"
    [stderr]
    error: BILLCTL_NOW: `yesterday` is no time (failed to parse four digit integer as year: invalid digit, expected 0-9 but got y)
    hint: Write it like 2026-11-01T00:00:00Z, or unset it to use the clock
    [exit 2]
    ");
}

#[test]
fn the_version_is_one_line() {
    let version = Shop::new().billctl("--version").exits(0);
    assert_eq!(version.stdout, format!("billctl {}\n", env!("CARGO_PKG_VERSION")));
}
