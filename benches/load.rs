//! The server over HTTP, beside a handler that returns the same bytes from memory: bare, and behind
//! the same middleware. All of them are processes of their own, asked in turn by `wrk` at 32
//! connections; the figure is the median of the rounds' ratios.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]
#![allow(missing_docs)]

#[allow(dead_code)]
mod workloads;

use std::{env, fs, path::Path, process::Command};

use async_graphql::Request;
use axum::{Router, body::Bytes, http::header, routing::post};
use candleql::http;
use config::{LogFormat, LogSettings};
use serde_json::json;

use self::workloads::{
    histories, median, open, query,
    server::{LISTENS, Server, candleql},
};

const CONNECTIONS: &str = "32";
const SECONDS: &str = "1";
const ROUNDS: usize = 11;

/// Requests per second, asked by `wrk`.
fn measure(server: &Server, script: &Path) -> f64 {
    let url = format!("http://{}/graphql", server.address);
    let output = Command::new("wrk")
        .args(["-t1", "-c", CONNECTIONS, "-d", SECONDS, "-s"])
        .arg(script)
        .arg(url)
        .output()
        .expect("wrk is missing: on Debian, apt-get install wrk");
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(!report.contains("Non-2xx") && !report.contains("Socket errors"), "{report}");
    let line = report.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    line.unwrap_or_else(|| panic!("{report}")).trim().parse().unwrap()
}

/// Serves a file's bytes: this program as a process of its own.
async fn serve_bytes(kind: &str, file: &str) {
    let bytes = Bytes::from(fs::read(file).unwrap());
    let answer = move |_: Bytes| {
        let headers = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
        std::future::ready((headers, bytes.clone()))
    };
    let mut routes = Router::new().route("/graphql", post(answer));
    let log = LogSettings { log: "info".to_owned(), log_format: LogFormat::Human };
    let _telemetry = telemetry::init(&log, None).unwrap();
    if kind == "middleware" {
        routes = http::behind_middleware(routes);
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    eprintln!("{LISTENS}{}/", listener.local_addr().unwrap());
    axum::serve(listener, routes).await.unwrap();
}

/// Makes `wrk` post a query.
fn wrk_script(query: &str) -> String {
    let body = json!({ "query": query });
    format!(
        "wrk.method = \"POST\"\nwrk.body = [==[{body}]==]\n\
         wrk.headers[\"Content-Type\"] = \"application/json\"\n"
    )
}

/// Requests per second of each server, in turn, and their medians.
fn measure_all(servers: [&Server; 4], script: &Path) -> [f64; 4] {
    let rounds: Vec<[f64; 4]> =
        (0..ROUNDS).map(|_| servers.map(|server| measure(server, script))).collect();
    let ratio = |of: usize, to: usize| median(rounds.iter().map(|it| it[of] / it[to]).collect());
    let bare = median(rounds.iter().map(|it| it[0]).collect());
    [bare, ratio(1, 0), ratio(2, 1), ratio(3, 1)]
}

async fn compare() {
    let folder = tempfile::tempdir().unwrap();
    let api = open(&histories(), folder.path()).await;
    let cached = candleql(folder.path(), &[]);
    let uncached = candleql(folder.path(), &["--answer-cache-bytes", "0"]);
    println!(
        "| workload | bytes | from memory, req/s | behind the middleware | cached | computed |"
    );
    println!("| --- | --: | --: | --: | --: | --: |");
    for workload in ["W1", "W3", "W4", "W5"] {
        let query = query(workload);
        let bytes = api.execute(Request::new(&query), "").await.json;
        let (answer, script) = (folder.path().join("answer"), folder.path().join("ask.lua"));
        fs::write(&answer, &bytes).unwrap();
        fs::write(&script, wrk_script(&query)).unwrap();
        let floor = |kind: &str| {
            let mut program = Command::new(env::current_exe().unwrap());
            Server::start(program.args(["floor", kind]).arg(&answer))
        };
        let (bare, middleware) = (floor("bare"), floor("middleware"));
        let [bare, middleware, cached, computed] =
            measure_all([&bare, &middleware, &cached, &uncached], &script);
        println!(
            "| {workload} | {} | {bare:.0} | {:.0} % of it | {:.0} % of that | {:.0} % of that |",
            bytes.len(),
            middleware * 100.0,
            cached * 100.0,
            computed * 100.0
        );
    }
    let [cached, computed] = [cached, uncached].map(|server| server.megabytes("VmRSS"));
    println!(
        "\nResident memory after it: {cached:.0} MB with the answer cache, {computed:.0} MB without"
    );
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "floor", kind, file] => serve_bytes(kind, file).await,
        _ => compare().await,
    }
}
