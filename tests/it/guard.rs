//! The live guard: profile, key, `--live`, account and policy have to agree before anything is written.

use crate::support::{Shop, StandIn};

const TEST_KEY: &str = "sk_test_billctl_0123456789abcdef";
const LIVE_KEY: &str = "sk_live_billctl_0123456789abcdef";

/// A shop with one product, whose profile `p` leads to the stand-in.
fn shop(stripe: &StandIn, profile: &str, key: &str) -> Shop {
    shop_with(stripe, profile, key, "")
}

fn shop_with(stripe: &StandIn, profile: &str, key: &str, more: &str) -> Shop {
    let mut shop = Shop::new();
    shop.set_secret("STRIPE_SECRET_KEY", key);
    // Live accounts have the real time.
    if profile.contains("live = true") {
        shop.unset("BILLCTL_NOW");
    }
    shop.write(
        "billing.toml",
        format!(
            "[project]\nname = \"shop\"\n{more}\n[profiles.p]\nbase_url = \"{}\"\n{profile}\n[products.pro]\nname = \"Pro\"\n",
            stripe.base_url
        ),
    );
    shop
}

#[track_caller]
fn nothing_is_sent(profile: &str, key: &str, flags: &str, code: i32, message: &str) {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let shop = shop(&stripe, profile, key);
    let said = shop.billctl(&format!("catalog sync --profile p --yes {flags}")).exits(code);
    assert!(said.stderr.contains(message), "{said}");
    assert_eq!(stripe.requests(), Vec::<String>::new());
}

#[track_caller]
fn nothing_is_written(profile: &str, key: &str, flags: &str, code: i32, message: &str) {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let shop = shop(&stripe, profile, key);
    let said = shop.billctl(&format!("catalog sync --profile p {flags}")).exits(code);
    assert!(said.stderr.contains(message), "{said}");
    assert!(!stripe.was_written_to(), "{:?}", stripe.requests());
}

#[track_caller]
fn is_written(profile: &str, key: &str, flags: &str) {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let shop = shop(&stripe, profile, key);
    let said = shop.billctl(&format!("catalog sync --profile p {flags}"));
    assert!(stripe.was_written_to(), "{said}");
}

const LIVE: &str = "live = true\naccount = \"acct_1Shop\"";
const OTHER_LIVE: &str = "live = true\naccount = \"acct_1Other\"";

#[test]
fn profile_key_and_flag_have_to_agree_before_anything_is_sent() {
    nothing_is_sent("", LIVE_KEY, "", 5, "is a live key, and the profile `p` is not live");
    nothing_is_sent("", LIVE_KEY, "--live", 5, "is a live key, and the profile `p` is not live");
    nothing_is_sent(LIVE, LIVE_KEY, "", 5, "`--live` was not given");
    nothing_is_sent(LIVE, TEST_KEY, "--live", 5, "is a test key, and the profile `p` is live");
    nothing_is_sent("live = true", LIVE_KEY, "--live", 2, "account");
}

#[test]
fn a_live_account_has_to_be_the_pinned_one_before_anything_is_written() {
    nothing_is_written(OTHER_LIVE, LIVE_KEY, "--live --yes", 5, "is for the account acct_1Other");
    nothing_is_written(LIVE, LIVE_KEY, "--live", 2, "--yes");
    nothing_is_written("account = \"acct_1Other\"", TEST_KEY, "--yes", 5, "is for the account acct_1Other");
    is_written(LIVE, LIVE_KEY, "--live --yes");
    is_written("account = \"acct_1Shop\"", TEST_KEY, "--yes");
    is_written("", TEST_KEY, "--yes");
}

#[test]
fn with_real_money_nobody_sets_the_clock() {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let mut shop = shop(&stripe, LIVE, LIVE_KEY);
    shop.set("BILLCTL_NOW", "2036-11-01T00:00:00Z");
    for line in [
        "catalog sync --live --yes",
        "credits grant u_1 5 --reason gift --live",
        "credits expire --live",
        "usage record u_1 posts --live",
        "events pull --live",
    ] {
        let said = shop.billctl(&format!("{line} --profile p")).exits(5);
        assert!(said.stderr.contains("BILLCTL_NOW sets the clock, and the profile `p` is live"), "{said}");
    }
    assert!(!stripe.was_written_to(), "{:?}", stripe.requests());
    assert!(!shop.exists(".billctl/p/books.db"));
    shop.unset("BILLCTL_NOW");
    shop.billctl("credits grant u_1 5 --reason gift --profile p").exits(0);
}

