//! The README's tour is run: what it shows is what a reader will see.
//!
//! `BILLCTL_REFRESH=1 cargo test --test it readme` writes the answers anew.

use std::path::Path;
use std::process::Command;

use crate::generated::is_refreshing;
use crate::support::{Shop, sealed, words};

const OPENING: &str = "```console\n";
const CLOSING: &str = "```\n";

#[test]
fn the_tour_shows_what_the_commands_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs_err::read_to_string(root.join("README.md")).unwrap();
    let shop = Shop::new();
    shop.write("billing.toml.example", fs_err::read(root.join("billing.toml.example")).unwrap());

    let mut rewritten = String::new();
    let mut rest = readme.as_str();
    let mut stale = Vec::new();
    while let Some((before, after)) = rest.split_once(OPENING) {
        let (block, after) = after.split_once(CLOSING).unwrap();
        let said = run(&shop, block);
        // Ids differ from run to run; the ones that stand there are kept where nothing else changed.
        let is_same = sealed(block) == sealed(&said);
        if !is_same {
            stale.push(said.clone());
        }
        rewritten.push_str(&format!("{before}{OPENING}{}{CLOSING}", if is_same { block } else { &said }));
        rest = after;
    }
    rewritten.push_str(rest);
    assert!(rewritten.contains("$ billctl"), "the README has no tour");
    if is_refreshing() {
        fs_err::write(root.join("README.md"), rewritten).unwrap();
    } else {
        let how = "`BILLCTL_REFRESH=1 cargo test --test it readme` writes it anew";
        assert!(stale.is_empty(), "the README's tour is stale, {how}; it says now:\n{}", stale.join("\n"));
    }
}

/// Runs the commands of a block and writes the block as it should be.
fn run(shop: &Shop, block: &str) -> String {
    let mut text = String::new();
    for line in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
        text.push_str(&format!("$ {line}\n"));
        match line.strip_prefix("billctl ") {
            Some(arguments) => {
                let said = shop.run(&words(arguments), "");
                let folder = shop.folder().display().to_string();
                text.push_str(&format!("{}{}", said.stderr, said.stdout).replace(&folder, "/home/ada/shop"));
            }
            None => {
                let status = Command::new("sh").args(["-c", line]).current_dir(shop.folder()).status();
                assert!(status.unwrap().success(), "{line}");
            }
        }
    }
    text
}

#[test]
fn the_guide_to_the_file_is_one_valid_file() {
    let guide =
        fs_err::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/billing-toml.md")).unwrap();
    let blocks = guide.split("```toml\n").skip(1).map(|block| block.split_once("```").unwrap().0);
    let shop = Shop::new();
    shop.write("billing.toml", blocks.collect::<Vec<_>>().join("\n"));
    let said = shop.billctl("catalog validate").exits(0);
    assert_eq!(said.stderr, "", "{said}");
    shop.billctl("catalog sync --yes").exits(0);
    shop.billctl("catalog plan --exit-code").exits(0);
}
