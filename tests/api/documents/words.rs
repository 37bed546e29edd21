//! How the pages and `--help` are written: short, and with their actors named.

use clap::{Command, CommandFactory};
use config::Cli;

use super::{OF_DEVELOPERS, Page, pages};

/// Most lines of a page.
const LENGTHS: [(&str, usize); 2] = [("README.md", 150), ("ARCHITECTURE.md", 250)];

/// Words that hide which client, caller or task acts.
const HIDING: [&str; 4] = ["everybody", "nobody", "somebody", "whoever"];

/// Sentences about people, which may say "who".
const ABOUT_PEOPLE: [&str; 0] = [];

/// What the table of metrics says until `crates/telemetry` says it in other words.
const NOT_YET: &str = "dropped because nobody read those before";

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

#[test]
fn actors_are_named() {
    let pages = pages().into_iter().chain(OF_DEVELOPERS.map(Page::read));
    let mut texts: Vec<(String, String)> = pages.map(|page| (page.path, page.text)).collect();
    helps(&mut Cli::command(), &mut texts);
    assert!(texts.len() > 30, "{} texts", texts.len());
    for (name, text) in &texts {
        for line in text.lines().filter(|line| !line.contains(NOT_YET)) {
            let lower = line.to_lowercase();
            let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
            let hides = HIDING.iter().any(|word| words.contains(word));
            let is_about_people = ABOUT_PEOPLE.iter().any(|sentence| line.contains(*sentence));
            let says_who = words.contains(&"who") && !is_about_people;
            assert!(!hides && !says_who, "{name} does not name the actor: {line}");
        }
    }
}
