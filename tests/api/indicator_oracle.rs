//! Compares indicators and patterns with the results of TA-Lib's C library: tests/oracle.

use std::{fs::File, io::Read};

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, repository},
    catalogue::{Indicator, Parameter, catalogue, values},
};

/// AMZN and NVDA, 754 days each: the input of the oracle.
pub async fn oracle_app() -> TestApp {
    let app = TestApp::empty().await;
    app.import(&repository("tests/oracle/prices.csv")).await.unwrap();
    app
}

fn oracle() -> Vec<Value> {
    let mut text = String::new();
    let file = File::open(repository("tests/oracle/talib.jsonl.gz")).unwrap();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The arguments of the oracle's parameters and inputs.
fn arguments(indicator: &Indicator, case: &Value) -> String {
    let parameters = case["parameters"].as_array().unwrap();
    assert_eq!(parameters.len(), indicator.parameters.len(), "{}", indicator.name);
    let mut arguments: Vec<String> = indicator
        .parameters
        .iter()
        .zip(parameters)
        .map(|(Parameter { name, title, options, .. }, given)| {
            assert_eq!(given["name"], **title, "{}", indicator.name);
            match options.get(usize::try_from(given["value"].as_i64().unwrap_or(0)).unwrap_or(0)) {
                Some(option) => format!("{name}: {option}"),
                None => format!("{name}: {}", given["value"]),
            }
        })
        .collect();
    let inputs = &case["inputs"];
    for (source, input) in indicator.sources.iter().zip([["price", "price0"], ["", "price1"]]) {
        let price = input.iter().find_map(|input| inputs[input].as_str()).unwrap();
        arguments.push(format!("{}: {}", source.name, price.to_uppercase()));
    }
    if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) }
}

/// Compares a line with the oracle; the tolerance of running sums of volume follows their scale.
#[track_caller]
fn check_line(name: &str, lookback: usize, actual: &[Option<f64>], expected: &Value) {
    let expected: Vec<Option<f64>> =
        expected.as_array().unwrap().iter().map(Value::as_f64).collect();
    assert_eq!(actual.len(), expected.len(), "{name}");
    let scale = match name {
        "AD" | "ADOSC" | "OBV" => {
            expected.iter().flatten().fold(1.0, |max: f64, v| max.max(v.abs()))
        }
        _ => 1.0,
    };
    for (row, pair) in actual.iter().zip(&expected).enumerate() {
        match pair {
            (Some(a), Some(e)) => {
                assert!(
                    (a - e).abs() <= 1e-9 * scale + 1e-9 * e.abs(),
                    "{name} row {row}: {a}, not {e}"
                );
            }
            (None, None) => {}
            // The C library pads integer outputs with 0 while they warm up.
            (None, Some(0.0)) if row < lookback => {}
            _ => panic!("{name} row {row}: {pair:?}"),
        }
    }
}

#[tokio::test]
async fn every_function_answers_what_ta_lib_in_c_does() {
    let app = oracle_app().await;
    let catalogue = catalogue(&app).await;
    let (mut compared, mut left_out) = (0, Vec::new());
    for case in oracle() {
        let name = case["function"].as_str().unwrap();
        let Some(indicator) = catalogue.iter().find(|indicator| indicator.name == name) else {
            left_out.push(name.to_owned());
            continue;
        };
        let select = indicator.select(&arguments(indicator, &case), "values lookback");
        let query = format!("{{ instrument(symbol: \"AMZN\") {{ series {{ x: {select} }} }} }}");
        let data = app.data(&query).await;
        let lines = indicator.lines(&data["instrument"]["series"]["x"]);
        let outputs: Vec<&Value> = case["outputs"].as_object().unwrap().values().collect();
        assert_eq!(lines.len(), outputs.len(), "{name}");
        for (line, output) in indicator.outputs.iter().zip(lines) {
            // "outMACDSignal" is "macdsignal" in the oracle, "outRealUpperBand" is "upperband".
            let key = line.name.strip_prefix("out").unwrap();
            let key = key.strip_prefix("Real").filter(|key| !key.is_empty()).unwrap_or(key);
            let expected = &case["outputs"][key.to_lowercase()];
            let lookback = usize::try_from(output["lookback"].as_u64().unwrap()).unwrap();
            check_line(name, lookback, &values(output), expected);
            compared += 1;
        }
    }
    assert_eq!(left_out, ["MAXINDEX", "MININDEX", "MINMAXINDEX"]);
    assert_eq!(compared, 229, "outputs of 197 functions");
}

#[tokio::test]
async fn patterns_are_the_candles_where_a_function_fires() {
    let app = oracle_app().await;
    let query = "{ instrument(symbol: \"AMZN\") { series {
        periodStart
        patterns { periodStart pattern signal }
        some: patterns(only: [CDLDOJI, CDLHAMMER]) { periodStart pattern signal }
    } } }";
    let data = app.data(query).await;
    let series = &data["instrument"]["series"];
    let dates = series["periodStart"].as_array().unwrap();
    let mut expected = Vec::new();
    for case in oracle().iter().filter(|case| case["function"].as_str().unwrap().starts_with("CDL"))
    {
        let signals = case["outputs"].as_object().unwrap().values().next().unwrap();
        for (date, signal) in dates.iter().zip(signals.as_array().unwrap()) {
            if *signal != 0 {
                expected.push(
                    json!({ "periodStart": date, "pattern": case["function"], "signal": signal }),
                );
            }
        }
    }
    expected.sort_by_key(|found| found["periodStart"].as_str().unwrap().to_owned());
    assert!(expected.len() > 500, "{}", expected.len());
    assert_eq!(series["patterns"], json!(expected));
    expected.retain(|found| found["pattern"] == "CDLDOJI" || found["pattern"] == "CDLHAMMER");
    assert_eq!(series["some"], json!(expected));
}
