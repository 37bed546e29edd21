//! Cross-origin requests: which other sites' pages may ask (Fetch standard, section 3.3).

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::error::{Code, Refusal};

/// How long a browser may remember what is allowed: none remembers it for longer.
const REMEMBER: Duration = Duration::from_hours(2);

/// What pages may read beside the usual headers.
const EXPOSED: [HeaderName; 3] =
    [header::ETAG, header::RETRY_AFTER, HeaderName::from_static("x-request-id")];

/// Refuses what a browser sends for another site's page that may not ask. The page could not read
/// the answer, but a visitor's account would pay for it, and an image's address needs no leave.
pub(super) fn check(headers: &HeaderMap, origins: &[String]) -> Result<(), Refusal> {
    if headers.get(SEC_FETCH_SITE).is_none_or(|site| site != "cross-site") {
        return Ok(());
    }
    let origin = headers.get(header::ORIGIN);
    if origins.iter().any(|allowed| allowed == "*" || origin.is_some_and(|it| it == allowed)) {
        return Ok(());
    }
    let message = "pages of another site may not ask; --cors-origins lets them";
    Err(Refusal::new(Code::CrossSite, message))
}

/// What browsers say about where a request comes from (Fetch Metadata Request Headers).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A layer that lets pages of these origins ask; none if there are none. Browsers send no cookies
/// along: keys and tokens come in headers that a page has to know.
pub(super) fn layer(origins: &[String]) -> Option<CorsLayer> {
    let allowed = match origins {
        [] => return None,
        any if any.iter().any(|origin| origin == "*") => AllowOrigin::any(),
        some => AllowOrigin::list(some.iter().filter_map(|it| HeaderValue::try_from(it).ok())),
    };
    Some(
        CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(EXPOSED)
            .max_age(REMEMBER),
    )
}
