//! The program as an operator runs it: a process, a socket, signals.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::database::{TestDatabase, cluster_url, execute, settings};

const PROGRAM: &str = env!("CARGO_BIN_EXE_candleql");

/// A running `candleql serve`, killed when the test is over.
pub struct Server {
    pub address: String,
    pub process: Child,
    /// What it said until it served.
    pub start: String,
    log: BufReader<std::process::ChildStderr>,
}

impl Server {
    /// Starts the server on a free port and waits until it says where it listens.
    pub fn start(database_url: &str, flags: &[&str]) -> Self {
        let process = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--database-url", database_url])
            .args(flags)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self::wait_for(process)
    }

    /// Waits until a started server says where it listens.
    fn wait_for(mut process: Child) -> Self {
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let (mut start, mut line) = (String::new(), String::new());
        while log.read_line(&mut line).unwrap() > 0 {
            start += &line;
            if let Some((_, rest)) = line.split_once("candleql serves http://") {
                let address = rest.split('/').next().unwrap().to_owned();
                return Self { address, process, start, log };
            }
            line.clear();
        }
        panic!("the server ended: {}", process.wait().unwrap());
    }

    /// Posts a query and gives the body of the answer.
    pub fn query(&self, query: &str) -> Value {
        let body = serde_json::json!({ "query": query }).to_string();
        let mut connection = self.send_headers(body.len());
        connection.write_all(body.as_bytes()).unwrap();
        read_answer(connection).1
    }

    /// Sends the head of a POST and leaves the connection open for the body.
    pub fn send_headers(&self, length: usize) -> TcpStream {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(
            connection,
            "POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        connection
    }

    /// Sends a signal, by its name for `kill`.
    pub fn signal(&self, signal: &str) {
        send(&self.process, signal);
    }

    /// Waits until the log has a line with a text.
    pub fn wait_until_logged(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert!(self.log.read_line(&mut line).unwrap() > 0, "the server ended");
        }
    }

    /// Waits for the end; gives the rest of the log.
    pub fn wait(mut self) -> String {
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        assert!(self.process.wait().unwrap().success(), "{log}");
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a process a signal, by its name for `kill`.
pub fn send(process: &Child, signal: &str) {
    let id = process.id().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
}

/// The program, without the settings of whoever runs the tests.
pub fn program() -> Command {
    let mut program = Command::new(PROGRAM);
    // There is one such port, and there are many tests.
    program.env_clear().env("CANDLEQL_ADMIN_LISTEN", "off");
    program
}

pub fn read_answer(mut connection: TcpStream) -> (String, Value) {
    let mut text = String::new();
    connection.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), serde_json::from_str(body).unwrap())
}

pub fn candleql(folder: &Path, arguments: &[&str]) -> Output {
    program().args(arguments).current_dir(folder).output().unwrap()
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

const SYMBOLS: &str = "{ instruments { nodes { symbol } } }";

#[tokio::test]
async fn an_embedded_database_is_made_filled_and_then_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/new.db", folder.path().display());
    let server = Server::start(&url, &["--drain-grace-ms", "0"]);
    let nodes = |data: &Value| data["data"]["instruments"]["nodes"].as_array().unwrap().len();
    assert_eq!(nodes(&server.query(SYMBOLS)), 6);
    server.signal("-TERM");
    server.wait();

    // What a user took out stays out.
    let db = storage::db::Database::connect(&settings(&url)).await.unwrap();
    execute(&db, "DELETE FROM instrument WHERE symbol <> 'AMZN'").await;
    db.close().await.unwrap();
    assert_eq!(nodes(&Server::start(&url, &[]).query(SYMBOLS)), 1);

    let url = format!("sqlite://{}/empty.db", folder.path().display());
    assert_eq!(nodes(&Server::start(&url, &["--no-bundled-data"]).query(SYMBOLS)), 0);
}

#[test]
fn switches_are_set_by_the_usual_words() {
    for (value, expected) in [("1", true), ("true", true), ("yes", true), ("0", false), ("", false)]
    {
        let folder = tempfile::tempdir().unwrap();
        let mut server = program();
        server
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(folder.path())
            .env("CANDLEQL_NO_BUNDLED_DATA", value)
            .stderr(Stdio::piped());
        let server = Server::wait_for(server.spawn().unwrap());
        let data = server.query(SYMBOLS);
        let empty = data["data"]["instruments"]["nodes"].as_array().unwrap().is_empty();
        assert_eq!(empty, expected, "{value:?}");
    }
}

#[tokio::test]
async fn commands_migrate_and_import_and_say_what_they_did() {
    let database = TestDatabase::blank().await;
    let url = database.settings.database_url.as_str();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("bad.csv"),
        "symbol,date,open,high,low,close,volume\nA,2024-01-02,1,1,1,x,1\n",
    )
    .unwrap();

    if cluster_url().is_some() {
        let output = candleql(folder.path(), &["import", "--bundled", "--database-url", url]);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(
            text(&output.stderr).trim(),
            "error: 5 migrations are not applied; run `candleql migrate`"
        );
        assert!(candleql(folder.path(), &["migrate", "--database-url", url]).status.success());
    }
    let output = candleql(folder.path(), &["import", "bad.csv", "--database-url", url]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).ends_with(
            "error: nothing was imported: 1 bad row\n  bad.csv line 2: column close: \"x\" is not a number\n"
        ),
        "{}",
        text(&output.stderr)
    );
    let output = candleql(folder.path(), &["import", "--bundled", "--database-url", url]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).ends_with("6 symbols: 16194 new, 0 changed, 0 unchanged\n"));
}

#[test]
fn what_the_program_cannot_do_it_says_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        (
            vec!["migrate", "--database-url", "mysql://user:secret@host/name"],
            "error: the database URL begins neither with sqlite: nor with postgres:",
        ),
        (
            vec!["migrate", "--database-url", "sqlite:///no/such/folder/x.db"],
            "error: cannot open the database:",
        ),
        (
            vec!["migrate", "--database-url", "postgres://user:secret@127.0.0.1:1/name"],
            "error: cannot migrate the database: the database does not answer",
        ),
        (vec!["migrate", "--log", "a=b=c"], "error: cannot read the log setting \"a=b=c\""),
        (
            vec!["migrate", "--log", "loud"],
            "error: cannot read the log setting \"loud\": \"loud\" is not a level",
        ),
        (
            vec!["migrate", "--database-url", "sqlite::memory:"],
            "error: an embedded database needs a file",
        ),
        (vec!["migrate", "--database-url", "sqlite:"], "error: an embedded database needs a file"),
    ] {
        let output = candleql(folder.path(), &arguments);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(error.starts_with(expected), "{arguments:?}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn schema_prints_the_schema() {
    let output = candleql(Path::new("."), &["schema"]);
    assert_eq!(text(&output.stdout), candleql::graphql::sdl());
}
