//! What nginx, as docker/nginx configures it, adds to a server, and what it leaves as it is.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

use crate::harness::{
    nginx::{Nginx, Settings},
    programs::folder,
    server::Server,
};

/// A whole history, which costs more than what a test lets a client save up.
const QUERY: &str = "{ instrument(symbol: \"AMZN\") { series { close } } }";

/// A server with the bundled data; it needs no other program.
fn server(flags: &[&str]) -> (Server, TempDir) {
    let folder = folder();
    let url = format!("sqlite://{}/bundled.db", folder.path().display());
    (Server::start(&[&["--database-url", &url], flags].concat()), folder)
}

/// An answer: its head in small letters.
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        let value = self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        value.unwrap_or_default()
    }

    /// The code of the first error; nothing if there is none.
    fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A connection from an address of this machine.
fn connect(from: &str, to: &str) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(from.parse().unwrap(), 0).into()).unwrap();
    socket.connect(&to.parse::<SocketAddr>().unwrap().into()).unwrap();
    socket.into()
}

/// Sends a request, with lines of its head, on a connection of its own.
fn send(address: &str, first: &str, head: &str, body: &str) -> Reply {
    exchange(connect("127.0.0.1", address), first, head, body)
}

fn exchange(mut stream: TcpStream, first: &str, head: &str, body: &str) -> Reply {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let length = body.len();
    let head = format!(
        "{first} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}Content-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // A server that refuses a body does not wait for all of it.
    let _ = stream.write_all(body.as_bytes());
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head: head.to_lowercase(), body: body.to_owned() }
}

fn post(address: &str, head: &str, body: &str) -> Reply {
    send(address, "POST /graphql", &format!("Content-Type: application/json\r\n{head}"), body)
}

fn ask(nginx: &Nginx, head: &str) -> Reply {
    post(&nginx.address, head, &json!({ "query": QUERY }).to_string())
}

