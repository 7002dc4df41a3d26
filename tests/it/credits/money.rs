//! Money given in Stripe, on the emulator.

use serde_json::{Value, json};

use crate::support::{Emulator, Shop};

fn shop() -> (Shop, Emulator, String) {
    let shop = Shop::new();
    shop.write("billing.toml", "[project]\nname = \"shop\"\n[links]\nsubject_metadata = \"userId\"\n");
    let emulator = shop.emulator();
    let customer = emulator.post("/v1/customers", "name=Ada&metadata[userId]=u_1");
    shop.billctl("events pull --profile emulator").exits(0);
    let id = customer["id"].as_str().unwrap().to_owned();
    (shop, emulator, id)
}

fn give(shop: &Shop, line: &str) -> Value {
    shop.billctl(&format!("credits grant u_1 --money {line} -o json --profile emulator")).exits(0).json()
}

#[test]
fn a_balance_is_given_once_for_a_key_whatever_is_lost() {
    let (shop, emulator, customer) = shop();
    let line = "20.00usd --as balance --reason 'ticket 42' --key t42";
    // Carried out, and the answer is lost; each attempt again.
    emulator.fail_on("POST /v1/customers/*:500-after");
    shop.billctl(&format!("credits grant u_1 --money {line} --profile emulator"));
    emulator.heal();
    let given = give(&shop, line);
    assert_eq!((&given["customer"], &given["money"]["amount"]), (&json!(customer), &json!(2000)));
    assert_eq!(give(&shop, line)["recorded"], false);
    let booked = emulator.list(&format!("/v1/customers/{customer}/balance_transactions"));
    assert_eq!(booked.len(), 1, "{booked:?}");
    assert_eq!((&booked[0]["amount"], &booked[0]["description"]), (&json!(-2000), &json!("ticket 42")));
    assert_eq!(booked[0]["id"], given["id"]);
    assert_eq!(emulator.get(&format!("/v1/customers/{customer}"))["balance"], -2000);
    // Another amount under the key is refused.
    shop.billctl(
        "credits grant u_1 --money 30.00usd --as balance --reason 'ticket 42' --key t42 --profile emulator",
    )
    .exits(2);
}

#[test]
fn a_key_that_stripe_forgot_is_looked_up_and_not_given_again() {
    let (mut shop, emulator, customer) = shop();
    let line = "5.00usd --as grant --reason sorry --key k1";
    emulator.fail_on("POST /v1/billing/credit_grants:500-after");
    shop.billctl(&format!("credits grant u_1 --money {line} --profile emulator"));
    emulator.heal();
    let there = emulator.list(&format!("/v1/billing/credit_grants?customer={customer}"));
    assert_eq!(there.len(), 1, "the answer was lost, the grant was not");
    shop.set("BILLCTL_NOW", "2026-11-04T00:00:00Z");
    let given = give(&shop, line);
    assert_eq!((&given["id"], &given["recorded"]), (&there[0]["id"], &json!(false)));
    assert_eq!(emulator.list(&format!("/v1/billing/credit_grants?customer={customer}")).len(), 1);
}

