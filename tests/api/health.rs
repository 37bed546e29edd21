//! The answers of health checks and of the API, before the server can answer and when it ends.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;

use crate::{
    app::{Answer, TestApp},
    database::TestDatabase,
};

const UNAVAILABLE: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

#[tokio::test]
async fn health_tells_life_from_readiness() {
    let app = TestApp::empty().await;
    let ok = json!({ "status": "ok" });
    assert_eq!(app.get("/healthz").await.json(), ok);
    let answer = app.get("/_healthcheck").await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, ok));

    app.db.close().await.unwrap();
    // For a moment, the server repeats the last answer.
    let noticed = async {
        loop {
            let answer = app.get("/_healthcheck").await;
            if answer.status != StatusCode::OK {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let answer = tokio::time::timeout(Duration::from_secs(10), noticed).await.unwrap();
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["reason"], "the database does not answer");
    assert_eq!(app.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_closed_database_does_not_answer() {
    let database = TestDatabase::blank().await;
    let db = database.connect().await;
    db.ping().await.unwrap();
    db.close().await.unwrap();
    assert!(db.ping().await.is_err());
}

#[tokio::test]
async fn a_server_that_starts_says_what_it_waits_for_and_answers_nothing() {
    let flags = ["--require-api-key", "--ready-through-outage"];
    let app = TestApp::starting(TestDatabase::bundled().await, &flags).await;
    app.statements();
    app.lifecycle.waits_for("the database does not answer");
    let starting = json!({ "status": "starting", "reason": "the database does not answer" });
    let health = app.get("/_healthcheck").await;
    assert_eq!((health.status, health.json()), (UNAVAILABLE, starting));
    assert_eq!(app.get("/healthz").await.json(), json!({ "status": "ok" }));

    let check = |answer: &Answer| {
        assert_eq!((answer.status, answer.code().as_str()), (UNAVAILABLE, "STARTING"));
        assert_eq!(answer.header(header::RETRY_AFTER), "1");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    };
    // The server knows no key yet.
    check(&app.query("{ __typename }").await);
    check(&app.get("/graphql?query=%7B__typename%7D").await);
    let page = Request::get("/graphql").header(header::ACCEPT, "text/html");
    let page = app.send(page.body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("</html>"));
    assert_eq!(app.statements(), [""; 0]);

    app.lifecycle.serves();
    assert_eq!(app.get("/_healthcheck").await.json(), json!({ "status": "ok" }));
    assert_eq!(app.query("{ __typename }").await.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_server_that_drains_says_so_without_asking_the_database_and_goes_on_answering() {
    let app = TestApp::over(TestDatabase::bundled().await, &["--ready-through-outage"]).await;
    app.statements();
    app.lifecycle.drains();
    // Nothing comes after it.
    app.lifecycle.waits_for("the database does not answer");
    app.lifecycle.serves();
    let health = app.get("/_healthcheck").await;
    assert_eq!((health.status, health.json()), (UNAVAILABLE, json!({ "status": "draining" })));
    assert_eq!(app.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(app.statements(), [""; 0]);
    let amazon = app.data(r#"{ instrument(symbol: "AMZN") { symbol } }"#).await;
    assert_eq!(amazon, json!({ "instrument": { "symbol": "AMZN" } }));
}

/// The server has never read its instruments: an answer would say that there are none.
#[tokio::test]
async fn a_server_that_is_told_to_end_while_it_starts_answers_nothing() {
    let app = TestApp::starting(TestDatabase::bundled().await, &[]).await;
    app.lifecycle.drains();
    assert_eq!(app.get("/_healthcheck").await.json(), json!({ "status": "draining" }));
    assert_eq!(app.query("{ __typename }").await.code(), "STARTING");
}

#[tokio::test]
async fn a_server_may_stay_ready_through_an_outage() {
    let app = TestApp::over(TestDatabase::bundled().await, &["--ready-through-outage"]).await;
    assert_eq!(app.get("/_healthcheck").await.json(), json!({ "status": "ok" }));
    app.db.close().await.unwrap();
    let noticed = async {
        // For a moment, the server repeats the last answer.
        loop {
            let health = app.get("/_healthcheck").await;
            if health.json() != json!({ "status": "ok" }) {
                break health;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let health = tokio::time::timeout(Duration::from_secs(10), noticed).await.unwrap();
    let reason = "the database does not answer";
    let degraded = json!({ "status": "degraded", "reason": reason });
    assert_eq!((health.status, health.json()), (StatusCode::OK, degraded));
}
