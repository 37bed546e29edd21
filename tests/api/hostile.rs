//! A hostile request gets a clear error, and harms no other client.

use std::time::Duration;

use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn hostile_arguments_are_the_clients_fault() {
    let app = TestApp::bundled().await;
    let symbols: String = (0..70_000).map(|n| format!("\"S{n}\" ")).collect::<Vec<_>>().concat();
    let long = "x".repeat(4_000);
    for (query, code) in [
        (
            format!("{{ instruments(symbols: [{symbols}], first: 5) {{ nodes {{ symbol }} }} }}"),
            "TOKEN_LIMIT_EXCEEDED",
        ),
        (
            format!("{{ instruments(search: \"{long}\") {{ nodes {{ symbol }} }} }}"),
            "BAD_USER_INPUT",
        ),
        (format!("{{ instrument(symbol: \"{long}\") {{ symbol }} }}"), "UNKNOWN_SYMBOL"),
        (
            format!(
                "{{ instruments(search: {}1{}) {{ __typename }} }}",
                "[".repeat(400),
                "]".repeat(400)
            ),
            "NESTING_LIMIT_EXCEEDED",
        ),
        (format!("{}a{}", "{a".repeat(100), "}".repeat(100)), "NESTING_LIMIT_EXCEEDED"),
        (format!("{{ {}", "9".repeat(60_000)), "GRAPHQL_PARSE_FAILED"),
    ] {
        let answer = app.query(&query).await;
        assert_eq!(answer.code(), code, "{}", &answer.text);
        assert!(!answer.status.is_server_error());
        assert!(answer.text.len() < 700, "{} bytes", answer.text.len());
    }
}

/// If the parser finds brackets that the count misses, a kilobyte overflows the stack, which ends
/// the process. Comments also end at a lone carriage return, and the parser goes on after three
/// quotes without an end.
#[tokio::test]
async fn brackets_cannot_be_hidden_from_the_limit() {
    let app = TestApp::empty().await;
    let deep = format!("{}{}", "[".repeat(2_500), "]".repeat(2_500));
    let series = |argument: &str| {
        format!(
            "{{ instrument(symbol: \"A\") {{ series {{ sma(timePeriod: {argument}) {{ last }} }} }} }}"
        )
    };
    for (query, code) in [
        (format!("#\r{}", series(&deep)), "NESTING_LIMIT_EXCEEDED"),
        (format!("# a\r\n{}", series(&deep)), "NESTING_LIMIT_EXCEEDED"),
        (series(&format!("[\"\"\" \" {deep}]")), "GRAPHQL_PARSE_FAILED"),
        (series(&format!("[\" {deep}\n]")), "GRAPHQL_PARSE_FAILED"),
        (series(&format!("[{}]", "null".repeat(10_000))), "TOKEN_LIMIT_EXCEEDED"),
        (series(&format!("[{}]", "0".repeat(10_000))), "TOKEN_LIMIT_EXCEEDED"),
    ] {
        assert_eq!(app.query(&query).await.code(), code, "{}", &query[..80]);
    }
}

/// PostgreSQL accepts no text with NUL.
#[tokio::test]
async fn a_text_with_nul_harms_no_other_field() {
    let app = TestApp::bundled().await;
    let query = r#"{
        nul: instrument(symbol: "AMZN\u0000") { symbol }
        good: instrument(symbol: "AMZN") { symbol }
        symbols: instruments(symbols: ["\u0000", "NVDA"]) { nodes { symbol } }
    }"#;
    let answer = app.query(query).await;
    assert_eq!(answer.code(), "UNKNOWN_SYMBOL");
    let expected = json!({
        "nul": null,
        "good": { "symbol": "AMZN" },
        "symbols": { "nodes": [{ "symbol": "NVDA" }] },
    });
    assert_eq!(answer.json()["data"], expected);
    let search = r#"{ instruments(search: "A\u0000") { nodes { symbol } } }"#;
    assert_eq!(app.data(search).await, json!({ "instruments": { "nodes": [] } }));
    for argument in ["after", "before"] {
        let query = format!(r#"{{ instruments({argument}: "A\u0000") {{ nodes {{ symbol }} }} }}"#);
        assert_eq!(app.query(&query).await.code(), "BAD_USER_INPUT");
    }
}

/// Thirty fragments, each spread twice by the one before: a billion selections in a kilobyte.
#[tokio::test]
async fn fragments_that_multiply_are_refused_at_once() {
    let app = TestApp::empty().await;
    let level = |n: usize| format!("fragment f{n} on Query {{ ...f{m} ...f{m} }} ", m = n + 1);
    let levels = (0..30).map(level).collect::<Vec<_>>().concat();
    let query = format!("{{ ...f0 }} {levels} fragment f30 on Query {{ __typename }}");
    let answer = tokio::time::timeout(Duration::from_secs(10), app.query(&query)).await.unwrap();
    assert_eq!(answer.code(), "SELECTION_LIMIT_EXCEEDED");
    let cycle = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
    assert_eq!(app.query(cycle).await.code(), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn variables_that_must_have_a_value_are_missed_before_anything_runs() {
    let app = TestApp::bundled().await;
    for query in [
        "query ($s: String!) { instrument(symbol: $s) { symbol } }",
        "query ($if: Boolean!) { instrument(symbol: \"AMZN\") { symbol @skip(if: $if) } }",
    ] {
        let answer = app.query(query).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (400, "GRAPHQL_VALIDATION_FAILED")
        );
        assert!(answer.json().get("data").is_none());
    }
}

/// The library's validation panics where such a type is a list's.
#[tokio::test]
async fn a_variable_of_an_unknown_type_is_the_clients_fault() {
    let app = TestApp::empty().await;
    for variable in ["$v: [Nothing] = [1]", "$v: [[Nothing!]!]! = [[1]]", "$v: Nothing = 1"] {
        let answer = app.query(&format!("query ({variable}) {{ __typename }}")).await;
        assert_eq!(answer.status, 400, "{variable}: {}", answer.text);
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "{variable}");
        assert!(answer.text.contains("variable $v has no input type: Nothing"), "{}", answer.text);
    }
    // Types of the schema, and types that it knows but does not have.
    for name in ["String", "Int", "Float", "Boolean", "ID", "Date", "Fill", "MaType"] {
        let query = format!("query ($v: [{name}] = [null]) {{ a: __typename @skip(if: $v) }}");
        let answer = app.query(&query).await;
        assert!(!answer.text.contains("has no input type"), "{name}: {}", answer.text);
    }
}
