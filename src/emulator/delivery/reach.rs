//! Which addresses events are sent to: this machine's, over plain HTTP, and hosts that were named.

use axum::http::Uri;

/// The address to send to.
///
/// # Errors
/// Why nothing is sent there, to be shown to a person.
pub fn reach(url: &str, hosts: &[String]) -> Result<Uri, String> {
    let Ok(uri) = url.parse::<Uri>() else {
        return Err("not sent: it is no URL".to_owned());
    };
    let host = uri.host().unwrap_or_default();
    if !is_loopback(host) && !hosts.iter().any(|named| named.eq_ignore_ascii_case(host)) {
        return Err(format!("not sent: {host} is not this machine"));
    }
    match uri.scheme_str() {
        Some("http") => Ok(uri),
        _ => Err("not sent: the emulator sends plain HTTP only".to_owned()),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: Result<(), &str>) {
        let hosts = ["app".to_owned()];
        match (reach(url, &hosts), expected) {
            (Ok(_), Ok(())) => {}
            (Err(note), Err(part)) => assert!(note.contains(part), "{url}: {note}"),
            (reached, _) => panic!("{url}: {reached:?}"),
        }
    }

    #[test]
    fn only_this_machine_and_named_hosts_are_sent_to() {
        check("http://127.0.0.1:4242/webhook", Ok(()));
        check("http://127.8.9.1/", Ok(()));
        check("http://localhost:3000/api/stripe?x=1", Ok(()));
        check("http://LOCALHOST", Ok(()));
        check("http://[::1]:80/w", Ok(()));
        check("http://app:3000/w", Ok(()));
        check("https://127.0.0.1/w", Err("plain HTTP"));
        check("https://example.com/w", Err("example.com is not this machine"));
        check("http://127.0.0.1.example.com/w", Err("is not this machine"));
        check("http://localhost.example.com/w", Err("is not this machine"));
        check("http://app.example.com/w", Err("is not this machine"));
        check("http://localhost@example.com/w", Err("is not this machine"));
        check("http://10.0.0.1/w", Err("is not this machine"));
        check("http://[::2]/w", Err("is not this machine"));
        check("nonsense", Err("is not this machine"));
        check("http://a b/", Err("no URL"));
    }
}
