//! Random catalogs: right after any sync the plan is empty, from nothing and from another catalog.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::support::catalogs::{files, to_toml};
use crate::support::{Emulator, Shop};

/// Faults that a sync gets over by itself.
const FAULTS: [&str; 4] = ["cut-after", "500-after", "500-kept", "429-all"];

/// As many as fit into a test run; `PROPTEST_CASES` asks for more.
#[expect(clippy::disallowed_methods, reason = "a switch of proptest's, no setting of billctl's")]
fn config() -> Config {
    let default = Config::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    Config { cases: if asked { default.cases } else { 20 }, failure_persistence: None, ..default }
}

fn sync(shop: &Shop, what: &str) -> Result<bool, TestCaseError> {
    let mut synced = shop.billctl("catalog sync --yes --prune");
    // Where one request meets fault upon fault, the same command does the rest.
    for _ in 0..5 {
        if synced.code == Some(7) {
            synced = shop.billctl("catalog sync --yes --prune");
        }
    }
    // A conflict is an answer: Stripe can't change a meter's formula, and archived features can't come back.
    if synced.code == Some(2) && synced.stderr.contains("Stripe") {
        return Ok(false);
    }
    prop_assert_eq!(synced.code, Some(0), "{}: {}", what, synced);
    let plan = shop.billctl("catalog plan --exit-code");
    prop_assert_eq!(plan.code, Some(0), "{}: {}\n{}", what, plan, shop.read("billing.toml"));
    Ok(true)
}

fn check(
    shop: &Shop,
    emulator: &Emulator,
    first: &str,
    second: &str,
    fault: &str,
) -> Result<(), TestCaseError> {
    emulator.reset();
    emulator.heal();
    shop.write("billing.toml", first);
    if !sync(shop, "the first catalog")? {
        return Ok(());
    }
    emulator.fail_on(&format!("POST /v1/*:every=4:{fault}"));
    shop.write("billing.toml", second);
    sync(shop, "the second catalog")?;
    emulator.heal();
    shop.write("billing.toml", first);
    sync(shop, "the first catalog again")?;
    Ok(())
}

#[test]
fn right_after_any_sync_the_plan_is_empty() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let strategy = (files(), files(), prop::sample::select(FAULTS.to_vec()));
    let outcome = TestRunner::new(config()).run(&strategy, |(first, mut second, fault)| {
        // The second is what became of the first: the same project.
        second.project.clone_from(&first.project);
        check(&shop, &emulator, &to_toml(&first), &to_toml(&second), fault)
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
