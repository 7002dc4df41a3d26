//! In which order changes of one second were made: each says what was there before it.

use serde_json::{Map, Value};

use crate::billing::event::Content;

/// Of more than so many changes in one second the order is not looked for.
const MOST: usize = 10;

/// How two versions are held to be neighbours.
#[derive(Debug, Clone, Copy)]
enum Fit {
    /// The later one without its change is the earlier one.
    Whole,
    /// What the later one changed was in the earlier one as it says.
    Changed,
}

/// The object with which all orders end in which each change follows on the one before it, the first of them on
/// `start` if that is known. `None` if there is no such order, or if two of them end with different objects.
pub(super) fn end<'a>(start: Option<&Value>, changes: &[&'a Content]) -> Option<&'a Value> {
    [Fit::Whole, Fit::Changed].into_iter().find_map(|fit| end_by(fit, start, changes))
}

fn end_by<'a>(fit: Fit, start: Option<&Value>, changes: &[&'a Content]) -> Option<&'a Value> {
    let count = changes.len();
    if count == 0 || count > MOST {
        return None;
    }
    let befores: Vec<Value> = changes.iter().map(|change| before(change)).collect();
    let follows = |later: usize, earlier: &Value| match fit {
        Fit::Whole => befores.get(later).is_some_and(|before| same(before, earlier)),
        Fit::Changed => changes.get(later).is_some_and(|change| change.follows(earlier)),
    };
    let all = (1_usize << count) - 1;
    // For each set of changes, as bits: with which of them an order of the set can end, as bits.
    let mut ends = vec![0_usize; all + 1];
    for set in 1..=all {
        let members = || (0..count).filter(move |member| set & (1 << member) != 0);
        let mut found = 0;
        for last in members() {
            let rest = set & !(1 << last);
            let can_end = match rest {
                0 => start.is_none_or(|start| follows(last, start)),
                _ => {
                    let before_last = ends.get(rest).copied().unwrap_or(0);
                    (0..count)
                        .filter(|earlier| before_last & (1 << earlier) != 0)
                        .filter_map(|earlier| changes.get(earlier))
                        .any(|earlier| follows(last, &earlier.object))
                }
            };
            found |= usize::from(can_end) << last;
        }
        if let Some(of_set) = ends.get_mut(set) {
            *of_set = found;
        }
    }
    let last = ends.get(all).copied().unwrap_or(0);
    let mut objects = changes
        .iter()
        .enumerate()
        .filter(|(index, _)| last & (1 << index) != 0)
        .map(|(_, change)| &change.object);
    let first = objects.next()?;
    objects.all(|other| same(first, other)).then_some(first)
}

/// The object as it was before a change.
pub(super) fn before(change: &Content) -> Value {
    let mut object = change.object.clone();
    undo(&mut object, &Value::Object(change.previous_attributes.clone()));
    object
}

/// `previous_attributes` holds of a nested hash only the keys that changed, so it is walked as deep as it goes.
fn undo(object: &mut Value, previous: &Value) {
    match (object, previous) {
        (Value::Object(object), Value::Object(previous)) => {
            for (name, previous) in previous {
                undo(object.entry(name).or_insert(Value::Null), previous);
            }
        }
        (Value::Array(object), Value::Array(previous)) if object.len() == previous.len() => {
            for (object, previous) in object.iter_mut().zip(previous) {
                undo(object, previous);
            }
        }
        (object, previous) => *object = previous.clone(),
    }
}

/// Whether two objects say the same; a field that is null says no more than one that is not there.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let within = |one: &Map<String, Value>, other: &Map<String, Value>| {
                one.iter().all(|(name, value)| same(value, other.get(name).unwrap_or(&Value::Null)))
            };
            within(one, other) && other.iter().all(|(name, value)| value.is_null() || one.contains_key(name))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn change(object: Value, previous: Value) -> Content {
        Content { object, previous_attributes: previous.as_object().cloned().unwrap_or_default() }
    }

    fn ends(start: Option<Value>, changes: &[Content], expected: Option<Value>) {
        let mut turned: Vec<&Content> = changes.iter().collect();
        for _ in 0..changes.len() {
            turned.rotate_left(1);
            assert_eq!(end(start.as_ref(), &turned), expected.as_ref(), "{turned:?}");
        }
    }

    #[test]
    fn what_goes_to_and_fro_ends_where_it_began() {
        let changes = [
            change(json!({"s": "past_due"}), json!({"s": "active"})),
            change(json!({"s": "active"}), json!({"s": "past_due"})),
        ];
        ends(Some(json!({"s": "active"})), &changes, Some(json!({"s": "active"})));
        ends(Some(json!({"s": "past_due"})), &changes, Some(json!({"s": "past_due"})));
        // It could have begun with either.
        ends(None, &changes, None);
        // With neither: a version is missing.
        ends(Some(json!({"s": "unpaid"})), &changes, None);
    }

    #[test]
    fn what_else_changed_tells_where_it_began() {
        let changes = [
            change(json!({"s": "active", "n": 2}), json!({"n": 1})),
            change(json!({"s": "past_due", "n": 2}), json!({"s": "active"})),
            change(json!({"s": "active", "n": 2, "m": null}), json!({"s": "past_due"})),
        ];
        ends(Some(json!({"s": "active", "n": 1})), &changes, Some(json!({"s": "active", "n": 2, "m": null})));
    }

    #[test]
    fn two_fields_that_each_go_to_and_fro_are_told_apart_by_the_rest_of_the_object() {
        let changes = [
            change(json!({"s": "b", "n": 1}), json!({"s": "a"})),
            change(json!({"s": "b", "n": 2}), json!({"n": 1})),
            change(json!({"s": "a", "n": 2}), json!({"s": "b"})),
            change(json!({"s": "a", "n": 1}), json!({"n": 2})),
        ];
        ends(Some(json!({"s": "a", "n": 1})), &changes, Some(json!({"s": "a", "n": 1})));
        ends(Some(json!({"s": "b", "n": 2})), &changes, Some(json!({"s": "b", "n": 2})));
    }

    #[test]
    fn what_is_told_in_part_is_enough_if_it_fits_in_one_way() {
        // `seen` changed too, and nobody says so.
        let changes = [
            change(json!({"s": "b", "seen": 5}), json!({"s": "a"})),
            change(json!({"s": "a", "seen": 6}), json!({"s": "b"})),
        ];
        ends(Some(json!({"s": "a", "seen": 1})), &changes, Some(json!({"s": "a", "seen": 6})));
    }
}
