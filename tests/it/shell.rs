//! What every command has in common: formats, errors, exit codes.

use insta::assert_snapshot;

use crate::support::{Shop, StandIn};

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
fn a_verb_without_its_noun_and_a_file_without_its_flag_are_understood() {
    let shop = Shop::new();
    assert_snapshot!(shop.billctl("plan"), @"
    [stderr]
    error: unrecognized subcommand 'plan'

      tip: it is `billctl catalog plan`

    Usage: billctl [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [exit 2]
    ");
    assert_eq!(shop.billctl("sync --json").exits(2).json_error()["hint"], "it is `billctl catalog sync`");
    let file = shop.billctl("catalog validate shop.toml").exits(2);
    assert!(file.stderr.contains("tip: the billing file is named with `--config shop.toml`"), "{file}");
    let alike = shop.billctl("catlog plan").exits(2);
    assert!(alike.stderr.contains("tip: a similar subcommand exists: 'catalog'"), "{alike}");
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

#[test]
fn a_reader_that_goes_away_ends_nothing_with_a_failure() {
    for line in [&["man"][..], &["--help"], &["completions", "bash"], &["doctor"]] {
        let shop = Shop::new();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let child = shop.spawn_writing_to(line, writer.into());
        let said = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&said.stderr);
        assert_eq!(said.status.code(), Some(0), "{line:?}: {stderr}");
        assert!(!stderr.contains("error"), "{line:?}: {stderr}");
    }
}

#[test]
fn global_flags_stand_before_or_after_the_command() {
    let shop = Shop::new();
    let rows = |line: &str| shop.billctl(line).exits(0).json().as_array().unwrap().len();
    let checks = rows("doctor --json");
    assert_eq!(rows("--json doctor"), checks);
    assert_eq!(rows("-o json doctor"), checks);
    shop.write("billing.toml", "[project]\nname = \"shop\"\n");
    for line in ["--json catalog plan", "catalog --json plan", "catalog plan --json", "catalog -ojson plan"] {
        assert_eq!(shop.billctl(line).exits(0).json()["summary"]["create"], 0, "{line}");
    }
}

#[test]
fn every_format_says_the_same() {
    let shop = Shop::new();
    let json = shop.billctl("doctor -o json").json();
    let lines = shop.billctl("doctor -o jsonl").stdout;
    let rows: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json.as_array().unwrap(), &rows);
    let csv = shop.billctl("doctor -o csv").stdout;
    assert_eq!(csv.lines().next(), Some("check,status,detail,hint"));
    assert_eq!(csv.lines().count(), rows.len() + 1);
    for row in &rows {
        let table = shop.billctl("doctor").stdout;
        assert!(table.contains(row["check"].as_str().unwrap()), "{table}");
    }
}

#[test]
fn the_billing_file_is_the_named_one_or_the_nearest() {
    let mut shop = Shop::new();
    let config = |shop: &Shop, flags: &str| {
        shop.billctl(&format!("doctor --json {flags}")).json()[0]["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(config(&shop, ""), "there is no billing.toml in this folder or above it");
    let above = shop.write("../billing.toml", "[project]\nname = \"above\"\n");
    assert_eq!(config(&shop, ""), format!("{} has no problems", above.canonicalize().unwrap().display()));
    shop.write("billing.toml", "[project]\nname = \"here\"\n");
    assert_eq!(config(&shop, ""), "billing.toml has no problems");
    shop.write("one.toml", "[project]\nname = \"one\"\n");
    shop.write("two.toml", "[project]\nname = \"two\"\n");
    shop.set("BILLCTL_CONFIG", "one.toml");
    assert_eq!(config(&shop, ""), "one.toml has no problems");
    assert_eq!(config(&shop, "--config two.toml"), "two.toml has no problems");
    shop.set("BILLCTL_CONFIG", "");
    assert_eq!(config(&shop, ""), "billing.toml has no problems");
}

#[test]
fn colour_is_a_wish_of_the_environment() {
    let mut shop = Shop::new();
    let is_coloured = |shop: &Shop| shop.billctl("doctor").stdout.contains('\x1b');
    assert!(!is_coloured(&shop));
    shop.set("CLICOLOR_FORCE", "1");
    assert!(is_coloured(&shop));
    shop.set("NO_COLOR", "1");
    assert!(!is_coloured(&shop));
}

#[cfg(unix)]
#[test]
fn a_terminal_gets_colour_unless_it_is_not_wanted() {
    let mut shop = Shop::new();
    assert!(shop.at_terminal("doctor", &[]).text.contains("\x1b[38;5;2mok"));
    shop.set("NO_COLOR", "1");
    assert!(!shop.at_terminal("doctor", &[]).text.contains('\x1b'));
}

#[test]
fn quiet_leaves_the_result_and_nothing_else() {
    let shop = Shop::new();
    shop.write("billing.toml", "[project]\nname = \"shop\"\n");
    let loud = shop.billctl("catalog plan");
    assert!(loud.stderr.starts_with("profile emulator · acct_"), "{loud}");
    let quiet = shop.billctl("catalog plan --quiet");
    assert_eq!((quiet.stderr.as_str(), &quiet.stdout), ("", &loud.stdout));
}

#[test]
fn very_verbose_logs_each_request_and_no_key() {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let mut shop = Shop::new();
    shop.set_secret("STRIPE_SECRET_KEY", "sk_test_billctl_0123456789abcdef");
    let profile = format!("[profiles.p]\nbase_url = \"{}\"\n", stripe.base_url);
    shop.write(
        "billing.toml",
        format!("[project]\nname = \"shop\"\n{profile}[products.pro]\nname = \"Pro\"\n"),
    );
    let said = shop.billctl("catalog sync --yes --profile p -vv");
    for request in stripe.requests() {
        let (method, path) = request.split_once(' ').unwrap();
        assert!(said.stderr.contains(&format!("method={method} path=\"{path}\"")), "{request}: {said}");
    }
    shop.assert_no_secret();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let shop = Shop::new();
    let full = fs_err::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = shop.spawn_writing_to(&["man"], full.into_file().into());
    let said = child.wait_with_output().unwrap();
    assert_eq!(said.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&said.stderr).contains("Cannot write to stdout"));
}

#[test]
fn every_command_has_a_manual_page() {
    let shop = Shop::new();
    shop.billctl("man --out pages").exits(0);
    for page in ["billctl", "billctl-catalog", "billctl-catalog-sync", "billctl-init"] {
        assert!(shop.read(&format!("pages/{page}.1")).starts_with(".ie "), "{page}");
    }
    assert_eq!(shop.billctl("man catalog sync").exits(0).stdout, shop.read("pages/billctl-catalog-sync.1"));
}
