//! Events from files: one event, one a line, or a list as Stripe's API and its SDKs print it.

use std::path::Path;

use serde_json::Value;

use crate::billing::event::{Event, elements};
use crate::error::{Explain as _, Kind, fail};

const FIX: &str = "Name a file with one event, with one event a line, or with a list of events";

/// Reads all events of a file, in its order, each with the bytes that it has there.
///
/// # Errors
/// `Usage` for a file that can't be read, or that holds something else; the place is named.
pub fn read(path: &Path) -> anyhow::Result<Vec<(Event, Vec<u8>)>> {
    let bytes = fs_err::read(path).explain(Kind::Usage, || "Cannot read the events".to_owned(), FIX)?;
    parse(bytes).map_err(|Bad { place, why }| {
        let place = place.map_or_else(String::new, |place| format!(", {place}"));
        fail(Kind::Usage, format!("{}{place}: {why}", path.display()), FIX)
    })
}

/// What in a file is no event.
#[derive(Debug, PartialEq, Eq)]
struct Bad {
    place: Option<String>,
    why: String,
}

fn parse(bytes: Vec<u8>) -> Result<Vec<(Event, Vec<u8>)>, Bad> {
    let bad = |place: Option<String>| move |why: String| Bad { place, why };
    if let Ok(whole) = serde_json::from_slice::<Value>(&bytes) {
        if let Some(events) = elements(&bytes).filter(|_| is_list(&whole)) {
            let read = |(index, body): (usize, &[u8])| {
                event(body.to_vec()).map_err(bad(Some(format!("event {}", index + 1))))
            };
            return events.into_iter().enumerate().map(read).collect();
        }
        return Ok(vec![event(bytes).map_err(bad(None))?]);
    }
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let filled = lines.filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace));
    filled
        .map(|(index, line)| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            event(line.to_vec()).map_err(bad(Some(format!("line {}", index + 1))))
        })
        .collect()
}

/// Whether this is no event, but a list of some.
fn is_list(whole: &Value) -> bool {
    match whole {
        Value::Array(_) => true,
        Value::Object(list) => !list.contains_key("type") && list.get("data").is_some_and(Value::is_array),
        _ => false,
    }
}

fn event(body: Vec<u8>) -> Result<(Event, Vec<u8>), String> {
    let event = Event::read(&body).map_err(|error| error.to_string())?;
    Ok((event, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"id":"evt_1", "object":"event","type":"a.b","created":1}"#;
    const TWO: &str = r#"{"id":"evt_2","object":"event","type":"a.c","created":2}"#;

    fn check(text: &str, bodies: &[&str]) {
        let events = parse(text.as_bytes().to_vec()).unwrap();
        let read: Vec<&str> = events.iter().map(|(_, body)| std::str::from_utf8(body).unwrap()).collect();
        assert_eq!(read, bodies);
    }

    fn refused(text: &str, place: Option<&str>, part: &str) {
        let bad = parse(text.as_bytes().to_vec()).unwrap_err();
        assert_eq!(bad.place.as_deref(), place);
        assert!(bad.why.contains(part), "{}", bad.why);
    }

    #[test]
    fn an_event_alone_or_on_its_line_keeps_its_bytes() {
        check(ONE, &[ONE]);
        check(&format!("{{\n  {}\n", &ONE[1..]), &[&format!("{{\n  {}\n", &ONE[1..])]);
        check(&format!("{ONE}\n\n{TWO}\r\n"), &[ONE, TWO]);
    }

    #[test]
    fn a_list_is_taken_apart() {
        check(&format!("[{ONE}, {TWO}]"), &[ONE, TWO]);
        check(&format!(r#"{{"object":"list","data":[{ONE},{TWO}],"has_more":false}}"#), &[ONE, TWO]);
        check("[]", &[]);
        check("", &[]);
    }

    #[test]
    fn what_is_no_event_is_named_by_its_place() {
        refused("{}", None, "no `id`");
        refused("7", None, "no `id`");
        refused("hello", Some("line 1"), "no JSON");
        refused(&format!("{ONE}\n{{\"id\":"), Some("line 2"), "no JSON");
        refused(&format!("[{ONE},{{}}]"), Some("event 2"), "no `id`");
    }
}
