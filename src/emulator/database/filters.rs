//! The conditions of lists.

use rusqlite::types::Value as Sql;

use crate::emulator::kind::Kind;

/// A condition of a list. Fields are paths as SQLite's JSON functions take them, e.g. `$.active`.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// The key of this name has one of these values. See [`Kind::keys`].
    Key {
        name: &'static str,
        values: Vec<String>,
    },
    /// The key of this name has none of these values.
    NotKey {
        name: &'static str,
        values: Vec<String>,
    },
    /// The object has no key of this name.
    Without {
        name: &'static str,
    },
    /// The key of this name starts so.
    KeyPrefix {
        name: &'static str,
        prefix: String,
    },
    Text {
        field: &'static str,
        value: String,
    },
    Flag {
        field: &'static str,
        value: bool,
    },
    /// A number or time within inclusive bounds.
    Between {
        field: &'static str,
        from: i64,
        to: i64,
    },
    /// A price's own currency, or one of its currency options.
    Currency(String),
    Ids(Vec<String>),
    /// Made within these inclusive times.
    Created {
        from: i64,
        to: i64,
    },
}

/// An object's place in lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// In seconds.
    pub created: i64,
    /// Its number in the order in which objects came about; an object of a test clock has the clock's time.
    pub seq: i64,
}

/// Where a page starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// With the newest.
    Newest,
    /// After the object with this place, going to older ones.
    After(Place),
    /// Before the object with this place, going to newer ones.
    Before(Place),
}

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// The time of creation, and the number within a second.
    Created,
    /// The number, where a key leads.
    Number,
}

/// A page of a list, as SQL.
///
/// The numbers of the page's objects are found first and the objects then: what is sorted stays small. A filter by one
/// value of a key leads, as that key's index is in order of the objects' numbers; else the list is walked by the time
/// of creation, from one of its bounds to the other.
#[derive(Debug)]
pub struct Query {
    kind: Kind,
    order: Order,
    source: &'static str,
    conditions: Vec<String>,
    pub values: Vec<Sql>,
}

impl Query {
    pub fn new(kind: Kind, filters: &[Filter], cursor: Cursor) -> Query {
        let leading = filters.iter().find_map(|filter| match filter {
            Filter::Key { name, values } => match values.as_slice() {
                [value] => Some((*name, value)),
                _ => None,
            },
            _ => None,
        });
        let mut query = Query {
            kind,
            order: Order::Created,
            source: "objects",
            conditions: Vec::new(),
            values: Vec::new(),
        };
        if let Some((name, value)) = leading {
            query.order = Order::Number;
            query.source = "keys CROSS JOIN objects ON objects.seq = keys.seq";
            let values = [kind.name(), name, value].map(|text| Sql::Text(text.to_owned()));
            query.condition("keys.kind = ? AND keys.name = ? AND keys.value = ?", values);
        }
        query.condition("objects.kind = ? AND deleted = 0", [Sql::Text(kind.name().to_owned())]);
        for filter in filters {
            let leads = matches!((filter, leading), (Filter::Key { name, values }, Some((first, value)))
                if *name == first && values.as_slice() == [value.clone()]);
            if !leads {
                query.add(filter);
            }
        }
        query.bound(filters, cursor);
        query
    }

