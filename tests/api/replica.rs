//! Reading from a replica that may lag: here another database, which lags as the test wants.

use serde_json::json;
use storage::db::Database;

use crate::{
    app::TestApp,
    database::{TestDatabase, execute},
};

const CLOSE: &str = r#"{ instrument(symbol: "AMZN") { series(last: 1) { close } } }"#;

/// An app that reads from a copy of its database, and the copy.
async fn app_with_replica() -> (TestApp, Database, TestDatabase) {
    let (mut database, copy) = (TestDatabase::bundled().await, TestDatabase::bundled().await);
    database.settings.database_reader_url = Some(copy.settings.database_url.clone());
    let replica = copy.connect().await;
    // A name that only the replica has shows which database answered.
    execute(
        &replica,
        "UPDATE candle SET low = 1, close = 2, high = 1000 WHERE date = '2023-09-21'",
    )
    .await;
    (TestApp::over(database, &[]).await, replica, copy)
}

#[tokio::test]
#[ignore = "needs PostgreSQL: make test-postgres"]
async fn candles_are_read_from_the_replica() {
    let (app, _replica, _copy) = app_with_replica().await;
    let close = json!({ "instrument": { "series": { "close": [2.0] } } });
    assert_eq!(app.data(CLOSE).await, close);
}

/// The server knows the import, because the replica went back in time and the server asked the
/// database. It must not ask the replica, which does not know the import yet, for the candles.
#[tokio::test]
#[ignore = "needs PostgreSQL: make test-postgres"]
async fn a_replica_that_is_behind_is_not_believed() {
    let (app, replica, _copy) = app_with_replica().await;
    app.import_rows("AMZN,2023-09-22,131,132,130,131.5,1000\n").await.unwrap();
    execute(&replica, "UPDATE catalog SET revision = 0").await;
    app.store.refresh().await.unwrap();
    let data = app.data(CLOSE).await;
    assert_eq!(data, json!({ "instrument": { "series": { "close": [131.5] } } }));
    // About another instrument, the replica is as current as the database.
    let data = app.data(&CLOSE.replace("AMZN", "NVDA")).await;
    assert_eq!(data, json!({ "instrument": { "series": { "close": [2.0] } } }));
}

#[tokio::test]
#[ignore = "needs PostgreSQL: make test-postgres"]
async fn without_the_replica_the_database_answers() {
    let close = json!({ "instrument": { "series": { "close": [129.33] } } });
    let mut database = TestDatabase::bundled().await;
    let closed = "postgres://closed@127.0.0.1:1/none".to_owned();
    database.settings.database_reader_url = Some(closed);
    assert_eq!(TestApp::over(database, &[]).await.data(CLOSE).await, close);

    let (app, replica, copy) = app_with_replica().await;
    replica.close().await.unwrap();
    // The test has dropped its database.
    drop(copy);
    assert_eq!(app.data(CLOSE).await, close);
}
