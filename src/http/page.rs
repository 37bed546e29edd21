//! The page that a browser gets at `/graphql`: a query editor that needs no other host.

use axum::{
    http::header,
    response::{Html, IntoResponse, Response},
};

/// Everything the page needs is inside it; it talks to this server only.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; connect-src 'self'; \
     script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

pub(super) fn graphiql() -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::VARY, "Accept"),
    ];
    (headers, Html(include_str!("page.html"))).into_response()
}
