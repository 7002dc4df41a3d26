//! Tables that are written from the program itself, between `<!-- keys: Product -->` or `<!-- flags: catalog plan -->`
//! and `<!-- end -->`.

use std::collections::{BTreeMap, BTreeSet};

use billctl::cli::Cli;
use clap::{Arg, ArgAction, Command, CommandFactory as _};
use serde_json::Value;

use super::follow::{Difference, rewrite, writing};
use super::links::anchor;
use super::page::Page;
use crate::generated::is_refreshing;

/// Writes every table of a page that is marked with `mark`, and holds the page against it; the marks' arguments.
fn hold(path: &str, mark: &str, table: impl Fn(&str) -> String) -> Vec<String> {
    let _writing = writing();
    let page = Page::read(path);
    let start = format!("<!-- {mark}: ");
    let mut names = Vec::new();
    let mut differences = Vec::new();
    for (number, line) in page.lines.iter().enumerate() {
        let Some(name) = line.strip_prefix(&start).and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        let rest = page.lines[number..].iter().position(|line| line == "<!-- end -->");
        let end = number + rest.unwrap_or_else(|| panic!("{}: no end", page.place(number)));
        let said = format!("\n{}\n", table(name));
        if page.text(number + 1..end) != said {
            differences.push(Difference { shown: number + 1..end, said });
        }
        names.push(name.to_owned());
    }
    if !differences.is_empty() {
        if is_refreshing() {
            rewrite(&page, &differences);
        } else {
            let stale: Vec<String> =
                differences.iter().map(|difference| page.place(difference.shown.start - 1)).collect();
            panic!(
                "stale: {}\nwrite them with BILLCTL_REFRESH=1 cargo test --test it docs",
                stale.join(", ")
            );
        }
    }
    names
}

fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

/// The heading's anchor for each table.
type Places = BTreeMap<String, String>;

/// Under which heading each table's keys stand.
fn places(page: &Page) -> Places {
    let mut heading = String::new();
    let mut places = Places::new();
    for (_, line) in page.prose() {
        if let Some(anchor) = anchor(line) {
            heading = anchor;
        }
        let name = line.strip_prefix("<!-- keys: ").and_then(|rest| rest.strip_suffix(" -->"));
        places.extend(name.map(|name| (name.to_owned(), heading.clone())));
    }
    places
}

