//! The end of a server, as a load balancer, its clients and attackers see it.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpStream,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    client::{Client, JSON, Reply, get, head, query, request},
    database::TestDatabase,
    server::{Server, program, send},
};

/// How long an immediate event may take on a busy machine. Every timeout that must not end a wait
/// is longer.
const AT_ONCE: Duration = Duration::from_secs(15);
const NEVER: &str = "3600000";

const AMAZON: &str = r#"{ instrument(symbol: "AMZN") { symbol } }"#;

/// A server over the bundled data that waits for nothing but the grace and the limit.
async fn start(grace: &str, limit: &str) -> (Server, TestDatabase) {
    let database = TestDatabase::bundled().await;
    let flags = [
        ["--drain-grace-ms", grace],
        ["--shutdown-timeout-ms", limit],
        ["--read-timeout-ms", NEVER],
        ["--request-timeout-ms", NEVER],
        ["--idle-timeout-ms", NEVER],
    ];
    let server = Server::start(&database.settings.database_url, &flags.concat());
    // A server that answers also hears signals; before that, they end the process.
    ask(&mut connect(&server), &get("/healthz"));
    (server, database)
}

/// Tells a server to end, and waits until it has heard it.
fn drain(server: &mut Server, grace: &str) {
    server.signal("-TERM");
    server.wait_until_logged(&format!("SIGTERM: draining for {grace} ms"));
}

fn connect(server: &Server) -> Client {
    Client::connect(&server.address)
}

/// Asks on a connection that stays open, if the server wants it to.
#[track_caller]
fn ask(client: &mut Client, request: &[u8]) -> Reply {
    client.send(request).unwrap();
    client.reply().unwrap()
}

/// Asks on a connection that the answer must close.
#[track_caller]
fn ask_last(mut client: Client, request: &[u8]) -> Reply {
    let reply = ask(&mut client, request);
    assert!(is_last(&reply), "{reply:?}");
    assert_eq!(client.rest(), b"");
    reply
}

fn is_last(reply: &Reply) -> bool {
    reply.head.lines().any(|line| line.eq_ignore_ascii_case("connection: close"))
}

/// A request whose body the client sends later.
struct Unfinished(Client, Vec<u8>);

impl Unfinished {
    fn begin(server: &Server) -> Self {
        let request = query(AMAZON);
        let (first, rest) = request.split_at(request.len() - 20);
        let mut client = connect(server);
        client.send(first).unwrap();
        // An answer on another connection shows that the server has read it.
        ask(&mut connect(server), &get("/healthz"));
        Self(client, rest.to_vec())
    }

    #[track_caller]
    fn end(self) -> Value {
        ask_last(self.0, &self.1).json()
    }
}

fn amazon() -> Value {
    json!({ "data": { "instrument": { "symbol": "AMZN" } } })
}

fn wait_until_refused(server: &Server) {
    let started = Instant::now();
    while TcpStream::connect(&server.address).is_ok() {
        assert!(started.elapsed() < AT_ONCE, "still accepting");
        sleep(Duration::from_millis(5));
    }
}

/// Waits until the grace is over: the server accepts no connection, and closes idle ones.
fn wait_until_rest_is_closed(server: &Server, mut idle: Client) {
    wait_until_refused(server);
    assert_eq!(idle.rest(), b"");
}

/// Waits for the end, which must come soon; gives the log.
#[track_caller]
fn check_ends(server: Server) -> String {
    let started = Instant::now();
    let log = server.wait();
    assert!(started.elapsed() < AT_ONCE, "{:?}: {log}", started.elapsed());
    log
}

#[tokio::test]
async fn a_server_that_drains_says_so_and_goes_on_answering() {
    let (mut server, _database) = start(NEVER, NEVER).await;
    let mut kept = connect(&server);
    assert!(!is_last(&ask(&mut kept, &query(AMAZON))));
    let unfinished = Unfinished::begin(&server);
    drain(&mut server, NEVER);

    let health = ask_last(connect(&server), &get("/_healthcheck"));
    assert_eq!((health.status, health.json()), (503, json!({ "status": "draining" })));
    assert_eq!(ask_last(connect(&server), &get("/healthz")).status, 200);
    assert_eq!(ask_last(connect(&server), &get("/nowhere")).status, 404);
    assert_eq!(ask_last(connect(&server), &request("POST /graphql", &[], b"")).status, 415);
    assert_eq!(ask_last(connect(&server), &query(AMAZON)).json(), amazon());
    assert_eq!(ask_last(kept, &query(AMAZON)).json(), amazon());
    assert_eq!(unfinished.end(), amazon());

    server.signal("-INT");
    assert!(check_ends(server).contains("SIGINT: finishing what is in flight"));
}

#[tokio::test]
async fn the_server_waits_out_the_grace_without_a_connection() {
    let (mut server, _database) = start("1000", NEVER).await;
    let started = Instant::now();
    drain(&mut server, "1000");
    let log = check_ends(server);
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert!(log.contains(" finishing what is in flight"), "{log}");
}

