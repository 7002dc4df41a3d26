//! Search: Stripe's query language over the objects of a kind, newest first.
//!
//! `field:"text"` is equal (whatever the case), `field~"part"` contains, `field>N` and its like compare numbers, `-`
//! before a clause negates it, `AND` or `OR` join clauses but not both. The emulator finds an object at once;
//! Stripe takes up to a minute, so nothing may rely on it.

use serde_json::Value;

use super::args::Args;
use super::call::{Answer, Call, Outcome, Page};
use super::database::{Cursor, Place};
use super::kind::Kind;
use super::list;
use super::refusal::Refusal;

/// How a field can be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// By equality.
    Exact,
    /// By equality and by parts of three characters or more.
    Text,
    /// By equality and comparison.
    Number,
}

/// Most clauses in a query.
const MAX_CLAUSES: usize = 10;

#[derive(Debug, Clone, PartialEq)]
struct Clause {
    negated: bool,
    field: String,
    /// For `metadata["key"]`.
    key: Option<String>,
    operator: &'static str,
    /// `None` is `null`: the field is absent.
    value: Option<String>,
}

/// A page of a search's results.
///
/// # Errors
/// 400 for a query that can't be read or names a field that the kind isn't searched by.
pub fn page(call: &Call<'_>, args: &Args, kind: Kind, fields: &[(&str, Field)]) -> Outcome<Answer> {
    let (clauses, any) = read(args.text("query").unwrap_or_default(), fields)?;
    let limit = list::limit(args);
    let mut cursor = match args.text("page") {
        Some(page) => Cursor::After(page_start(call, kind, page)?),
        None => Cursor::Newest,
    };
    let mut found = Vec::new();
    'pages: loop {
        let rows = call.db.page(kind, &[], cursor, 500)?;
        let Some(last) = rows.last() else { break };
        let next = call.db.place(kind, &last.id)?;
        for row in rows {
            let object = row.clone().read(kind)?;
            if matches(&object.body, &clauses, any) {
                found.push(row);
                if found.len() > limit {
                    break 'pages;
                }
            }
        }
        let Some(next) = next else { break };
        cursor = Cursor::After(next);
    }
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|row| row.id.clone());
    Ok(Answer::Page(Page { kind, rows: found, has_more, url: call.path.to_owned(), search: Some(next) }))
}

/// The next page starts after the last object of the one before.
fn page_start(call: &Call<'_>, kind: Kind, page: &str) -> Outcome<Place> {
    let invalid = || Refusal::parameter("page", format!("Invalid page: {page}"));
    Ok(call.db.place(kind, page)?.ok_or_else(invalid)?)
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::parameter("query", message)
}

/// Reads a query into its clauses, and whether any (else all) of them must hold.
fn read(query: &str, fields: &[(&str, Field)]) -> Result<(Vec<Clause>, bool), Refusal> {
    let mut rest = query.trim();
    let (mut clauses, mut joins) = (Vec::new(), Vec::new());
    loop {
        let (clause, after) = read_clause(rest)?;
        check_field(&clause, fields)?;
        clauses.push(clause);
        rest = after.trim_start();
        if rest.is_empty() {
            break;
        }
        match rest.split_once(char::is_whitespace) {
            Some((join, after)) if ["AND", "OR"].contains(&join.to_uppercase().as_str()) => {
                joins.push(join.to_uppercase());
                rest = after.trim_start();
            }
            // Clauses side by side all have to hold.
            _ => joins.push("AND".to_owned()),
        }
    }
    if joins.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(bad("You may not combine `AND` and `OR` in one search query."));
    }
    if clauses.len() > MAX_CLAUSES {
        return Err(bad(format!("A search query can have at most {MAX_CLAUSES} clauses.")));
    }
    Ok((clauses, joins.first().is_some_and(|join| join == "OR")))
}

fn check_field(clause: &Clause, fields: &[(&str, Field)]) -> Result<(), Refusal> {
    let Some((_, field)) = fields.iter().find(|(name, _)| *name == clause.field) else {
        return Err(bad(format!(
            "Field `{}` is an unsupported search field for this resource.",
            clause.field
        )));
    };
    let allowed = match (clause.operator, field) {
        (":", _) => true,
        ("~", Field::Text) => {
            if clause.value.as_ref().is_none_or(|value| value.chars().count() < 3) {
                return Err(bad("A substring search needs at least 3 characters."));
            }
            true
        }
        (_, Field::Number) => clause.value.as_ref().is_some_and(|value| value.parse::<i64>().is_ok()),
        _ => false,
    };
    if clause.key.is_some() != (clause.field == "metadata") {
        return Err(bad("Write metadata clauses as `metadata[\"key\"]:\"value\"`."));
    }
    if allowed {
        Ok(())
    } else {
        Err(bad(format!("The operator `{}` is not supported for `{}`.", clause.operator, clause.field)))
    }
}

