//! Indicators through GraphQL: chains, windows, filled candles, errors, and work done once.

use std::{fmt::Write, sync::Arc};

use candleql::graphql::{RequestContext, schema};
use candles::ta_lib::Core;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, repository},
    catalogue::values,
    indicator_oracle::oracle_app,
};

/// Chains made from the crate's own calls: each on the values of the one before.
#[tokio::test]
async fn chains_begin_where_the_line_before_them_does() {
    let app = oracle_app().await;
    let data = app
        .data(
            "{ instrument(symbol: \"AMZN\") { series {
                close
                rsi { values sma(timePeriod: 9) { values lookback ema(timePeriod: 4) { values } } }
                macd { macdHist { ema(timePeriod: 5) { values } } }
            } } }",
        )
        .await;
    let series = &data["instrument"]["series"];
    let close: Vec<f64> =
        series["close"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    let (core, n) = (Core::new(), close.len());
    let padded = |first: usize, values: &[f64]| -> Vec<Option<f64>> {
        (0..n).map(|row| row.checked_sub(first).map(|index| values[index])).collect()
    };

    let mut rsi = vec![0.0; n - 14];
    core.rsi(0, n - 1, &close, 14, &mut rsi).unwrap();
    assert_eq!(values(&series["rsi"]), padded(14, &rsi));
    let mut sma = vec![0.0; rsi.len() - 8];
    core.sma(0, rsi.len() - 1, &rsi, 9, &mut sma).unwrap();
    assert_eq!(values(&series["rsi"]["sma"]), padded(22, &sma));
    assert_eq!(series["rsi"]["sma"]["lookback"], 22);
    let mut ema = vec![0.0; sma.len() - 3];
    core.ema(0, sma.len() - 1, &sma, 4, &mut ema).unwrap();
    assert_eq!(values(&series["rsi"]["sma"]["ema"]), padded(25, &ema));

    let (mut macd, mut signal, mut hist) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let range = core.macd(0, n - 1, &close, 12, 26, 9, &mut macd, &mut signal, &mut hist).unwrap();
    let hist = &hist[..range.count];
    let mut ema = vec![0.0; hist.len() - 4];
    core.ema(0, hist.len() - 1, hist, 5, &mut ema).unwrap();
    assert_eq!(values(&series["macd"]["macdHist"]["ema"]), padded(37, &ema));
}

#[tokio::test]
async fn points_and_last_are_the_values_that_there_are() {
    let app = oracle_app().await;
    let data = app
        .data(
            "{ instrument(symbol: \"AMZN\") { series(to: \"2019-07-05\") {
                periodStart
                sma(timePeriod: 4) { values last points { periodStart value } }
                none: sma { values last points { value } }
            } } }",
        )
        .await;
    let series = &data["instrument"]["series"];
    // Of closes 94.6815, 96.1095, 96.7155, 96.95 and 97.1455; by hand.
    let by_hand = [None, None, None, Some(96.114_125), Some(96.730_125)];
    let actual = values(&series["sma"]);
    for (actual, by_hand) in actual.iter().zip(by_hand) {
        assert_eq!(actual.is_some(), by_hand.is_some());
        assert!((actual.unwrap_or(0.0) - by_hand.unwrap_or(0.0)).abs() < 1e-12);
    }
    assert_eq!(series["sma"]["last"], json!(actual[4]));
    let points = json!([
        { "periodStart": "2019-07-03", "value": actual[3] },
        { "periodStart": "2019-07-05", "value": actual[4] },
    ]);
    assert_eq!(series["sma"]["points"], points);
    assert_eq!(
        series["none"],
        json!({ "values": [null, null, null, null, null], "last": null, "points": [] })
    );
}

