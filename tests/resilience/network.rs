//! The network between the server and its database breaks, in every way that one does.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::harness::{
    client::{Outcome, until},
    cluster::{Cluster, url_at},
    data::{cold, warm},
    load::Load,
    proxy::{Mode, Proxy},
    server::Server,
};

/// How soon `/_healthcheck` tells of a change.
const TOLD: Duration = Duration::from_secs(5);

/// A server with a network between it and its database.
async fn behind_a_network(flags: &[&str]) -> (Cluster, Proxy, Server) {
    let cluster = Cluster::with_data();
    let network = Proxy::to(cluster.port).await;
    let url = url_at(network.port);
    let server = Server::start(&[&["--database-url", &url], flags].concat());
    server.warm_up().await;
    (cluster, network, server)
}

async fn until_readiness(server: &Server, expected: &str) {
    until(expected, TOLD, async || server.readiness().await == expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_is_told_in_time_and_gets_over_itself() {
    let (_cluster, network, server) = behind_a_network(&[]).await;
    let load = Load::start(&server.address, 50, warm);
    let lives = tokio::spawn({
        let client = crate::harness::client::Client::new();
        let address = server.address.clone();
        async move {
            loop {
                assert_eq!(client.get(&address, "/healthz").await.0, 200);
                sleep(Duration::from_millis(100)).await;
            }
        }
    });

    network.set(Mode::Cut);
    let begin = Instant::now();
    let document = cold(0);
    let told = until_readiness(&server, "503 unavailable");
    let (outcome, ()) = tokio::join!(server.ask(&document), told);
    assert_eq!(outcome, Outcome::Coded("DATABASE_UNAVAILABLE".into()));
    assert!(begin.elapsed() < TOLD);
    // Also when what was open is known to be broken, and every connection is a new one.
    for number in 1..4 {
        let begin = Instant::now();
        let outcome = server.ask(&cold(number)).await;
        assert_eq!(outcome, Outcome::Coded("DATABASE_UNAVAILABLE".into()));
        assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
        println!("code after {:?}", begin.elapsed());
    }
    network.set(Mode::Pass);
    until_readiness(&server, "200 ok").await;
    assert_eq!(server.ask(&cold(0)).await, Outcome::Data);
    load.stop().await.assert_all_data();
    assert!(!lives.is_finished(), "/healthz was not always 200");
    lives.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_request_after_a_cut_knows_within_three_seconds() {
    let (_cluster, network, server) = behind_a_network(&["--poll-interval-ms", "3600000"]).await;
    network.set(Mode::Cut);
    let begin = Instant::now();
    assert_eq!(server.ask(&cold(0)).await, Outcome::Coded("DATABASE_UNAVAILABLE".into()));
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    println!("code after {:?}", begin.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_it_stays_ready_through_an_outage_but_not_before_the_start() {
    let cluster = Cluster::with_data();
    let network = Proxy::to(cluster.port).await;
    network.set(Mode::Cut);
    let url = url_at(network.port);
    let server = Server::launch(&["--database-url", &url, "--ready-through-outage"], &[]);
    assert_eq!(server.readiness().await, "503 starting");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(server.readiness().await, "503 starting");
    network.set(Mode::Pass);
    until_readiness(&server, "200 ok").await;
    server.warm_up().await;
    network.set(Mode::Cut);
    until_readiness(&server, "200 degraded").await;
    assert_eq!(server.ask(&warm(0)).await, Outcome::Data);
    network.set(Mode::Pass);
    until_readiness(&server, "200 ok").await;
}

/// Breaks the network in a way for some seconds: cold requests get data or codes, and all is well
/// soon after.
async fn check(mode: Mode) {
    let (_cluster, network, server) = behind_a_network(&[]).await;
    let warm_load = Load::start(&server.address, 50, warm);
    let cold_load = Load::start(&server.address, 10, cold);
    sleep(Duration::from_millis(500)).await;
    network.set(mode);
    sleep(Duration::from_secs(4)).await;
    network.set(Mode::Pass);
    let mended = Instant::now();
    until_readiness(&server, "200 ok").await;
    sleep(Duration::from_secs(5).saturating_sub(mended.elapsed())).await;
    sleep(Duration::from_secs(1)).await;
    warm_load.stop().await.assert_all_data();
    let report = cold_load.stop().await;
    report.assert_none_failed();
    assert!(report.longest() < Duration::from_secs(5), "{report}");
    report.since(mended + Duration::from_secs(5)).assert_all_data();
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_connections_are_told_and_got_over() {
    check(Mode::Refuse).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_closed_connections_are_told_and_got_over() {
    check(Mode::HalfClose).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_network_is_slow_and_no_more() {
    check(Mode::Delay(Duration::from_millis(150))).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: make test-resilience"]
async fn a_network_that_is_too_slow_is_told_and_got_over() {
    check(Mode::Delay(Duration::from_secs(4))).await;
}

/// A network that comes and goes must not leave connections or tasks behind.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: make test-resilience"]
async fn a_network_that_comes_and_goes_leaves_nothing_behind() {
    let (cluster, network, server) = behind_a_network(&[]).await;
    let load = Load::start(&server.address, 20, cold);
    for mode in [Mode::Cut, Mode::Refuse, Mode::HalfClose, Mode::Cut, Mode::Refuse, Mode::Cut] {
        network.set(mode);
        sleep(Duration::from_secs(1)).await;
        network.set(Mode::Pass);
        sleep(Duration::from_secs(1)).await;
    }
    let mended = Instant::now();
    sleep(Duration::from_secs(6)).await;
    let report = load.stop().await;
    report.assert_none_failed();
    report.since(mended + Duration::from_secs(5)).assert_all_data();
    // Ten for queries, one that listens, one to spare.
    assert!(cluster.sessions() <= 12, "{} sessions", cluster.sessions());
}
