//! What is typed has to exist: every call of billctl in a page, run or not, is one that the program takes.

use billctl::cli::Cli;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use super::PAGES;
use super::page::Page;
use crate::support::Shop;

/// Cuts a shell line into the calls in it, each as its words.
fn calls(line: &str) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut started = false;
    for letter in line.chars().chain(['\n']) {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                started = true;
            }
            (None, ' ' | '\n' | '|' | ';' | '&' | '>' | '<' | '(' | ')') => {
                if started {
                    words.push(std::mem::take(&mut word));
                    started = false;
                }
                if letter != ' ' {
                    calls.push(std::mem::take(&mut words));
                }
                if letter == '>' {
                    // What it is written to is no call.
                    words.push(String::new());
                }
            }
            (_, letter) => {
                word.push(letter);
                started = true;
            }
        }
    }
    calls
}

/// The words after `billctl`, where a call is one of it.
fn arguments(words: &[String]) -> Option<&[String]> {
    let is_setting = |word: &&String| word.contains('=') && !word.starts_with('-');
    let start = words.iter().take_while(is_setting).count();
    let words = &words[start..];
    let prefix = ["cargo", "run", "--release", "--"];
    if words.len() > prefix.len() && words.iter().zip(prefix).all(|(word, expected)| word == expected) {
        return Some(&words[prefix.len()..]);
    }
    let skipped = words.iter().take_while(|word| ["run:", "-", "exec", "!"].contains(&word.as_str())).count();
    words.get(skipped).filter(|word| *word == "billctl").map(|_| &words[skipped + 1..])
}

/// Whether billctl takes these arguments. A name without its verb or operand is one in passing.
fn check(arguments: &[String], in_passing: bool) -> Result<(), String> {
    let words = std::iter::once("billctl").chain(arguments.iter().map(String::as_str));
    match Cli::try_parse_from(words) {
        Ok(_) => Ok(()),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Ok(()),
            ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::MissingRequiredArgument
                if in_passing =>
            {
                Ok(())
            }
            _ => Err(error.to_string()),
        },
    }
}

#[test]
fn every_call_of_billctl_is_one_that_it_takes() {
    let mut seen = 0;
    for path in PAGES {
        let page = Page::read(path);
        let mut lines: Vec<(usize, String)> = Vec::new();
        for block in page.blocks() {
            match block.language.as_str() {
                "console" => lines
                    .extend(page.commands(&block).into_iter().map(|command| (command.line, command.text))),
                "sh" | "yaml" => {
                    lines.extend(block.lines.clone().map(|line| (line, page.lines[line].trim().to_owned())))
                }
                _ => {
                    for line in block.lines {
                        let text = &page.lines[line];
                        assert!(
                            !text.starts_with("$ "),
                            "{}: a command that nobody checks",
                            page.place(line)
                        );
                        assert!(
                            !text.starts_with("billctl "),
                            "{}: a command that nobody checks",
                            page.place(line)
                        );
                    }
                }
            }
        }
        for (line, text) in lines {
            for words in calls(&text) {
                if let Some(arguments) = arguments(&words) {
                    seen += 1;
                    check(arguments, false)
                        .unwrap_or_else(|told| panic!("{}: {text}\n{told}", page.place(line)));
                }
            }
        }
    }
    assert!(seen > 50, "only {seen} calls were found");
}

/// What stands in backticks in a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn every_command_and_flag_that_is_spoken_of_exists() {
    let mut flags = vec!["--help".to_owned(), "--version".to_owned()];
    let mut commands = vec![Cli::command()];
    while let Some(command) = commands.pop() {
        flags.extend(
            command.get_arguments().filter_map(|flag| flag.get_long()).map(|name| format!("--{name}")),
        );
        commands.extend(command.get_subcommands().cloned());
    }
    for path in PAGES {
        let page = Page::read(path);
        for (number, line) in page.prose() {
            for code in quoted(line) {
                let place = || format!("{}: `{code}`", page.place(number));
                if let Some(rest) = code.strip_prefix("billctl ") {
                    for words in calls(&format!("billctl {rest}")) {
                        let Some(arguments) = arguments(&words) else { continue };
                        check(arguments, true).unwrap_or_else(|told| panic!("{}\n{told}", place()));
                    }
                } else if code.starts_with("--") {
                    let flag = code.split([' ', '=']).next().unwrap();
                    assert!(flags.iter().any(|known| known == flag), "{}: there is no such flag", place());
                }
            }
        }
    }
}

#[test]
fn every_billing_file_that_is_shown_is_valid() {
    let mut seen = 0;
    for path in PAGES {
        let page = Page::read(path);
        for block in
            page.blocks().into_iter().filter(|block| block.language == "toml" && block.name.is_none())
        {
            let text = page.text(block.lines.clone());
            let shop = Shop::new();
            let project = if text.contains("[project]") { "" } else { "[project]\nname = \"shop\"\n" };
            shop.write("billing.toml", format!("{text}\n{project}"));
            let said = shop.billctl("catalog validate");
            assert_eq!(said.code, Some(0), "{}: {said}", page.place(block.lines.start));
            seen += 1;
        }
    }
    assert!(seen > 8, "only {seen} billing files were found");
}

#[test]
fn calls_are_found_among_other_words() {
    let found = |line: &str| {
        let calls = calls(line);
        calls.iter().filter_map(|words| arguments(words)).map(|words| words.join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(found("A=1 billctl catalog plan --out 'a b' | less"), ["catalog plan --out a b"]);
    assert_eq!(found("run: billctl doctor; echo $?"), ["doctor"]);
    assert_eq!(found("cat $(billctl man)"), ["man"]);
    assert_eq!(found("echo billctl > billctl"), Vec::<String>::new());
    assert_eq!(found("cargo run --release -- doctor"), ["doctor"]);
}
