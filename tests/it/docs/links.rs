//! What is pointed at has to be there.

use std::path::Path;

use super::PAGES;
use super::page::Page;

/// The targets of a line's links: what follows `](`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
}

/// The name that GitHub gives a heading; `None` for another line.
pub fn anchor(line: &str) -> Option<String> {
    let text = line.strip_prefix('#')?.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    Some(kept.collect::<String>().replace(' ', "-"))
}

fn anchors(page: &Page) -> Vec<String> {
    page.prose().into_iter().filter_map(|(_, line)| anchor(line)).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for path in PAGES.into_iter().chain(["CHANGELOG.md", "ARCHITECTURE.md"]) {
        let page = Page::read(path);
        for (number, line) in page.prose() {
            for target in targets(line).filter(|target| !target.starts_with("https://")) {
                let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
                let place = || format!("{}: {target}", page.place(number));
                let folder = root.join(path).parent().unwrap().to_owned();
                let file = if file.is_empty() { root.join(path) } else { folder.join(file) };
                assert!(file.exists(), "{} is not there", place());
                if !anchor.is_empty() {
                    let file = file.canonicalize().unwrap();
                    let target = file.strip_prefix(root.canonicalize().unwrap()).unwrap();
                    let anchors = anchors(&Page::read(target.to_str().unwrap()));
                    assert!(
                        anchors.iter().any(|known| known == anchor),
                        "{} is none of {anchors:?}",
                        place()
                    );
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "only {seen} links were found");
}

#[test]
fn every_path_that_is_spoken_of_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["src/", "tests/", "docs/", "benches/", "completions/", "fixtures/"];
    let mut seen = 0;
    for path in PAGES.into_iter().chain(["ARCHITECTURE.md"]) {
        let page = Page::read(path);
        for (number, line) in page.prose() {
            let quoted = line.split('`').skip(1).step_by(2);
            for name in quoted.filter(|name| folders.iter().any(|folder| name.starts_with(folder))) {
                assert!(root.join(name).exists(), "{}: {name} is not there", page.place(number));
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "only {seen} paths were found");
}
