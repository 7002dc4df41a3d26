//! What stays as a person wrote it, and what changes, when Stripe says something else.

use std::path::Path;

use billctl::billing::pull;

use super::pure::{pull, request};
use crate::support::accounts::{Made, account};
use crate::support::catalogs::load;

const PROJECT: &str = "[project]\nname = \"shop\"\n";

/// Pulls what Stripe has of the catalog `stripe` into the file `before`.
#[track_caller]
fn check(before: &str, stripe: &str, after: &str) {
    let account = account(&load(&format!("{PROJECT}{stripe}")).catalog, Made::ByBillctl);
    let text = format!("{PROJECT}{before}");
    let pulled = pull(&request(&account, "shop"), &text);
    let written = pulled.files.first().map_or(text, |source| source.text.clone());
    assert_eq!(written.strip_prefix(PROJECT).unwrap(), after);
    assert_eq!(pulled.to_mark, []);
}

#[test]
fn one_amount_changes_and_all_else_stays_as_it_was_spelt() {
    check(
        r#"
# Our plans.
[products.pro]   # the best one
name = 'Pro'
prices.monthly = { amount = "49 usd", every = "1 month" } # net
prices.yearly = { amount = "490 USD", every = "year" }
"#,
        r#"
[products.pro]
name = "Pro"
prices.monthly = { amount = "59.00 usd", every = "month" }
prices.yearly = { amount = "490.00 usd", every = "year" }
"#,
        r#"
# Our plans.
[products.pro]   # the best one
name = 'Pro'
prices.monthly = { amount = "59.00 usd", every = "1 month" } # net
prices.yearly = { amount = "490 USD", every = "year" }
"#,
    );
}

#[test]
fn what_only_the_file_knows_stays() {
    let local = r#"
rank = 2
limits.posts = { max = 100, per = "month" }
rates.token = "0.001 usd"
free_credits = { credits = 10, per = "month" }
env = "STRIPE_PROD_PRO"
"#;
    check(
        &format!(
            "[products.pro]\nname = \"Old\"{local}prices.pack = {{ amount = \"1 usd\", credits = 100, env = \"PACK\" }}\n"
        ),
        "[products.pro]\nname = \"New\"\nprices.pack = { amount = \"2.00 usd\", credits = 100 }\n",
        &format!(
            "[products.pro]\nname = \"New\"{local}prices.pack = {{ amount = \"2.00 usd\", credits = 100, env = \"PACK\" }}\n"
        ),
    );
}

#[test]
fn the_comments_of_what_goes_stay() {
    check(
        r#"
[products.pro]
name = "Pro"
# what it does
description = "Everything" # really
# where it is
url = "https://example.com/pro"
"#,
        "[products.pro]\nname = \"Pro\"\nurl = \"https://example.com/pro\"\n",
        r#"
[products.pro]
name = "Pro"
# what it does
# really
# where it is
url = "https://example.com/pro"
"#,
    );
    check(
        "[products.pro]\nname = \"Pro\" # short\n# what it does\ndescription = \"Everything\"\n",
        "[products.pro]\nname = \"Pro\"\n",
        "[products.pro]\nname = \"Pro\" # short\n# what it does\n",
    );
}

#[test]
fn what_was_archived_becomes_inactive_and_back() {
    let (active, archived) =
        ("[products.pro]\nname = \"Pro\"\n", "[products.pro]\nname = \"Pro\"\nactive = false\n");
    check(active, archived, archived);
    check(archived, active, active);
    check("[products.pro]\nname = \"Pro\"\nactive = true\n", archived, archived);
}

#[test]
fn what_is_new_stands_beside_its_like() {
    check(
        r#"
[products.pro]
name = "Pro"

[products.pro.prices.monthly]
amount = "49 usd"
every = "month"

# Discounts.
[coupons.WELCOME]
percent_off = 10
"#,
        r#"
[products.pro]
name = "Pro"
prices.monthly = { amount = "49 usd", every = "month" }
prices.yearly = { amount = "490 usd", every = "year" }
[products.team]
name = "Team"
[coupons.WELCOME]
percent_off = 10
"#,
        r#"
[products.pro]
name = "Pro"

[products.pro.prices.monthly]
amount = "49 usd"
every = "month"

[products.pro.prices.yearly]
amount = "490.00 usd"
every = "year"

[products.team]
name = "Team"

# Discounts.
[coupons.WELCOME]
percent_off = 10
"#,
    );
    check(
        "[products]\npro = { name = \"Pro\" }\n",
        "[products.pro]\nname = \"Pro\"\nprices.once = { amount = \"1 usd\" }\n",
        "[products]\npro = { name = \"Pro\" , prices = { once = { amount = \"1.00 usd\" } } }\n",
    );
}

