//! Rules for every indicator of the catalogue, checked one by one.

use std::{collections::BTreeSet, fmt::Write};

use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::{Value, json};
use storage::entity::instrument;

use crate::{
    app::{TestApp, repository},
    catalogue::{Indicator, Parameter, catalogue, values},
    indicator_oracle::oracle_app,
};

async fn series(app: &TestApp, symbol: &str, arguments: &str, select: &str) -> Value {
    let query =
        format!("{{ instrument(symbol: \"{symbol}\") {{ series{arguments} {{ {select} }} }} }}");
    app.data(&query).await["instrument"]["series"].take()
}

/// The values of every output of an indicator.
async fn outputs(
    app: &TestApp,
    symbol: &str,
    window: &str,
    indicator: &Indicator,
) -> Vec<Vec<Option<f64>>> {
    let select = format!("length x: {}", indicator.select("", "values"));
    let series = series(app, symbol, window, &select).await;
    let outputs: Vec<_> = indicator.lines(&series["x"]).into_iter().map(values).collect();
    assert!(!outputs.is_empty(), "{}", indicator.name);
    for values in &outputs {
        assert_eq!(
            json!(values.len()),
            series["length"],
            "{}: one value per candle",
            indicator.name
        );
    }
    outputs
}

#[tokio::test]
async fn the_catalogue_has_every_function_but_the_exceptions() {
    let app = TestApp::empty().await;
    let catalogue = catalogue(&app).await;
    let names: Vec<&str> = catalogue.iter().map(|indicator| indicator.name.as_str()).collect();
    let missing: Vec<&str> = candles::ta_lib::abstract_api::FUNCS
        .iter()
        .map(|info| info.name)
        .filter(|name| !names.contains(name))
        .collect();
    assert_eq!(missing, ["MAVP", "MAXINDEX", "MININDEX", "MINMAXINDEX"]);
    assert_eq!(names.len(), 233);
    let patterns = || catalogue.iter().filter(|indicator| indicator.candlestick_pattern);
    assert_eq!(patterns().count(), 61);
    for pattern in patterns() {
        assert_eq!(pattern.outputs[0].style, "MARKER", "{}", pattern.name);
    }
}

#[tokio::test]
async fn the_catalogue_says_what_a_function_reads_and_how_a_chart_draws_it() {
    let app = TestApp::empty().await;
    let catalogue = catalogue(&app).await;
    let find = |name: &str| catalogue.iter().find(|indicator| indicator.name == name).unwrap();
    for (name, placement) in [
        ("SMA", "PRICES"),
        ("BBANDS", "PRICES"),
        // Marks stand at the candles.
        ("CDLDOJI", "PRICES"),
        ("FRACTAL", "PRICES"),
        ("RSI", "PANE"),
        ("MACD", "PANE"),
    ] {
        assert_eq!(find(name).placement, placement, "{name}");
    }
    assert_eq!(find("ATR").prices, ["HIGH", "LOW", "CLOSE"]);
    assert_eq!(
        find("ADD").sources.iter().map(|s| s.default.as_str()).collect::<Vec<_>>(),
        ["HIGH", "LOW"]
    );
    assert_eq!(find("MACD").outputs[2].style, "HISTOGRAM");
    assert_eq!(find("BBANDS").outputs[0].limit.as_deref(), Some("UPPER"));
    assert_eq!(find("ICHIMOKU").outputs[2].display_shift, 26);
    assert_eq!(find("ZIGZAG").outputs.len(), 2, "row numbers are left out");
    let momentum =
        app.data("{ indicatorCatalog(group: MOMENTUM_INDICATORS) { name group } }").await;
    let momentum = momentum["indicatorCatalog"].as_array().unwrap();
    assert_eq!(
        momentum.len(),
        catalogue.iter().filter(|i| i.group == "MOMENTUM_INDICATORS").count()
    );
}

