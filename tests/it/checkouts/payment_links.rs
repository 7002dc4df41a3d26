//! Links that anybody may pay.

use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::json;

use super::{system, text};
use crate::support::http;

#[test]
fn a_link_is_made_once_listed_and_closed() {
    let (shop, emulator) = system("localboxs");
    let filters = vec![(r"https?://\S+", "[LINK]")];
    insta::with_settings!({filters => filters.clone()}, {
        assert_snapshot!(shop.billctl("payment-link create --pack credits_1000 --quantity 3"), @"
        [LINK]
        link  plink_XXXXXXXXXXXXXXXXXXXXXXX1
        for   credits_1000
        [stderr]
        profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
        [exit 0]
        ");
    });
    let again = shop.billctl("payment-link create --pack credits_1000 --quantity 3 -o json").exits(0).json();
    assert_eq!(again["made_before"], true);
    let other = shop.billctl("payment-link create --pack credits_1000 -o json").exits(0).json();
    assert_ne!(again["id"], other["id"]);
    assert_eq!(
        emulator.get(&format!("/v1/payment_links/{}", text(&again["id"])))["metadata"]["billctl_credits"],
        "3000"
    );
    insta::with_settings!({filters => filters}, {
        assert_snapshot!(shop.billctl("payment-link list"), @"
        link                            status    amount  sells         address
        plink_XXXXXXXXXXXXXXXXXXXXXXX1  active  1.00 USD  1,000         [LINK]
                                                          credits
        plink_XXXXXXXXXXXXXXXXXXXXXXX2  active  3.00 USD  3 × 1,000     [LINK]
                                                          credits
        [stderr]
        profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
        [exit 0]
        ");
    });
    let closed =
        shop.billctl(&format!("payment-link deactivate {} -o json", text(&again["id"]))).exits(0).json();
    assert_eq!((&closed["active"], &closed["was_active"]), (&json!(false), &json!(true)));
    assert_eq!(shop.billctl("payment-link list -o json").json().as_array().unwrap().len(), 1);
    assert_eq!(shop.billctl("payment-link list --all -o json").json().as_array().unwrap().len(), 2);
    // What is closed stays closed: the same call makes a new one.
    let anew = shop.billctl("payment-link create --pack credits_1000 --quantity 3 -o json").exits(0).json();
    assert_eq!((&anew["made_before"], anew["id"] == again["id"]), (&json!(false), false));
    let twice = shop.billctl(&format!("payment-link deactivate {}", text(&again["id"]))).exits(0);
    assert!(twice.stdout.contains("is closed already"), "{twice}");
}

#[test]
fn many_that_make_the_same_link_at_once_make_one() {
    let (shop, emulator) = system("nexus");
    let line = ["payment-link", "create", "--plan", "pro", "-o", "json"];
    let started: Vec<_> = (0..5).map(|_| shop.spawn(&line, Stdio::null())).collect();
    let made: Vec<_> = started.into_iter().map(|child| shop.finish(child).exits(0).json()).collect();
    assert!(made.iter().all(|one| one["id"] == made[0]["id"]), "{made:?}");
    assert_eq!(emulator.list("/v1/payment_links").len(), 1);
}

#[test]
fn a_price_of_several_currencies_is_sold_in_the_one_that_is_named() {
    let (shop, emulator) = system("nexus");
    let file = shop.read("billing.toml");
    shop.write(
        "billing.toml",
        format!(
            "{file}\n[products.pro.prices.monthly.currency_options]\neur = {{ amount = \"89.00 eur\" }}\n"
        ),
    );
    shop.billctl("catalog sync --yes").exits(0);
    let made = shop.billctl("payment-link create --plan pro --currency eur -o json").exits(0).json();
    assert_eq!(made["currency"], "eur");
    let link = emulator.get(&format!("/v1/payment_links/{}?expand[]=line_items", text(&made["id"])));
    assert_eq!(link["line_items"]["data"][0]["amount_total"], 8900);
    let other = shop.billctl("payment-link create --plan pro -o json").exits(0).json();
    assert_eq!((&other["currency"], other["id"] == made["id"]), (&json!("usd"), false));
}

#[test]
fn who_pays_at_a_link_with_a_subject_in_it_is_that_subject() {
    let (shop, emulator) = system("nexus");
    let made = shop.billctl("payment-link create --plan pro --subject u_1 -o json").exits(0).json();
    let url = text(&made["url"]);
    assert!(url.ends_with("?client_reference_id=u_1"), "{url}");
    // A browser that opens the link is led to a checkout of its own.
    let path = url.strip_prefix(&emulator.base_url).unwrap().to_owned();
    let (status, _) = http::send(&emulator.base_url, "GET", &path, "", "");
    assert!((300..400).contains(&status), "{status}");
    let session = text(&emulator.list("/v1/checkout/sessions")[0]["id"]);
    shop.billctl(&format!("emulator pay {session} --card 4242424242424242")).exits(0);
    shop.billctl("events pull").exits(0);
    let shown = shop.billctl("customer show u_1 -o json").exits(0).json();
    assert_eq!((&shown["plan"], &shown["status"]), (&json!("pro"), &json!("active")));
}

#[test]
fn the_usual_mistakes_are_told_before_anything_is_sent() {
    let (shop, emulator) = system("nexus");
    let refused = |line: &str| shop.billctl(&format!("payment-link {line} --quiet")).to_string();
    assert_snapshot!(refused("create --plan por"), @"
    [stderr]
    error: The billing file sells no `por`; nothing was sent
    hint: Did you mean `pro`?
    [exit 2]
    ");
    assert_snapshot!(refused("create --plan pro --subject 'u 1'"), @"
    [stderr]
    error: The subject `u 1` can't stand in a payment link: letters, digits, - and _ can, up to 200
    hint: Make a checkout for it: `billctl checkout create --subject SUBJECT …`
    [exit 2]
    ");
    assert_snapshot!(refused("create --plan pro --success-url ftp://x.example"), @"
    [stderr]
    error: `--success-url ftp://x.example` is no web address; nothing was sent
    hint: It has to begin with https:// or http://
    [exit 2]
    ");
    assert_snapshot!(refused("create --amount '5 usd' --trial-days 3"), @"
    [stderr]
    error: Only a plan can be tried, and this is paid once; nothing was sent
    hint: Leave `--trial-days` away
    [exit 2]
    ");
    assert_snapshot!(refused("deactivate cs_1"), @"
    [stderr]
    error: `cs_1` is no payment link's id
    hint: It begins with plink_; `billctl payment-link list` shows them
    [exit 2]
    ");
    assert_snapshot!(refused("deactivate plink_1QyHrZ2eZvKYlo2C"), @"
    [stderr]
    error: Stripe has no payment link plink_XXXXXXXXXXXXXXX1 in this account and mode
    hint: See what there is with `billctl payment-link list --all`
    [exit 1]
    ");
    let would = shop.billctl("payment-link create --plan pro --limit 5 --dry-run -o json").exits(0).json();
    assert_eq!(would["request"]["params"]["restrictions"]["completed_sessions"]["limit"], 5);
    assert_eq!(emulator.list("/v1/payment_links").len(), 0);
}
