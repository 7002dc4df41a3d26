//! Every way in which the official clients write parameters.

use super::world::World;

#[track_caller]
fn check(world: &World, form: &str) {
    let product = world.post("/v1/products", form).ok();
    assert_eq!(
        product["images"],
        serde_json::json!(["https://a.example", "https://b.example/?x=1"]),
        "{form}"
    );
    assert_eq!(product["metadata"]["k"], "two words", "{form}");
}

#[test]
fn all_clients_are_understood() {
    let world = World::new();
    // Node, Python, the CLI, and Python's query style.
    check(
        &world,
        "name=A&images[0]=https://a.example&images[1]=https%3A%2F%2Fb.example%2F%3Fx%3D1&metadata[k]=two%20words",
    );
    check(&world, "name=A&images[]=https://a.example&images[]=https://b.example/?x=1&metadata[k]=two+words");
    check(
        &world,
        "name=A&images%5B%5D=https://a.example&images%5B%5D=https://b.example/?x=1&metadata%5Bk%5D=two+words",
    );
    check(
        &world,
        "name=A&images%5B1%5D=https://b.example/?x=1&images%5B0%5D=https://a.example&metadata%5Bk%5D=two%20words",
    );
}

#[test]
fn parameters_of_a_get_come_in_its_query() {
    let world = World::new();
    let id = world.make("/v1/products", "name=A");
    world.make("/v1/prices", &format!("product={id}&currency=usd&unit_amount=1"));
    for query in ["expand[]=data.product", "expand[0]=data.product", "expand%5B0%5D=data.product"] {
        let list = world.get(&format!("/v1/prices?{query}")).ok();
        assert_eq!(list["data"][0]["product"]["id"], id.as_str(), "{query}");
    }
}

#[test]
fn metadata_keys_may_look_like_indexes() {
    let world = World::new();
    let product = world.post("/v1/products", "name=A&metadata[0]=zero&metadata[7]=seven").ok();
    assert_eq!(product["metadata"], serde_json::json!({"0": "zero", "7": "seven"}));
}
