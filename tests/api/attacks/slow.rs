//! Clients that take their time, or never come to an end: their connections are closed.

use std::{
    io::{ErrorKind, Read},
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use super::{AT_ONCE, Target};
use crate::{
    app::serve_settings,
    client::{Client, JSON, head},
};

/// A second, so that the test does not wait for the default of ten.
const SHORT: [&str; 2] = ["--read-timeout-ms", "1000"];
const TIMEOUT: Duration = Duration::from_secs(1);

/// How late an event may be: the watch looks four times in a timeout, and the machine has other
/// work.
const SLACK: Duration = Duration::from_secs(3);

/// Time between the bytes of a slow client.
const PAUSE: Duration = Duration::from_millis(100);

const CHUNKED: &str = "Transfer-Encoding: chunked";

#[test]
fn ten_seconds_are_the_default() {
    assert_eq!(serve_settings(&[]).http.read_timeout, Duration::from_secs(10));
}

#[tokio::test]
async fn heads_that_trickle_in() {
    let target = Target::start(&SHORT).await;
    let started = Instant::now();
    let mut client = target.connect();
    client.send(b"POST /graphql HTTP/1.1\r\nX-Slow: ").unwrap();
    scope(|scope| {
        scope.spawn(|| client.send_until_closed(b"a", PAUSE));
        check_health_for(&target, TIMEOUT);
    });
    check_time(started, TIMEOUT);
    assert_eq!(client.rest(), b"");
    target.check_unharmed();
}

#[tokio::test]
async fn bodies_that_trickle_in() {
    let target = Target::start(&SHORT).await;
    for (header, part) in [("Content-Length: 1000000", &b" "[..]), (CHUNKED, b"1\r\n \r\n")] {
        let started = Instant::now();
        let mut client = target.connect();
        client.send(&head("POST /graphql", &[JSON, header])).unwrap();
        let mut sender = Client::over(client.0.get_ref().try_clone().unwrap());
        scope(|scope| {
            scope.spawn(|| check_health_for(&target, TIMEOUT));
            let sending = scope.spawn(|| sender.send_until_closed(part, PAUSE));
            let reply = client.reply().unwrap();
            assert_eq!((reply.status, reply.code().as_str()), (408, "REQUEST_TIMEOUT"));
            check_time(started, TIMEOUT);
            // The server reads the rest of the body for as long again.
            sending.join().unwrap();
            check_time(started, 2 * TIMEOUT);
        });
    }
    target.check_unharmed();
}

#[tokio::test]
async fn bodies_that_never_end() {
    let target = Target::start(&SHORT).await;
    let chunk = [b"10000\r\n", " ".repeat(65_536).as_bytes(), b"\r\n"].concat();
    let started = Instant::now();
    let mut client = target.connect();
    client.send(&head("POST /graphql", &[JSON, CHUNKED])).unwrap();
    let mut sender = Client::over(client.0.get_ref().try_clone().unwrap());
    scope(|scope| {
        let sending = scope.spawn(|| sender.send_until_closed(&chunk, Duration::ZERO));
        let reply = client.reply().unwrap();
        assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
        assert_eq!((reply.status, reply.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
        check_health_for(&target, TIMEOUT / 2);
        sending.join().unwrap();
    });
    check_time(started, TIMEOUT);
    target.check_unharmed();
}

#[tokio::test]
async fn bodies_that_never_come() {
    let target = Target::start(&SHORT).await;
    for (length, status, code) in
        [("1000000000000", 413, "PAYLOAD_TOO_LARGE"), ("1000", 408, "REQUEST_TIMEOUT")]
    {
        let started = Instant::now();
        let mut client = target.connect();
        let length = format!("Content-Length: {length}");
        client.send(&head("POST /graphql", &[JSON, &length])).unwrap();
        check_health_for(&target, TIMEOUT / 2);
        let reply = client.reply().unwrap();
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
        assert_eq!(client.rest(), b"");
        check_time(started, TIMEOUT);
    }
    target.check_unharmed();
}

/// The answer has some 30 MB: more than the buffers of both ends hold.
#[tokio::test]
async fn answers_without_a_reader() {
    let target = Target::start(&SHORT).await;
    let mut client = Client::asks_for(&target.server.address, 70).await;
    // Once the answer begins, the client reads none of it.
    client.0.get_ref().peek(&mut [0]).unwrap();
    check_health_for(&target, TIMEOUT + SLACK);
    let error = client.reply().map(|reply| reply.status).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset));
    target.check_unharmed();
}

/// A client that takes an answer slowly but steadily gets all of it: here in four times the time
/// that a client may take nothing.
#[tokio::test]
async fn slow_readers_are_no_attack() {
    let target = Target::start(&SHORT).await;
    let mut client = Client::asks_for(&target.server.address, 40).await;
    let started = Instant::now();
    let mut part = vec![0; 40_000];
    while started.elapsed() < 4 * TIMEOUT {
        client.0.read_exact(&mut part).unwrap();
        sleep(PAUSE);
    }
    client.read_to_the_end_of_answer();
    target.check_unharmed();
}

/// Checks again and again that the server is healthy.
fn check_health_for(target: &Target, time: Duration) {
    let started = Instant::now();
    while started.elapsed() < time {
        target.check_health();
        sleep(PAUSE);
    }
}

/// Checks that an event took as long as it should, and not much longer.
#[track_caller]
fn check_time(started: Instant, due: Duration) {
    let took = started.elapsed();
    assert!(due <= took && took < due + SLACK, "{took:?} instead of {due:?}");
}
