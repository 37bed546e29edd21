//! The server starts before its database is there.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::harness::{
    client::{Outcome, until},
    cluster::{Cluster, url_at},
    data::warm,
    proxy::{Mode, Proxy},
    server::Server,
};

/// Starts a server before its database, and then, after a while, the database.
async fn check(while_away: Duration) {
    let cluster = Cluster::with_data();
    cluster.stop("fast");
    let begin = Instant::now();
    let server = Server::launch(&["--database-url", &cluster.url()], &[]);
    assert!(server.lives().await);
    assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
    let (status, body) = server.health().await;
    assert_eq!((status, &body["status"]), (503, &"starting".into()));
    let outcome = server.ask(&warm(0)).await;
    assert_eq!(outcome, Outcome::Coded("STARTING".into()));

    sleep(while_away).await;
    let (_, body) = server.health().await;
    assert!(!body["reason"].as_str().unwrap().is_empty(), "{body}");
    cluster.start();
    let ready = async || server.readiness().await == "200 ok";
    until("ready", Duration::from_secs(2), ready).await;
    assert_eq!(server.ask(&warm(0)).await, Outcome::Data);
    server.wait_for_line("candleql serves http://", Duration::from_secs(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_waits_for_its_database() {
    check(Duration::from_secs(2)).await;
}

/// Long enough for every back-off to have grown.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: make test-resilience"]
async fn after_a_long_wait_the_server_is_ready_as_fast() {
    check(Duration::from_secs(25)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_cut_at_the_start_is_waited_for() {
    let cluster = Cluster::with_data();
    let network = Proxy::to(cluster.port).await;
    network.set(Mode::Cut);
    let server = Server::launch(&["--database-url", &url_at(network.port)], &[]);
    sleep(Duration::from_secs(4)).await;
    assert!(server.lives().await);
    assert_eq!(server.readiness().await, "503 starting");
    network.set(Mode::Pass);
    let ready = async || server.readiness().await == "200 ok";
    until("ready", Duration::from_secs(4), ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_a_start_that_waits() {
    let cluster = Cluster::start_new();
    cluster.stop("fast");
    let mut server = Server::launch(&["--database-url", &cluster.url()], &[]);
    sleep(Duration::from_millis(500)).await;
    server.signal("-TERM");
    let (status, _) = server.wait(Duration::from_secs(8));
    assert!(status.success(), "{}", server.log());
}
