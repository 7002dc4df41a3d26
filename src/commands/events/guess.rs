//! Objects that events don't tell whole: those that went to and fro within one second, and those with longer lists than
//! an event shows. Stripe is asked.

use jiff::Timestamp;

use super::catch_up::CatchUp;
use crate::billing::backfill::route_of_one;
use crate::store::mirror::Page;
use crate::stripe::Reader;
use crate::stripe::lists::Found;

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
            let Some(route) = route_of_one(&kind) else { continue };
            let answer = match reader.find(&route, &id).await {
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
