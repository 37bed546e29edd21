//! `candleql export` writes a file that an import reads, and `candleql remove` deletes instruments.

use std::time::{Duration, Instant};

use candles::Frequency;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::{database::TestDatabase, import_program::Program, server::Server};

/// Over the bundled data.
async fn bundled() -> Program {
    Program { database: TestDatabase::bundled().await, folder: tempfile::tempdir().unwrap() }
}

#[tokio::test]
async fn what_was_exported_is_unchanged_when_it_is_imported() {
    let program = bundled().await;
    let before = program.state().await;
    let query = "{ instruments { nodes { symbol } } }";
    let data = Server::start(program.url(), &[]).query(query);
    let symbols: Vec<&str> = data["data"]["instruments"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["symbol"].as_str().unwrap())
        .collect();
    for symbol in &symbols {
        let csv = program.say(&format!("export --symbol {symbol}"));
        program.write(&format!("{symbol}.csv"), csv);
    }
    let report: Value = serde_json::from_str(&program.say("import --json --replace .")).unwrap();
    let sum = |count: &str| -> u64 {
        let symbols = report["symbols"].as_array().unwrap();
        symbols.iter().map(|symbol| symbol[count].as_u64().unwrap()).sum()
    };
    let sums = ["new", "changed", "unchanged", "deleted"].map(sum);
    assert_eq!((symbols.len(), sums), (6, [0, 0, 16_194, 0]));
    assert!(program.state().await == before);
}

/// Doubles with the most digits, the largest and the smallest, and all characters of symbols.
#[tokio::test]
async fn every_number_comes_back_to_the_last_bit() {
    let program = Program::new().await;
    let header = "symbol,date,open,high,low,close,volume,adjusted_close\n";
    let rows = format!(
        "^A=B.C-D_E,1000-01-01,1,1,1,1,0,0.5\n\
         ^A=B.C-D_E,2024-01-02,0.30000000000000004,0.30000000000000004,0.1,0.1,0,-0.25\n\
         ^A=B.C-D_E,2024-01-03,1e300,1.7976931348623157e308,1.001,1.001,9007199254740992,\n\
         ^A=B.C-D_E,2024-01-04,5e-324,185.63999938964844,5e-324,1e-7,1,1e-320\n\
         ^A=B.C-D_E,2024-01-05,1234.567,1234.567,1234.567,1234.567,{},0\n",
        9_214_364_837_600_032_768_i64
    );
    program.write("first.csv", format!("{header}{rows}"));
    program.say("import first.csv");
    let csv = program.say("export --symbol ^a=b.c-d_e");
    assert!(csv.starts_with(&format!("{header}^A=B.C-D_E,1000-01-01,1,1,1,1,0,0.5\n")), "{csv}");
    let (before, stored) = (program.state().await, program.stored().await);
    assert_eq!(
        program.feed("import -", csv.as_bytes()),
        "^A=B.C-D_E: 0 new, 0 changed, 5 unchanged; holds 1000-01-01 to 2024-01-05\n\
         1 symbol: 0 new, 0 changed, 5 unchanged\n"
    );
    assert!(program.state().await == before);

    let other = Program::new().await;
    other.feed("import -", csv.as_bytes());
    assert_eq!(other.stored().await, stored);
    assert!(stored[3].contains(" 185.63999938964844 "), "{}", stored[3]);
}

#[tokio::test]
async fn other_frequencies_are_the_candles_of_the_api() {
    let program = bundled().await;
    let server = Server::start(program.url(), &[]);
    for frequency in Frequency::ALL {
        let query = format!(
            "{{ instrument(symbol: \"AMZN\") {{ series(frequency: {frequency}) {{ \
             candles {{ periodStart open high low close volume }} }} }} }}"
        );
        let data = server.query(&query);
        let expected: Vec<Vec<Value>> = data["data"]["instrument"]["series"]["candles"]
            .as_array()
            .unwrap_or_else(|| panic!("{data}"))
            .iter()
            .map(|candle| {
                let fields = ["periodStart", "open", "high", "low", "close", "volume"];
                fields.map(|field| candle[field].clone()).into()
            })
            .collect();
        let word = frequency.to_string().to_lowercase();
        let csv = program.say(&format!("export --symbol AMZN --frequency {word}"));
        let mut lines = csv.lines();
        assert_eq!(lines.next(), Some("symbol,date,open,high,low,close,volume,adjusted_close"));
        let row = |line: &str| -> Vec<Value> {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells[0], "AMZN");
            let price = |cell: &&str| json!(cell.parse::<f64>().unwrap());
            let mut row = vec![json!(cells[1])];
            row.extend(cells[2..6].iter().map(price));
            row.push(volume(cells[6]));
            row
        };
        let rows: Vec<Vec<Value>> = lines.map(row).collect();
        assert!(rows.len() > 5 && rows == expected, "{frequency}");
    }
}