#[tokio::test]
async fn what_is_not_in_flight_ends_with_the_grace() {
    let (mut server, _database) = start("1000", NEVER).await;
    let half = &query(AMAZON)[..30];
    let mut silent = connect(&server);
    let mut idle = connect(&server);
    ask(&mut idle, &query(AMAZON));
    let mut half_first = connect(&server);
    half_first.send(half).unwrap();
    let mut half_second = connect(&server);
    ask(&mut half_second, &query(AMAZON));
    half_second.send(half).unwrap();
    let started = Instant::now();
    drain(&mut server, "1000");
    let mut silent_newcomer = connect(&server);
    let mut half_newcomer = connect(&server);
    half_newcomer.send(half).unwrap();

    for client in [
        &mut silent,
        &mut idle,
        &mut half_first,
        &mut half_second,
        &mut silent_newcomer,
        &mut half_newcomer,
    ] {
        assert_eq!(client.rest(), b"");
        assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    }
    check_ends(server);
}

#[tokio::test]
async fn what_is_in_flight_is_answered_although_it_takes_longer_than_the_grace() {
    let (mut server, _database) = start("300", NEVER).await;
    let idle = connect(&server);
    let unfinished = Unfinished::begin(&server);
    drain(&mut server, "300");
    let newcomer = Unfinished::begin(&server);
    wait_until_rest_is_closed(&server, idle);
    assert_eq!(unfinished.end(), amazon());
    assert_eq!(newcomer.end(), amazon());
    assert!(!check_ends(server).contains("took too long"));
}

#[tokio::test]
async fn answers_on_their_way_arrive_whole() {
    let (mut server, _database) = start("300", NEVER).await;
    // It has some 17 MB: more than the buffers of both ends hold.
    let idle = connect(&server);
    let mut reader = Client::asks_for(&server.address, 40).await;
    reader.0.get_ref().peek(&mut [0]).unwrap();
    drain(&mut server, "300");
    wait_until_rest_is_closed(&server, idle);
    reader.read_to_the_end_of_answer();
    check_ends(server);
}

#[tokio::test]
async fn a_second_signal_skips_the_grace_and_a_third_the_rest() {
    for (second, third) in [("TERM", "TERM"), ("INT", "INT"), ("TERM", "INT")] {
        let (mut server, _database) = start(NEVER, NEVER).await;
        let unfinished = Unfinished::begin(&server);
        drain(&mut server, NEVER);
        server.signal(&format!("-{second}"));
        server.wait_until_logged(&format!("SIG{second}: finishing what is in flight"));
        wait_until_refused(&server);
        server.signal(&format!("-{third}"));
        assert!(check_ends(server).contains(&format!("SIG{third}: ending at once")));
        drop(unfinished);
    }
}

#[tokio::test]
async fn sigint_does_not_wait_and_neither_does_a_server_without_grace() {
    for (grace, signal) in [(NEVER, "INT"), ("0", "TERM")] {
        let (mut server, _database) = start(grace, NEVER).await;
        let unfinished = Unfinished::begin(&server);
        server.signal(&format!("-{signal}"));
        server.wait_until_logged(&format!("SIG{signal}: finishing what is in flight"));
        wait_until_refused(&server);
        assert_eq!(unfinished.end(), amazon());
        check_ends(server);
    }
}

/// The limit counts from the signal, whatever a client does.
#[tokio::test]
async fn no_client_holds_the_end_beyond_the_limit() {
    let (mut server, _database) = start("300", "2000").await;
    let deaf = Client::asks_for(&server.address, 70).await;
    // Once the answer begins, the client reads none of it.
    deaf.0.get_ref().peek(&mut [0]).unwrap();
    let _half_head = {
        let mut client = connect(&server);
        client.send(b"POST /graphql HTTP/1.1\r\nX-Slow: ").unwrap();
        client
    };
    let _no_body = {
        let mut client = connect(&server);
        client.send(&head("POST /graphql", &[JSON, "Content-Length: 1000"])).unwrap();
        client
    };
    let _half_body = Unfinished::begin(&server);
    let started = Instant::now();
    drain(&mut server, "300");
    let log = check_ends(server);
    assert!(started.elapsed() >= Duration::from_millis(1900), "{:?}", started.elapsed());
    assert!(log.contains("requests in flight took too long"), "{log}");
}

#[tokio::test]
async fn a_grace_longer_than_the_limit_is_cut() {
    let (mut server, _database) = start(NEVER, "500").await;
    drain(&mut server, "500");
    assert!(!check_ends(server).contains("took too long"));
}

/// In a container, the first process gets only signals that it listens to.
#[test]
fn commands_that_wait_hear_of_the_end_as_well() {
    // No program listens there.
    let database = "postgresql://candleql@127.0.0.1:1/candleql";
    for (signal, error) in
        [("-TERM", "error: ended by SIGTERM\n"), ("-INT", "error: ended by SIGINT\n")]
    {
        let mut command = program()
            .args(["migrate", "--database-url", database, "--wait-ms", NEVER])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(command.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("waiting") {
            assert!(log.read_line(&mut said).unwrap() > 0, "it ended: {said}");
        }
        send(&command, signal);
        log.read_to_string(&mut said).unwrap();
        assert!(said.ends_with(error), "{said}");
        assert_eq!(command.wait().unwrap().code(), Some(1));
    }
}
