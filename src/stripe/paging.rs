//! From one page of a list to the next. Pure: a page in, its objects and the way on out.

use serde_json::{Value, json};

/// A page, taken apart.
#[derive(Debug, PartialEq)]
pub(super) struct Page {
    pub(super) objects: Vec<Value>,
    pub(super) next: Next,
}

/// The way on from a page.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    End,
    /// The same path, with this parameter set.
    With(&'static str, String),
    /// `/v2`: a path and query to be followed as they are.
    Follow {
        path: String,
        query: String,
    },
}

/// Takes a page apart.
///
/// # Errors
/// Why the page is none, in words: a list that is wrong is never taken for a list that is complete.
pub(super) fn read(mut body: Value) -> Result<Page, String> {
    let Some(Value::Array(objects)) = body.get_mut("data").map(Value::take) else {
        return Err("it has no list called `data`".to_owned());
    };
    let next = if let Some(next) = body.get("next_page_url") {
        next_of_v2(next)?
    } else {
        match body.get("has_more").and_then(Value::as_bool) {
            None => return Err("it does not say whether there is more (`has_more`)".to_owned()),
            Some(false) => Next::End,
            Some(true) if objects.is_empty() => {
                return Err("it is empty and says that there is more".to_owned());
            }
            Some(true) if body.get("object") == Some(&json!("search_result")) => {
                Next::With("page", text(body.get("next_page"), "next_page")?)
            }
            Some(true) => {
                Next::With("starting_after", text(objects.last().and_then(|last| last.get("id")), "id")?)
            }
        }
    };
    Ok(Page { objects, next })
}

fn next_of_v2(next: &Value) -> Result<Next, String> {
    let url = match next {
        Value::Null => return Ok(Next::End),
        next => text(Some(next), "next_page_url")?,
    };
    // Another host must not get the key, so what is followed has none.
    match url.split_once('?') {
        Some((path, query)) if path.starts_with("/v2/") => {
            Ok(Next::Follow { path: path.to_owned(), query: query.to_owned() })
        }
        Some(_) | None => Err("`next_page_url` does not lead on in Stripe's API".to_owned()),
    }
}

fn text(value: Option<&Value>, name: &str) -> Result<String, String> {
    match value {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        Some(_) | None => Err(format!("it says that there is more, but `{name}` does not say where")),
    }
}
