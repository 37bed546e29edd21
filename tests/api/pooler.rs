//! What a pooler in transaction mode needs: statements without names, nothing left on a connection.

use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde_json::json;
use storage::{entity::candle, keys};

use crate::{app::TestApp, database::TestDatabase};

fn pooled(mut database: TestDatabase) -> TestDatabase {
    database.settings.database_pooler = true;
    database
}

#[tokio::test]
#[ignore = "needs PostgreSQL: make test-postgres"]
async fn everything_works_without_named_statements() {
    let database = pooled(TestDatabase::blank().await);
    database.connect().await.migrate().await.unwrap();
    let app = TestApp::over(database, &["--require-api-key"]).await;
    let report = app.import_rows("ONE,2024-01-02,1,2,1,1.5,1\nO'NE,2024-01-02,1,2,1,1,1\n").await;
    assert!(report.is_err(), "symbols have no quotes");
    app.import_rows("ONE,2024-01-02,1,2,1,1.5,1\nTWO,2024-01-02,1,2,1,1,1\n").await.unwrap();
    app.import_rows("ONE,2024-01-02,1,2,1,1.25,1\n").await.unwrap();
    let key = keys::create(&app.db, "it's \"me\" \\").await.unwrap();
    app.keys.as_ref().unwrap().refresh().await.unwrap();
    let id = app.keys.as_ref().unwrap().identify(&key).unwrap();
    assert_eq!(keys::list(&app.db).await.unwrap()[0].name, "it's \"me\" \\");
    keys::revoke(&app.db, &id).await.unwrap();

    let catalogue = app.store.universe();
    let instrument = catalogue.get(&"ONE".parse().unwrap()).unwrap();
    let series = app.store.series(instrument, candles::Timeframe::DAILY).await.unwrap();
    assert_eq!(json!(series.prices().close), json!([1.25]));
}

/// The pool has one connection, which has run every statement.
#[tokio::test]
#[ignore = "needs PostgreSQL: make test-postgres"]
async fn no_statement_keeps_a_name() {
    for (is_pooled, names) in [(true, 0), (false, 1)] {
        let mut database = TestDatabase::bundled().await;
        database.settings.database_pooler = is_pooled;
        database.settings.database_max_connections = 1;
        let app = TestApp::over(database, &[]).await;
        app.data("{ instruments { nodes { symbol series(last: 1) { close } } } }").await;
        app.import_rows("NEW,2024-01-02,1,2,1,1.5,1\n").await.unwrap();
        let session = app.db.begin_write().await.unwrap();
        assert_eq!(candle::Entity::find().all(&session).await.unwrap().len(), 16_195);
        let backend = session.get_database_backend();
        let sql = "SELECT count(*) FROM pg_prepared_statements WHERE name <> ''";
        let count = Statement::from_string(backend, sql);
        let count = session.query_one_raw(count).await.unwrap().unwrap();
        let count: i64 = count.try_get_by_index(0).unwrap();
        assert!(count >= names && (names > 0 || count == 0), "{count}, pooled: {is_pooled}");
    }
}
