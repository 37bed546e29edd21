//! Imports at the same time as others, and as servers.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::time::sleep;

use crate::{
    database::{TestDatabase, cluster_url},
    import_program::{HEADER, Program, succeeded},
    server::Server,
};

const TICK: Duration = Duration::from_millis(20);

#[tokio::test]
async fn of_two_imports_the_second_waits_for_the_first() {
    let program = Program::new().await;
    program.rows("second.csv", "A,2024-01-03,1,1,1,1,1\n");
    let mut first = program.start("import -");
    let mut input = first.stdin.take().unwrap();
    writeln!(input, "{HEADER}A,2024-01-02,1,1,1,1,1").unwrap();
    while !program.is_locked().await {
        sleep(TICK).await;
    }
    let mut second = program.start("import second.csv");
    program.wait_until_waiting(second.id()).await;
    assert!(second.try_wait().unwrap().is_none());
    assert_eq!(program.stored().await, [""; 0]);
    drop(input);
    assert_eq!(
        succeeded(&first.wait_with_output().unwrap()),
        "A: 1 new, 0 changed, 0 unchanged; holds 2024-01-02 to 2024-01-02\n\
         1 symbol: 1 new, 0 changed, 0 unchanged\n"
    );
    assert_eq!(
        succeeded(&second.wait_with_output().unwrap()),
        "A: 1 new, 0 changed, 0 unchanged; holds 2024-01-02 to 2024-01-03\n\
         1 symbol: 1 new, 0 changed, 0 unchanged\n"
    );
    assert_eq!(program.revisions().await, (2, vec![("A".to_owned(), 2)]));
}

/// With the embedded database, each of them also wants to make the tables.
#[tokio::test]
async fn many_imports_into_a_new_database_all_succeed() {
    let program = if cluster_url().is_some() {
        Program::new().await
    } else {
        let database = TestDatabase::blank().await;
        Program { database, folder: tempfile::tempdir().unwrap() }
    };
    let imports: Vec<_> = (1..=6)
        .map(|day| {
            program.rows(&format!("{day}.csv"), &format!("A,2024-01-0{day},1,1,1,1,1\n"));
            program.command(&format!("import {day}.csv")).spawn().unwrap()
        })
        .collect();
    for import in imports {
        succeeded(&import.wait_with_output().unwrap());
    }
    assert_eq!(program.stored().await.len(), 6);
    assert_eq!(program.revisions().await, (6, vec![("A".to_owned(), 6)]));
}

#[tokio::test]
async fn a_server_goes_on_during_an_import_and_sees_it_afterwards() {
    let program = Program::new().await;
    program.rows("first.csv", "A,2024-01-02,1,1,1,1,1\n");
    program.say("import first.csv");
    let server = Server::start(program.url(), &["--poll-interval-ms", "100"]);
    let query = "{ instruments { nodes { symbol series { close } } } }";
    let nodes = || server.query(query)["data"]["instruments"]["nodes"].clone();
    let before = json!([{ "symbol": "A", "series": { "close": [1.0] } }]);
    assert_eq!(nodes(), before);

    let mut import = program.start("import -");
    let mut input = import.stdin.take().unwrap();
    writeln!(input, "{HEADER}A,2024-01-02,1,2,1,2,1\nB,2024-01-03,1,1,1,1,1").unwrap();
    while !program.is_locked().await {
        sleep(TICK).await;
    }
    assert_eq!(nodes(), before);
    drop(input);
    succeeded(&import.wait_with_output().unwrap());
    let after = json!([
        { "symbol": "A", "series": { "close": [2.0] } },
        { "symbol": "B", "series": { "close": [1.0] } }
    ]);
    let begin = Instant::now();
    while nodes() != after {
        assert!(begin.elapsed() < Duration::from_secs(10), "{}", nodes());
        sleep(TICK).await;
    }
}

/// An export reads what is stored while an import runs.
#[tokio::test]
async fn an_export_does_not_wait_for_an_import() {
    let program = Program::new().await;
    program.rows("first.csv", "A,2024-01-02,1,1,1,1,1\n");
    program.say("import first.csv");
    let mut import = program.start("import -");
    let mut input = import.stdin.take().unwrap();
    writeln!(input, "{HEADER}A,2024-01-02,1,2,1,2,1").unwrap();
    while !program.is_locked().await {
        sleep(TICK).await;
    }
    assert!(program.say("export --symbol A").ends_with("\nA,2024-01-02,1,1,1,1,1,\n"));
    drop(input);
    succeeded(&import.wait_with_output().unwrap());
}
