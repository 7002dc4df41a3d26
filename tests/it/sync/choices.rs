//! What counts and how far a sync goes: adopting, orphans, pruning, takeover, targets, dry runs, policy.

use serde_json::Value;

use super::EVERYTHING;
use crate::support::{Emulator, Shop, Transcript};

const PRO: &str = r#"
[project]
name = "shop"
[products.pro]
name = "Pro"
prices.monthly = { amount = "99.00 usd", every = "month" }
"#;

fn shop(catalog: &str) -> (Shop, Emulator) {
    let shop = Shop::new();
    shop.write("billing.toml", catalog);
    let emulator = shop.emulator();
    (shop, emulator)
}

fn json(transcript: &Transcript) -> Value {
    serde_json::from_str(&transcript.stdout).unwrap_or_else(|_| panic!("no JSON: {transcript}"))
}

fn plan(shop: &Shop, flags: &str) -> Value {
    let transcript = shop.billctl(&format!("catalog plan -o json {flags}"));
    assert_eq!(transcript.code, Some(0), "{transcript}");
    json(&transcript)
}

#[track_caller]
fn check(summary: &Value, action: &str, count: u64) {
    assert_eq!(summary["summary"][action], count, "{action}: {summary:#}");
}

fn writes(emulator: &Emulator) -> usize {
    emulator.requests().iter().filter(|request| request["method"] != "GET").count()
}

#[test]
fn a_dry_run_and_a_plan_send_nothing_that_writes() {
    let (shop, emulator) = shop(EVERYTHING);
    for line in ["catalog plan", "catalog sync --dry-run", "catalog sync --yes --dry-run -o json"] {
        let transcript = shop.billctl(line);
        assert_eq!(transcript.code, Some(0), "{transcript}");
    }
    assert_eq!(writes(&emulator), 0);
    assert!(!shop.exists(".billctl/emulator/sync.journal") && !shop.exists(".billctl/emulator/sync.lock"));
}

#[test]
fn without_a_terminal_a_sync_asks_for_yes_and_changes_nothing() {
    let (shop, emulator) = shop(PRO);
    let transcript = shop.billctl("catalog sync");
    assert_eq!(transcript.code, Some(2), "{transcript}");
    assert!(transcript.stderr.contains("--yes"), "{transcript}");
    assert_eq!(writes(&emulator), 0);
}

#[test]
fn what_exists_is_adopted_by_id_and_lookup_key_and_never_made_again() {
    let (shop, emulator) = shop(PRO);
    emulator.post("/v1/products", "id=shop_pro&name=Pro");
    emulator.post(
        "/v1/prices",
        "product=shop_pro&currency=usd&unit_amount=9900&recurring[interval]=month&lookup_key=shop_pro_monthly",
    );
    check(&plan(&shop, ""), "adopt", 2);
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    assert_eq!(shop.billctl("catalog plan --exit-code").code, Some(0));
    assert_eq!(emulator.list("/v1/products").len(), 1);
    assert_eq!(emulator.list("/v1/prices").len(), 1);
    assert_eq!(emulator.get("/v1/products/shop_pro")["metadata"]["billctl_project"], "shop");
}

#[test]
fn an_explicit_stripe_id_is_taken_as_it_is() {
    let (shop, emulator) = shop(PRO);
    let product = emulator.post("/v1/products", "name=Pro");
    let price = emulator.post(
        "/v1/prices",
        &format!(
            "product={}&currency=usd&unit_amount=9900&recurring[interval]=month",
            product["id"].as_str().unwrap()
        ),
    );
    shop.write(
        "billing.toml",
        format!(
            "[project]\nname = \"shop\"\n[products.pro]\nname = \"Pro\"\nstripe_id = {}\n\
             prices.monthly = {{ amount = \"99.00 usd\", every = \"month\", stripe_id = {} }}\n",
            product["id"], price["id"]
        ),
    );
    assert_eq!(shop.billctl("catalog plan --exit-code").code, Some(0), "it is known already");
    let changed = shop.read("billing.toml").replace("99.00", "89.00");
    shop.write("billing.toml", changed);
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    let again = shop.billctl("catalog plan --exit-code");
    assert_eq!(again.code, Some(0), "a stripe_id of the replaced price does no harm: {again}");
    assert_eq!(emulator.list("/v1/prices?active=true").len(), 1);
    let unknown = shop.read("billing.toml").replace(product["id"].as_str().unwrap(), "prod_nowhere");
    shop.write("billing.toml", unknown);
    let refused = shop.billctl("catalog plan");
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("prod_nowhere"), "{refused}");
}

