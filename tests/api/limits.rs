//! Limits of a request, each with its code, and requests within the limits.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, header},
    routing::get,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{app::TestApp, database::TestDatabase};

#[tokio::test]
async fn each_limit_is_a_setting_with_a_code() {
    let nested = "{ instrument(symbol: \"AMZN\") { series { sma { rsi { last } } } } }";
    let two = "{ a: __typename b: __typename }";
    for (flags, query, code, message) in [
        (["--max-tokens", "5"], two, "TOKEN_LIMIT_EXCEEDED", "8; the limit is 5"),
        (["--max-nesting", "4"], nested, "NESTING_LIMIT_EXCEEDED", "5; the limit is 4"),
        (["--max-depth", "4"], nested, "DEPTH_LIMIT_EXCEEDED", "5; the limit is 4"),
        (["--max-selections", "4"], nested, "SELECTION_LIMIT_EXCEEDED", "5; the limit is 4"),
        (["--max-aliases", "1"], two, "ALIAS_LIMIT_EXCEEDED", "2; the limit is 1"),
        (["--max-root-fields", "1"], two, "ROOT_FIELD_LIMIT_EXCEEDED", "2; the limit is 1"),
        (
            ["--max-directives", "0"],
            "{ __typename @skip(if: false) }",
            "DIRECTIVE_LIMIT_EXCEEDED",
            "1; the limit is 0",
        ),
        (
            ["--max-name-bytes", "4"],
            "{ abcde: __typename }",
            "NAME_LIMIT_EXCEEDED",
            "are 10; the limit is 4",
        ),
        (
            ["--max-text-bytes", "4"],
            "{ instrument(symbol: \"ABC\") { symbol } }",
            "TEXT_LIMIT_EXCEEDED",
            "are 5; the limit is 4",
        ),
        (["--max-cost", "9"], "{ __typename }", "COST_LIMIT_EXCEEDED", "the limit is 9"),
    ] {
        let app = TestApp::over(TestDatabase::empty().await, &flags).await;
        let answer = app.query(query).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, code), "{query}");
        let actual = answer.json()["errors"][0]["message"].to_string();
        assert!(actual.contains(message), "{actual}");
    }
}

#[tokio::test]
async fn variables_have_a_length() {
    let app = TestApp::over(TestDatabase::empty().await, &["--max-variables-bytes", "7"]).await;
    let ask = async |variables: Value| {
        app.post(&json!({ "query": "{ __typename }", "variables": variables })).await
    };
    assert_eq!(ask(json!({ "a": 1 })).await.status, 200);
    let answer = ask(json!({ "a": 10 })).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "VARIABLES_LIMIT_EXCEEDED"));
    assert!(answer.text.contains("have 8 bytes; the limit is 7"), "{}", answer.text);
}

/// Twenty symbols with ten indicators each, by aliases.
#[tokio::test]
async fn an_ordinary_large_request_is_within_the_defaults() {
    let app = TestApp::bundled().await;
    let indicators: Vec<String> =
        (1..=10).map(|n| format!("s{n}: sma(timePeriod: {}) {{ values }}", n * 5)).collect();
    let series =
        format!("series(frequency: WEEKLY, last: 250) {{ close {} }}", indicators.concat());
    let symbols = ["AAPL", "AMZN", "GOOG", "META", "NFLX", "NVDA"].into_iter().cycle();
    let instruments: Vec<String> = symbols
        .take(20)
        .enumerate()
        .map(|(n, symbol)| format!("i{n}: instrument(symbol: \"{symbol}\") {{ {series} }}"))
        .collect();
    let data = app.data(&format!("{{ {} }}", instruments.join(" "))).await;
    assert_eq!(data["i19"]["series"]["s10"]["values"].as_array().unwrap().len(), 250);
}

#[tokio::test]
async fn the_cost_is_told_to_who_asks() {
    let app = TestApp::bundled().await;
    let query = r#"{ instrument(symbol: "AMZN") { series(last: 5) { close } } }"#;
    for _ in 0..2 {
        let body = json!({ "query": query, "extensions": { "cost": true } });
        let answer = app.post(&body).await;
        // Instrument, series and field cost ten each, the series a quarter and an eighth of its
        // 2,699 rows besides, and five cells are returned.
        let cost = 30 + 2699 / 4 + 2699 / 8 + 5;
        let expected = json!({ "cost": { "actual": cost, "limit": 2_000_000 } });
        assert_eq!(answer.json()["extensions"], expected);
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        assert!(app.query(query).await.json().get("extensions").is_none());
    }
    let failed = json!({ "query": "{ instrument(symbol: \"NO\") { symbol } }", "extensions": { "cost": true } });
    let answer = app.post(&failed).await;
    assert_eq!(answer.code(), "UNKNOWN_SYMBOL");
    assert!(answer.json()["extensions"]["cost"]["actual"].is_number());
}

