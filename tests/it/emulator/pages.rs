//! The pages that a person clicks: what they show, where they lead, and what they refuse.

use serde_json::{Value, json};

use super::world::{Answer, World, text};

const DAY: i64 = 24 * 60 * 60;
const SUCCESS: &str = "https://shop.example/done?id={CHECKOUT_SESSION_ID}%26from=a%2520b";
const CANCEL: &str = "https://shop.example/no?x=1%26y={CHECKOUT_SESSION_ID}%23top";
const ADA: &str = "email=ada@example.com&name=Ada&expiry=12 / 34&cvc=123";

struct Shop {
    world: World,
}

fn shop() -> Shop {
    let world = World::new();
    world.make("/v1/products", "name=Pro&id=pro");
    Shop { world }
}

impl Shop {
    fn session(&self, mode: &str, line: &str, more: &str) -> Value {
        let form = format!("mode={mode}&success_url={SUCCESS}&cancel_url={CANCEL}&{line}{more}");
        self.world.post("/v1/checkout/sessions", &form).ok()
    }

    fn payment(&self, more: &str) -> Value {
        let line = "line_items[0][price_data][currency]=usd&line_items[0][price_data][product_data][name]=Tea\
                    &line_items[0][price_data][unit_amount]=1500&line_items[0][quantity]=2";
        self.session("payment", line, more)
    }

    fn subscription(&self, more: &str) -> Value {
        let line = "line_items[0][price_data][currency]=usd&line_items[0][price_data][product]=pro\
                    &line_items[0][price_data][unit_amount]=9900\
                    &line_items[0][price_data][recurring][interval]=month&line_items[0][quantity]=1";
        self.session("subscription", line, more)
    }

    /// What the browser gets for a session's own address.
    fn open(&self, session: &Value) -> Answer {
        self.browse("GET", self.path(session), "")
    }

    fn path<'a>(&self, session: &'a Value) -> &'a str {
        session["url"].as_str().unwrap().strip_prefix(self.world.base_url.as_str()).unwrap()
    }

    /// A browser has no key, and says where a form was.
    fn browse(&self, method: &str, path: &str, form: &str) -> Answer {
        let ask = self.world.ask(method, path).without("Authorization").without("Stripe-Version");
        let ask = if method == "POST" { ask.form(form).header("Origin", &self.world.base_url) } else { ask };
        ask.send()
    }

    fn pay(&self, session: &Value, number: &str, more: &str) -> Answer {
        let amount = self.get(session)["amount_total"].as_i64().unwrap_or(0);
        let form = format!("expected_amount={amount}&number={number}&{ADA}{more}");
        self.browse("POST", &format!("{}/pay", self.path(session)), &form)
    }

    fn get(&self, session: &Value) -> Value {
        self.world.get(&format!("/v1/checkout/sessions/{}", text(&session["id"]))).ok()
    }
}

/// What the page says was wrong with a field.
fn wrong(page: &Answer, field: &str) -> Option<String> {
    let start = format!("<p class=\"error\" id=\"{field}-error\" role=\"alert\">");
    let rest = page.text.split_once(&start)?.1;
    Some(rest.split_once("</p>").unwrap().0.replace("&#39;", "'"))
}

fn complaint(page: &Answer) -> Option<&str> {
    let rest = page.text.split_once("<p class=\"note bad\" role=\"alert\">")?.1;
    Some(rest.split_once("</p>").unwrap().0)
}

#[test]
fn a_person_pays_and_comes_back_to_exactly_the_success_url() {
    let shop = shop();
    let session = shop.payment("&custom_text[submit][message]=No refunds on <b>tea</b>.");
    let page = shop.open(&session);
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for shown in [
        "Pay for Tea",
        "$30.00",
        "2 × $15.00 each",
        "Pay $30.00",
        "No refunds on &lt;b&gt;tea&lt;/b&gt;.",
        "href=\"https://shop.example/no?x=1&amp;y={CHECKOUT_SESSION_ID}#top\"",
    ] {
        assert!(page.text.contains(shown), "{shown}\n{}", page.text);
    }
    let paid = shop.pay(&session, "4242 4242 4242 4242", "");
    let id = text(&session["id"]);
    let back = format!("https://shop.example/done?id={id}&from=a%20b");
    assert_eq!((paid.status, paid.header("location")), (303, Some(back.as_str())));
    let done = shop.get(&session);
    assert_eq!((&done["status"], &done["payment_status"]), (&json!("complete"), &json!("paid")));
    assert_eq!(done["customer_details"]["email"], "ada@example.com");
    assert_eq!(done["customer_details"]["name"], "Ada");
    let intent = format!("/v1/payment_intents/{}?expand[]=payment_method", text(&done["payment_intent"]));
    let card = shop.world.get(&intent).ok()["payment_method"]["card"].clone();
    assert_eq!(
        (&card["last4"], &card["exp_month"], &card["exp_year"]),
        (&json!("4242"), &json!(12), &json!(2034))
    );
    // Paid is paid: a second click, and a look at the page, pay nothing more.
    let again = shop.pay(&session, "4242424242424242", "");
    assert_eq!((again.status, again.header("location")), (303, Some(back.as_str())));
    let page = shop.browse("GET", &format!("/c/pay/{id}"), "");
    assert!(page.text.contains("Your payment of $30.00 was received."), "{}", page.text);
    assert_eq!(shop.world.get("/v1/charges").ok()["data"].as_array().unwrap().len(), 1);
}

