//! The emulator's own decoder of `application/x-www-form-urlencoded`, for bodies and queries.
//!
//! It takes what the official clients send: `a[b]=1`, indexed lists `a[0]=1`, pushes `a[]=1` and
//! `a[][b]=1`, brackets raw or percent-encoded, spaces as `%20` or `+`.
//!
//! A decoded form is a JSON value of two kinds only: text, and objects of decoded values. Lists stay objects
//! keyed `0`, `1`, … because only the endpoint knows whether `metadata[0]` is a list; see [`as_json`].

use serde_json::{Map, Value};

/// The decoded parameters of one request, in the order in which they came.
pub type Form = Map<String, Value>;

/// The most names that may stand in one another, as in `a[b][c]`: no parameter of Stripe comes near it, and a
/// decoded form is walked to its depth.
const DEEPEST: usize = 32;

/// A form that cannot be understood, with the message for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadForm(pub String);

/// Decodes one form.
///
/// # Errors
/// `BadForm` where a name has unbalanced brackets or too many of them, a part is not UTF-8, or one name is both text and object.
pub fn decode(text: &str) -> Result<Form, BadForm> {
    let mut form = Form::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (unescape(name)?, unescape(value)?);
        insert(&mut form, &path(&name)?, &value).map_err(|()| {
            BadForm(format!("Invalid request: the parameter `{name}` is given both as a value and as a hash"))
        })?;
    }
    Ok(form)
}

/// Decodes the JSON body of an endpoint under `/v2` into what the same values would be in a form. Those endpoints that there
/// are here take texts alone.
///
/// # Errors
/// `BadForm` where it is no JSON object, or a value is neither text nor made of texts.
pub fn decode_json(text: &str) -> Result<Form, BadForm> {
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => match texts(&Value::Object(fields))? {
            Value::Object(form) => Ok(form),
            _ => Ok(Form::new()),
        },
        Ok(_) | Err(_) => Err(BadForm("Invalid request: the body is no JSON object".to_owned())),
    }
}

fn texts(value: &Value) -> Result<Value, BadForm> {
    match value {
        Value::String(_) => Ok(value.clone()),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            fields
                .map(|(name, value)| Ok((name.clone(), texts(value)?)))
                .collect::<Result<_, _>>()
                .map(Value::Object)
        }
        Value::Array(elements) => {
            let elements = elements.iter().enumerate();
            elements
                .map(|(index, value)| Ok((index.to_string(), texts(value)?)))
                .collect::<Result<_, _>>()
                .map(Value::Object)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            Err(BadForm(format!("Invalid request: {value} is not a string")))
        }
    }
}

/// Percent-decodes one component; `+` is a space.
///
/// # Errors
/// `BadForm` where the bytes are not UTF-8.
pub fn unescape(text: &str) -> Result<String, BadForm> {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8()
        .map(|text| text.into_owned())
        .map_err(|_| BadForm(format!("Invalid request: `{text}` is not valid UTF-8")))
}

/// The form as a client would write it in JSON: objects whose keys are all indexes become lists.
pub fn as_json(value: &Value) -> Value {
    match value {
        Value::Object(map) => match elements(map) {
            Some(elements) => Value::Array(elements.into_iter().map(as_json).collect()),
            None => Value::Object(map.iter().map(|(key, value)| (key.clone(), as_json(value))).collect()),
        },
        text => text.clone(),
    }
}

/// The values of an object that is a list, in the order of their indexes; `None` if some key is no index.
pub fn elements(map: &Map<String, Value>) -> Option<Vec<&Value>> {
    let mut indexed = Vec::with_capacity(map.len());
    for (key, value) in map {
        indexed.push((index(key)?, value));
    }
    indexed.sort_by_key(|(index, _)| *index);
    (!indexed.is_empty()).then(|| indexed.into_iter().map(|(_, value)| value).collect())
}

fn index(key: &str) -> Option<u32> {
    let digits = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    if digits { key.parse().ok() } else { None }
}

/// Splits `a[b][]` into `a`, `b` and the empty text that stands for "push".
fn path(name: &str) -> Result<Vec<&str>, BadForm> {
    let bad = || BadForm(format!("Invalid request: the parameter name `{name}` has unbalanced brackets"));
    let Some(open) = name.find('[') else {
        return if name.contains(']') { Err(bad()) } else { Ok(vec![name]) };
    };
    let (first, mut rest) = name.split_at(open);
    if first.is_empty() || first.contains(']') {
        return Err(bad());
    }
    let mut parts = vec![first];
    while !rest.is_empty() {
        if parts.len() == DEEPEST {
            return Err(BadForm(format!("Invalid request: the parameter `{first}` is nested too deeply")));
        }
        let inner = rest.strip_prefix('[').ok_or_else(bad)?;
        let (part, after) = inner.split_once(']').ok_or_else(bad)?;
        if part.contains('[') {
            return Err(bad());
        }
        parts.push(part);
        rest = after;
    }
    Ok(parts)
}

fn insert(map: &mut Map<String, Value>, path: &[&str], value: &str) -> Result<(), ()> {
    let Some((first, rest)) = path.split_first() else { return Err(()) };
    let key = if first.is_empty() { push_key(map, rest) } else { (*first).to_owned() };
    if rest.is_empty() {
        return match map.insert(key, Value::String(value.to_owned())) {
            Some(Value::Object(_)) => Err(()),
            _ => Ok(()),
        };
    }
    match map.entry(key).or_insert_with(|| Value::Object(Map::new())) {
        Value::Object(inner) => insert(inner, rest, value),
        _ => Err(()),
    }
}

