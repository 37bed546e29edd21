//! How the texts are written: pages are short, and every text names its actors. The texts are the
//! pages, `--help`, the schema's descriptions, and the comments of src and crates.

use std::fs;

use clap::{Command, CommandFactory};
use config::Cli;

use super::{OF_DEVELOPERS, Page, pages};
use crate::app::repository;

/// Most lines of a page.
const LENGTHS: [(&str, usize); 2] = [("README.md", 150), ("ARCHITECTURE.md", 250)];

/// Words that hide which client, caller or task acts.
const HIDING: [&str; 5] = ["anybody", "everybody", "nobody", "somebody", "whoever"];

/// Sentences about people, which may say "who".
const ABOUT_PEOPLE: [&str; 0] = [];

#[test]
fn pages_are_short() {
    for (path, limit) in LENGTHS {
        let lines = Page::read(path).text.lines().count();
        assert!(lines <= limit, "{path} has {lines} lines; the limit is {limit}");
    }
}

/// The help of a command and of those below it.
fn helps(command: &mut Command, found: &mut Vec<(String, String)>) {
    let help = command.render_long_help().to_string();
    found.push((format!("{} --help", command.get_name()), help));
    for below in command.get_subcommands_mut() {
        helps(below, found);
    }
}

/// The comments of each file of a folder.
fn comments(folder: &str, found: &mut Vec<(String, String)>) {
    let files = repository(folder).join("**/*.rs");
    for path in glob::glob(files.to_str().unwrap()).unwrap() {
        let path = path.unwrap();
        let code = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> =
            code.lines().filter(|line| line.trim_start().starts_with("//")).collect();
        found.push((path.display().to_string(), lines.join("\n")));
    }
}

/// The line that does not name its actor, if a text has one.
fn nameless(text: &str) -> Option<&str> {
    text.lines().find(|line| {
        let lower = line.to_lowercase();
        let mut words = lower.split(|c: char| !c.is_alphanumeric());
        let is_about_people = ABOUT_PEOPLE.iter().any(|sentence| line.contains(*sentence));
        words.any(|word| HIDING.contains(&word) || (word == "who" && !is_about_people))
    })
}

#[test]
fn actors_are_named() {
    let pages = pages().into_iter().chain(OF_DEVELOPERS.map(Page::read));
    let mut texts: Vec<(String, String)> = pages.map(|page| (page.path, page.text)).collect();
    helps(&mut Cli::command(), &mut texts);
    assert!(texts.len() > 30, "{} texts", texts.len());
    let schema = fs::read_to_string(repository("schema.graphql")).unwrap();
    texts.push(("schema.graphql".to_owned(), schema));
    comments("src", &mut texts);
    comments("crates", &mut texts);
    assert!(texts.len() > 150, "{} texts", texts.len());
    for (name, text) in &texts {
        assert_eq!(nameless(text), None, "{name} does not name the actor");
    }
}

#[test]
fn a_hidden_actor_is_found() {
    assert_eq!(nameless("The client asks.\nWhoever asks, waits."), Some("Whoever asks, waits."));
    assert_eq!(nameless("a client that nobody waits for"), Some("a client that nobody waits for"));
    assert_eq!(nameless("/// Who asks."), Some("/// Who asks."));
    assert_eq!(nameless("The whole answer, whose client waits."), None);
}