#[test]
fn billing_credits_are_given_listed_voided_and_expired() {
    let (shop, emulator, _) = shop();
    let first = give(&shop, "50.00usd --as grant --category paid --priority 5 --expires 90d --reason launch");
    let second = give(&shop, "7.50usd --as grant --reason sorry");
    give(&shop, "3.00usd --as balance --reason sorry");
    let id = |given: &Value| given["id"].as_str().unwrap().to_owned();
    let made = emulator.get(&format!("/v1/billing/credit_grants/{}", id(&first)));
    assert_eq!((&made["category"], &made["priority"]), (&json!("paid"), &json!(5)));
    assert_eq!(made["metadata"]["billctl_reason"], "launch");
    let listed = shop.billctl("credits money u_1 -o json --profile emulator").exits(0).json();
    assert_eq!(listed["balance"]["display"], "3.00 USD");
    let states = |listed: &Value| -> Vec<(String, i64)> {
        let grants = listed["grants"].as_array().unwrap();
        grants
            .iter()
            .map(|grant| {
                (grant["state"].as_str().unwrap().to_owned(), grant["left"]["amount"].as_i64().unwrap())
            })
            .collect()
    };
    assert_eq!(states(&listed), [("open".to_owned(), 750), ("open".to_owned(), 5000)]);
    shop.billctl(&format!(
        "credits void {} --reason 'wrong customer' --dry-run --profile emulator",
        id(&first)
    ))
    .exits(0);
    shop.billctl(&format!("credits void {} --reason 'wrong customer' --profile emulator", id(&first)))
        .exits(0);
    shop.billctl(&format!("credits expire {} --reason 'agreed' --profile emulator", id(&second))).exits(0);
    let listed = shop.billctl("credits money u_1 -o json --profile emulator").json();
    assert_eq!(states(&listed), [("expired".to_owned(), 0), ("voided".to_owned(), 0)]);
    // The mirror knows it without a pull.
    let rows = shop.billctl("mirror query 'SELECT count(*) AS n FROM credit_grants WHERE voided_at IS NOT NULL' -o json --profile emulator");
    assert!(rows.stdout.contains('1'), "{rows}");
}

#[test]
fn money_is_given_to_nobody_unknown_and_not_without_a_form_or_a_reason() {
    let (shop, _emulator, customer) = shop();
    let check = |line: &str, code: i32, says: &str| {
        let answer = shop.billctl(&format!("credits grant {line} --reason x --profile emulator"));
        assert_eq!(answer.code, Some(code), "{answer}");
        assert!(answer.stderr.contains(says), "{answer}");
    };
    check("u_9 --money 5usd --as balance", 2, "`u_9` belongs to no customer in Stripe that is known here");
    check("u_1 --money 5usd", 2, "Say `--as balance`");
    check("u_1 --money 5usd --as balance --category paid", 2, "these are for billing credits");
    check("u_1 5 --money 5usd --as balance", 2, "cannot be used with '--money <AMOUNT>'");
    check("u_1 --money 5 --as balance", 2, "invalid value '5' for '--money <AMOUNT>'");
    check("u_1 --money 5usd --as gift", 2, "[possible values: balance, grant]");
    check("u_1 --as balance", 2, "--money <AMOUNT>");
    check("u_1 --money 5usd --as grant --expires 2020-01-01", 2, "would expire before they are given");
    shop.billctl("credits grant u_1 --money 5usd --as balance --profile emulator").exits(2);
    shop.billctl(&format!(
        "credits grant u_9 --money 5usd --as balance --customer {customer} --reason x --profile emulator"
    ))
    .exits(0);
    // The customer pays in usd since then.
    shop.billctl("credits grant u_1 --money 5eur --as balance --reason x --profile emulator").exits(1);
    shop.write("billing.toml", "[project]\nname = \"shop\"\n[policy]\nactors = [\"bob\"]\n");
    shop.billctl("credits grant u_1 --money 5usd --as balance --reason x --profile emulator").exits(5);
}

