//! Imports of many rows and symbols, in every order.

use std::{
    fmt::Write as _,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    time::Duration,
};

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, Statement};
use tokio::time::{sleep, timeout};

use crate::import_program::Program;

const SYMBOLS: usize = 720;

/// 72,000 rows with the rest: more than are written together.
const DAYS: usize = 100;

const HEADER: &str = "symbol,date,open,high,low,close,volume,adjusted_close\n";

/// A row of the input, and the row that the database must have after it.
struct Row {
    symbol: String,
    date: NaiveDate,
    input: String,
    stored: String,
}

/// The rows by symbol and date, and a file to import before. The file has every second row; a third
/// of its rows equal the input's, and half have adjusted closes.
fn rows() -> (Vec<Row>, String) {
    let first = NaiveDate::from_ymd_opt(2023, 6, 1).unwrap();
    let (mut rows, mut before) = (Vec::new(), HEADER.to_owned());
    for symbol in 0..SYMBOLS {
        for (day, date) in first.iter_days().take(DAYS).enumerate() {
            let number = symbol * DAYS + day;
            let close = format!("{}.{:02}", 10 + number % 977, 11 + number % 83);
            let values = format!("{close},{close},{close},{close},{number}");
            let (is_stored, is_same) = ((symbol + day).is_multiple_of(2), number.is_multiple_of(3));
            let adjusted_before = if is_stored && number % 4 < 2 { "0.25" } else { "" };
            let adjusted = if number.is_multiple_of(5) { "0.75" } else { "" };
            let symbol = format!("S{symbol}");
            if is_stored {
                let values = if is_same { &values } else { "7.5,8.5,6.5,7.5,99" };
                let _ = writeln!(before, "{symbol},{date},{values},{adjusted_before}");
            }
            let kept = [adjusted, adjusted_before, "-"].into_iter().find(|text| !text.is_empty());
            let number = close.parse::<f64>().unwrap();
            let volume = values.rsplit(',').next().unwrap();
            let stored = format!(
                "{symbol} {date} {number} {number} {number} {number} {volume} {}",
                kept.unwrap()
            );
            let input = format!("{symbol},{date},{values},{adjusted}\n");
            rows.push(Row { symbol, date, input, stored });
        }
    }
    (rows, before)
}

/// The database has the imported rows, row for row, whatever it had before.
async fn check(sort: fn(&mut [Row])) {
    let program = Program::new().await;
    let (mut rows, before) = rows();
    program.write("before.csv", before);
    assert!(
        program
            .say("import before.csv")
            .ends_with("\n720 symbols: 36000 new, 0 changed, 0 unchanged\n")
    );
    sort(&mut rows);
    let input: String = rows.iter().map(|row| row.input.as_str()).collect();
    program.write("rows.csv", format!("{HEADER}{input}"));
    let report = program.say("import rows.csv");
    assert!(report.contains("\n720 symbols: 36000 new, "), "{report}");
    assert!(report.starts_with("S0: 50 new, "), "{report}");
    assert!(report.contains("; holds 2023-06-01 to 2023-09-08\n"), "{report}");
    let mut expected: Vec<String> = rows.into_iter().map(|row| row.stored).collect();
    expected.sort();
    let stored = program.stored().await;
    assert_eq!(stored.len(), SYMBOLS * DAYS);
    for (stored, expected) in stored.iter().zip(&expected) {
        assert_eq!(stored, expected);
    }
    let state = program.state().await;
    assert!(
        program
            .say("import rows.csv")
            .ends_with("\n720 symbols: 0 new, 0 changed, 72000 unchanged\n")
    );
    assert!(program.state().await == state);
}

/// As files of one day each have them, one after the other.
#[tokio::test]
async fn day_after_day_with_all_symbols_of_each() {
    check(|rows| rows.sort_by_key(|row| row.date)).await;
}

#[tokio::test]
async fn symbol_after_symbol_newest_first() {
    check(<[Row]>::reverse).await;
}

#[tokio::test]
async fn in_no_order() {
    check(|rows| rows.sort_by_cached_key(by_hash)).await;
}

fn by_hash(row: &Row) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one((&row.symbol, row.date))
}

/// For each row, PostgreSQL looks whether it has the row's instrument. It plans that search at the
/// first row, with the statistics from before the import.
#[tokio::test]
#[ignore = "needs PostgreSQL: make test-postgres"]
async fn no_row_is_looked_for_by_reading_a_table_that_was_short_once() {
    let program = Program::new().await;
    let db = program.connect().await;
    program.rows("one.csv", "ONE,2024-01-02,1,1,1,1,1\n");
    program.say("import one.csv");
    db.execute_unprepared("ANALYZE").await.unwrap();

    let (symbols, days) = (400, 20);
    let mut rows = String::new();
    for (symbol, day) in (0..symbols).flat_map(|symbol| (1..=days).map(move |day| (symbol, day))) {
        let _ = writeln!(rows, "S{symbol},2024-01-{day:02},1,1,1,1,1");
    }
    program.rows("many.csv", &rows);
    program.say("import many.csv");

    let statistics = "SELECT n_tup_ins, seq_tup_read FROM pg_stat_user_tables \
                      WHERE relname = 'instrument'";
    let statistics = Statement::from_string(db.get_database_backend(), statistics);
    // Statistics come a moment after their statements.
    let told = async {
        loop {
            let row = db.query_one_raw(statistics.clone()).await.unwrap().unwrap();
            let (written, read): (i64, i64) =
                (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
            if written > symbols {
                return read;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let read_while_written = timeout(Duration::from_secs(20), told).await.unwrap();
    db.close().await.unwrap();
    let rows = symbols * days;
    assert!(read_while_written < rows, "{read_while_written} for {rows} rows");
}
