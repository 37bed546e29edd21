//! A database that goes away.

use serde_json::json;

use crate::{
    app::TestApp,
    database::{TestDatabase, execute},
};

/// Sessions cut by an administrator are an outage, not a fault; the pool gets over it.
#[tokio::test]
#[ignore = "needs PostgreSQL: make test-postgres"]
async fn a_database_that_goes_away_is_unavailable_and_comes_back() {
    let database = TestDatabase::bundled().await;
    let other = database.connect().await;
    let app = TestApp::over(database, &[]).await;
    let close = |symbol: &str| {
        format!("{{ instrument(symbol: \"{symbol}\") {{ series(last: 1) {{ close }} }} }}")
    };
    let warm = app.data(&close("AMZN")).await;
    execute(
        &other,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    assert_eq!(app.data(&close("AMZN")).await, warm, "what is in memory needs no database");
    for _ in 0..20 {
        let answer = app.query(&close("NVDA")).await;
        if answer.json().get("errors").is_none() {
            return;
        }
        assert_eq!(answer.code(), "DATABASE_UNAVAILABLE");
        assert_eq!(answer.json()["data"], json!({ "instrument": null }));
    }
    panic!("the server never got over it");
}
