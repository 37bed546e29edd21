//! The server's routes without a socket, over a database of its own.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
    response::Response,
};
use candleql::{
    graphql::engine::api::Api,
    import::{self, ImportOptions, Report, Source},
    server::lifecycle::Lifecycle,
};
use clap::{CommandFactory, FromArgMatches};
use config::{Cli, ServeSettings};
use sea_orm::metric;
use serde_json::{Value, json};
use storage::{db::Database, keys::Keys, store::Store};
use tower::ServiceExt;

use crate::database::{TestDatabase, without_environment};

pub struct TestApp {
    pub db: Database,
    pub store: Arc<Store>,
    /// The API keys, if the server requires them.
    pub keys: Option<Arc<Keys>>,
    pub lifecycle: Arc<Lifecycle>,
    router: Router,
    statements: Arc<Mutex<Vec<String>>>,
    _database: TestDatabase,
}

/// An answer, read whole; the text of a compressed one is empty.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// A header's value; empty if there is none.
    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The code of the only error.
    #[track_caller]
    pub fn code(&self) -> String {
        let answer = self.json();
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(errors.len(), 1, "{answer}");
        errors[0]["extensions"]["code"].as_str().unwrap().to_owned()
    }
}

impl TestApp {
    /// Over the bundled data.
    pub async fn bundled() -> Self {
        Self::over(TestDatabase::bundled().await, &[]).await
    }

    /// Over a migrated database without data.
    pub async fn empty() -> Self {
        Self::over(TestDatabase::empty().await, &[]).await
    }

    /// Over a database, with flags of `candleql serve`.
    pub async fn over(database: TestDatabase, flags: &[&str]) -> Self {
        let app = Self::starting(database, flags).await;
        app.lifecycle.serves();
        app
    }

    /// The same before the server is in the phase that serves.
    pub async fn starting(database: TestDatabase, flags: &[&str]) -> Self {
        let statements = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&statements);
        let observe = move |info: &metric::Info<'_>| {
            log.lock().unwrap().push(info.statement.sql.clone());
        };
        let settings = serve_settings(&[&["--poll-interval-ms", "3600000"], flags].concat());
        let db = Database::connect_observed(&database.settings, observe).await.unwrap();
        let store = Store::new(db.clone(), &settings.store);
        store.start().await.unwrap();
        let keys = if settings.access.require_api_key {
            let keys = Keys::new(db.clone(), settings.store.poll_interval);
            keys.start().await.unwrap();
            Some(keys)
        } else {
            None
        };
        let lifecycle = Lifecycle::begin();
        let (shared, known) = (Arc::clone(&store), keys.clone());
        let router =
            candleql::http::router(shared, known, Arc::clone(&lifecycle), &settings).unwrap();
        Self { db, store, keys, lifecycle, router, statements, _database: database }
    }

    /// The API without HTTP.
    pub fn api(&self) -> Api {
        Api::new(Arc::clone(&self.store), &serve_settings(&[]).limits)
    }

    /// Imports a file, or returns the error for the user. The store sees the import at once.
    pub async fn import(&self, path: &Path) -> Result<Report, String> {
        let source = Source::Paths(vec![path.display().to_string()]);
        let report = import::import(&self.db, source, &ImportOptions::default()).await;
        let report = report.map_err(|error| format!("{error:#}"))?;
        self.store.refresh().await.unwrap();
        Ok(report)
    }

    /// Imports rows of the plain layout.
    pub async fn import_rows(&self, rows: &str) -> Result<Report, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        std::fs::write(&path, format!("symbol,date,open,high,low,close,volume\n{rows}")).unwrap();
        self.import(&path).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let compressed = parts.headers.contains_key(header::CONTENT_ENCODING);
        let text =
            if compressed { String::new() } else { String::from_utf8(bytes.clone()).unwrap() };
        Answer { status: parts.status, headers: parts.headers, text, bytes }
    }

    /// An answer before its body is read.
    pub async fn respond(&self, query: &str) -> Response {
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(json!({ "query": query }).to_string())).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn get(&self, uri: &str) -> Answer {
        self.send(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    /// Posts a GraphQL request whose status tells whether there is data.
    pub async fn post(&self, body: &Value) -> Answer {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    pub async fn query(&self, query: &str) -> Answer {
        self.post(&json!({ "query": query })).await
    }

    /// The data of a query that has no errors.
    pub async fn data(&self, query: &str) -> Value {
        let mut answer = self.query(query).await.json();
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].take()
    }

    /// The SQL statements since the last call, without two kinds: the question for a new revision,
    /// which announcements of imports cause at any time, and the first statement of every session.
    pub fn statements(&self) -> Vec<String> {
        let mut statements = std::mem::take(&mut *self.statements.lock().unwrap());
        statements
            .retain(|sql| !sql.contains(r#"FROM "catalog""#) && !sql.contains("pg_backend_pid"));
        statements
    }
}

pub fn serve_settings(flags: &[&str]) -> ServeSettings {
    let command = without_environment(Cli::command());
    let matches = command.get_matches_from([&["candleql", "serve"], flags].concat());
    match Cli::from_arg_matches(&matches).unwrap().command {
        config::Command::Serve(settings) => *settings,
        other => panic!("{other:?}"),
    }
}

/// A path in the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
