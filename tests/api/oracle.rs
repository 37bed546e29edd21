//! Compares candles through GraphQL with expected ones from outside this code: tests/oracle.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::app::{TestApp, repository};

#[tokio::test]
async fn every_resampling_case_matches_to_the_last_digit() {
    let app = TestApp::empty().await;
    app.import(&repository("tests/oracle/prices.csv")).await.unwrap();
    let oracle = std::fs::read_to_string(repository("tests/oracle/resample.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&oracle).unwrap();
    assert_eq!(cases.len(), 25);
    for case in cases {
        let frequency = case["frequency"].as_str().unwrap().to_uppercase();
        let query = format!(
            "{{ instrument(symbol: {}) {{ series(frequency: {frequency}, interval: {}) {{
                candles {{ periodStart periodEnd open high low close volume tradingDays }}
                length periodStart periodEnd open high low close volume tradingDays
            }} }} }}",
            case["symbol"], case["interval"]
        );
        let data = app.data(&query).await;
        let series = &data["instrument"]["series"];
        let expected = case["expected"].as_array().unwrap();
        let name = format!("{} {frequency} {}", case["symbol"], case["interval"]);
        assert_eq!(series["candles"], case["expected"], "{name}");
        assert_eq!(series["length"], json!(expected.len()), "{name}");
        for column in
            ["periodStart", "periodEnd", "open", "high", "low", "close", "volume", "tradingDays"]
        {
            let cells: Vec<_> = expected.iter().map(|candle| candle[column].clone()).collect();
            assert_eq!(series[column], Value::from(cells), "{name} {column}");
        }
    }
}
