//! Health: whether the process lives, and whether it can answer.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::App;

/// `/healthz`: the process lives. It does not ask the database, so that a container is not
/// replaced because its database is away.
pub(super) async fn alive() -> Response {
    report(StatusCode::OK, json!({ "status": "ok" }))
}

/// `/_healthcheck`: the server can answer. For a load balancer's target group.
pub(super) async fn ready(State(app): State<App>) -> Response {
    let limit = app.0.settings.http.health_timeout;
    let reason = match timeout(limit, app.0.store.ping()).await {
        Ok(Ok(())) => return report(StatusCode::OK, json!({ "status": "ok" })),
        Ok(Err(error)) => {
            tracing::warn!(error = format!("{:#}", anyhow::Error::from(error)), "not ready");
            "the database refuses or breaks the connection".to_owned()
        }
        Err(_) => format!("the database did not answer within {} ms", limit.as_millis()),
    };
    report(StatusCode::SERVICE_UNAVAILABLE, json!({ "status": "unavailable", "reason": reason }))
}

fn report(status: StatusCode, body: Value) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
