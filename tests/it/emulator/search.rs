//! Search.

use super::world::{World, ids};

#[test]
fn a_query_finds_what_it_describes() {
    let world = World::new();
    world.make("/v1/products", "name=Basic+plan&id=basic&metadata[tier]=1");
    world.make("/v1/products", "name=Pro+plan&id=pro&metadata[tier]=2&active=false");
    world.make("/v1/products", "name=Add-on&id=addon");
    let found = |query: &str| {
        let encoded = query.replace('"', "%22").replace(' ', "+");
        ids(&world.get(&format!("/v1/products/search?query={encoded}")).ok())
    };
    assert_eq!(found(r#"name~"plan""#), ["pro", "basic"]);
    assert_eq!(found(r#"name~"plan" AND active:"true""#), ["basic"]);
    assert_eq!(found(r#"metadata["tier"]:"2""#), ["pro"]);
    assert_eq!(found(r#"-metadata["tier"]:null"#), ["pro", "basic"]);
    assert_eq!(found(r#"metadata["tier"]:null"#), ["addon"]);
    assert_eq!(found(r#"name:"pro plan" OR name:"add-on""#), ["addon", "pro"]);
    world.get("/v1/products/search").refused(400, Some("parameter_missing"), Some("query"));
    world.get("/v1/products/search?query=price:1").refused(400, None, Some("query"));
    world.get("/v1/products/search?query=active:%22true%22&limit=0").refused(400, None, Some("limit"));
}

#[test]
fn results_come_in_pages() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    for amount in 0..7 {
        world.make("/v1/prices", &format!("product=a&currency=usd&unit_amount={amount}"));
    }
    let query = "/v1/prices/search?query=product:%22a%22&limit=3&expand[]=data.product";
    let mut page = String::new();
    let mut sizes = Vec::new();
    loop {
        let result = world.get(&format!("{query}{page}")).ok();
        assert_eq!(result["object"], "search_result");
        assert_eq!(result["data"][0]["product"]["name"], "A");
        sizes.push(ids(&result).len());
        if result["has_more"] == false {
            assert_eq!(result["next_page"], serde_json::Value::Null);
            break;
        }
        page = format!("&page={}", result["next_page"].as_str().unwrap());
    }
    assert_eq!(sizes, [3, 3, 1]);
    world.get(&format!("{query}&page=nowhere")).refused(400, None, Some("page"));
}

#[test]
fn customers_are_found_by_number_and_text() {
    let world = World::new();
    world.make("/v1/customers", "email=ada@example.com&name=Ada+Lovelace");
    world.pass(10);
    let bob = world.make("/v1/customers", "email=bob@example.com&name=Bob");
    let found =
        ids(&world.get("/v1/customers/search?query=created%3E1800000005+AND+email~%22example%22").ok());
    assert_eq!(found, [bob]);
}
