//! Repeated answers: what caches may keep, and the forms of an answer's body.

use std::io::Read;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::json;

use crate::{
    app::{Answer, TestApp},
    database::TestDatabase,
};

const CHART: &str = "/graphql?query={instrument(symbol:\"AMZN\"){series(last:200){close}}}";

async fn get(app: &TestApp, uri: &str, headers: &[(header::HeaderName, &str)]) -> Answer {
    let mut request = Request::get(uri.replace('"', "%22"));
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

/// Over a store that keeps no history: every computation runs SQL.
async fn without_histories(flags: &[&str]) -> TestApp {
    let flags = [&["--cache-bytes", "0"], flags].concat();
    TestApp::over(TestDatabase::bundled().await, &flags).await
}

async fn runs_sql(app: &TestApp, query: &str) -> bool {
    app.statements();
    app.query(query).await;
    !app.statements().is_empty()
}

#[tokio::test]
async fn an_answer_is_given_again_until_what_it_read_changes() {
    let app = without_histories(&[]).await;
    let close = r#"{ instrument(symbol: "AMZN") { series(last: 1) { close } } }"#;
    let all = "{ instruments { nodes { symbol series(last: 1) { close } } } }";
    for query in [close, all] {
        assert!(runs_sql(&app, query).await);
        assert!(!runs_sql(&app, query).await);
    }
    // Another instrument changes, and a new one appears.
    app.import_rows("META,2023-09-22,300,302,299,301,1\nNEW,2024-01-02,1,1,1,1,1\n").await.unwrap();
    assert!(!runs_sql(&app, close).await, "AMZN is what it was");
    assert!(runs_sql(&app, all).await);
    let nodes = &app.data(all).await["instruments"]["nodes"];
    assert_eq!(nodes.as_array().unwrap().len(), 7);
    assert_eq!(nodes[3], json!({ "symbol": "META", "series": { "close": [301.0] } }));

    app.import_rows("AMZN,2023-09-22,131,132,130,131.5,1000\n").await.unwrap();
    assert!(runs_sql(&app, close).await);
    assert_eq!(app.data(close).await["instrument"]["series"]["close"], json!([131.5]));
}

#[tokio::test]
async fn answers_differ_by_document_variables_and_operation() {
    let app = without_histories(&[]).await;
    let document = "query a($n: Int = 1) { i: instrument(symbol: \"AMZN\") { s: series(last: $n) { close } } }
                    query b($n: Int = 1) { i: instrument(symbol: \"AMZN\") { s: series(last: $n) { volume } } }";
    let ask = async |operation: &str, n: i32| {
        let body =
            json!({ "query": document, "operationName": operation, "variables": { "n": n } });
        app.post(&body).await.json()["data"]["i"]["s"].clone()
    };
    for _ in 0..2 {
        assert_eq!(ask("a", 1).await["close"].as_array().unwrap().len(), 1);
        assert_eq!(ask("a", 2).await["close"].as_array().unwrap().len(), 2);
        assert_eq!(ask("b", 2).await["volume"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn an_answer_with_errors_is_computed_anew() {
    let app = without_histories(&[]).await;
    let query = r#"{ a: instrument(symbol: "AMZN") { series(last: 1) { close } } b: instrument(symbol: "NOPE") { symbol } }"#;
    assert!(runs_sql(&app, query).await);
    assert!(runs_sql(&app, query).await);
    let answer = app.query(query).await;
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(answer.header(header::ETAG), "");
}

#[tokio::test]
async fn no_answers_are_kept_where_the_setting_says_so() {
    let app = without_histories(&["--answer-cache-bytes", "0"]).await;
    let close = r#"{ instrument(symbol: "AMZN") { series(last: 1) { close } } }"#;
    assert!(runs_sql(&app, close).await);
    assert!(runs_sql(&app, close).await);
}

#[tokio::test]
async fn who_has_the_answer_is_told_that_it_is_still_good() {
    let app = TestApp::bundled().await;
    let first = get(&app, CHART, &[]).await;
    assert_eq!(first.header(header::CACHE_CONTROL), "no-cache");
    let etag = first.header(header::ETAG).to_owned();
    assert!(etag.starts_with("W/\""), "{etag}");
    for tags in [etag.clone(), etag.replace("W/", ""), format!("\"other\", {etag}"), "*".to_owned()]
    {
        let again = get(&app, CHART, &[(header::IF_NONE_MATCH, &tags)]).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{tags}");
        assert_eq!(again.header(header::ETAG), etag);
        assert_eq!(again.header(header::CACHE_CONTROL), "no-cache");
        assert_eq!(again.header(header::VARY), "Accept, Accept-Encoding");
    }
    let other = get(&app, CHART, &[(header::IF_NONE_MATCH, "\"other\"")]).await;
    assert_eq!((other.status, &other.text), (StatusCode::OK, &first.text));

    app.import_rows("AMZN,2023-09-22,131,132,130,131.5,1000\n").await.unwrap();
    let changed = get(&app, CHART, &[(header::IF_NONE_MATCH, &etag)]).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_ne!(changed.header(header::ETAG), etag);
}

#[tokio::test]
async fn only_get_is_conditional_and_replicas_agree_on_the_tag() {
    let app = TestApp::bundled().await;
    let body = json!({ "query": "{ indicatorCatalog { field } }" }).to_string();
    let post = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::IF_NONE_MATCH, "*")
        .body(Body::from(body))
        .unwrap();
    assert_eq!(app.send(post).await.status, StatusCode::OK);

    let replica = TestApp::over(TestDatabase::bundled().await, &["--max-age-s", "30"]).await;
    let (ours, theirs) = (get(&app, CHART, &[]).await, get(&replica, CHART, &[]).await);
    assert_eq!(ours.header(header::ETAG), theirs.header(header::ETAG));
    assert_eq!(theirs.header(header::CACHE_CONTROL), "max-age=30");
    let head = Request::builder().method(Method::HEAD).uri(CHART.replace('"', "%22"));
    let head = app.send(head.body(Body::empty()).unwrap()).await;
    assert_eq!(head.header(header::ETAG), ours.header(header::ETAG));
}

fn decoded(coding: &str, bytes: &[u8]) -> String {
    let mut text = String::new();
    match coding {
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_string(&mut text),
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_string(&mut text),
        "zstd" => zstd::Decoder::new(bytes).unwrap().read_to_string(&mut text),
        other => panic!("{other:?}"),
    }
    .unwrap();
    text
}

#[tokio::test]
async fn long_answers_are_compressed_for_who_can_read_it() {
    let app = without_histories(&[]).await;
    let plain = get(&app, CHART, &[]).await;
    assert_eq!(plain.header(header::CONTENT_ENCODING), "");
    for coding in ["gzip", "br", "zstd"] {
        for sql in [true, false] {
            app.statements();
            let answer = get(&app, CHART, &[(header::ACCEPT_ENCODING, coding)]).await;
            assert_eq!(answer.header(header::CONTENT_ENCODING), coding);
            assert!(answer.bytes.len() < plain.bytes.len() * 3 / 4, "{coding}");
            assert_eq!(decoded(coding, &answer.bytes), plain.text);
            assert_eq!(answer.header(header::ETAG), plain.header(header::ETAG));
            assert_eq!(!app.statements().is_empty(), sql, "the second time it is there");
        }
    }
    let short = "/graphql?query={instrument(symbol:\"AMZN\"){symbol}}";
    let answer = get(&app, short, &[(header::ACCEPT_ENCODING, "gzip")]).await;
    assert_eq!(answer.header(header::CONTENT_ENCODING), "");
    assert_eq!(answer.json()["data"]["instrument"]["symbol"], "AMZN");
}

#[tokio::test]
async fn kept_answers_are_bounded_by_the_setting() {
    let flags = ["--cache-bytes", "0", "--answer-cache-bytes", "30000"];
    let app = TestApp::over(TestDatabase::empty().await, &flags).await;
    app.import_rows("ONE,2024-01-02,1,1,1,1,1\n").await.unwrap();
    let query = |number: usize| {
        let padding = "-".repeat(1000);
        format!("# {number} {padding}\n{{ instrument(symbol: \"ONE\") {{ series {{ close }} }} }}")
    };
    for number in 0..200 {
        app.query(&query(number)).await;
    }
    let mut kept = 0;
    for number in 0..200 {
        kept += usize::from(!runs_sql(&app, &query(number)).await);
    }
    assert!(kept < 30, "{kept} answers of more than a kilobyte in 30 kB");
    for _ in 0..5 {
        app.query(&query(0)).await;
    }
    assert!(!runs_sql(&app, &query(0)).await, "what is asked again and again is kept");
}
