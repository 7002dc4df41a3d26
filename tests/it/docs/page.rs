//! A page of Markdown: its fenced blocks, and what each is for.
//!
//! | first line of a block | meaning |
//! |---|---|
//! | `console` | lines after `$ ` are run, in order, in one folder a page; what follows each is what it says |
//! | `LANGUAGE NAME` | the file `NAME` of that folder from here on |
//! | `diff NAME` | an edit of that file: the `-` lines, with the lines around them, become the `+` lines |
//! | `toml` | a billing file, whole or in parts, that has to be valid |
//! | `sh`, `yaml` | for another place: what calls billctl has to be a command that there is |
//! | `text` and others | shown, and holds no command |

use std::ops::Range;
use std::path::{Path, PathBuf};

/// A page, by lines.
pub struct Page {
    pub path: PathBuf,
    pub lines: Vec<String>,
}

/// A fenced block; lines are counted from 0 and do not include the fences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub language: String,
    /// What stands after the language.
    pub name: Option<String>,
    pub lines: Range<usize>,
}

/// A command of a `console` block, and the lines that the page shows of what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub line: usize,
    pub text: String,
    pub shown: Range<usize>,
}

impl Page {
    /// Reads a page by its path from the repository's root.
    pub fn read(path: &str) -> Page {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = fs_err::read_to_string(&path).unwrap();
        Page { path, lines: text.lines().map(str::to_owned).collect() }
    }

    pub fn text(&self, range: Range<usize>) -> String {
        self.lines[range].iter().map(|line| format!("{line}\n")).collect()
    }

    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<(usize, &str)> = None;
        for (number, line) in self.lines.iter().enumerate() {
            let Some(info) = line.strip_prefix("```") else { continue };
            match open.take() {
                None => open = Some((number + 1, info)),
                Some((first, info)) => {
                    let (language, name) = info.split_once(' ').unwrap_or((info, ""));
                    let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
                    blocks.push(Block { language: language.to_owned(), name, lines: first..number });
                }
            }
        }
        assert!(open.is_none(), "{}: a block is not closed", self.path.display());
        blocks
    }

    /// The commands of a `console` block. A command goes on in the next line after a `\`.
    pub fn commands(&self, block: &Block) -> Vec<Command> {
        let mut commands: Vec<Command> = Vec::new();
        let mut number = block.lines.start;
        while number < block.lines.end {
            let line = number;
            if let Some(text) = self.lines[number].strip_prefix("$ ") {
                let mut text = text.to_owned();
                while let Some(start) = text.strip_suffix('\\') {
                    number += 1;
                    text = format!("{}{}", start, self.lines[number].trim_start());
                }
                commands.push(Command { line, text, shown: number + 1..number + 1 });
            } else {
                let command = commands.last_mut();
                let place = || format!("{}:{}", self.path.display(), line + 1);
                command.unwrap_or_else(|| panic!("{}: no command said this", place())).shown.end = line + 1;
            }
            number += 1;
        }
        // An empty line before the next command only separates.
        for command in &mut commands {
            while !command.shown.is_empty() && self.lines[command.shown.end - 1].is_empty() {
                command.shown.end -= 1;
            }
        }
        commands
    }

    /// The lines outside of blocks, with their numbers.
    pub fn prose(&self) -> Vec<(usize, &str)> {
        let mut inside = false;
        let mut prose = Vec::new();
        for (number, line) in self.lines.iter().enumerate() {
            if line.starts_with("```") {
                inside = !inside;
            } else if !inside {
                prose.push((number, line.as_str()));
            }
        }
        prose
    }

    /// `README.md:12`, for messages.
    pub fn place(&self, line: usize) -> String {
        let path = self.path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&self.path);
        format!("{}:{}", path.display(), line + 1)
    }
}

#[test]
fn blocks_and_commands_are_found() {
    let text = "# T\n\n```console\n$ one\nsaid\n\n$ two \\\n    more\n```\n```toml a.toml\nx = 1\n```\n";
    let page = Page { path: PathBuf::from("p"), lines: text.lines().map(str::to_owned).collect() };
    let blocks = page.blocks();
    assert_eq!(
        blocks
            .iter()
            .map(|block| (block.language.as_str(), block.name.as_deref(), block.lines.clone()))
            .collect::<Vec<_>>(),
        [("console", None, 3..8), ("toml", Some("a.toml"), 10..11)]
    );
    let commands = page.commands(&blocks[0]);
    assert_eq!(commands[0], Command { line: 3, text: "one".to_owned(), shown: 4..5 });
    assert_eq!(commands[1], Command { line: 6, text: "two more".to_owned(), shown: 8..8 });
    assert_eq!(page.prose().iter().map(|(_, line)| *line).collect::<Vec<_>>(), ["# T", ""]);
}