#[test]
fn a_decline_is_told_in_plain_words_and_another_card_pays() {
    let shop = shop();
    let session = shop.payment("");
    for (number, said) in [
        ("4000000000000002", "Your card was declined."),
        ("4000000000009995", "Your card has insufficient funds."),
        ("4000000000000069", "Your card has expired."),
    ] {
        let declined = shop.pay(&session, number, "");
        assert_eq!((declined.status, complaint(&declined)), (402, Some(said)), "{number}");
        assert!(declined.text.contains("value=\"ada@example.com\""), "what was typed stays");
        assert!(!declined.text.contains(number) && !declined.text.contains("12 / 34"), "but for the card");
    }
    assert_eq!(shop.pay(&session, "5555555555554444", "").status, 303);
}

#[test]
fn a_field_that_is_wrong_says_so_itself() {
    let shop = shop();
    let session = shop.payment("");
    let path = format!("{}/pay", shop.path(&session));
    let seen = shop.world.events().len();
    for (form, field, said) in [
        ("number=4242424242424242&expiry=1234&cvc=123&name=A", "email", "Enter your email address."),
        (
            "email=ada@x&number=4242424242424242&expiry=1234&cvc=123&name=A",
            "email",
            "This email address is not complete.",
        ),
        (
            "email=a@b.example&number=4242424242424241&expiry=1234&cvc=123&name=A",
            "number",
            "Your card number is invalid.",
        ),
        ("email=a@b.example&number=&expiry=1234&cvc=123&name=A", "number", "Enter your card number."),
        (
            "email=a@b.example&number=4012888888881881&expiry=1234&cvc=123&name=A",
            "number",
            "This page takes Stripe's test cards only, such as 4242 4242 4242 4242.",
        ),
        (
            "email=a@b.example&number=4242424242424242&expiry=99&cvc=123&name=A",
            "expiry",
            "Enter your card's expiry date as month and year, such as 12 / 34.",
        ),
        (
            "email=a@b.example&number=4242424242424242&expiry=1220&cvc=123&name=A",
            "expiry",
            "Your card's expiration year is invalid.",
        ),
        (
            "email=a@b.example&number=4242424242424242&expiry=1234&cvc=1&name=A",
            "cvc",
            "Enter the 3 or 4 digits of your card's security code.",
        ),
        (
            "email=a@b.example&number=4242424242424242&expiry=1234&cvc=123",
            "name",
            "Enter the name on your card.",
        ),
    ] {
        let page = shop.browse("POST", &path, &format!("expected_amount=3000&{form}"));
        assert!(matches!(page.status, 400 | 402), "{form}: {}", page.status);
        assert_eq!(wrong(&page, field).as_deref(), Some(said), "{form}");
        assert_eq!(complaint(&page), None, "{form}");
    }
    let stale = shop.browse("POST", &path, &format!("expected_amount=1&number=4242424242424242&{ADA}"));
    assert_eq!(stale.status, 400);
    assert!(complaint(&stale).unwrap().contains("3000"), "{:?}", complaint(&stale));
    assert_eq!(shop.world.events().len(), seen, "nothing was done");
}

