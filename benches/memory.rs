//! A universe larger than the cache: 5,000 symbols of 2,500 days, asked for one after the other,
//! and again, by a server that may keep 512 MB. And the bundled data, asked for in many ways.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

#[allow(dead_code)]
mod workloads;

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
};

use serde_json::json;
use storage::db::Database;

use self::workloads::{
    import,
    server::{Server, candleql},
    settings, walks,
};

const SYMBOLS: usize = 5_000;
const DAYS: u64 = 2_500;
const LIMIT_BYTES: &str = "536870912";

/// Asks a query; panics unless there is data and no error.
fn ask(server: &Server, query: &str) {
    let body = json!({ "query": query }).to_string();
    let mut connection = TcpStream::connect(&server.address).unwrap();
    write!(
        connection,
        "POST /graphql HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("\"data\"") && !answer.contains("\"errors\""), "{query}: {answer}");
}

async fn universe(folder: &Path) {
    let db = Database::connect(&settings(folder).database).await.unwrap();
    db.migrate().await.unwrap();
    for first in (0..SYMBOLS).step_by(500) {
        import(&db, &walks(first..first + 500, DAYS), folder).await;
    }
    let server = candleql(folder, &["--cache-bytes", LIMIT_BYTES]);
    let at_first = server.megabytes("VmRSS");
    for _ in 0..2 {
        for symbol in 0..SYMBOLS {
            let series = "series { close } weekly: series(frequency: WEEKLY, last: 1) { close }";
            ask(&server, &format!("{{ instrument(symbol: \"S{symbol}\") {{ {series} }} }}"));
        }
    }
    println!("| {SYMBOLS} symbols x {DAYS} days, twice | MB |");
    println!("| --- | --: |");
    println!("| the limit | 512 |");
    println!("| resident at first | {at_first:.0} |");
    println!("| resident in the end | {:.0} |", server.megabytes("VmRSS"));
    println!("| the most | {:.0} |", server.megabytes("VmHWM"));
}

fn bundled(folder: &Path) {
    let server = candleql(folder, &[]);
    let at_first = server.megabytes("VmRSS");
    for number in 1..3_000 {
        let symbol = ["AAPL", "AMZN", "GOOG", "META", "NFLX", "NVDA"][number % 6];
        let frequency = ["DAILY", "WEEKLY", "MONTHLY"][number % 3];
        ask(
            &server,
            &format!(
                "{{ instrument(symbol: \"{symbol}\") {{ series(frequency: {frequency}, last: {number}) {{
                    candles {{ periodStart open high low close volume }}
                    sma(timePeriod: 20) {{ values }} macd {{ macd {{ values }} }} }} }} }}"
            ),
        );
    }
    println!("\n| 3,000 different charts of the bundled data | MB |");
    println!("| --- | --: |");
    println!("| resident at first | {at_first:.0} |");
    println!("| resident in the end | {:.0} |", server.megabytes("VmRSS"));
    println!("| the most | {:.0} |", server.megabytes("VmHWM"));
}

#[tokio::main]
async fn main() {
    bundled(tempfile::tempdir().unwrap().path());
    universe(tempfile::tempdir().unwrap().path()).await;
}