/// The keys of a table of billing.toml: what a value looks like, and what it means.
fn keys(schema: &Value, places: &Places, name: &str) -> String {
    let table = if name == "BillingFile" { schema } else { &schema["$defs"][name] };
    let required: BTreeSet<&str> =
        table["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut text = "| key | value | |\n|---|---|---|\n".to_owned();
    let properties = table["properties"].as_object().unwrap_or_else(|| panic!("there is no table {name}"));
    for (key, property) in properties {
        let needed = if required.contains(key.as_str()) { "Needed. " } else { "" };
        let what =
            property["description"].as_str().unwrap_or_else(|| panic!("{name}.{key} is not described"));
        text.push_str(&format!(
            "| `{key}` | {} | {needed}{} |\n",
            value(schema, places, property),
            cell(what)
        ));
    }
    text
}

/// What a value looks like, in words.
fn value(schema: &Value, places: &Places, property: &Value) -> String {
    if let Some(expects) = property["x-expects"].as_str() {
        return cell(expects);
    }
    if let Some(name) = property["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        let definition = &schema["$defs"][name];
        if definition["x-expects"].is_null() && definition["properties"].is_object() {
            let place = places.get(name).unwrap_or_else(|| panic!("docs/catalog.md has no keys of {name}"));
            return format!("[a table](#{place})");
        }
        return value(schema, places, definition);
    }
    let choices: Vec<String> = match (&property["enum"], &property["oneOf"]) {
        (Value::Array(names), _) => names.iter().map(|name| format!("`{name}`")).collect(),
        (_, Value::Array(all)) => all
            .iter()
            .flat_map(|one| one["enum"].as_array().into_iter().flatten().chain(one.get("const")))
            .map(|name| format!("`{name}`"))
            .collect(),
        _ => Vec::new(),
    };
    if !choices.is_empty() {
        return choices.join(", ");
    }
    let bound = |name: &str| property[name].as_u64();
    match property["type"].as_str() {
        Some("string") => match bound("maxLength") {
            Some(most) => format!("text of at most {most} characters"),
            None => "text".to_owned(),
        },
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("integer") => match (bound("minimum"), bound("maximum")) {
            (Some(least), Some(most)) => format!("whole number from {least} to {most}"),
            (Some(1), None) => "whole number above 0".to_owned(),
            _ => "whole number".to_owned(),
        },
        Some("array") => format!("list: {}", value(schema, places, &property["items"])),
        Some("object") => {
            let each = &property["additionalProperties"];
            if each["type"] == "object" || !each.is_object() {
                "a table".to_owned()
            } else {
                match value(schema, places, each) {
                    // A table of tables is written as `[products.pro]`.
                    table if table.starts_with('[') => table.replace("[a table]", "[a table for each]"),
                    other => format!("a table of: {other}"),
                }
            }
        }
        _ => panic!("no words for {property}"),
    }
}

#[test]
fn the_page_of_the_catalog_has_every_key() {
    let schema = billctl::billing::catalog::schema::generate();
    let places = places(&Page::read("docs/catalog.md"));
    let names = hold("docs/catalog.md", "keys", |name| keys(&schema, &places, name));
    let named: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let definitions = schema["$defs"].as_object().unwrap();
    let tables = definitions.iter().filter(|(_, definition)| definition["properties"].is_object());
    let missing: Vec<&String> =
        tables.map(|(name, _)| name).filter(|name| !named.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "docs/catalog.md has no keys of {missing:?}");
    assert!(named.contains("BillingFile"), "docs/catalog.md has no keys of the file itself");
}

/// The arguments and flags of a command; of billctl itself those that every command takes.
fn flags(root: &Command, path: &str) -> String {
    let command = path.split_whitespace().fold(root, |command, name| {
        command.find_subcommand(name).unwrap_or_else(|| panic!("there is no command {path}"))
    });
    let own: Vec<&Arg> = command
        .get_arguments()
        .filter(|argument| !["help", "version"].contains(&argument.get_id().as_str()))
        .filter(|argument| !argument.is_hide_set() && argument.is_global_set() == path.is_empty())
        .collect();
    if own.is_empty() {
        return "It has no flags of its own.\n".to_owned();
    }
    let mut text = "| flag | |\n|---|---|\n".to_owned();
    for argument in own {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        assert!(!help.is_empty(), "{path}: {} is not described", argument.get_id());
        let default: Vec<String> = argument
            .get_default_values()
            .iter()
            .map(|value| value.to_string_lossy().into_owned())
            .filter(|_| argument.get_action().takes_values())
            .collect();
        let default =
            if default.is_empty() { String::new() } else { format!(" Without it: `{}`.", default.join(" ")) };
        text.push_str(&format!("| {} | {}.{default} |\n", spelt(argument), cell(&help)));
    }
    text
}

/// `-o`, `--output FORMAT`
fn spelt(argument: &Arg) -> String {
    let names = argument.get_value_names().map(|names| names.join(" ")).unwrap_or_default();
    let value = match argument.get_action() {
        ArgAction::Set | ArgAction::Append => names,
        _ => String::new(),
    };
    if argument.is_positional() {
        return format!("`{value}`");
    }
    let short = argument.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
    let long = argument.get_long().unwrap_or_default();
    let many = if matches!(argument.get_action(), ArgAction::Append) { "…" } else { "" };
    format!("{short}`{}`{many}", format!("--{long} {value}").trim())
}

#[test]
fn the_page_of_commands_has_every_command_and_flag() {
    let mut root = Cli::command();
    root.build();
    let named = hold("docs/commands.md", "flags", |path| match path {
        "all" => flags(&root, ""),
        path => flags(&root, path),
    });
    let mut open = vec![(String::new(), root)];
    let mut missing = Vec::new();
    while let Some((path, command)) = open.pop() {
        for verb in command.get_subcommands() {
            open.push((format!("{path} {}", verb.get_name()), verb.clone()));
        }
        let path = path.trim();
        if !command.has_subcommands() && !named.iter().any(|name| name == path) {
            missing.push(path.to_owned());
        }
    }
    assert!(missing.is_empty(), "docs/commands.md has nothing of {missing:?}");
    assert!(named.iter().any(|name| name == "all"), "docs/commands.md has no global flags");
}
