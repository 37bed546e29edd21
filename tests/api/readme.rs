//! README.md is run: its queries get the answers it shows, its commands work, and its table of
//! settings is the program's.

use std::{fs, process::Command};

use candleql::error::Code;
use clap::{CommandFactory, Parser};
use config::Cli;
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::{
    app::{TestApp, repository},
    database::TestDatabase,
    server::Server,
};

fn readme() -> String {
    fs::read_to_string(repository("README.md")).unwrap()
}

/// The fenced blocks of README.md: language and text.
fn blocks() -> Vec<(String, String)> {
    let text = readme();
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((language.to_owned(), block.join("\n")));
        }
    }
    blocks
}

#[tokio::test]
async fn queries_get_the_answers_that_stand_below_them() {
    let app = TestApp::bundled().await;
    let blocks = blocks();
    let mut queries = 0;
    for (position, (language, query)) in blocks.iter().enumerate() {
        if language != "graphql" {
            continue;
        }
        queries += 1;
        let (language, expected) = &blocks[position + 1];
        assert_eq!(language, "json", "a query is followed by its answer:\n{query}");
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(app.query(query).await.json(), expected, "{query}");
    }
    assert!(queries >= 5, "README.md shows {queries} queries");
}

/// Every line of every `sh` block runs in a folder of its own, against a server of its own.
#[tokio::test]
async fn commands_work_as_shown() {
    let database = TestDatabase::bundled().await;
    let server = Server::start(&database.settings.database_url, &[]);
    let folder = tempfile::tempdir().unwrap();
    let prices =
        "symbol,date,open,high,low,close,volume\nTSLA,2024-01-02,250,251,244,248,104654200\n";
    fs::write(folder.path().join("prices.csv"), prices).unwrap();
    let makefile = fs::read_to_string(repository("Makefile")).unwrap();
    let mut run = 0;
    for (_, block) in blocks().iter().filter(|(language, _)| language == "sh") {
        for line in block.replace("\\\n", " ").lines() {
            run += 1;
            if let Some(target) = line.strip_prefix("make ") {
                let target = target.split_whitespace().next().unwrap();
                assert!(makefile.contains(&format!("\n{target}:")), "the Makefile has no {target}");
                continue;
            }
            if line.starts_with("candleql serve") {
                // Serving ends only by a signal; the server above and tests/api/serve.rs do it.
                let flags = line.split_whitespace();
                assert!(Cli::try_parse_from(flags).is_ok(), "{line}");
                continue;
            }
            let line = line.replace("127.0.0.1:8080", &server.address);
            let program = env!("CARGO_BIN_EXE_candleql");
            let programs = std::path::Path::new(program).parent().unwrap().display();
            let path = format!("{programs}:{}", std::env::var("PATH").unwrap());
            let output = Command::new("sh")
                .args(["-ec", &line])
                .current_dir(folder.path())
                .env("PATH", path)
                .env("DATABASE_URL", &database.settings.database_url)
                .output()
                .unwrap();
            let (out, error) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{line}\n{out}\n{error}");
            assert!(!out.contains("\"errors\""), "{line}\n{out}");
        }
    }
    assert!(run >= 6, "README.md shows {run} commands");
}

#[test]
fn the_table_of_settings_is_the_programs() {
    let mut rows: Vec<String> = Vec::new();
    for command in Cli::command().get_subcommands() {
        for argument in command.get_arguments() {
            let Some(environment) = argument.get_env() else { continue };
            let help = argument.get_help().unwrap().to_string().replace('\n', " ");
            let default = argument.get_default_values().iter().map(|value| value.to_string_lossy());
            let default = default.filter(|value| !value.is_empty());
            let default = default.map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" ");
            let row = format!(
                "| `--{}` | `{}` | {default} | {help} |",
                argument.get_long().unwrap(),
                environment.to_string_lossy(),
            );
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    assert!(rows.len() > 8, "{rows:#?}");
    let readme = readme();
    let shown: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `--")).collect();
    assert_eq!(shown, rows, "the table should be:\n{}", rows.join("\n"));
}

#[test]
fn the_table_of_codes_is_the_programs() {
    let row = |code: &Code| format!("| `{}` | {} |", code.info().name, code.info().meaning);
    let rows: Vec<String> = Code::ALL.iter().map(row).collect();
    let readme = readme();
    let shown = readme.lines().skip_while(|line| *line != "| code | meaning |").skip(2);
    let shown: Vec<&str> = shown.take_while(|line| line.starts_with('|')).collect();
    assert_eq!(shown, rows, "the table should be:\n{}", rows.join("\n"));
}
