//! Reading `billing.toml`: every problem with its place, and nothing said about what is right.
//!
//! What the loader says to each file of `fixtures/catalogs/bad` stands beside it; after a change that is meant,
//! `INSTA_UPDATE=always cargo test --test it catalog_files` writes it anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use billctl::billing::catalog::problem::Problems;
use billctl::billing::catalog::{Document, load, schema};
use billctl::render;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::Shop;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// All that is wrong with a file of the repository.
fn problems(path: &str) -> Problems {
    let read = |path: &Path| fs_err::read(Path::new(ROOT).join(path));
    match Document::read(&read, Path::new(path)) {
        Ok(document) => document.problems(),
        Err(problems) => problems,
    }
}

/// All that is wrong with a text that stands alone.
fn problems_of(text: &[u8]) -> Problems {
    let read = |path: &Path| match path.to_str() {
        Some("billing.toml") => Ok(text.to_vec()),
        _ => Err(std::io::ErrorKind::NotFound.into()),
    };
    match Document::read(&read, Path::new("billing.toml")) {
        Ok(document) => document.problems(),
        Err(problems) => problems,
    }
}

/// Every catalog in a folder: a file, or a folder with a billing.toml.
fn catalogs(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(Path::new(ROOT).join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let inner = path.join("billing.toml");
        let path: PathBuf = if inner.is_file() { inner } else { path };
        if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path.strip_prefix(ROOT).unwrap().display().to_string());
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

fn good() -> Vec<String> {
    let mut paths = catalogs("fixtures/catalogs/good");
    paths.extend(catalogs("fixtures/systems"));
    paths.extend(["billing.toml.example".to_owned(), "tests/proofs/catalog.toml".to_owned()]);
    paths
}

/// Every place is inside its file, on the borders of characters, and agrees with line and column.
fn assert_places(problems: &Problems) {
    for problem in &problems.list {
        let spans = std::iter::once(&problem.span).chain(problem.related.iter().map(|(span, _)| span));
        for span in spans {
            let source = &problems.sources[span.source];
            assert!(source.text.get(span.range.clone()).is_some(), "{problem:?}");
        }
        let source = &problems.sources[problem.span.source];
        assert_eq!(problem.position, source.position(problem.span.range.start), "{problem:?}");
        assert!(!problem.message.is_empty());
    }
    render::problems(problems, true);
    render::problems(problems, false);
}

#[test]
fn what_is_right_is_not_complained_of() {
    for path in good() {
        let problems = problems(&path);
        assert!(problems.list.is_empty(), "{}", render::problems(&problems, false));
    }
}

#[test]
fn every_problem_is_shown_where_it_is_and_how_it_is_said_stands_beside_its_file() {
    for path in catalogs("fixtures/catalogs/bad") {
        let problems = problems(&path);
        assert!(problems.errors().next().is_some(), "{path} has nothing wrong");
        assert_places(&problems);
        let name =
            path.trim_start_matches("fixtures/catalogs/bad/").trim_end_matches(".toml").replace('/', "-");
        insta::with_settings!({
            snapshot_path => "../../fixtures/catalogs/bad/said",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, format!("{}\n\n{problems}", render::problems(&problems, false)));
        });
    }
}

#[test]
fn what_is_doubtful_is_said_and_used() {
    let path = "fixtures/catalogs/warned/billing.toml";
    let problems = problems(path);
    assert_places(&problems);
    assert_eq!(problems.errors().count(), 0);
    insta::assert_snapshot!(render::problems(&problems, false), @r#"
    warning: `plus` and `pro` have the same rank
      --> fixtures/catalogs/warned/billing.toml:7:8
       |
     7 | rank = 1
       |        ^
       |
      ::: fixtures/catalogs/warned/billing.toml:14:8
       |
    14 | rank = 1
       |        - the other one
       |
       = hint: Give each plan its own: a change to a higher rank is an upgrade

    warning: 12.345 kwd can't be charged: its last digit must be 0
     --> fixtures/catalogs/warned/billing.toml:9:10
      |
    9 | amount = "12.345 kwd"
      |          ^^^^^^^^^^^^
      |
      = hint: Write "12.340 kwd", unless it is a part of a larger sum

    warning: events that go over http can be read and forged on the way
      --> fixtures/catalogs/warned/billing.toml:17:7
       |
    17 | url = "http://staging.example.com/webhook"
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = hint: Write an https address: http will do for tests on this machine
    "#);
    let read = |path: &Path| fs_err::read(Path::new(ROOT).join(path));
    assert_eq!(load(&read, Path::new(path), None).unwrap().warnings.list, problems.list);
}

#[test]
fn every_code_that_the_loader_knows_is_shown_by_a_fixture() {
    let mut shown = BTreeSet::new();
    let mut paths = catalogs("fixtures/catalogs/bad");
    paths.push("fixtures/catalogs/warned/billing.toml".to_owned());
    for path in paths {
        shown.extend(problems(&path).list.iter().map(|problem| problem.code));
    }
    let mut known = BTreeSet::new();
    let mut folders = vec![Path::new(ROOT).join("src/billing/catalog")];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs_err::read_to_string(path).unwrap();
            for call in ["Finding::at(", "Finding::at_key(", "Finding::of("] {
                for (index, _) in text.match_indices(call) {
                    let rest = text[index + call.len()..].trim_start();
                    if let Some(code) = rest.strip_prefix('"') {
                        known.insert(code.split('"').next().unwrap().to_owned());
                    }
                }
            }
        }
    }
    // Made by tests of their own below, or by a bug alone.
    for elsewhere in ["too_large", "too_many_resources", "include_depth", "internal"] {
        assert!(known.remove(elsewhere), "{elsewhere} is gone");
    }
    known.retain(|code| !shown.contains(code.as_str()));
    assert_eq!(known, BTreeSet::new(), "shown by no fixture");
}