#[test]
fn a_subscription_shows_its_trial_and_what_follows() {
    let shop = shop();
    let monthly = shop.open(&shop.subscription(""));
    assert!(monthly.text.contains("$99.00 per month, until you cancel."), "{}", monthly.text);
    assert!(monthly.text.contains("Subscribe for $99.00"));
    let session = shop.subscription("&subscription_data[trial_period_days]=7");
    let page = shop.open(&session);
    assert!(page.text.contains("Free until 22 Jan 2027"), "{}", page.text);
    assert!(page.text.contains("Then $99.00 per month. $0.00 is due today."), "{}", page.text);
    assert!(page.text.contains("Start trial"));
    assert_eq!(shop.pay(&session, "4242424242424242", "").status, 303);
    let done = shop.get(&session);
    let subscription = shop.world.get(&format!("/v1/subscriptions/{}", text(&done["subscription"]))).ok();
    assert_eq!(
        (&done["payment_status"], &subscription["status"]),
        (&json!("no_payment_required"), &json!("trialing"))
    );
    let customer = shop.world.get(&format!("/v1/customers/{}", text(&done["customer"]))).ok();
    assert_eq!((&customer["email"], &customer["name"]), (&json!("ada@example.com"), &json!("Ada")));
}

/// Who tries to pay is a customer from then on: the failed charge is theirs.
#[test]
fn a_declined_subscription_leaves_a_failed_charge_and_no_subscription() {
    let shop = shop();
    let session = shop.subscription("");
    let declined = shop.pay(&session, "4000000000009995", "");
    assert_eq!((declined.status, complaint(&declined)), (402, Some("Your card has insufficient funds.")));
    let all = |kind: &str| shop.world.get(&format!("/v1/{kind}")).ok()["data"].as_array().unwrap().clone();
    assert!(all("subscriptions?status=all").is_empty());
    let customers = all("customers");
    let charges = all("charges");
    assert_eq!((customers.len(), charges.len()), (1, 1));
    assert_eq!((&charges[0]["status"], &charges[0]["customer"]), (&json!("failed"), &customers[0]["id"]));
    // The address can still be written otherwise, and is theirs then.
    let page = shop.open(&session);
    assert!(page.text.contains("name=\"email\""), "{}", page.text);
    assert_eq!(shop.pay(&session, "4242424242424242", "&email=other@b.example").status, 303);
    let after = all("customers");
    assert_eq!((after.len(), &after[0]["id"]), (1, &customers[0]["id"]));
    assert_eq!(after[0]["email"], "other@b.example");
    assert_eq!(all("subscriptions")[0]["customer"], customers[0]["id"]);
}

#[test]
fn a_free_order_asks_for_no_card() {
    let shop = shop();
    shop.world.make("/v1/coupons", "id=free&percent_off=100&duration=once");
    let session = shop.payment("&discounts[0][coupon]=free");
    let page = shop.open(&session);
    assert!(!page.text.contains("name=\"number\""), "{}", page.text);
    let done =
        shop.browse("POST", &format!("{}/pay", shop.path(&session)), "expected_amount=0&email=a@b.example");
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(shop.get(&session)["payment_status"], "no_payment_required");
}

#[test]
fn a_promotion_code_is_applied_and_removed() {
    let shop = shop();
    shop.world.make("/v1/coupons", "id=half&percent_off=50&duration=forever");
    shop.world.make(
        "/v1/promotion_codes",
        "promotion[type]=coupon&promotion[coupon]=half&code=HALF&max_redemptions=1",
    );
    shop.world.make(
        "/v1/promotion_codes",
        "promotion[type]=coupon&promotion[coupon]=half&code=BIG&restrictions[minimum_amount]=5000&restrictions[minimum_amount_currency]=usd",
    );
    let session = shop.payment("&allow_promotion_codes=true");
    let order = format!("{}/order", shop.path(&session));
    for (code, said) in [("NONE", "This code is invalid."), ("BIG", "This code is for larger orders.")] {
        let refused = shop.browse("POST", &order, &format!("promotion_code={code}"));
        assert_eq!(
            (refused.status, wrong(&refused, "promotion_code").as_deref()),
            (400, Some(said)),
            "{code}"
        );
    }
    let applied = shop.browse("POST", &order, "promotion_code=+half+");
    assert_eq!((applied.status, applied.header("location")), (303, Some(shop.path(&session))));
    let page = shop.open(&session);
    assert!(page.text.contains("Discount HALF") && page.text.contains("-$15.00"), "{}", page.text);
    assert_eq!(shop.get(&session)["total_details"]["amount_discount"], 1500);
    assert_eq!(shop.browse("POST", &order, "remove_code=true").status, 303);
    assert_eq!(
        (&shop.get(&session)["amount_total"], &shop.get(&session)["discounts"]),
        (&json!(3000), &json!([]))
    );
    assert_eq!(shop.browse("POST", &order, "promotion_code=HALF").status, 303);
    assert_eq!(shop.pay(&session, "4242424242424242", "").status, 303);
    let codes = shop.world.get("/v1/promotion_codes?code=HALF").ok();
    assert_eq!(
        (&codes["data"][0]["times_redeemed"], &codes["data"][0]["active"]),
        (&json!(1), &json!(false))
    );
    let closed = shop.payment("");
    let refused = shop.browse("POST", &format!("{}/order", shop.path(&closed)), "promotion_code=HALF");
    assert_eq!(refused.status, 400);
}

