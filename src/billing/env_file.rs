//! Files of `KEY=value` lines, changed without touching anything else in them.

/// Sets lines in the text of an env file: a key that is there keeps its place (and its `export`), a new one goes to
/// the end. Comments, blank lines and other keys stay as they are.
pub fn with(text: &str, lines: &[(String, String)]) -> String {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut out: Vec<String> = Vec::new();
    let mut set: Vec<&str> = Vec::new();
    for line in text.lines() {
        match lines.iter().find(|(name, _)| is_of(line, name)) {
            // A second line of the same key would win over the first when the file is read.
            Some((name, _)) if set.contains(&name.as_str()) => {}
            Some((name, value)) => {
                let export = if line.trim_start().starts_with("export ") { "export " } else { "" };
                out.push(format!("{export}{name}={value}"));
                set.push(name);
            }
            None => out.push(line.to_owned()),
        }
    }
    let new = lines.iter().filter(|(name, _)| !set.contains(&name.as_str()));
    out.extend(new.map(|(name, value)| format!("{name}={value}")));
    if out.is_empty() { String::new() } else { out.join(line_end) + line_end }
}

/// Whether a line sets a key.
fn is_of(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    line.split_once('=').is_some_and(|(key, _)| key.trim_end() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str) {
        let lines =
            [("PRO", "prod_1"), ("PRICE", "price_1")].map(|(name, id)| (name.to_owned(), id.to_owned()));
        assert_eq!(with(before, &lines), after);
        assert_eq!(with(after, &lines), after, "setting the same lines again changes nothing");
    }

    #[test]
    fn a_new_file_has_just_the_lines() {
        check("", "PRO=prod_1\nPRICE=price_1\n");
    }

    #[test]
    fn a_key_keeps_its_place_and_others_stay() {
        check(
            "# ids\nPRO=old\nOTHER=x # y\n\nlast",
            "# ids\nPRO=prod_1\nOTHER=x # y\n\nlast\nPRICE=price_1\n",
        );
    }

    #[test]
    fn export_and_line_ends_stay() {
        check("export PRICE = \"old\"\r\nPRO=a\r\n", "export PRICE=price_1\r\nPRO=prod_1\r\n");
    }

    #[test]
    fn a_key_that_only_begins_alike_is_another() {
        check("PROD=1\n#PRO=2\n", "PROD=1\n#PRO=2\nPRO=prod_1\nPRICE=price_1\n");
    }

    #[test]
    fn a_doubled_key_is_set_once() {
        check("PRO=a\nPRO=b\nPRICE=c\n", "PRO=prod_1\nPRICE=price_1\n");
    }
}
