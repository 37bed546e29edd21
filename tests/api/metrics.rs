//! The metrics on the operators' address, read by an independent parser.

#![allow(clippy::float_cmp)] // counts are whole numbers

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
    thread::sleep,
    time::{Duration, Instant},
};

use prometheus_parse::{LineInfo, SampleType, Scrape, Value};
use telemetry::metrics::{ALL, Metric};

use crate::{
    app::repository,
    client::{Client, get, query},
    database::TestDatabase,
    server::{Server, candleql, text},
};

const CHART: &str = r#"query Chart { instrument(symbol: "AMZN") { series(last: 1) { close } } }"#;
const UNKNOWN: &str = r#"query Unknown { instrument(symbol: "NONE") { lastDate } }"#;

/// A server over the bundled data, and its address for operators.
pub struct Observed {
    pub server: Server,
    pub database: TestDatabase,
    operators: String,
}

impl Observed {
    pub async fn start(flags: &[&str]) -> Self {
        let database = TestDatabase::bundled().await;
        let flags = [&["--admin-listen", "127.0.0.1:0", "--drain-grace-ms", "0"], flags].concat();
        let server = Server::start(&database.settings.database_url, &flags);
        let (_, address) = server.start.split_once("metrics are at http://").unwrap();
        let operators = address.split('/').next().unwrap().to_owned();
        Self { server, database, operators }
    }

    pub fn client(&self) -> Client {
        Client::connect(&self.server.address)
    }

    /// The current text of the metrics.
    pub fn metrics(&self) -> Metrics {
        let answer = read(&self.operators, "/metrics");
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
        Metrics(text.to_owned())
    }

    /// Waits until the metrics are as expected.
    fn wait_until(&self, mut is_so: impl FnMut(&Metrics) -> bool) {
        let began = Instant::now();
        while !is_so(&self.metrics()) {
            assert!(began.elapsed() < Duration::from_secs(20), "{}", self.metrics().0);
            sleep(Duration::from_millis(50));
        }
    }
}

/// The text of metrics.
pub struct Metrics(pub String);

impl Metrics {
    /// The names of all metrics with a value.
    pub fn names(&self) -> BTreeSet<String> {
        let name = |line| match LineInfo::parse(line) {
            LineInfo::Sample { metric_name, .. } => Some(metric_name.to_owned()),
            _ => None,
        };
        self.0.lines().filter_map(name).collect()
    }

    /// The sum of the values that have a label, or of all.
    fn sum(&self, name: &str, label: Option<(&str, &str)>) -> f64 {
        let lines = self.0.lines().map(|line| Ok(line.to_owned()));
        let samples = Scrape::parse(lines).unwrap().samples;
        let has = |labels: &prometheus_parse::Labels| {
            label.is_none_or(|(name, value)| labels.get(name) == Some(value))
        };
        let found = samples.iter().filter(|sample| sample.metric == name && has(&sample.labels));
        let value = |value: &Value| match value {
            Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => *value,
            other => panic!("{name}: {other:?}"),
        };
        found.map(|sample| value(&sample.value)).sum()
    }

    fn all(&self, name: &str) -> f64 {
        self.sum(name, None)
    }

    fn of(&self, name: &str, label: &str, value: &str) -> f64 {
        self.sum(name, Some((label, value)))
    }
}

