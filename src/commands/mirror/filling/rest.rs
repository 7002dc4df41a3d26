//! Objects that no list gave: asked for one by one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::scope::wanted_kinds;
use super::{End, Filling};
use crate::billing::backfill::{Again, again, is_settled, kinds, route_of_one, touches};
use crate::store::mirror::Filled;
use crate::stripe::Reader;
use crate::stripe::lists::{Dated, Found};

/// How many objects that no list gave are looked for at a time.
const LOOKED_FOR: usize = 200;

impl Filling<'_> {
    /// Asks one by one for objects that are in the mirror and in no list: they were deleted, or are listed nowhere,
    /// as inline prices are. For a gap, also for each that may have changed and is too old for the lists that were
    /// read.
    pub(super) async fn look_for_the_rest(&mut self) -> anyhow::Result<End> {
        let unread = self.mirror.unread_kinds(&self.fill)?;
        let scope = self.fill.scope.clone();
        let wanted = wanted_kinds(&scope);
        // What events brought of the other kinds can have changed in a gap as well.
        let others = match (scope.since, scope.kinds.is_empty()) {
            (Some(_), true) => kinds().into_iter().filter(|kind| !wanted.contains(kind)).collect(),
            _ => Vec::new(),
        };
        let others = others.into_iter().filter(|kind| route_of_one(kind).is_some());
        for kind in wanted.iter().copied().chain(others).filter(|kind| !unread.contains(*kind)) {
            let unsettled_only = scope.since.is_some() && again(kind) == Again::Unsettled;
            let mut after = String::new();
            loop {
                let known = self.mirror.unfilled(&self.fill, kind, &after, LOOKED_FOR)?;
                let Some(last) = known.last() else { break };
                after.clone_from(&last.id);
                let since = scope.since.unwrap_or_default();
                let is_wanted = |body: &Value| !unsettled_only || !is_settled(kind, body, since);
                let ids = known.into_iter().filter(|known| is_wanted(&known.body)).map(|known| known.id);
                if self.look_for(kind, ids.collect()).await? == End::Stopped {
                    return Ok(End::Stopped);
                }
            }
        }
        if scope.since.is_none() {
            return Ok(End::Finished);
        }
        for kind in wanted {
            let mut after = String::new();
            loop {
                let made = self.mirror.filled(&self.fill, kind, &after, LOOKED_FOR)?;
                let Some(last) = made.last() else { break };
                after.clone_from(&last.id);
                let mut touched: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
                for (kind, id) in made.iter().flat_map(|known| touches(kind, &known.body)) {
                    if !self.mirror.is_filled(&self.fill, kind, id)? {
                        touched.entry(kind).or_default().insert(id.to_owned());
                    }
                }
                for (kind, ids) in touched {
                    if self.look_for(kind, ids.into_iter().collect()).await? == End::Stopped {
                        return Ok(End::Stopped);
                    }
                }
            }
        }
        Ok(End::Finished)
    }

    /// Reads objects one by one.
    async fn look_for(&mut self, kind: &'static str, ids: Vec<String>) -> anyhow::Result<End> {
        if self.stop.is_asked() {
            return Ok(End::Stopped);
        }
        let route = route_of_one(kind);
        let count = u64::try_from(ids.len())?;
        self.progress.grow(count);
        let mut objects = Vec::new();
        let mut oldest = None;
        for (id, answer) in find_each(&self.reader, route.as_deref(), ids, self.parallel).await? {
            self.looked_for += 1;
            oldest = earlier(oldest, answer.at);
            objects.push(match answer.value {
                Found::Object(object) => object,
                Found::Gone => {
                    self.gone += 1;
                    json!({"id": id, "object": kind, "deleted": true})
                }
            });
        }
        let fetched_at = self.dated(oldest)?;
        self.keep(&[Filled { kind, objects, fetched_at }], &[])?;
        self.progress.advance(count);
        Ok(End::Finished)
    }
}

/// The earlier of two times; one that is not told says nothing about the other.
fn earlier(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    one.into_iter().chain(other).min()
}

/// Reads objects by their ids, several at once; in the order of the ids. Without a route, what is listed no more is
/// gone.
///
/// # Errors
/// The first that Stripe refuses.
pub async fn find_each(
    reader: &Reader,
    route: Option<&str>,
    ids: Vec<String>,
    parallel: usize,
) -> anyhow::Result<Vec<(String, Dated<Found>)>> {
    let Some(route) = route else {
        return Ok(ids.into_iter().map(|id| (id, Dated { value: Found::Gone, at: None })).collect());
    };
    let mut waiting = ids.into_iter();
    let mut running = JoinSet::new();
    let mut found = Vec::new();
    loop {
        while running.len() < parallel {
            let Some(id) = waiting.next() else { break };
            let (reader, route) = (reader.clone(), route.to_owned());
            running.spawn(async move {
                let answer = reader.find(&route, &id).await;
                (id, answer)
            });
        }
        let Some(joined) = running.join_next().await else { break };
        let (id, answer) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        found.push((id, answer?));
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_read_together_are_as_old_as_the_first_even_where_one_of_them_is_gone() {
        let oldest = |times: &[Option<i64>]| times.iter().copied().fold(None, earlier);
        assert_eq!(oldest(&[Some(5), None, Some(9)]), Some(5));
        assert_eq!(oldest(&[None, Some(9), Some(7)]), Some(7));
        assert_eq!(oldest(&[None, None]), None);
    }
}
