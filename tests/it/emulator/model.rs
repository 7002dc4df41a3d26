//! Random work on prices, held against a model that is too simple to be wrong.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::world::{Answer, World, ids, text};

#[derive(Debug, Clone)]
enum Step {
    /// A price with a lookup key or none, taking it over or not.
    Create {
        key: Option<u8>,
        transfer: bool,
    },
    /// Gives the n-th price a lookup key.
    Key {
        price: usize,
        key: Option<u8>,
        transfer: bool,
    },
    Active {
        price: usize,
        active: bool,
    },
    /// Makes the n-th price the default of the product.
    Default {
        price: usize,
    },
    Undefault,
    /// The same creation again, with the key of an earlier one.
    Replay {
        creation: usize,
    },
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = prop::option::of(0..4u8);
    let step = prop_oneof![
        4 => (key.clone(), any::<bool>()).prop_map(|(key, transfer)| Step::Create { key, transfer }),
        3 => (any::<usize>(), key, any::<bool>()).prop_map(|(price, key, transfer)| Step::Key { price, key, transfer }),
        3 => (any::<usize>(), any::<bool>()).prop_map(|(price, active)| Step::Active { price, active }),
        1 => any::<usize>().prop_map(|price| Step::Default { price }),
        1 => Just(Step::Undefault),
        2 => any::<usize>().prop_map(|creation| Step::Replay { creation }),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..30)
}

#[derive(Debug, Clone, PartialEq)]
struct Price {
    active: bool,
    key: Option<u8>,
}

#[derive(Default)]
struct Model {
    /// Oldest first.
    prices: Vec<(String, Price)>,
    default: Option<String>,
    /// Form and answer of each creation, by the number that its idempotency key is made of.
    creations: Vec<(String, Answer)>,
}

impl Model {
    fn holder(&self, key: u8) -> Option<usize> {
        self.prices.iter().position(|(_, price)| price.key == Some(key))
    }

    /// Gives a lookup key to a price, or says that another holds it.
    fn give(&mut self, key: Option<u8>, taker: Option<usize>, transfer: bool) -> bool {
        let holder = key.and_then(|key| self.holder(key)).filter(|holder| Some(*holder) != taker);
        match holder {
            Some(_) if !transfer => return false,
            Some(holder) => self.prices[holder].1.key = None,
            None => {}
        }
        true
    }
}

fn form(key: Option<u8>, transfer: bool) -> String {
    let key = key.map_or(String::new(), |key| format!("&lookup_key=k{key}"));
    format!("product=a&currency=usd&unit_amount=1&transfer_lookup_key={transfer}{key}")
}

fn take(world: World, model: &mut Model, step: Step) -> World {
    let chosen = |index: usize, model: &Model| (!model.prices.is_empty()).then(|| index % model.prices.len());
    match step {
        Step::Create { key, transfer } => {
            let number = model.creations.len();
            let form = form(key, transfer);
            let answer = world.ask("POST", "/v1/prices").form(&form).key(&format!("c{number}")).send();
            if model.give(key, None, transfer) {
                let id = text(&answer.ok()["id"]);
                model.prices.push((id, Price { active: true, key }));
            } else {
                answer.refused(400, None, Some("lookup_key"));
            }
            model.creations.push((form, answer));
        }
        Step::Replay { creation } if !model.creations.is_empty() => {
            let number = creation % model.creations.len();
            let (form, first) = &model.creations[number];
            let again = world.ask("POST", "/v1/prices").form(form).key(&format!("c{number}")).send();
            assert_eq!((again.status, &again.text), (first.status, &first.text));
        }
        Step::Key { price, key, transfer } => {
            let Some(index) = chosen(price, model) else { return world };
            let key_form = key.map_or("lookup_key=".to_owned(), |key| format!("lookup_key=k{key}"));
            let path = format!("/v1/prices/{}", model.prices[index].0);
            let answer = world.post(&path, &format!("{key_form}&transfer_lookup_key={transfer}"));
            if model.give(key, Some(index), transfer) {
                answer.ok();
                model.prices[index].1.key = key;
            } else {
                answer.refused(400, None, Some("lookup_key"));
            }
        }
        Step::Active { price, active } => {
            let Some(index) = chosen(price, model) else { return world };
            let (id, known) = &mut model.prices[index];
            let answer = world.post(&format!("/v1/prices/{id}"), &format!("active={active}"));
            if !active && model.default.as_ref() == Some(id) {
                answer.refused(400, None, None);
            } else {
                answer.ok();
                known.active = active;
            }
        }
        Step::Default { price } => {
            let Some(index) = chosen(price, model) else { return world };
            let (id, known) = &model.prices[index];
            let answer = world.post("/v1/products/a", &format!("default_price={id}"));
            if known.active {
                answer.ok();
                model.default = Some(id.clone());
            } else {
                answer.refused(400, None, Some("default_price"));
            }
        }
        Step::Undefault => {
            world.post("/v1/products/a", "default_price=").ok();
            model.default = None;
        }
        Step::Restart => return world.restarted(),
        Step::Replay { .. } => {}
    }
    world
}

fn compare(world: &World, model: &Model) {
    let listed = |active: bool| -> BTreeMap<String, Option<String>> {
        let list = world.get(&format!("/v1/prices?limit=100&active={active}")).ok();
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|price| (text(&price["id"]), price["lookup_key"].as_str().map(str::to_owned)))
            .collect()
    };
    for active in [true, false] {
        let expected: BTreeMap<String, Option<String>> = model
            .prices
            .iter()
            .filter(|(_, price)| price.active == active)
            .map(|(id, price)| (id.clone(), price.key.map(|key| format!("k{key}"))))
            .collect();
        assert_eq!(listed(active), expected);
    }
    for key in 0..4 {
        let holder = model.holder(key).map(|index| &model.prices[index]);
        let active = holder.is_none_or(|(_, price)| price.active);
        let found = ids(&world.get(&format!("/v1/prices?lookup_keys[]=k{key}&active={active}")).ok());
        assert_eq!(found.first(), holder.map(|(id, _)| id));
    }
    assert_eq!(world.get("/v1/products/a").ok()["default_price"].as_str(), model.default.as_deref());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_work_ends_as_the_model_says(steps in steps()) {
        let mut world = World::new();
        world.make("/v1/products", "name=A&id=a");
        let mut model = Model::default();
        for step in steps {
            world = take(world, &mut model, step);
        }
        compare(&world, &model);
    }
}
