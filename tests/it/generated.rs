//! Files that the binary writes, and that are committed: each has to be what it would write now.
//!
//! `BILLCTL_REFRESH=1 cargo test --test it generated` writes them anew.

use std::path::Path;

use crate::support::Shop;

/// Whether the files are to be written anew.
pub fn is_refreshing() -> bool {
    std::env::vars_os().any(|(name, _)| name == "BILLCTL_REFRESH")
}

/// Fails where a committed file differs from `text`; with `BILLCTL_REFRESH` writes it instead.
#[track_caller]
pub fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if is_refreshing() {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, text).unwrap();
    }
    let committed = fs_err::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "{name} is stale: `BILLCTL_REFRESH=1 cargo test --test it generated` writes it anew"
    );
}

#[test]
fn completions_are_up_to_date() {
    let shop = Shop::new();
    for (shell, file) in [
        ("bash", "billctl.bash"),
        ("elvish", "billctl.elv"),
        ("fish", "billctl.fish"),
        ("powershell", "_billctl.ps1"),
        ("zsh", "_billctl"),
    ] {
        let script = shop.billctl(&format!("completions {shell}")).exits(0);
        check(&format!("completions/{file}"), &script.stdout);
    }
}

#[test]
fn the_schema_is_up_to_date() {
    let schema = Shop::new().billctl("catalog schema").exits(0);
    check("billing.schema.json", &schema.stdout);
}

/// The help of every command, as one page: a change of the surface is seen in review.
#[test]
fn the_page_of_commands_is_up_to_date() {
    let shop = Shop::new();
    let mut page =
        "# Commands\n\nWhat `billctl COMMAND --help` says, for every command; this page is made of it.\n"
            .to_owned();
    let mut waiting = vec![String::new()];
    while let Some(command) = waiting.pop() {
        let help = shop.billctl(&format!("{command} --help")).exits(0).stdout;
        page.push_str(&format!(
            "\n## billctl{command}\n\n```text\n{}```\n",
            without_global_options(&command, &help)
        ));
        let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        let names: Vec<&str> = verbs
            .take_while(|line| !line.is_empty())
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        waiting.extend(names.iter().rev().map(|name| format!("{command} {name}")));
    }
    check("docs/commands.md", &page);
}

/// The global options stand on the page once.
fn without_global_options(command: &str, help: &str) -> String {
    let Some((before, rest)) = help.split_once("Global options:\n").filter(|_| !command.is_empty()) else {
        return help.to_owned();
    };
    // They end where a line is indented by nothing.
    let after = rest.lines().skip_while(|line| line.is_empty() || line.starts_with(' ')).collect::<Vec<_>>();
    let mut text = before.trim_end().to_owned() + "\n";
    if !after.is_empty() {
        text.push_str(&format!("\n{}\n", after.join("\n")));
    }
    text
}
