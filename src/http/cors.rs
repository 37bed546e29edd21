//! Cross-origin requests: which other sites' pages may ask (Fetch standard, section 3.3).

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use super::{media::Media, response::refuse};
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
    check_origin(headers, origins)
}

fn check_origin(headers: &HeaderMap, origins: &[String]) -> Result<(), Refusal> {
    let origin = headers.get(header::ORIGIN);
    if origins.iter().any(|allowed| allowed == "*" || origin.is_some_and(|it| it == allowed)) {
        return Ok(());
    }
    let origin = origin.and_then(|origin| origin.to_str().ok());
    let origin = origin.filter(|origin| origin.len() <= MAX_SHOWN_BYTES);
    let message = match origin.unwrap_or("null") {
        "null" => {
            "pages of another site may not send requests; --cors-origins allows them".to_owned()
        }
        origin => {
            format!("pages of {origin} may not send requests; --cors-origins {origin} allows them")
        }
    };
    Err(Refusal::new(Code::CrossSite, message))
}

/// Longest origin that an error repeats, in bytes.
const MAX_SHOWN_BYTES: usize = 100;

/// What browsers say about where a request comes from (Fetch Metadata Request Headers).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Routes that pages of these origins may ask. The answer to the question of another page's browser
/// names the setting.
pub(super) fn around(routes: Router, origins: &[String]) -> Router {
    let routes = match layer(origins) {
        Some(layer) => routes.layer(layer),
        None => routes,
    };
    let origins: Arc<[String]> = origins.into();
    routes.layer(from_fn_with_state(origins, refuse_preflight))
}

/// Answers a browser that asks whether a page may ask (a CORS-preflight request), if it may not.
async fn refuse_preflight(
    State(origins): State<Arc<[String]>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let is_preflight = request.method() == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if is_preflight && let Err(refusal) = check_origin(headers, &origins) {
        return refuse(&refusal, Media::Json);
    }
    next.run(request).await
}

/// A layer that lets pages of these origins ask; none if there are none. Browsers send no cookies
/// along: keys and tokens come in headers that a page has to know.
fn layer(origins: &[String]) -> Option<CorsLayer> {
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
