//! The server under test, opened once: without a socket, over a database of its own.

use std::fs;

use axum::Router;
use candleql::{
    graphql::engine::api::Api,
    http,
    import::{self, ImportOptions, Source},
    server::lifecycle::Lifecycle,
};
use clap::Parser;
use config::{Cli, Command, ServeSettings};
use storage::{db::Database, store::Store};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// What is asked, and what it runs on.
pub struct Server {
    pub runtime: Runtime,
    pub api: Api,
    pub router: Router,
    _folder: TempDir,
}

impl Server {
    /// Over the bundled data.
    pub fn bundled() -> Self {
        Self::over(None)
    }

    /// Over histories that are short, and therefore quick: 100 days, one day, none between two.
    pub fn small() -> Self {
        let mut rows = String::from("symbol,date,open,high,low,close,volume\n");
        for symbol in ["AAPL", "META", "NFLX", "NVDA"] {
            for day in 0..100 {
                let date = format!("2022-{:02}-{:02}", day / 28 + 1, day % 28 + 1);
                let close = 100 + day * 37 % 41;
                let (high, low) = (close + 3, close - 4);
                rows += &format!("{symbol},{date},{close},{high},{low},{close},{day}\n");
            }
        }
        rows += "AMZN,2020-02-29,1,1,1,1,0\n";
        rows += "GOOG,1990-01-02,1.5,2.5,1.25,2,9000000000\nGOOG,2024-01-31,1,2,1,2,1\n";
        Self::over(Some(&rows))
    }

    fn over(rows: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(&folder);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let store = runtime.block_on(async {
            let db = Database::connect(&settings.database).await.unwrap();
            db.migrate().await.unwrap();
            if let Some(rows) = rows {
                let file = folder.path().join("rows.csv");
                fs::write(&file, rows).unwrap();
                let source = Source::Paths(vec![file.display().to_string()]);
                import::import(&db, source, &ImportOptions::default()).await.unwrap();
            } else {
                import::import(&db, Source::Bundled, &ImportOptions::default()).await.unwrap();
            }
            let store = Store::new(db, &settings.store);
            store.start().await.unwrap();
            store
        });
        let api = Api::new(store.clone(), &settings.limits);
        let lifecycle = Lifecycle::begin();
        lifecycle.serves();
        let router = http::router(store, None, lifecycle, &settings).unwrap();
        Self { runtime, api, router, _folder: folder }
    }
}

/// The settings of a server by default. An hour passes between two looks for imports, of which
/// there are none.
fn settings(folder: &TempDir) -> ServeSettings {
    let url = format!("sqlite://{}", folder.path().join("fuzz.db").display());
    let flags = ["candleql", "serve", "--database-url", &url, "--poll-interval-ms", "3600000"];
    match Cli::parse_from(flags).command {
        Command::Serve(settings) => *settings,
        other => panic!("{other:?}"),
    }
}