fn read(address: &str, path: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    connection.read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn the_text_has_every_metric_of_the_table_and_no_other() {
    let observed = Observed::start(&[]).await;
    observed.server.query(CHART);
    let metrics = observed.metrics();
    let (mut told, mut described) = (BTreeSet::new(), BTreeSet::new());
    for line in metrics.0.lines() {
        match LineInfo::parse(line) {
            LineInfo::Type { metric_name, metric_alias, sample_type } => {
                let name = metric_alias.unwrap_or(metric_name);
                let kind = match sample_type {
                    SampleType::Counter => "counter",
                    SampleType::Gauge => "gauge",
                    SampleType::Histogram => "histogram",
                    other => panic!("{line}: {other:?}"),
                };
                assert!(told.insert((name, kind)), "{line} is there twice");
            }
            LineInfo::Doc { metric_name, .. } => drop(described.insert(metric_name.to_owned())),
            LineInfo::Sample { value, .. } => assert!(value.parse::<f64>().is_ok(), "{line}"),
            LineInfo::Empty => {}
            LineInfo::Ignored => panic!("this is no line of a metric: {line}"),
        }
    }
    let row = |metric: &Metric| (metric.name.to_owned(), metric.kind.name());
    assert_eq!(told, ALL.iter().map(row).collect());
    assert_eq!(described, ALL.iter().map(|metric| metric.name.to_owned()).collect());
    let not_found = read(&observed.server.address, "/metrics");
    assert!(not_found.starts_with("HTTP/1.1 404"), "only operators may read it: {not_found}");
}

#[test]
fn names_follow_the_conventions() {
    for Metric { name, kind, .. } in ALL {
        assert_eq!(name.ends_with("_total"), kind.name() == "counter", "{name}");
        assert!(name.starts_with("candleql_") || name.starts_with("process_"), "{name}");
        for unit in ["_ms", "_milliseconds", "_kb", "_mb", "_percent"] {
            assert!(!name.contains(unit), "{name} is in no base unit");
        }
    }
}

#[test]
fn the_table_of_metrics_is_the_programs() {
    let row = |metric: &Metric| {
        let labels = metric.labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>();
        let (name, kind, labels) = (metric.name, metric.kind.name(), labels.join(", "));
        format!("| `{name}` | {kind} | {labels} | {} |", metric.meaning)
    };
    let rows: Vec<String> = ALL.iter().map(row).collect();
    let page = std::fs::read_to_string(repository("docs/metrics.md")).unwrap();
    let shown = page.lines().skip_while(|line| !line.starts_with("| metric |")).skip(2);
    let shown: Vec<&str> = shown.take_while(|line| line.starts_with('|')).collect();
    assert_eq!(shown, rows, "the table should be:\n{}", rows.join("\n"));
}

#[tokio::test]
async fn requests_are_counted_by_path_status_code_and_operation() {
    let observed = Observed::start(&[]).await;
    for document in [CHART, CHART, CHART, UNKNOWN, "{ instruments { nodes { symbol } } }", "{"] {
        observed.server.query(document);
    }
    for path in ["/healthz", "/no/such/page", "/nor/this"] {
        read(&observed.server.address, path);
    }
    let metrics = observed.metrics();
    for (path, status, requests) in
        [("/graphql", "200", 6.0), ("/healthz", "200", 1.0), ("other", "404", 2.0)]
    {
        let line = format!("candleql_http_requests_total{{path=\"{path}\",status=\"{status}\"}}");
        assert!(metrics.0.contains(&format!("{line} {requests}\n")), "{line}: {}", metrics.0);
    }
    for (code, requests) in
        [("UNKNOWN_SYMBOL", 1.0), ("GRAPHQL_PARSE_FAILED", 1.0), ("NOT_FOUND", 2.0)]
    {
        assert_eq!(metrics.of("candleql_errors_total", "code", code), requests, "{code}");
    }
    assert_eq!(metrics.all("candleql_errors_total"), 4.0);
    // An operation that the server never answered without an error has no name of its own.
    for (operation, requests) in [("Chart", 3.0), ("anonymous", 1.0), ("other", 2.0)] {
        let count = "candleql_request_duration_seconds_count";
        assert_eq!(metrics.of(count, "operation", operation), requests, "{operation}");
    }
    assert_eq!(metrics.all("candleql_request_cost_count"), 3.0, "what is kept costs nothing");
    assert!(metrics.all("candleql_request_cost_sum") >= 2.0);
    assert_eq!(metrics.all("candleql_http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn caches_connections_and_the_catalogue_are_measured() {
    let observed = Observed::start(&[]).await;
    for document in
        [CHART, CHART, "query Other { instrument(symbol: \"AMZN\") { series { close } } }"]
    {
        observed.server.query(document);
    }
    let metrics = observed.metrics();
    for (cache, hits, misses) in [("answers", 1.0, 2.0), ("series", 1.0, 1.0)] {
        assert_eq!(metrics.of("candleql_cache_hits_total", "cache", cache), hits, "{cache}");
        assert_eq!(metrics.of("candleql_cache_misses_total", "cache", cache), misses, "{cache}");
    }
    assert!(metrics.of("candleql_cache_bytes", "cache", "series") > 100_000.0);
    let mut asked = 0..;
    observed.wait_until(|metrics| {
        // The cache knows its size a moment later, and reports it when it stores the next entry.
        let document =
            format!("{{ a{}: instruments {{ nodes {{ symbol }} }} }}", asked.next().unwrap());
        observed.server.query(&document);
        metrics.of("candleql_cache_bytes", "cache", "answers") > 500.0
    });
    assert_eq!(metrics.all("candleql_history_read_seconds_count"), 1.0);
    let open = metrics.all("candleql_database_connections");
    assert!((1.0..=metrics.all("candleql_database_connections_max")).contains(&open), "{open}");
    assert_eq!(metrics.all("candleql_database_connections_max"), 10.0);
    assert_eq!(metrics.all("candleql_catalogue_instruments"), 6.0);
    assert!((0.0..60.0).contains(&metrics.all("candleql_catalogue_age_seconds")));
    if cfg!(target_os = "linux") {
        assert!(metrics.all("process_resident_memory_bytes") > 1e6);
        assert!(metrics.all("process_open_fds") > 3.0);
        assert!(metrics.all("process_start_time_seconds") > 1.7e9);
    }
}

#[tokio::test]
async fn imports_of_others_are_noticed() {
    let observed = Observed::start(&["--poll-interval-ms", "50"]).await;
    assert_eq!(
        observed.metrics().all("candleql_imports_total"),
        0.0,
        "it began with what was there"
    );
    let revision = observed.metrics().all("candleql_catalogue_revision");
    let folder = tempfile::tempdir().unwrap();
    let rows = "symbol,date,open,high,low,close,volume\nNEW,2024-01-02,1,1,1,1,1\n";
    std::fs::write(folder.path().join("new.csv"), rows).unwrap();
    let url = &observed.database.settings.database_url;
    // The same again changes nothing.
    for _ in 0..2 {
        let output = candleql(folder.path(), &["import", "new.csv", "--database-url", url]);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    observed.wait_until(|metrics| metrics.all("candleql_catalogue_instruments") == 7.0);
    let metrics = observed.metrics();
    assert_eq!(metrics.all("candleql_imports_total"), 1.0);
    assert_eq!(metrics.all("candleql_catalogue_revision"), revision + 1.0);
}

#[tokio::test]
async fn names_that_clients_choose_do_not_grow_the_text_without_end() {
    let observed = Observed::start(&[]).await;
    let mut client = observed.client();
    let mut ask = |request: &[u8]| {
        client.send(request).unwrap();
        client.reply().unwrap();
    };
    for number in 0..250 {
        ask(&query(&format!("query Hostile{number} {{ __typename }}")));
        ask(&query(&format!("query Wrong{number} {{ nothing }}")));
        ask(&get(&format!("/path/{number}")));
        ask(format!("M{number} /graphql HTTP/1.1\r\nHost: test\r\n\r\n").as_bytes());
    }
    let metrics = observed.metrics();
    let of = |prefix: &str| metrics.0.lines().filter(|line| line.starts_with(prefix)).count();
    assert_eq!(of("candleql_request_duration_seconds_count"), 100 + 2);
    assert!(!metrics.0.contains("Wrong"), "what is refused teaches no names");
    // 200, 400 and 405 of /graphql, and 404 of all others.
    assert_eq!(of("candleql_http_requests_total"), 4, "{}", metrics.0);
    let count = "candleql_request_duration_seconds_count";
    assert_eq!(metrics.of(count, "operation", "other"), 150.0 + 250.0);
}

#[tokio::test]
async fn a_client_that_goes_away_is_counted() {
    let observed = Observed::start(&[]).await;
    let connection = observed.server.send_headers(100);
    observed.wait_until(|metrics| metrics.all("candleql_http_requests_in_flight") == 1.0);
    assert_eq!(observed.metrics().all("candleql_http_connections"), 1.0);
    drop(connection);
    observed.wait_until(|metrics| metrics.all("candleql_http_requests_in_flight") == 0.0);
    let answered = observed.metrics();
    assert_eq!(answered.all("candleql_http_requests_total"), 1.0, "{}", answered.0);
    observed.wait_until(|metrics| metrics.all("candleql_http_connections") == 0.0);
}
