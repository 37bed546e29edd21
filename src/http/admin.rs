//! The address of the operators: metrics for Prometheus.

use std::sync::Arc;

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};
use storage::store::Store;
use telemetry::{
    Recorder,
    metrics::{
        CACHE_BYTES, CATALOGUE_AGE, CATALOGUE_INSTRUMENTS, CATALOGUE_REVISION,
        DATABASE_CONNECTIONS, DATABASE_CONNECTIONS_MAX,
    },
};
use tokio::net::TcpListener;

/// The text format of Prometheus.
const TEXT: [(header::HeaderName, &str); 1] =
    [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];

/// What the server measures when Prometheus asks.
#[derive(Clone)]
struct Admin {
    store: Arc<Store>,
    recorder: Recorder,
}

/// Serves the operators. The process counts metrics from this first call on.
pub fn serve_admin(
    listener: TcpListener,
    store: Arc<Store>,
) -> anyhow::Result<impl Future<Output = ()>> {
    let recorder = Recorder::install()?;
    let admin = Admin { store, recorder: recorder.clone() };
    let router = Router::new().route("/metrics", get(tell)).with_state(admin);
    Ok(async move {
        tokio::select! {
            () = recorder.tidy_up() => {}
            Err(error) = async { axum::serve(listener, router).await } => {
                tracing::error!(%error, "the listener for operators has ended");
            }
        }
    })
}

#[allow(clippy::cast_precision_loss)] // bytes, revisions and instruments are far below 2^52
async fn tell(State(admin): State<Admin>) -> impl IntoResponse {
    let Admin { store, recorder } = admin;
    let pool = store.pool_size();
    DATABASE_CONNECTIONS.gauge(&["idle"]).set(pool.idle);
    DATABASE_CONNECTIONS.gauge(&["used"]).set(pool.open.saturating_sub(pool.idle));
    DATABASE_CONNECTIONS_MAX.gauge(&[]).set(pool.max);
    let universe = store.universe();
    CATALOGUE_AGE.gauge(&[]).set(store.age());
    CATALOGUE_REVISION.gauge(&[]).set(universe.revision() as f64);
    CATALOGUE_INSTRUMENTS.gauge(&[]).set(universe.len() as f64);
    CACHE_BYTES.gauge(&["series"]).set(store.cached_bytes().await as f64);
    (TEXT, recorder.text())
}
