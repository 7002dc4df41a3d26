//! `catalog promote`: one account's catalog onto another account.

use crate::support::{Emulator, Shop, StandIn};
use crate::sync::EVERYTHING;

/// Two accounts, each a profile of one shop.
struct Accounts {
    shop: Shop,
    from: Emulator,
    to: Emulator,
    _homes: [Shop; 2],
}

impl Accounts {
    fn new(catalog: &str) -> Accounts {
        let homes = [Shop::new(), Shop::new()];
        let [from, to] = [homes[0].emulator(), homes[1].emulator()];
        let mut shop = Shop::new();
        let profile = |name: &str, emulator: &Emulator| {
            let variable = format!("KEY_{}", name.to_uppercase());
            format!(
                "\n[profiles.{name}]\nbase_url = \"{}\"\nsecret_key = {{ env = \"{variable}\" }}\n",
                emulator.base_url
            )
        };
        let profiles = profile("from", &from) + &profile("to", &to);
        shop.set_secret("KEY_FROM", &from.api_key);
        shop.set_secret("KEY_TO", &to.api_key);
        shop.write("billing.toml", format!("{catalog}{profiles}"));
        Accounts { shop, from, to, _homes: homes }
    }

    /// The catalog that an account has, without its ids.
    fn pulled(&self, profile: &str) -> String {
        let text = self
            .shop
            .billctl(&format!("catalog pull --include-archived --profile {profile}"))
            .exits(0)
            .stdout;
        let differs = |line: &&str| {
            ["# What", "base_url", "secret_key", "default_profile", "[profiles"]
                .iter()
                .all(|start| !line.starts_with(start))
        };
        text.lines().filter(differs).collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn a_promoted_catalog_is_the_same_in_both_accounts() {
    let accounts = Accounts::new(EVERYTHING);
    let shop = &accounts.shop;
    shop.billctl("catalog sync --yes --profile from").exits(0);
    let planned = shop.billctl("catalog promote --from from --to to -o json").exits(0).json();
    let made = planned["summary"]["create"].as_u64().unwrap();
    assert!(made > 20, "{planned}");
    assert!(accounts.to.list("/v1/products").is_empty());

    shop.billctl("catalog promote --from from --to to --sync --yes").exits(0);
    let again = shop.billctl("catalog promote --from from --to to -o json").exits(0).json();
    assert_eq!(again["changes"], serde_json::json!([]));
    let plan = shop.billctl("catalog plan --profile to -o json").exits(0).json();
    // What no price and no mark leads to is not known to be the project's: nothing else is left to do.
    assert_eq!(plan["changes"], serde_json::json!([]), "{plan:#}");
    assert_eq!(accounts.pulled("from"), accounts.pulled("to"));
}

#[test]
fn a_promotion_can_be_kept_reviewed_and_applied() {
    let accounts = Accounts::new(EVERYTHING);
    let shop = &accounts.shop;
    shop.billctl("catalog sync --yes --profile from").exits(0);
    shop.billctl("catalog promote --from from --to to --out plan.json").exits(0);
    assert!(accounts.to.list("/v1/products").is_empty());
    shop.billctl("catalog sync plan.json --yes --profile to").exits(0);
    let again = shop.billctl("catalog promote --from from --to to -o json").exits(0).json();
    assert_eq!(again["summary"]["create"], 0);
}

#[test]
fn what_the_file_adopted_is_promoted_under_ids_of_its_own() {
    let accounts = Accounts::new("[project]\nname = \"nexus\"\n");
    let shop = &accounts.shop;
    let product = accounts.from.post("/v1/products", "name=Pro");
    let form = format!("product={}&currency=usd&unit_amount=100", product["id"].as_str().unwrap());
    accounts.from.post("/v1/prices", &form);
    shop.billctl("catalog pull --out billing.toml --profile from").exits(0);
    shop.billctl("catalog promote --from from --to to --sync --yes").exits(0);
    let products = accounts.to.list("/v1/products");
    assert_eq!(products.len(), 1);
    assert_eq!(products[0]["id"], "nexus_pro");
    assert_eq!(accounts.to.list("/v1/prices")[0]["lookup_key"], "nexus_pro_once");
}

#[test]
fn what_profiles_override_stays_their_own() {
    let accounts = Accounts::new(
        r#"[project]
name = "nexus"
[products.pro]
name = "Pro"
prices.monthly = { amount = "9.00 usd", every = "month" }
prices.yearly = { amount = "90.00 usd", every = "year", trial_days = 7 }
[webhook_endpoints.app]
url = "https://example.com/stripe"
enabled_events = ["invoice.paid"]
[profiles.from.overrides.webhook_endpoints.app]
url = "https://staging.example.com/stripe"
[profiles.from.overrides.products.pro.prices.monthly]
nickname = "to be tried"
[profiles.from.overrides.coupons.TRYING]
percent_off = 100
[profiles.to.overrides.products.pro.prices.yearly]
amount = "80.00 eur"
lookup_key = "yearly"
[profiles.to.overrides.coupons.LAUNCH]
percent_off = 10
"#,
    );
    let shop = &accounts.shop;
    shop.billctl("catalog sync --yes --profile from").exits(0);
    // Changed by hand and not overridden: that is what goes over.
    accounts.from.post("/v1/products/nexus_pro", "name=Professional");
    shop.billctl("catalog promote --from from --to to --sync --yes").exits(0);

    assert_eq!(accounts.to.list("/v1/webhook_endpoints")[0]["url"], "https://example.com/stripe");
    let coupons = accounts.to.list("/v1/coupons");
    assert_eq!(coupons.iter().map(|coupon| &coupon["id"]).collect::<Vec<_>>(), ["LAUNCH"]);
    let yearly = &accounts.to.list("/v1/prices?lookup_keys[]=yearly")[0];
    assert_eq!((&yearly["unit_amount"], &yearly["currency"]), (&8000.into(), &"eur".into()));
    assert_eq!(accounts.to.get("/v1/products/nexus_pro")["name"], "Professional");
    let plan = shop.billctl("catalog plan --profile to -o json").exits(0).json();
    let changes = plan["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{plan:#}");
    assert_eq!(changes[0]["fields"][0]["path"], "name");
}

#[test]
fn what_others_have_in_the_account_is_not_promoted() {
    let accounts = Accounts::new("[project]\nname = \"nexus\"\n[products.pro]\nname = \"Pro\"\n");
    let shop = &accounts.shop;
    shop.billctl("catalog sync --yes --profile from").exits(0);
    accounts.from.post("/v1/products", "name=By+hand");
    accounts.from.post("/v1/products", "name=Theirs&metadata[billctl_project]=other");
    shop.billctl("catalog promote --from from --to to --sync --yes").exits(0);
    let names: Vec<String> =
        accounts.to.list("/v1/products").iter().map(|one| one["name"].to_string()).collect();
    assert_eq!(names, ["\"Pro\""]);
}

#[test]
fn an_account_is_not_promoted_onto_itself() {
    let accounts = Accounts::new("[project]\nname = \"nexus\"\n");
    let refused = accounts.shop.billctl("catalog promote --from from --to from").exits(2);
    assert!(refused.stderr.contains("are the same account"), "{refused}");
    let unknown = accounts.shop.billctl("catalog promote --from from --to nowhere").exits(2);
    assert!(unknown.stderr.contains("`--to` names the profile `nowhere`"), "{unknown}");
    assert!(accounts.from.requests().iter().all(|request| request["method"] == "GET"));
}

#[test]
fn a_live_account_is_promoted_to_only_where_live_is_meant() {
    let stripe = StandIn::of_account("acct_1Live", "Ada's shop");
    let mut accounts = Accounts::new(&format!(
        "[project]\nname = \"nexus\"\n[products.pro]\nname = \"Pro\"\n[profiles.live]\nlive = true\naccount = \"acct_1Live\"\n\
         base_url = \"{}\"\nsecret_key = {{ env = \"KEY_LIVE\" }}\n",
        stripe.base_url
    ));
    accounts.shop.set_secret("KEY_LIVE", "sk_live_billctl_0123456789abcdef");
    // Live accounts have the real time.
    accounts.shop.unset("BILLCTL_NOW");
    let shop = &accounts.shop;
    shop.billctl("catalog sync --yes --profile from").exits(0);
    let refused = shop.billctl("catalog promote --from from --to live --sync --yes").exits(5);
    assert!(refused.stderr.contains("`--live` was not given"), "{refused}");
    assert_eq!(stripe.requests(), Vec::<String>::new());
    shop.billctl("catalog promote --from from --to live --live").exits(0);
    assert!(!stripe.was_written_to());
    shop.billctl("catalog promote --from from --to live --live --sync --yes");
    assert!(stripe.was_written_to());
}