/// First the nulls, as many as the lookback; then only values, unless the function's result is not
/// a number for the input.
#[tokio::test]
async fn the_lookback_tells_where_values_begin() {
    let app = oracle_app().await;
    let mut without_values = Vec::new();
    let mut with_holes = Vec::new();
    for indicator in catalogue(&app).await {
        for values in outputs(&app, "AMZN", "", &indicator).await {
            let nulls = values.iter().take_while(|value| value.is_none()).count();
            if nulls == values.len() {
                without_values.push(indicator.name.clone());
            } else {
                assert_eq!(nulls, indicator.lookback, "{}", indicator.name);
                if values[nulls..].contains(&None) {
                    with_holes.push(indicator.name.clone());
                }
            }
        }
    }
    // Prices around 100 have no arc cosine and no arc sine.
    assert_eq!(without_values, ["ACOS", "ASIN"]);
    assert_eq!(with_holes, [""; 0]);
}

#[tokio::test]
async fn values_do_not_depend_on_the_window() {
    let app = oracle_app().await;
    let whole = series(&app, "AMZN", "", "periodStart").await;
    let dates = whole["periodStart"].as_array().unwrap();
    for indicator in catalogue(&app).await {
        let whole = outputs(&app, "AMZN", "", &indicator).await;
        for (window, range) in [
            (format!("(from: {}, to: {})", dates[300], dates[349]), 300..350),
            (format!("(to: {}, last: 7)", dates[19]), 13..20),
            ("(last: 1)".to_owned(), 753..754),
            ("(to: \"2000-01-01\")".to_owned(), 0..0),
        ] {
            for (values, whole) in
                outputs(&app, "AMZN", &window, &indicator).await.iter().zip(&whole)
            {
                assert_eq!(values[..], whole[range.clone()], "{} {window}", indicator.name);
            }
        }
    }
}

/// AMZN's first days under the symbol `P` and their number; `P0` has none.
async fn import_beginnings(app: &TestApp, lengths: &BTreeSet<usize>) {
    let csv = std::fs::read_to_string(repository("tests/oracle/prices.csv")).unwrap();
    let days: Vec<&str> = csv.lines().filter_map(|line| line.strip_prefix("AMZN,")).collect();
    let mut rows = String::new();
    for length in lengths {
        for day in &days[..*length] {
            writeln!(rows, "P{length},{day}").unwrap();
        }
    }
    let empty = instrument::ActiveModel {
        symbol: Set("P0".to_owned()),
        candle_count: Set(0),
        revision: Set(1),
        ..Default::default()
    };
    let session = app.db.begin_write().await.unwrap();
    empty.insert(&session).await.unwrap();
    session.commit().await.unwrap();
    app.import_rows(&rows).await.unwrap();
}

/// Histories of 0, 1, 2 and exactly the lookback's number of candles give nulls; one more candle
/// gives one value.
#[tokio::test]
async fn short_histories_give_nulls() {
    let app = oracle_app().await;
    let catalogue = catalogue(&app).await;
    let lookbacks = catalogue.iter().flat_map(|i| [i.lookback, i.lookback + 1]);
    import_beginnings(&app, &lookbacks.chain([1, 2]).collect()).await;
    for indicator in &catalogue {
        let name = &indicator.name;
        let whole = outputs(&app, "AMZN", "", indicator).await;
        for length in [0, 1, 2, indicator.lookback, indicator.lookback + 1] {
            let short = outputs(&app, &format!("P{length}"), "", indicator).await;
            for (values, whole) in short.iter().zip(&whole) {
                let nulls = length.min(indicator.lookback);
                assert_eq!(values.len(), length);
                assert!(values[..nulls].iter().all(Option::is_none), "{name} of {length}");
                // A history's first values are those of a longer one that begins alike, but for
                // ZIGZAG, which redraws its last leg.
                if name != "ZIGZAG" {
                    assert_eq!(values[nulls..], whole[nulls..length], "{name} of {length}");
                }
            }
        }
    }
}

