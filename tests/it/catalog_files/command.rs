//! `catalog validate`, and what other commands say to a bad catalog.

use std::path::Path;

use super::{ROOT, catalogs};
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
fn sync_refuses_every_bad_catalog_in_the_words_of_validate_and_sends_nothing() {
    for path in catalogs("fixtures/catalogs/bad") {
        let shop = Shop::new();
        let config = copy(&shop, Path::new(&path));
        let wanted = shop.billctl(&format!("--config {config} catalog validate")).exits(2).stderr;
        let said = shop.billctl(&format!("--config {config} catalog sync --yes")).exits(2).stderr;
        // What is wrong in other profiles does not matter to a sync, and what is wrong in the settings comes first.
        let first = said.lines().find(|line| line.starts_with("error: ")).unwrap();
        assert!(wanted.contains(first), "{path}:\n{said}");
        let state = Path::new(&config).with_file_name(".billctl");
        assert!(!shop.folder().join(state).exists(), "{path} reached the emulator");
    }
}

/// Copies a catalog with its folder into a shop; the answer is its path there.
fn copy(shop: &Shop, path: &Path) -> String {
    let from = Path::new(ROOT).join(path);
    if path.file_name().unwrap() != "billing.toml" {
        shop.write("billing.toml", fs_err::read(from).unwrap());
        return "billing.toml".to_owned();
    }
    // One folder up, since a file may include what stands beside its folder.
    let name = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let mut folders = vec![from.parent().unwrap().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(&folder).unwrap() {
            let file = entry.unwrap().path();
            if file.is_dir() {
                folders.push(file);
                continue;
            }
            let inside = file.strip_prefix(from.parent().unwrap()).unwrap();
            shop.write(&format!("{name}/{}", inside.display()), fs_err::read(&file).unwrap());
        }
    }
    format!("{name}/billing.toml")
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