#[test]
fn a_quantity_changes_within_its_bounds() {
    let shop = shop();
    let bounds = "&line_items[0][adjustable_quantity][enabled]=true&line_items[0][adjustable_quantity][minimum]=2\
                  &line_items[0][adjustable_quantity][maximum]=5";
    let session = shop.payment(bounds);
    let lines = shop.world.get(&format!("/v1/checkout/sessions/{}/line_items", text(&session["id"]))).ok();
    let line = text(&lines["data"][0]["id"]);
    let order = format!("{}/order", shop.path(&session));
    for quantity in ["1", "6", "x"] {
        let refused = shop.browse("POST", &order, &format!("quantity[{line}]={quantity}"));
        assert!(refused.text.contains("Choose a quantity from 2 to 5."), "{quantity}");
    }
    assert_eq!(shop.browse("POST", &order, &format!("quantity%5B{line}%5D=5")).status, 303);
    assert_eq!(shop.get(&session)["amount_total"], 7500);
}

#[test]
fn the_bank_asks_and_the_customer_answers() {
    let shop = shop();
    for (outcome, status) in [("fail", "open"), ("pass", "complete")] {
        let session = shop.payment("");
        let path = shop.path(&session).to_owned();
        let asked = shop.pay(&session, "4000002760003184", "");
        assert_eq!((asked.status, asked.header("location")), (303, Some(path.as_str())));
        assert!(shop.open(&session).text.contains("Your bank asks you to confirm this payment of $30.00."));
        let answered = shop.browse("POST", &format!("{path}/bank"), &format!("outcome={outcome}"));
        assert_eq!(shop.get(&session)["status"], status);
        match outcome {
            "pass" => assert!(answered.header("location").unwrap().starts_with("https://shop.example/done")),
            _ => {
                assert!(complaint(&answered).unwrap().contains("failed authentication"), "{}", answered.text)
            }
        }
    }
}

#[test]
fn questions_of_the_sessions_own_are_answered() {
    let shop = shop();
    let session = shop.payment(
        "&custom_fields[0][key]=size&custom_fields[0][type]=dropdown&custom_fields[0][label][type]=custom\
         &custom_fields[0][label][custom]=Size&custom_fields[0][dropdown][options][0][label]=Small\
         &custom_fields[0][dropdown][options][0][value]=s&custom_fields[1][key]=note&custom_fields[1][type]=text\
         &custom_fields[1][label][type]=custom&custom_fields[1][label][custom]=Note&custom_fields[1][optional]=true\
         &consent_collection[terms_of_service]=required&phone_number_collection[enabled]=true\
         &billing_address_collection=required",
    );
    let page = shop.open(&session).text;
    for label in ["Size", "Note (optional)", "Phone number", "City", "I agree to the terms of service."] {
        assert!(page.contains(label), "{label}");
    }
    let rest = "&phone=555&line1=Street 1&city=Bern&postal_code=3000&country=ch";
    let refused = |more: &str| shop.pay(&session, "4242424242424242", more);
    assert_eq!(wrong(&refused(rest), "custom-size").as_deref(), Some("This field is required."));
    assert_eq!(
        wrong(&refused(&format!("{rest}&custom[size]=xl")), "custom-size").as_deref(),
        Some("Choose one of these.")
    );
    assert!(
        refused(&format!("{rest}&custom[size]=s")).text.contains("Agree to the terms of service to go on.")
    );
    assert_eq!(refused(&format!("{rest}&custom[size]=s&terms=true")).status, 303);
    let done = shop.get(&session);
    assert_eq!(done["custom_fields"][0]["dropdown"]["value"], "s");
    assert_eq!(done["custom_fields"][1]["text"]["value"], Value::Null);
    assert_eq!(done["consent"]["terms_of_service"], "accepted");
    assert_eq!(done["customer_details"]["address"]["country"], "CH");
    assert_eq!(done["customer_details"]["phone"], "555");
}

