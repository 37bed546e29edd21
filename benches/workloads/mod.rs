//! What is measured: ten symbols of 5,040 days, and what a frontend asks about them.
//!
//! W1: 754 candles. W2: annual and weekly candles. W3: weekly candles with SMA, RSI and MACD.
//! W4: 5,040 candles. W5: ten symbols, 250 days each, with SMA.

pub mod server;

use std::{fmt::Write, fs, ops::Range, path::Path};

use candleql::{
    graphql::engine::api::Api,
    import::{self, ImportOptions, Source},
};
use candles::{Ohlcv, OhlcvRow, Time};
use chrono::{Days, NaiveDate};
use clap::Parser;
use config::{Cli, Command, ServeSettings};
use storage::{db::Database, store::Store};
use tikv_jemallocator::Jemalloc;

/// The program's.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Ten symbols of 5,040 days.
pub fn histories() -> Vec<(String, Ohlcv)> {
    walks(0..10, 5_040)
}

/// Symbols that walk at random for some days; the same walks at each run.
pub fn walks(symbols: Range<usize>, days: u64) -> Vec<(String, Ohlcv)> {
    let mut state = 42_u64;
    let mut random = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 33).unwrap()) / f64::from(u32::MAX >> 1)
    };
    let first = NaiveDate::from_ymd_opt(2004, 1, 1).unwrap();
    let mut history = |symbol: usize| {
        let mut rows = Ohlcv::default();
        let mut close = 100.0;
        for day in 0..days {
            let cents = |price: f64| (price * 100.0).round() / 100.0;
            let open = close;
            close = cents(open * (1.0 + (random() - 0.5) * 0.02)).max(1.0);
            let (high, low) = (cents(open.max(close) * 1.005), cents(open.min(close) * 0.995));
            let volume = (random() * 1e8).floor();
            // Five days a week.
            let time = Time::of_day(first + Days::new(day / 5 * 7 + day % 5));
            rows.push(OhlcvRow { time, open, high, low, close, volume }).unwrap();
        }
        (format!("S{symbol}"), rows)
    };
    symbols.map(&mut history).collect()
}

const FIELDS: &str = "candles { periodStart open high low close volume }";

/// The query of a workload.
pub fn query(workload: &str) -> String {
    let series = |arguments: &str, more: &str| {
        format!("{{ instrument(symbol: \"S0\") {{ series{arguments} {{ {FIELDS} {more} }} }} }}")
    };
    match workload {
        "W1" => series("(last: 754)", ""),
        "W2 annual" => series("(frequency: ANNUAL)", ""),
        "W2 weekly" => series("(frequency: WEEKLY)", ""),
        "W3" => series(
            "(frequency: WEEKLY)",
            "sma(timePeriod: 20) { values } rsi { values } \
             macd { macd { values } macdSignal { values } macdHist { values } }",
        ),
        "W4" => series("", ""),
        "W5" => ten_symbols(),
        other => panic!("no workload {other}"),
    }
}

fn ten_symbols() -> String {
    let symbol = |number: usize| {
        format!(
            "s{number}: instrument(symbol: \"S{number}\") {{ series(last: 250) {{ \
             {FIELDS} sma(timePeriod: 20) {{ values }} }} }}"
        )
    };
    format!("{{ {} }}", (0..10).map(symbol).collect::<Vec<_>>().join(" "))
}

/// The settings of a server over a database in a folder.
pub fn settings(folder: &Path) -> ServeSettings {
    let url = format!("sqlite://{}", folder.join("bench.db").display());
    match Cli::parse_from(["candleql", "serve", "--database-url", &url]).command {
        Command::Serve(settings) => *settings,
        other => panic!("{other:?}"),
    }
}

/// The API over a new database in a folder, with the histories.
pub async fn open(histories: &[(String, Ohlcv)], folder: &Path) -> Api {
    let ServeSettings { database, store, limits, .. } = settings(folder);
    let db = Database::connect(&database).await.unwrap();
    db.migrate().await.unwrap();
    import(&db, histories, folder).await;
    let store = Store::new(db, &store);
    store.start().await.unwrap();
    Api::new(store, &limits)
}

/// Imports histories by way of a file in a folder.
pub async fn import(db: &Database, histories: &[(String, Ohlcv)], folder: &Path) {
    let mut csv = String::from("symbol,date,open,high,low,close,volume\n");
    for (symbol, history) in histories {
        let (prices, volume) = (history.prices(), history.volume());
        for (row, time) in history.times().iter().enumerate() {
            let (open, high) = (prices.open[row], prices.high[row]);
            let (low, close, volume) = (prices.low[row], prices.close[row], volume[row]);
            writeln!(csv, "{symbol},{time},{open},{high},{low},{close},{volume}").unwrap();
        }
    }
    let file = folder.join("rows.csv");
    fs::write(&file, csv).unwrap();
    let source = Source::Paths(vec![file.display().to_string()]);
    import::import(db, source, &ImportOptions::default()).await.unwrap();
}

/// The value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
