//! Import: all of a file or nothing, and a second import changes nothing.

use futures_util::future::join_all;
use sea_orm::EntityTrait;
use serde_json::json;
use storage::entity::{candle, instrument, revision};

use crate::{
    app::{TestApp, repository},
    database::TestDatabase,
    server::Server,
};

async fn catalog_revision(app: &TestApp) -> i64 {
    revision::Entity::find_by_id(revision::ONLY_ID)
        .one(&app.db.begin_write().await.unwrap())
        .await
        .unwrap()
        .unwrap()
        .revision
}

async fn instruments(app: &TestApp) -> Vec<(String, i32, i64)> {
    let mut rows =
        instrument::Entity::find().all(&app.db.begin_write().await.unwrap()).await.unwrap();
    rows.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    rows.into_iter().map(|row| (row.symbol, row.candle_count, row.revision)).collect()
}

#[tokio::test]
async fn the_report_counts_what_was_new_changed_and_unchanged() {
    let app = TestApp::empty().await;
    let report = app
        .import_rows("B,2024-01-03,1,1,1,1,1\nA,2024-01-02,1,1,1,1,1\nA,2024-01-03,1,1,1,1,1\n")
        .await
        .unwrap();
    assert_eq!(
        report.to_string(),
        "A: 2 new, 0 changed, 0 unchanged; holds 2024-01-02 to 2024-01-03\n\
         B: 1 new, 0 changed, 0 unchanged; holds 2024-01-03 to 2024-01-03\n\
         2 symbols: 3 new, 0 changed, 0 unchanged"
    );
    let report = app
        .import_rows("A,2024-01-01,1,1,1,1,1\nA,2024-01-02,1,1,1,1,1\nA,2024-01-03,1,2,1,1,1\n")
        .await
        .unwrap();
    assert_eq!(
        report.to_string(),
        "A: 1 new, 1 changed, 1 unchanged; holds 2024-01-01 to 2024-01-03\n\
         1 symbol: 1 new, 1 changed, 1 unchanged"
    );
    let data = app.data(r#"{ instrument(symbol: "A") { firstDate series { high } } }"#).await;
    assert_eq!(
        data["instrument"],
        json!({ "firstDate": "2024-01-01", "series": { "high": [1.0, 1.0, 2.0] } })
    );
}

#[tokio::test]
async fn twice_is_once_and_moves_no_revision() {
    let app = TestApp::bundled().await;
    let before = (catalog_revision(&app).await, instruments(&app).await);
    let report = app.import(&repository("data/stocks_daily.csv")).await.unwrap();
    assert!(report.symbols.iter().all(|symbol| symbol.new + symbol.changed == 0));
    let unchanged: usize = report.symbols.iter().map(|symbol| symbol.unchanged).sum();
    assert_eq!(unchanged, 16_194);
    assert_eq!((catalog_revision(&app).await, instruments(&app).await), before);
}

#[tokio::test]
async fn only_changed_instruments_get_the_new_revision() {
    let app = TestApp::empty().await;
    app.import_rows("A,2024-01-02,1,1,1,1,1\nB,2024-01-02,1,1,1,1,1\n").await.unwrap();
    app.import_rows("A,2024-01-02,1,1,1,1,1\nB,2024-01-03,1,1,1,1,1\n").await.unwrap();
    assert_eq!(instruments(&app).await, [("A".to_owned(), 1, 1), ("B".to_owned(), 2, 2)]);
    assert_eq!(catalog_revision(&app).await, 2);
}

#[tokio::test]
async fn a_bad_file_changes_nothing_and_says_where_it_is_bad() {
    let app = TestApp::empty().await;
    app.import_rows("A,2024-01-02,1,1,1,1,1\n").await.unwrap();
    let before = (catalog_revision(&app).await, instruments(&app).await);
    let error =
        app.import_rows("A,2024-01-03,1,1,1,1,1\nC,2024-01-04,1,1,1,7,1\n").await.unwrap_err();
    assert!(error.starts_with("nothing was imported: 1 bad row\n  "), "{error}");
    assert!(error.ends_with("rows.csv line 3: close 7 is outside low 1 to high 1"), "{error}");
    let error = app
        .import_rows(&format!(
            "D,2024-01-02,1,1,1,1,1\nE,2024-01-02,1,1,1,1,{0}\nE,2024-01-03,1,1,1,1,{0}\n",
            i64::MAX
        ))
        .await
        .unwrap_err();
    assert!(error.contains("E: its volumes sum up to 18446744073709549568"), "{error}");
    assert_eq!((catalog_revision(&app).await, instruments(&app).await), before);
    let error = app.import(&repository("no/such/file.csv")).await.unwrap_err();
    assert!(error.contains("cannot open ") && error.contains("file.csv"), "{error}");
}

#[tokio::test]
async fn imports_at_the_same_time_follow_one_another() {
    let app = TestApp::empty().await;
    let rows = |day: i32| format!("A,2024-01-{day:02},1,1,1,1,1\nB,2024-01-{day:02},1,1,1,1,1\n");
    let imports = join_all((1..=8).map(|day| {
        let (app, rows) = (&app, rows(day));
        async move { app.import_rows(&rows).await }
    }));
    for report in imports.await {
        assert_eq!(report.unwrap().symbols.len(), 2);
    }
    assert_eq!(catalog_revision(&app).await, 8);
    assert_eq!(instruments(&app).await, [("A".to_owned(), 8, 8), ("B".to_owned(), 8, 8)]);
}

#[tokio::test]
async fn replicas_that_migrate_at_once_do_not_collide() {
    let database = TestDatabase::blank().await;
    let migrations = join_all((0..5).map(|_| async { database.connect().await.migrate().await }));
    for migrated in migrations.await {
        migrated.unwrap();
    }
    database.connect().await.migrations().await.unwrap().check().unwrap();
}

#[tokio::test]
async fn what_a_file_does_not_say_stays() {
    let app = TestApp::empty().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("adjusted.csv");
    let rows =
        "symbol,date,open,high,low,close,volume,adjusted_close\nA,2024-01-02,1,1,1,1,1,0.5\n";
    std::fs::write(&path, rows).unwrap();
    app.import(&path).await.unwrap();
    let adjusted = async || {
        candle::Entity::find()
            .one(&app.db.begin_write().await.unwrap())
            .await
            .unwrap()
            .unwrap()
            .adjusted_close
    };

    let report = app.import_rows("A,2024-01-02,1,1,1,1,1\n").await.unwrap();
    assert_eq!(report.symbols[0].unchanged, 1);
    let report = app.import_rows("A,2024-01-02,1,2,1,1,1\n").await.unwrap();
    assert_eq!(report.symbols[0].changed, 1);
    assert_eq!(adjusted().await, Some(0.5));
}

/// An import of another process may hold the write lock for longer than SQLite waits by itself.
#[tokio::test]
async fn a_server_starts_while_an_import_runs() {
    let database = TestDatabase::bundled().await;
    let writer = database.connect().await;
    let transaction = writer.begin_write().await.unwrap();
    let server = Server::start(&database.settings.database_url, &[]);
    let data = server.query("{ instrument(symbol: \"AMZN\") { series(last: 1) { length } } }");
    assert_eq!(data["data"]["instrument"]["series"]["length"], 1);
    transaction.rollback().await.unwrap();
}
