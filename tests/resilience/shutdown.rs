//! The end of a server: what is in flight is finished, what comes late is still answered.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::harness::{
    client::{Client, Outcome, judge, until},
    cluster::Cluster,
    data::{cold, question, warm},
    load::Load,
    server::Server,
};

/// A POST whose body takes five seconds; gives the head of the answer and its outcome.
async fn slow_request(address: String) -> (String, Outcome) {
    let body = serde_json::json!({ "query": question(0) }).to_string();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    for piece in body.as_bytes().chunks(body.len().div_ceil(10)) {
        stream.write_all(piece).await.unwrap();
        sleep(Duration::from_millis(500)).await;
    }
    let mut answer = Vec::new();
    // Its end is the end of the connection, which a server that ends closes.
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), judge(200, body.as_bytes()))
}

/// Sends SIGTERM while a request is in flight; the server ends when that and the grace are over.
async fn check(grace: Duration) {
    let cluster = Cluster::with_data();
    let millis = grace.as_millis().to_string();
    let url = cluster.url();
    let mut server = Server::start(&["--database-url", &url, "--drain-grace-ms", &millis]);
    let slow = tokio::spawn(slow_request(server.address.clone()));
    sleep(Duration::from_millis(500)).await;
    server.signal("-TERM");
    let signalled = Instant::now();
    let (head, outcome) = slow.await.unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(outcome, Outcome::Data);
    let due = Instant::now().max(signalled + grace);
    let (status, _) = server.wait(Duration::from_secs(10));
    let late = Instant::now().saturating_duration_since(due);
    assert!(status.success(), "{}", server.log());
    assert!(late < Duration::from_secs(1), "{late:?} late\n{}", server.log());
    println!("ended {late:?} after it was due");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_is_finished_after_the_grace() {
    check(Duration::from_secs(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grace_is_waited_for_when_all_is_finished() {
    check(Duration::from_secs(7)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_drains_answers_and_says_so() {
    let cluster = Cluster::with_data();
    let url = cluster.url();
    let mut server = Server::start(&["--database-url", &url, "--drain-grace-ms", "3000"]);
    server.warm_up().await;
    server.signal("-TERM");
    let signalled = Instant::now();
    let draining = async || server.readiness().await == "503 draining";
    until("draining", Duration::from_millis(500), draining).await;
    // Each client is a new connection.
    while signalled.elapsed() < Duration::from_millis(2500) {
        let number = usize::try_from(signalled.elapsed().as_millis()).unwrap();
        for document in [warm(number), cold(number)] {
            assert_eq!(Client::new().ask(&server.address, &document).await, Outcome::Data);
        }
        assert!(server.lives().await);
        sleep(Duration::from_millis(50)).await;
    }
    let (status, _) = server.wait(Duration::from_secs(10));
    assert!(status.success(), "{}", server.log());
    assert!((3000..4000).contains(&signalled.elapsed().as_millis()), "{:?}", signalled.elapsed());
}

/// A client that keeps its connections is told to close them, and never meets a closed one.
#[tokio::test(flavor = "multi_thread")]
async fn kept_connections_are_closed_between_requests() {
    let cluster = Cluster::with_data();
    let url = cluster.url();
    let mut server = Server::start(&["--database-url", &url, "--drain-grace-ms", "2000"]);
    server.warm_up().await;
    let load = Load::start(&server.address, 200, warm);
    sleep(Duration::from_secs(1)).await;
    server.signal("-TERM");
    sleep(Duration::from_millis(1500)).await;
    load.stop().await.assert_all_data();
    let (status, _) = server.wait(Duration::from_secs(10));
    assert!(status.success(), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_does_not_hold_the_end_up() {
    let cluster = Cluster::with_data();
    let url = cluster.url();
    let mut server = Server::start(&["--database-url", &url, "--drain-grace-ms", "500"]);
    server.warm_up().await;
    cluster.pause();
    let client = Client::new();
    let address = server.address.clone();
    let waiting = tokio::spawn(async move { client.ask(&address, &cold(0)).await });
    sleep(Duration::from_millis(200)).await;
    server.signal("-TERM");
    let (_, took) = server.wait(Duration::from_secs(10));
    assert!(took < Duration::from_secs(5), "{took:?}\n{}", server.log());
    let outcome = waiting.await.unwrap();
    assert!(matches!(outcome, Outcome::Coded(_)), "{outcome:?}");
}