#[test]
fn a_key_that_stripe_refused_gives_once_the_cause_is_mended() {
    let (shop, emulator, customer) = shop();
    let full = format!(
        "customer={customer}&amount[type]=monetary&amount[monetary][currency]=usd&amount[monetary][value]=1\
         &applicability_config[scope][price_type]=metered&category=paid"
    );
    let grants: Vec<Value> = (0..100).map(|_| emulator.post("/v1/billing/credit_grants", &full)).collect();
    let policy = "[policy.credits]\nmax_money_per_day = [\"5.00 usd\"]\n";
    shop.write("billing.toml", format!("{}{policy}", shop.read("billing.toml")));
    let line = "5.00usd --as grant --reason sorry --key k1";
    for _ in 0..2 {
        let refused = shop.billctl(&format!("credits grant u_1 --money {line} --profile emulator")).exits(1);
        assert!(refused.stderr.contains("at most 100 unused"), "{refused}");
    }
    let listed = shop.billctl("credits money u_1 -o json --profile emulator").exits(0).json();
    assert_eq!((&listed["given"][0]["state"], &listed["given"][0]["id"]), (&json!("refused"), &json!(null)));
    emulator.post(&format!("/v1/billing/credit_grants/{}/void", grants[0]["id"].as_str().unwrap()), "");
    // To the same idempotency key Stripe would give the same answer, and what was refused is no gift of today.
    assert_eq!(give(&shop, line)["recorded"], true);
    assert_eq!(give(&shop, line)["recorded"], false);
    let newest = emulator.get(&format!("/v1/billing/credit_grants?customer={customer}&limit=100"));
    let newest = newest["data"].as_array().unwrap();
    let own = newest.iter().filter(|grant| grant["metadata"]["billctl_credit_key"] == "k1").count();
    assert_eq!(own, 1);
    // It counts now, and the key still stands for what it stood for.
    shop.billctl("credits grant u_1 --money 0.01usd --as balance --reason sorry --profile emulator").exits(5);
    shop.billctl("credits grant u_1 --money 4.00usd --as grant --reason sorry --key k1 --profile emulator")
        .exits(2);
}