#[test]
fn of_tiers_only_those_change_that_differ() {
    let price = |tiers: &str| {
        format!(
            "[products.pro]\nname = \"Pro\"\n[products.pro.prices.seats]\nevery = \"month\"\ntiers_mode = \"volume\"\n{tiers}"
        )
    };
    check(
        &price(
            r#"tiers = [
    # small teams
    { up_to = 10, amount = "5 usd" }, # a seat
    # all others
    { up_to = "inf", amount = "4 usd" },
]
"#,
        ),
        &price(r#"tiers = [{ up_to = 20, amount = "5 usd" }, { up_to = "inf", amount = "3.50 usd" }]"#),
        &price(
            r#"tiers = [
    # small teams
    { up_to = 20, amount = "5 usd" }, # a seat
    # all others
    { up_to = "inf", amount = "3.50 usd" },
]
"#,
        ),
    );
    check(
        &price(
            "[[products.pro.prices.seats.tiers]] # one\nup_to = 10\namount = \"5 usd\"\n[[products.pro.prices.seats.tiers]]\nup_to = \"inf\"\namount = \"4 usd\"\n",
        ),
        &price(r#"tiers = [{ up_to = 10, amount = "5 usd" }, { up_to = "inf", amount = "3.50 usd" }]"#),
        &price(
            "[[products.pro.prices.seats.tiers]] # one\nup_to = 10\namount = \"5 usd\"\n[[products.pro.prices.seats.tiers]]\nup_to = \"inf\"\namount = \"3.50 usd\"\n",
        ),
    );
}

