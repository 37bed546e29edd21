//! Cross-origin requests: which other sites' pages may send requests (Fetch standard, section 3.3).

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

/// How long a browser may remember the permission; no browser remembers it longer.
const REMEMBER: Duration = Duration::from_hours(2);

/// Headers that pages may read beside the usual ones.
const EXPOSED: [HeaderName; 3] =
    [header::ETAG, header::RETRY_AFTER, HeaderName::from_static("x-request-id")];

/// Refuses a request that a browser sends for another site's page without permission. The page
/// could not read the answer, but the visitor's account would pay for it, and an image's URL needs
/// no permission.
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

/// The header in which browsers say where a request comes from (Fetch Metadata Request Headers).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Routes for pages of these origins. A preflight from another origin gets an answer that names the
/// setting.
pub(super) fn around(routes: Router, origins: &[String]) -> Router {
    let routes = match layer(origins) {
        Some(layer) => routes.layer(layer),
        None => routes,
    };
    let origins: Arc<[String]> = origins.into();
    routes.layer(from_fn_with_state(origins, refuse_preflight))
}

/// Refuses a preflight request of a page without permission.
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

/// A layer that lets pages of these origins send requests; none without origins. Browsers send no
/// cookies: the page itself must know the key or token for the header.
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
