//! Candles come from a reader, which may be behind or away; the writer may change places with it.

use std::{
    fs,
    process::{Command, Output},
    time::Duration,
};

use serde_json::json;
use tokio::time::sleep;

use crate::harness::{
    client::{Outcome, until},
    cluster::{Cluster, url_at},
    data::{cold, question, warm},
    load::Load,
    proxy::{Mode, Proxy},
    server::{PROGRAM, Server},
};

/// Imports a new day of S0 with a close of its own.
fn import(url: &str, close: u32) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prices.csv");
    let rows = format!(
        "symbol,date,open,high,low,close,volume\nS0,2025-06-02,{close},{close},{close},{close},1\n"
    );
    fs::write(&file, rows).unwrap();
    let mut import = Command::new(PROGRAM);
    import.env_clear().arg("import").arg(file).args(["--database-url", url]).output().unwrap()
}

#[track_caller]
fn assert_imports(url: &str, close: u32) {
    let output = import(url, close);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Waits until the last close of S0 is as imported.
async fn until_close(server: &Server, close: u32) {
    let expected = json!([f64::from(close)]);
    let seen = async || {
        let answer = server.data(&question(0)).await;
        answer["data"]["instrument"]["series"]["close"] == expected
    };
    until("the import is seen", Duration::from_secs(10), seen).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn candles_come_from_the_reader_and_from_the_writer_without_it() {
    let writer = Cluster::with_data();
    let reader = writer.standby();
    let (url, reader_url) = (writer.url(), reader.url());
    let server = Server::start(&["--database-url", &url, "--database-reader-url", &reader_url]);
    for number in 0..20 {
        assert_eq!(server.ask(&cold(number)).await, Outcome::Data);
    }
    assert_eq!((reader.reads_of_candles(), writer.reads_of_candles()), (20, 0));

    let load = Load::start(&server.address, 20, |number| cold(20 + number));
    sleep(Duration::from_millis(500)).await;
    reader.stop("immediate");
    let away = std::time::Instant::now();
    sleep(Duration::from_secs(5)).await;
    let report = load.stop().await;
    report.assert_none_failed();
    report.since(away + Duration::from_secs(3)).assert_all_data();
    assert!(writer.reads_of_candles() > 0);
    assert_eq!(server.readiness().await, "200 ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_was_never_there_holds_nothing_up() {
    let writer = Cluster::with_data();
    let closed = url_at(1);
    let url = writer.url();
    let server = Server::start(&["--database-url", &url, "--database-reader-url", &closed]);
    assert_eq!(server.readiness().await, "200 ok");
    let begin = std::time::Instant::now();
    for number in 0..20 {
        assert_eq!(server.ask(&cold(number)).await, Outcome::Data);
    }
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    assert_eq!(writer.reads_of_candles(), 20);
}

/// What a reader that is behind answers must not be kept as if it were new.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_is_behind_does_not_make_old_candles_new() {
    let writer = Cluster::with_data();
    let reader = writer.standby();
    let (url, reader_url) = (writer.url(), reader.url());
    let server = Server::start(&["--database-url", &url, "--database-reader-url", &reader_url]);
    server.warm_up().await;
    reader.sql("SELECT pg_wal_replay_pause()");
    assert_imports(&url, 77);
    // Long enough for the server to hear of the import and to be asked.
    for _ in 0..20 {
        assert_eq!(server.ask(&warm(0)).await, Outcome::Data);
        sleep(Duration::from_millis(100)).await;
    }
    reader.sql("SELECT pg_wal_replay_resume()");
    until_close(&server, 77).await;
}

/// The writer's name leads to a standby for a while, as in the middle of a failover.
#[tokio::test(flavor = "multi_thread")]
async fn a_failover_to_a_standby_and_back_is_got_over() {
    let writer = Cluster::with_data();
    let standby = writer.standby();
    let network = Proxy::to(writer.port).await;
    let url = url_at(network.port);
    let server = Server::start(&["--database-url", &url]);
    server.warm_up().await;
    let warm_load = Load::start(&server.address, 50, warm);
    let cold_load = Load::start(&server.address, 10, cold);
    let fail_over = async |port| {
        network.set(Mode::Refuse);
        network.point_to(port);
        sleep(Duration::from_millis(300)).await;
        network.set(Mode::Pass);
    };
    fail_over(standby.port).await;
    sleep(Duration::from_secs(2)).await;
    let output = import(&url, 78);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("read-only"), "{error}");
    fail_over(writer.port).await;
    let back = std::time::Instant::now();
    assert_imports(&url, 79);
    until_close(&server, 79).await;
    sleep(Duration::from_secs(3).saturating_sub(back.elapsed())).await;
    warm_load.stop().await.assert_all_data();
    let report = cold_load.stop().await;
    report.assert_none_failed();
    report.since(back + Duration::from_secs(2)).assert_all_data();
}
