//! GraphQL over HTTP, request ids, and unknown paths.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::json;

use crate::{
    app::{Answer, TestApp},
    database::{TestDatabase, execute},
};

const JSON: &str = "application/json";
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

async fn post(app: &TestApp, accept: &str, content_type: &str, body: &str) -> Answer {
    let request = Request::post("/graphql")
        .header(header::ACCEPT, accept)
        .header(header::CONTENT_TYPE, content_type)
        .body(Body::from(body.to_owned()))
        .unwrap();
    app.send(request).await
}

#[tokio::test]
async fn the_status_tells_of_missing_data_only_where_the_client_expects_that() {
    let app = TestApp::bundled().await;
    for (query, with_data, status) in [
        ("{ __typename }", true, 200),
        ("{ instrument(symbol: \"NOPE\") { symbol } }", true, 200),
        ("{ instruments(first: -1) { nodes { symbol } } }", true, 200),
        ("{ nothing }", false, 400),
        ("{", false, 400),
    ] {
        let body = json!({ "query": query }).to_string();
        for (accept, expected) in [(GRAPHQL_RESPONSE, status), (JSON, 200), ("*/*", 200)] {
            let answer = post(&app, accept, JSON, &body).await;
            assert_eq!(answer.status, expected, "{query} as {accept}");
            let media = if accept == GRAPHQL_RESPONSE { GRAPHQL_RESPONSE } else { JSON };
            assert_eq!(answer.header(header::CONTENT_TYPE), format!("{media}; charset=utf-8"));
            assert_eq!(answer.header(header::VARY), "Accept, Accept-Encoding");
            assert_eq!(answer.json().get("data").is_some(), with_data, "{query}");
        }
    }
}

