//! `candleql healthcheck`, as a container's engine runs it.

use std::{
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    thread::spawn,
    time::{Duration, Instant},
};

use crate::{
    database::TestDatabase,
    server::{Server, candleql, program, text},
};

/// Asserts that the check of an address fails soon, with this message.
#[track_caller]
fn check_fails(address: &str, expected: &str) {
    let started = Instant::now();
    let output = candleql(Path::new("."), &["healthcheck", "--listen", address]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""));
    let error = text(&output.stderr);
    assert!(error.starts_with(&format!("error: {expected}")), "{error}");
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn a_server_lives_until_it_has_ended() {
    let database = TestDatabase::bundled().await;
    let server = Server::start(&database.settings.database_url, &["--drain-grace-ms", "0"]);
    let address = server.address.clone();
    let port = address.rsplit(':').next().unwrap();
    // By the server's own setting, also if the server listens on every address.
    for listen in [address.clone(), format!("0.0.0.0:{port}")] {
        let output = program().arg("healthcheck").env("CANDLEQL_LISTEN", &listen).output().unwrap();
        assert!(output.status.success(), "{listen}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "the server lives\n");
    }
    server.signal("-TERM");
    server.wait();
    check_fails(&address, &format!("no answer from http://{address}/healthz: "));
}

#[test]
fn a_server_that_answers_nothing_does_not_live() {
    // The system takes the connection, and no program reads it.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    check_fails(&address, &format!("no answer within 2s from http://{address}/healthz"));
}

#[test]
fn whatever_is_not_200_is_no_life() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answering = spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]).unwrap();
        stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    check_fails(&address, &format!("http://{address}/healthz answers 404 Not Found"));
    answering.join().unwrap();
}
