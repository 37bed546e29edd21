//! The database restarts, crashes or stands still while requests come.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::harness::{
    cluster::Cluster,
    data::{cold, warm},
    load::Load,
    server::Server,
};

const SOON: Duration = Duration::from_secs(2);

/// Puts the database away under load and checks what clients saw. `away` returns when the database
/// is back; `soon` after that there is data again.
async fn check(soon: Duration, away: impl AsyncFnOnce(&Cluster)) {
    let cluster = Cluster::with_data();
    let server = Server::start(&["--database-url", &cluster.url()]);
    server.warm_up().await;
    let warm_load = Load::start(&server.address, 100, warm);
    let cold_load = Load::start(&server.address, 20, cold);
    sleep(Duration::from_secs(1)).await;
    away(&cluster).await;
    let back = Instant::now();
    sleep(Duration::from_secs(4)).await;
    let (warm_report, cold_report) = (warm_load.stop().await, cold_load.stop().await);

    warm_report.assert_all_data();
    cold_report.assert_none_failed();
    assert!(cold_report.longest() < Duration::from_secs(5), "{cold_report}");
    let first = cold_report.first_data_after(back).unwrap();
    assert!(first < soon, "{first:?}: {cold_report}");
    println!("first cold data {first:?} after the database's return");
    cold_report.since(back + soon).assert_all_data();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_told_by_codes_and_only_for_what_is_not_in_memory() {
    check(SOON, async |cluster| {
        cluster.stop("fast");
        cluster.start();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_is_like_a_restart() {
    check(SOON, async |cluster| {
        cluster.stop("immediate");
        sleep(Duration::from_secs(1)).await;
        cluster.start();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stands_still_is_like_one_that_is_away() {
    // What hung is given up first.
    check(SOON + Duration::from_secs(1), async |cluster| {
        cluster.pause();
        sleep(Duration::from_secs(5)).await;
        cluster.resume();
    })
    .await;
}

/// Long enough for every back-off to have grown.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: make test-resilience"]
async fn after_a_long_time_away_the_first_data_comes_as_fast() {
    check(SOON, async |cluster| {
        cluster.stop("fast");
        sleep(Duration::from_secs(25)).await;
        cluster.start();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: make test-resilience"]
async fn restarts_one_after_the_other_add_up_to_nothing() {
    check(SOON, async |cluster| {
        for how in ["fast", "immediate", "fast", "immediate", "fast"] {
            cluster.stop(how);
            cluster.start();
            sleep(Duration::from_secs(2)).await;
        }
    })
    .await;
}