#[test]
fn events_that_nobody_signed_book_nothing_with_real_money_unless_that_is_meant() {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let shop = shop(&stripe, LIVE, LIVE_KEY);
    let event = serde_json::json!({"id": "evt_forged", "object": "event", "type": "checkout.session.completed",
        "created": 1_793_491_200, "livemode": true, "data": {"object": {"id": "cs_1", "object": "checkout.session",
        "mode": "payment", "status": "complete", "payment_status": "paid", "amount_total": 100, "currency": "usd",
        "client_reference_id": "u_1", "metadata": {"billctl_credits": "1000"}, "created": 1_793_491_100}}});
    shop.write("paid.json", event.to_string());
    let line = "events replay --file paid.json --mirror --profile p";
    let refused = shop.billctl(&format!("{line} --yes")).exits(5);
    assert!(refused.stderr.contains("Nobody signed the events of a file"), "{refused}");
    shop.billctl(&format!("{line} --live")).exits(2);
    let balance = |shop: &Shop| {
        shop.billctl("credits balance u_1 --profile p -o json").exits(0).json()["balance"].clone()
    };
    assert_eq!(balance(&shop), 0);
    shop.billctl(&format!("{line} --live --yes")).exits(0);
    assert_eq!(balance(&shop), 1000);
}

#[test]
fn what_another_account_has_is_neither_planned_nor_pulled() {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let shop = shop(&stripe, "account = \"acct_1Other\"", TEST_KEY);
    for line in [
        "catalog plan",
        "catalog plan --quiet",
        "catalog pull --out pulled.toml",
        "catalog env",
        "catalog sync",
    ] {
        let said = shop.billctl(&format!("{line} --profile p")).exits(5);
        assert!(said.stderr.starts_with("error: The profile `p` is for the account acct_1Other"), "{said}");
        assert_eq!(said.stdout, "", "{line}");
    }
    assert!(!shop.exists("pulled.toml"));
    assert!(stripe.requests().iter().all(|request| request == "GET /v1/account"), "{:?}", stripe.requests());
}

#[test]
fn a_key_that_may_not_say_whose_it_is_reads_and_writes_nothing() {
    let stripe = StandIn::hiding("acct_1Shop", "/v1/account");
    let shop = shop(&stripe, "account = \"acct_1Shop\"", TEST_KEY);
    let planned = shop.billctl("catalog plan --profile p").exits(0);
    assert!(planned.stderr.starts_with("profile p · account unknown · test mode"), "{planned}");
    shop.billctl("catalog sync --profile p --yes").exits(5);
    assert!(!stripe.was_written_to(), "{:?}", stripe.requests());
}

#[test]
fn a_flag_that_changes_nothing_says_so() {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let said = shop(&stripe, "", TEST_KEY).billctl("catalog plan --profile p --live");
    assert!(said.stderr.contains("warning: --live changes nothing"), "{said}");
}

#[cfg(unix)]
#[test]
fn at_a_terminal_the_live_accounts_name_is_typed() {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let shop = shop(&stripe, LIVE, LIVE_KEY);
    let line = "catalog sync --profile p --live --yes";
    let wrong = shop.at_terminal(line, &[("Type its name", "Bob's shop")]);
    assert_eq!(wrong.code, Some(5), "{}", wrong.text);
    assert!(wrong.text.contains("That is not the account's name"), "{}", wrong.text);
    assert!(!stripe.was_written_to(), "{:?}", stripe.requests());

    let right = shop.at_terminal(line, &[("Type its name", "Ada's shop")]);
    assert!(stripe.was_written_to(), "{}", right.text);
}

#[test]
fn the_policy_says_who_may_and_asks_why() {
    let policy = "[policy]\nactors = [\"ada\"]\nreason_required = true";
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let mut shop = shop_with(&stripe, "", TEST_KEY, policy);
    let line = "catalog sync --profile p --yes";
    let said = shop.billctl(line).exits(5);
    assert!(said.stderr.contains("The policy asks for a reason"), "{said}");
    shop.set("BILLCTL_ACTOR", "bob");
    let said = shop.billctl(&format!("{line} --reason 'new prices'")).exits(5);
    assert!(said.stderr.contains("The policy does not let `bob`"), "{said}");
    assert!(!stripe.was_written_to(), "{:?}", stripe.requests());
    shop.unset("BILLCTL_ACTOR");
    shop.billctl(&format!("{line} --reason 'new prices'"));
    assert!(stripe.was_written_to());
}

#[test]
fn the_profile_line_says_which_account_and_whose_key() {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let line = "profile p · acct_1Shop · test mode · key from STRIPE_SECRET_KEY\n";
    let with_key = shop(&stripe, "", TEST_KEY);
    assert!(with_key.billctl("catalog plan --profile p").stderr.starts_with(line));
    assert_eq!(with_key.billctl("catalog plan --profile p --quiet").stderr, "");
    let pinned = shop(&stripe, "account = \"acct_1Shop\"", TEST_KEY);
    assert!(pinned.billctl("catalog plan --profile p").stderr.starts_with(line));
}

#[test]
fn a_key_that_nobody_uses_is_spoken_of() {
    let mut shop = Shop::new();
    shop.write("billing.toml", "[project]\nname = \"shop\"\n");
    shop.set_secret("STRIPE_SECRET_KEY", TEST_KEY);
    let said = shop.billctl("catalog plan").exits(0);
    assert!(said.stderr.contains("hint: STRIPE_SECRET_KEY is not used by the emulator"), "{said}");
    for chosen in ["catalog plan --profile emulator", "catalog plan --quiet"] {
        assert!(!shop.billctl(chosen).exits(0).stderr.contains("hint"), "{chosen}");
    }
}
