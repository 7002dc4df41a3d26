//! What a backfill reads: of the lists, those that were asked for and what they hang on.

use std::collections::BTreeSet;

use crate::billing::backfill::{Again, Phase, SOURCES, Source, Span, Task, Under, again, kinds};
use crate::store::mirror::Scope;

/// The walks that a backfill begins with. `until` is when it begins, by Stripe's clock.
pub fn first_tasks(scope: &Scope, until: i64, is_live: bool) -> Vec<Task> {
    let mut tasks = Vec::new();
    for phase in [Phase::Lists, Phase::Tail] {
        for source in SOURCES.iter().filter(|source| source.under.is_none() && is_wanted(source, scope)) {
            // There are none in live mode, where asking is an error.
            if is_live && source.route.starts_with("/v1/test_helpers/") {
                continue;
            }
            let from = scope.since.filter(|_| again(source.kind) == Again::Unsettled);
            let span = match (phase, source.is_timed) {
                (Phase::Lists, true) => Span { from, until: Some(until) },
                (Phase::Lists, false) => Span::default(),
                (Phase::Tail, true) => Span { from: Some(until), until: None },
                (Phase::Tail, false) | (Phase::Children, _) => continue,
            };
            let number = i64::try_from(tasks.len()).unwrap_or(i64::MAX).saturating_add(1);
            tasks.push(Task::whole(source, number, phase, span));
        }
    }
    tasks
}

/// Whether a list is to be read: that of a kind which was asked for, or of what such a list hangs on.
pub(super) fn is_wanted(source: &Source, scope: &Scope) -> bool {
    let is_asked = |kind: &str| scope.kinds.is_empty() || scope.kinds.iter().any(|asked| asked == kind);
    let reads = |source: &Source| is_asked(source.kind) && (scope.per_customer || !source.is_per_customer());
    let is_told_by = |under: &Under| under.kind == source.kind || under.needs == Some(source.kind);
    reads(source) || SOURCES.iter().any(|other| reads(other) && other.under.as_ref().is_some_and(is_told_by))
}

/// The kinds all of which a backfill reads.
pub fn wanted_kinds(scope: &Scope) -> Vec<&'static str> {
    let wanted: BTreeSet<&str> = SOURCES
        .iter()
        .filter(|source| is_wanted(source, scope) && (scope.per_customer || !source.is_per_customer()))
        .map(|source| source.kind)
        .collect();
    kinds().into_iter().filter(|kind| wanted.contains(kind)).collect()
}