/// The last request of nginx's log, once it has so many.
fn last_logged(nginx: &Nginx, requests: usize) -> Value {
    for _ in 0..100 {
        if nginx.log().len() == requests {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut log = nginx.log();
    assert_eq!(log.len(), requests, "{log:#?}");
    log.pop().unwrap()
}

#[test]
fn the_clients_address_reaches_the_log_and_the_server() {
    // What the server trusts is nginx; what nginx trusts has the same address here.
    let flags = "--trusted-proxies 127.0.0.1 --rate-limit-cost-per-s 100 --answer-cache-bytes 0";
    let (server, _folder) = server(&flags.split(' ').collect::<Vec<_>>());
    let believed = Settings { load_balancer_network: "127.0.0.1/32", ..Settings::default() };
    let nginx = Nginx::before(&[&server.address], &believed);
    let mut requests = 0;
    let mut check = |peer: &str, forwarded: &str, client: &str, code: &str| {
        let head = format!("Content-Type: application/json\r\nX-Forwarded-For: {forwarded}\r\n");
        let body = json!({ "query": QUERY }).to_string();
        let reply = exchange(connect(peer, &nginx.address), "POST /graphql", &head, &body);
        assert_eq!(reply.code(), code, "{peer}, {forwarded}");
        requests += 1;
        assert_eq!(last_logged(&nginx, requests)["client"], client);
    };
    // The server has an account for each client, and one question empties it.
    check("127.0.0.1", "203.0.113.1", "203.0.113.1", "");
    check("127.0.0.1", "203.0.113.2", "203.0.113.2", "");
    // What a client writes itself stands before what the load balancer adds.
    check("127.0.0.1", "203.0.113.3, 203.0.113.1", "203.0.113.1", "RATE_LIMITED");
    // There may be several load balancers.
    check("127.0.0.1", "203.0.113.6, 127.0.0.1", "203.0.113.6", "");
    // A peer that is no load balancer is the client, whatever it writes in its headers.
    check("127.0.0.2", "203.0.113.4", "127.0.0.2", "");
    check("127.0.0.2", "203.0.113.5", "127.0.0.2", "RATE_LIMITED");
}

#[test]
fn beyond_the_burst_a_client_is_refused_but_no_other_and_no_health_check() {
    let (server, _folder) = server(&[]);
    let settings =
        Settings { load_balancer_network: "127.0.0.1/32", requests_per_s: 1, requests_burst: 5 };
    let nginx = Nginx::before(&[&server.address], &settings);
    let replies: Vec<Reply> =
        (0..30).map(|_| ask(&nginx, "X-Forwarded-For: 203.0.113.1\r\n")).collect();
    let (answered, refused): (Vec<_>, Vec<_>) =
        replies.iter().partition(|reply| reply.status == 200);
    // The first, the burst, and one for each second that this took.
    assert!((6..10).contains(&answered.len()), "{} were answered", answered.len());
    for reply in refused {
        assert_eq!((reply.status, reply.code().as_str()), (429, "RATE_LIMITED"));
        assert_eq!(reply.header("retry-after"), "1");
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.header("x-request-id").len(), 32);
    }
    assert_eq!(ask(&nginx, "X-Forwarded-For: 203.0.113.2\r\n").status, 200);
    for _ in 0..100 {
        let head = "X-Forwarded-For: 203.0.113.1\r\n";
        assert_eq!(send(&nginx.address, "GET /_healthcheck", head, "").status, 200);
    }
    assert_eq!(last_logged(&nginx, 131)["path"], "/_healthcheck");
}

#[test]
fn both_logs_have_the_request_under_the_same_id() {
    let (server, _folder) = server(&[]);
    let nginx = Nginx::before(&[&server.address], &Settings::default());
    let mut requests = 0;
    let mut check = |head: &str, kept: Option<&str>| {
        let reply = ask(&nginx, head);
        let ids: Vec<&str> =
            reply.head.lines().filter_map(|line| line.strip_prefix("x-request-id: ")).collect();
        let [id] = ids[..] else { panic!("{}", reply.head) };
        assert!(kept.is_none_or(|kept| kept == id), "{head}: {id}");
        requests += 1;
        assert_eq!(last_logged(&nginx, requests)["request_id"], id);
        server.wait_for_line(&format!("request_id=\"{id}\""), Duration::from_secs(1));
    };
    check("X-Request-Id: chart-7\r\n", Some("chart-7"));
    check("", None);
    // The server would not keep these either.
    check("X-Request-Id: two words\r\n", None);
    check(&format!("X-Request-Id: {}\r\n", "x".repeat(129)), None);
}

#[test]
fn bodies_are_as_long_as_the_server_takes_them() {
    let (server, _folder) = server(&[]);
    let nginx = Nginx::before(&[&server.address], &Settings::default());
    let body = json!({ "query": QUERY }).to_string();
    let padded = |length: usize| format!("{body}{}", " ".repeat(length - body.len()));
    assert_eq!(post(&nginx.address, "", &padded(1_048_576)).code(), "");
    let (by_server, by_nginx) = (
        post(&server.address, "", &padded(1_048_577)),
        post(&nginx.address, "", &padded(1_048_577)),
    );
    for reply in [by_server, by_nginx] {
        assert_eq!((reply.status, reply.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    }
}

/// As in a container's task, where there is no other server to ask.
#[test]
fn what_the_only_server_refuses_is_passed_on() {
    let away = ["--database-url", "postgres://unknown@127.0.0.1:1/none"];
    let server = Server::launch(&away, &[]);
    let nginx = Nginx::before(&[&server.address], &Settings::default());
    let reply = ask(&nginx, "Accept: application/graphql-response+json\r\n");
    assert_eq!((reply.status, reply.code().as_str()), (503, "STARTING"));
    assert_eq!(reply.header("retry-after"), "1");
    let health = send(&nginx.address, "GET /_healthcheck", "", "");
    assert_eq!(health.status, 503);
    assert!(health.body.contains("\"starting\""), "{}", health.body);
}

#[test]
fn what_the_server_has_compressed_stays_so() {
    let (server, _folder) = server(&[]);
    let nginx = Nginx::before(&[&server.address], &Settings::default());
    let head = "Accept-Encoding: gzip\r\n";
    let whole = "/graphql?query=%7Binstrument(symbol:%22AMZN%22)%7Bseries%7Bclose%7D%7D%7D";
    let mut stream = TcpStream::connect(&nginx.address).unwrap();
    write!(stream, "GET {whole} HTTP/1.0\r\n{head}\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    assert!(text.contains("\r\ncontent-encoding: gzip\r\n"), "{text:.400}");
    assert_eq!(text.matches("content-encoding").count(), 1);
}
