//! What is wrong is told before anything is sent, with what was probably meant.

use insta::assert_snapshot;

use super::{GOOD_CARD, all, customer, nexus, price, subscribed, text, told};
use crate::support::{Emulator, Shop};

/// A command that fails, and sends nothing that could change anything.
#[track_caller]
fn refused(shop: &Shop, emulator: &Emulator, line: &str) -> String {
    let before = emulator.requests().len();
    let said = shop.billctl(&format!("subscription {line} --quiet --yes"));
    assert_ne!(said.code, Some(0), "{said}");
    let sent = emulator.requests().split_off(before);
    let writes: Vec<_> = sent.iter().filter(|one| one["method"] != "GET").collect();
    assert!(writes.is_empty(), "{writes:#?}");
    said.to_string()
}

#[test]
fn who_or_what_nobody_knows_is_told_with_its_neighbour() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    assert_snapshot!(refused(&shop, &emulator, "cancel u_11 --now"), @"
    [stderr]
    error: Nobody knows a subject or customer `u_11`
    hint: Did you mean `u_1`?
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, &emulator, "show sub_123"), @"
    [stderr]
    error: The mirror knows no subscription sub_123
    hint: `billctl subscription list` shows them; `--fresh` reads what is new in Stripe
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, &emulator, "cancel sub_123 --now"), @"
    [stderr]
    error: Stripe has no subscription sub_123 in this account and mode
    hint: `billctl subscription list --fresh` shows those that there are
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, &emulator, "create cus_123 --plan pro"), @"
    [stderr]
    error: Stripe has no customer cus_123 in this account and mode; nothing was sent
    hint: Look for them with `billctl customer find TEXT`; a customer of live mode is not in test mode
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, &emulator, "change u_1 --plan buisness"), @"
    [stderr]
    error: The billing file sells no `buisness`; nothing was sent
    hint: Did you mean `business`?
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, &emulator, "create u_2 --plan free"), @"
    [stderr]
    error: `free` has no price: it can't be sold; nothing was sent
    hint: It is for whoever has no other plan, and needs no checkout
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, &emulator, "change u_1 --plan business --price yearly"), @"
    [stderr]
    error: `business` has no price `yearly`; nothing was sent
    hint: Known prices: `monthly`
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, &emulator, "change u_1"), @"
    [stderr]
    error: Nothing says what the subscription is to become
    hint: Name a plan with `--plan KEY`, a price with `--price PRICE`, or how many with `--quantity N`
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, &emulator, "list --price pro.montly"), @"
    [stderr]
    error: The mirror knows no price `pro.montly`
    hint: Did you mean `pro.monthly`?
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, &emulator, "list --status trailing"), @"
    [stderr]
    error: No subscription has the status `trailing`
    hint: Did you mean `trialing`?
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, &emulator, "list --plan por"), @"
    [stderr]
    error: The billing file has no plan `por`
    hint: Did you mean `pro`?
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, &emulator, "migrate --from-price pro.montly --to-price starter.monthly"), @"
    [stderr]
    error: There is no price `pro.montly`; nothing was sent
    hint: Did you mean `pro.monthly`? (A price that was replaced has only its id)
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, &emulator, "migrate --from-price pro.monthly --to-price pro.monthly"), @"
    [stderr]
    error: Both are the price price_XXXXXXXXXXXXXXXXXXXXXXX1; nothing was sent
    hint: Name another with `--to-price`
    [exit 2]
    ");
}