fn read_clause(text: &str) -> Result<(Clause, &str), Refusal> {
    let unreadable = || bad("We were unable to parse your search query.");
    let (negated, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).ok_or_else(unreadable)?;
    let (field, rest) = text.split_at(end);
    let (key, rest) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (key, rest) = quoted(rest).ok_or_else(unreadable)?;
            (Some(key), rest.strip_prefix(']').ok_or_else(unreadable)?)
        }
        None => (None, rest),
    };
    let operator = [":", "~", ">=", "<=", ">", "<"].into_iter().find(|operator| rest.starts_with(operator));
    let operator = operator.ok_or_else(unreadable)?;
    let rest = &rest[operator.len()..];
    let (value, rest) = match quoted(rest) {
        Some((value, rest)) => (Some(value), rest),
        None => {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (word, rest) = rest.split_at(end);
            if word.is_empty() {
                return Err(unreadable());
            }
            ((word != "null").then(|| word.to_owned()), rest)
        }
    };
    if field.is_empty() {
        return Err(unreadable());
    }
    Ok((Clause { negated, field: field.to_owned(), key, operator, value }, rest))
}

/// A text in single or double quotes, with what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|first| ['"', '\''].contains(first))?;
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.push(characters.next()?.1),
            end if end == quote => return Some((value, &text[at + 1..])),
            other => value.push(other),
        }
    }
    None
}

fn matches(body: &Value, clauses: &[Clause], any: bool) -> bool {
    let holds = |clause: &Clause| holds(body, clause) != clause.negated;
    if any { clauses.iter().any(holds) } else { clauses.iter().all(holds) }
}

fn holds(body: &Value, clause: &Clause) -> bool {
    let mut found = &body[&clause.field];
    if let Some(key) = &clause.key {
        found = &found[key];
    }
    let Some(wanted) = &clause.value else { return found.is_null() };
    let text = match found {
        Value::Null => return false,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let number = || text.parse::<i64>().ok().zip(wanted.parse::<i64>().ok());
    match clause.operator {
        "~" => text.to_lowercase().contains(&wanted.to_lowercase()),
        ">" => number().is_some_and(|(found, wanted)| found > wanted),
        ">=" => number().is_some_and(|(found, wanted)| found >= wanted),
        "<" => number().is_some_and(|(found, wanted)| found < wanted),
        "<=" => number().is_some_and(|(found, wanted)| found <= wanted),
        _ => text.to_lowercase() == wanted.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FIELDS: &[(&str, Field)] = &[
        ("active", Field::Exact),
        ("name", Field::Text),
        ("metadata", Field::Exact),
        ("created", Field::Number),
    ];

    fn check(query: &str, expected: Option<bool>) {
        let body = json!({"active": true, "name": "Pro plan", "metadata": {"k": "a\"b"}, "created": 100});
        let outcome = read(query, FIELDS).ok().map(|(clauses, any)| matches(&body, &clauses, any));
        assert_eq!(outcome, expected, "{query}");
    }

    #[test]
    fn clauses_match_as_stripe_has_them() {
        check(r#"active:"true""#, Some(true));
        check("active:'false'", Some(false));
        check(r#"name:"pro plan""#, Some(true));
        check(r#"name:"pro""#, Some(false));
        check(r#"name~"plan""#, Some(true));
        check(r#"metadata["k"]:"a\"b""#, Some(true));
        check(r#"-metadata["k"]:null"#, Some(true));
        check(r#"metadata["other"]:null"#, Some(true));
        check("created>99 AND created<=100", Some(true));
        check(r#"created>100 OR name~"pro""#, Some(true));
        check(r#"-name:"pro plan""#, Some(false));
        check(r#"active:"true" name~"pro""#, Some(true));
    }

    #[test]
    fn what_stripe_cannot_read_is_refused() {
        for query in [
            "",
            "active",
            r#"other:"x""#,
            r#"name~"ab""#,
            r#"active~"true""#,
            "name>3",
            r#"active:"true" AND name~"pro" OR name~"plan""#,
            r#"metadata:"x""#,
            r#"name["k"]:"x""#,
            "name:",
        ] {
            check(query, None);
        }
    }
}
