//! Writes an answer: its status and its headers.

use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};

use super::{
    Shared,
    media::Media,
    request_record::RequestRecord,
    response_cache::{self, ResponseBody},
};
use crate::{
    error::{Code, Refusal},
    graphql::engine::answer::Answer,
};

/// The answer may be another one the next time.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// How a client authenticates, if it must. A key in a header of its own has no scheme's name.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer");

/// The request headers that change an answer.
const VARY: HeaderValue = HeaderValue::from_static("Accept, Accept-Encoding");

/// The same if the server requires keys or tokens: a cache must not give one client's answer to
/// another.
const VARY_BY_CLIENT: HeaderValue =
    HeaderValue::from_static("Accept, Accept-Encoding, Authorization, X-API-Key");

/// The response with an answer, or with the reason for none.
pub(super) fn written(
    app: &Shared,
    media: Media,
    request: &Parts,
    answered: Result<(StatusCode, ResponseBody), Refusal>,
) -> Response {
    let is_post = request.method == Method::POST;
    let cache_control = || app.cache_control.clone();
    let mut response = match answered {
        Ok((status, body)) => match &body.etag {
            None => write(status, media, body, NO_STORE),
            Some(etag) if !is_post && response_cache::matches(&request.headers, etag) => {
                write(StatusCode::NOT_MODIFIED, media, body, cache_control())
            }
            Some(_) => write(status, media, body, cache_control()),
        },
        Err(refusal) => refuse(&refusal, media),
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if app.access.is_private() {
        response.headers_mut().insert(header::VARY, VARY_BY_CLIENT);
    }
    response
}

/// The status of an answer from GraphQL: only `application/graphql-response+json` has a status for
/// answers without data.
pub(super) fn status(answer: &Answer, media: Media) -> StatusCode {
    match (answer.failure, media) {
        (Some(code), Media::GraphqlResponse) => http_status(code),
        _ => StatusCode::OK,
    }
}

fn http_status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.info().http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The answer to a request that never reaches GraphQL.
pub(super) fn refuse(refusal: &Refusal, media: Media) -> Response {
    let answer = Answer::refused(refusal);
    let body = ResponseBody::plain(answer.json).retry_after(refusal.retry_after_s);
    let mut response = write(http_status(refusal.code), media, body, NO_STORE);
    let record = RequestRecord { codes: refusal.code.into(), ..RequestRecord::default() };
    response.extensions_mut().insert(record);
    if refusal.code == Code::Unauthenticated {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
    }
    response
}

pub(super) fn method_not_allowed() -> Response {
    let message = "GraphQL takes POST or GET only";
    let mut response = refuse(&Refusal::new(Code::MethodNotAllowed, message), Media::Json);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

fn write(
    status: StatusCode,
    media: Media,
    body: ResponseBody,
    cache_control: HeaderValue,
) -> Response {
    // Room for all headers that this and other layers add.
    let mut headers = HeaderMap::with_capacity(12);
    headers.insert(header::VARY, VARY);
    headers.insert(header::CACHE_CONTROL, cache_control);
    if let Some(seconds) = body.retry_after_s {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if let Some(etag) = &body.etag {
        headers.insert(header::ETAG, etag.clone());
    }
    let mut response = Response::default();
    if status != StatusCode::NOT_MODIFIED {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(name) = body.encoding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        *response.body_mut() = body.into_bytes().into();
    }
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
