//! The page that support reads.

use insta::assert_snapshot;
use serde_json::json;

use super::{DAY, advance, customer, nexus, subscribe};

#[test]
fn one_page_says_who_it_is_and_what_they_paid() {
    let (shop, emulator) = nexus();
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    subscribe(&emulator, &customer, "nexus_pro_monthly", "");
    shop.billctl("credits grant u_1 600 --reason welcome").exits(0);
    assert_snapshot!(shop.billctl("customer show u_1 --fresh"), @"
    subject      u_1
    customer     cus_XXXXXXXXXXXXX1
    who          Ada Lovelace, u_1@example.com
    plan         pro (Pro)
    status       active (sub_XXXXXXXXXXXXXXXXXXXXXXX1: active)
    period ends  2026-12-01T00:00:00Z
    usage        posts: 0 of 500 a period, 500 left until 2026-12-01T00:00:00Z
    credits      600
    pays with    visa 4242, 12/2030

    payments                 amount  status     what happened
    2026-11-01T00:00:00Z  99.00 USD  succeeded  in_XXXXXXXXXXXXXXXXXXXXXXX1

    last events           type                           object
    2026-11-01T00:00:00Z  customer.subscription.updated  sub_XXXXXXXXXXXXXXXXXXXXXXX1
    2026-11-01T00:00:00Z  invoice.payment_succeeded      in_XXXXXXXXXXXXXXXXXXXXXXX1
    2026-11-01T00:00:00Z  invoice.paid                   in_XXXXXXXXXXXXXXXXXXXXXXX1
    2026-11-01T00:00:00Z  invoice.updated                in_XXXXXXXXXXXXXXXXXXXXXXX1
    2026-11-01T00:00:00Z  charge.updated                 ch_XXXXXXXXXXXXXXXXXXXXXXX1

    next
    billctl portal create --subject u_1                               change the
                                                                      card or the
                                                                      plan, cancel
    billctl subscription change u_1 --plan KEY                        another plan,
                                                                      after a look
                                                                      at the cost
    billctl subscription cancel u_1 --at-period-end                   end it when
                                                                      what is paid
                                                                      for is over
    billctl payment refund pi_XXXXXXXXXXXXXXXXXXXXXXX1 --reason TEXT  give it back
    billctl customer entitlements u_1                                 why this plan
                                                                      holds
    billctl usage show u_1                                            what is used
    billctl payment list --subject u_1                                all payments
    billctl events list --customer cus_XXXXXXXXXXXXX1                 all that
                                                                      happened
    billctl credits history u_1                                       every booking
                                                                      of credits
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    let by_id = shop.billctl(&format!("customer show {customer}"));
    assert_eq!(by_id.stdout, shop.billctl("customer show u_1").stdout);
}

#[test]
fn the_form_that_scripts_use() {
    let (shop, emulator) = nexus();
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    subscribe(&emulator, &customer, "nexus_pro_monthly", "");
    shop.billctl("credits grant u_1 600 --reason welcome").exits(0);
    let told = shop.billctl("customer show u_1 --fresh -o json").exits(0).json();
    let keys = [
        "subject",
        "customer",
        "plan",
        "status",
        "current_period_end",
        "cancel_at_period_end",
        "limits",
        "credits",
    ];
    let said: Vec<_> = keys.iter().map(|key| told[key].clone()).collect();
    assert_eq!(
        said,
        [
            json!("u_1"),
            json!(customer),
            json!("pro"),
            json!("active"),
            json!("2026-12-01T00:00:00Z"),
            json!(false),
            json!({"posts": {"limit": 500, "unlimited": false, "per": "period"}}),
            json!(600),
        ]
    );
    assert_eq!(told["payments"][0]["amount"]["display"], "99.00 USD");
}

#[test]
fn a_declined_payment_is_told_in_plain_words_with_the_page_where_it_can_be_paid() {
    let (shop, emulator) = nexus();
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    subscribe(&emulator, &customer, "nexus_pro_monthly", "");
    shop.billctl("events pull").exits(0);
    let broken = emulator
        .post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", &format!("customer={customer}"));
    let method = broken["id"].as_str().unwrap();
    emulator.post(
        &format!("/v1/customers/{customer}"),
        &format!("invoice_settings[default_payment_method]={method}"),
    );
    advance(&emulator, 30 * DAY + 2 * 60 * 60);
    let page = shop.billctl("customer show u_1 --fresh");
    // The invoice's number and its page's address are made up at random.
    let filters = vec![("[0-9A-Z]{8}-0002", "XXXXXXXX-0002"), (r"https://\S+", "https://[ADDRESS]")];
    insta::with_settings!({filters => filters}, { assert_snapshot!(page, @"
    subject      u_1
    customer     cus_XXXXXXXXXXXXX1
    who          Ada Lovelace, u_1@example.com
    plan         pro (Pro)
    status       past_due (sub_XXXXXXXXXXXXXXXXXXXXXXX1: payment has failed since 2026-12-01T01:00:00Z; the plan is kept while Stripe tries again)
    period ends  2027-01-01T00:00:00Z
    usage        posts: 0 of 500 a period, 500 left until 2027-01-01T00:00:00Z
    pays with    visa 4242, 12/2030

    payments                 amount  status     what happened
    2026-12-01T01:00:00Z  99.00 USD  failed     the bank gives no reason
                                                (generic_decline): the customer has
                                                to ask their bank, or pay another
                                                way
    2026-11-01T00:00:00Z  99.00 USD  succeeded  in_XXXXXXXXXXXXXXXXXXXXXXX1

    open invoice      to pay  how it stands
    XXXXXXXX-0002  99.00 USD  tried once, again at 2026-12-04T01:00:00Z
    pay it at https://[ADDRESS]

    last events           type                           object
    2026-12-01T01:00:00Z  customer.subscription.updated  sub_XXXXXXXXXXXXXXXXXXXXXXX1
    2026-12-01T01:00:00Z  customer.updated               cus_XXXXXXXXXXXXX1
    2026-12-01T01:00:00Z  invoice.payment_failed         in_XXXXXXXXXXXXXXXXXXXXXXX2
    2026-12-01T01:00:00Z  invoice.updated                in_XXXXXXXXXXXXXXXXXXXXXXX2
    2026-12-01T01:00:00Z  payment_intent.payment_failed  pi_XXXXXXXXXXXXXXXXXXXXXXX1

    next
    billctl portal create --subject u_1                                                             change the
                                                                                                    card or the
                                                                                                    plan, cancel
    billctl subscription change u_1 --plan KEY                                                      another
                                                                                                    plan, after
                                                                                                    a look at
                                                                                                    the cost
    billctl subscription cancel u_1 --at-period-end                                                 end it when
                                                                                                    what is paid
                                                                                                    for is over
    billctl portal create --subject u_1 --flow payment-method                                       pay with
                                                                                                    another card
                                                                                                    from now on
    billctl payment retry in_XXXXXXXXXXXXXXXXXXXXXXX2                                               collect it
                                                                                                    again
    billctl payment retry in_XXXXXXXXXXXXXXXXXXXXXXX2 --payment-method pm_XXXXXXXXXXXXXXXXXXXXXXX1  with another
                                                                                                    card
    billctl payment refund pi_XXXXXXXXXXXXXXXXXXXXXXX2 --reason TEXT                                give it back
    billctl customer entitlements u_1                                                               why this
                                                                                                    plan holds
    billctl usage show u_1                                                                          what is used
    billctl payment list --subject u_1                                                              all payments
    billctl events list --customer cus_XXXXXXXXXXXXX1                                               all that
                                                                                                    happened
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    warning: events from 2026-11-01T00:00:01Z to 2026-11-01T02:00:00Z were never read, and Stripe keeps them for thirty days only
    hint: Run `billctl mirror update`: it fetches the objects that may have changed in that time
    [exit 0]
    ") });
    let told = shop.billctl("customer show u_1 -o json").exits(0).json();
    assert_eq!(told["payments"][0]["status"], "failed");
    assert_eq!(told["payments"][0]["reason"], "the bank gives no reason");
    assert_eq!(told["open_invoices"][0]["amount_remaining"]["amount"], 9900);
    assert!(told["open_invoices"][0]["url"].as_str().unwrap().starts_with("https://"));
}

#[test]
fn who_is_not_known_is_told_with_who_was_probably_meant() {
    let (shop, emulator) = nexus();
    customer(&emulator, "user_ada", "pm_card_visa");
    assert_snapshot!(shop.billctl("customer show user_eda --fresh"), @"
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    error: Nobody knows a subject or customer `user_eda`
    hint: Did you mean `user_ada`?
    [exit 1]
    ");
    assert_snapshot!(shop.billctl("customer show zzz"), @"
    [stderr]
    error: Nobody knows a subject or customer `zzz`
    hint: Find them with `billctl customer find TEXT`; `billctl events pull` reads what is new in Stripe
    [exit 1]
    ");
}

#[test]
fn a_subject_that_only_has_credits_has_a_page_too() {
    let (shop, _emulator) = nexus();
    shop.billctl("credits grant u_9 5 --reason welcome").exits(0);
    assert_snapshot!(shop.billctl("customer show u_9"), @"
    subject   u_9
    customer  none: nobody has paid for it yet
    plan      free
    status    none (there is no subscription)
    usage     posts: 0 of 10 a month, 10 left until 2026-12-01T00:00:00Z
    credits   5

    next
    billctl checkout create --subject u_9 --plan KEY  subscribe to a plan
    billctl usage show u_9                            what is used
    billctl credits history u_9                       every booking of credits
    [exit 0]
    ");
}

#[test]
fn a_deleted_customer_is_shown_as_such() {
    let (shop, emulator) = nexus();
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    emulator.delete(&format!("/v1/customers/{customer}"));
    let told = shop.billctl(&format!("customer show {customer} --fresh -o json")).exits(0).json();
    assert_eq!(
        (&told["deleted"], &told["plan"], &told["portal"]),
        (&json!(true), &json!("free"), &json!(false))
    );
}
