//! The password changes, as AWS Secrets Manager's rotation changes it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::harness::{
    client::{Outcome, until},
    cluster::{Cluster, PASSWORD, ROLE},
    data::{cold, warm},
    load::Load,
    proxy::Mode,
    secrets::{SECRET, Secrets},
    server::Server,
};

const NEXT_PASSWORD: &str = "second-pass-9Zk";

fn secret(password: &str) -> Value {
    json!({ "username": ROLE, "password": password })
}

/// A server that knows of its password by the secret alone.
fn launch(cluster: &Cluster, secrets: &Secrets) -> Server {
    let port = cluster.port.to_string();
    let place = ["--database-host", "127.0.0.1", "--database-port", &port, "--database-name", ROLE];
    let flags = [&["--database-secret-id", SECRET, "--log", "debug"], &place[..]].concat();
    launch_with(&flags, secrets)
}

fn launch_with(flags: &[&str], secrets: &Secrets) -> Server {
    let environment = secrets.environment();
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Server::launch(flags, &environment)
}

async fn until_ready(server: &Server, limit: Duration) {
    until("ready", limit, async || server.readiness().await == "200 ok").await;
}

fn assert_log_has_no_secrets(server: &Server) {
    let log = server.log();
    for secret in [PASSWORD, NEXT_PASSWORD, "test-key"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
    }
}

/// The secret is fetched when it is needed, but never in a hurry.
fn assert_fetched_slowly(secrets: &Secrets) {
    let fetches = secrets.fetches();
    for pair in fetches.windows(2) {
        let apart = pair[1] - pair[0];
        // Two seconds when they are sent; they do not take equally long to arrive.
        assert!(apart > Duration::from_millis(1500), "{apart:?} apart, of {}", fetches.len());
        println!("fetches {apart:?} apart");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_under_load_is_not_noticed_for_long() {
    let cluster = Cluster::with_data();
    let secrets = Secrets::start(&secret(PASSWORD)).await;
    let mut server = launch(&cluster, &secrets);
    until_ready(&server, Duration::from_secs(5)).await;
    server.warm_up().await;
    let warm_load = Load::start(&server.address, 100, warm);
    let cold_load = Load::start(&server.address, 20, cold);
    sleep(Duration::from_secs(1)).await;

    cluster.set_password(NEXT_PASSWORD);
    let rotated = Instant::now();
    cluster.kill_sessions();
    sleep(Duration::from_secs(1)).await;
    secrets.put(&secret(NEXT_PASSWORD)).await;
    sleep(Duration::from_secs(7)).await;
    warm_load.stop().await.assert_all_data();
    let report = cold_load.stop().await;
    report.assert_none_failed();
    report.since(rotated + Duration::from_secs(5)).assert_all_data();
    assert!(!server.has_ended());
    assert!(secrets.fetches().len() >= 2, "the server did not fetch the new password");
    assert_fetched_slowly(&secrets);
    assert_log_has_no_secrets(&server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_wrong_at_first_holds_the_start_up() {
    let cluster = Cluster::with_data();
    let secrets = Secrets::start(&secret(NEXT_PASSWORD)).await;
    let server = launch(&cluster, &secrets);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(server.readiness().await, "503 starting");
    assert!(server.lives().await);
    assert_eq!(server.ask(&warm(0)).await, Outcome::Coded("STARTING".into()));
    secrets.put(&secret(PASSWORD)).await;
    until_ready(&server, Duration::from_secs(10)).await;
    assert_eq!(server.ask(&warm(0)).await, Outcome::Data);
    assert_fetched_slowly(&secrets);
    assert_log_has_no_secrets(&server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_not_there_yet_holds_the_start_up() {
    let cluster = Cluster::with_data();
    let secrets = Secrets::start(&secret(PASSWORD)).await;
    secrets.network.set(Mode::Refuse);
    let server = launch(&cluster, &secrets);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(server.readiness().await, "503 starting");
    secrets.network.set(Mode::Pass);
    until_ready(&server, Duration::from_secs(30)).await;
}

/// As the console writes it for RDS, and as services of ours have it in their environment.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_may_say_where_the_database_is_and_use_other_names() {
    let cluster = Cluster::with_data();
    let whole = json!({
        "engine": "postgres", "host": "127.0.0.1", "port": cluster.port, "dbname": ROLE,
        "username": ROLE, "password": PASSWORD,
    });
    let secrets = Secrets::start(&whole).await;
    let server = launch_with(&["--database-secret-id", SECRET], &secrets);
    until_ready(&server, Duration::from_secs(5)).await;

    secrets.put(&json!({ "DB_USERNAME": ROLE, "DB_PASSWORD": PASSWORD })).await;
    let port = cluster.port.to_string();
    let mut environment = secrets.environment();
    environment.extend([
        ("DB_SECRET_ID", SECRET.to_owned()),
        ("DB_HOST", "127.0.0.1".to_owned()),
        ("DB_PORT", port),
        ("DB_NAME", ROLE.to_owned()),
    ]);
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let server = Server::launch(&[], &environment);
    until_ready(&server, Duration::from_secs(5)).await;
}

/// Secrets Manager is away at the worst moment.
async fn check_rotation_without_secrets(mode: Mode) {
    let cluster = Cluster::with_data();
    let secrets = Secrets::start(&secret(PASSWORD)).await;
    let server = launch(&cluster, &secrets);
    until_ready(&server, Duration::from_secs(5)).await;
    server.warm_up().await;
    let warm_load = Load::start(&server.address, 50, warm);
    let cold_load = Load::start(&server.address, 5, cold);

    secrets.network.set(mode);
    cluster.set_password(NEXT_PASSWORD);
    secrets.put(&secret(NEXT_PASSWORD)).await;
    cluster.kill_sessions();
    sleep(Duration::from_secs(10)).await;
    secrets.network.set(Mode::Pass);
    let back = Instant::now();
    until_ready(&server, Duration::from_secs(30)).await;
    sleep(Duration::from_secs(1)).await;
    warm_load.stop().await.assert_all_data();
    let report = cold_load.stop().await;
    report.assert_none_failed();
    assert!(report.first_data_after(back).unwrap() < Duration::from_secs(30), "{report}");
    assert_fetched_slowly(&secrets);
    assert_log_has_no_secrets(&server);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: make test-resilience"]
async fn a_rotation_while_secrets_manager_refuses_is_got_over() {
    check_rotation_without_secrets(Mode::Refuse).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: make test-resilience"]
async fn a_rotation_while_secrets_manager_hangs_is_got_over() {
    check_rotation_without_secrets(Mode::Cut).await;
}