#[test]
fn what_left_the_catalog_is_an_orphan_until_it_is_pruned() {
    let (shop, emulator) = shop(EVERYTHING);
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    shop.write("billing.toml", PRO);
    let orphans = plan(&shop, "");
    check(&orphans, "archive", 0);
    assert!(orphans["summary"]["orphan"].as_u64().unwrap() > 15, "{orphans:#}");
    let before = writes(&emulator);
    let synced = shop.billctl("catalog sync --yes --target pro");
    assert_eq!(synced.code, Some(0), "{synced}");
    let unpruned = emulator.list("/v1/products?active=true").len();
    assert_eq!(unpruned, 5, "nothing is archived without --prune");
    assert!(writes(&emulator) >= before);
    let pruned = shop.billctl("catalog sync --yes --prune");
    assert_eq!(pruned.code, Some(0), "{pruned}");
    assert_eq!(emulator.list("/v1/products?active=true").len(), 1);
    assert_eq!(emulator.list("/v1/prices?active=true").len(), 1);
    assert_eq!(emulator.list("/v1/coupons").len(), 0);
    assert_eq!(shop.billctl("catalog plan --exit-code --prune").code, Some(0));
    shop.write("billing.toml", EVERYTHING);
    let back = shop.billctl("catalog plan");
    assert_ne!(back.code, Some(1), "archived features can't come back, which is said: {back}");
}

#[test]
fn what_another_project_made_is_refused_until_it_is_taken_over() {
    let (shop, emulator) = shop(PRO);
    emulator.post(
        "/v1/products",
        "id=shop_pro&name=Pro&metadata[billctl_project]=other&metadata[billctl_key]=pro",
    );
    let refused = shop.billctl("catalog sync --yes");
    assert_eq!(refused.code, Some(5), "{refused}");
    assert!(refused.stderr.contains("belongs to project `other`"), "{refused}");
    assert!(refused.stderr.contains("--takeover"), "{refused}");
    assert_eq!(shop.billctl("catalog sync --yes --takeover").code, Some(0));
    assert_eq!(emulator.get("/v1/products/shop_pro")["metadata"]["billctl_project"], "shop");
    assert_eq!(shop.billctl("catalog plan --exit-code").code, Some(0));
}

#[test]
fn a_target_takes_along_what_it_needs_and_nothing_else() {
    let (shop, emulator) = shop(EVERYTHING);
    assert_eq!(shop.billctl("catalog sync --yes --target pro.messages").code, Some(0));
    let names: Vec<Value> =
        emulator.list("/v1/products").iter().map(|product| product["id"].clone()).collect();
    assert_eq!(names, ["shop_pro"]);
    assert_eq!(emulator.list("/v1/prices").len(), 2, "the target, and the product's default price");
    assert_eq!(emulator.list("/v1/billing/meters").len(), 1);
    let misspelt = shop.billctl("catalog sync --yes --target pro.monthy");
    assert_eq!(misspelt.code, Some(2), "{misspelt}");
    assert!(misspelt.stderr.contains("pro.monthly"), "{misspelt}");
}

#[test]
fn policy_is_held_before_anything_is_sent() {
    let (shop, emulator) = shop(&format!("{PRO}\n[policy]\nmax_changes = 1\n"));
    let refused = shop.billctl("catalog sync --yes");
    assert_eq!(refused.code, Some(5), "{refused}");
    shop.write("billing.toml", format!("{PRO}\n[policy]\nreason_required = true\n"));
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(5));
    shop.write("billing.toml", format!("{PRO}\n[policy]\nactors = [\"grace\"]\n"));
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(5));
    assert_eq!(writes(&emulator), 0);
    shop.write("billing.toml", format!("{PRO}\n[policy]\nreason_required = true\nactors = [\"ada\"]\n"));
    assert_eq!(shop.billctl("catalog sync --yes --reason 'new plan'").code, Some(0));
}

