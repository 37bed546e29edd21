//! HTTP: the routes, and serving them until the process is told to stop.

mod graphql;
mod health;
mod media;
mod page;

use std::sync::Arc;

use anyhow::Context;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    response::{IntoResponse, Redirect, Response},
    routing::{any, get},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tower_http::{
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::TraceLayer,
};
use tracing::{Span, info, info_span};

use crate::{
    config::HttpSettings,
    error::Code,
    graphql::{ApiSchema, schema},
    store::Store,
};

/// What the handlers share.
#[derive(Clone)]
struct App {
    schema: ApiSchema,
    store: Arc<Store>,
    settings: Arc<HttpSettings>,
}

/// Every route of the server.
pub fn router(store: Arc<Store>, settings: HttpSettings) -> Router {
    let body_limit = DefaultBodyLimit::max(settings.max_body_bytes);
    let app = App { schema: schema(Arc::clone(&store)), store, settings: Arc::new(settings) };
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/graphql") }))
        .route("/graphql", any(graphql::handle))
        .route("/_healthcheck", get(health::ready))
        .route("/healthz", get(health::alive))
        .fallback(not_found)
        .layer(body_limit)
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(span).on_response(log))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .with_state(app)
}

/// Serves until SIGTERM or SIGINT, then finishes what is in flight.
pub async fn serve(listener: TcpListener, router: Router) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let stop = async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        info!("{name}: finishing what is in flight");
    };
    axum::serve(listener, router).with_graceful_shutdown(stop).await.context("cannot serve")
}

async fn not_found(request: Request) -> Response {
    let message = format!("there is nothing at {}; the API is at /graphql", request.uri().path());
    graphql::refuse(Code::NotFound, message).into_response()
}

fn span(request: &Request) -> Span {
    let request_id = request_id(request);
    info_span!("request", method = %request.method(), path = request.uri().path(), request_id)
}

fn log(response: &Response, latency: std::time::Duration, _: &Span) {
    info!(
        status = response.status().as_u16(),
        duration_ms = latency.as_secs_f64() * 1e3,
        "answered"
    );
}

/// The number under which a client can ask about the request.
fn request_id(request: &Request) -> String {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    id.unwrap_or_default().to_owned()
}