#[test]
fn a_balance_is_taken_back_once_and_who_and_why_stays() {
    let (mut shop, emulator, customer) = shop();
    let given = give(&shop, "20.00usd --as balance --reason 'ticket 42' --key t42");
    let id = given["id"].as_str().unwrap().to_owned();
    let void = |shop: &Shop, reason: &str| {
        shop.billctl(&format!("credits void {id} --reason '{reason}' --profile emulator -o json"))
    };
    let dry_run = shop.billctl(&format!("credits void {id} --reason x --dry-run --profile emulator"));
    assert!(dry_run.stdout.contains("Would take back 20.00 USD of balance"), "{dry_run}");
    shop.set("BILLCTL_ACTOR", "bob");
    // Carried out, and the answer is lost; each attempt again.
    emulator.fail_on("POST /v1/customers/*:500-after");
    void(&shop, "wrong customer");
    emulator.heal();
    let listed = shop.billctl("credits money u_1 -o json --profile emulator").exits(0).json();
    assert_eq!(listed["given"][0]["state"], "being taken back");
    shop.set("BILLCTL_ACTOR", "ada");
    shop.set("BILLCTL_NOW", "2026-11-04T00:00:00Z");
    let undone = void(&shop, "wrong customer").exits(0).json();
    assert_eq!((&undone["actor"], &undone["balance"]["amount"]), (&json!("bob"), &json!(0)));
    assert_eq!(void(&shop, "wrong customer").exits(0).json()["recorded"], false);
    let refused = void(&shop, "again").exits(2);
    assert!(refused.stderr.contains("was taken back before: by bob at 2026-11-01"), "{refused}");
    let booked = emulator.list(&format!("/v1/customers/{customer}/balance_transactions"));
    let amounts: Vec<_> = booked.iter().map(|booked| booked["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [2000, -2000]);
    assert_eq!(booked[0]["metadata"]["billctl_undoes"], id);
    let listed = shop.billctl("credits money u_1 -o json --profile emulator").exits(0).json();
    let one = &listed["given"][0];
    assert_eq!((&one["id"], &one["reason"], &one["actor"]), (&json!(id), &json!("ticket 42"), &json!("ada")));
    assert_eq!((&one["state"], &one["ended"]["result"]), (&json!("taken back"), &booked[0]["id"]));
    assert_eq!((&one["ended"]["actor"], &one["ended"]["reason"]), (&json!("bob"), &json!("wrong customer")));
    // What is used by then is owed.
    let given = give(&shop, "5.00usd --as balance --reason gift");
    emulator.post(&format!("/v1/customers/{customer}/balance_transactions"), "amount=300&currency=usd");
    let line = format!("credits void {} --reason gone --profile emulator", given["id"].as_str().unwrap());
    assert!(shop.billctl(&line).exits(0).stdout.contains("3.00 USD to pay with the next invoice"));
    // Others' transactions are none of ours.
    shop.billctl("credits void cbtxn_unknown --reason x --profile emulator").exits(2);
    shop.billctl(&format!("credits expire {id} --reason x --profile emulator")).exits(2);
}

#[test]
fn billing_credits_that_are_taken_back_say_by_whom_and_why() {
    let (mut shop, emulator, _) = shop();
    let ids: Vec<String> = ["50.00usd", "7.50usd"]
        .iter()
        .map(|amount| {
            give(&shop, &format!("{amount} --as grant --reason launch"))["id"].as_str().unwrap().to_owned()
        })
        .collect();
    shop.billctl(&format!("credits void {} --profile emulator", ids[0])).exits(2);
    shop.set("BILLCTL_ACTOR", "bob");
    emulator.fail_on("POST /v1/billing/credit_grants/*:500-after");
    shop.billctl(&format!("credits void {} --reason 'wrong customer' --profile emulator", ids[0]));
    emulator.heal();
    shop.set("BILLCTL_NOW", "2026-11-04T00:00:00Z");
    shop.billctl(&format!("credits void {} --reason 'wrong customer' --profile emulator", ids[0])).exits(0);
    shop.billctl(&format!("credits expire {} --reason agreed --profile emulator", ids[1])).exits(0);
    // Stripe refuses it, and that is not kept as if it had been done.
    for _ in 0..2 {
        shop.billctl(&format!("credits void {} --reason late --profile emulator", ids[1])).exits(1);
    }
    let listed = shop.billctl("credits money u_1 -o json --profile emulator").exits(0).json();
    let told = |amount: i64| {
        let given = listed["given"].as_array().unwrap();
        let one = given.iter().find(|one| one["money"]["amount"] == amount).unwrap();
        (one["state"].clone(), one["ended"]["actor"].clone(), one["ended"]["reason"].clone())
    };
    assert_eq!(told(5000), (json!("voided"), json!("bob"), json!("wrong customer")));
    assert_eq!(told(750), (json!("expired"), json!("bob"), json!("agreed")));
    let table = shop.billctl("credits money u_1 --profile emulator").exits(0);
    assert!(table.stdout.contains("given here") && table.stdout.contains("launch ·"), "{table}");
}

#[test]
fn the_policy_bounds_what_one_person_gives_at_once_and_in_a_day() {
    let (mut shop, emulator, customer) = shop();
    let policy = "[policy.credits]\nmax_money = [\"50.00 usd\"]\nmax_money_per_day = [\"80.00 usd\"]\n";
    shop.write("billing.toml", format!("{}{policy}", shop.read("billing.toml")));
    shop.set("BILLCTL_ACTOR", "ada");
    let refused = |line: &str, why: &str| {
        for dry_run in ["", " --dry-run"] {
            let line = format!("credits grant u_1 --money {line} --reason sorry --profile emulator{dry_run}");
            let refused = shop.billctl(&line).exits(5);
            assert!(refused.stderr.contains(why), "{refused}");
        }
    };
    refused(
        "50.01usd --as balance --key a",
        "Nothing was given: 50.01 usd at once is more than the 50.00 usd",
    );
    refused("1eur --as grant --key b", "max_money names no amount in eur");
    let first = "30.00usd --as grant --reason sorry --key c";
    give(&shop, first);
    // Two at once: only one of them is within what is left of the day.
    let two = ["d", "e"].map(|key| {
        let key = key.to_owned();
        let words =
            ["credits", "grant", "u_1", "--money", "50.00usd", "--as", "balance", "--reason", "sorry"];
        let mut words = words.to_vec();
        words.extend(["--profile", "emulator", "--key", &key]);
        shop.spawn(&words, std::process::Stdio::null())
    });
    let mut codes = two.map(|child| shop.finish(child).code);
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(5)]);
    // What was given is not counted against itself.
    assert_eq!(give(&shop, first)["recorded"], false);
    assert_eq!(emulator.get(&format!("/v1/customers/{customer}"))["balance"], -5000);
}
