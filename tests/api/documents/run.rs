//! The queries and commands of a page, in their order, in a folder and on a database of its own.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    thread::sleep,
    time::{Duration, Instant},
};

use clap::Parser;
use config::Cli;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Block, Page, pages};
use crate::{
    app::repository,
    database::{TestDatabase, cluster_url},
    server::{Server, text},
};

/// What pages call the server and the database.
const SERVER: &str = "127.0.0.1:8080";
const DATABASE: &str = "postgres://candleql:password@db.example.com/candleql";

/// Longest until a running server shows what a command has imported.
const SHOWN_WITHIN: Duration = Duration::from_secs(10);

/// The place to try a page: bundled data, a server over it, and a folder in which `candleql` works
/// on the same database.
struct Desk {
    server: Server,
    database_url: String,
    folder: TempDir,
    _database: TestDatabase,
}

impl Desk {
    async fn new() -> Self {
        let database = TestDatabase::bundled().await;
        let folder = tempfile::tempdir().unwrap();
        let mut database_url = database.settings.database_url.clone();
        if let Some(file) = database_url.strip_prefix("sqlite://") {
            // Where `candleql` looks for it if nothing is said.
            let path = folder.path().join("candleql.db");
            fs::copy(file, &path).unwrap();
            database_url = format!("sqlite://{}", path.display());
        }
        let server = Server::start(&database_url, &["--poll-interval-ms", "50"]);
        Self { server, database_url, folder, _database: database }
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{text}\n")).unwrap();
    }

    fn run(&self, script: &str) -> Output {
        let script = script.replace(SERVER, &self.server.address);
        let script = script.replace(DATABASE, &self.database_url);
        let programs = Path::new(env!("CARGO_BIN_EXE_candleql")).parent().unwrap().display();
        let mut shell = Command::new("sh");
        shell.args(["-ec", &script]).current_dir(self.folder.path());
        shell.env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap()));
        match cluster_url() {
            Some(_) => shell.env("DATABASE_URL", &self.database_url),
            None => shell.env_remove("DATABASE_URL"),
        };
        shell.output().unwrap()
    }

    /// The answer to a query. It asks until the answer is the expected one, because an import may
    /// just have ended.
    fn answer(&self, query: &str, variables: &Value, expected: &Value) -> Value {
        let started = Instant::now();
        loop {
            let answer = self.server.ask(&json!({ "query": query, "variables": variables }));
            if answer == *expected || started.elapsed() > SHOWN_WITHIN {
                return answer;
            }
            sleep(Duration::from_millis(50));
        }
    }
}

/// Runs everything on a page; returns the number of queries and commands.
async fn run(page: &Page) -> (usize, usize) {
    let blocks = page.blocks();
    let is_wanted = |block: &&Block| block.language == "graphql" || block.language == "sh";
    if !blocks.iter().any(|block| is_wanted(&block)) {
        return (0, 0);
    }
    let desk = Desk::new().await;
    let (mut queries, mut commands) = (0, 0);
    for (position, block) in blocks.iter().enumerate() {
        let after = &blocks[position + 1..];
        if let Some(name) = block.file() {
            desk.write(name, &block.text);
        } else if block.language == "graphql" {
            queries += 1;
            check_query(&page.path, &desk, &block.text, after);
        } else if block.language == "sh" && runs_here(block) {
            commands += 1;
            let script = without_serve_and_make(&page.path, &block.text);
            check_command(&page.path, &desk, &script, after.first());
        }
    }
    (queries, commands)
}

fn check_query(path: &str, desk: &Desk, query: &str, after: &[Block]) {
    let (variables, answer) = match after {
        [variables, answer, ..] if variables.is("json", Some("variables")) => {
            (serde_json::from_str(&variables.text).unwrap(), answer)
        }
        [answer, ..] => (json!({}), answer),
        [] => panic!("{path}: no answer follows\n{query}"),
    };
    let expected: Value = serde_json::from_str(&answer.text)
        .unwrap_or_else(|error| panic!("{path}: {error}\n{}", answer.text));
    assert_eq!(desk.answer(query, &variables, &expected), expected, "{path}\n{query}");
}

fn check_command(path: &str, desk: &Desk, script: &str, after: Option<&Block>) {
    let output = desk.run(script);
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{path}\n{script}\n{out}\n{error}");
    match after {
        Some(block) if block.is("text", None) => {
            assert_eq!(out.trim_end(), block.text, "{path}\n{script}");
        }
        Some(block) if block.is("json", None) => {
            let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(read(out), read(&block.text), "{path}\n{script}");
        }
        _ => assert!(!out.contains("\"errors\""), "{path}\n{script}\n{out}"),
    }
}

/// Whether the block is for the database that the tests run on, and its program is here. CI has
/// every program.
fn runs_here(block: &Block) -> bool {
    let is_on_postgres = cluster_url().is_some();
    let (is_ours, program) = match block.mark.as_deref() {
        Some("sqlite") => (!is_on_postgres, "sqlite3"),
        Some("postgresql") => (is_on_postgres, "pg_dump"),
        _ => return true,
    };
    let is_there = || Command::new(program).arg("--version").output().is_ok();
    is_ours && (std::env::var("CI").is_ok_and(|ci| ci == "true") || is_there())
}

/// A script without the lines that a test cannot wait for. `candleql serve` ends only by a signal,
/// so the test parses its flags instead; `make` would run the tests again, so the test looks its
/// words up.
fn without_serve_and_make(path: &str, script: &str) -> String {
    let makefile = fs::read_to_string(repository("Makefile")).unwrap();
    let script = script.replace("\\\n", " ");
    let is_left = |line: &&str| {
        if let Some(word) = line.strip_prefix("make ") {
            assert!(makefile.contains(&format!("\n{word}:")), "{path}: no word of make: {word}");
            return false;
        }
        if line.starts_with("candleql serve") {
            let words = line.split_whitespace().map(|word| word.trim_matches('\''));
            let parsed = Cli::try_parse_from(words);
            assert!(parsed.is_ok(), "{path}: {line}\n{}", parsed.unwrap_err());
            return false;
        }
        true
    };
    script.lines().filter(is_left).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_query_gets_its_answer_and_every_command_works() {
    let (mut queries, mut commands) = (0, 0);
    for page in pages() {
        let (of_page, run) = run(&page).await;
        queries += of_page;
        commands += run;
    }
    assert!(queries >= 20, "the pages show {queries} queries");
    assert!(commands >= 30, "the pages show {commands} commands");
}
