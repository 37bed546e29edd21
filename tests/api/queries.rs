//! Query cases: NAME.graphql, and the whole expected answer, NAME.json, over the bundled data. A
//! case with variables has them in NAME.variables.json.

use std::{fs, path::Path, sync::Arc};

use async_graphql::{Executor, futures_util::stream::BoxStream};
use async_graphql_axum::GraphQL;
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use candleql::graphql::{ApiSchema, RequestContext};
use pretty_assertions::{Comparison, assert_eq};
use serde_json::{Value, json};
use storage::store::Store;
use tower::ServiceExt;

use crate::app::{TestApp, repository};

struct Case {
    name: String,
    body: Value,
    expected: Value,
}

fn read_json(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(repository("tests/queries")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "graphql") {
            let variables = path.with_extension("variables.json");
            let variables = if variables.exists() { read_json(&variables) } else { json!({}) };
            let query = fs::read_to_string(&path).unwrap();
            cases.push(Case {
                name: path.display().to_string(),
                body: json!({ "query": query, "variables": variables }),
                expected: read_json(&path.with_extension("json")),
            });
        }
    }
    assert!(cases.len() > 30, "only {} cases were found", cases.len());
    cases
}

#[tokio::test]
async fn every_query_case_gets_its_answer() {
    let app = TestApp::bundled().await;
    let mut failed = Vec::new();
    for case in cases() {
        let answer = app.post(&case.body).await;
        if answer.json() != case.expected || answer.status.is_server_error() {
            let (answered, expected) = (answer.json(), &case.expected);
            let difference = Comparison::new(&answered, expected);
            failed.push(format!("{}: {}\n{difference}", case.name, answer.status));
        }
    }
    assert!(failed.is_empty(), "{} cases failed:\n{}", failed.len(), failed.join("\n"));
}

/// The schema for the library's own integration, which gives requests no workspace.
#[derive(Clone)]
struct Bare(ApiSchema, Arc<Store>);

impl Executor for Bare {
    async fn execute(&self, request: async_graphql::Request) -> async_graphql::Response {
        self.0.execute(request.data(Arc::new(RequestContext::new(self.1.universe())))).await
    }

    fn execute_stream(
        &self,
        _: async_graphql::Request,
        _: Option<Arc<async_graphql::Data>>,
    ) -> BoxStream<'static, async_graphql::Response> {
        panic!("the schema has no subscriptions")
    }
}

/// The library's own integration, without our code around it, answers the same data.
#[tokio::test]
async fn the_stock_integration_answers_the_same_data() {
    let app = TestApp::bundled().await;
    let schema = candleql::graphql::schema(Arc::clone(&app.store));
    let stock = GraphQL::new(Bare(schema, Arc::clone(&app.store)));
    for case in cases() {
        let ours = app.post(&case.body).await.json();
        // The library says `data: null` where a request never ran; the specification says nothing.
        // And it forgets a variable's default in @skip and @include.
        if ours.get("data").is_none() || case.name.contains("variables_left_out") {
            continue;
        }
        let request = Request::post("/").body(Body::from(case.body.to_string())).unwrap();
        let response = stock.clone().oneshot(request).await.unwrap();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let theirs: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(ours["data"], theirs["data"], "{}", case.name);
    }
}
