//! Statements that take long, and whom they are for.

use std::time::{Duration, Instant};

use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::harness::{
    client::{Client, Outcome, until},
    cluster::Cluster,
    data::cold,
    server::Server,
};

const SOON: Duration = Duration::from_secs(5);

/// A server on which a statement ends only when its client stops waiting.
fn patient(cluster: &Cluster) -> Server {
    let long = ["--database-statement-timeout-ms", "60000", "--request-timeout-ms", "60000"];
    Server::start(&[&["--database-url", &cluster.url()], &long[..]].concat())
}

/// A client that has asked, and waits for as long as it is not dropped.
async fn ask_and_wait(server: &Server, document: &str) -> TcpStream {
    let body = serde_json::json!({ "query": document }).to_string();
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    stream
}

async fn until_queries(cluster: &Cluster, count: usize, limit: Duration) {
    let what = format!("{count} statements on the candles");
    until(&what, limit, async || cluster.queries_of_candles() == count).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_ends_when_its_client_leaves() {
    let cluster = Cluster::with_data();
    let server = patient(&cluster);
    let lock = cluster.lock_candles();
    let client = ask_and_wait(&server, &cold(0)).await;
    until_queries(&cluster, 1, SOON).await;
    sleep(Duration::from_secs(2)).await;
    assert_eq!(cluster.queries_of_candles(), 1);
    drop(client);
    until_queries(&cluster, 0, Duration::from_secs(1)).await;
    drop(lock);
    assert_eq!(server.ask(&cold(0)).await, Outcome::Data);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_leave_do_not_use_the_connections_up() {
    let cluster = Cluster::with_data();
    let server = patient(&cluster);
    let lock = cluster.lock_candles();
    for round in 0..3 {
        let mut clients = Vec::new();
        for number in 0..10 {
            clients.push(ask_and_wait(&server, &cold(10 * round + number)).await);
            // Far enough apart that each is a statement of its own.
            sleep(Duration::from_millis(20)).await;
        }
        until("they wait", SOON, async || cluster.queries_of_candles() > 5).await;
        drop(clients);
        until_queries(&cluster, 0, Duration::from_secs(1)).await;
    }
    drop(lock);
    for number in 100..120 {
        assert_eq!(server.ask(&cold(number)).await, Outcome::Data);
    }
    // Ten for queries, and one each to ask whether the database answers, to cancel, to listen.
    assert!(cluster.sessions() <= 13, "{} sessions", cluster.sessions());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_stays_while_a_client_waits_for_it() {
    let cluster = Cluster::with_data();
    let server = patient(&cluster);
    let lock = cluster.lock_candles();
    // The first statement leaves first.
    let leaves = ask_and_wait(&server, &cold(0)).await;
    until_queries(&cluster, 1, SOON).await;
    let (client, address) = (Client::new(), server.address.clone());
    let stays = tokio::spawn(async move { client.ask(&address, &cold(0)).await });
    sleep(Duration::from_millis(300)).await;
    drop(leaves);
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(cluster.queries_of_candles(), 1);
    drop(lock);
    assert_eq!(timeout(SOON, stays).await.unwrap().unwrap(), Outcome::Data);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_ends_when_its_request_has_taken_too_long() {
    let cluster = Cluster::with_data();
    let flags = ["--database-url", &cluster.url(), "--request-timeout-ms", "1000"];
    let server = Server::start(&flags);
    let lock = cluster.lock_candles();
    assert_eq!(server.ask(&cold(0)).await, Outcome::Coded("EXECUTION_TIMEOUT".into()));
    until_queries(&cluster, 0, Duration::from_secs(1)).await;
    drop(lock);
    assert_eq!(server.ask(&cold(0)).await, Outcome::Data);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_is_an_error_with_a_code() {
    let cluster = Cluster::with_data();
    let flags = ["--database-url", &cluster.url(), "--database-statement-timeout-ms", "500"];
    let server = Server::start(&flags);
    let lock = cluster.lock_candles();
    let begin = Instant::now();
    let outcome = server.ask(&cold(0)).await;
    assert!(matches!(outcome, Outcome::Coded(_)), "{outcome:?}");
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    until_queries(&cluster, 0, Duration::from_secs(1)).await;
    drop(lock);
    assert_eq!(server.ask(&cold(0)).await, Outcome::Data);
}
