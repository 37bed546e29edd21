//! Connections in masses, and heads that no honest client sends.

use serde_json::json;

use super::{AT_ONCE, Target, each};
use crate::client::{Client, get, head};

const CONNECTIONS: usize = 1_000;

fn connections(target: &Target) -> Vec<Client> {
    // One end of each is ours.
    let files = rlimit::increase_nofile_limit(4 * CONNECTIONS as u64).unwrap();
    assert!(files > 2 * CONNECTIONS as u64, "the system gives {files} files at the most");
    (0..CONNECTIONS).map(|_| target.connect()).collect()
}

fn check_answers(target: &Target) {
    for _ in 0..10 {
        let reply = target.check("a query", &get("/graphql?query=%7B__typename%7D"), 200, "");
        assert_eq!(reply.json(), json!({ "data": { "__typename": "Query" } }));
    }
}

#[tokio::test]
async fn a_thousand_that_say_nothing() {
    let target = Target::start(&[]).await;
    let mut idle = connections(&target);
    check_answers(&target);
    // They work like any other connection.
    for client in idle.iter_mut().step_by(100) {
        client.send(&get("/healthz")).unwrap();
        assert_eq!(client.reply().unwrap().status, 200);
    }
    target.check_unharmed();
}

#[tokio::test]
async fn a_thousand_that_stop_in_the_middle() {
    let target = Target::start(&["--read-timeout-ms", "2000"]).await;
    let mut stopped = connections(&target);
    for client in &mut stopped {
        client.send(b"POST /graphql HTTP/1.1\r\nHost: te").unwrap();
    }
    check_answers(&target);
    let started = std::time::Instant::now();
    for client in &mut stopped {
        assert_eq!(client.rest(), b"");
    }
    assert!(started.elapsed() < AT_ONCE + AT_ONCE, "{:?}", started.elapsed());
    target.check_unharmed();
}

#[tokio::test]
async fn a_hundred_requests_at_once_are_answered_in_order() {
    let target = Target::start(&[]).await;
    let request = |n: usize| get(&format!("/graphql?query=%7Ba{n}:__typename%7D"));
    let mut client = target.connect();
    client.send(&(0..100).flat_map(request).collect::<Vec<_>>()).unwrap();
    for n in 0..100 {
        let reply = client.reply().unwrap();
        assert_eq!(reply.json(), json!({ "data": { (format!("a{n}")): "Query" } }));
    }
    target.check_unharmed();
}

/// Bytes that are not HTTP never reach the API, whose errors are JSON.
#[tokio::test]
async fn heads_that_are_none() {
    let target = Target::start(&[]).await;
    let megabyte = "a".repeat(1_000_000);
    let beyond_numbers = format!("Content-Length: 1{}", "0".repeat(30));
    let many = each(70_000, |n| format!("X-{n}: aaaaaa\r\n"));
    for (attack, request, status) in [
        ("one header of 1 MB", head("GET /graphql", &[&format!("X-A: {megabyte}")]), 431),
        ("headers of 1 MB", head("GET /graphql", &[many.trim_end()]), 431),
        ("a URL of 1 MB", get(&format!("/{megabyte}")), 431),
        ("NUL in a header", head("GET /graphql", &["X-A: a\0b"]), 400),
        ("NUL in a header's name", head("GET /graphql", &["X\0: a"]), 400),
        ("NUL in a URL", get("/graphql?query=%7B__typename%7D\0"), 400),
        ("NUL first", [b"\0", &get("/graphql")[..]].concat(), 400),
        ("no UTF-8 in a URL", b"GET /graphql?query=\xff HTTP/1.1\r\n\r\n".to_vec(), 400),
        ("a length below 0", head("POST /graphql", &["Content-Length: -1"]), 400),
        ("a length beyond numbers", head("POST /graphql", &[&beyond_numbers]), 400),
    ] {
        let mut client = target.connect();
        // The server may close the connection before the end.
        let _ = client.send(&request);
        let reply = client.reply().unwrap();
        assert_eq!((reply.status, reply.body.as_str()), (status, ""), "{attack}");
        client.rest();
        target.check_health();
    }
    target.check_unharmed();
}

#[tokio::test]
async fn paths_that_lead_nowhere() {
    let target = Target::start(&[]).await;
    for path in [format!("/{}", "a".repeat(10_000)), "/gra%00phql".into(), "/%FF%FE".into()] {
        let reply = target.check(&path, &get(&path), 404, "NOT_FOUND");
        assert!(reply.body.len() < 1_000, "{} bytes", reply.body.len());
    }
    target.check_unharmed();
}
