//! Traces of requests, as a receiver of OTLP gets them.

use std::{
    collections::BTreeMap,
    sync::mpsc::{Receiver, channel},
    thread,
};

use axum::{Router, body::Bytes, http::StatusCode, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind, status::StatusCode as SpanStatus},
};
use prost::Message;
use serde_json::json;

use crate::{
    client::{Client, JSON, request},
    database::TestDatabase,
    server::Server,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

const CHART: &str =
    r#"query Chart { instrument(symbol: "AMZN") { series(frequency: WEEKLY) { rsi { last } } } }"#;

/// A receiver of traces with an address of its own.
struct Collector {
    endpoint: String,
    requests: Receiver<ExportTraceServiceRequest>,
}

impl Collector {
    fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        let take = move |body: Bytes| {
            // A receiver that has gone misses it.
            let _ = sender.send(ExportTraceServiceRequest::decode(body).unwrap());
            async { StatusCode::OK }
        };
        let router = Router::new().route("/v1/traces", post(take));
        thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await
            })
        });
        Self { endpoint, requests }
    }

    /// The spans that came, and their senders.
    fn spans(self) -> (Vec<Span>, Vec<KeyValue>) {
        let (mut spans, mut resource) = (Vec::new(), Vec::new());
        for of_resource in self.requests.try_iter().flat_map(|request| request.resource_spans) {
            resource = of_resource.resource.unwrap().attributes;
            spans.extend(of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
        (spans, resource)
    }
}

/// The spans of a server that answers documents, each under the same parent, and then ends.
async fn spans_of(documents: &[&str], flags: &[&str], sampled: bool) -> (Vec<Span>, Vec<KeyValue>) {
    let collector = Collector::start();
    let database = TestDatabase::bundled().await;
    let flags = [
        &["--otlp-endpoint", &collector.endpoint, "--drain-grace-ms", "0"][..],
        &["--log-format", "json"],
        flags,
    ];
    let server = Server::start(&database.settings.database_url, &flags.concat());
    let mut client = Client::connect(&server.address);
    let parent = format!("traceparent: 00-{TRACE}-{PARENT}-0{}", u8::from(sampled));
    for document in documents {
        let body = json!({ "query": document }).to_string();
        client.send(&request("POST /graphql", &[JSON, &parent], body.as_bytes())).unwrap();
        assert_eq!(client.reply().unwrap().status, 200);
    }
    server.signal("-TERM");
    let log = server.wait();
    let traced = log.lines().filter(|line| line.contains(TRACE)).count();
    assert_eq!(traced, documents.len(), "the log names the trace of each request: {log}");
    assert!(!log.contains("candleql::traces"), "spans of traces are not in the log: {log}");
    collector.spans()
}

/// The names of the spans, each behind its parents, in the order of their beginnings.
fn tree(spans: &[Span]) -> Vec<String> {
    let by_id: BTreeMap<&[u8], &Span> = spans.iter().map(|it| (&*it.span_id, it)).collect();
    let path = |span: &Span| {
        let mut names = vec![span.name.as_str()];
        let mut parent = by_id.get(&*span.parent_span_id);
        while let Some(span) = parent {
            names.push(&span.name);
            parent = by_id.get(&*span.parent_span_id);
        }
        names.reverse();
        names.join(" > ")
    };
    let mut spans: Vec<&Span> = spans.iter().collect();
    spans.sort_by_key(|span| span.start_time_unix_nano);
    spans.into_iter().map(path).collect()
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("{name}: {spans:#?}"))
}

/// An attribute as text; empty if there is none.
fn attribute(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    match found.and_then(|attribute| attribute.value.clone()) {
        Some(AnyValue { value: Some(Value::StringValue(text)) }) => text,
        Some(AnyValue { value: Some(Value::IntValue(number)) }) => number.to_string(),
        Some(AnyValue { value: Some(Value::BoolValue(yes)) }) => yes.to_string(),
        None => String::new(),
        other => panic!("{key}: {other:?}"),
    }
}

#[tokio::test]
async fn a_request_is_a_trace_with_a_span_for_what_takes_time() {
    let (spans, _) = spans_of(&[CHART], &[], true).await;
    assert_eq!(
        tree(&spans),
        [
            "POST /graphql",
            "POST /graphql > query Chart",
            "POST /graphql > query Chart > parse",
            "POST /graphql > query Chart > execute",
            "POST /graphql > query Chart > execute > load",
            "POST /graphql > query Chart > execute > load > read",
            "POST /graphql > query Chart > execute > compute",
            "POST /graphql > query Chart > write",
        ]
    );
    for span in &spans {
        assert_eq!(hex::encode(&span.trace_id), TRACE, "{span:?}");
        assert!(span.end_time_unix_nano >= span.start_time_unix_nano, "{span:?}");
    }
    let request = named(&spans, "POST /graphql");
    assert_eq!(hex::encode(&request.parent_span_id), PARENT);
    assert_eq!(request.kind(), SpanKind::Server);
    assert_eq!(named(&spans, "read").kind(), SpanKind::Client);
}