#[test]
fn a_page_that_has_expired_or_was_never_there_says_so() {
    let shop = shop();
    let session = shop.payment("");
    let path = shop.path(&session).to_owned();
    shop.world.pass(DAY + 1);
    let page = shop.browse("GET", &path, "");
    assert!(page.text.contains("This page has expired"), "{}", page.text);
    assert!(page.text.contains("href=\"https://shop.example/no?x=1&amp;y={CHECKOUT_SESSION_ID}#top\""));
    for (method, path) in
        [("GET", "/c/pay/cs_test_none"), ("POST", "/c/pay/cs_test_none/pay"), ("GET", "/c/pay/")]
    {
        assert_eq!(shop.browse(method, path, "expected_amount=1").status, 404, "{path}");
    }
}

#[test]
fn no_other_site_gets_at_a_page() {
    let shop = shop();
    let session = shop.payment("");
    let path = shop.path(&session);
    let foreign = |name: &str, value: &str| {
        let ask =
            shop.world.ask("POST", &format!("{path}/pay")).form("expected_amount=3000").header(name, value);
        ask.send().status
    };
    assert_eq!(foreign("Origin", "https://evil.example"), 403);
    assert_eq!(foreign("Origin", "null"), 403);
    assert_eq!(foreign("Host", "evil.example"), 403);
    let page = shop.open(&session);
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(!page.text.contains("<script") && !page.text.contains("src="), "it loads nothing");
}

#[test]
fn no_card_data_is_stored() {
    let mut shop = shop();
    let session = shop.payment("");
    shop.pay(&session, "4000 0000 0000 9995", "");
    assert_eq!(shop.pay(&session, "4242 4242 4242 4242", "").status, 303);
    shop.world.stop();
    let folder = shop.world.path().parent().unwrap().to_owned();
    for file in fs_err::read_dir(folder).unwrap() {
        let bytes = fs_err::read(file.unwrap().path()).unwrap();
        let kept = String::from_utf8_lossy(&bytes);
        for number in ["4242424242424242", "4242 4242 4242 4242", "4000000000009995", "4000 0000 0000 9995"] {
            assert!(!kept.contains(number), "{number} is kept");
        }
    }
}

#[test]
fn a_payment_link_leads_each_visitor_to_a_session_of_its_own() {
    let shop = shop();
    let price = shop.world.make("/v1/prices", "product=pro&currency=usd&unit_amount=2500");
    let link = |more: &str| {
        let form = format!("line_items[0][price]={price}&line_items[0][quantity]=1&metadata[a]=1{more}");
        shop.world.post("/v1/payment_links", &form).ok()
    };
    let limited = link(
        "&restrictions[completed_sessions][limit]=1&inactive_message=Sold out.&after_completion[type]=redirect\
         &after_completion[redirect][url]=https://shop.example/thanks?id={CHECKOUT_SESSION_ID}",
    );
    let visit = |link: &Value, query: &str| {
        let path = format!("{}{query}", shop.path(link));
        let to = shop.browse("GET", &path, "");
        assert_eq!(to.status, 303, "{}", to.text);
        let id = to.header("location").unwrap().strip_prefix("/c/pay/").unwrap().to_owned();
        shop.world.get(&format!("/v1/checkout/sessions/{id}")).ok()
    };
    let session = visit(&limited, "?client_reference_id=u_7&prefilled_email=ada%40a.example&utm_source=mail");
    assert_ne!(session["id"], visit(&limited, "")["id"]);
    assert_eq!((&session["payment_link"], &session["metadata"]), (&limited["id"], &json!({"a": "1"})));
    assert_eq!((&session["client_reference_id"], &session["amount_total"]), (&json!("u_7"), &json!(2500)));
    assert!(shop.open(&session).text.contains("value=\"ada@a.example\""));
    let paid = shop.pay(&session, "4242424242424242", "");
    let thanks = format!("https://shop.example/thanks?id={}", text(&session["id"]));
    assert_eq!(paid.header("location"), Some(thanks.as_str()));
    let closed = shop.browse("GET", shop.path(&limited), "");
    assert!(closed.status == 410 && closed.text.contains("Sold out."), "{}", closed.text);
    let plain = link(
        "&after_completion[type]=hosted_confirmation&after_completion[hosted_confirmation][custom_message]=Merci!",
    );
    let session = visit(&plain, "");
    let paid = shop.pay(&session, "4242424242424242", "");
    let page = shop.browse("GET", paid.header("location").unwrap(), "");
    assert!(page.text.contains("Merci!"), "{}", page.text);
    shop.world.post(&format!("/v1/payment_links/{}", text(&plain["id"])), "active=false").ok();
    assert_eq!(shop.browse("GET", shop.path(&plain), "").status, 410);
    assert_eq!(shop.browse("GET", "/b/test_none", "").status, 404);
}
