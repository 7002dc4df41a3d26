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

/// The conditions of a list, as SQL.
pub struct Query {
    kind: Kind,
    pub conditions: Vec<String>,
    pub values: Vec<Sql>,
}

impl Query {
    pub fn new(kind: Kind) -> Query {
        Query {
            kind,
            conditions: vec!["kind = ? AND deleted = 0".to_owned()],
            values: vec![Sql::Text(kind.name().to_owned())],
        }
    }

    pub fn condition(&mut self, condition: impl Into<String>, values: impl IntoIterator<Item = Sql>) {
        self.conditions.push(condition.into());
        self.values.extend(values);
    }

    fn keyed(&mut self, not: &str, name: &str, test: &str, values: impl IntoIterator<Item = String>) {
        let start = [Sql::Text(self.kind.name().to_owned()), Sql::Text(name.to_owned())];
        self.condition(
            format!(
                "objects.seq {not} IN (SELECT seq FROM keys WHERE keys.kind = ? AND name = ? AND value {test})"
            ),
            start.into_iter().chain(values.into_iter().map(Sql::Text)),
        );
    }

    pub fn add(&mut self, filter: &Filter) {
        match filter {
            Filter::Key { name, values } => {
                self.keyed("", name, &format!("IN ({})", marks(values.len())), values.clone());
            }
            Filter::NotKey { name, values } => {
                self.keyed("NOT", name, &format!("IN ({})", marks(values.len())), values.clone());
            }
            Filter::KeyPrefix { name, prefix } => {
                self.keyed("", name, ">= ? AND value < ?", [prefix.clone(), format!("{prefix}\u{10ffff}")]);
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
                self.condition(format!("id IN ({})", marks(ids.len())), ids.iter().cloned().map(Sql::Text));
            }
            Filter::Created { from, to } => {
                self.condition("created BETWEEN ? AND ?", [Sql::Integer(*from), Sql::Integer(*to)]);
            }
        }
    }
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}