#[tokio::test]
async fn what_is_no_graphql_request_is_refused_with_a_code() {
    let app = TestApp::empty().await;
    let query = r#"{"query":"{ __typename }"}"#;
    for (content_type, body, status, code) in [
        (JSON, query, 200, ""),
        ("application/json; charset=utf-8", query, 200, ""),
        ("text/plain", query, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (
            "application/x-www-form-urlencoded",
            "query=%7B__typename%7D",
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (JSON, "", 400, "BAD_REQUEST"),
        (JSON, "{", 400, "BAD_REQUEST"),
        (JSON, "{}", 400, "BAD_REQUEST"),
        (JSON, r#"{"query":" "}"#, 400, "BAD_REQUEST"),
        (JSON, r#"{"query":7}"#, 400, "BAD_REQUEST"),
        (JSON, r#"{"query":"{ __typename }","variables":[1]}"#, 400, "BAD_REQUEST"),
        (JSON, r#"{"query":"{ __typename }","variables":"{}"}"#, 400, "BAD_REQUEST"),
        (JSON, r#"{"query":"{ __typename }","operationName":{}}"#, 400, "BAD_REQUEST"),
        (JSON, r#"{"query":"{ __typename }","extensions":1}"#, 400, "BAD_REQUEST"),
        (JSON, r#"[{"query":"{ __typename }"}]"#, 400, "BAD_REQUEST"),
        (JSON, r#"["{ __typename }"]"#, 400, "BAD_REQUEST"),
        (JSON, r#"{"query":"{ __typename }","variables":null,"operationName":null}"#, 200, ""),
        // What some clients send for none, as in a URL.
        (JSON, r#"{"query":"{ __typename }","variables":"","operationName":""}"#, 200, ""),
        (JSON, r#"{"query":"{ __typename }","variables":" "}"#, 400, "BAD_REQUEST"),
    ] {
        let answer = post(&app, JSON, content_type, body).await;
        assert_eq!(answer.status, status, "{content_type} {body}: {}", answer.text);
        if status != 200 {
            assert_eq!(answer.code(), code, "{content_type} {body}");
            assert_eq!(answer.header(header::CONTENT_TYPE), "application/json; charset=utf-8");
        }
    }
}

#[tokio::test]
async fn bodies_beyond_the_limit_are_refused() {
    let app = TestApp::over(TestDatabase::empty().await, &["--max-body-bytes", "100"]).await;
    let body = |size: usize| {
        json!({ "query": format!("{{ __typename }}{}", " ".repeat(size)) }).to_string()
    };
    assert_eq!(post(&app, JSON, JSON, &body(50)).await.status, 200);
    let answer = post(&app, JSON, JSON, &body(200)).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    assert!(answer.text.contains("100 bytes"), "{}", answer.text);
}

#[tokio::test]
async fn get_runs_queries_from_the_url() {
    let app = TestApp::bundled().await;
    let answer = app
        .get(
            "/graphql?query=query%20A(%24s:String!)%7Binstrument(symbol:%24s)%7Bsymbol%7D%7D%20query%20B%7B__typename%7D\
             &variables=%7B%22s%22:%22AMZN%22%7D&operationName=A",
        )
        .await;
    assert_eq!(answer.json(), json!({ "data": { "instrument": { "symbol": "AMZN" } } }));
    for uri in ["/graphql", "/graphql?query=", "/graphql?query=%7B__typename%7D&variables=7"] {
        let answer = app.get(uri).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "BAD_REQUEST"), "{uri}");
    }
}

#[tokio::test]
async fn other_methods_are_refused() {
    let app = TestApp::empty().await;
    for (path, methods, allow) in [
        ("/graphql", &["PUT", "DELETE", "PATCH", "OPTIONS"][..], "GET, HEAD, POST"),
        ("/_healthcheck", &["POST", "PUT"][..], "GET,HEAD"),
        ("/healthz", &["POST", "PUT"][..], "GET,HEAD"),
    ] {
        for method in methods {
            let request = Request::builder().method(*method).uri(path);
            let request = request.header(header::ACCEPT, "text/html").body(Body::empty()).unwrap();
            let answer = app.send(request).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code().as_str()),
                (405, "METHOD_NOT_ALLOWED")
            );
            assert_eq!(answer.header(header::ALLOW), allow, "{method} {path}");
        }
    }
    let answer = app.get("/nothing").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "NOT_FOUND"));
}

#[tokio::test]
async fn data_goes_to_all_who_accept_it() {
    let app = TestApp::empty().await;
    let query = r#"{"query":"{ __typename }"}"#;
    for accept in ["text/html, */*;q=0.8", "text/html, application/json;q=0.9"] {
        assert_eq!(post(&app, accept, JSON, query).await.status, 200, "{accept}");
    }
    for accept in ["image/png", "text/html"] {
        let answer = post(&app, accept, JSON, query).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (406, "NOT_ACCEPTABLE"));
    }
    let answer = post(&app, GRAPHQL_RESPONSE, JSON, "{}").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header(header::CONTENT_TYPE), format!("{GRAPHQL_RESPONSE}; charset=utf-8"));
    let head = Request::head("/graphql?query=%7B__typename%7D").body(Body::empty()).unwrap();
    assert_eq!(app.send(head).await.status, 200);
}

#[tokio::test]
async fn a_request_keeps_its_number_or_gets_one() {
    let app = TestApp::empty().await;
    let id = |answer: &Answer| answer.headers["x-request-id"].to_str().unwrap().to_owned();
    let request =
        Request::get("/healthz").header("x-request-id", "abc-1").body(Body::empty()).unwrap();
    assert_eq!(id(&app.send(request).await), "abc-1");
    let (first, second) = (id(&app.get("/healthz").await), id(&app.get("/healthz").await));
    assert_eq!(first.len(), 36);
    for odd in ["", "a b", "é", &"x".repeat(129)] {
        let odd = axum::http::HeaderValue::from_bytes(odd.as_bytes()).unwrap();
        let request =
            Request::get("/healthz").header("x-request-id", odd).body(Body::empty()).unwrap();
        assert_eq!(id(&app.send(request).await).len(), 36);
    }
    assert_ne!(first, second);
}

#[tokio::test]
async fn a_fault_of_the_server_is_masked_and_leaves_the_rest_alone() {
    let app = TestApp::bundled().await;
    execute(&app.db, "DROP TABLE candle").await;
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, JSON)
        .header("x-request-id", "abc-2")
        .body(Body::from(
            json!({ "query": "{ bad: instrument(symbol: \"AMZN\") { series { close } } good: instrument(symbol: \"AMZN\") { symbol } }" })
                .to_string(),
        ))
        .unwrap();
    let answer = app.send(request).await;
    assert_eq!(answer.code(), "INTERNAL_SERVER_ERROR");
    let answer = answer.json();
    assert_eq!(answer["data"], json!({ "bad": { "series": null }, "good": { "symbol": "AMZN" } }));
    let message = "internal error; the server's log has it under request abc-2";
    assert_eq!(answer["errors"][0]["message"], message);
    assert_eq!(answer["errors"][0]["path"], json!(["bad", "series"]));
}

/// A fault of async-graphql 7.1 and 7.2 that the pinned version does not have.
#[tokio::test]
async fn fields_stand_in_the_order_asked_for() {
    let app = TestApp::bundled().await;
    let query = r#"{ slow: instrument(symbol: "AMZN") { series(frequency: ANNUAL, interval: 50) { length } } quick: __typename }"#;
    let expected = r#"{"data":{"slow":{"series":{"length":1}},"quick":"Query"}}"#;
    assert_eq!(app.query(query).await.text, expected);
}

#[tokio::test]
async fn an_operation_that_the_schema_does_not_have_is_one_error() {
    let app = TestApp::empty().await;
    for (document, message) in [
        ("mutation { x }", "Schema is not configured for mutations."),
        ("subscription { x }", "Schema is not configured for subscriptions."),
    ] {
        let answer = app.query(document).await;
        assert_eq!(answer.json().get("data"), None);
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        let messages: Vec<_> = errors.iter().map(|error| &error["message"]).collect();
        assert_eq!(messages, [message]);
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn errors_at_different_places_are_told_each() {
    let app = TestApp::empty().await;
    let answer = app.query("{ x x }").await.json();
    let columns: Vec<_> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["locations"][0]["column"])
        .collect();
    assert_eq!(columns, [3, 5]);
}