/// The formulas are TA-Lib's own price transforms.
#[tokio::test]
async fn price_sources_are_what_they_say() {
    let app = oracle_app().await;
    let same = "OPEN HIGH LOW CLOSE VOLUME HL2 HLC3 OHLC4 HLCC4".split(' ');
    let sources: Vec<String> =
        same.map(|s| format!("{s}: sma(timePeriod: 1, source: {s}) {{ values }}")).collect();
    let query = format!(
        "{{ instrument(symbol: \"NVDA\") {{ series {{ {} open high low close volume
            medprice {{ values }} typprice {{ values }} avgprice {{ values }} wclprice {{ values }} }} }} }}",
        sources.join(" ")
    );
    let data = app.data(&query).await;
    let series = &data["instrument"]["series"];
    for (source, expected) in [
        ("OPEN", &series["open"]),
        ("HIGH", &series["high"]),
        ("LOW", &series["low"]),
        ("CLOSE", &series["close"]),
        ("VOLUME", &series["volume"]),
        ("HL2", &series["medprice"]["values"]),
        ("HLC3", &series["typprice"]["values"]),
        ("OHLC4", &series["avgprice"]["values"]),
        ("HLCC4", &series["wclprice"]["values"]),
    ] {
        for (actual, expected) in values(&series[source]).iter().zip(expected.as_array().unwrap()) {
            let (actual, expected) = (actual.unwrap(), expected.as_f64().unwrap());
            assert!(
                (actual - expected).abs() <= 1e-12 * expected,
                "{source}: {actual}, {expected}"
            );
        }
    }
}

#[tokio::test]
async fn a_line_tells_where_to_draw_it() {
    let app = oracle_app().await;
    let select =
        "dpo(timePeriod: 40) { displayShift } dpo20: dpo { displayShift } sma { displayShift }
        ichimoku(kijunPeriod: 30) { senkouSpanA { displayShift } tenkanSen { displayShift } }";
    let data =
        app.data(&format!("{{ instrument(symbol: \"AMZN\") {{ series {{ {select} }} }} }}")).await;
    let series = &data["instrument"]["series"];
    // DPO is drawn period / 2 + 1 candles behind, the leading spans a base period ahead.
    assert_eq!(series["dpo"]["displayShift"], -21);
    assert_eq!(series["dpo20"]["displayShift"], -11);
    assert_eq!(series["ichimoku"]["senkouSpanA"]["displayShift"], 30);
    assert_eq!(series["ichimoku"]["tenkanSen"]["displayShift"], 0);
    assert_eq!(series["sma"]["displayShift"], 0);
}

/// 50 links, each on the one before.
#[tokio::test]
async fn chains_are_long() {
    let app = oracle_app().await;
    let chain = format!("{}last{}", "sma(timePeriod: 2) { ".repeat(50), " }".repeat(50));
    let data =
        app.data(&format!("{{ instrument(symbol: \"AMZN\") {{ series {{ {chain} }} }} }}")).await;
    assert!(data.to_string().contains("\"last\":1"), "{data}");
}

#[tokio::test]
async fn a_filled_candle_has_no_value_and_moves_none() {
    let app = oracle_app().await;
    let data = app
        .data(
            "{ instrument(symbol: \"AMZN\") {
                plain: series(from: \"2020-01-06\", to: \"2020-03-31\") { periodStart rsi { values } }
                filled: series(from: \"2020-01-04\", to: \"2020-03-31\", fill: PREVIOUS) {
                    periodStart tradingDays rsi { values points { periodStart } }
                }
            } }",
        )
        .await;
    let (plain, filled) = (&data["instrument"]["plain"], &data["instrument"]["filled"]);
    let days = filled["tradingDays"].as_array().unwrap();
    let values = filled["rsi"]["values"].as_array().unwrap();
    assert!(days.len() > plain["periodStart"].as_array().unwrap().len());
    assert_eq!((&days[0], &values[0]), (&json!(0), &Value::Null), "Saturday 2020-01-04");
    let stored: Vec<&Value> =
        values.iter().zip(days).filter(|(_, days)| **days != 0).map(|(v, _)| v).collect();
    assert_eq!(json!(stored), plain["rsi"]["values"]);
    assert_eq!(filled["rsi"]["points"].as_array().unwrap().len(), stored.len());
}

/// The messages of an answer's errors by their path within the series.
fn messages(answer: &Value) -> Vec<(Value, String)> {
    let errors = answer["errors"].as_array().unwrap().iter().map(|error| {
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
        let path = json!(error["path"].as_array().unwrap()[2..]);
        (path, error["message"].as_str().unwrap().to_owned())
    });
    errors.collect()
}

