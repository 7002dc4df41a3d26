//! Keys, versions, routes and headers.

use super::world::World;

#[test]
fn only_the_accounts_own_keys_are_let_in() {
    let world = World::new();
    let ask = world.ask("GET", "/v1/prices");
    ask.send().ok();
    ask.clone().header("Authorization", &format!("Bearer {}", world.server().restricted_key)).send().ok();
    use base64::Engine as _;
    let basic = base64::prelude::BASE64_STANDARD.encode(format!("{}:", world.api_key));
    ask.clone().header("Authorization", &format!("Basic {basic}")).send().ok();
    for wrong in ["Bearer sk_test_billctl_other", "Bearer sk_live_billctl_other", "Basic c2tfdGVzdDo="] {
        let message = ask.clone().header("Authorization", wrong).send().refused(401, None, None);
        assert!(message.starts_with("Invalid API Key provided: "), "{message}");
    }
    ask.clone().header("Authorization", "Bearer pk_test_billctl_other").send().refused(
        401,
        Some("secret_key_required"),
        None,
    );
    let message = ask.without("Authorization").send().refused(401, None, None);
    assert!(message.starts_with("You did not provide an API key."), "{message}");
}

#[test]
fn a_foreign_key_is_never_repeated_whole() {
    let world = World::new();
    let key = "sk_test_billctl_very_secret_key_of_somebody_else";
    let answer = world.ask("GET", "/v1/prices").header("Authorization", &format!("Bearer {key}")).send();
    assert!(!answer.text.contains("very_secret"), "{}", answer.text);
    assert!(answer.text.contains("else"), "{}", answer.text);
}

#[test]
fn another_account_is_out_of_reach() {
    let world = World::new();
    let ask = world.ask("GET", "/v1/prices");
    ask.clone().header("Stripe-Account", &world.server().account).send().ok();
    ask.header("Stripe-Account", "acct_other").send().refused(403, Some("account_invalid"), None);
    world.get("/v1/accounts/acct_other").refused(403, Some("account_invalid"), None);
}

#[test]
fn the_account_is_the_states_own_and_stays() {
    let world = World::new();
    let account = world.get("/v1/account").ok();
    assert_eq!(account["id"], world.server().account.as_str());
    assert_eq!(world.get(&format!("/v1/accounts/{}", world.server().account)).ok(), account);
    let key = world.api_key.clone();
    let world = world.restarted();
    assert_eq!((world.get("/v1/account").ok(), &world.api_key), (account, &key));
    assert!(key.starts_with("sk_test_") && key.len() >= 12 && key.split('_').count() >= 3, "{key}");
}

#[test]
fn every_answer_names_its_request_and_version() {
    let world = World::new();
    let answer = world.ask("POST", "/v1/products").form("name=Pro").key("k-1").send();
    assert!(answer.header("request-id").unwrap().starts_with("req_"));
    assert_eq!(answer.header("stripe-version"), Some("2026-10-28.endive"));
    assert_eq!(answer.header("idempotency-key"), Some("k-1"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("stripe-notice"), None);
    let answer = world.ask("GET", "/v1/products").header("Stripe-Version", "2026-09-30.endive").send();
    assert_eq!(answer.header("stripe-version"), Some("2026-09-30.endive"));
    let message = world
        .ask("GET", "/v1/products")
        .header("Stripe-Version", "2026-99-30.endive")
        .send()
        .refused(400, None, None);
    assert_eq!(message, "Invalid Stripe API version: 2026-99-30.endive");
}

#[test]
fn only_callers_without_the_pinned_version_may_use_what_was_removed() {
    let world = World::new();
    world.make("/v1/coupons", "id=c&percent_off=10");
    let old = world.ask("POST", "/v1/promotion_codes").form("coupon=c&code=OLD");
    old.send().refused(400, Some("parameter_unknown"), Some("coupon"));
    assert_eq!(old.clone().without("Stripe-Version").send().ok()["promotion"]["coupon"], "c");
    let named = old.form("coupon=c&code=OLDER").header("Stripe-Version", "2025-03-31.basil");
    assert_eq!(named.send().ok()["promotion"]["coupon"], "c");
}

#[test]
fn what_is_not_served_is_stripes_404() {
    let world = World::new();
    for (method, path) in [
        ("GET", "/v1/nothing"),
        ("DELETE", "/v1/prices/price_1"),
        ("PUT", "/v1/prices"),
        ("POST", "/v1/quotes"),
        ("GET", "/v1/prices/price_1/more"),
        ("GET", "/"),
    ] {
        let message = world.ask(method, path).send().refused(404, None, None);
        assert!(message.starts_with(&format!("Unrecognized request URL ({method}: {path})")), "{message}");
    }
}

#[test]
fn ids_in_paths_are_decoded_once() {
    let world = World::new();
    world.make("/v1/products", "name=Odd&id=a%2Fb%252F%2B");
    assert_eq!(world.get("/v1/products/a%2Fb%252F+").ok()["id"], "a/b%2F+");
}

#[test]
fn json_bodies_and_broken_forms_are_refused() {
    let world = World::new();
    let ask = world.ask("POST", "/v1/products");
    ask.clone().body("application/json", r#"{"name": "Pro"}"#).send().refused(400, None, None);
    ask.clone().form("name[=x").send().refused(400, None, None);
    ask.clone().form("name=%ff").send().refused(400, None, None);
    if let Some(answer) = ask.form(&format!("name={}", "x".repeat(5 << 20))).try_send() {
        assert_eq!(answer.status, 413);
    }
}
