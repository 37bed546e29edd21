//! Which replica makes the tables, when replicas start on a database without tables.

use std::{process::Command, time::Duration};

use tokio::time::sleep;

use crate::harness::{
    client::{Outcome, until},
    cluster::Cluster,
    server::{PROGRAM, Server},
};

const SOON: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_start_at_once_migrate_once() {
    let cluster = Cluster::start_new();
    let url = cluster.url();
    let mut servers: Vec<Server> =
        (0..5).map(|_| Server::launch(&["--database-url", &url, "--migrate"], &[])).collect();
    for server in &mut servers {
        until("ready", SOON, async || server.readiness().await == "200 ok").await;
        assert!(!server.has_ended(), "{}", server.log());
        assert!(!server.log().contains("ERROR"), "{}", server.log());
        assert_eq!(server.ask("{ instruments { nodes { symbol } } }").await, Outcome::Data);
    }
    let twice = "SELECT count(*) - count(DISTINCT version) FROM seaql_migrations";
    assert_eq!(cluster.sql(twice), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_waits_until_another_program_has_migrated() {
    let cluster = Cluster::start_new();
    let server = Server::launch(&["--database-url", &cluster.url()], &[]);
    let names_the_remedy = async || {
        let (status, body) = server.health().await;
        assert_eq!((status, &body["status"]), (503, &"starting".into()));
        body["reason"].as_str().unwrap().contains("candleql migrate")
    };
    until("the reason", SOON, names_the_remedy).await;
    cluster.migrate();
    let ready = async || server.readiness().await == "200 ok";
    until("ready", Duration::from_secs(5), ready).await;
}

/// As where everything is started at once.
#[test]
fn commands_wait_for_the_database_and_for_one_another_if_told_to() {
    let cluster = Cluster::start_new();
    cluster.stop("fast");
    let url = cluster.url();
    let start = |words: &[&str], wait: &str| {
        let words = [words, &["--database-url", &url, "--wait-ms", wait]].concat();
        Command::new(PROGRAM).env_clear().args(words).spawn().unwrap()
    };
    // A server that waits for too short a time reports what is missing.
    assert!(!start(&["migrate"], "1000").wait().unwrap().success());
    let mut import = start(&["import", "--bundled"], "20000");
    std::thread::sleep(Duration::from_secs(1));
    cluster.start();
    std::thread::sleep(Duration::from_secs(1));
    assert!(import.try_wait().unwrap().is_none(), "there are no tables yet");
    assert!(start(&["migrate"], "20000").wait().unwrap().success());
    assert!(import.wait().unwrap().success());
    assert_eq!(cluster.sql("SELECT count(*) FROM candle"), "16194");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_does_not_wait_for_ever() {
    let cluster = Cluster::start_new();
    let flags = ["--database-url", &cluster.url(), "--migration-wait-ms", "1500"];
    let mut server = Server::launch(&flags, &[]);
    let (status, took) = server.wait(SOON);
    assert_eq!(status.code(), Some(1));
    assert!(took > Duration::from_secs(1), "{took:?}");
    let log = server.log();
    let error = log.lines().find(|line| line.starts_with("error: ")).unwrap();
    assert!(error.contains("candleql migrate"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_ahead_is_served_and_noted() {
    let cluster = Cluster::with_data();
    cluster.sql("INSERT INTO seaql_migrations VALUES ('m20990101_000001_future', 0)");
    for flags in [&[][..], &["--migrate"]] {
        let url = cluster.url();
        let server = Server::start(&[&["--database-url", &url], flags].concat());
        server.warm_up().await;
        assert!(server.log().contains("m20990101_000001_future"), "{}", server.log());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_comes_later_is_migrated_then() {
    let cluster = Cluster::start_new();
    cluster.stop("fast");
    let server = Server::launch(&["--database-url", &cluster.url(), "--migrate"], &[]);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(server.readiness().await, "503 starting");
    cluster.start();
    let ready = async || server.readiness().await == "200 ok";
    until("ready", Duration::from_secs(5), ready).await;
}
