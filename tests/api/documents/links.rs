//! Every relative link leads to a file of the repository, and every anchor to a heading.

use std::path::Path;

use super::{OF_DEVELOPERS, Page, pages};
use crate::app::repository;

/// Other Markdown files with links, beside [`super::OF_DEVELOPERS`].
const OTHERS: [&str; 2] = ["data/README.md", "docker/certificates/README.md"];

/// What the links and pictures of a page lead to.
fn targets(page: &Page) -> Vec<String> {
    let mut targets = Vec::new();
    for line in page.prose() {
        for (start, end) in [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"')] {
            let parts = line.split(start).skip(1);
            targets.extend(parts.filter_map(|part| Some(part.split_once(end)?.0.to_owned())));
        }
    }
    targets
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn lead_to_files_and_headings() {
    let mut relative = 0;
    let others = OF_DEVELOPERS.into_iter().chain(OTHERS).map(Page::read);
    for page in pages().into_iter().chain(others) {
        let folder = Path::new(&page.path).parent().unwrap();
        for target in targets(&page).iter().filter(|it| !it.contains("://")) {
            relative += 1;
            let (file, wanted) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { page.path.clone().into() } else { folder.join(file) };
            assert!(repository(path.to_str().unwrap()).exists(), "{}: {target}", page.path);
            if wanted.is_empty() {
                continue;
            }
            let other = Page::read(path.to_str().unwrap());
            let mut headings = other.prose().into_iter().filter(|line| line.starts_with('#'));
            assert!(headings.any(|it| anchor(it) == wanted), "{}: {target}", page.path);
        }
    }
    assert!(relative > 60, "{relative} links are relative");
}

#[test]
fn every_page_is_in_the_table_of_contents() {
    let readme = Page::read("README.md");
    for page in pages().iter().filter(|page| page.path != readme.path) {
        let row = format!("]({}) | ", page.path);
        assert!(readme.text.contains(&row), "README.md does not list {}", page.path);
    }
}
