//! Whole requests in process, from the query's text to the answer's bytes, beside the floor: the
//! same rows as a `Vec` of structs handed to `serde_json`, without any GraphQL. Where the request
//! computes, so does the floor.
//!
//! And documents without their execution, since the operation that is asked for is not there: one
//! that the server sees for the first time, beside the parser alone, and one that it has kept.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

#[allow(dead_code)]
mod workloads;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use async_graphql::Request;
use candles::{Candles, Frequency, Ohlcv, Timeframe, Window, ta_lib::Core};
use chrono::NaiveDate;
use criterion::Criterion;
use serde::Serialize;

use self::workloads::{histories, median, open, query};

const PAIRS: usize = 301;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    period_start: NaiveDate,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: f64,
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
        period_start: candles.times()[row].day(),
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

/// A workload: its name, and the floor's rows made from the stored candles.
struct Workload {
    name: &'static str,
    floor: Box<dyn Fn() -> Vec<Chart>>,
}

fn workloads(histories: &[(String, Ohlcv)]) -> Vec<Workload> {
    let at = |symbol: usize, frequency| {
        let daily = Candles::from(histories[symbol].1.clone());
        daily.resample(Timeframe::new(frequency, 1).unwrap())
    };
    let plain = |name, frequency, last| {
        let candles = at(0, frequency);
        let floor = move || vec![Chart { candles: rows(&candles, last), ..Chart::default() }];
        Workload { name, floor: Box::new(floor) }
    };
    let weekly = at(0, Frequency::Weekly);
    let ten: Vec<_> = (0..10).map(|symbol| at(symbol, Frequency::Daily)).collect();
    let last_year =
        |candles: &Candles| Chart { candles: rows(candles, 250), lines: vec![sma(candles, 250)] };
    vec![
        plain("W1", Frequency::Daily, 754),
        plain("W2 annual", Frequency::Annual, 5_040),
        plain("W2 weekly", Frequency::Weekly, 5_040),
        Workload { name: "W3", floor: Box::new(move || vec![three(&weekly)]) },
        plain("W4", Frequency::Daily, 5_040),
        Workload { name: "W5", floor: Box::new(move || ten.iter().map(last_year).collect()) },
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

fn micros(call: impl FnOnce()) -> f64 {
    let started = Instant::now();
    call();
    started.elapsed().as_secs_f64() * 1e6
}

/// Documents of several kinds, with the names that the table gives them.
fn documents() -> Vec<(&'static str, String)> {
    let variables = "query Chart($symbol: String!, $frequency: Frequency = WEEKLY, $last: Int) {
        instrument(symbol: $symbol) { series(frequency: $frequency, last: $last) { close volume
            sma(timePeriod: 20) { values } macd { macd { ...line } macdSignal { ...line } } } } }
        fragment line on Line { last values points { periodStart value } }";
    let hundred: Vec<_> =
        (1..=100).map(|n| format!("a{n}: sma(timePeriod: {n}) {{ last }}")).collect();
    let hundred =
        format!("{{ instrument(symbol: \"S0\") {{ series {{ {} }} }} }}", hundred.join(" "));
    let introspection = "{ __schema { queryType { name } types { kind name description
        fields(includeDeprecated: true) { name args { name type { ...of } defaultValue }
            type { ...of } } enumValues { name description } } } }
        fragment of on __Type { kind name ofType { kind name ofType { kind name } } }";
    vec![
        ("W1", query("W1")),
        ("W5", query("W5")),
        ("variables", variables.to_owned()),
        ("100 aliases", hundred),
        ("introspection", introspection.to_owned()),
        ("a slip", "{ instrument(symbol: \"S0\") { series { clos } } }".to_owned()),
    ]
}

/// Prints what documents cost beside their execution.
fn measure_documents(execute: impl Fn(Request)) {
    let mut number = 0;
    println!("\n| {PAIRS} times, medians | parser, us | new, us | new beside parser | kept, us |");
    println!("| --- | --: | --: | --: | --: |");
    for (name, document) in documents() {
        let ask = |text: String| {
            let request = Request::new(text).operation_name("none");
            micros(|| execute(request))
        };
        let mut times: [Vec<f64>; 4] = Default::default();
        for _ in 0..PAIRS {
            number += 1;
            let text = format!("{document} # {number}");
            let parser = micros(|| {
                black_box(async_graphql::parser::parse_query(&text).unwrap());
            });
            let new = ask(text);
            let kept = ask(document.clone());
            let all = [parser, new, new - parser, kept];
            times.iter_mut().zip(all).for_each(|(times, time)| times.push(time));
        }
        let [parser, new, more, kept] = times.map(median);
        println!("| {name} | {parser:.1} | {new:.1} | {more:.1} | {kept:.1} |");
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let histories = histories();
    let api = runtime.block_on(open(&histories, folder.path()));
    let ours = |name: &str| runtime.block_on(api.execute(Request::new(query(name)), "")).json;
    let mut criterion = Criterion::default()
        .sample_size(30)
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let workloads = workloads(&histories);
    for Workload { name, floor } in &workloads {
        let mut group = criterion.benchmark_group(*name);
        group.bench_function("serde_json", |b| b.iter(|| serde_json::to_vec(&floor()).unwrap()));
        group.bench_function("candleql", |b| b.iter(|| ours(name)));
    }
    println!("\n| {PAIRS} pairs, medians | serde_json, us | candleql, us | ratio | bytes |");
    println!("| --- | --: | --: | --: | --: |");
    for Workload { name, floor } in &workloads {
        let bytes = ours(name).len();
        let mut times: [Vec<f64>; 3] = Default::default();
        for _ in 0..PAIRS {
            let floor = micros(|| drop(black_box(serde_json::to_vec(&floor()).unwrap())));
            let ours = micros(|| drop(black_box(ours(name))));
            let all = [floor, ours, ours / floor];
            times.iter_mut().zip(all).for_each(|(times, time)| times.push(time));
        }
        let [floor, ours, ratio] = times.map(median);
        println!("| {name} | {floor:.1} | {ours:.1} | {ratio:.2} | {bytes} |");
    }
    measure_documents(|request| drop(black_box(runtime.block_on(api.execute(request, "")))));
}
