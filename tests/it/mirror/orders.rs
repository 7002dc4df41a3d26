//! Every order of arrival, any number of times, ends in the mirror that the true order makes, and in the truth.

use std::sync::Arc;

use billctl::billing::event::Event;
use fastrand::Rng;
use proptest::prelude::*;
use serde_json::Value;

use super::life::{Lives, lives};
use super::world::{World, add_read};

/// What comes in: an event, or an object that was fetched. It is read once, however often it comes.
#[derive(Clone)]
enum News {
    Event(Arc<(Event, Vec<u8>)>),
    Fetched(Arc<(String, i64, Value)>),
}

fn news(lives: &Lives) -> Vec<News> {
    let event = |event: &Value| {
        let body = event.to_string().into_bytes();
        News::Event(Arc::new((Event::read(&body).unwrap(), body)))
    };
    let fetched = lives.fetched.iter().cloned().map(|fetched| News::Fetched(Arc::new(fetched)));
    lives.events.iter().map(event).chain(fetched).collect()
}

/// Takes everything in, in batches of random sizes, each applied some events at a time or left for later.
fn take_in(news: &[News], rng: &mut Rng) -> World {
    let mut world = World::quick();
    let mut rest = news;
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(rng.usize(1..=rest.len().min(200)));
        rest = later;
        let events = batch.iter().filter_map(|news| match news {
            News::Event(event) => Some((&event.0, event.1.as_slice())),
            News::Fetched(_) => None,
        });
        add_read(&mut world.books, events).unwrap();
        if rng.bool() {
            world.apply(rng.usize(1..100));
        }
        for news in batch {
            if let News::Fetched(fetched) = news {
                let (kind, at, object) = &**fetched;
                world.fetch(kind, *at, std::slice::from_ref(object));
            }
        }
    }
    world.apply(rng.usize(1..300));
    world
}

fn shuffled(news: &[News], rng: &mut Rng) -> Vec<News> {
    let mut all = news.to_vec();
    for _ in 0..news.len() / 3 {
        all.push(rng.choice(news).unwrap().clone());
    }
    rng.shuffle(&mut all);
    all
}

fn check(seed: u64, orders: u64) {
    let lives = lives(seed, 50);
    let news = news(&lives);
    let in_order = take_in(&news, &mut Rng::with_seed(seed));
    for ((kind, id), truth) in &lives.truth {
        let held = in_order.body(kind, id);
        if truth.is_null() {
            assert_eq!(held["deleted"], true, "{kind} {id}");
        } else {
            assert_eq!(&held, truth, "{kind} {id}");
        }
    }
    for order in 0..orders {
        let mut rng = Rng::with_seed(seed ^ order.wrapping_mul(0x9e37_79b9));
        let world = take_in(&shuffled(&news, &mut rng), &mut rng);
        let (differing, rows) = world.compared_with(&in_order);
        assert!(differing.is_empty(), "order {order}: {differing:#?}");
        assert!(rows > lives.truth.len(), "order {order}: only {rows} rows");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, max_shrink_iters: 0, ..ProptestConfig::default() })]

    // 50 customers, each in an order of its own: 2,000 orders a run.
    #[test]
    fn every_order_ends_in_the_same_mirror(seed: u64) {
        check(seed, 4);
    }
}
