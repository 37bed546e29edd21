//! Replicas are replaced one after the other behind a proxy that knows nothing of their health.

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;

use crate::harness::{
    client::until,
    cluster::{Cluster, url_at},
    data::{cold, warm},
    load::Load,
    nginx::{Nginx, Settings},
    programs::free_port,
    proxy::{Mode, Proxy},
    server::Server,
};

/// Replaces both replicas so many times under 200 requests a second, none of which may fail.
async fn check(rounds: usize, flags: &[&str]) {
    let cluster = Cluster::with_data();
    // A database that takes its time: there are always requests in flight when a replica ends.
    let network = Proxy::to(cluster.port).await;
    network.set(Mode::Delay(Duration::from_millis(10)));
    let url = url_at(network.port);
    let ports = [free_port(), free_port()];
    let start = |port: u16| {
        let listen = format!("127.0.0.1:{port}");
        let server = ["--database-url", &url, "--listen", &listen];
        Server::launch(&[&server, flags].concat(), &[])
    };
    let mut replicas = ports.map(&start);
    for replica in &replicas {
        until_ready(replica).await;
    }
    let nginx =
        Nginx::before(&replicas.each_ref().map(|it| it.address.as_str()), &Settings::default());
    let loads = [Load::start(&nginx.address, 160, warm), Load::start(&nginx.address, 40, cold)];
    sleep(Duration::from_millis(500)).await;
    for _ in 0..rounds {
        for (replica, port) in replicas.iter_mut().zip(ports) {
            replica.signal("-TERM");
            let (status, _) = replica.wait(Duration::from_secs(30));
            assert!(status.success(), "{}", replica.log());
            *replica = start(port);
            until_ready(replica).await;
        }
    }
    let mut asked = 0;
    for load in loads {
        let report = load.stop().await;
        report.assert_all_data();
        asked += report.0.len();
    }
    check_log(&nginx, asked).await;
}

/// nginx would ask another replica where one cuts a request off, but not every proxy does.
async fn check_log(nginx: &Nginx, asked: usize) {
    // It writes its log after it has answered.
    let logged = async || nginx.log().len() == asked;
    until("nginx has logged all", Duration::from_secs(2), logged).await;
    // Killed replicas cut some five off each.
    let cut_off = nginx.cut_off();
    let asked_twice = |line: &&Value| line["upstream_status"].as_str().unwrap().contains(',');
    let again = nginx.log().iter().filter(asked_twice).count();
    assert!(cut_off.is_empty(), "of {asked}, {again} again: {cut_off:#?}");
    println!("of {asked}, {again} again");
}

async fn until_ready(server: &Server) {
    let ready = async || server.readiness().await == "200 ok";
    until("ready", Duration::from_secs(10), ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_loses_no_request() {
    check(1, &["--drain-grace-ms", "1000"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: make test-resilience"]
async fn ten_replacements_lose_no_request() {
    check(10, &["--drain-grace-ms", "1000"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: make test-resilience"]
async fn replacements_with_the_usual_settings_lose_no_request() {
    check(3, &[]).await;
}
