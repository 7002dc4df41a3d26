//! The client against the emulator: what goes wrong there, and what is read back.

use std::collections::BTreeSet;
use std::time::Duration;

use billctl::emulator::{self, FaultPlan, Server};
use billctl::stripe::error::{Outcome, StripeError};
use billctl::stripe::{Client, Limits, Options, Reply, SecretKey, segment};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::key;

/// An emulator and a client of it.
struct World {
    client: Client,
    server: Server,
    _folder: TempDir,
}

async fn world(faults: &str, limit: Option<u32>, limits: Limits) -> World {
    let folder = tempfile::tempdir().unwrap();
    let mut options = emulator::Options::new(folder.path().join("state.db"));
    options.faults = faults.parse::<FaultPlan>().unwrap();
    options.limits.all = limit;
    let server = emulator::serve(options).await.unwrap();
    let options = Options::new(server.base_url.parse().unwrap(), SecretKey::parse(&server.api_key).unwrap());
    let client = Client::new(Options {
        limits,
        timeout: Duration::from_millis(700),
        backoff_base: Duration::from_millis(1),
        ..options
    })
    .unwrap();
    World { client, server, _folder: folder }
}

async fn faulty(faults: &str) -> World {
    world(faults, None, Limits::NONE).await
}

impl World {
    async fn product(&self, name: &str) -> Result<Reply, StripeError> {
        let params = json!({"name": name});
        self.client.writer().post("/v1/products", &params, &key(&format!("run-{name}"))).await
    }

    async fn products(&self) -> Vec<Value> {
        self.client.reader().list("/v1/products", &Value::Null).await.unwrap()
    }

    async fn end(self) {
        self.server.stop().await;
    }
}

/// Makes a product while its first request goes wrong.
async fn check_post(fault: &str, attempts: u64, replayed: bool) {
    let world = faulty(&format!("POST /v1/products:nth=1:{fault}")).await;
    let reply = world.product("pro").await.unwrap();
    assert_eq!((world.client.stats().requests, reply.replayed), (attempts, replayed), "{fault}");
    assert_eq!(world.products().await, [reply.body], "{fault}");
    world.end().await;
}

#[tokio::test]
async fn whatever_goes_wrong_a_product_is_made_once() {
    check_post("delay=50", 1, false).await;
    check_post("429-all", 2, false).await;
    check_post("429-endpoint", 2, false).await;
    check_post("429-lock", 2, false).await;
    check_post("409", 2, false).await;
    check_post("500-before", 2, false).await;
    check_post("500-after", 2, true).await;
    check_post("502", 2, false).await;
    check_post("cut-before", 2, false).await;
    check_post("cut-after", 2, true).await;
    check_post("stall-before", 2, false).await;
    check_post("stall-after", 2, true).await;
    check_post("twice", 1, true).await;
}

#[tokio::test]
async fn a_failure_that_is_kept_is_in_doubt_and_not_asked_for_again() {
    let world = faulty("POST /v1/products:nth=1:500-kept").await;
    let error = world.product("pro").await.unwrap_err();
    assert_eq!((error.outcome(), error.status()), (Outcome::Unknown, Some(500)));
    assert_eq!(world.client.stats().requests, 2);
    assert!(error.api().unwrap().replayed);
    world.end().await;
}

/// Deletes a product while the first request to do so goes wrong.
async fn check_delete(fault: &str, already_gone: bool) {
    let world = faulty(&format!("DELETE /v1/products/*:nth=1:{fault}")).await;
    let product = world.product("pro").await.unwrap().body;
    let path = format!("/v1/products/{}", product["id"].as_str().unwrap());
    let reply = world.client.writer().delete(&path).await.unwrap();
    assert_eq!(reply.already_gone, already_gone, "{fault}");
    assert_eq!(world.products().await, Vec::<Value>::new(), "{fault}");
    let again = world.client.writer().delete(&path).await.unwrap_err();
    assert!(again.is_missing(), "{again}");
    world.end().await;
}

#[tokio::test]
async fn whatever_goes_wrong_a_product_is_deleted() {
    check_delete("429-all", false).await;
    check_delete("429-lock", false).await;
    check_delete("500-before", false).await;
    check_delete("500-after", true).await;
    check_delete("502", false).await;
    check_delete("cut-before", false).await;
    check_delete("cut-after", true).await;
    check_delete("stall-after", true).await;
}

#[tokio::test]
async fn what_was_written_is_what_is_read() {
    let world = faulty("").await;
    let id = "pro/mé &=%+?#";
    let params = json!({
        "id": id,
        "name": "Größe & \"mehr\" = 100 % + 1",
        "images": ["https://billctl.example/a?b=c&d=[e]", "https://billctl.example/2"],
        "metadata": {"a key&=%": "ä\nü", "gone": "soon"},
        "default_price_data": {"currency": "usd", "unit_amount": 4900, "recurring": {"interval": "month"}},
        "expand": ["default_price"],
    });
    let made = world.client.writer().post("/v1/products", &params, &key("make")).await.unwrap().body;
    assert_eq!(made["default_price"]["recurring"]["interval"], "month");

    let path = format!("/v1/products/{}", segment(id));
    let change = json!({"images": [], "metadata": {"gone": null}, "description": ""});
    world.client.writer().post(&path, &change, &key("change")).await.unwrap();
    let read = world.client.reader().get(&path, &Value::Null).await.unwrap();
    assert_eq!(read["id"], id);
    assert_eq!(read["name"], params["name"]);
    assert_eq!(read["images"], json!([]));
    assert_eq!(read["metadata"], json!({"a key&=%": "ä\nü"}));
    assert_eq!(read["description"], Value::Null);
    world.end().await;
}

#[tokio::test]
async fn a_long_list_is_read_whole_through_faults() {
    let world = faulty("GET /v1/products:every=2:cut-after").await;
    let mut made = BTreeSet::new();
    for number in 0..230 {
        let id = format!("p{number:03}");
        let params = json!({"id": id, "name": id});
        world.client.writer().post("/v1/products", &params, &key(&id)).await.unwrap();
        made.insert(id);
    }
    let before = world.client.stats();
    let products = world.products().await;
    let read: BTreeSet<String> =
        products.iter().map(|product| product["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((products.len(), read), (230, made));
    let after = world.client.stats();
    assert_eq!((after.requests - before.requests, after.retries - before.retries), (5, 2));
    world.end().await;
}

/// Makes products side by side and returns how many answers asked for fewer requests.
async fn flood(world: &World, count: usize) -> u64 {
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let writer = world.client.writer();
        tasks.spawn(async move {
            let id = format!("p{number}");
            writer.post("/v1/products", &json!({"id": id, "name": id}), &key(&id)).await
        });
    }
    while let Some(reply) = tasks.join_next().await {
        assert!(!reply.unwrap().unwrap().replayed);
    }
    assert_eq!(world.products().await.len(), count);
    world.client.stats().rate_limited
}

#[tokio::test]
async fn a_known_limit_is_not_met_and_an_unknown_one_reaches_nobody() {
    let known = Limits { global_per_second: Some(50), ..Limits::NONE };
    let world_with_known = world("", Some(50), known).await;
    assert_eq!(flood(&world_with_known, 100).await, 0);
    world_with_known.end().await;

    let world = world("", Some(50), Limits::NONE).await;
    assert!(flood(&world, 100).await > 0);
    world.end().await;
}
