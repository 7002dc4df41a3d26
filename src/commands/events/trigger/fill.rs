//! Earlier answers put into the parameters of later requests.

use serde_json::Value;

/// What stands in `{ }` and is not there: `customer/id`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no step before has answered `{0}`")]
pub struct Missing(pub String);

/// Puts answers in the place of every `{name/path}`. A text that is nothing else becomes the value itself, whatever its
/// kind; `{name}` alone stands for the whole answer.
///
/// # Errors
/// [`Missing`].
pub fn fill(value: &Value, answers: &[(&str, Value)]) -> Result<Value, Missing> {
    Ok(match value {
        Value::String(text) => fill_text(text, answers)?,
        Value::Array(items) => {
            items.iter().map(|item| fill(item, answers)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Value::Object(fields) => {
            let filled = fields.iter().map(|(name, field)| Ok((name.clone(), fill(field, answers)?)));
            Value::Object(filled.collect::<Result<_, Missing>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

fn fill_text(text: &str, answers: &[(&str, Value)]) -> Result<Value, Missing> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(|| Missing(after.to_owned()))?;
        let found = look_up(name, answers).ok_or_else(|| Missing(name.to_owned()))?;
        if before.is_empty() && after.is_empty() && out.is_empty() {
            return Ok(found.clone());
        }
        out.push_str(before);
        match found {
            Value::String(text) => out.push_str(text),
            other => out.push_str(&other.to_string()),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(Value::String(out))
}

fn look_up<'a>(name: &str, answers: &'a [(&str, Value)]) -> Option<&'a Value> {
    let (step, path) = name.split_once('/').unwrap_or((name, ""));
    let (_, answer) = answers.iter().rev().find(|(known, _)| *known == step)?;
    if path.is_empty() { Some(answer) } else { answer.pointer(&format!("/{path}")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(value: Value, expected: Result<Value, &str>) {
        let answers = [("customer", json!({"id": "cus_1", "list": {"0": 3000}})), ("run", json!("ab"))];
        assert_eq!(fill(&value, &answers), expected.map_err(|name| Missing(name.to_owned())));
    }

    #[test]
    fn answers_stand_in_for_their_names() {
        check(json!({"a": [{"b": "{customer/id}"}]}), Ok(json!({"a": [{"b": "cus_1"}]})));
        check(json!("/v1/customers/{customer/id}/x"), Ok(json!("/v1/customers/cus_1/x")));
        check(json!("{customer/list/0}"), Ok(json!(3000)));
        check(json!("of {customer/list/0}"), Ok(json!("of 3000")));
        check(json!("name_{run}"), Ok(json!("name_ab")));
        check(json!("plain"), Ok(json!("plain")));
        check(json!(5), Ok(json!(5)));
        check(json!("{price/id}"), Err("price/id"));
        check(json!("{customer/gone}"), Err("customer/gone"));
    }
}
