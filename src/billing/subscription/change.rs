//! From what a subscription charges to what it is to charge: the items of an update.

use serde_json::{Value, json};
use thiserror::Error;

use super::SeenItem;

/// A price that a subscription is to charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub price: String,
    pub metered: bool,
}

/// What becomes of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemChange {
    /// Its price, its quantity, or both.
    Move {
        item: String,
        price: String,
        /// None where usage decides.
        quantity: Option<i64>,
    },
    Add {
        price: String,
    },
    Remove {
        item: String,
    },
}

/// Why it can't be told which item is to change.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoChange {
    #[error("it charges several prices: {}", .0.join(", "))]
    Several(Vec<String>),
    #[error("nothing of what it charges has a quantity")]
    NoQuantity,
    #[error("what is wanted has no price of its own")]
    NothingWanted,
}

/// The items of the change from `current` to `wanted`; none where it is so already. The item that isn't metered takes the
/// new price and keeps its quantity unless another is given; metered prices are added and removed as the new plan has them.
///
/// # Errors
/// [`NoChange`]
pub fn changes(
    current: &[SeenItem<'_>],
    wanted: &[Wanted],
    quantity: Option<i64>,
) -> Result<Vec<ItemChange>, NoChange> {
    let main = wanted.iter().find(|one| !one.metered);
    let licensed: Vec<&SeenItem<'_>> = current.iter().filter(|item| !item.metered).collect();
    let mut changes = Vec::new();
    match (main, licensed.as_slice()) {
        (_, [_, _, ..]) => {
            return Err(NoChange::Several(licensed.iter().map(|item| item.price.to_owned()).collect()));
        }
        (None, _) if quantity.is_some() => return Err(NoChange::NoQuantity),
        (None, _) if wanted.is_empty() => return Err(NoChange::NothingWanted),
        (Some(main), [item]) => {
            let number = quantity.or(item.quantity).unwrap_or(1);
            if item.price != main.price || item.quantity != Some(number) {
                changes.push(ItemChange::Move {
                    item: item.id.to_owned(),
                    price: main.price.clone(),
                    quantity: Some(number),
                });
            }
        }
        (Some(main), []) => changes.push(ItemChange::Add { price: main.price.clone() }),
        (None, items) => {
            changes.extend(items.iter().map(|item| ItemChange::Remove { item: item.id.to_owned() }));
        }
    }
    let metered = || current.iter().filter(|item| item.metered);
    for item in metered().filter(|item| wanted.iter().all(|one| one.price != item.price)) {
        changes.push(ItemChange::Remove { item: item.id.to_owned() });
    }
    for one in wanted.iter().filter(|one| one.metered) {
        if metered().all(|item| item.price != one.price) {
            changes.push(ItemChange::Add { price: one.price.clone() });
        }
    }
    Ok(changes)
}

/// `items` of an update, as Stripe takes them.
pub fn params(changes: &[ItemChange]) -> Value {
    let item = |change: &ItemChange| match change {
        ItemChange::Move { item, price, quantity: Some(quantity) } => {
            json!({"id": item, "price": price, "quantity": quantity})
        }
        ItemChange::Move { item, price, quantity: None } => json!({"id": item, "price": price}),
        ItemChange::Add { price } => json!({"price": price}),
        ItemChange::Remove { item } => json!({"id": item, "deleted": true}),
    };
    Value::Array(changes.iter().map(item).collect())
}

/// The items of a phase that has the changes behind it: a schedule names prices, and no items.
pub fn phase_items(current: &[SeenItem<'_>], changes: &[ItemChange]) -> Value {
    let line = |price: &str, quantity: Option<i64>| match quantity {
        Some(quantity) => json!({"price": price, "quantity": quantity}),
        None => json!({"price": price}),
    };
    let mut items: Vec<Value> = Vec::new();
    for item in current {
        let change = changes.iter().find(|change| match change {
            ItemChange::Move { item: id, .. } | ItemChange::Remove { item: id } => id == item.id,
            ItemChange::Add { .. } => false,
        });
        match change {
            Some(ItemChange::Move { price, quantity, .. }) => items.push(line(price, *quantity)),
            Some(ItemChange::Remove { .. }) => {}
            Some(ItemChange::Add { .. }) | None => items.push(line(item.price, item.quantity)),
        }
    }
    for change in changes {
        if let ItemChange::Add { price } = change {
            items.push(line(price, None));
        }
    }
    Value::Array(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item<'a>(id: &'a str, price: &'a str, quantity: Option<i64>) -> SeenItem<'a> {
        SeenItem {
            id,
            price,
            product: None,
            lookup_key: None,
            quantity,
            metered: quantity.is_none(),
            unit_amount: None,
            currency: "usd",
            interval: Some("month"),
            interval_count: 1,
            period_start: None,
            period_end: None,
        }
    }

    fn wanted(prices: &[(&str, bool)]) -> Vec<Wanted> {
        prices
            .iter()
            .map(|(price, metered)| Wanted { price: (*price).to_owned(), metered: *metered })
            .collect()
    }

    #[track_caller]
    fn check(current: &[SeenItem<'_>], prices: &[(&str, bool)], quantity: Option<i64>, expected: Value) {
        let found = changes(current, &wanted(prices), quantity).unwrap();
        assert_eq!(params(&found), expected);
    }

    #[test]
    fn the_price_moves_and_the_quantity_stays() {
        let now = [item("si_1", "a", Some(5))];
        check(&now, &[("b", false)], None, json!([{"id": "si_1", "price": "b", "quantity": 5}]));
        check(&now, &[("b", false)], Some(2), json!([{"id": "si_1", "price": "b", "quantity": 2}]));
        check(&now, &[("a", false)], Some(6), json!([{"id": "si_1", "price": "a", "quantity": 6}]));
        check(&now, &[("a", false)], None, json!([]));
        check(&now, &[("a", false)], Some(5), json!([]));
    }

    #[test]
    fn metered_prices_come_and_go_with_the_plan() {
        let now = [item("si_1", "a", Some(1)), item("si_2", "m", None), item("si_3", "old", None)];
        check(
            &now,
            &[("b", false), ("m", true), ("new", true)],
            None,
            json!([
                {"id": "si_1", "price": "b", "quantity": 1},
                {"id": "si_3", "deleted": true},
                {"price": "new"}
            ]),
        );
        check(
            &now,
            &[("pay", true)],
            None,
            json!([
                {"id": "si_1", "deleted": true},
                {"id": "si_2", "deleted": true},
                {"id": "si_3", "deleted": true},
                {"price": "pay"}
            ]),
        );
    }

    #[test]
    fn what_is_not_clear_is_not_guessed() {
        let two = [item("si_1", "a", Some(1)), item("si_2", "b", Some(1))];
        assert_eq!(
            changes(&two, &wanted(&[("c", false)]), None),
            Err(NoChange::Several(vec!["a".to_owned(), "b".to_owned()]))
        );
        assert_eq!(
            changes(&[item("si_1", "m", None)], &wanted(&[("m", true)]), Some(2)),
            Err(NoChange::NoQuantity)
        );
        assert_eq!(changes(&two[..1], &[], None), Err(NoChange::NothingWanted));
    }

    #[test]
    fn a_phase_has_what_the_change_leaves() {
        let now = [item("si_1", "a", Some(2)), item("si_2", "m", None), item("si_3", "old", None)];
        let found = changes(&now, &wanted(&[("b", false), ("m", true), ("new", true)]), None).unwrap();
        assert_eq!(
            phase_items(&now, &found),
            json!([{"price": "b", "quantity": 2}, {"price": "m"}, {"price": "new"}])
        );
        assert_eq!(
            phase_items(&now, &[]),
            json!([{"price": "a", "quantity": 2}, {"price": "m"}, {"price": "old"}])
        );
    }
}
