//! A template filled in.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;
use url::Url;

use super::SESSION_ID;
use super::template::{Broken, Part, parse};

/// All but what RFC 3986 leaves as it is everywhere: a value can't leave its place in the path or query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Why a template can't be filled in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unfilled {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error("there is no variable `{{{0}}}`")]
    Unknown(String),
    #[error("`{{{0}}}` has no value")]
    NoValue(String),
    #[error("Stripe fills in {{{SESSION_ID}}} after a success only")]
    SessionId,
    #[error("`{0}` is no web address")]
    NoAddress(String),
}

/// Fills a template in. `values` has every variable that there is, with its value if it has one. What stands at the
/// beginning is the beginning of an address and stays as it is; every other value is escaped. `{CHECKOUT_SESSION_ID}`
/// stays for Stripe to fill in, where `is_success`.
///
/// # Errors
/// [`Unfilled`]
pub fn fill(
    template: &str,
    values: &BTreeMap<String, Option<String>>,
    is_success: bool,
) -> Result<String, Unfilled> {
    let parts = parse(template)?;
    let mut empty = Vec::new();
    for part in &parts {
        let Part::Variable { name, group } = part else { continue };
        if *name == SESSION_ID {
            if !is_success {
                return Err(Unfilled::SessionId);
            }
            continue;
        }
        let value = values.get(*name).ok_or_else(|| Unfilled::Unknown((*name).to_owned()))?;
        match (value, group) {
            (Some(_), _) => {}
            (None, Some(group)) => empty.push(*group),
            (None, None) => return Err(Unfilled::NoValue((*name).to_owned())),
        }
    }
    let mut address = String::new();
    for part in parts.iter().filter(|part| !part.group().is_some_and(|group| empty.contains(&group))) {
        match part {
            Part::Text { text, .. } => {
                // An address may be written with a slash at its end, and the template goes on with one.
                if text.starts_with('/') && address.ends_with('/') && is_only_base(&address) {
                    address.pop();
                }
                address.push_str(text);
            }
            Part::Variable { name, .. } if *name == SESSION_ID => {
                address.push_str(&format!("{{{SESSION_ID}}}"));
            }
            Part::Variable { name, .. } => {
                let value = values.get(*name).and_then(Option::as_deref).unwrap_or_default();
                match address.is_empty() {
                    true => address.push_str(value),
                    false => address.extend(utf8_percent_encode(value, ESCAPED)),
                }
            }
        }
    }
    if is_web_address(&address) { Ok(address) } else { Err(Unfilled::NoAddress(address)) }
}

/// Whether nothing stands behind the value that the address begins with.
fn is_only_base(address: &str) -> bool {
    !address.contains(['?', '#'])
}

/// Whether a text is an address of the web, with a host.
pub fn is_web_address(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_web = matches!(scheme.as_deref(), Some("http" | "https"));
    let is_plain = !text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    is_web && is_plain && Url::parse(text).is_ok_and(|url| url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMUNITIES: &str = "{parent_app_url}/c/{subject}/[plugin/{plugin}/]?stripe_status=success&session_id={CHECKOUT_SESSION_ID}";

    fn values(given: &[(&str, &str)]) -> BTreeMap<String, Option<String>> {
        let known = ["base_url", "parent_app_url", "subject", "plugin"];
        let mut values: BTreeMap<String, Option<String>> =
            known.into_iter().map(|name| (name.to_owned(), None)).collect();
        values.extend(given.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))));
        values
    }

    #[track_caller]
    fn check(template: &str, given: &[(&str, &str)], expected: Result<&str, &str>) {
        let filled = fill(template, &values(given), true).map_err(|why| why.to_string());
        assert_eq!(filled.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn an_optional_part_needs_all_its_values() {
        let app = ("parent_app_url", "https://app.example");
        check(
            COMMUNITIES,
            &[app, ("subject", "42")],
            Ok("https://app.example/c/42/?stripe_status=success&session_id={CHECKOUT_SESSION_ID}"),
        );
        check(
            COMMUNITIES,
            &[app, ("subject", "42"), ("plugin", "chat")],
            Ok(
                "https://app.example/c/42/plugin/chat/?stripe_status=success&session_id={CHECKOUT_SESSION_ID}",
            ),
        );
        check(COMMUNITIES, &[app], Err("`{subject}` has no value"));
    }

    #[test]
    fn a_value_cannot_leave_its_place() {
        let app = ("base_url", "https://app.example");
        let template = "{base_url}/u/{subject}?next={plugin}";
        check(
            template,
            &[app, ("subject", "a/../b?c#d é"), ("plugin", "x&y=z")],
            Ok("https://app.example/u/a%2F..%2Fb%3Fc%23d%20%C3%A9?next=x%26y%3Dz"),
        );
        check(
            template,
            &[app, ("subject", "{CHECKOUT_SESSION_ID}"), ("plugin", "p")],
            Ok("https://app.example/u/%7BCHECKOUT_SESSION_ID%7D?next=p"),
        );
    }

    #[test]
    fn the_beginning_stays_as_it_is_but_for_a_second_slash() {
        check("{base_url}/a", &[("base_url", "https://x.example/app/")], Ok("https://x.example/app/a"));
        check("{base_url}", &[("base_url", "http://localhost:3000")], Ok("http://localhost:3000"));
        check("https://x.example//a/", &[], Ok("https://x.example//a/"));
    }

    #[test]
    fn only_the_web_is_led_to() {
        let no = |text: &'static str| Err(text);
        check(
            "{base_url}/a",
            &[("base_url", "javascript:alert(1)//")],
            no("`javascript:alert(1)//a` is no web address"),
        );
        check("{base_url}", &[("base_url", "ftp://x.example")], no("`ftp://x.example` is no web address"));
        check("{base_url}/a", &[("base_url", "")], no("`/a` is no web address"));
        check("{base_url}", &[("base_url", "https://")], no("`https://` is no web address"));
        check(
            "{base_url}/a b",
            &[("base_url", "https://x.example")],
            no("`https://x.example/a b` is no web address"),
        );
        check("myapp://a/{subject}", &[("subject", "u")], no("`myapp://a/u` is no web address"));
    }

    #[test]
    fn what_is_not_known_is_told() {
        check("{base}/a", &[], Err("there is no variable `{base}`"));
        check("{base_url", &[], Err("a `{` is never closed"));
        let cancel = fill("https://x.example/{CHECKOUT_SESSION_ID}", &BTreeMap::new(), false);
        assert_eq!(cancel, Err(Unfilled::SessionId));
    }
}