#[test]
fn tiers_that_go_leave_their_comments_and_new_ones_are_written_like_the_old() {
    let price = |tiers: &str| {
        format!(
            "[products.pro]\nname = \"Pro\"\n[products.pro.prices.seats]\nevery = \"month\"\ntiers_mode = \"volume\"\n{tiers}"
        )
    };
    let header = "[[products.pro.prices.seats.tiers]]";
    let two = format!(
        "{header} # one\nup_to = 10\namount = \"5 usd\" # a seat\n# all others\n{header}\nup_to = \"inf\" # no end\namount = \"4 usd\"\n"
    );
    check(
        &price(&two),
        &price(r#"tiers = [{ up_to = "inf", amount = "5 usd" }]"#),
        &price(&format!(
            "{header} # one\nup_to = \"inf\"\namount = \"5 usd\" # a seat\n# all others\n# no end\n"
        )),
    );
    check(
        &price(&two),
        &price(
            r#"tiers = [{ up_to = 10, amount = "5 usd" }, { up_to = 20, amount = "4 usd" }, { up_to = "inf", amount = "3 usd" }]"#,
        ),
        &price(&format!(
            "{}\n{header}\nup_to = \"inf\"\namount = \"3.00 usd\"\n",
            two.replace("\"inf\"", "20")
        )),
    );
}

#[test]
fn a_price_can_come_about_in_another_way() {
    check(
        "[products.pro]\nname = \"Pro\"\n[products.pro.prices.any]\namount = \"5 usd\" # flat\nnickname = \"Any\"\n",
        "[products.pro]\nname = \"Pro\"\nprices.any = { custom_unit_amount = { currency = \"eur\" }, nickname = \"Any\" }\n",
        "[products.pro]\nname = \"Pro\"\n[products.pro.prices.any]\n# flat\nnickname = \"Any\"\ncustom_unit_amount = { currency = \"eur\" }\n",
    );
    let custom = |currency: &str| {
        format!(
            "[products.pro]\nname = \"Pro\"\nprices.any = {{ custom_unit_amount = {{ currency = \"{currency}\", minimum = \"1.00 {currency}\" }} }}\n"
        )
    };
    check(&custom("usd"), &custom("eur"), &custom("eur"));
}

#[test]
fn other_currencies_come_change_and_go() {
    let price = |options: &str| {
        format!("[products.pro]\nname = \"Pro\"\n[products.pro.prices.once]\namount = \"5 usd\"\n{options}")
    };
    check(
        &price(
            "[products.pro.prices.once.currency_options]\neur = { amount = \"4 eur\" } # euro\ngbp = { amount = \"3 gbp\" }\n",
        ),
        &price("currency_options = { eur = { amount = \"4.50 eur\" }, jpy = { amount = \"500 jpy\" } }\n"),
        &price(
            "[products.pro.prices.once.currency_options]\neur = { amount = \"4.50 eur\" } # euro\njpy = { amount = \"500 jpy\" }\n",
        ),
    );
}

#[test]
fn metadata_changes_key_by_key() {
    check(
        "[products.pro]\nname = \"Pro\"\nmetadata = { a = \"1\", b = \"2\", gone = \"\" }\n",
        "[products.pro]\nname = \"Pro\"\nmetadata = { a = \"1\", b = \"3\", c = \"4\" }\n",
        "[products.pro]\nname = \"Pro\"\nmetadata = { a = \"1\", b = \"3\", gone = \"\" , c = \"4\" }\n",
    );
}

#[test]
fn lists_keep_the_order_and_the_comments_of_what_stays() {
    let features = "[features.a]\n[features.b]\n[features.c]\n";
    check(
        &format!("{features}[products.pro]\nname = \"Pro\"\nfeatures = [\n  \"c\", # last\n  \"b\",\n]\n"),
        &format!("{features}[products.pro]\nname = \"Pro\"\nfeatures = [\"a\", \"c\"]\n"),
        &format!("{features}[products.pro]\nname = \"Pro\"\nfeatures = [\n  \"c\", # last\n  \"a\",\n]\n"),
    );
    // Stripe keeps no order of them.
    let listed = |list: &str| format!("{features}[products.pro]\nname = \"Pro\"\nfeatures = {list}\n");
    check(&listed(r#"["c", "a"]"#), &listed(r#"["a", "c"]"#), &listed(r#"["c", "a"]"#));
}

#[test]
fn of_a_portal_one_switch_changes() {
    let portal = |cancel: &str, rest: &str| {
        format!(
            "[portals.main]\nheadline = \"Yours\"\n{rest}\n[portals.main.subscription_cancel]\n{cancel}\n"
        )
    };
    check(
        &portal("mode = \"at_period_end\" # fair\nproration_behavior = \"none\"", "invoice_history = false"),
        &portal("mode = \"immediately\"\nreasons = [\"unused\"]", "login_page = true"),
        &portal(
            "mode = \"immediately\" # fair\nproration_behavior = \"none\"\nreasons = [\"unused\"]",
            "invoice_history = false\nlogin_page = true",
        ),
    );
}

#[test]
fn a_plan_that_lived_only_in_the_file_may_be_in_stripe() {
    check(
        "[products.free]\ndefault_plan = true\nlimits.posts = { max = 10, per = \"month\" }\n",
        "[products.free]\nname = \"Free\"\n",
        "[products.free]\ndefault_plan = true\nlimits.posts = { max = 10, per = \"month\" }\nname = \"Free\"\nstripe_id = \"shop_free\"\n",
    );
}

/// A file with a portal that offers a price; Stripe has the product under another name, and the price too, but no portal.
fn offering(price: &str, default_price: &str) -> String {
    format!(
        "# plans\n[products.pro]\nname = \"Pro\"\n{default_price}prices.monthly = {price}\n\
         prices.yearly = {{ amount = \"490.00 usd\", every = \"year\" }}\n\
         [portals.main.subscription_update]\nallow = [\"price\"]\nproducts.pro = [\"yearly\", \"monthly\"]\n"
    )
}

#[test]
fn a_price_stays_as_a_portal_needs_it_that_only_the_file_has() {
    for default_price in ["", "default_price = \"monthly\"\n"] {
        let stripe = format!(
            "{PROJECT}[products.pro]\nname = \"Pro 2\"\n{default_price}\
             prices.monthly = {{ amount = \"49.00 usd\" }}\n\
             prices.yearly = {{ amount = \"500.00 usd\", every = \"year\" }}\n"
        );
        let account = account(&load(&stripe).catalog, Made::ByBillctl);
        let request = request(&account, "shop");
        let recurring = "{ amount = \"49.00 usd\", every = \"month\" } # what the portal offers";
        let before = format!("{PROJECT}{}", offering(recurring, default_price));
        let pulled = pull(&request, &before);
        let after = before.replace("\"Pro\"", "\"Pro 2\"").replace("490.00", "500.00");
        assert_eq!(pulled.files[0].text, after);
        let [left_out] = &pulled.left_out[..] else { panic!("{:?}", pulled.left_out) };
        assert_eq!(
            left_out.reason,
            "with it `portals.main`, which only the file has, can't stay as it is: `pro.monthly` is paid once"
        );
        assert_eq!(pulled.missing.len(), 1);
        assert_eq!(pulled.stays.len(), 1);
        assert_eq!(pull(&request, &after).files, []);
    }
}

#[test]
fn a_meter_stays_active_where_a_price_needs_it_that_only_the_file_has() {
    let account =
        account(&load(&format!("{PROJECT}[meters.calls]\nactive = false\n")).catalog, Made::ByBillctl);
    let price = "prices.usage = { amount = \"0.01 usd\", every = \"month\", meter = \"calls\" }";
    let text = format!("{PROJECT}[meters.calls]\n[products.pro]\nname = \"Pro\"\n{price}\n");
    let pulled = pull(&request(&account, "shop"), &text);
    assert_eq!(pulled.files, []);
    assert_eq!((pulled.left_out.len(), pulled.stays.len(), pulled.missing.len()), (1, 1, 2));
    let reason = &pulled.left_out[0].reason;
    assert!(reason.starts_with("with it `products.pro.prices.usage`, which only the file has"), "{reason}");
}

#[test]
fn a_price_that_no_portal_of_the_file_needs_is_what_stripe_has() {
    let portal_without = |price: &str| offering(price, "").replace(", \"monthly\"]", "]");
    let account = account(
        &load(&format!(
            "{PROJECT}[products.pro]\nname = \"Pro\"\nprices.monthly = {{ amount = \"49.00 usd\" }}\n\
             prices.yearly = {{ amount = \"490.00 usd\", every = \"year\" }}\n"
        ))
        .catalog,
        Made::ByBillctl,
    );
    let before = format!("{PROJECT}{}", portal_without("{ amount = \"49.00 usd\", every = \"month\" }"));
    let pulled = pull(&request(&account, "shop"), &before);
    let after = format!("{PROJECT}{}", portal_without("{ amount = \"49.00 usd\"}"));
    assert_eq!(pulled.files[0].text, after);
    assert_eq!(pulled.left_out, []);
}

#[test]
fn a_file_with_windows_line_ends_keeps_them() {
    let account = account(
        &load(&format!("{PROJECT}[products.pro]\nname = \"Pro 2\"\n[products.team]\nname = \"Team\"\n"))
            .catalog,
        Made::ByBillctl,
    );
    let text = format!("{PROJECT}[products.pro]\nname = \"Pro\" # a\n").replace('\n', "\r\n");
    let pulled = pull(&request(&account, "shop"), &text);
    let after =
        format!("{PROJECT}[products.pro]\nname = \"Pro 2\" # a\n\n[products.team]\nname = \"Team\"\n");
    assert_eq!(pulled.files[0].text, after.replace('\n', "\r\n"));
}

/// Pulls into several files, the first one the root, as they are for the profile `live`.
fn pull_files(files: &[(&str, &str)], stripe: &str) -> Vec<(String, String)> {
    let account = account(&load(&format!("{PROJECT}{stripe}")).catalog, Made::ByBillctl);
    let read = |path: &Path| {
        let file = files.iter().find(|(name, _)| Path::new(name) == path);
        Ok(file.unwrap().1.as_bytes().to_vec())
    };
    let request = request(&account, "shop");
    let pulled = pull::pull(&request, &read, Path::new(files[0].0), Some("live")).unwrap();
    pulled.files.into_iter().map(|source| (source.path, source.text)).collect()
}

#[test]
fn included_files_change_where_their_resources_stand() {
    let changed = pull_files(
        &[
            ("billing.toml", "include = [\"plans.toml\", \"coupons.toml\"]\n[project]\nname = \"shop\"\n"),
            ("plans.toml", "# plans\n[products.pro]\nname = \"Pro\"\n"),
            ("coupons.toml", "[coupons.A]\npercent_off = 10\n"),
        ],
        "[products.pro]\nname = \"Pro 2\"\nprices.once = { amount = \"1 usd\" }\n[products.team]\nname = \"Team\"\n[coupons.A]\npercent_off = 10\n",
    );
    let plans = "# plans\n[products.pro]\nname = \"Pro 2\"\n\n[products.pro.prices.once]\namount = \"1.00 usd\"\n\n[products.team]\nname = \"Team\"\n";
    assert_eq!(changed, [("plans.toml".to_owned(), plans.to_owned())]);
}

#[test]
fn what_a_profile_overrides_changes_in_its_overrides() {
    let file = |name: &str, over: &str| {
        format!(
            "{PROJECT}[products.pro]\nname = \"Pro\"\ndescription = \"{name}\"\n[profiles.live.overrides.products.pro]\n{over}\n"
        )
    };
    let changed = pull_files(
        &[(
            "billing.toml",
            &file("Old", "name = \"Professional\" # live only\nurl = \"https://example.com/a\""),
        )],
        "[products.pro]\nname = \"Pro+\"\ndescription = \"New\"\n",
    );
    let after = file("New", "name = \"Pro+\" # live only");
    assert_eq!(changed, [("billing.toml".to_owned(), after)]);
}

#[test]
fn what_was_said_of_the_only_other_currency_stays_when_it_goes() {
    check(
        r#"
[products.pro]
name = "Pro"

[products.pro.prices.monthly]
amount = "49.00 eur"
every = "month"

# For America.
[products.pro.prices.monthly.currency_options.usd]
# Rounded.
amount = "55.00 usd"
"#,
        r#"
[products.pro]
name = "Pro"
prices.monthly = { amount = "49.00 eur", every = "month" }
"#,
        r#"
[products.pro]
name = "Pro"

[products.pro.prices.monthly]
amount = "49.00 eur"
every = "month"

[products.pro.prices.monthly.currency_options]
# For America.
# Rounded.
"#,
    );
}
