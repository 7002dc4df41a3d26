//! Form encoding as Stripe's `/v1` reads it: `recurring[interval]=month&images[0]=…`.
//!
//! Pure: the same value gives the same text, in the order in which the value holds its keys.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use thiserror::Error;

/// What RFC 3986 calls unreserved stays; everything else is escaped, a space as `%20`.
pub(super) const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Why a value has no form encoding.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormError {
    #[error("the parameters must be an object")]
    NotAnObject,
    #[error(
        "`{0}` is a number with a fraction: amounts are integers of minor units, or decimals in a string"
    )]
    Fraction(String),
    #[error("`{0}` is a name that a form cannot carry: it is empty or has a square bracket")]
    Name(String),
    #[error("`{0}` is an object in a list without a single value, which a form cannot carry")]
    EmptyElement(String),
}

/// Encodes an object (or `null`: nothing) as a query or a body.
///
/// - An object nests as `a[b]=`, a list by index as `a[0]=`, as Stripe's own SDKs write them.
/// - `null` and `""` give `a=`, which unsets a field, or one key of `metadata`.
/// - An empty list gives `a=` too, which clears it: `a[]` without a value cannot be written in a form, and the
///   SDKs, which send nothing for it, have no way to clear a list but this spelling.
/// - An empty object says nothing, so nothing is sent.
///
/// # Errors
/// [`FormError`] for what cannot be said in a form without loss.
pub fn encode(params: &Value) -> Result<String, FormError> {
    match params {
        Value::Null => Ok(String::new()),
        Value::Object(fields) => encode_fields(fields),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Err(FormError::NotAnObject),
    }
}

/// As [`encode`], for the fields of an object.
///
/// # Errors
/// As for [`encode`].
pub fn encode_fields(fields: &Map<String, Value>) -> Result<String, FormError> {
    let mut out = String::new();
    for (name, value) in fields {
        check_name(name, name)?;
        write_value(&mut out, &escape(name), name, value)?;
    }
    Ok(out)
}

/// Writes `value` under `key`, which is escaped already; `plain` is the same for a person's eyes.
fn write_value(out: &mut String, key: &str, plain: &str, value: &Value) -> Result<(), FormError> {
    match value {
        Value::Null => write_pair(out, key, ""),
        Value::Bool(yes) => write_pair(out, key, if *yes { "true" } else { "false" }),
        Value::Number(number) if number.is_f64() => return Err(FormError::Fraction(plain.to_owned())),
        Value::Number(number) => write_pair(out, key, &number.to_string()),
        Value::String(text) => write_pair(out, key, text),
        Value::Array(items) if items.is_empty() => write_pair(out, key, ""),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let plain = format!("{plain}[{index}]");
                let before = out.len();
                write_value(out, &format!("{key}[{index}]"), &plain, item)?;
                // Left out, it would shift or tear the list.
                if out.len() == before {
                    return Err(FormError::EmptyElement(plain));
                }
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let plain = format!("{plain}[{name}]");
                check_name(name, &plain)?;
                write_value(out, &format!("{key}[{}]", escape(name)), &plain, value)?;
            }
        }
    }
    Ok(())
}

fn check_name(name: &str, plain: &str) -> Result<(), FormError> {
    // A bracket in a name decodes to the same text as nesting does, however it is escaped.
    if name.is_empty() || name.contains(['[', ']']) { Err(FormError::Name(plain.to_owned())) } else { Ok(()) }
}

