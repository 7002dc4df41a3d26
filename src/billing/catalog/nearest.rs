//! The word that was probably meant.

/// The candidate closest to a misspelt word, if one is close: about a third of the letters may differ.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = word.chars().count().div_ceil(3).max(1);
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    let wanted = plain(word);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// "did you mean `amount`?", or else the choices, unless they are many.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>, noun: &str) -> String {
    const SHOWN: usize = 24;
    let mut candidates: Vec<&str> = candidates.into_iter().collect();
    candidates.sort_unstable();
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return format!("Did you mean `{near}`?");
    }
    let more = candidates.len().saturating_sub(SHOWN);
    let shown: Vec<String> =
        candidates.iter().take(SHOWN).map(|candidate| format!("`{candidate}`")).collect();
    match (shown.is_empty(), more) {
        (true, _) => format!("There are no {noun} yet"),
        (false, 0) => format!("Known {noun}: {}", shown.join(", ")),
        (false, _) => format!("Known {noun}: {} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, candidates: &[&str], wanted: Option<&str>) {
        assert_eq!(nearest(word, candidates.iter().copied()), wanted, "{word}");
    }

    #[test]
    fn misspelt_words_find_their_neighbour() {
        check("amont", &["name", "amount", "active"], Some("amount"));
        check("Amount", &["name", "amount"], Some("amount"));
        check("lookup-key", &["lookup_key", "id"], Some("lookup_key"));
        check("evrey", &["every", "env"], Some("every"));
        check("colour", &["amount", "name"], None);
    }

    #[test]
    fn without_a_neighbour_the_choices_are_listed() {
        assert_eq!(suggest("x", ["pro", "free"], "products"), "Known products: `free`, `pro`");
        assert_eq!(suggest("x", [], "meters"), "There are no meters yet");
    }
}