#[tokio::test]
async fn chainable_functions_answer_on_a_line() {
    let app = oracle_app().await;
    for indicator in catalogue(&app).await.iter().filter(|indicator| indicator.chainable) {
        let select =
            format!("sma(timePeriod: 5) {{ x: {} }}", indicator.select("", "values lookback"));
        let series = series(&app, "AMZN", "", &select).await;
        for line in indicator.lines(&series["sma"]["x"]) {
            assert_eq!(line["lookback"], indicator.lookback + 4, "{}", indicator.name);
            let values = values(line);
            assert_eq!(values.len(), 754);
            let nulls = values.iter().take_while(|value| value.is_none()).count();
            assert!(nulls == indicator.lookback + 4 || nulls == 754, "{}: {nulls}", indicator.name);
        }
    }
}

/// A value just beyond a bound.
fn beyond(bound: f64, direction: f64, kind: &str) -> f64 {
    match kind {
        "INTEGER" => bound + direction,
        _ => bound + direction * (bound.abs() * 0.01 + 0.001),
    }
}

fn literal(value: f64, kind: &str) -> String {
    if kind == "INTEGER" { format!("{value:.0}") } else { format!("{value:?}") }
}

/// Asks for an indicator with one argument.
async fn ask(app: &TestApp, indicator: &Indicator, name: &str, value: &str) -> Value {
    let select = indicator.select(&format!("({name}: {value})"), "lookback");
    let query = format!("{{ instrument(symbol: \"AMZN\") {{ series {{ x: {select} }} }} }}");
    app.query(&query).await.json()
}

#[tokio::test]
async fn every_range_is_enforced_on_both_sides() {
    let app = oracle_app().await;
    let (mut bounds, mut refused_together) = (0, Vec::new());
    for indicator in catalogue(&app).await {
        let field = &indicator.field;
        for Parameter { name, kind, min, max, .. } in &indicator.parameters {
            let (Some(min), Some(max)) = (*min, *max) else { continue };
            let (low, high) = (literal(min, kind), literal(max, kind));
            let outside = [beyond(min, -1.0, kind), beyond(max, 1.0, kind)];
            for (inside, outside) in [&low, &high].into_iter().zip(outside) {
                bounds += 1;
                let answer = ask(&app, &indicator, name, inside).await;
                if let Some(error) = answer["errors"].get(0) {
                    let together = format!("{field} does not take these values together: ");
                    assert!(error["message"].as_str().unwrap().starts_with(&together), "{error}");
                    refused_together.push(format!("{field}.{name}"));
                }
                let outside = literal(outside, kind);
                let error = &ask(&app, &indicator, name, &outside).await["errors"][0];
                assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{field} {name}");
                let message = error["message"].as_str().unwrap();
                assert!(message.starts_with(&format!("{name} ")), "{message}");
                let range = format!("is outside {low} to {high}, the range for {field}");
                assert!(message.ends_with(&range), "{message}");
            }
        }
    }
    assert!(bounds > 400, "{bounds} bounds were tried");
    // The squeeze's factors must be ordered: wide, normal, narrow.
    let factors = ["factorWide", "factorNormal", "factorNormal", "factorNarrow"];
    assert_eq!(refused_together, factors.map(|factor| format!("sqzmom.{factor}")));
}

#[tokio::test]
async fn every_option_is_taken_and_no_other() {
    let app = oracle_app().await;
    let mut options_taken = 0;
    for indicator in catalogue(&app).await {
        for Parameter { name, default, options, .. } in &indicator.parameters {
            assert_eq!(options.is_empty(), default.parse::<f64>().is_ok());
            for option in options {
                let answer = ask(&app, &indicator, name, option).await;
                assert!(answer.get("errors").is_none(), "{} {name} {option}", indicator.name);
                options_taken += 1;
            }
            if !options.is_empty() {
                let answer = ask(&app, &indicator, name, "SIMPLE").await;
                assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
            }
        }
    }
    assert!(options_taken > 200, "{options_taken} options were tried");
}
