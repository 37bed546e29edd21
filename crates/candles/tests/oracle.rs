//! Resampling against expected candles made outside this code: tests/oracle in the repository.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use candles::{Candles, Frequency, Ohlcv, OhlcvRow, Time, Timeframe};
use chrono::NaiveDate;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    symbol: String,
    frequency: String,
    interval: i32,
    expected: Vec<Expected>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expected {
    period_start: NaiveDate,
    period_end: NaiveDate,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: f64,
    trading_days: u32,
}

fn oracle(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracle");
    fs::read_to_string(folder.join(file)).unwrap()
}

fn history(symbol: &str) -> Ohlcv {
    let mut rows = Ohlcv::default();
    for line in oracle("prices.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[0] == symbol {
            let price = |column: usize| cells[column].parse().unwrap();
            rows.push(OhlcvRow {
                time: Time::of_day(cells[1].parse().unwrap()),
                open: price(2),
                high: price(3),
                low: price(4),
                close: price(5),
                volume: cells[6].parse().unwrap(),
            })
            .unwrap();
        }
    }
    rows
}

fn resample(rows: Ohlcv, timeframe: Timeframe) -> Vec<Expected> {
    let candles = Candles::from(rows).resample(timeframe);
    let prices = candles.prices();
    (0..candles.len())
        .map(|index| Expected {
            period_start: candles.times()[index].day(),
            period_end: timeframe.period_end(candles.times()[index]),
            open: prices.open[index],
            high: prices.high[index],
            low: prices.low[index],
            close: prices.close[index],
            volume: candles.volume()[index],
            trading_days: candles.trading_days()[index],
        })
        .collect()
}

#[test]
fn every_case_of_the_oracle_matches_to_the_last_digit() {
    let cases: Vec<Case> = serde_json::from_str(&oracle("resample.json")).unwrap();
    assert_eq!(cases.len(), 25);
    for case in cases {
        let frequency = Frequency::ALL
            .into_iter()
            .find(|frequency| frequency.to_string() == case.frequency.to_uppercase())
            .unwrap();
        let timeframe = Timeframe::new(frequency, case.interval).unwrap();
        let name = format!("{} {} {}", case.symbol, case.frequency, case.interval);
        assert_eq!(resample(history(&case.symbol), timeframe), case.expected, "{name}");
    }
}
