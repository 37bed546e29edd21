//! What the store reads from the database, and how often.

use std::{
    fmt::Write,
    sync::OnceLock,
    time::{Duration, Instant},
};

use candles::Timeframe;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use crate::{
    app::TestApp,
    database::{TestDatabase, execute},
    server::Server,
};

const CLOSE: &str = r#"{ instrument(symbol: "AMZN") { series(last: 1) { close } } }"#;

fn reads_of(table: &str, statements: &[String]) -> usize {
    let from = format!(r#"FROM "{table}""#);
    statements.iter().filter(|sql| sql.contains(&from)).count()
}

#[tokio::test]
async fn fifty_cold_symbols_are_one_statement_and_hot_ones_none() {
    let app = TestApp::empty().await;
    let mut rows = String::new();
    let mut query = String::from("{ instruments { nodes { symbol } }");
    for number in 0..50 {
        writeln!(rows, "S{number},2024-01-02,1,1,1,1,{number}").unwrap();
        write!(query, r#" s{number}: instrument(symbol: "S{number}") {{ series {{ volume }} }}"#)
            .unwrap();
    }
    query.push('}');
    app.import_rows(&rows).await.unwrap();
    app.statements();
    let data = app.data(&query).await;
    assert_eq!(data["s49"]["series"]["volume"], json!([49]));
    let statements = app.statements();
    assert_eq!(statements.len(), 1, "{statements:#?}");
    assert_eq!(reads_of("candle", &statements), 1);

    assert_eq!(app.data(&query).await, data);
    assert_eq!(app.statements(), [""; 0]);
}

#[tokio::test]
async fn a_history_is_read_once_however_many_ask_at_once() {
    let app = TestApp::bundled().await;
    app.statements();
    let answers = join_all((0..20).map(|_| app.data(CLOSE))).await;
    assert!(answers.iter().all(|data| *data == answers[0]));
    let weekly = r#"{ instrument(symbol: "AMZN") { series(frequency: WEEKLY) { length } } }"#;
    app.data(weekly).await;
    assert_eq!(reads_of("candle", &app.statements()), 1);
}

#[tokio::test]
async fn an_import_is_seen_once_the_catalogue_is_up_to_date() {
    let app = TestApp::bundled().await;
    app.data(CLOSE).await;
    app.import_rows("AMZN,2023-09-22,131,132,130,131.5,1000\nNEW,2024-01-02,1,1,1,1,1\n")
        .await
        .unwrap();
    let data = app.data(CLOSE).await;
    assert_eq!(data, json!({ "instrument": { "series": { "close": [131.5] } } }));
    let data = app.data(r#"{ instrument(symbol: "NEW") { firstDate } }"#).await;
    assert_eq!(data, json!({ "instrument": { "firstDate": "2024-01-02" } }));

    app.statements();
    app.store.refresh().await.unwrap();
    assert_eq!(app.statements(), [""; 0], "nothing new is no more than one question");
}

/// Requests from before and after an import may ask for the same history at the same moment.
#[tokio::test]
async fn old_and_new_requests_share_a_load() {
    let app = TestApp::empty().await;
    app.import_rows("ONE,2024-01-02,1,1,1,1,1\n").await.unwrap();
    let before = app.store.universe().get(&"ONE".parse().unwrap()).unwrap().clone();
    app.import_rows("ONE,2024-01-03,1,1,1,1,1\n").await.unwrap();
    let after = app.store.universe().get(&"ONE".parse().unwrap()).unwrap().clone();
    let (old, new) = tokio::join!(
        app.store.series(&before, Timeframe::DAILY),
        app.store.series(&after, Timeframe::DAILY)
    );
    assert_eq!((old.unwrap().len(), new.unwrap().len()), (2, 2));
}

/// As if an operator had put in an older copy of the database.
#[tokio::test]
async fn a_revision_that_goes_back_is_a_new_catalogue() {
    let app = TestApp::bundled().await;
    let name = "{ instrument(symbol: \"AMZN\") { name } }";
    app.data(name).await;
    for statement in [
        "UPDATE instrument SET name = 'Amazon' WHERE symbol = 'AMZN'",
        "UPDATE catalog SET revision = revision - 1",
    ] {
        execute(&app.db, statement).await;
    }
    app.store.refresh().await.unwrap();
    assert_eq!(app.data(name).await, json!({ "instrument": { "name": "Amazon" } }));
}

/// A request that began before the switch to an older copy of the database may finish its load
/// after it. The copy reaches the same revision again with other rows.
#[tokio::test]
async fn a_load_from_before_an_older_copy_is_not_served_after_it() {
    let app = TestApp::empty().await;
    app.import_rows("ONE,2024-01-02,1,1,1,1,1\n").await.unwrap();
    app.import_rows("ONE,2024-01-03,1,1,1,1,1\n").await.unwrap();
    let before = app.store.universe().get(&"ONE".parse().unwrap()).unwrap().clone();
    for statement in [
        "DELETE FROM candle WHERE date > '2024-01-02'",
        "UPDATE instrument SET revision = revision - 1, candle_count = 1",
        "UPDATE catalog SET revision = revision - 1",
    ] {
        execute(&app.db, statement).await;
    }
    app.store.refresh().await.unwrap();
    let late = app.store.series(&before, Timeframe::DAILY).await.unwrap();
    assert_eq!(late.len(), 1);
    app.import_rows("ONE,2024-01-04,2,2,2,2,2\nONE,2024-01-05,2,2,2,2,2\n").await.unwrap();
    let after = app.store.universe().get(&"ONE".parse().unwrap()).unwrap().clone();
    assert_eq!(app.store.series(&after, Timeframe::DAILY).await.unwrap().len(), 3);
}

/// The server sees imports and removals of another process within the poll interval.
#[tokio::test]
async fn the_catalogue_follows_the_database_by_itself() {
    let database = TestDatabase::bundled().await;
    let server = Server::start(&database.settings.database_url, &["--poll-interval-ms", "50"]);
    let symbols = || {
        let answer = server.query("{ instruments { nodes { symbol } } }");
        answer["data"]["instruments"]["nodes"].as_array().unwrap().len()
    };
    assert_eq!(symbols(), 6);
    let app = TestApp::over(database, &[]).await;
    app.import_rows("NEW,2024-01-02,1,1,1,1,1\n").await.unwrap();
    wait_until(|| symbols() == 7);
    for statement in [
        "DELETE FROM instrument WHERE symbol = 'AAPL'",
        "UPDATE catalog SET revision = revision + 1",
    ] {
        execute(&app.db, statement).await;
    }
    wait_until(|| symbols() == 6);
}

/// Four clients ask a hundred times a second while rows come in: no client gets an error, and two
/// seconds later every client sees the rows.
#[tokio::test(flavor = "multi_thread")]
async fn readers_go_on_while_an_import_comes_in() {
    let database = TestDatabase::bundled().await;
    // The test does not read the log after the address; a pipe does not hold more.
    let log = "candleql=info,tower_http=warn,candleql::http=warn";
    let server = Server::start(&database.settings.database_url, &["--log", log]);
    let app = TestApp::over(database, &[]).await;
    let imported = OnceLock::new();
    let (imported, server) = (&imported, &server);
    let answers = std::thread::scope(|scope| {
        let clients: Vec<_> =
            (0..4).map(|_| scope.spawn(|| ask_until_done(server, imported))).collect();
        std::thread::sleep(Duration::from_secs(1));
        let rows = "AMZN,2023-09-22,131,132,130,131.5,1000\nNEW,2024-01-02,1,1,1,1,1\n";
        tokio::task::block_in_place(|| Handle::current().block_on(app.import_rows(rows))).unwrap();
        imported.set(Instant::now()).unwrap();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(answers.len() > 100, "{} answers", answers.len());
    let imported = *imported.get().unwrap();
    for (asked, answer) in &answers {
        assert!(answer.get("errors").is_none(), "{answer}");
        let (close, symbols) =
            (&answer["data"]["a"]["series"]["close"][0], &answer["data"]["all"]["nodes"]);
        let is_new = *close == 131.5;
        assert!(is_new || *close == 129.33, "{answer}");
        assert_eq!(
            symbols.as_array().unwrap().len(),
            if is_new { 7 } else { 6 },
            "one catalogue per answer"
        );
        assert!(
            is_new || *asked < imported + Duration::from_secs(2),
            "two seconds later it is unseen"
        );
    }
    assert!(answers.iter().any(|(asked, _)| *asked > imported + Duration::from_secs(2)));
}

/// Asks 25 times a second until three seconds after the import; returns times and answers.
fn ask_until_done(server: &Server, imported: &OnceLock<Instant>) -> Vec<(Instant, Value)> {
    let mut answers = Vec::new();
    while imported.get().is_none_or(|imported| imported.elapsed() < Duration::from_secs(3)) {
        let asked = Instant::now();
        answers.push((asked, server.query(
            "{ a: instrument(symbol: \"AMZN\") { series(last: 1) { close } } all: instruments { nodes { symbol } } }",
        )));
        std::thread::sleep(Duration::from_millis(40).saturating_sub(asked.elapsed()));
    }
    answers
}

/// If the database can announce imports, no client waits for the poll.
#[tokio::test]
#[ignore = "needs PostgreSQL: make test-postgres"]
async fn an_import_announces_itself() {
    let database = TestDatabase::bundled().await;
    let url = database.settings.database_url.clone();
    let server = Server::start(&url, &["--poll-interval-ms", "3600000"]);
    let app = TestApp::over(database, &[]).await;
    // The server begins to listen a moment after it begins to serve.
    for day in 1..=20 {
        app.import_rows(&format!("NEW,2024-01-{day:02},1,1,1,1,1\n")).await.unwrap();
        let answer = server.query("{ instruments(search: \"NEW\") { nodes { symbol } } }");
        if answer["data"]["instruments"]["nodes"][0]["symbol"] == "NEW" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the server never heard of it");
}

fn wait_until(condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(20), "it never happened");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn memory_is_bounded_by_the_cache_setting() {
    let one_history = 2_699 * (size_of::<u32>() + 5 * size_of::<f64>());
    let limit = u64::try_from(one_history).unwrap() * 5;
    let app =
        TestApp::over(TestDatabase::bundled().await, &["--cache-bytes", &limit.to_string()]).await;
    for _ in 0..3 {
        let data = app.data("{ instruments { nodes { symbol series { length } } } }").await;
        let nodes = data["instruments"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 6);
        assert!(nodes.iter().all(|node| node["series"]["length"] == 2_699), "{data}");
        let bytes = app.store.cached_bytes().await;
        assert!((1..=limit).contains(&bytes), "{bytes} bytes are cached, the limit is {limit}");
    }
}
