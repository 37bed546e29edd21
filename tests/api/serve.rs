//! The program as an operator runs it: a process, a socket, signals.

use std::{path::Path, process::Stdio};

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::{
    database::{TestDatabase, cluster_url, execute, settings},
    server::{Server, candleql, program, text},
};

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

    // Instruments that a user has removed stay removed.
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
