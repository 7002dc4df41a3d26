//! Cutting a walk in two, so that several read one list at once.
//!
//! How much there is of a kind is not told by Stripe, nor when it was made. So a list begins as one walk, and whoever
//! has nothing to do takes the older half of the walk that seems to have the most left.

use super::STRIPES_FIRST_DAY;
use super::task::{Span, Task};

/// A walk with less than this to do is left alone: half of it is not worth a request of its own.
const FEWEST_PAGES: i64 = 4;

/// About how many pages a walk has left, going by the last one; `None` where it can't be cut.
fn pages_left(task: &Task, floor: i64) -> Option<i64> {
    if task.is_done || task.is_halved || !task.source.is_timed {
        return None;
    }
    let at = task.place.as_ref()?.created?;
    let left = at - task.span.from.unwrap_or(floor);
    let pages = left / task.page_seconds.max(1);
    (left > 1 && pages >= FEWEST_PAGES).then_some(pages)
}

/// The walk that seems to have the most left and can be cut in two.
///
/// `floor` is when the account began, in seconds: what is older is not counted on, though it is read.
pub fn most_left<'a>(tasks: impl Iterator<Item = &'a mut Task>, floor: Option<i64>) -> Option<&'a mut Task> {
    let floor = floor.unwrap_or(STRIPES_FIRST_DAY);
    tasks
        .filter_map(|task| Some((pages_left(task, floor)?, task)))
        .max_by_key(|(pages, _)| *pages)
        .map(|(_, task)| task)
}

/// Cuts off the older half of what a walk has left, as a walk of its own under this number.
///
/// Both together cover what the one did: each time of creation belongs to one of them.
pub fn split(task: &mut Task, number: i64, floor: Option<i64>) -> Option<Task> {
    let floor = floor.unwrap_or(STRIPES_FIRST_DAY);
    pages_left(task, floor)?;
    let at = task.place.as_ref()?.created?;
    let low = task.span.from.unwrap_or(floor);
    // Objects of the place's own second may be on the next page, so that second stays.
    let middle = low + (at - low) / 2;
    let older = Task {
        parent: task.parent.clone(),
        params: task.params.clone(),
        ..Task::whole(task.source, number, task.phase, Span { from: task.span.from, until: Some(middle) })
    };
    task.span.from = Some(middle);
    task.is_halved = true;
    Some(older)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::billing::backfill::source_of;
    use crate::billing::backfill::task::{Page, Phase};

    const BEGAN: i64 = 1_700_000_000;

    fn walk(span: Span) -> Task {
        Task::whole(source_of("customer").unwrap(), 1, Phase::Lists, span)
    }

    /// What a server would answer: at most `size` objects, in the order of their numbers.
    fn answer(all: &[i64], task: &Task, size: usize) -> Page {
        let begin = task.place.as_ref().map(|place| place.id.clone());
        let mut found: Vec<Value> = Vec::new();
        let mut is_behind = begin.is_none();
        for (number, created) in all.iter().enumerate() {
            let id = format!("cus_{number}");
            let Span { from, until } = task.span;
            let wanted =
                from.is_none_or(|from| *created >= from) && until.is_none_or(|until| *created < until);
            if is_behind && wanted {
                found.push(json!({"id": id, "object": "customer", "created": created}));
            }
            is_behind |= begin.as_ref() == Some(&id);
        }
        let has_more = found.len() > size;
        found.truncate(size);
        Page { objects: found, has_more }
    }

    /// Reads a list to its end, cut as the turns have it, even while a page is on its way.
    fn read(all: &[i64], turns: Vec<(prop::sample::Index, bool)>) -> Vec<String> {
        let mut tasks = vec![walk(Span { from: None, until: Some(BEGAN + 5_000_001) })];
        let mut read: Vec<String> = Vec::new();
        let mut turns = turns.into_iter();
        while tasks.iter().any(|task| !task.is_done) {
            let open: Vec<usize> = (0..tasks.len()).filter(|index| !tasks[*index].is_done).collect();
            let (choice, cuts) =
                turns.next().map_or((open[0], true), |(index, cuts)| (*index.get(&open), cuts));
            let page = answer(all, &tasks[choice], 7);
            if cuts {
                let number = i64::try_from(tasks.len()).unwrap() + 1;
                let older = most_left(tasks.iter_mut(), Some(BEGAN))
                    .and_then(|task| split(task, number, Some(BEGAN)));
                tasks.extend(older);
            }
            let kept = tasks[choice].take(page).unwrap();
            read.extend(kept.iter().map(|object| object["id"].as_str().unwrap().to_owned()));
        }
        read
    }

    fn turns() -> impl Strategy<Value = Vec<(prop::sample::Index, bool)>> {
        prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..400)
    }

    fn ages() -> impl Strategy<Value = Vec<i64>> {
        prop::collection::vec(prop_oneof![0..50_i64, 0..5_000_000_i64], 0..300)
    }

    fn names(count: usize) -> BTreeSet<String> {
        (0..count).map(|number| format!("cus_{number}")).collect()
    }

    proptest! {
        /// However walks are cut, and even while a page is on its way, each object is read once.
        #[test]
        fn nothing_is_lost_or_read_twice_however_a_list_is_cut(mut ages in ages(), turns in turns()) {
            ages.sort_unstable();
            let all: Vec<i64> = ages.iter().map(|age| BEGAN + 5_000_000 - age).collect();
            let read = read(&all, turns);
            prop_assert_eq!(read.len(), all.len());
            prop_assert_eq!(read.into_iter().collect::<BTreeSet<_>>(), names(all.len()));
        }

        /// Objects of test clocks may stand among those that were made with them, or where their own time is.
        #[test]
        fn nothing_is_lost_whatever_order_a_list_is_in(ages in ages(), turns in turns()) {
            let all: Vec<i64> = ages.iter().map(|age| BEGAN + 5_000_000 - age).collect();
            prop_assert_eq!(read(&all, turns).into_iter().collect::<BTreeSet<_>>(), names(all.len()));
        }
    }

    #[test]
    fn the_walk_with_the_most_pages_left_is_cut() {
        let mut few = walk(Span { from: Some(BEGAN), until: None });
        let mut many = few.clone();
        few.take(page(&[BEGAN + 1_000, BEGAN + 500])).unwrap();
        many.take(page(&[BEGAN + 1_000, BEGAN + 990])).unwrap();
        let mut tasks = [few, many];
        let found = most_left(tasks.iter_mut(), None).unwrap();
        assert_eq!(found.page_seconds, 10);
        let older = split(found, 3, None).unwrap();
        assert_eq!(older.span, Span { from: Some(BEGAN), until: Some(BEGAN + 495) });
        assert_eq!(found.span.from, Some(BEGAN + 495));
        // Not again before its next page, and the other has too little.
        assert_eq!(most_left(tasks.iter_mut(), None), None);
    }

    fn page(created: &[i64]) -> Page {
        let object = |at: &i64| json!({"id": format!("cus_{at}"), "object": "customer", "created": at});
        Page { objects: created.iter().map(object).collect(), has_more: true }
    }
}
