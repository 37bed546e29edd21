//! Any request, through every layer of the server but the socket, over the bundled data.

#![no_main]

use std::{io::Read, sync::LazyLock};

use arbitrary::Unstructured;
use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use candleql_fuzz::{
    answer::{self, Stopwatch},
    request,
    server::Server,
};
use libfuzzer_sys::fuzz_target;
use tower::ServiceExt;

static SERVER: LazyLock<Server> = LazyLock::new(Server::bundled);

fuzz_target!(|input: &[u8]| {
    // Bytes that run out become zeros; nothing else fails.
    if let Ok(Some(request)) = request::generate(&mut Unstructured::new(input)) {
        check(request);
    }
});

fn check(request: Request<Body>) {
    let (path, is_head) = (request.uri().path().to_owned(), request.method() == Method::HEAD);
    let stopwatch = Stopwatch::start();
    let (parts, body) = SERVER.runtime.block_on(async {
        let response = SERVER.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts, to_bytes(body, usize::MAX).await.unwrap())
    });
    stopwatch.check();
    assert!(parts.headers.contains_key("x-request-id"));
    if is_head && body.is_empty() {
        return;
    }
    let body = decoded(&parts.headers, &body);
    match parts.status {
        StatusCode::NOT_MODIFIED | StatusCode::TEMPORARY_REDIRECT => assert!(body.is_empty()),
        StatusCode::OK if matches!(path.as_str(), "/healthz" | "/_healthcheck") => {
            assert_eq!(body, br#"{"status":"ok"}"#);
        }
        StatusCode::OK if parts.headers[header::CONTENT_TYPE] == "text/html; charset=utf-8" => {}
        status => {
            answer::check(&body);
            let text = String::from_utf8_lossy(&body);
            assert!(!status.is_server_error() || text.contains("EXECUTION_TIMEOUT"), "{text}");
        }
    }
}

/// The body without its compression.
fn decoded(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let encoding = headers.get(header::CONTENT_ENCODING).map(|it| it.to_str().unwrap());
    let read = match encoding {
        None => return body.to_vec(),
        Some("gzip") => flate2::read::GzDecoder::new(body).read_to_end(&mut plain),
        Some("br") => brotli::Decompressor::new(body, 4_096).read_to_end(&mut plain),
        Some("zstd") => return zstd::decode_all(body).unwrap(),
        Some(other) => panic!("an unexpected {other}"),
    };
    read.unwrap();
    plain
}
