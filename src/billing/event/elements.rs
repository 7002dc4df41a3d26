//! The bytes of a list's elements, exactly as they stand in a text of JSON.

use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// The bytes of each element of a list, or of the list called `data` of an object, from the first to the last; `None` where
/// there is no such list.
pub fn elements(text: &[u8]) -> Option<Vec<&[u8]>> {
    let mut place = Place { rest: text };
    if place.pass(b'{').is_none() {
        return place.list();
    }
    let mut found = None;
    while place.pass(b'}').is_none() {
        let key: String = serde_json::from_slice(place.value()?).ok()?;
        place.pass(b':')?;
        if key == "data" {
            found = Some(place.list()?);
        } else {
            place.value()?;
        }
        // The last one has none behind it.
        let _ = place.pass(b',');
    }
    found
}

/// A place in a text of JSON.
struct Place<'a> {
    rest: &'a [u8],
}

impl<'a> Place<'a> {
    /// Goes on past a sign, if it comes next.
    fn pass(&mut self, sign: u8) -> Option<()> {
        let (first, rest) = self.rest.trim_ascii_start().split_first()?;
        (*first == sign).then(|| self.rest = rest)
    }

    /// Goes on past a value.
    fn value(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.trim_ascii_start();
        let mut values = Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        let (value, rest) = rest.split_at_checked(values.byte_offset())?;
        self.rest = rest;
        Some(value)
    }

    fn list(&mut self) -> Option<Vec<&'a [u8]>> {
        let mut elements = Vec::new();
        self.pass(b'[')?;
        while self.pass(b']').is_none() {
            elements.push(self.value()?);
            let _ = self.pass(b',');
        }
        Some(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: &str, expected: Option<&[&str]>) {
        let found = elements(answer.as_bytes());
        let expected: Option<Vec<&[u8]>> =
            expected.map(|elements| elements.iter().map(|element| element.as_bytes()).collect());
        assert_eq!(found, expected, "{answer}");
    }

    #[test]
    fn each_element_keeps_its_spaces_its_order_and_its_spelling() {
        let first = "{\n      \"b\": 1.0e3,\n      \"a\": \"\\u00e9 ] } \\\" ,\"\n    }";
        let second = r#"{"a":[{"data":[1]},[]],"a":"twice"}"#;
        check(
            &format!(
                "{{\n  \"has_more\": false,\n  \"data\": [\n    {first},\n    {second}\n  ],\n  \"url\": \"/v1/x\"\n}}\n"
            ),
            Some(&[first, second]),
        );
    }

    #[test]
    fn elements_need_not_be_objects() {
        check(
            r#"{"data":[1, -2.5e7 ,"a",null,true,[1]],"x":12}"#,
            Some(&["1", "-2.5e7", "\"a\"", "null", "true", "[1]"]),
        );
        check(r#"{"data":[]}"#, Some(&[]));
    }

    #[test]
    fn only_the_answers_own_list_counts() {
        check(r#"{"object":{"data":[1]}}"#, None);
        check("{}", None);
        check(r#"{"data":{"data":[1]}}"#, None);
        check("[1,  {}]", Some(&["1", "{}"]));
        check("7", None);
        check("", None);
    }
}
