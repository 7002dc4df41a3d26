//! What was acknowledged stays: across restarts, crashes, and servers that share one state.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use billctl::emulator::{self, Options};

use super::world::{World, ids};

/// All products, page by page.
fn all(world: &World) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let after = all.last().map_or(String::new(), |id| format!("&starting_after={id}"));
        let list = world.get(&format!("/v1/products?limit=100{after}")).ok();
        all.extend(ids(&list));
        if list["has_more"] == false {
            return all;
        }
    }
}

#[test]
fn everything_survives_a_restart() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a&metadata[k]=v");
    let price = world.make(
        "/v1/prices",
        "product=a&currency=usd&unit_amount=5&lookup_key=k&currency_options[eur][unit_amount]=4",
    );
    let before = (
        all(&world),
        world.get(&format!("/v1/prices/{price}?expand[]=currency_options")).ok(),
        world.events(),
    );
    let world = world.restarted();
    let after = (
        all(&world),
        world.get(&format!("/v1/prices/{price}?expand[]=currency_options")).ok(),
        world.events(),
    );
    assert_eq!(before, after);
    world.post("/v1/prices", "product=a&currency=usd&unit_amount=5&lookup_key=k").refused(
        400,
        None,
        Some("lookup_key"),
    );
}

#[test]
fn many_writers_share_few_commits() {
    let world = World::new();
    std::thread::scope(|scope| {
        for writer in 0..16 {
            let world = &world;
            scope.spawn(move || {
                for n in 0..20 {
                    world
                        .ask("POST", "/v1/products")
                        .form("name=A")
                        .key(&format!("{writer}-{n}"))
                        .send()
                        .ok();
                }
            });
        }
    });
    let made = all(&world);
    assert_eq!(made.iter().collect::<HashSet<_>>().len(), 320);
    let status = world.status();
    assert_eq!(status["objects"]["product"], 320);
    assert!(status["commits"].as_u64().unwrap() < 320, "{status}");
}

#[test]
fn one_writers_failure_leaves_the_others_alone() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=taken");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..24)
            .map(|n| {
                let world = &world;
                let form = if n % 2 == 0 { format!("name=B&id=p{n}") } else { "name=B&id=taken".to_owned() };
                scope.spawn(move || world.post("/v1/products", &form).status)
            })
            .collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (n, status) in statuses.into_iter().enumerate() {
        assert_eq!(status, if n % 2 == 0 { 200 } else { 400 }, "{n}");
    }
    assert_eq!(all(&world).len(), 13);
}

#[test]
fn two_servers_of_one_state_see_each_others_work() {
    let world = World::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let other = runtime.block_on(emulator::serve(Options::new(world.path()))).unwrap();
    let there = |method: &str, target: &str| world.ask(method, target).at(&other.base_url);
    assert_eq!(other.api_key, world.api_key);
    world.make("/v1/products", "name=A&id=a");
    assert_eq!(there("GET", "/v1/products/a").send().ok()["name"], "A");
    // A key used at one is known at the other.
    let first = world
        .ask("POST", "/v1/prices")
        .form("product=a&currency=usd&unit_amount=5&lookup_key=k")
        .key("k")
        .send();
    let replay =
        there("POST", "/v1/prices").form("product=a&currency=usd&unit_amount=5&lookup_key=k").key("k").send();
    assert_eq!((&replay.text, replay.header("idempotent-replayed")), (&first.text, Some("true")));
    there("POST", "/v1/prices").form("product=a&currency=usd&unit_amount=5&lookup_key=k").send().refused(
        400,
        None,
        Some("lookup_key"),
    );
    // Both write at once.
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let (world, there) = (&world, &there);
            scope.spawn(move || {
                for _ in 0..10 {
                    let ask = if writer % 2 == 0 {
                        world.ask("POST", "/v1/products")
                    } else {
                        there("POST", "/v1/products")
                    };
                    ask.form("name=B").send().ok();
                }
            });
        }
    });
    assert_eq!(all(&world).len(), 81);
    runtime.block_on(other.stop());
}

#[test]
fn a_killed_server_keeps_what_it_acknowledged() {
    let shop = crate::support::Shop::new();
    for round in 0..3 {
        let emulator = shop.emulator();
        let acknowledged = Mutex::new(Vec::new());
        let stop = Arc::new(AtomicBool::new(false));
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let (emulator, acknowledged, stop) = (&emulator, &acknowledged, Arc::clone(&stop));
                scope.spawn(move || {
                    let mut n = 0;
                    while !stop.load(Ordering::Relaxed) {
                        let id = format!("r{round}w{writer}n{n}");
                        let ask =
                            World::ask_at(&emulator.base_url, &emulator.api_key, "POST", "/v1/products");
                        match ask.form(&format!("name=A&id={id}")).try_connect() {
                            Some(answer) if answer.status == 200 => acknowledged.lock().unwrap().push(id),
                            _ => return,
                        }
                        n += 1;
                    }
                });
            }
            while acknowledged.lock().unwrap().len() < 150 {
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            let pid = emulator.pid().to_string();
            assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
            stop.store(true, Ordering::Relaxed);
        });
        drop(emulator);
        let again = shop.emulator();
        for id in acknowledged.into_inner().unwrap() {
            let path = format!("/v1/products/{id}");
            assert_eq!(
                World::ask_at(&again.base_url, &again.api_key, "GET", &path).send().status,
                200,
                "{id} is lost"
            );
        }
    }
}
