//! README.md and the pages of docs/ are run: every query gets the answer below it, every command
//! works, every table is the program's, every link leads somewhere.
//!
//! A fenced block says by its language what the tests do with it:
//!
//! | block | the tests |
//! | --- | --- |
//! | `graphql`, perhaps `json variables`, then `json` | send the query and compare the answer |
//! | `sh`, perhaps then `text` or `json` | run the script in the page's folder and compare its output |
//! | `sh sqlite`, `sh postgresql` | do so on that database alone |
//! | a language and a file's name | write the file into the page's folder |
//! | `html` of the tutorial | open it in a browser (`tests/web/tutorial.mjs`) |
//! | `js`, `ts`, `python` of the clients | run them (`tests/clients/documents.mjs`) |
//! | `console` and other languages | leave it: it needs Docker, systemd, npm, an account |

mod facts;
mod links;
mod run;
mod statuses;
mod tables;
mod words;

use std::{collections::BTreeSet, fs};

use crate::app::repository;

/// A Markdown file of the repository.
struct Page {
    /// Its path from the repository's root.
    path: String,
    text: String,
}

/// A fenced block.
struct Block {
    language: String,
    /// What stands after the language.
    mark: Option<String>,
    text: String,
}

impl Page {
    fn read(path: &str) -> Self {
        let text = fs::read_to_string(repository(path));
        let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { path: path.to_owned(), text }
    }

    /// The fenced blocks, without the indentation of their first line.
    fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut lines = self.text.lines();
        while let Some(line) = lines.next() {
            let Some(at) = line.find("```").filter(|at| line[..*at].trim().is_empty()) else {
                continue;
            };
            let indentation = &line[..at];
            let (language, mark) = match line[at + 3..].split_once(' ') {
                Some((language, mark)) => (language, Some(mark.to_owned())),
                None => (&line[at + 3..], None),
            };
            let inside = lines.by_ref().take_while(|line| line.trim() != "```");
            let inside = inside.map(|line| line.strip_prefix(indentation).unwrap_or(line));
            let text = inside.collect::<Vec<_>>().join("\n");
            blocks.push(Block { language: language.to_owned(), mark, text });
        }
        blocks
    }

    /// The lines outside of fenced blocks.
    fn prose(&self) -> Vec<&str> {
        let mut is_fenced = false;
        let mut prose = Vec::new();
        for line in self.text.lines() {
            if line.trim_start().starts_with("```") {
                is_fenced = !is_fenced;
            } else if !is_fenced {
                prose.push(line);
            }
        }
        prose
    }

    /// The rows of the table whose header begins with some text.
    fn table(&self, header: &str) -> Vec<String> {
        let rows = self.text.lines().skip_while(|line| !line.starts_with(header)).skip(2);
        rows.take_while(|line| line.starts_with('|')).map(str::to_owned).collect()
    }

    /// The rows of tables that begin with some text.
    fn rows(&self, start: &str) -> Vec<String> {
        self.text.lines().filter(|line| line.starts_with(start)).map(str::to_owned).collect()
    }
}

impl Block {
    /// The name of the file that it is, if it is one.
    fn file(&self) -> Option<&str> {
        self.mark.as_deref().filter(|mark| mark.contains('.'))
    }

    fn is(&self, language: &str, mark: Option<&str>) -> bool {
        self.language == language && self.mark.as_deref() == mark
    }
}

/// The Markdown files of the repository's root beside README.md: for developers, without anything
/// to run.
const OF_DEVELOPERS: [&str; 4] =
    ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];

/// README.md and every page of docs/.
fn pages() -> Vec<Page> {
    let mut paths = BTreeSet::from(["README.md".to_owned()]);
    for entry in fs::read_dir(repository("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(page) = name.strip_suffix(".md") {
            paths.insert(format!("docs/{page}.md"));
        }
    }
    assert!(paths.len() > 15, "{paths:?}");
    paths.iter().map(|path| Page::read(path)).collect()
}

#[test]
fn every_block_is_of_a_kind_that_is_run_or_left_on_purpose() {
    for page in pages() {
        let blocks = page.blocks();
        for (position, block) in blocks.iter().enumerate() {
            let is_known = match block.language.as_str() {
                "graphql" if block.file().is_none() => {
                    let after = &blocks[position + 1..];
                    let answer = after.iter().find(|it| it.mark.as_deref() != Some("variables"));
                    answer.is_some_and(|it| it.is("json", None))
                }
                "sh" => matches!(block.mark.as_deref(), None | Some("sqlite" | "postgresql")),
                "js" | "ts" | "python" => page.path == "docs/clients.md" && block.file().is_some(),
                "html" => page.path == "docs/tutorial.md",
                "console" | "csv" | "graphql" | "ini" | "json" | "nginx" | "text" | "yaml" => true,
                _ => false,
            };
            let Block { language, mark, text } = block;
            assert!(is_known, "{}: nothing runs this {language} {mark:?}:\n{text}", page.path);
        }
    }
}