    /// Begins behind an object, and stays within times of creation. Where the list is walked by them there is one lower
    /// and one upper bound, as SQLite seeks by no more than that.
    fn bound(&mut self, filters: &[Filter], cursor: Cursor) {
        let (mut from, mut to) = (i64::MIN, i64::MAX);
        for filter in filters {
            if let Filter::Created { from: least, to: most } = filter {
                (from, to) = (from.max(*least), to.min(*most));
            }
        }
        match (self.order, cursor) {
            (_, Cursor::Newest) => {}
            (Order::Number, Cursor::After(place)) => {
                self.condition("keys.seq < ?", [Sql::Integer(place.seq)])
            }
            (Order::Number, Cursor::Before(place)) => {
                self.condition("keys.seq > ?", [Sql::Integer(place.seq)])
            }
            (Order::Created, Cursor::After(Place { created, seq })) => {
                to = to.min(created);
                self.condition("(objects.created < ? OR objects.seq < ?)", [created, seq].map(Sql::Integer));
            }
            (Order::Created, Cursor::Before(Place { created, seq })) => {
                from = from.max(created);
                self.condition("(objects.created > ? OR objects.seq > ?)", [created, seq].map(Sql::Integer));
            }
        }
        if from > i64::MIN {
            self.condition("objects.created >= ?", [Sql::Integer(from)]);
        }
        if to < i64::MAX {
            self.condition("objects.created <= ?", [Sql::Integer(to)]);
        }
    }

    /// The statement for up to `limit` objects in the cursor's direction.
    pub fn sql(&self, cursor: Cursor, limit: usize) -> String {
        let direction = if matches!(cursor, Cursor::Before(_)) { "ASC" } else { "DESC" };
        let Query { source, conditions, .. } = self;
        let (inner, outer) = match self.order {
            Order::Created => (
                format!("objects.created {direction}, objects.seq {direction}"),
                format!("created {direction}, place {direction}"),
            ),
            Order::Number => (format!("keys.seq {direction}"), format!("place {direction}")),
        };
        format!(
            "SELECT id, body, hidden FROM (
                SELECT objects.seq AS place FROM {source} WHERE {} ORDER BY {inner} LIMIT {limit}
             ) JOIN objects ON objects.seq = place ORDER BY {outer}",
            conditions.join(" AND "),
        )
    }

    fn condition(&mut self, condition: impl Into<String>, values: impl IntoIterator<Item = Sql>) {
        self.conditions.push(condition.into());
        self.values.extend(values);
    }

    fn keyed(&mut self, not: &str, name: &str, test: &str, values: impl IntoIterator<Item = String>) {
        let start = [Sql::Text(self.kind.name().to_owned()), Sql::Text(name.to_owned())];
        self.condition(
            format!(
                "objects.seq {not} IN
                 (SELECT other.seq FROM keys AS other WHERE other.kind = ? AND other.name = ? AND other.value {test})"
            ),
            start.into_iter().chain(values.into_iter().map(Sql::Text)),
        );
    }

    fn add(&mut self, filter: &Filter) {
        match filter {
            Filter::Key { name, values } => {
                self.keyed("", name, &format!("IN ({})", marks(values.len())), values.clone());
            }
            Filter::NotKey { name, values } => {
                self.keyed("NOT", name, &format!("IN ({})", marks(values.len())), values.clone());
            }
            Filter::Without { name } => self.keyed("NOT", name, "IS NOT NULL", []),
            Filter::KeyPrefix { name, prefix } => {
                self.keyed("", name, ">= ? AND other.value < ?", [prefix.clone(), format!("{prefix}\u{10ffff}")]);
            }
            Filter::Text { field, value } => {
                self.condition(format!("json_extract(body, '{field}') = ?"), [Sql::Text(value.clone())])
            }
            Filter::Flag { field, value } => self
                .condition(format!("json_extract(body, '{field}') = ?"), [Sql::Integer(i64::from(*value))]),
            Filter::Between { field, from, to } => self.condition(
                format!("json_extract(body, '{field}') BETWEEN ? AND ?"),
                [Sql::Integer(*from), Sql::Integer(*to)],
            ),
            Filter::Currency(code) => self.condition(
                "(json_extract(body, '$.currency') = ? OR json_type(hidden, '$.currency_options.' || ?) IS NOT NULL)",
                [Sql::Text(code.clone()), Sql::Text(code.clone())],
            ),
            Filter::Ids(ids) => {
                self.condition(format!("objects.id IN ({})", marks(ids.len())), ids.iter().cloned().map(Sql::Text));
            }
            // See `bound`.
            Filter::Created { .. } => {}
        }
    }
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}
