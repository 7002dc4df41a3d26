//! SQL of a person's own: to read, and nothing else.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, ffi};
use serde_json::Value;
use thiserror::Error;

use super::RULES;
use crate::store::sqlite::{File, file};

/// Instructions of SQLite's machine between two looks at the clock.
const LOOK_EVERY: i32 = 10_000;

/// The most bytes of an answer: it is held in memory whole, and again as text.
const LARGEST: usize = 256 << 20;

/// A connection that can read the mirror, and the books as `books`, and can do nothing else.
#[derive(Debug)]
pub struct Query {
    connection: Connection,
    file: File,
}

/// What a statement gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub columns: Vec<String>,
    /// A value a column: number, text or null. Bytes are text, or hexadecimal if they are none.
    pub rows: Vec<Vec<Value>>,
    /// There were more rows than asked for.
    pub more: bool,
}

/// The statement was not answered.
#[derive(Debug, Error)]
pub enum Unanswered {
    /// It does something else than read.
    #[error("a query reads and changes nothing")]
    Writes,
    #[error("the query took longer than {0} seconds")]
    TooLong(u64),
    /// In bytes, of all rows together.
    #[error("the answer is larger than {} MiB", LARGEST >> 20)]
    TooLarge,
    /// There is none, or more than one.
    #[error("give one statement, and no more than one")]
    NotOne,
    /// As SQLite says it, with the place in the statement where it knows that.
    #[error("{0}")]
    Sql(String),
    #[error(transparent)]
    File(#[from] anyhow::Error),
}

impl Query {
    /// Opens mirror and books to read.
    ///
    /// # Errors
    /// If either isn't there or can't be read.
    pub fn open(mirror: &Path, books: &Path) -> anyhow::Result<Query> {
        let file = file(mirror, &RULES);
        let mut connection = file.open_to_read()?;
        let close = |connection: &mut Connection| -> rusqlite::Result<()> {
            // Opened as the mirror is: to read.
            connection.execute("ATTACH DATABASE ?1 AS books", [books.to_string_lossy()])?;
            connection.pragma_update(None, "query_only", true)?;
            connection.pragma_update(None, "trusted_schema", false)?;
            connection.authorizer(Some(reads))
        };
        close(&mut connection).map_err(|error| file.explain(error))?;
        Ok(Query { connection, file })
    }

    /// Runs one statement and reads up to `limit` rows of its answer, for as long as `patience` lasts.
    ///
    /// # Errors
    /// [`Unanswered`]
    pub fn run(&mut self, sql: &str, limit: usize, patience: Duration) -> Result<Answer, Unanswered> {
        let began = now();
        let look = move || began.elapsed() > patience;
        self.connection
            .progress_handler(LOOK_EVERY, Some(look))
            .map_err(|error| Unanswered::File(self.file.explain(error)))?;
        answer(&self.connection, sql, limit).map_err(|error| self.unanswered(error, patience))
    }

    fn unanswered(&self, error: rusqlite::Error, patience: Duration) -> Unanswered {
        match (&error, error.sqlite_error_code()) {
            (rusqlite::Error::MultipleStatement, _) => Unanswered::NotOne,
            (_, Some(ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly)) => Unanswered::Writes,
            (_, Some(ErrorCode::TooBig)) => Unanswered::TooLarge,
            (_, Some(ErrorCode::OperationInterrupted)) => Unanswered::TooLong(patience.as_secs()),
            (rusqlite::Error::SqlInputError { msg, sql, offset, .. }, _) => {
                Unanswered::Sql(at(msg, sql, *offset))
            }
            (rusqlite::Error::SqliteFailure(code, Some(message)), _) if code.code == ErrorCode::Unknown => {
                Unanswered::Sql(message.clone())
            }
            _ => Unanswered::File(self.file.explain(error)),
        }
    }
}

fn now() -> Instant {
    Instant::now()
}

fn answer(connection: &Connection, sql: &str, limit: usize) -> rusqlite::Result<Answer> {
    let mut statement = connection.prepare(sql)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut answer = Answer { columns, rows: Vec::new(), more: false };
    if answer.columns.is_empty() {
        // White space and comments prepare to nothing; what else has no columns is VACUUM and the like.
        return Err(match statement.expanded_sql() {
            None => rusqlite::Error::MultipleStatement,
            Some(_) => rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_AUTH), None),
        });
    }
    let mut rows = statement.query([])?;
    let mut left = LARGEST;
    while let Some(row) = rows.next()? {
        if answer.rows.len() == limit {
            answer.more = true;
            break;
        }
        for index in 0..answer.columns.len() {
            left = left.checked_sub(size(row.get_ref(index)?)).ok_or_else(too_large)?;
        }
        let values = (0..answer.columns.len()).map(|index| Ok(value(row.get_ref(index)?)));
        answer.rows.push(values.collect::<rusqlite::Result<_>>()?);
    }
    Ok(answer)
}

/// What a cell takes in memory, at least.
fn size(cell: ValueRef<'_>) -> usize {
    match cell {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => size_of::<Value>(),
    }
}

fn too_large() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_TOOBIG), None)
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::from(number),
        ValueRef::Real(number) => Value::from(number),
        ValueRef::Text(text) => Value::from(String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => {
            Value::from(std::str::from_utf8(bytes).map_or_else(|_| hex::encode(bytes), str::to_owned))
        }
    }
}

/// What a reader may do. Everything else is refused while the statement is read, before anything runs.
fn reads(context: AuthContext<'_>) -> Authorization {
    const PRAGMAS: [&str; 6] =
        ["table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"];
    let allowed = match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => !function_name.eq_ignore_ascii_case("load_extension"),
        AuthAction::Pragma { pragma_name, .. } => {
            PRAGMAS.iter().any(|allowed| pragma_name.eq_ignore_ascii_case(allowed))
        }
        _ => false,
    };
    if allowed { Authorization::Allow } else { Authorization::Deny }
}

/// A message with the place that it is about.
fn at(message: &str, sql: &str, offset: i32) -> String {
    let rest = usize::try_from(offset).ok().and_then(|offset| sql.get(offset..));
    match rest.map(str::trim).filter(|rest| !rest.is_empty()) {
        Some(rest) => {
            let near: String = rest.chars().take(40).collect();
            format!("{message}, at `{near}`")
        }
        None => message.to_owned(),
    }
}
