//! `catalog validate`, and what other commands say to a bad catalog.

use std::path::Path;

use super::ROOT;
use crate::support::Shop;

#[test]
fn validate_says_what_is_there() {
    let shop = Shop::new();
    shop.write("billing.toml", fs_err::read(Path::new(ROOT).join("billing.toml.example")).unwrap());
    insta::assert_snapshot!(shop.billctl("catalog validate"), @r"
    billing.toml is valid: 1 meter, 1 feature, 5 products, 6 prices.
    [exit 0]
    ");
    let json = shop.billctl("catalog validate --json").exits(0).json();
    assert_eq!(json["valid"], true);
    assert_eq!(json["files"], serde_json::json!(["billing.toml"]));
    assert_eq!(json["resources"]["prices"], 6);
    assert_eq!(json["warnings"], serde_json::json!([]));
}

#[test]
fn validate_ends_with_2_where_something_is_wrong() {
    let shop = Shop::new();
    shop.write("billing.toml", "[project]\nname = \"shop\"\n[products.pro]\nnam = \"Pro\"\n");
    insta::assert_snapshot!(shop.billctl("catalog validate"), @r#"
    [stderr]
    error: there is no key `nam` in products.pro
     --> billing.toml:4:1
      |
    4 | nam = "Pro"
      | ^^^
      |
      = hint: Did you mean `name`?

    error: 1 problem in billing.toml
    [exit 2]
    "#);
    let error = shop.billctl("catalog validate --json").exits(2).json_error();
    assert_eq!(error["code"], "usage");
    assert_eq!(error["message"], "1 problem in billing.toml");
    assert_eq!(
        error["problems"],
        serde_json::json!([{
            "file": "billing.toml",
            "line": 4,
            "column": 1,
            "path": "products.pro.nam",
            "severity": "error",
            "code": "unknown_key",
            "message": "there is no key `nam` in products.pro",
            "hint": "Did you mean `name`?",
        }])
    );
}

#[test]
fn other_commands_refuse_a_bad_catalog_in_the_same_words_and_send_nothing() {
    let shop = Shop::new();
    shop.write("billing.toml", "[project]\nname = \"shop\"\n[products.pro]\nnam = \"Pro\"\n");
    let wanted = shop.billctl("catalog validate").stderr;
    for command in ["catalog plan", "catalog sync --yes", "catalog env"] {
        assert_eq!(shop.billctl(command).exits(2).stderr, wanted, "{command}");
    }
    assert!(!shop.exists(".billctl"), "an emulator was begun");
}

#[test]
fn a_key_in_the_file_is_never_repeated() {
    let mut shop = Shop::new();
    let secret = "sk_test_billctl_pasted_by_mistake";
    for text in [
        format!("[profiles.test]\nsecret_key = \"{secret}\"\n"),
        format!("[profiles.test]\nsecret_key = {{ env = \"{secret}\" }}\n"),
        format!("{secret} = 1\n"),
        format!("[products.{secret}]\nname = {secret}\n"),
    ] {
        shop.write_secret(Path::new("billing.toml"), &text, secret);
        shop.billctl("catalog validate").exits(2);
        shop.billctl("catalog validate --json").exits(2);
    }
}
