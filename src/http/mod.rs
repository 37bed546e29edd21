//! HTTP: the routes, and serving them until the process is told to stop.

mod answers;
mod encoding;
mod graphql;
mod health;
mod media;
mod page;
mod parameters;

use std::{future::pending, sync::Arc, time::Duration};

use anyhow::Context;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::HeaderValue,
    middleware::{Next, from_fn},
    response::{Redirect, Response},
    routing::{any, get},
};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
    time::sleep,
};
use tower_http::{
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::TraceLayer,
};
use tracing::{Span, error_span, info, warn};

use self::{answers::Answers, media::Media};
use crate::{
    config::{HttpSettings, LimitSettings},
    error::Code,
    graphql::api::Api,
    store::Store,
};

const REQUEST_ID: &str = "x-request-id";

/// Longest request id that is taken from a client, in bytes.
const MAX_REQUEST_ID_BYTES: usize = 128;

/// What the handlers share.
#[derive(Clone)]
struct App {
    api: Api,
    store: Arc<Store>,
    answers: Arc<Answers>,
    /// `Cache-Control` of answers that last.
    cache_control: HeaderValue,
    settings: Arc<HttpSettings>,
}

/// Every route of the server.
pub fn router(store: Arc<Store>, settings: HttpSettings, limits: &LimitSettings) -> Router {
    let max_body_bytes = settings.max_body_bytes;
    let app = App {
        api: Api::new(Arc::clone(&store), limits),
        store,
        answers: Arc::new(Answers::new(settings.answer_cache_bytes)),
        cache_control: cache_control(settings.max_age),
        settings: Arc::new(settings),
    };
    let routes = Router::new()
        .route("/", get(|| async { Redirect::temporary("/graphql") }))
        .route("/graphql", any(graphql::handle))
        .route("/_healthcheck", get(health::ready))
        .route("/healthz", get(health::alive))
        .with_state(app);
    behind_middleware(routes, max_body_bytes)
}

/// Routes with what stands around every one: request ids, the log, limits, refusals.
pub fn behind_middleware(routes: Router, max_body_bytes: usize) -> Router {
    let trace = TraceLayer::new_for_http().make_span_with(span).on_response(log).on_failure(());
    routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(max_body_bytes))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(trace)
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(from_fn(drop_odd_request_id))
}

fn cache_control(max_age: u32) -> HeaderValue {
    match max_age {
        0 => HeaderValue::from_static("no-cache"),
        seconds => HeaderValue::try_from(format!("max-age={seconds}"))
            .unwrap_or(HeaderValue::from_static("no-cache")),
    }
}

/// Serves until SIGTERM or SIGINT, then finishes what is in flight, within a limit; a second signal
/// ends it at once.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown_timeout: Duration,
) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let drain = async {
        let name = signals.next().await;
        info!("{name}: finishing what is in flight");
        drop(stop);
        tokio::select! {
            name = signals.next() => warn!("{name}: ending at once"),
            () = sleep(shutdown_timeout) => warn!("requests in flight took too long"),
        }
    };
    let stopped = async {
        let _ = stopped.await;
    };
    tokio::select! {
        served = axum::serve(listener, router).with_graceful_shutdown(stopped) => {
            served.context("cannot serve")
        }
        () = drain => Ok(()),
    }
}

/// The signals that end the program.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            Some(()) = self.terminate.recv() => "SIGTERM",
            Some(()) = self.interrupt.recv() => "SIGINT",
            else => pending().await,
        }
    }
}

async fn not_found(request: Request) -> Response {
    let message = format!("there is nothing at {}; the API is at /graphql", request.uri().path());
    graphql::refuse(Code::NotFound, message, Media::Json)
}

async fn method_not_allowed(request: Request) -> Response {
    let message = format!("{} is asked by GET", request.uri().path());
    graphql::refuse(Code::MethodNotAllowed, message, Media::Json)
}

/// A request id that cannot be repeated in a log line is none.
async fn drop_odd_request_id(mut request: Request, next: Next) -> Response {
    let odd = request.headers().get(REQUEST_ID).is_some_and(|id| {
        let bytes = id.as_bytes();
        !(1..=MAX_REQUEST_ID_BYTES).contains(&bytes.len())
            || !bytes.iter().all(u8::is_ascii_graphic)
    });
    if odd {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// A span of the highest level, so that the request's number is in the log whatever is logged.
fn span(request: &Request) -> Span {
    let request_id = request_id(request);
    error_span!("request", method = %request.method(), path = request.uri().path(), request_id)
}

fn log(response: &Response, latency: Duration, _: &Span) {
    let status = response.status().as_u16();
    info!(status, duration_ms = latency.as_secs_f64() * 1e3, "answered");
}

/// The number under which a client can ask about the request.
fn request_id(request: &Request) -> String {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    id.unwrap_or_default().to_owned()
}
