//! `billctl init`: a first billing file, and never over another.

use insta::assert_snapshot;

use crate::support::Shop;

#[test]
fn every_template_is_a_catalog_without_problems() {
    for template in ["nexus", "communities", "parentpilot", "localboxs", "founder"] {
        let shop = Shop::new();
        shop.billctl(&format!("init --template {template}")).exits(0);
        shop.billctl("catalog validate").exits(0);
    }
}

#[test]
fn the_proposed_answers_sync_as_they_are() {
    let shop = Shop::new();
    shop.billctl("init --yes").exits(0);
    shop.billctl("catalog sync --yes").exits(0);
    shop.billctl("catalog plan --exit-code").exits(0);
}

#[test]
fn nothing_is_overwritten() {
    let shop = Shop::new();
    shop.write("billing.toml", "# mine");
    assert_snapshot!(shop.billctl("init --yes"), @"
    [stderr]
    error: billing.toml exists already, and init never overwrites
    hint: Edit it, or name another file with `--config PATH`
    [exit 2]
    ");
    shop.billctl("init --template nexus").exits(2);
    assert_eq!(shop.read("billing.toml"), "# mine");
    shop.write("packs.toml", "# mine too");
    shop.billctl("init --template localboxs --config other.toml").exits(2);
    assert!(!shop.exists("other.toml"));
}

#[test]
fn a_dry_run_writes_nothing() {
    let shop = Shop::new();
    assert_snapshot!(shop.billctl("init --yes --dry-run"), @r#"
    would write billing.toml
      # What is sold, and to which Stripe accounts it goes.
      # `billctl catalog plan` shows what would change, `billctl catalog sync` changes it.

      [project]
      name = "shop" # marks in Stripe what is ours
      default_profile = "emulator" # the offline Stripe inside billctl: no account, no network

      [profiles.test]
      secret_key = { env = "STRIPE_SECRET_KEY" }

      # [profiles.live]
      # secret_key = { env = "STRIPE_LIVE_SECRET_KEY" }
      # account = "acct_…" # a key of another account is refused
      # live = true

      [products.pro]
      name = "Pro"

      [products.pro.prices.monthly]
      amount = "49.00 usd"
      every = "month"
    [exit 0]
    "#);
    assert!(!shop.exists("billing.toml"));
    let document = shop.billctl("init --yes --dry-run --json").json();
    assert_eq!(document["written"], false);
    assert!(document["files"][0]["text"].as_str().unwrap().contains("[project]"));
}

#[test]
fn without_a_terminal_it_says_what_to_add() {
    assert_snapshot!(Shop::new().billctl("init"), @"
    [stderr]
    error: Nobody can be asked here what the billing file should say
    hint: Add `--yes` to take the proposed answers, or `--template NAME`
    [exit 2]
    ");
}

#[test]
fn a_file_above_is_left_alone_and_another_is_written_here() {
    let shop = Shop::new();
    let above = shop.write("../billing.toml", "# of the folder above");
    shop.billctl("init --yes").exits(0);
    assert!(shop.read("billing.toml").contains("[project]"));
    assert_eq!(fs_err::read_to_string(above).unwrap(), "# of the folder above");
}

#[cfg(unix)]
#[test]
fn at_a_terminal_answers_are_asked_for_until_they_mean_something() {
    let shop = Shop::new();
    let screen = shop.at_terminal(
        "init",
        &[
            ("Name of the project", ""),
            ("What do you sell first", "Gold"),
            ("At what price", "cheap"),
            ("is no answer to this", "9.50 eur"),
            ("Charged how often", "year"),
        ],
    );
    assert_eq!(screen.code, Some(0), "{}", screen.text);
    let billing = shop.read("billing.toml");
    assert!(billing.contains("[products.gold.prices.yearly]\namount = \"9.50 eur\""), "{billing}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_at_a_question_writes_nothing() {
    let shop = Shop::new();
    let screen = shop.at_terminal("init", &[("Name of the project", ""), ("What do you sell first", "\x03")]);
    assert_eq!(screen.code, Some(7), "{}", screen.text);
    assert!(screen.text.contains("nothing more was done"), "{}", screen.text);
    assert!(!shop.exists("billing.toml"));
}
