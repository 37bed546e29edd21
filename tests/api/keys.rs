//! API keys as an operator handles them: commands, while a server runs.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    database::TestDatabase,
    server::{Server, candleql, text},
};

fn key_command(database_url: &str, arguments: &[&str]) -> (bool, String, String) {
    let arguments = [&["key"], arguments, &["--database-url", database_url]].concat();
    let output = candleql(Path::new("."), &arguments);
    (output.status.success(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

/// The status of an answer to a request with a key.
fn status(server: &Server, key: &str) -> u16 {
    let mut connection = TcpStream::connect(&server.address).unwrap();
    let head = "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: test\r\nConnection: close";
    write!(connection, "{head}\r\nX-API-Key: {key}\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Waits until the server has noticed what a command has changed.
#[track_caller]
fn wait_for(server: &Server, key: &str, expected: u16) {
    let started = Instant::now();
    while status(server, key) != expected {
        assert!(started.elapsed() < Duration::from_secs(10), "never {expected}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test]
async fn keys_are_made_and_revoked_while_the_server_runs() {
    let database = TestDatabase::empty().await;
    let url = database.settings.database_url.as_str();
    let server = Server::start(url, &["--require-api-key", "--poll-interval-ms", "50"]);
    let (done, key, _) = key_command(url, &["create", "the charts of Anna"]);
    assert!(done);
    let key = key.strip_suffix('\n').unwrap();
    wait_for(&server, key, 200);
    assert_eq!(status(&server, "cql_unknown_s"), 401);

    let (_, list, _) = key_command(url, &["list"]);
    let id = key.split('_').nth(1).unwrap();
    assert!(list.starts_with(id) && list.ends_with("  the charts of Anna\n"), "{list}");
    assert!(list.contains("valid") && !list.contains(key.rsplit('_').next().unwrap()), "{list}");

    let (done, said, _) = key_command(url, &["revoke", id]);
    assert!(done && said == format!("the key {id} is revoked\n"), "{said}");
    wait_for(&server, key, 401);
    let (_, list, _) = key_command(url, &["list"]);
    assert!(list.contains("revoked 2"), "{list}");

    let (done, _, error) = key_command(url, &["revoke", "unknown"]);
    let expected =
        "error: no key has the id \"unknown\"; `candleql key list` shows those there are\n";
    assert!(!done && error == expected, "{error}");
}

#[test]
fn what_cannot_be_a_setting_of_access_is_refused_at_once() {
    for (arguments, expected) in [
        (&["--cors-origins", "charts.example.com"][..], "not an origin such as https://"),
        (&["--cors-origins", "https://charts.example.com/"], "not an origin such as https://"),
        (&["--trusted-proxies", "10.0.0.0/99"], "neither an address nor a network"),
        (&["--jwt-issuer", "https://issuer.example"], "--jwt-audience <JWT_AUDIENCE>"),
        (
            &["--jwt-issuer", "unknown", "--jwt-audience", "a"],
            "\"unknown/.well-known/jwks.json\" is not a URL of public keys",
        ),
        (&["--trusted-documents", "nowhere.json"], "cannot read the trusted documents: nowhere"),
        (&["--max-nesting", "65"], "65 is not in 1..=64"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let output = candleql(folder.path(), &arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let error = text(&output.stderr);
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
}
