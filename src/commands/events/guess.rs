//! Objects that events don't tell whole: those that went to and fro within one second, and those with longer lists than
//! an event shows. Stripe is asked.

use jiff::Timestamp;

use super::catch_up::CatchUp;
use crate::billing::backfill::{ENTITLEMENTS, Page as Listed, entitlements_of, route_of_one};
use crate::store::mirror::Page;
use crate::stripe::Reader;
use crate::stripe::lists::{Dated, Found};

/// The most requests at the end of one reading; the next one goes on.
const MOST: usize = 50;

impl CatchUp<'_> {
    /// Fetches objects whose version in the mirror is only a guess. What Stripe does not give now is asked for again the
    /// next time: the events are stored all the same. `now` is Stripe's, in seconds.
    ///
    /// # Errors
    /// If the disk fails.
    pub(super) async fn fetch_guesses(&mut self, reader: &Reader, now: i64) -> anyhow::Result<()> {
        for (kind, id) in self.mirror.guesses(now, MOST)? {
            let answer = match (kind.as_str(), route_of_one(&kind)) {
                (ENTITLEMENTS, _) => reader.page(&entitlements_of(&id)).await.map(only),
                (_, Some(route)) => reader.find(&route, &id).await,
                (_, None) => continue,
            };
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => {
                    tracing::info!(kind, id, error = error.to_string(), "not fetched again");
                    continue;
                }
            };
            // Of what is gone an event tells, too.
            if let (Found::Object(object), Some(second)) = (answer.value, answer.at) {
                let fetched_at = Timestamp::from_second(second)?;
                let page = Page { kind: &kind, objects: &[object], fetched_at, cursor: None };
                self.mirror.put_snapshots(self.books, page)?;
            }
        }
        Ok(())
    }
}

/// A page of one object as that object.
fn only(Dated { value: Listed { mut objects, .. }, at }: Dated<Listed>) -> Dated<Found> {
    Dated { value: objects.pop().map_or(Found::Gone, Found::Object), at }
}
