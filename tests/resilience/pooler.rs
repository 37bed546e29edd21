//! A pooler in transaction mode stands between: a connection is another one after each transaction.

use std::{fmt::Write, fs, process::Command, time::Duration};

use tokio::time::sleep;

use crate::harness::{
    client::until,
    cluster::Cluster,
    data::{INSTRUMENTS, cold, question, warm},
    load::Load,
    pgbouncer::Pgbouncer,
    programs::run,
    server::{PROGRAM, Server},
};

fn candleql(command: &[&str], url: &str) -> String {
    let mut program = Command::new(PROGRAM);
    program.env_clear().args(command).args(["--database-pooler", "--database-url", url]);
    run(&mut program)
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_share_few_connections_and_lose_no_request() {
    let cluster = Cluster::with_data();
    let pooler = Pgbouncer::before(&cluster, 3);
    let url = pooler.url();
    let servers = [(); 2].map(|()| Server::start(&["--database-pooler", "--database-url", &url]));
    let mut loads = Vec::new();
    for server in &servers {
        server.warm_up().await;
        loads.push(Load::start(&server.address, 50, warm));
        loads.push(Load::start(&server.address, 40, cold));
    }
    sleep(Duration::from_secs(8)).await;
    for load in loads {
        load.stop().await.assert_all_data();
    }
    assert!(cluster.sessions() <= 3, "{} sessions", cluster.sessions());
    for server in servers {
        assert!(!server.log().contains("prepared statement"), "{}", server.log());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_work_and_servers_see_what_they_did() {
    let cluster = Cluster::start_new();
    let pooler = Pgbouncer::before(&cluster, 2);
    let url = pooler.url();
    candleql(&["migrate"], &url);
    candleql(&["migrate"], &url);
    let server = Server::start(&["--database-pooler", "--database-url", &url]);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prices.csv");
    let mut rows = "symbol,date,open,high,low,close,volume\n".to_owned();
    for number in 0..INSTRUMENTS {
        writeln!(rows, "S{number},2024-01-02,1,1,1,1,1").unwrap();
    }
    fs::write(&file, rows).unwrap();
    for _ in 0..2 {
        candleql(&["import", file.to_str().unwrap()], &url);
    }
    let answers = async || {
        let answer = server.data(&question(INSTRUMENTS - 1)).await;
        answer["data"]["instrument"]["series"]["close"] == serde_json::json!([1.0])
    };
    until("the import is seen", Duration::from_secs(5), answers).await;
    assert!(!server.log().contains("prepared statement"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_migrate_once_through_a_pooler() {
    let cluster = Cluster::start_new();
    let pooler = Pgbouncer::before(&cluster, 3);
    let flags = ["--migrate", "--database-pooler", "--database-url", &pooler.url()];
    let mut servers: Vec<Server> = (0..5).map(|_| Server::launch(&flags, &[])).collect();
    for server in &mut servers {
        let ready = async || server.readiness().await == "200 ok";
        until("ready", Duration::from_secs(10), ready).await;
        assert!(!server.has_ended(), "{}", server.log());
    }
}

/// The pooler hides it when the database restarts, and says so in its own words.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_behind_a_pooler_is_told_by_codes() {
    let cluster = Cluster::with_data();
    let pooler = Pgbouncer::before(&cluster, 3);
    let server = Server::start(&["--database-pooler", "--database-url", &pooler.url()]);
    server.warm_up().await;
    let warm_load = Load::start(&server.address, 50, warm);
    let cold_load = Load::start(&server.address, 20, cold);
    sleep(Duration::from_millis(500)).await;
    cluster.stop("fast");
    cluster.start();
    // pgbouncer tries again after its server_login_retry, 15 seconds unless it is told otherwise.
    sleep(Duration::from_secs(3)).await;
    warm_load.stop().await.assert_all_data();
    cold_load.stop().await.assert_none_failed();
}
