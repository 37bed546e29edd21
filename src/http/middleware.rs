//! Layers around every route: request ids, observation, panics, refusals.

use std::panic::AssertUnwindSafe;

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
};
use futures_util::FutureExt;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};

use super::{media::Media, observe::observe, request_record::request_id, response::refuse};
use crate::{
    error::{Code, Refusal},
    graphql::engine::answer::masked,
};

const REQUEST_ID: &str = "x-request-id";

/// Longest request id that the server takes from a client, in bytes.
const MAX_REQUEST_ID_BYTES: usize = 128;

/// Routes with what stands around every one.
pub fn behind_middleware(routes: Router) -> Router {
    routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(catch_panic))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(from_fn(observe))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(from_fn(drop_odd_request_id))
}

async fn not_found(request: Request) -> Response {
    nothing_at(request.uri().path())
}

pub(super) fn nothing_at(path: &str) -> Response {
    let message = format!("there is nothing at {path}; the API is at /graphql");
    refuse(&Refusal::new(Code::NotFound, message), Media::Json)
}

async fn method_not_allowed(request: Request) -> Response {
    let message = format!("{} takes GET only", request.uri().path());
    refuse(&Refusal::new(Code::MethodNotAllowed, message), Media::Json)
}

/// A panic is a fault of the server: this request fails, and the others go on. The log has the
/// panic's message under the request's id.
async fn catch_panic(request: Request, next: Next) -> Response {
    let request_id = request_id(request.extensions());
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answer
        .unwrap_or_else(|_| refuse(&Refusal::new(Code::Internal, masked(&request_id)), Media::Json))
}

/// The server ignores a request id that a log line cannot repeat.
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
