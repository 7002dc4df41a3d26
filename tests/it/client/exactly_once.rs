//! A write is carried out once, or the client says that it may not have been: against a model of Stripe's
//! idempotency that fails in every way, in any order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use billctl::stripe::error::Outcome;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fake::{Act, Asked, Fake, answer, ok};
use super::{client, key};

/// How one request fares.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Well,
    LostBefore,
    LostAfter,
    CutAfter,
    LimitedBefore,
    LockedBefore,
    /// Fails before Stripe begins to work: nothing is kept under the key.
    FailsBefore,
    /// Fails in the middle, with the work done: the failure is kept under the key.
    FailsAfter,
    /// Somebody who is not Stripe answers in its place.
    StrangerBefore,
    StrangerAfter,
    KeyRevoked,
    Invalid,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    use Fate::*;
    let fate = prop_oneof![
        3 => Just(Well),
        3 => Just(LostBefore),
        3 => Just(LostAfter),
        2 => Just(CutAfter),
        2 => Just(LimitedBefore),
        1 => Just(LockedBefore),
        2 => Just(FailsBefore),
        2 => Just(FailsAfter),
        1 => Just(StrangerBefore),
        1 => Just(StrangerAfter),
        1 => Just(KeyRevoked),
        1 => Just(Invalid),
    ];
    prop::collection::vec(fate, 0..10)
}

/// What the model holds.
#[derive(Default)]
struct Shop {
    /// Answers by idempotency key.
    kept: HashMap<String, Act>,
    /// How often a product was made.
    made: u32,
    /// Whether the product to be deleted is gone.
    gone: bool,
}

fn no(status: u16, code: &str) -> Act {
    let act =
        answer(status, json!({"error": {"type": "invalid_request_error", "code": code, "message": "No."}}));
    if status == 429 { act.with("stripe-rate-limited-reason", "resource-specific") } else { act }
}

impl Shop {
    /// Carries a request out, or repeats the answer of the one before it.
    fn carry_out(&mut self, asked: &Asked, fails: bool) -> Act {
        if asked.method == "DELETE" {
            let found = !std::mem::replace(&mut self.gone, true);
            return if fails {
                no(500, "internal")
            } else if found {
                ok(r#"{"deleted": true}"#)
            } else {
                no(404, "resource_missing")
            };
        }
        let key = asked.header("idempotency-key").unwrap().to_owned();
        if let Some(kept) = self.kept.get(&key) {
            return kept.clone().with("idempotent-replayed", "true");
        }
        self.made += 1;
        let answer = if fails { no(500, "internal") } else { ok(r#"{"id": "prod_1"}"#) };
        self.kept.insert(key, answer.clone());
        answer
    }

    fn answer(&mut self, asked: &Asked, fate: Fate) -> Act {
        match fate {
            Fate::Well => self.carry_out(asked, false),
            Fate::LostBefore => Act::Hangup,
            Fate::LostAfter => {
                self.carry_out(asked, false);
                Act::Hangup
            }
            Fate::CutAfter => {
                self.carry_out(asked, false);
                Act::CutBody
            }
            Fate::LimitedBefore => no(429, "rate_limit"),
            Fate::LockedBefore => no(429, "lock_timeout"),
            Fate::FailsBefore => no(503, "unavailable"),
            Fate::FailsAfter => self.carry_out(asked, true),
            Fate::StrangerBefore => answer(403, "<html>"),
            Fate::StrangerAfter => {
                self.carry_out(asked, false);
                answer(502, "<html>")
            }
            Fate::KeyRevoked => no(401, "api_key_expired"),
            // Parameters that are wrong were wrong the first time too.
            Fate::Invalid if self.made > 0 || self.gone => self.carry_out(asked, false),
            Fate::Invalid => no(400, "parameter_invalid"),
        }
    }
}

async fn server(fates: Vec<Fate>) -> (Fake, Arc<Mutex<Shop>>) {
    let shop = Arc::new(Mutex::new(Shop::default()));
    let model = Arc::clone(&shop);
    let mut fates = fates.into_iter();
    let fake = Fake::play(move |asked| {
        let fate = fates.next().unwrap_or(Fate::Well);
        model.lock().unwrap().answer(asked, fate)
    })
    .await;
    (fake, shop)
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_post_happens_once_or_is_in_doubt(fates in fates()) {
        run(async {
            let (fake, shop) = server(fates).await;
            let result = client(&fake).writer().post("/v1/products", &Value::Null, &key("run-1")).await;
            let made = shop.lock().unwrap().made;
            match result.map_err(|error| error.outcome()) {
                Ok(reply) => assert_eq!((made, &reply.body["id"]), (1, &json!("prod_1"))),
                Err(Outcome::NotDone) => assert_eq!(made, 0),
                Err(Outcome::Unknown) => assert!(made <= 1),
            }
        });
    }

    #[test]
    fn a_delete_happens_or_is_in_doubt(fates in fates()) {
        run(async {
            let (fake, shop) = server(fates).await;
            let result = client(&fake).writer().delete("/v1/products/prod_1").await;
            let gone = shop.lock().unwrap().gone;
            match result.map_err(|error| error.outcome()) {
                Ok(_) => assert!(gone),
                Err(Outcome::NotDone) => assert!(!gone),
                Err(Outcome::Unknown) => {}
            }
        });
    }
}