#[tokio::test]
async fn spans_tell_what_they_are_of_by_the_conventions() {
    let (spans, resource) = spans_of(&[CHART], &[], true).await;
    for (name, key, expected) in [
        ("POST /graphql", "http.request.method", "POST"),
        ("POST /graphql", "http.route", "/graphql"),
        ("POST /graphql", "http.response.status_code", "200"),
        ("POST /graphql", "url.path", "/graphql"),
        ("query Chart", "graphql.operation.name", "Chart"),
        ("query Chart", "graphql.operation.type", "query"),
        ("query Chart", "graphql.document", ""),
        ("query Chart", "candleql.cached", "false"),
        ("load", "candleql.symbol", "AMZN"),
        ("read", "db.operation.name", "SELECT"),
        ("read", "db.collection.name", "candle"),
        ("compute", "candleql.function", "RSI"),
    ] {
        assert_eq!(attribute(&named(&spans, name).attributes, key), expected, "{name} {key}");
    }
    assert_eq!(attribute(&resource, "service.name"), "candleql");
    let documents = format!("{spans:?}").contains("instrument(");
    assert!(!documents, "no setting asks for documents: {spans:?}");
}

#[tokio::test]
async fn what_is_kept_takes_no_time_and_errors_are_told() {
    let unknown = r#"{ instrument(symbol: "NONE") { lastDate } }"#;
    let (spans, _) = spans_of(&[CHART, CHART, unknown], &["--log-documents"], true).await;
    let tree = tree(&spans);
    let kept = tree.iter().position(|path| path.ends_with("write")).unwrap() + 1;
    assert_eq!(
        tree[kept..][..3],
        ["POST /graphql", "POST /graphql > query Chart", "POST /graphql",]
    );
    let operations: Vec<&Span> = spans.iter().filter(|it| it.name == "query Chart").collect();
    let cached = |span: &&&Span| attribute(&span.attributes, "candleql.cached") == "true";
    assert_eq!(operations.iter().filter(cached).count(), 1);
    assert!(operations.iter().all(|it| attribute(&it.attributes, "graphql.document") == CHART));
    let failed = named(&spans, "query");
    assert_eq!(attribute(&failed.attributes, "error.type"), "UNKNOWN_SYMBOL");
    assert_eq!(failed.status.as_ref().unwrap().code(), SpanStatus::Error);
    assert_eq!(attribute(&failed.attributes, "graphql.document"), unknown);
}

/// Long requests run on other threads.
#[tokio::test]
async fn a_long_request_is_one_trace_too() {
    let many: Vec<String> =
        (2..60).map(|period| format!("r{period}: rsi(timePeriod: {period}) {{ last }}")).collect();
    let document =
        format!("{{ instrument(symbol: \"AMZN\") {{ series {{ {} }} }} }}", many.join(" "));
    let (spans, _) = spans_of(&[&document], &[], true).await;
    let tree = tree(&spans);
    assert!(tree.contains(&"POST /graphql > query > wait".to_owned()), "{tree:#?}");
    let computed = |path: &&String| **path == "POST /graphql > query > execute > compute";
    assert_eq!(tree.iter().filter(computed).count(), many.len(), "{tree:#?}");
}

#[tokio::test]
async fn who_begins_a_trace_says_whether_it_is_wanted() {
    let (spans, _) = spans_of(&[CHART], &[], false).await;
    assert_eq!(tree(&spans), Vec::<String>::new());
}

#[tokio::test]
async fn a_silent_receiver_delays_no_request() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let database = TestDatabase::bundled().await;
    let flags = ["--otlp-endpoint", &endpoint, "--drain-grace-ms", "0"];
    let server = Server::start(&database.settings.database_url, &flags);
    assert!(server.query(CHART)["errors"].is_null());
    server.signal("-TERM");
    let began = std::time::Instant::now();
    let log = server.wait();
    assert!(began.elapsed() < std::time::Duration::from_secs(10), "{log}");
    assert!(log.contains("cannot send the last traces"), "{log}");
}