/// The index that a push goes to: the last element as long as it lacks this field, else a new one.
fn push_key(map: &Map<String, Value>, rest: &[&str]) -> String {
    let last = map.keys().filter_map(|key| index(key)).max();
    let Some(last) = last else { return "0".to_owned() };
    let open = rest.first().filter(|field| !field.is_empty()).is_some_and(|field| {
        let element = map.get(&last.to_string()).and_then(Value::as_object);
        element.is_some_and(|element| rest.len() > 1 || !element.contains_key(*field))
    });
    if open { last.to_string() } else { last.saturating_add(1).to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(text: &str, expected: Value) {
        assert_eq!(decode(text).map(|form| as_json(&Value::Object(form))), Ok(expected), "{text}");
    }

    #[test]
    fn scalars_maps_and_lists_are_read_in_every_spelling() {
        check("a=1&b=x%20y&c=x+y&d=%2B", json!({"a": "1", "b": "x y", "c": "x y", "d": "+"}));
        check("recurring[interval]=month", json!({"recurring": {"interval": "month"}}));
        check("recurring%5Binterval%5D=month", json!({"recurring": {"interval": "month"}}));
        check("images[0]=a&images[1]=b", json!({"images": ["a", "b"]}));
        check("images[1]=b&images[0]=a", json!({"images": ["a", "b"]}));
        check("expand[]=a&expand[]=b", json!({"expand": ["a", "b"]}));
        check("expand%5B%5D=a&expand%5B0%5D=b", json!({"expand": ["b"]}));
        check("items[0][price]=p&items[0][quantity]=2", json!({"items": [{"price": "p", "quantity": "2"}]}));
        check("items[][price]=p&items[][quantity]=2", json!({"items": [{"price": "p", "quantity": "2"}]}));
        check("items[][price]=p&items[][price]=q", json!({"items": [{"price": "p"}, {"price": "q"}]}));
    }

    #[test]
    fn a_name_of_any_depth_is_answered() {
        let nested = |depth: usize| decode(&format!("a{}=1", "[b]".repeat(depth)));
        assert!(nested(DEEPEST - 1).is_ok());
        for depth in [DEEPEST, 100_000] {
            let told = "Invalid request: the parameter `a` is nested too deeply";
            assert_eq!(nested(depth), Err(BadForm(told.to_owned())), "{depth}");
        }
    }

    #[test]
    fn empty_values_stay_and_later_ones_win() {
        check("a=&b", json!({"a": "", "b": ""}));
        check("a=1&a=2", json!({"a": "2"}));
        check("", json!({}));
        check("&&a=1&", json!({"a": "1"}));
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        for text in ["a[b=1", "a]b=1", "[a]=1", "a[b]c=1", "a[[b]]=1", "a=1&a[b]=2", "a[b]=2&a=1", "a=%ff"] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

    /// How the official clients differ in writing one and the same parameters.
    #[derive(Debug, Clone, Copy)]
    struct Style {
        /// `a[0]=` rather than `a[]=` for lists of texts.
        indexed: bool,
        /// Brackets as `%5B` and `%5D`.
        encoded_brackets: bool,
        /// Spaces as `+`.
        plus: bool,
    }

    fn write(value: &Value, name: &str, style: Style, out: &mut Vec<String>) {
        let inside = |key: &str| match style.encoded_brackets {
            true => format!("{name}%5B{key}%5D"),
            false => format!("{name}[{key}]"),
        };
        match value {
            Value::Array(elements) => {
                let texts = elements.iter().all(Value::is_string);
                for (index, element) in elements.iter().enumerate() {
                    let key = if texts && !style.indexed { String::new() } else { index.to_string() };
                    write(element, &inside(&key), style, out);
                }
            }
            Value::Object(fields) => {
                for (key, field) in fields {
                    write(field, &inside(&escape(key, style)), style, out);
                }
            }
            text => out.push(format!("{name}={}", escape(text.as_str().unwrap(), style))),
        }
    }

    fn escape(text: &str, style: Style) -> String {
        let escaped =
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        if style.plus { escaped.replace("%20", "+") } else { escaped }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = ".{0,12}".prop_map(Value::String);
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(Value::Array),
                prop::collection::btree_map("[a-z_]{1,8}", inner, 1..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_any_client_writes_is_read_back(
            fields in prop::collection::btree_map("[a-z_]{1,8}", values(), 0..4),
            indexed: bool,
            encoded_brackets: bool,
            plus: bool,
        ) {
            let style = Style { indexed, encoded_brackets, plus };
            let mut pairs = Vec::new();
            for (name, value) in &fields {
                write(value, name, style, &mut pairs);
            }
            let read = decode(&pairs.join("&")).map(|form| as_json(&Value::Object(form)));
            prop_assert_eq!(read, Ok(Value::Object(fields.into_iter().collect())));
        }

        #[test]
        fn no_text_breaks_the_decoder(text in "[a-c\\[\\]=&%+0-9]{0,40}|.{0,40}") {
            if let Ok(form) = decode(&text) {
                as_json(&Value::Object(form));
            }
        }
    }
}