#[tokio::test]
async fn without_introspection_nothing_tells_the_schema() {
    let app = TestApp::over(TestDatabase::bundled().await, &["--no-introspection"]).await;
    for query in [
        "{ __schema { types { name } } }",
        "{ __type(name: \"Series\") { name } }",
        "{ a: __typename ...f } fragment f on Query { s: __schema { queryType { name } } }",
    ] {
        let answer = app.query(query).await;
        let expected = (400, "INTROSPECTION_DISABLED".to_owned());
        assert_eq!((answer.status.as_u16(), answer.code()), expected, "{query}");
    }
    assert_eq!(app.data("{ __typename }").await, json!({ "__typename": "Query" }));
    for (query, told) in [
        ("{ instrumen(symbol: \"AMZN\") { symbol } }", "did you mean instrument or instruments?"),
        ("{ instrument(symbl: \"AMZN\") { symbol } }", "did you mean symbol?"),
        (
            "{ instrument(symbol: \"AMZN\") { series(fill: ALL) { length } } }",
            "Fill has only NONE, NULL, PREVIOUS",
        ),
    ] {
        let hidden = app.query(query).await;
        assert_eq!(hidden.status, 400);
        assert!(!hidden.text.contains(told), "{}", hidden.text);
        let answer = TestApp::bundled().await.query(query).await;
        assert!(answer.text.contains(told), "{}", answer.text);
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up() {
    let flags = ["--request-timeout-ms", "1", "--max-aliases", "1000"];
    let app = TestApp::over(TestDatabase::bundled().await, &flags).await;
    let many: Vec<String> =
        (0..100).map(|n| format!("c{n}: cci(timePeriod: {}) {{ last }}", 500 + n)).collect();
    let query = format!("{{ instrument(symbol: \"AMZN\") {{ series {{ {} }} }} }}", many.join(" "));
    let answer = app.query(&query).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "EXECUTION_TIMEOUT"));
    assert!(answer.text.contains("within 1 ms"), "{}", answer.text);
}

/// A stand-in for an unknown fault.
#[tokio::test]
async fn a_panic_is_one_failed_request() {
    let faulty = get(|| async { assert_eq!(1, 2, "a secret") });
    let router =
        Router::new().route("/faulty", faulty).route("/good", get(|| async { "still here" }));
    let router = candleql::http::behind_middleware(router);
    let ask = async |path: &str| {
        let request = Request::get(path).header("x-request-id", "abc-3").body(Body::empty());
        let response = router.clone().oneshot(request.unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (head.status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
    };
    let (status, body) = ask("/faulty").await;
    let body: Value = serde_json::from_str(&body).unwrap();
    let expected = json!({ "errors": [{
        "message": "internal error; the server's log has it under request abc-3",
        "extensions": { "code": "INTERNAL_SERVER_ERROR" },
    }] });
    assert_eq!((status, body), (500, expected));
    assert_eq!(ask("/good").await, (200, "still here".to_owned()));
}

#[tokio::test]
async fn a_byte_order_mark_is_ignored() {
    let app = TestApp::empty().await;
    let request = |body: String| {
        Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap()
    };
    for body in [
        "\u{feff}{\"query\":\"{ __typename }\"}".to_owned(),
        json!({ "query": "\u{feff}{ __typename }" }).to_string(),
    ] {
        let answer = app.send(request(body)).await;
        assert_eq!(answer.json(), json!({ "data": { "__typename": "Query" } }));
    }
}

/// Text in every row costs in every row, and the server counts a copied variable at each place.
#[tokio::test]
async fn long_aliases_and_long_variables_cost_more() {
    let app = TestApp::bundled().await;
    let cost = async |query: String, variables: Value| {
        let extensions = json!({ "cost": true });
        let body = json!({ "query": query, "variables": variables, "extensions": extensions });
        let answer = app.post(&body).await;
        let cost = answer.json()["extensions"]["cost"]["actual"].as_u64();
        cost.unwrap_or_else(|| panic!("{}", answer.text))
    };
    let aliased = async |alias: &str| {
        let query = format!(
            "{{ instrument(symbol: \"AMZN\") {{ series {{ candles {{ {alias}: open }} }} }} }}"
        );
        cost(query, json!({})).await
    };
    let (short, long) = (aliased("a").await, aliased(&"a".repeat(128)).await);
    assert_eq!(long - short, 8 * 2699);

    let named = async |symbols: usize| {
        let symbols: Vec<String> = (0..symbols).map(|n| format!("S{n:03}")).collect();
        let query = "query ($s: [String!]) { a: instruments(symbols: $s) { nodes { symbol } }
                                             b: instruments(symbols: $s) { nodes { symbol } } }";
        cost(query.to_owned(), json!({ "s": symbols })).await
    };
    let (few, many) = (named(1).await, named(200).await);
    // Twice 200 texts in quotes with commas and spaces between them, at ten for sixteen bytes.
    assert_eq!(many - few, 2 * 10 * (200 * 8 / 16));
}

/// Long requests wait for room until the server has sent the answers before them.
#[tokio::test]
async fn long_answers_fit_into_memory_together() {
    let flags = ["--max-cost-in-flight", "150000", "--request-timeout-ms", "1000"];
    let app = TestApp::over(TestDatabase::bundled().await, &flags).await;
    let long = |n: usize| {
        let many: Vec<String> = (0..60).map(|m| format!("c{m}: close")).collect();
        format!("# {n}\n{{ instrument(symbol: \"AMZN\") {{ series {{ {} }} }} }}", many.join(" "))
    };
    let first = app.respond(&long(1)).await;
    assert_eq!(first.status(), 200);
    assert_eq!(app.query(&long(2)).await.code(), "EXECUTION_TIMEOUT", "the first is not sent yet");
    assert_eq!(app.data("{ __typename }").await["__typename"], "Query", "short ones need no room");
    drop(first);
    assert_eq!(app.query(&long(2)).await.status, 200);
}
