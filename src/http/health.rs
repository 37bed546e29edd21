//! Health: whether the process lives, and whether it can answer.

use std::time::{Duration, Instant};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::{sync::Mutex, time::timeout};

use super::App;
use crate::store::Store;

/// `/healthz`: the process lives. It does not ask the database, so that a container is not
/// replaced because its database is away.
pub(super) async fn alive() -> Response {
    report(StatusCode::OK, json!({ "status": "ok" }))
}

/// `/_healthcheck`: the server can answer. For a load balancer's target group.
pub(super) async fn ready(State(app): State<App>) -> Response {
    match app.0.health.check(&app.0.store, app.0.settings.http.health_timeout).await {
        Ok(()) => report(StatusCode::OK, json!({ "status": "ok" })),
        Err(reason) => {
            let body = json!({ "status": "unavailable", "reason": reason });
            report(StatusCode::SERVICE_UNAVAILABLE, body)
        }
    }
}

/// How long what the database said is taken for news: anybody may ask, and as often as they like.
const FRESH: Duration = Duration::from_millis(250);

/// What the database said when it was last asked.
#[derive(Default)]
pub(super) struct Health(Mutex<Option<(Instant, Result<(), String>)>>);

impl Health {
    /// Asks the database, or who just did.
    async fn check(&self, store: &Store, limit: Duration) -> Result<(), String> {
        let mut last = self.0.lock().await;
        if let Some((_, said)) = last.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
            return said.clone();
        }
        let said = match timeout(limit, store.ping()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::warn!(error = format!("{:#}", anyhow::Error::from(error)), "not ready");
                Err("the database refuses or breaks the connection".to_owned())
            }
            Err(_) => Err(format!("the database did not answer within {} ms", limit.as_millis())),
        };
        *last = Some((Instant::now(), said.clone()));
        said
    }
}

fn report(status: StatusCode, body: Value) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
