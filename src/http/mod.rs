//! HTTP: the routes, and the layers around them.

mod access;
mod admin;
mod body;
mod client_ip;
mod cors;
mod encoding;
mod graphql;
mod graphql_request;
mod health;
mod media;
mod middleware;
mod observe;
mod operation_metrics;
mod pages;
mod persisted_queries;
mod request_record;
mod response;
mod response_cache;

use std::sync::Arc;

use anyhow::{Context, ensure};
use axum::{
    Router,
    http::HeaderValue,
    routing::{any, get},
};
use config::ServeSettings;
use storage::{keys::Keys, store::Store};

use self::{
    access::Access, health::Health, operation_metrics::OperationMetrics,
    persisted_queries::PersistedQueries, response_cache::ResponseCache,
};
use crate::{graphql::engine::api::Api, server::lifecycle::Lifecycle};

pub use self::{admin::serve_admin, middleware::behind_middleware};

/// What the handlers share.
#[derive(Clone)]
struct App(Arc<Shared>);

struct Shared {
    api: Api,
    store: Arc<Store>,
    lifecycle: Arc<Lifecycle>,
    health: Health,
    access: Access,
    response_cache: ResponseCache,
    persisted_queries: PersistedQueries,
    operation_metrics: OperationMetrics,
    /// `Cache-Control` of answers that last.
    cache_control: HeaderValue,
    settings: ServeSettings,
}

/// Every route of the server. `keys` are the API keys, if the server requires them. Before the
/// server is in the phase that serves, no route asks the keys or the store.
pub fn router(
    store: Arc<Store>,
    keys: Option<Arc<Keys>>,
    lifecycle: Arc<Lifecycle>,
    settings: &ServeSettings,
) -> anyhow::Result<Router> {
    ensure!(
        keys.is_some() == settings.access.require_api_key,
        "the server has a store of API keys if and only if it requires keys"
    );
    let access = Access::new(&settings.access, keys)?;
    let app = App(Arc::new(Shared {
        api: Api::new(Arc::clone(&store), &settings.limits),
        store,
        response_cache: ResponseCache::new(settings.http.answer_cache_bytes),
        persisted_queries: PersistedQueries::new(&settings.http)
            .context("cannot read the trusted documents")?,
        operation_metrics: OperationMetrics::new(),
        cache_control: cache_control(access.is_private(), settings.http.max_age),
        lifecycle,
        health: Health::default(),
        access,
        settings: settings.clone(),
    }));
    let routes = Router::new()
        .route("/", get(pages::explorer))
        .route("/assets/{name}", get(pages::file))
        .route("/favicon.svg", get(pages::file))
        .route("/licenses.txt", get(pages::file))
        .route("/graphql", any(graphql::handle))
        .route("/_healthcheck", get(health::ready))
        .route("/healthz", get(health::alive))
        .with_state(app);
    Ok(behind_middleware(cors::around(routes, &settings.access.cors_origins)))
}

/// If the server answers known clients only, no shared cache may keep an answer.
fn cache_control(is_private: bool, max_age: u32) -> HeaderValue {
    let scope = if is_private { "private, " } else { "" };
    let value = match max_age {
        0 => format!("{scope}no-cache"),
        seconds => format!("{scope}max-age={seconds}"),
    };
    // Words and digits are fit for a header.
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("no-store"))
}
