//! A database that goes away.

use axum::http::StatusCode;
use sea_orm::ConnectionTrait;

use crate::{app::TestApp, database::TestDatabase};

/// Sessions cut by an administrator are an outage, not a fault; the pool gets over it.
#[tokio::test]
#[ignore = "needs PostgreSQL: make test-postgres"]
async fn a_database_that_goes_away_is_unavailable_and_comes_back() {
    let database = TestDatabase::bundled().await;
    let other = database.connect().await;
    let app = TestApp::over(database, &[]).await;
    app.data("{ instruments { nodes { symbol } } }").await;
    other
        .execute_unprepared(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await
        .unwrap();
    for _ in 0..20 {
        let answer = app.query("{ instruments { nodes { symbol } } }").await;
        if answer.json().get("errors").is_none() {
            return;
        }
        assert_eq!(answer.code(), "DATABASE_UNAVAILABLE");
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    panic!("the server never got over it");
}
