//! The pages for people: the build of `web/`, inside the program.

use std::io::{self, Read};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use flate2::read::GzDecoder;
use rust_embed::Embed;

use super::{App, encoding::Encoding, middleware::nothing_at, persisted_queries::PersistedQueries};

/// A program built before the pages has none of them.
#[derive(Embed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Web;

/// The forms that long files have, best first, and how their names end. Their plain form, some
/// 7 MB, is not kept.
const ENCODED: [(Encoding, &str); 2] = [(Encoding::Brotli, ".br"), (Encoding::Gzip, GZIP)];

const GZIP: &str = ".gz";

/// The explorer may load these resources only, so that no injected script runs.
const EXPLORER_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; \
     script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// The same for the editor, which makes styles as it goes and has workers.
const GRAPHIQL_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; \
     script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");

/// The address of a file with a hash in its name always means the same bytes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Answers `/`.
pub(super) async fn explorer(State(app): State<App>, headers: HeaderMap) -> Response {
    page(&app, "index.html", EXPLORER_POLICY, &headers)
}

/// Answers `/graphql` if a browser asks for a page.
pub(super) fn graphiql(app: &App, headers: &HeaderMap) -> Response {
    page(app, "graphiql.html", GRAPHIQL_POLICY, headers)
}

/// Answers with what the pages load.
pub(super) async fn file(uri: Uri, headers: HeaderMap) -> Response {
    let name = uri.path().trim_start_matches('/');
    write(name, &headers).unwrap_or_else(|| nothing_at(uri.path()))
}

fn page(app: &App, name: &str, policy: HeaderValue, headers: &HeaderMap) -> Response {
    let response = if let PersistedQueries::Trusted { .. } = app.0.persisted_queries {
        plain(
            "This server answers known documents only",
            "It was started with a manifest of trusted documents, so that the chart explorer and \
             GraphiQL, which make up queries, are off.",
        )
    } else if let Some(response) = write(name, headers) {
        response
    } else {
        plain(
            "The pages were not built",
            "The API answers at /graphql. For the chart explorer and GraphiQL, install Node 20 or \
             later with npm, and build candleql again with: make run",
        )
    };
    let policies = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::VARY, HeaderValue::from_static("Accept, Accept-Encoding")),
    ];
    (policies, response).into_response()
}

/// A page that needs no build.
fn plain(title: &str, text: &str) -> Response {
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>candleql</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <h1>{title}</h1>\n<p>{text}</p>\n</html>\n"
    );
    ([(header::CACHE_CONTROL, ASK_AGAIN)], Html(page)).into_response()
}

/// A file, in the best form that the client can read; 304 if the client has it; nothing if the file
/// does not exist.
fn write(name: &str, asked: &HeaderMap) -> Option<Response> {
    let plain = Web::get(name);
    let packed = |ending| Web::get(&format!("{name}{ending}"));
    let hash = plain.as_ref().or(packed(GZIP).as_ref())?.metadata.sha256_hash();
    let mut headers = HeaderMap::new();
    let lasts = name.starts_with("assets/");
    headers.insert(header::CACHE_CONTROL, if lasts { FOR_EVER } else { ASK_AGAIN });
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Weak: it names the file, in whatever form.
    let tag = format!("W/\"{}\"", hex::encode(&hash[..16]));
    let is_known =
        asked.get(header::IF_NONE_MATCH).is_some_and(|it| it.as_bytes() == tag.as_bytes());
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    if is_known {
        return Some((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let charset = if kind.type_() == "text" { "; charset=utf-8" } else { "" };
    if let Ok(kind) = HeaderValue::try_from(format!("{kind}{charset}")) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    let best = Encoding::best_of(&ENCODED.map(|(encoding, _)| encoding), asked);
    let ending = ENCODED.iter().find(|(encoding, _)| *encoding == best).map(|(_, ending)| *ending);
    if let (Some(file), Some(coding)) = (ending.and_then(packed), best.name()) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        return Some((headers, file.data).into_response());
    }
    let data = match plain {
        Some(file) => file.data,
        None => unpack(&packed(GZIP)?.data).ok()?.into(),
    };
    Some((headers, data).into_response())
}

fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut plain)?;
    Ok(plain)
}
