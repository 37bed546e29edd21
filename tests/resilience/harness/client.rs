//! One request, and what came of it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, header};
use hyper_util::{
    client::legacy::{Client as HyperClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

/// How long an answer may take before it counts as none.
pub const HANG: Duration = Duration::from_secs(25);

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Data, all of it.
    Data,
    /// A GraphQL error with this code: the client knows what to make of it.
    Coded(String),
    /// Anything else, and what it was.
    Failed(String),
}

/// Keeps connections, and sends nothing twice.
#[derive(Clone)]
pub struct Client(HyperClient<HttpConnector, Full<Bytes>>);

impl Client {
    pub fn new() -> Self {
        let client = HyperClient::builder(TokioExecutor::new())
            .pool_idle_timeout(None)
            .retry_canceled_requests(false)
            .build_http();
        Self(client)
    }

    /// Asks a GraphQL document of the server at an address.
    pub async fn ask(&self, address: &str, document: &str) -> Outcome {
        match self.answer(address, document).await {
            Ok((status, body)) => judge(status, &body),
            Err(why) => Outcome::Failed(why),
        }
    }

    /// The status and the body, or why there are none.
    pub async fn answer(&self, address: &str, document: &str) -> Result<(u16, Bytes), String> {
        let request = Request::post(format!("http://{address}/graphql"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .body(Full::from(json!({ "query": document }).to_string()));
        self.send(request.unwrap()).await
    }

    /// Gets a page of JSON; status 0 is no answer.
    pub async fn get(&self, address: &str, path: &str) -> (u16, Value) {
        let request = Request::get(format!("http://{address}{path}")).body(Full::default());
        match self.send(request.unwrap()).await {
            Ok((status, body)) => (status, serde_json::from_slice(&body).unwrap_or_default()),
            Err(why) => (0, why.into()),
        }
    }

    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<(u16, Bytes), String> {
        let answer = async {
            let response = self.0.request(request).await;
            let response = response.map_err(|error| format!("{:#}", anyhow::Error::from(error)))?;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await;
            Ok((status, body.map_err(|error| format!("cut body: {error}"))?.to_bytes()))
        };
        timeout(HANG, answer).await.unwrap_or_else(|_| Err("no answer".to_owned()))
    }
}

/// Everything but data and errors with codes is a failure, and so is a fault of the server.
pub fn judge(status: u16, body: &[u8]) -> Outcome {
    let failed = |why: &str| {
        let start: String = String::from_utf8_lossy(body).chars().take(200).collect();
        Outcome::Failed(format!("{why}: {status} {start}"))
    };
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return failed("no JSON") };
    if let Some(errors) = answer["errors"].as_array().filter(|errors| !errors.is_empty()) {
        let codes: Option<Vec<&str>> =
            errors.iter().map(|error| error["extensions"]["code"].as_str()).collect();
        return match codes {
            Some(codes) if !codes.contains(&"INTERNAL_SERVER_ERROR") => {
                Outcome::Coded(codes[0].to_owned())
            }
            _ => failed("an error without a code that helps"),
        };
    }
    match answer["data"].as_object() {
        Some(data) if status == 200 && !data.values().any(Value::is_null) => Outcome::Data,
        _ => failed("no data"),
    }
}

/// Asks again and again until something is true; gives how long that took.
#[track_caller]
pub fn until(
    what: &str,
    limit: Duration,
    mut is_true: impl AsyncFnMut() -> bool,
) -> impl Future<Output = Duration> {
    let place = std::panic::Location::caller();
    async move {
        let started = Instant::now();
        while !is_true().await {
            assert!(started.elapsed() < limit, "{place}: not within {limit:?}: {what}");
            sleep(Duration::from_millis(20)).await;
        }
        let took = started.elapsed();
        println!("{what} after {took:?}");
        took
    }
}

/// Counts what is equal.
pub fn count<T: Ord>(of: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    of.for_each(|one| *counts.entry(one).or_default() += 1);
    counts
}

#[test]
fn only_data_and_codes_are_good() {
    let coded = |body: &str| judge(200, body.as_bytes());
    assert_eq!(coded(r#"{"data":{"a":1}}"#), Outcome::Data);
    let unavailable = r#"{"errors":[{"extensions":{"code":"DATABASE_UNAVAILABLE"}}],"data":null}"#;
    assert_eq!(coded(unavailable), Outcome::Coded("DATABASE_UNAVAILABLE".into()));
    for bad in [
        "",
        "<html>",
        r#"{"data":null}"#,
        r#"{"data":{"a":null}}"#,
        r#"{"errors":[{"message":"no"}]}"#,
        r#"{"errors":[{"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}"#,
    ] {
        assert!(matches!(coded(bad), Outcome::Failed(_)), "{bad}");
    }
    assert!(matches!(judge(502, br#"{"data":{"a":1}}"#), Outcome::Failed(_)));
}
