//! Lists: from page to page, to the end, and never a part taken for the whole.

use billctl::stripe::Client;
use serde_json::{Value, json};

use super::client;
use super::fake::{Act, Fake, answer, ok};

fn page(ids: &[&str], has_more: bool) -> Act {
    let data: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    ok(json!({"object": "list", "data": data, "has_more": has_more}))
}

fn ids(objects: &[Value]) -> Vec<&str> {
    objects.iter().map(|object| object["id"].as_str().unwrap()).collect()
}

async fn refused(client: &Client, path: &str) -> String {
    client.reader().list(path, &Value::Null).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let fake = Fake::script([page(&["a", "b"], true), page(&["c"], true), page(&[], false)]).await;
    let params = json!({"active": true, "expand": ["data.tiers"]});
    let objects = client(&fake).reader().list("/v1/prices", &params).await.unwrap();

    assert_eq!(ids(&objects), ["a", "b", "c"]);
    assert_eq!(
        fake.lines(),
        [
            "GET /v1/prices?active=true&expand[0]=data.tiers&limit=100",
            "GET /v1/prices?active=true&expand[0]=data.tiers&limit=100&starting_after=b",
            "GET /v1/prices?active=true&expand[0]=data.tiers&limit=100&starting_after=c",
        ]
    );
}

#[tokio::test]
async fn a_search_is_followed_by_its_page() {
    let found = |page: Value, has_more: bool| {
        ok(json!({"object": "search_result", "data": [{"id": "a"}], "has_more": has_more, "next_page": page}))
    };
    let fake = Fake::script([found(json!("p2"), true), found(Value::Null, false)]).await;
    let params = json!({"query": "active:\"true\"", "limit": 1});
    let objects = client(&fake).reader().list("/v1/products/search", &params).await.unwrap();

    assert_eq!(objects.len(), 2);
    assert_eq!(fake.lines()[1], "GET /v1/products/search?query=active%3A%22true%22&limit=1&page=p2");
}

#[tokio::test]
async fn version_two_is_followed_by_its_url() {
    let fake = Fake::script([
        ok(json!({"data": [{"id": "a"}], "next_page_url": "/v2/core/events?page=x%2Fy&types[0]=z"})),
        ok(json!({"data": [{"id": "b"}], "next_page_url": null})),
    ])
    .await;
    let objects = client(&fake).reader().list("/v2/core/events", &Value::Null).await.unwrap();

    assert_eq!(ids(&objects), ["a", "b"]);
    assert_eq!(fake.lines(), ["GET /v2/core/events", "GET /v2/core/events?page=x%2Fy&types[0]=z"]);
}

#[tokio::test]
async fn a_page_that_failed_is_asked_for_again() {
    let fake = Fake::script([page(&["a"], true), answer(400, "{}"), page(&["b"], false)]).await;
    let mut pages = client(&fake).reader().pages("/v1/prices", &Value::Null);

    assert_eq!(ids(&pages.next().await.unwrap().unwrap()), ["a"]);
    pages.next().await.unwrap_err();
    assert_eq!(ids(&pages.next().await.unwrap().unwrap()), ["b"]);
    assert_eq!(pages.next().await.unwrap(), None);
    assert_eq!(fake.lines()[1], fake.lines()[2]);
}

#[tokio::test]
async fn a_list_that_contradicts_itself_is_an_error() {
    let search = json!({"object": "search_result", "data": [{"id": "a"}], "has_more": true});
    let elsewhere = json!({"data": [], "next_page_url": "https://evil.example/v2/x?page=2"});
    let fake = Fake::script([
        page(&[], true),
        ok(json!({"object": "list", "data": [{"id": "a"}]})),
        ok(json!({"object": "list", "data": [{"name": "a"}], "has_more": true})),
        ok(json!({"object": "product", "id": "a"})),
        ok(search),
        ok(elsewhere),
        page(&["a"], true),
        page(&["a"], true),
    ])
    .await;
    let client = client(&fake);
    assert!(refused(&client, "/v1/prices").await.contains("empty and says that there is more"));
    assert!(refused(&client, "/v1/prices").await.contains("has_more"));
    assert!(refused(&client, "/v1/prices").await.contains("`id` does not say where"));
    assert!(refused(&client, "/v1/prices").await.contains("no list called `data`"));
    assert!(refused(&client, "/v1/prices/search").await.contains("`next_page` does not say where"));
    assert!(refused(&client, "/v2/core/events").await.contains("does not lead on"));
    assert!(refused(&client, "/v1/prices").await.contains("does not come to an end"));
    assert_eq!(fake.lines().len(), 8);
}