#[test]
fn a_state_that_does_not_fit_is_told() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    assert_snapshot!(refused(&shop, &emulator, "resume u_1"), @"
    [stderr]
    error: sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) is neither paused nor about to end: it is active; nothing was sent
    hint: See how it stands with `billctl subscription show`
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, &emulator, "schedule u_1 --drop"), @"
    [stderr]
    error: Nothing is scheduled for sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro); nothing was sent
    hint: See how it stands with `billctl subscription show`
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, &emulator, "schedule u_1 --plan starter"), @"
    [stderr]
    error: Nothing says when the change is to come; nothing was sent
    hint: Say when with `--at TIME`; `billctl subscription change` changes it now, or with `--at-period-end`
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, &emulator, "schedule u_1 --plan starter --at 2026-10-01"), @"
    [stderr]
    error: `--at 2026-10-01T00:00:00Z` is over; nothing was sent
    hint: Name a later time
    [exit 2]
    ");
    assert_snapshot!(refused(&shop, &emulator, "pause u_1 --behavior void --until 2026-10-01"), @"
    [stderr]
    error: `--until 2026-10-01T00:00:00Z` is over; nothing was sent
    hint: Name a later time
    [exit 2]
    ");
    told(&shop, "cancel u_1 --at-period-end");
    assert_snapshot!(refused(&shop, &emulator, "change u_1 --plan starter"), @"
    [stderr]
    error: sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) ends at 2026-12-01T00:00:00Z; nothing was sent
    hint: Let it go on first: `billctl subscription resume u_1`
    [exit 1]
    ");
    told(&shop, "resume u_1");
    told(&shop, "change u_1 --plan starter --at-period-end");
    assert_snapshot!(refused(&shop, &emulator, "cancel u_1 --at-period-end"), @"
    [stderr]
    error: sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) has a change scheduled (sub_sched_XXXXXXXXXXXXXXXXXXXXXXX1); nothing was sent
    hint: Drop that first: `billctl subscription schedule u_1 --drop`
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, &emulator, "change u_1 --plan business"), @"
    [stderr]
    error: sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) has a change scheduled (sub_sched_XXXXXXXXXXXXXXXXXXXXXXX1); nothing was sent
    hint: Drop that first: `billctl subscription schedule u_1 --drop`
    [exit 1]
    ");
    told(&shop, "cancel u_1 --now");
    assert_snapshot!(refused(&shop, &emulator, "cancel u_1 --now"), @"
    [stderr]
    error: `u_1` has no subscription that goes on (sub_XXXXXXXXXXXXXXXXXXXXXXX1 is canceled since 2026-11-01T00:00:00Z); nothing was sent
    hint: Make one with `billctl subscription create u_1 --plan KEY`
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, &emulator, "resume u_1"), @"
    [stderr]
    error: `u_1` has no subscription that goes on (sub_XXXXXXXXXXXXXXXXXXXXXXX1 is canceled since 2026-11-01T00:00:00Z); nothing was sent
    hint: Make one with `billctl subscription create u_1 --plan KEY`
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, &emulator, "cancel u_1 --at-period-end --feedback other"), @"
    [stderr]
    error: `u_1` has no subscription that goes on (sub_XXXXXXXXXXXXXXXXXXXXXXX1 is canceled since 2026-11-01T00:00:00Z); nothing was sent
    hint: Make one with `billctl subscription create u_1 --plan KEY`
    [exit 1]
    ");
}

#[test]
fn a_flag_that_would_do_nothing_is_refused() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    for flag in ["--refund prorated", "--invoice-now"] {
        let said = refused(&shop, &emulator, &format!("cancel u_1 --at-period-end {flag}"));
        assert!(said.contains("cannot be used with"), "{said}");
    }
    assert_eq!(all(&emulator)[0]["cancel_at_period_end"], false);
    shop.billctl("checkout create --subject u_2 --plan pro --for Help --dry-run").exits(2);
    shop.billctl("payment-link create --price nexus_pro_monthly --for Help --dry-run").exits(2);
}

#[test]
fn two_subscriptions_are_told_apart_by_their_ids() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    let other = text(&told(&shop, "create u_1 --plan starter --another --key two")["id"]);
    let said = refused(&shop, &emulator, "cancel u_1 --now");
    assert!(said.contains("`u_1` has several subscriptions: sub_") && said.contains("[exit 2]"), "{said}");
    assert_eq!(told(&shop, &format!("cancel {other} --now"))["plan"], "starter");
    assert_eq!(told(&shop, "cancel u_1 --at-period-end")["plan"], "pro");
}

