//! Volumes with a fraction, from a file to answers and back to a file.

use serde_json::json;

use crate::{
    app::TestApp,
    import_program::{HEADER, Program},
};

const ROWS: &str = "A,2024-01-02,1,1,1,1,12345\nA,2024-01-03,1,1,1,1,0.5\nA,2024-01-04,1,1,1,1,1234.25\n\
                    A,2024-01-08,1,1,1,1,0.1\nA,2024-01-09,1,1,1,1,0.2\nA,2024-01-10,1,1,1,1,2.0\n";

#[track_caller]
fn check_text(text: &str, expected: &str) {
    assert!(text.contains(expected), "{text} lacks {expected}");
}

#[tokio::test]
async fn answers_have_fractions_and_whole_numbers_without_a_point() {
    let app = TestApp::empty().await;
    app.import_rows(ROWS).await.unwrap();
    let series = "candles { volume } volume";
    let query = format!(
        r#"{{ instrument(symbol: "A") {{ daily: series {{ {series} }}
        weekly: series(frequency: WEEKLY) {{ {series} }}
        filled: series(from: "2024-01-04", to: "2024-01-08", fill: NULL) {{ {series} }} }} }}"#
    );
    let text = app.query(&query).await.text;
    check_text(
        &text,
        r#""daily":{"candles":[{"volume":12345},{"volume":0.5},{"volume":1234.25},{"volume":0.1},{"volume":0.2},{"volume":2}],"volume":[12345,0.5,1234.25,0.1,0.2,2]}"#,
    );
    // The sum of f64, in the order of the days: 0.1 + 0.2 + 2.
    check_text(
        &text,
        r#""weekly":{"candles":[{"volume":13579.75},{"volume":2.3}],"volume":[13579.75,2.3]}"#,
    );
    check_text(
        &text,
        r#""filled":{"candles":[{"volume":1234.25},{"volume":0},{"volume":0},{"volume":0},{"volume":0.1}],"volume":[1234.25,0,0,0,0.1]}"#,
    );
}

/// The library merges two objects under one key from a tree of values.
#[tokio::test]
async fn the_tree_path_writes_the_same_text() {
    let app = TestApp::empty().await;
    app.import_rows(ROWS).await.unwrap();
    let query = r#"{ instrument(symbol: "A") { series(last: 3) {
        candles { volume } candles { close } volume } } }"#;
    check_text(
        &app.query(query).await.text,
        r#""candles":[{"volume":0.1,"close":1.0},{"volume":0.2,"close":1.0},{"volume":2,"close":1.0}],"volume":[0.1,0.2,2]"#,
    );
}

#[tokio::test]
async fn the_fraction_alone_is_a_change_and_the_same_again_is_none() {
    let app = TestApp::empty().await;
    let counts = async |rows: &str| {
        let report = app.import_rows(rows).await.unwrap();
        let symbol = &report.symbols[0];
        (symbol.new, symbol.changed, symbol.unchanged)
    };
    assert_eq!(counts(ROWS).await, (6, 0, 0));
    assert_eq!(counts(ROWS).await, (0, 0, 6));
    assert_eq!(counts("A,2024-01-03,1,1,1,1,0.75\n").await, (0, 1, 0));
    assert_eq!(
        counts("A,2024-01-04,1,1,1,1,1234\nA,2024-01-02,1,1,1,1,12345.25\n").await,
        (0, 2, 0)
    );
    let data = app.data(r#"{ instrument(symbol: "A") { series(to: "2024-01-04") { volume } } }"#);
    assert_eq!(data.await["instrument"]["series"]["volume"], json!([12345.25, 0.75, 1234]));
    let error = app.import_rows("A,2024-02-01,1,1,1,1,1.5\nA,2024-02-01,1,1,1,1,1.25\n").await;
    check_text(&error.unwrap_err(), "A 2024-02-01 stands twice, with different values");
}

#[tokio::test]
async fn an_export_gives_the_fractions_back() {
    let program = Program::new().await;
    program.rows("a.csv", ROWS);
    program.say("import a.csv");
    let (state, stored) = (program.state().await, program.stored().await);
    let csv = program.say("export --symbol A");
    check_text(&csv, "A,2024-01-02,1,1,1,1,12345,\nA,2024-01-03,1,1,1,1,0.5,\n");
    let report = program.feed("import -", csv.as_bytes());
    check_text(&report, "A: 0 new, 0 changed, 6 unchanged;");
    assert!(program.state().await == state);

    let other = Program::new().await;
    other.feed("import -", csv.as_bytes());
    assert_eq!(other.stored().await, stored);
    let weekly = program.say("export --symbol A --frequency weekly");
    check_text(&weekly, "A,2024-01-01,1,1,1,1,13579.75,\n");
}

#[tokio::test]
async fn a_volume_below_0_or_of_2_to_the_63_is_refused() {
    let program = Program::new().await;
    program.write(
        "bad.csv",
        format!("{HEADER}A,2024-01-02,1,1,1,1,-0.5\nA,2024-01-03,1,1,1,1,9223372036854775808.0\n"),
    );
    assert_eq!(
        program.refuse("import bad.csv").await,
        "error: nothing was imported: 2 bad rows\n  bad.csv line 2: volume -0.5 is negative\n  \
         bad.csv line 3: column volume: \"9223372036854775808.0\" is above the largest volume, \
         9223372036854775807\n"
    );
}
