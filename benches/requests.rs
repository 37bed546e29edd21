//! Whole requests in process, from the query's text to the answer's bytes, beside the floor: the
//! same rows as a `Vec` of structs handed to `serde_json`, without any GraphQL. Where the request
//! computes, so does the floor.
//!
//! W1: 754 candles. W2: annual and weekly candles. W3: weekly candles with SMA, RSI and MACD.
//! W4: 5,040 candles. W5: ten symbols, 250 days each, with SMA.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::{
    fmt::Write,
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::Request;
use candleql::{
    config::{Cli, Command, ServeSettings},
    db,
    graphql::api::Api,
    import,
    store::Store,
};
use candles::{Candles, Frequency, Ohlcv, OhlcvRow, Timeframe, Window, ta_lib::Core};
use chrono::{Days, NaiveDate};
use clap::Parser;
use criterion::Criterion;
use serde::Serialize;
use tokio::runtime::Runtime;

const PAIRS: usize = 301;

/// Ten symbols of 5,040 days; the same walk at each run.
fn histories() -> Vec<(String, Ohlcv)> {
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
        for day in 0..5_040 {
            let cents = |price: f64| (price * 100.0).round() / 100.0;
            let open = close;
            close = cents(open * (1.0 + (random() - 0.5) * 0.02)).max(1.0);
            let (high, low) = (cents(open.max(close) * 1.005), cents(open.min(close) * 0.995));
            #[allow(clippy::cast_possible_truncation)]
            let volume = (random() * 1e8) as i64;
            // Five days a week.
            let date = first + Days::new(day / 5 * 7 + day % 5);
            rows.push(OhlcvRow { date, open, high, low, close, volume }).unwrap();
        }
        (format!("S{symbol}"), rows)
    };
    (0..10).map(&mut history).collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    period_start: NaiveDate,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: i64,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Chart {
    candles: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<Vec<Option<f64>>>,
}

fn rows(candles: &Candles, last: usize) -> Vec<Row> {
    let prices = candles.prices();
    let all = Window::new(None, None, i32::try_from(last).ok()).unwrap().select(candles);
    all.map(|row| Row {
        period_start: candles.period_start()[row],
        open: prices.open[row],
        high: prices.high[row],
        low: prices.low[row],
        close: prices.close[row],
        volume: candles.volume()[row],
    })
    .collect()
}

fn line(n: usize, last: usize, compute: impl FnOnce(&mut [f64]) -> usize) -> Vec<Option<f64>> {
    let mut values = vec![0.0; n];
    let first = compute(&mut values);
    (n.saturating_sub(last)..n)
        .map(|row| row.checked_sub(first).map(|index| values[index]))
        .collect()
}

fn sma(candles: &Candles, last: usize) -> Vec<Option<f64>> {
    let (n, close) = (candles.len(), &candles.prices().close);
    line(n, last, |out| Core::new().sma(0, n - 1, close, 20, out).unwrap().beg_idx)
}

/// A workload: the query, and the floor's rows made from the stored candles.
struct Workload {
    name: &'static str,
    query: String,
    floor: Box<dyn Fn() -> Vec<Chart>>,
}

const FIELDS: &str = "candles { periodStart open high low close volume }";

/// Ten symbols, their last 250 days, with SMA.
fn ten_symbols() -> String {
    let symbol = |number: usize| {
        format!(
            "s{number}: instrument(symbol: \"S{number}\") {{ series(last: 250) {{ \
             {FIELDS} sma(timePeriod: 20) {{ values }} }} }}"
        )
    };
    format!("{{ {} }}", (0..10).map(symbol).collect::<Vec<_>>().join(" "))
}

