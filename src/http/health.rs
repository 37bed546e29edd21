//! Health: whether the process lives, and whether it can answer.

use std::time::{Duration, Instant};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use storage::store::Store;
use tokio::{sync::Mutex, time::timeout};

use super::App;
use crate::server::lifecycle::Phase;

/// `/healthz`: the process lives. It does not ask the database, so that an outage of the database
/// replaces no container.
pub(super) async fn alive() -> Response {
    report(StatusCode::OK, json!({ "status": "ok" }))
}

/// `/_healthcheck`: the server can answer, and will for a while. A load balancer's target group
/// asks it.
pub(super) async fn ready(State(App(app)): State<App>) -> Response {
    let settings = &app.settings.http;
    // Before and after that the database makes no difference.
    let database = match app.lifecycle.phase() {
        Phase::Serving => app.health.check(&app.store, settings.health_timeout).await,
        Phase::Starting(_) | Phase::Draining => Ok(()),
    };
    let (status, reason) = match (app.lifecycle.phase(), database) {
        (Phase::Starting(reason), _) => ("starting", Some(reason)),
        // The end may also have begun while the server asked the database.
        (Phase::Draining, _) => ("draining", None),
        (Phase::Serving, Ok(())) => ("ok", None),
        (Phase::Serving, Err(reason)) if settings.ready_through_outage => {
            ("degraded", Some(reason))
        }
        (Phase::Serving, Err(reason)) => ("unavailable", Some(reason)),
    };
    let is_ready = matches!(status, "ok" | "degraded");
    let code = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    report(
        code,
        match reason {
            Some(reason) => json!({ "status": status, "reason": reason }),
            None => json!({ "status": status }),
        },
    )
}

/// How long the server reuses the database's answer. Any client may ask, as often as it likes.
const FRESH: Duration = Duration::from_millis(250);

/// The last answer of the database.
#[derive(Default)]
pub(super) struct Health(Mutex<Option<(Instant, Result<(), String>)>>);

impl Health {
    /// Asks the database, or takes the answer of another task.
    async fn check(&self, store: &Store, limit: Duration) -> Result<(), String> {
        let mut last = self.0.lock().await;
        if let Some((_, said)) = last.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
            return said.clone();
        }
        let said = match timeout(limit, store.ping()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                let reason = error.reason();
                tracing::warn!(error = error.with_causes(), "{reason}");
                Err(reason.to_owned())
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
