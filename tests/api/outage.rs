//! Outages of the database.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::sleep,
};
use url::Url;

use crate::{
    app::TestApp,
    database::{TestDatabase, execute},
};

fn close(symbol: &str) -> String {
    format!("{{ instrument(symbol: \"{symbol}\") {{ series(last: 1) {{ close }} }} }}")
}

/// Asks until there is data; every other answer must say that the database is down.
async fn wait_for_data(app: &TestApp, query: &str) {
    let begin = Instant::now();
    loop {
        let answer = app.query(query).await;
        if answer.json().get("errors").is_none() {
            return;
        }
        assert_eq!(answer.code(), "DATABASE_UNAVAILABLE");
        assert!(begin.elapsed() < Duration::from_secs(20), "the server never got over it");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Forwards connections to a port until the caller drops it; then the port refuses.
struct Relay {
    address: String,
    task: JoinHandle<()>,
}

impl Relay {
    async fn start(listen: &str, target: String) -> Self {
        let listener = TcpListener::bind(listen).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (mut client, _) = listener.accept().await.unwrap();
                let target = target.clone();
                connections.spawn(async move {
                    let mut server = TcpStream::connect(target).await.unwrap();
                    copy_bidirectional(&mut client, &mut server).await.ok();
                });
            }
        });
        Self { address, task }
    }

    async fn stop(self) -> String {
        self.task.abort();
        self.task.await.unwrap_err();
        self.address
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: make test-postgres"]
async fn a_database_that_goes_away_is_unavailable_and_comes_back() {
    let mut database = TestDatabase::bundled().await;
    let mut url = Url::parse(&database.settings.database_url).unwrap();
    let target = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let relay = Relay::start("127.0.0.1:0", target.clone()).await;
    let (host, port) = relay.address.rsplit_once(':').unwrap();
    url.set_host(Some(host)).unwrap();
    url.set_port(Some(port.parse().unwrap())).unwrap();
    database.settings.database_url = url.into();

    let app = TestApp::over(database, &[]).await;
    let warm = app.data(&close("AMZN")).await;
    let address = relay.stop().await;
    assert_eq!(app.data(&close("AMZN")).await, warm, "what is in memory needs no database");
    let answer = app.query(&close("NVDA")).await;
    assert_eq!(answer.code(), "DATABASE_UNAVAILABLE");
    assert_eq!(answer.json()["data"], json!({ "instrument": { "series": null } }));

    let _relay = Relay::start(&address, target).await;
    wait_for_data(&app, &close("NVDA")).await;
}

/// The pool gets over it.
#[tokio::test]
#[ignore = "needs PostgreSQL: make test-postgres"]
async fn sessions_that_an_administrator_cuts_are_no_fault() {
    let database = TestDatabase::bundled().await;
    let other = database.connect().await;
    let app = TestApp::over(database, &[]).await;
    execute(
        &other,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    wait_for_data(&app, &close("NVDA")).await;
}