#[tokio::test]
async fn a_wrong_indicator_has_its_error_and_the_others_answer() {
    let app = oracle_app().await;
    let query = "{ instrument(symbol: \"AMZN\") { series(last: 1) {
        candles { close }
        wrong: sma(timePeriod: 0) { values }
        rsi { values wrong: ema(timePeriod: 100001) { values } }
        frama(timePeriod: 15) { values }
        bbands(maType: DISABLED) { upperBand { values } }
    } } }";
    let answer = app.query(query).await;
    assert_eq!(answer.status, 200);
    let answer = answer.json();
    let series = &answer["data"]["instrument"]["series"];
    assert_eq!(series["candles"], json!([{ "close": 116.46 }]));
    assert_eq!(series["wrong"], Value::Null);
    assert_eq!(series["rsi"]["wrong"], Value::Null);
    assert!(series["rsi"]["values"][0].is_f64());
    assert!(series["bbands"]["upperBand"]["values"][0].is_f64());
    let messages = messages(&answer);
    let expected = [
        (json!(["frama"]), "frama does not take these values together: timePeriod 15"),
        (json!(["rsi", "wrong"]), "timePeriod 100001 is outside 1 to 100000, the range for ema"),
        (json!(["wrong"]), "timePeriod 0 is outside 1 to 100000, the range for sma"),
    ];
    assert_eq!(messages.len(), expected.len(), "{messages:?}");
    for (path, message) in expected {
        assert!(messages.contains(&(path, message.to_owned())), "{messages:?}");
    }
}

/// AMZN's history under 20 other symbols.
async fn import_twenty_symbols(app: &TestApp) {
    let csv = std::fs::read_to_string(repository("data/stocks_daily.csv")).unwrap();
    let mut rows = String::new();
    for number in 0..20 {
        for line in csv.lines().filter(|line| line.starts_with("AMZN,20")) {
            let cells: Vec<&str> = line.splitn(8, ',').take(7).collect();
            writeln!(rows, "S{number},{}", cells[1..].join(",")).unwrap();
        }
    }
    app.import_rows(&rows).await.unwrap();
}

/// 20 symbols with ten indicators, half of them twice: the server computes each once.
#[tokio::test]
async fn what_is_asked_for_twice_is_computed_once() {
    let app = TestApp::empty().await;
    import_twenty_symbols(&app).await;
    let mut query = String::from(
        "fragment chart on Series {
            candles { periodStart close }
            sma20: sma(timePeriod: 20) { values } ema { values } rsi { values }
            macd { macd { values } macdSignal { values } } bbands { upperBand { values } }
            atr { values } adx { values } obv { values } stoch { slowK { values } } cci { values }
            again: sma(timePeriod: 20, source: CLOSE) { values }
            rsiAgain: rsi(timePeriod: 14) { values }
            one: rsi { smoothed: sma(timePeriod: 9) { values } }
            two: rsi { sma(timePeriod: 9) { last } }
        } {",
    );
    for number in 0..20 {
        write!(
            query,
            " s{number}: instrument(symbol: \"S{number}\") {{
                series(frequency: WEEKLY, last: 250) {{ ...chart }}
                all: series(frequency: WEEKLY) {{ rsi {{ last }} }} }}"
        )
        .unwrap();
    }
    query.push('}');
    let workspace = Arc::new(RequestContext::new(app.store.universe()));
    let request = async_graphql::Request::new(&query).data(Arc::clone(&workspace));
    let response = schema(Arc::clone(&app.store)).execute(request).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    assert_eq!(workspace.computed(), 20 * 11, "ten indicators and one chain for each symbol");

    let data = app.data(&query).await;
    assert_eq!(data, response.data.into_json().unwrap());
    for number in 0..20 {
        let series = &data[format!("s{number}")]["series"];
        assert_eq!(series["candles"].as_array().unwrap().len(), 250);
        assert_eq!(series["sma20"], series["again"]);
        assert_eq!(series["one"]["smoothed"]["values"][249], series["two"]["sma"]["last"]);
        assert_eq!(series["rsi"]["values"].as_array().unwrap().len(), 250);
    }
}
