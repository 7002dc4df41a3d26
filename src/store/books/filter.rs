//! Choosing events. Each choice is a walk along one index, from either end, so that a short list of a long history reads
//! no more than it shows.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::Books;
use super::read::{COLUMNS, StoredEvent, stored_event};
use crate::billing::event::Glob;

/// Which events are wanted: those that fit all that is given.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Any of these; none means all types.
    pub types: Vec<Glob>,
    pub object: Option<String>,
    /// Any of these; none means all customers. Alone, this goes through all events: the mirror knows those of a customer
    /// (`Mirror::events_of`).
    pub customers: Vec<String>,
    /// In seconds, inclusive.
    pub from: Option<i64>,
    /// In seconds, exclusive.
    pub to: Option<i64>,
    /// Only those stored after this one.
    pub stored_after: Option<i64>,
    /// Only those that came more than once.
    pub repeated: bool,
    /// The oldest first, and those of a second in the order of storing; else the other way round.
    pub oldest_first: bool,
    /// Only those behind this one in the order, for the next page: `(created, seq)`.
    pub beyond: Option<(i64, i64)>,
}

impl Books {
    /// Up to `limit` events in the filter's order.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn events(&self, filter: &EventFilter, limit: usize) -> anyhow::Result<Vec<StoredEvent>> {
        let mut conditions = Conditions::of(filter);
        // One index walk a value, merged: `IN` would have SQLite read and sort everything that fits.
        let types = if filter.types.is_empty() { None } else { Some(self.types(&filter.types)?) };
        conditions.any_of("customer", (!filter.customers.is_empty()).then_some(&filter.customers[..]));
        let walks: Vec<(&str, String)> = if let Some(object) = &filter.object {
            conditions.any_of("+type", types.as_deref());
            vec![("object_id", object.clone())]
        } else if let Some(types) = types {
            types.into_iter().map(|name| ("type", name)).collect()
        } else {
            return self.walk(&conditions, None, limit);
        };
        let mut found = Vec::new();
        for (column, value) in walks {
            found.extend(self.walk(&conditions, Some((column, value)), limit)?);
        }
        found.sort_by_key(|event| (event.created, event.seq));
        if !filter.oldest_first {
            found.reverse();
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The types of stored events that fit a pattern: one step along the index for each type there is.
    fn types(&self, globs: &[Glob]) -> anyhow::Result<Vec<String>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "WITH RECURSIVE names (name) AS (
                        SELECT min(type) FROM events
                        UNION ALL
                        SELECT (SELECT min(type) FROM events WHERE type > name) FROM names WHERE name IS NOT NULL
                     ) SELECT name FROM names WHERE name IS NOT NULL",
                )?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()
        };
        let mut names = self.explain(read())?;
        names.retain(|name| globs.iter().any(|glob| glob.matches(name)));
        Ok(names)
    }

    fn walk(
        &self,
        conditions: &Conditions,
        along: Option<(&str, String)>,
        limit: usize,
    ) -> anyhow::Result<Vec<StoredEvent>> {
        let mut clauses = conditions.clauses.clone();
        let mut values = conditions.values.clone();
        if let Some((column, value)) = along {
            clauses.push(format!("{column} = ?"));
            values.push(Value::Text(value));
        }
        let condition = if clauses.is_empty() { "1".to_owned() } else { clauses.join(" AND ") };
        let order = if conditions.oldest_first { "ASC" } else { "DESC" };
        let sql = format!(
            "SELECT {COLUMNS} FROM events LEFT JOIN repeats USING (seq)
             WHERE {condition} ORDER BY created {order}, events.seq {order} LIMIT {limit}"
        );
        let read = || {
            self.connection.prepare_cached(&sql)?.query_map(params_from_iter(values), stored_event)?.collect()
        };
        self.explain(read())
    }
}

#[derive(Debug, Default)]
struct Conditions {
    clauses: Vec<String>,
    values: Vec<Value>,
    oldest_first: bool,
}

impl Conditions {
    fn of(filter: &EventFilter) -> Conditions {
        let EventFilter {
            types: _,
            object: _,
            customers: _,
            from,
            to,
            stored_after,
            repeated,
            oldest_first,
            beyond,
        } = filter;
        let mut conditions = Conditions { oldest_first: *oldest_first, ..Conditions::default() };
        // A page that begins behind an event needs no other near end: of two, SQLite would begin at either.
        let (near_is_from, is_next_page) = (*oldest_first, beyond.is_some());
        if let Some(from) = from
            && !(near_is_from && is_next_page)
        {
            conditions.push("created >= ?", [Value::Integer(*from)]);
        }
        if let Some(to) = to
            && (near_is_from || !is_next_page)
        {
            conditions.push("created < ?", [Value::Integer(*to)]);
        }
        if let Some((created, seq)) = beyond {
            let clause = match oldest_first {
                true => "(created, events.seq) > (?, ?)",
                false => "(created, events.seq) < (?, ?)",
            };
            conditions.push(clause, [Value::Integer(*created), Value::Integer(*seq)]);
        }
        if let Some(seq) = stored_after {
            conditions.push("events.seq > ?", [Value::Integer(*seq)]);
        }
        if *repeated {
            conditions.push("times IS NOT NULL", []);
        }
        conditions
    }

    fn push<const N: usize>(&mut self, clause: &str, values: [Value; N]) {
        self.clauses.push(clause.to_owned());
        self.values.extend(values);
    }

    /// `+` before a column keeps SQLite from walking along its index instead of the one that gives the order.
    fn any_of(&mut self, column: &str, values: Option<&[String]>) {
        if let Some(values) = values {
            let marks = vec!["?"; values.len()].join(", ");
            self.clauses.push(format!("{column} IN ({marks})"));
            self.values.extend(values.iter().cloned().map(Value::Text));
        }
    }
}
