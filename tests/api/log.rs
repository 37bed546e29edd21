//! The log: a line for each request, and no request waits for the log's reader.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    app::TestApp,
    client::{Client, JSON, get, post, query, request},
    database::TestDatabase,
    metrics::Observed,
    server::Server,
};

const CHART: &str = r#"query Chart { instrument(symbol: "AMZN") { series(last: 1) { close } } }"#;

/// The log of a server, line by line as JSON, while it answers requests.
async fn log_of(flags: &[&str], requests: &[Vec<u8>]) -> Vec<Value> {
    let database = TestDatabase::bundled().await;
    let flags = [&["--log-format", "json", "--drain-grace-ms", "0"], flags].concat();
    let server = Server::start(&database.settings.database_url, &flags);
    let mut client = Client::connect(&server.address);
    for request in requests {
        client.send(request).unwrap();
        client.reply().unwrap();
    }
    server.signal("-TERM");
    let log = server.wait();
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The lines of the log about requests.
fn answered(log: &[Value]) -> Vec<&Value> {
    log.iter().filter(|line| line["message"] == "answered").collect()
}

#[tokio::test]
async fn each_request_is_one_line_with_what_it_was_and_what_came_of_it() {
    let unknown = r#"query Unknown { instrument(symbol: "NONE") { lastDate } }"#;
    let id = "X-Request-Id: 4711";
    let body = json!({ "query": CHART }).to_string();
    let requests = [
        request("POST /graphql", &[JSON, id], body.as_bytes()),
        query(CHART),
        query(unknown),
        query("{ __typename }"),
        post("{"),
        get("/healthz"),
    ];
    let log = log_of(&[], &requests).await;
    let lines = answered(&log);
    assert_eq!(lines.len(), requests.len(), "{log:#?}");
    // The errors that clients get.
    let asked = json!({ "query": CHART, "extensions": { "cost": true } });
    let told_to_clients = TestApp::bundled().await.post(&asked).await.json();
    let cost = &told_to_clients["extensions"]["cost"]["actual"];
    let told = ["status", "operation", "cost", "cached", "errors"];
    let expected = [
        json!([200, "Chart", cost, null, null]),
        json!([200, "Chart", cost, true, null]),
        json!([200, "Unknown", 0, null, "UNKNOWN_SYMBOL"]),
        json!([200, null, 10, null, null]),
        json!([400, null, null, null, "BAD_REQUEST"]),
        json!([200, null, null, null, null]),
    ];
    for (line, expected) in lines.iter().zip(expected) {
        let facts: Value = told.iter().map(|name| line[name].clone()).collect();
        assert_eq!(facts, expected, "{line}");
        assert!(line["duration_ms"].as_f64().unwrap() > 0.0, "{line}");
        assert!(!line["span"]["request_id"].as_str().unwrap().is_empty(), "{line}");
        assert_eq!(line["level"], "INFO", "{line}");
    }
    assert_eq!(lines[0]["span"]["request_id"], "4711");
    assert_eq!(lines[0]["span"]["method"], "POST");
    assert_eq!(lines[5]["span"]["path"], "/healthz");
}

#[tokio::test]
async fn documents_are_in_the_log_only_where_that_is_asked_for() {
    let document = r"query Chart($symbol: String!) { instrument(symbol: $symbol) { symbol } }";
    let body = json!({ "query": document, "variables": { "symbol": "S3CRET" } });
    let broken = "query { instrument(symbol: \"S3CRET\" }";
    let in_url = "/graphql?query=query%20S3CRET%7B__typename%7D";
    let requests = [post(body.to_string()), query(broken), get(in_url)];
    for (flags, expected) in [
        (&[][..], vec![Value::Null; 3]),
        (
            &["--log-documents"],
            vec![document.into(), broken.into(), "query S3CRET{__typename}".into()],
        ),
    ] {
        let log = log_of(flags, &requests).await;
        let lines = answered(&log);
        let documents: Vec<Value> = lines.iter().map(|line| line["document"].clone()).collect();
        assert_eq!(documents, expected);
        if flags.is_empty() {
            let mut log = log.clone();
            // The log has the name of an operation.
            log.retain(|line| line["operation"] != "S3CRET");
            let log = Value::from(log).to_string();
            assert!(!log.contains("instrument(") && !log.contains("S3CRET"), "{log}");
        }
    }
}

/// A pipe without a reader is full after 64 kB; at this level, one request is some hundred lines.
#[tokio::test]
async fn a_log_without_a_reader_delays_no_request() {
    let observed = Observed::start(&["--log", "trace"]).await;
    let mut client = observed.client();
    let began = Instant::now();
    let dropped = |observed: &Observed| {
        let metrics = observed.metrics().0;
        let line =
            metrics.lines().find(|line| line.starts_with("candleql_log_lines_dropped_total"));
        line.unwrap().split(' ').next_back().unwrap().parse::<u64>().unwrap()
    };
    while dropped(&observed) == 0 {
        for _ in 0..100 {
            client.send(&get("/healthz")).unwrap();
            assert_eq!(client.reply().unwrap().status, 200);
        }
        assert!(began.elapsed() < Duration::from_mins(1), "nothing is dropped");
    }
}