fn write_pair(out: &mut String, key: &str, value: &str) {
    if !out.is_empty() {
        out.push('&');
    }
    out.push_str(key);
    out.push('=');
    // Writing to a String cannot fail.
    let _ = write!(out, "{}", utf8_percent_encode(value, ESCAPED));
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(params: Value, expected: &str) {
        assert_eq!(encode(&params).as_deref(), Ok(expected));
    }

    #[track_caller]
    fn refused(params: Value, why: FormError) {
        assert_eq!(encode(&params), Err(why));
    }

    #[test]
    fn values_nest_as_stripe_reads_them() {
        check(Value::Null, "");
        check(json!({}), "");
        check(
            json!({"name": "Pro", "active": true, "unit_amount": 4900}),
            "name=Pro&active=true&unit_amount=4900",
        );
        check(json!({"created": {"gte": 1, "lt": -2}}), "created[gte]=1&created[lt]=-2");
        check(json!({"expand": ["data.tiers", "x"]}), "expand[0]=data.tiers&expand[1]=x");
        check(
            json!({"tiers": [{"up_to": 5, "unit_amount_decimal": "0.5"}, {"up_to": "inf"}]}),
            "tiers[0][up_to]=5&tiers[0][unit_amount_decimal]=0.5&tiers[1][up_to]=inf",
        );
        check(json!({"a": [[1, 2], []]}), "a[0][0]=1&a[0][1]=2&a[1]=");
        check(
            json!({"big": u64::MAX, "small": i64::MIN}),
            "big=18446744073709551615&small=-9223372036854775808",
        );
    }

    #[test]
    fn nothing_is_said_as_an_empty_value() {
        check(json!({"nickname": null}), "nickname=");
        check(json!({"nickname": ""}), "nickname=");
        check(json!({"metadata": {"plan": null}}), "metadata[plan]=");
        check(json!({"images": []}), "images=");
        check(json!({"metadata": {}, "name": "x"}), "name=x");
    }

    #[test]
    fn what_has_a_meaning_in_a_form_is_escaped() {
        check(json!({"name": "a&b=c d+e%f"}), "name=a%26b%3Dc%20d%2Be%25f");
        check(json!({"name": "é\n"}), "name=%C3%A9%0A");
        check(json!({"metadata": {"a b&c=": "x"}}), "metadata[a%20b%26c%3D]=x");
        check(json!({"name": "a-b_c.d~e"}), "name=a-b_c.d~e");
    }

    #[test]
    fn the_order_is_that_of_the_value() {
        check(json!({"z": 1, "a": {"y": 2, "b": 3}}), "z=1&a[y]=2&a[b]=3");
    }

    #[test]
    fn what_a_form_would_garble_is_refused_by_its_place() {
        refused(json!([1]), FormError::NotAnObject);
        refused(json!("a=b"), FormError::NotAnObject);
        refused(json!({"amount": 49.0}), FormError::Fraction("amount".to_owned()));
        refused(json!({"tiers": [{"flat": 0.5}]}), FormError::Fraction("tiers[0][flat]".to_owned()));
        refused(json!({"metadata": {"a[b]": 1}}), FormError::Name("metadata[a[b]]".to_owned()));
        refused(json!({"": 1}), FormError::Name(String::new()));
        refused(json!({"items": [{"a": 1}, {}]}), FormError::EmptyElement("items[1]".to_owned()));
        refused(json!({"items": [{"a": {}}]}), FormError::EmptyElement("items[0]".to_owned()));
    }

    /// A decoder that shares nothing with the encoder: pairs split by the `url` crate, then put back by name.
    fn decode(text: &str) -> Value {
        let mut root = json!({});
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let steps = name.split('[').map(|step| step.trim_end_matches(']'));
            let mut place = &mut root;
            for step in steps {
                let is_index = step.bytes().all(|byte| byte.is_ascii_digit());
                place = match step.parse::<usize>() {
                    Ok(index) if is_index => {
                        if place.is_null() {
                            *place = json!([]);
                        }
                        let items = place.as_array_mut().unwrap();
                        assert!(index <= items.len(), "a hole in {text}");
                        if index == items.len() {
                            items.push(Value::Null);
                        }
                        &mut items[index]
                    }
                    Ok(_) | Err(_) => {
                        if place.is_null() {
                            *place = json!({});
                        }
                        place.as_object_mut().unwrap().entry(step).or_insert(Value::Null)
                    }
                };
            }
            assert!(place.is_null(), "{name} twice in {text}");
            *place = json!(value);
        }
        root
    }

    /// What is left of a value in a form: text at every leaf, and objects without any are gone.
    fn as_read(value: &Value) -> Option<Value> {
        Some(match value {
            Value::Null => json!(""),
            Value::Bool(yes) => json!(yes.to_string()),
            Value::Number(number) => json!(number.to_string()),
            Value::String(text) => json!(text),
            Value::Array(items) if items.is_empty() => json!(""),
            Value::Array(items) => Value::Array(items.iter().map(as_read).collect::<Option<_>>()?),
            Value::Object(fields) => {
                let fields: Map<_, _> =
                    fields.iter().filter_map(|(name, value)| Some((name.clone(), as_read(value)?))).collect();
                if fields.is_empty() {
                    return None;
                }
                Value::Object(fields)
            }
        })
    }

    /// Names are anything but brackets, and do not look like an index.
    fn fields(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
        prop::collection::vec(("[a-zé&=+%][^\\[\\]]{0,6}", value), 0..5)
            .prop_map(|fields| Value::Object(fields.into_iter().collect()))
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                fields(inner).boxed(),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_independent_decoder_reads_back_what_was_meant(params in fields(values())) {
            match encode(&params) {
                Ok(text) => {
                    prop_assert!(text.is_ascii());
                    prop_assert_eq!(decode(&text), as_read(&params).unwrap_or_else(|| json!({})), "{}", text);
                    prop_assert_eq!(encode(&params), Ok(text));
                }
                Err(FormError::EmptyElement(_)) => {}
                Err(why) => prop_assert!(false, "{why}"),
            }
        }
    }
}