#[test]
fn the_documents_have_the_keys_that_scripts_rely_on() {
    let (shop, _emulator) = shop(PRO);
    let planned = plan(&shop, "");
    for action in ["create", "update", "replace", "archive", "adopt", "orphan", "unchanged"] {
        assert!(planned["summary"][action].is_u64(), "{action}");
    }
    let change = &planned["changes"][0];
    assert_eq!(
        (&change["action"], &change["resource"], &change["key"]),
        (&"create".into(), &"product".into(), &"pro".into())
    );
    let field = &change["fields"][0];
    assert!(
        field["path"].is_string() && field["before"].is_null() && !field["after"].is_null(),
        "{change:#}"
    );
    let amount = planned["changes"][1]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["path"] == "unit_amount");
    assert_eq!(
        amount.unwrap()["after"],
        serde_json::json!({"amount": 9900, "currency": "usd", "display": "99.00 USD"})
    );
    let synced = json(&shop.billctl("catalog sync --yes -o json"));
    let price =
        synced["resources"].as_array().unwrap().iter().find(|row| row["resource"] == "price").unwrap();
    assert_eq!(price["key"], "pro.monthly");
    assert_eq!(price["lookup_key"], "shop_pro_monthly");
    assert_eq!(price["action"], "create");
    assert!(price["id"].as_str().unwrap().starts_with("price_"));
}

#[test]
fn ten_plans_are_the_same_bytes() {
    let (shop, emulator) = shop(EVERYTHING);
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    emulator.post("/v1/products/shop_pro", "name=Other");
    shop.write(
        "billing.toml",
        EVERYTHING.replace("\"99.00 usd\"", "\"109.00 usd\"").replace("HALF", "THIRD"),
    );
    let first = shop.billctl("catalog plan");
    assert_eq!(first.code, Some(0), "{first}");
    for _ in 0..9 {
        assert_eq!(shop.billctl("catalog plan").stdout, first.stdout);
    }
}

#[test]
fn env_writes_ids_and_keeps_other_lines() {
    let (shop, _emulator) = shop(
        "[project]\nname = \"shop\"\n[products.pro]\nname = \"Pro\"\nenv = \"STRIPE_PROD_PRO\"\n\
         prices.monthly = { amount = \"99.00 usd\", every = \"month\", env = \"STRIPE_PRICE_PRO\" }\n",
    );
    let early = shop.billctl("catalog env");
    assert_eq!(early.code, Some(1), "{early}");
    assert!(early.stderr.contains("catalog sync"), "{early}");
    assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
    shop.write(".env", "# mine\nSTRIPE_PROD_PRO=old\nOTHER=1\n");
    assert_eq!(shop.billctl("catalog env --write .env").code, Some(0));
    let written = shop.read(".env");
    assert!(
        written.starts_with("# mine\nSTRIPE_PROD_PRO=shop_pro\nOTHER=1\nSTRIPE_PRICE_PRO=price_"),
        "{written}"
    );
    let lines = shop.billctl("catalog env");
    assert!(lines.stdout.contains("STRIPE_PROD_PRO=shop_pro\n"), "{lines}");
}

#[test]
fn a_code_of_one_customer_is_not_taken_for_everybodys() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let customer = emulator.post("/v1/customers", "email=ada%40example.com");
    let customer = customer["id"].as_str().unwrap();
    emulator.post("/v1/coupons", "id=TEN&percent_off=10&duration=once");
    let form = "promotion[type]=coupon&promotion[coupon]=TEN&code=SAVE";
    emulator.post("/v1/promotion_codes", &format!("{form}&customer={customer}"));
    shop.write(
        "billing.toml",
        "[project]\nname = \"shop\"\n[coupons.TEN]\npercent_off = 10\n[promotion_codes.SAVE]\ncoupon = \"TEN\"\n",
    );
    let plan = shop.billctl("catalog plan -o json");
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!((&plan["summary"]["replace"], &plan["summary"]["create"]), (&0.into(), &1.into()), "{plan:#}");
}
