//! `candleql import`, run again, as a dry run, and in place of the stored rows.

use serde_json::{Value, json};

use crate::{import_program::Program, server::Server};

const FIRST: &str = "A,2024-01-02,1,1,1,1,1\nA,2024-01-03,1,1,1,1,1\nB,2024-01-03,1,1,1,1,1\n";

fn of(revisions: [(&str, i64); 2]) -> Vec<(String, i64)> {
    revisions.map(|(symbol, revision)| (symbol.to_owned(), revision)).into()
}

#[tokio::test]
async fn the_same_again_is_unchanged_and_moves_nothing() {
    let program = Program::new().await;
    program.rows("rows.csv", FIRST);
    assert_eq!(
        program.say("import rows.csv"),
        "A: 2 new, 0 changed, 0 unchanged; holds 2024-01-02 to 2024-01-03\n\
         B: 1 new, 0 changed, 0 unchanged; holds 2024-01-03 to 2024-01-03\n\
         2 symbols: 3 new, 0 changed, 0 unchanged\n"
    );
    let before = program.state().await;
    assert_eq!(
        program.say("import rows.csv"),
        "A: 0 new, 0 changed, 2 unchanged; holds 2024-01-02 to 2024-01-03\n\
         B: 0 new, 0 changed, 1 unchanged; holds 2024-01-03 to 2024-01-03\n\
         2 symbols: 0 new, 0 changed, 3 unchanged\n"
    );
    assert_eq!(program.state().await, before);
    assert_eq!(program.revisions().await, (1, of([("A", 1), ("B", 1)])));
}

#[tokio::test]
async fn a_changed_value_moves_its_instrument_alone_and_json_says_so() {
    let program = Program::new().await;
    program.rows("rows.csv", FIRST);
    program.say("import rows.csv");
    program.rows("rows.csv", &FIRST.replace("B,2024-01-03,1,1", "B,2024-01-03,1,2"));
    let report: Value = serde_json::from_str(&program.say("import --json rows.csv")).unwrap();
    let symbol = |symbol: &str, changed: u32, unchanged: u32, first_date: &str| {
        json!({
            "symbol": symbol, "new": 0, "changed": changed, "unchanged": unchanged, "deleted": 0,
            "first_date": first_date, "last_date": "2024-01-03"
        })
    };
    let symbols = [symbol("A", 0, 2, "2024-01-02"), symbol("B", 1, 0, "2024-01-03")];
    assert_eq!(report, json!({ "symbols": symbols, "empty": 0, "bad": 0, "dry_run": false }));
    assert_eq!(program.revisions().await, (2, of([("A", 1), ("B", 2)])));
    assert_eq!(program.stored().await[2], "B 2024-01-03 1 2 1 1 1 -");
}

#[tokio::test]
async fn a_dry_run_reports_the_same_and_writes_nothing() {
    let program = Program::new().await;
    program.rows("first.csv", FIRST);
    let empty = program.state().await;
    assert!(
        program
            .say("import --dry-run first.csv")
            .ends_with("\n2 symbols: 3 new, 0 changed, 0 unchanged; nothing was written\n")
    );
    assert_eq!(program.state().await, empty);
    program.say("import first.csv");

    program.rows("next.csv", "A,2024-01-03,1,2,1,1,1\nA,2024-01-04,1,1,1,1,1\n");
    let before = program.state().await;
    let dry = program.say("import --replace --dry-run next.csv");
    let dry_json = program.say("import --replace --dry-run --json next.csv");
    assert_eq!(program.state().await, before);
    let done = program.say("import --replace next.csv");
    assert_eq!(dry.replace("; nothing was written", ""), done);
    assert_eq!(
        done,
        "A: 1 new, 1 changed, 0 unchanged, 1 deleted; holds 2024-01-03 to 2024-01-04\n\
         1 symbol: 1 new, 1 changed, 0 unchanged, 1 deleted\n"
    );
    let dry: Value = serde_json::from_str(&dry_json).unwrap();
    assert_eq!((&dry["dry_run"], &dry["symbols"][0]["deleted"]), (&json!(true), &json!(1)));
}

#[tokio::test]
async fn rows_that_the_input_lacks_go_only_if_asked_and_only_of_its_symbols() {
    let program = Program::new().await;
    program.rows("first.csv", FIRST);
    program.say("import first.csv");
    program.rows("next.csv", "A,2024-01-03,1,1,1,1,1\n");
    program.say("import next.csv");
    assert_eq!(program.stored().await.len(), 3);
    assert_eq!(program.revisions().await, (1, of([("A", 1), ("B", 1)])));

    program.say("import --replace next.csv");
    let left = ["A 2024-01-03 1 1 1 1 1 -", "B 2024-01-03 1 1 1 1 1 -"];
    assert_eq!(program.stored().await, left);
    assert_eq!(program.revisions().await, (2, of([("A", 2), ("B", 1)])));
    let server = Server::start(program.url(), &[]);
    let query = "{ instrument(symbol: \"A\") { firstDate lastDate series { close } } }";
    assert_eq!(
        server.query(query)["data"]["instrument"],
        json!({ "firstDate": "2024-01-03", "lastDate": "2024-01-03", "series": { "close": [1.0] } })
    );
    assert!(program.say("import --replace next.csv").contains("A: 0 new, 0 changed, 1 unchanged;"));
    assert_eq!(program.revisions().await.0, 2);
}

#[tokio::test]
async fn columns_about_the_instrument_fill_it_and_their_absence_leaves_it() {
    let program = Program::new().await;
    let about = |rows: &str| {
        let header = "symbol,name,exchange,currency,date,open,high,low,close,volume\n";
        program.write("about.csv", format!("{header}{rows}"));
    };
    about("A,\"Ä, Inc.\",XNAS,USD,2024-01-02,1,1,1,1,1\nB,,,EUR,2024-01-02,1,1,1,1,1\n");
    program.say("import about.csv");
    program.rows("plain.csv", "A,2024-01-03,1,1,1,1,1\n");
    program.say("import plain.csv");
    let query = "{ instruments { nodes { symbol name exchange currency } } }";
    let asked = || Server::start(program.url(), &[]).query(query)["data"]["instruments"].clone();
    let b = json!({
        "symbol": "B", "name": null, "exchange": null, "currency": "EUR"
    });
    let a = |name: &str| {
        json!({
            "symbol": "A", "name": name, "exchange": "XNAS", "currency": "USD"
        })
    };
    assert_eq!(asked()["nodes"], json!([a("Ä, Inc."), b]));

    about("A,New,,,2024-01-02,1,1,1,1,1\nB,,,EUR,2024-01-02,1,1,1,1,1\n");
    program.say("import about.csv");
    assert_eq!(asked()["nodes"], json!([a("New"), b]));
    assert_eq!(program.revisions().await, (3, of([("A", 3), ("B", 1)])));
}

/// A company may change its name in the course of a file.
#[tokio::test]
async fn the_last_name_stands_and_the_same_again_moves_nothing() {
    let program = Program::new().await;
    program.write(
        "names.csv",
        "symbol,name,date,open,high,low,close,volume\n\
         A,Old,2024-01-02,1,1,1,1,1\nB,Other,2024-01-02,1,1,1,1,1\nA,New,2024-01-03,1,1,1,1,1\n",
    );
    program.say("import names.csv");
    let before = program.state().await;
    assert!(before.contains("New") && !before.contains("Old"), "{before}");
    program.say("import names.csv");
    assert_eq!(program.state().await, before);
}