/// As the API writes volumes: whole numbers without a point.
fn volume(cell: &str) -> Value {
    cell.parse::<i64>().map_or_else(|_| json!(cell.parse::<f64>().unwrap()), Value::from)
}

#[tokio::test]
async fn what_is_not_there_cannot_be_exported() {
    let program = Program::new().await;
    let error = program.refuse("export --symbol NONE").await;
    assert!(error.starts_with("error: ") && error.contains("NONE"), "{error}");
    let error = program.refuse("export --symbol A/B").await;
    assert!(error.starts_with("error: the symbol \"A/B\" is not "), "{error}");
}

#[tokio::test]
async fn what_is_removed_is_gone_for_a_running_server_and_others_stay() {
    let program = bundled().await;
    let server = Server::start(program.url(), &["--poll-interval-ms", "100"]);
    let query = "{ instruments { nodes { symbol } } \
                 gone: instrument(symbol: \"AMZN\") { series { length } } \
                 kept: instrument(symbol: \"AAPL\") { series { length } } }";
    let before = server.query(query);
    assert!(before["data"]["gone"]["series"]["length"].as_u64() > Some(0), "{before}");
    let begin_rows = program.stored().await;

    let error = program.refuse("remove AMZN NONE AAPL").await;
    assert_eq!(error, "error: nothing was removed: no instrument has the symbol \"NONE\"\n");
    assert_eq!(server.query(query), before);

    let amzn = begin_rows.iter().filter(|row| row.starts_with("AMZN ")).count();
    assert_eq!(program.say("remove amzn"), format!("removed amzn: {amzn} candles\n"));
    let begin = Instant::now();
    while !server.query(query)["data"]["gone"].is_null() {
        assert!(begin.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let after = server.query(query);
    assert_eq!(after["data"]["kept"], before["data"]["kept"]);
    assert_eq!(after["data"]["instruments"]["nodes"].as_array().unwrap().len(), 5);
    let mut rows = begin_rows;
    rows.retain(|row| !row.starts_with("AMZN "));
    assert_eq!(program.stored().await, rows);
    program.refuse("export --symbol AMZN").await;
}

/// The capital of ß is SS, which is the symbol of another instrument.
#[tokio::test]
async fn what_is_no_symbol_removes_nothing() {
    let program = Program::new().await;
    program.rows("ss.csv", "SS,2024-01-02,1,1,1,1,1\n");
    program.say("import ss.csv");
    program.refuse("remove ß").await;
    assert_eq!(program.stored().await.len(), 1);
    program.say("remove ss SS");
    assert_eq!(program.stored().await, [""; 0]);
}

/// The embedded engine gives the number of a removed instrument to the next one.
#[tokio::test]
async fn a_symbol_that_was_removed_can_come_again() {
    let program = Program::new().await;
    program.rows("a.csv", "A,2024-01-02,1,1,1,1,1\n");
    program.rows("b.csv", "B,2024-01-02,2,2,2,2,1\n");
    program.say("import a.csv");
    let server = Server::start(program.url(), &["--poll-interval-ms", "100"]);
    let query = "{ instruments { nodes { symbol series { close } } } }";
    let nodes = || server.query(query)["data"]["instruments"]["nodes"].clone();
    assert_eq!(nodes(), json!([{ "symbol": "A", "series": { "close": [1.0] } }]));
    program.say("remove A");
    program.say("import b.csv");
    let begin = Instant::now();
    let b = json!([{ "symbol": "B", "series": { "close": [2.0] } }]);
    while nodes() != b {
        assert!(begin.elapsed() < Duration::from_secs(10), "{}", nodes());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    program.say("import a.csv");
    assert_eq!(program.stored().await.len(), 2);
}
