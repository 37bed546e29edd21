//! What the store reads from the database, and how often.

use std::fmt::Write;

use futures_util::future::join_all;
use serde_json::json;

use crate::{app::TestApp, database::TestDatabase};

const CLOSE: &str = r#"{ instrument(symbol: "AMZN") { series(last: 1) { close } } }"#;

fn reads_of(table: &str, statements: &[String]) -> usize {
    let from = format!(r#"FROM "{table}""#);
    statements.iter().filter(|sql| sql.contains(&from)).count()
}

#[tokio::test]
async fn fifty_cold_symbols_are_two_statements() {
    let app = TestApp::empty().await;
    let mut rows = String::new();
    let mut query = String::from("{");
    for number in 0..50 {
        writeln!(rows, "S{number},2024-01-02,1,1,1,1,{number}").unwrap();
        write!(query, r#" s{number}: instrument(symbol: "S{number}") {{ series {{ volume }} }}"#)
            .unwrap();
    }
    query.push('}');
    app.import_rows(&rows).await.unwrap();
    app.statements();
    let data = app.data(&query).await;
    assert_eq!(data["s49"]["series"]["volume"], json!([49]));
    let statements = app.statements();
    assert_eq!(statements.len(), 2, "{statements:#?}");
    assert_eq!((reads_of("instrument", &statements), reads_of("candle", &statements)), (1, 1));
}

#[tokio::test]
async fn a_history_is_read_once_however_many_ask_at_once() {
    let app = TestApp::bundled().await;
    app.statements();
    let answers = join_all((0..20).map(|_| app.data(CLOSE))).await;
    assert!(answers.iter().all(|data| *data == answers[0]));
    assert_eq!(reads_of("candle", &app.statements()), 1);
    app.data(CLOSE).await;
    assert_eq!(reads_of("candle", &app.statements()), 0, "a warm history is not read again");
}

#[tokio::test]
async fn an_import_is_seen_by_the_next_request() {
    let app = TestApp::bundled().await;
    app.data(CLOSE).await;
    app.import_rows("AMZN,2023-09-22,131,132,130,131.5,1000\nNEW,2024-01-02,1,1,1,1,1\n")
        .await
        .unwrap();
    let data = app.data(CLOSE).await;
    assert_eq!(data, json!({ "instrument": { "series": { "close": [131.5] } } }));
    let data = app.data(r#"{ instrument(symbol: "NEW") { firstDate } }"#).await;
    assert_eq!(data, json!({ "instrument": { "firstDate": "2024-01-02" } }));
}

#[tokio::test]
async fn memory_is_bounded_by_the_cache_setting() {
    let one_history = 2_698 * (size_of::<u32>() + 5 * size_of::<f64>());
    let limit = u64::try_from(one_history).unwrap() * 5 / 2;
    let app =
        TestApp::over(TestDatabase::bundled().await, &["--cache-bytes", &limit.to_string()]).await;
    for _ in 0..3 {
        let data = app.data("{ instruments { nodes { symbol series { length } } } }").await;
        let nodes = data["instruments"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 6);
        assert!(nodes.iter().all(|node| node["series"]["length"] == 2_699), "{data}");
        let bytes = app.store.cached_bytes().await;
        assert!((1..=limit).contains(&bytes), "{bytes} bytes are cached, the limit is {limit}");
    }
}