fn workloads(histories: &[(String, Ohlcv)]) -> Vec<Workload> {
    let at = |symbol: usize, frequency| {
        Arc::new(Candles::resample(&histories[symbol].1, Timeframe::new(frequency, 1).unwrap()))
    };
    let series = |arguments: &str, more: &str| {
        format!("{{ instrument(symbol: \"S0\") {{ series{arguments} {{ {FIELDS} {more} }} }} }}")
    };
    let plain = |name, query, candles: Arc<Candles>, last| Workload {
        name,
        query,
        floor: Box::new(move || vec![Chart { candles: rows(&candles, last), ..Chart::default() }]),
    };
    let ten: Vec<_> = (0..10).map(|symbol| at(symbol, Frequency::Daily)).collect();
    let weekly = at(0, Frequency::Weekly);
    let macd = "macd { macd { values } macdSignal { values } macdHist { values } }";
    vec![
        plain("W1", series("(last: 754)", ""), at(0, Frequency::Daily), 754),
        plain("W2 annual", series("(frequency: ANNUAL)", ""), at(0, Frequency::Annual), 5_040),
        plain("W2 weekly", series("(frequency: WEEKLY)", ""), at(0, Frequency::Weekly), 5_040),
        Workload {
            name: "W3",
            query: series(
                "(frequency: WEEKLY)",
                &format!("sma(timePeriod: 20) {{ values }} rsi {{ values }} {macd}"),
            ),
            floor: Box::new(move || vec![three(&weekly)]),
        },
        plain("W4", series("", ""), at(0, Frequency::Daily), 5_040),
        Workload {
            name: "W5",
            query: ten_symbols(),
            floor: Box::new(move || {
                ten.iter()
                    .map(|candles| Chart {
                        candles: rows(candles, 250),
                        lines: vec![sma(candles, 250)],
                    })
                    .collect()
            }),
        },
    ]
}

fn three(candles: &Candles) -> Chart {
    let (n, close, core) = (candles.len(), &candles.prices().close, Core::new());
    let rsi = line(n, n, |out| core.rsi(0, n - 1, close, 14, out).unwrap().beg_idx);
    let (mut signal, mut hist) = (vec![0.0; n], vec![0.0; n]);
    let mut first = 0;
    let macd = line(n, n, |out| {
        first = core.macd(0, n - 1, close, 12, 26, 9, out, &mut signal, &mut hist).unwrap().beg_idx;
        first
    });
    let pad =
        |values: &[f64]| (0..n).map(|row| row.checked_sub(first).map(|i| values[i])).collect();
    Chart {
        candles: rows(candles, n),
        lines: vec![sma(candles, n), rsi, macd, pad(&signal), pad(&hist)],
    }
}

/// The API over a temporary database with the histories.
fn open(runtime: &Runtime, histories: &[(String, Ohlcv)], folder: &std::path::Path) -> Api {
    let mut csv = String::from("symbol,date,open,high,low,close,volume\n");
    for (symbol, history) in histories {
        for row in
            rows(&Candles::resample(history, Timeframe::new(Frequency::Daily, 1).unwrap()), 5_040)
        {
            let Row { period_start, open, high, low, close, volume } = row;
            writeln!(csv, "{symbol},{period_start},{open},{high},{low},{close},{volume}").unwrap();
        }
    }
    std::fs::write(folder.join("rows.csv"), csv).unwrap();
    let url = format!("sqlite://{}", folder.join("bench.db").display());
    let Command::Serve(ServeSettings { database, store, .. }) =
        Cli::parse_from(["candleql", "serve", "--database-url", &url]).command
    else {
        unreachable!()
    };
    runtime.block_on(async {
        let db = db::connect(&database).await.unwrap();
        db::migrate(&db).await.unwrap();
        import::import_file(&db, &folder.join("rows.csv")).await.unwrap();
        Api::new(Store::open(db, &store).await.unwrap())
    })
}

fn micros(call: impl FnOnce()) -> f64 {
    let started = Instant::now();
    call();
    started.elapsed().as_secs_f64() * 1e6
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let histories = histories();
    let api = open(&runtime, &histories, folder.path());
    let ours = |query: &str| {
        let answer = runtime.block_on(api.execute(Request::new(query), ""));
        answer.to_json().unwrap()
    };
    let mut criterion = Criterion::default()
        .sample_size(30)
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let workloads = workloads(&histories);
    for Workload { name, query, floor } in &workloads {
        let mut group = criterion.benchmark_group(*name);
        group.bench_function("serde_json", |b| b.iter(|| serde_json::to_vec(&floor()).unwrap()));
        group.bench_function("candleql", |b| b.iter(|| ours(query)));
    }
    println!(
        "\n| {PAIRS} pairs, medians | serde_json, us | candleql, us | ratio | bytes |\n| --- | --: | --: | --: | --: |"
    );
    for Workload { name, query, floor } in &workloads {
        let bytes = ours(query).len();
        let mut times: [Vec<f64>; 3] = Default::default();
        for _ in 0..PAIRS {
            let floor = micros(|| drop(black_box(serde_json::to_vec(&floor()).unwrap())));
            let ours = micros(|| drop(black_box(ours(query))));
            times
                .iter_mut()
                .zip([floor, ours, ours / floor])
                .for_each(|(all, time)| all.push(time));
        }
        let [floor, ours, ratio] = times.map(median);
        println!("| {name} | {floor:.1} | {ours:.1} | {ratio:.2} | {bytes} |");
    }
}
