//! A bad argument nulls its field. An argument of another type refuses the request.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::app::TestApp;

/// Asserts the data, and the path and code of each error.
async fn check(app: &TestApp, query: &str, data: Value, errors: Value) {
    let answer = app.query(query).await.json();
    assert_eq!(answer["data"], data, "{query}");
    let places = answer["errors"].as_array().unwrap().iter();
    let places: Vec<_> = places.map(|it| json!([it["path"], it["extensions"]["code"]])).collect();
    assert_eq!(json!(places), errors, "{query}");
}

#[tokio::test]
async fn a_series_that_cannot_be_is_null_and_nothing_beside_it() {
    let app = TestApp::bundled().await;
    for bad in ["interval: 0", "last: 0", "from: \"2021-01-02\", to: \"2021-01-01\""] {
        let query = format!(
            "{{ instrument(symbol: \"AMZN\") {{
                symbol
                bad: series({bad}) {{ length }}
                good: series(frequency: ANNUAL, last: 2) {{ length }}
            }} }}"
        );
        let data = json!({
            "instrument": { "symbol": "AMZN", "bad": null, "good": { "length": 2 } }
        });
        check(&app, &query, data, json!([[["instrument", "bad"], "BAD_USER_INPUT"]])).await;
    }
}

#[tokio::test]
async fn each_instrument_of_a_page_keeps_its_other_fields() {
    let app = TestApp::bundled().await;
    let query = "{ instruments(first: 2) { nodes { symbol series(last: 0) { length } } } }";
    let nodes = json!([
        { "symbol": "AAPL", "series": null },
        { "symbol": "AMZN", "series": null },
    ]);
    let errors = json!([
        [["instruments", "nodes", 0, "series"], "BAD_USER_INPUT"],
        [["instruments", "nodes", 1, "series"], "BAD_USER_INPUT"],
    ]);
    check(&app, query, json!({ "instruments": { "nodes": nodes } }), errors).await;
}

#[tokio::test]
async fn a_page_that_cannot_be_is_null_and_nothing_beside_it() {
    let app = TestApp::bundled().await;
    for bad in ["first: -1", "first: 501", "first: 1, last: 1", "after: \"no cursor\""] {
        let query = format!(
            "{{ bad: instruments({bad}) {{ nodes {{ symbol }} }}
                good: instruments(first: 1) {{ nodes {{ symbol }} }} }}"
        );
        let data = json!({ "bad": null, "good": { "nodes": [{ "symbol": "AAPL" }] } });
        check(&app, &query, data, json!([[["bad"], "BAD_USER_INPUT"]])).await;
    }
}

/// Asserts that the server refuses a request with variables before it runs.
async fn refused(app: &TestApp, query: &str, variables: Value, message: &str) {
    let answer = app.post(&json!({ "query": query, "variables": variables })).await.json();
    assert!(answer.get("data").is_none(), "{variables}: {answer}");
    let [error] = answer["errors"].as_array().unwrap().as_slice() else {
        panic!("not one error: {answer}")
    };
    assert_eq!(error["message"], message);
    assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(error.get("path"), None);
}

#[tokio::test]
async fn a_variable_that_is_no_day_refuses_the_request() {
    let app = TestApp::bundled().await;
    let query = "query ($from: Date) { __typename
        instrument(symbol: \"AMZN\") { series(from: $from, last: 1) { length } } }";
    for (value, shown) in [
        (json!("2021-02-29"), "\"2021-02-29\""),
        (json!(" 2021-01-01"), "\" 2021-01-01\""),
        (json!(""), "\"\""),
        (json!(20_210_101), "20210101"),
        (json!(["2021-01-01"]), "[\"2021-01-01\"]"),
        (json!({ "day": 1 }), "{day: 1}"),
    ] {
        let message = format!(
            "variable $from of type Date is {shown}; Date takes a calendar day in quotes, like \
             \"2024-01-31\""
        );
        refused(&app, query, json!({ "from": value }), &message).await;
    }
    for value in [json!("2021-02-28"), json!(null)] {
        let answer = app.post(&json!({ "query": query, "variables": { "from": value } })).await;
        assert_eq!(answer.json()["data"]["instrument"]["series"]["length"], 1, "{value}");
    }
}

#[tokio::test]
async fn a_default_that_is_no_day_refuses_the_request_too() {
    let app = TestApp::bundled().await;
    let query = "query ($to: Date = \"2021-13-01\") {
        instrument(symbol: \"AMZN\") { series(to: $to) { length } } }";
    let message = "the default of variable $to is \"2021-13-01\"; Date takes a calendar day in \
                   quotes, like \"2024-01-31\"";
    refused(&app, query, json!({}), message).await;
}
