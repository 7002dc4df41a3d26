//! Reading `billing.toml`: every problem with its place, and nothing said about what is right.
//!
//! What the loader says to each file of `fixtures/catalogs/bad` stands beside it; after a change that is meant,
//! `INSTA_UPDATE=always cargo test --test it catalog_files` writes it anew.

mod command;
mod coverage;
mod random;
mod sizes;

use std::path::{Path, PathBuf};

use billctl::billing::catalog::problem::Problems;
use billctl::billing::catalog::{Document, load, schema};
use billctl::render;

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
            snapshot_path => "../../../fixtures/catalogs/bad/said",
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
fn the_committed_schema_is_that_of_the_types() {
    let committed = fs_err::read_to_string(Path::new(ROOT).join("billing.schema.json")).unwrap();
    assert!(
        committed == schema::text().unwrap(),
        "billing.schema.json is stale: write it with `cargo run -- catalog schema > billing.schema.json`"
    );
}