#[test]
fn an_archived_price_and_a_missing_currency_are_told() {
    let (shop, emulator) = nexus();
    let yearly = "\n[products.business.prices.yearly]\namount = \"1790.00 usd\"\nevery = \"year\"\n";
    shop.write("billing.toml", format!("{}{yearly}", shop.read("billing.toml")));
    shop.billctl("catalog sync --yes").exits(0);
    subscribed(&shop, &emulator, "u_1", "pro");
    let business = price(&emulator, "nexus_business_yearly");
    emulator.post(&format!("/v1/prices/{business}"), "active=false");
    assert_snapshot!(refused(&shop, &emulator, "change u_1 --plan business --price yearly"), @"
    [stderr]
    error: The price business.yearly (price_XXXXXXXXXXXXXXXXXXXXXXX1) is archived in Stripe; nothing was sent
    hint: Name another with `--price`, or see with `billctl catalog plan` what differs
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, &emulator, "migrate --from-price pro.monthly --to-price business.yearly"), @"
    [stderr]
    error: The price price_XXXXXXXXXXXXXXXXXXXXXXX1 is archived in Stripe; nothing was sent
    hint: Name another, or set `active` to true in the billing file and run `billctl catalog sync`
    [exit 1]
    ");
    assert_snapshot!(refused(&shop, &emulator, "create u_2 --plan starter --currency eur"), @"
    [stderr]
    error: The price `starter.monthly` has no amount in eur; nothing was sent
    hint: It has one in usd; further ones go into its `currency_options`
    [exit 2]
    ");
    let product = text(&emulator.get(&format!("/v1/prices/{business}"))["product"]);
    let euro = emulator.post(
        "/v1/prices",
        &format!("currency=eur&unit_amount=900&recurring[interval]=month&product={product}"),
    );
    let line = format!("change u_1 --price {}", text(&euro["id"]));
    assert_snapshot!(refused(&shop, &emulator, &line), @"
    [stderr]
    error: The price price_XXXXXXXXXXXXXXXXXXXXXXX1 has no amount in usd; nothing was sent
    hint: It has one in eur
    [exit 2]
    ");
}

#[test]
fn a_customer_that_is_gone_is_told() {
    let (shop, emulator) = nexus();
    let id = text(&subscribed(&shop, &emulator, "u_1", "pro")["customer"]);
    emulator.delete(&format!("/v1/customers/{id}"));
    // Nobody has heard of it yet.
    let said = refused(&shop, &emulator, "create u_1 --plan pro");
    assert!(said.contains("Stripe has no longer the customer of `u_1`"), "{said}");
    assert_snapshot!(refused(&shop, &emulator, &format!("cancel {id} --now")), @"
    [stderr]
    error: Stripe has deleted the customer cus_XXXXXXXXXXXXX1; nothing was sent
    hint: Name its subject: `billctl subscription create SUBJECT …` makes another customer
    [exit 1]
    ");
    shop.billctl("events pull").exits(0);
    let said = refused(&shop, &emulator, "cancel u_1 --now");
    assert!(said.contains("[exit 1]"), "{said}");
}

#[test]
fn a_card_that_is_not_there_is_told() {
    let (shop, emulator) = nexus();
    emulator.post("/v1/customers", "metadata[userId]=u_1");
    let other = customer(&emulator, "u_2", GOOD_CARD);
    let theirs = text(&emulator.list(&format!("/v1/customers/{other}/payment_methods"))[0]["id"]);
    assert_snapshot!(refused(&shop, &emulator, "create u_1 --plan pro --payment-method default"), @"
    [stderr]
    error: `u_1` has no default way to pay; nothing was sent
    hint: Let them type one: `billctl checkout create --subject u_1 --plan KEY`
    [exit 1]
    ");
    let said = refused(&shop, &emulator, &format!("create u_1 --plan pro --payment-method {theirs}"));
    assert!(said.contains("is not of `u_1`"), "{said}");
    assert_snapshot!(refused(&shop, &emulator, "create u_1 --plan pro --payment-method pm_123"), @"
    [stderr]
    error: Stripe has no way to pay pm_123 in this account and mode; nothing was sent
    hint: `billctl customer show u_1` lists those that there are
    [exit 1]
    ");
    // Nobody that Stripe knows has none, and is not made a customer for it.
    let said = refused(&shop, &emulator, "create u_new --plan pro --payment-method pm_card_visa");
    assert!(said.contains("`u_new` has no customer in Stripe yet"), "{said}");
    assert!(said.contains("billctl checkout create --subject u_new --plan KEY"), "{said}");
    // Without a word about it, Stripe says so, and nothing is made.
    assert_snapshot!(shop.billctl("subscription create u_1 --plan pro --quiet"), @"
    [stderr]
    error: `u_1` has nothing saved to pay with; no subscription was made
      caused by: Stripe refused POST /v1/subscriptions: This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority. (HTTP 400, resource_missing, request req_XXXXXXXXXXXXX1)
    hint: Let them pay by themselves: `billctl checkout create --subject u_1 --plan KEY`
    [exit 1]
    ");
    assert_eq!(all(&emulator).len(), 0);
}