#[test]
fn the_good_catalogs_use_every_key_and_every_choice() {
    let mut written = BTreeSet::new();
    for name in ["billing.toml", "choices.toml"] {
        let path = Path::new(ROOT).join("fixtures/catalogs/good/everything").join(name);
        let text = fs_err::read_to_string(path).unwrap();
        let document: toml::Value = toml::from_str(&text).unwrap();
        words(&serde_json::to_value(document).unwrap(), &mut written);
    }
    let mut wanted = BTreeSet::new();
    keys_and_choices(&schema::generate(), &mut wanted);
    let missing: Vec<_> = wanted.difference(&written).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

fn words(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            into.insert(key.clone());
            words(value, into);
        }),
        Value::Array(items) => items.iter().for_each(|item| words(item, into)),
        Value::String(text) => {
            into.insert(text.clone());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn keys_and_choices(schema: &Value, into: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            for (rule, value) in object {
                match (rule.as_str(), value) {
                    ("properties", Value::Object(properties)) => into.extend(properties.keys().cloned()),
                    ("enum", Value::Array(choices)) => {
                        into.extend(choices.iter().map(|choice| choice.as_str().unwrap().to_owned()));
                    }
                    _ => {}
                }
                keys_and_choices(value, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys_and_choices(item, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_read() {
    let text = fs_err::read_to_string(Path::new(ROOT).join("fixtures/systems/founder/billing.toml")).unwrap();
    let problems = problems_of(format!("\u{feff}{}", text.replace('\n', "\r\n")).as_bytes());
    assert!(problems.list.is_empty(), "{}", render::problems(&problems, false));
}

#[test]
fn overrides_hold_in_their_profile_alone() {
    let read = |path: &Path| fs_err::read(Path::new(ROOT).join(path));
    let path = Path::new("fixtures/catalogs/good/everything/billing.toml");
    let test = load(&read, path, Some("test")).unwrap();
    let live = load(&read, path, Some("live")).unwrap();
    let amount = |loaded: &billctl::billing::catalog::Loaded| {
        let pricing = &loaded.catalog.products["pro"].prices["monthly"].pricing;
        format!("{pricing:?}")
    };
    assert!(amount(&test).contains("4900"), "{}", amount(&test));
    assert!(amount(&live).contains("5900"), "{}", amount(&live));
    assert_eq!(test.catalog.products["pro"].description.as_deref(), Some("The plan that most people want"));
    assert_eq!(live.catalog.products["pro"].description, None);
    assert_eq!(live.catalog.products["pro"].metadata["segment"], "");
    assert_eq!(live.catalog.webhook_endpoints["app"].url, "https://example.com/webhook");
    assert_eq!(live.file.policy.unwrap().max_changes, Some(10));
}

#[test]
fn defaults_are_filled_in() {
    let text = b"[project]\nname = \"shop\"\n[products.pro]\nname = \"Pro\"\n\
                 [products.pro.prices.monthly]\namount = \"49.00 usd\"\nevery = \"month\"\n[meters.calls]\n";
    let loaded = load(&|_: &Path| Ok(text.to_vec()), Path::new("billing.toml"), None).unwrap();
    insta::assert_debug_snapshot!(loaded.catalog);
}

#[test]
fn a_catalog_of_a_hundred_thousand_products_is_refused_at_the_first_too_many() {
    let mut text = "[project]\nname = \"big\"\n[products]\n".to_owned();
    for number in 0..100_000 {
        text.push_str(&format!("p{number} = {{ name = \"P\" }}\n"));
    }
    let problems = problems_of(text.as_bytes());
    let [problem] = problems.list.as_slice() else { panic!("{}", problems.list.len()) };
    assert_eq!(problem.message, "the catalog has 100000 resources; 50000 are allowed");
    assert_eq!(problem.position.line, 50_004);
    assert_eq!(problem.path, "products.p50000");
}

#[test]
fn a_catalog_that_is_too_large_is_refused_before_it_is_read() {
    let text = vec![b'#'; billctl::billing::catalog::MAX_BYTES + 1];
    let problems = problems_of(&text);
    assert_eq!(problems.list.len(), 1);
    assert_eq!(problems.list[0].message, "the catalog is larger than 16 MiB");
}

#[test]
fn more_than_stripe_takes_is_refused() {
    let mut text =
        "[project]\nname = \"shop\"\n[portals.main.subscription_update]\nallow = [\"price\"]\n".to_owned();
    for number in 0..11 {
        text.push_str(&format!("products.p{number} = [\"monthly\"]\n"));
    }
    for number in 0..11 {
        text.push_str(&format!("[products.p{number}]\nname = \"P\"\n"));
        text.push_str("prices.monthly = { amount = \"1.00 usd\", every = \"month\" }\n");
    }
    for number in 0..17 {
        text.push_str(&format!("[webhook_endpoints.e{number:02}]\nurl = \"https://example.com/{number}\"\n"));
        text.push_str("enabled_events = [\"*\"]\n");
    }
    let problems = problems_of(text.as_bytes());
    let said: Vec<(&str, &str)> =
        problems.list.iter().map(|problem| (problem.path.as_str(), problem.message.as_str())).collect();
    assert_eq!(
        said,
        [
            ("portals.main.subscription_update.products", "the portal offers 11 products"),
            ("webhook_endpoints.e16", "there are 17 webhook endpoints"),
        ]
    );
}

#[test]
fn includes_nest_only_so_deep() {
    let read = |path: &Path| {
        let number: u32 = path.file_stem().unwrap().to_str().unwrap().parse().unwrap();
        Ok(format!("include = [\"{}.toml\"]\n", number + 1).into_bytes())
    };
    let problems = Document::read(&read, Path::new("1.toml")).unwrap().problems();
    let deep = problems.list.iter().find(|problem| problem.code == "include_depth").unwrap();
    assert_eq!(problems.file(deep), "16.toml");
}

#[test]
fn keys_without_end_are_no_danger() {
    for text in ["a.".repeat(50_000) + "b = 1", "[".repeat(50_000), "a = ".to_owned() + &"[".repeat(50_000)] {
        let problems = problems_of(text.as_bytes());
        assert!(!problems.list.is_empty());
        assert_places(&problems);
    }
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let committed = fs_err::read_to_string(Path::new(ROOT).join("billing.schema.json")).unwrap();
    assert!(
        committed == schema::text().unwrap(),
        "billing.schema.json is stale: write it with `cargo run -- catalog schema > billing.schema.json`"
    );
}

#[test]
fn only_the_first_fifty_problems_are_shown() {
    let text: String = (0..60).map(|number| format!("key{number} = 1\n")).collect();
    let shown = render::problems(&problems_of(text.as_bytes()), false);
    assert_eq!(shown.matches("error: ").count(), 50);
    assert!(shown.ends_with("… and 10 more"), "{shown}");
}

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

/// Pieces that a catalog is made of, right and wrong.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("[products.pro]\n".to_owned()),
        Just("[products.pro.prices.monthly]\n".to_owned()),
        Just("[profiles.live.overrides.products.pro]\n".to_owned()),
        Just("[[products.pro.prices.monthly.tiers]]\n".to_owned()),
        Just("[links]\n".to_owned()),
        Just("include = [\"billing.toml\", \"x\"]\n".to_owned()),
        "[a-z_]{1,12} = (\"[^\"\\\\\\n]{0,12}\"|[0-9.e+-]{1,9}|true|inf|\\{ [a-z]{1,4} = 1 \\}|\\[\\]|2027-01-01)\n",
        "\\PC{0,20}\n",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_places(&problems_of(&bytes));
    }

    #[test]
    fn no_pieces_panic(pieces in prop::collection::vec(piece(), 0..30)) {
        assert_places(&problems_of(pieces.concat().as_bytes()));
    }

    #[test]
    fn no_damage_to_a_good_catalog_panics(
        from in 0..1000_usize,
        length in 0..40_usize,
        instead in prop_oneof![Just(String::new()), "\\PC{0,5}", "[0-9.\"'\\[\\]{}=\\n ]{0,4}"],
    ) {
        let path = Path::new(ROOT).join("fixtures/catalogs/good/everything/billing.toml");
        let mut text = fs_err::read_to_string(path).unwrap();
        let from = text.floor_char_boundary(text.len() * from / 1000);
        let to = text.ceil_char_boundary((from + length).min(text.len()));
        text.replace_range(from..to, &instead);
        assert_places(&problems_of(text.as_bytes()));
    }
}
