//! API versions: which the emulator answers in, and which callers may name.

use super::refusal::Refusal;

/// The version whose shapes the emulator speaks.
pub const PINNED: &str = "2026-10-28.endive";

const RELEASES: [&str; 6] = ["acacia", "basil", "clover", "dahlia", "endive", "preview"];

/// What a request's `Stripe-Version` header means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// What the answer's `stripe-version` header says.
    pub name: String,
    /// Whether parameters that newer versions removed are taken: without the header and with an older
    /// version's name. Answers have the pinned version's shapes all the same.
    pub lenient: bool,
}

/// Reads the header.
///
/// # Errors
/// A 400 for a name that is no version of Stripe's API.
pub fn read(header: Option<&str>) -> Result<Version, Refusal> {
    let Some(name) = header else { return Ok(Version { name: PINNED.to_owned(), lenient: true }) };
    let (date, release) = match name.split_once('.') {
        Some((date, release)) => (date, Some(release)),
        None => (name, None),
    };
    let known = match release {
        Some(release) => RELEASES.contains(&release) && is_date(date) && date >= "2024-09-30",
        None => is_date(date) && ("2011-01-01".."2024-09-30").contains(&date),
    };
    if !known {
        return Err(Refusal::status(400, format!("Invalid Stripe API version: {name}")));
    }
    let native = matches!(release, Some("endive" | "preview"));
    Ok(Version { name: name.to_owned(), lenient: !native })
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: Option<&str>, lenient: Option<bool>) {
        assert_eq!(read(header).ok().map(|version| version.lenient), lenient, "{header:?}");
    }

    #[test]
    fn only_the_pinned_release_is_strict() {
        check(Some("2026-10-28.endive"), Some(false));
        check(Some("2026-09-30.endive"), Some(false));
        check(Some("2026-08-26.dahlia"), Some(true));
        check(Some("2020-08-27"), Some(true));
        check(None, Some(true));
    }

    #[test]
    fn names_that_never_were_a_version_are_refused() {
        check(Some("2026-10-28.zinnia"), None);
        check(Some("2026-13-28.endive"), None);
        check(Some("2026-10-28"), None);
        check(Some("latest"), None);
        check(Some(""), None);
    }
}
