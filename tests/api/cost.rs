//! The cost of a request; and a long request delays no other one.

use std::fmt::Write;

use serde_json::json;

use crate::{app::TestApp, database::TestDatabase};

/// Two symbols of 100 days in a row, ONE and TWO.
pub async fn hundred_days(flags: &[&str]) -> TestApp {
    let app = TestApp::over(TestDatabase::empty().await, flags).await;
    let mut rows = String::new();
    for symbol in ["ONE", "TWO"] {
        for day in 0..100 {
            // 2024-01-01 is a Monday.
            let date =
                chrono::NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + chrono::Days::new(day);
            writeln!(rows, "{symbol},{date},1,1,1,1,{day}").unwrap();
        }
    }
    app.import_rows(&rows).await.unwrap();
    app
}

#[tokio::test]
#[allow(clippy::too_many_lines)] // a table
async fn the_cost_is_cells_and_rows_of_each_indicator() {
    let app = hundred_days(&["--max-cost", "0"]).await;
    // A field costs ten, so does the instrument. A series costs a quarter of the 100 days once, to
    // make it, and an eighth of its rows each time, to look through them.
    let (instrument, field, daily, weekly) = (10, 10, 10 + 25 + 12, 10 + 25 + 15 / 8);
    for (on_one, expected) in [
        ("name symbol", 2 * field),
        ("series { close }", daily + field + 100),
        ("series(last: 7) { close periodStart }", daily + 2 * (field + 7)),
        ("series(from: \"2024-01-11\", to: \"2024-01-20\") { close }", daily + field + 10),
        ("a: series { length } b: series { length }", daily + 2 * field + 10 + 12),
        ("series(fill: NULL, last: 1) { length }", 10 + 25 + 100 + field),
        // A row, and a cell for each column.
        ("series(last: 7) { candles { open high low close } }", daily + field + 7 + 4 * 7),
        (
            "series(last: 7) { candles { ...on Candle { open high } ...rest } }",
            daily + field + 4 * 7,
        ),
        (
            "series(last: 7) { candles { open high @skip(if: true) low @include(if: false) } }",
            daily + field + 7 + 7,
        ),
        ("series @include(if: false) { close } symbol", field),
        // 15 weeks touch the 100 days.
        ("series(frequency: WEEKLY) { close }", weekly + field + 15),
        ("series(frequency: WEEKLY, interval: 2) { close }", 10 + 25 + 1 + field + 8),
        ("series(frequency: ANNUAL, last: 5) { close }", 10 + 25 + field + 1),
        // The whole history, 1.2 times, and the cells of the window.
        ("series(last: 7) { sma(timePeriod: 20) { values } }", daily + field + 120 + field + 7),
        (
            "series(last: 7) { sma(timePeriod: 20) { last lookback } }",
            daily + field + 120 + 2 * field,
        ),
        (
            "series(last: 7) { a: sma(timePeriod: 20) { last } b: sma(timePeriod: 20) { last } }",
            daily + 120 + 4 * field,
        ),
        // A parameter with its default is the same computation.
        (
            "series { a: sma { last } b: sma(timePeriod: 30) { last } }",
            daily + 130 + 4 * field + 24,
        ),
        // A refused field has no cost below it.
        ("series { sma(timePeriod: 0) { last } }", daily + field),
        ("series(last: 0) { close }", field),
        ("series(interval: 0) { close }", field),
        (
            "a: series { sma(timePeriod: 20) { last } } b: series(last: 3) { sma(timePeriod: 20) { last } }",
            daily + 120 + 4 * field + 12 + 10 + 12,
        ),
        ("series { macd { macd { lookback } } }", daily + field + 126 + 2 * field),
        (
            "series { macd { macd { sma { lookback } } macdHist { sma { lookback } } } }",
            daily + field + 126 + 2 * (field + field + 130 + field),
        ),
        (
            "series { rsi { sma(timePeriod: 9) { points { value } } } }",
            daily + field + 114 + field + 109 + field + 100 + 100,
        ),
        ("series { patterns { signal } }", daily + field + 61 * 100 + 61 * 100 + 100),
        ("series { patterns(only: [CDLDOJI, CDLHAMMER]) { signal } }", daily + field + 400 + 100),
        (
            "series { a: patterns(only: [CDLDOJI]) { signal } b: patterns(only: [CDLDOJI, CDLHAMMER]) { signal } }",
            daily + 2 * (field + 100) + (100 + 100) + (100 + 200),
        ),
    ] {
        let fragment =
            if on_one.contains("...rest") { "fragment rest on Candle { low }" } else { "" };
        let query = format!("{{ instrument(symbol: \"one\") {{ {on_one} }} }} {fragment}");
        check(&app, &query, instrument + expected).await;
    }
    // A search passes over the catalogue of two: a field's cost for each.
    let found = field + 2 * field;
    let both = "{ instruments { nodes { symbol series { close } } } }";
    check(&app, both, found + 2 * (field + field + daily + field + 100)).await;
    let one = "{ instruments(symbols: [\"TWO\"]) { edges { node { symbol } } } }";
    check(&app, one, found + 3 * field).await;
    check(&app, "{ instrument(symbol: \"NONE\") { series { close } } __typename }", field).await;
}

async fn check(app: &TestApp, query: &str, expected: usize) {
    let answer = app.query(query).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "COST_LIMIT_EXCEEDED"));
    let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    let cost = message.strip_prefix("the request costs ").unwrap().split(' ').next().unwrap();
    assert_eq!(cost, expected.to_string(), "{query}");
    assert!(message.contains("the limit is 0: ask for fewer"), "{message}");
}

#[tokio::test]
async fn variables_count_with_their_values() {
    let app = hundred_days(&["--max-cost", "0"]).await;
    let query = "query($n: Int = 5, $p: Int, $yes: Boolean!) { instrument(symbol: \"ONE\") {
        series(last: $n) { close sma(timePeriod: $p) @include(if: $yes) { last } } } }";
    for (variables, cost) in [
        (json!({ "yes": false }), 67 + 5),
        (json!({ "yes": false, "n": 50 }), 67 + 50),
        (json!({ "yes": true, "n": 50, "p": 10 }), 67 + 50 + 110 + 20 + 50 / 8),
        (json!({ "yes": true, "p": null }), 67 + 5 + 130 + 20),
    ] {
        let answer = app.post(&json!({ "query": query, "variables": variables })).await;
        let expected = format!("the request costs {cost} or more;");
        assert!(answer.text.contains(&expected), "{variables}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_request_that_would_take_minutes_is_refused_at_once() {
    let app = hundred_days(&["--max-aliases", "1000"]).await;
    let many: Vec<String> =
        (0..200).map(|n| format!("c{n}: cci(timePeriod: {}) {{ last }}", 99_000 + n)).collect();
    let query =
        format!("{{ instrument(symbol: \"ONE\") {{ series {{ close {} }} }} }}", many.join(" "));
    assert_eq!(app.query(&query).await.code(), "COST_LIMIT_EXCEEDED");
    let deep = "type { fields { ".repeat(6) + "name" + &" } }".repeat(6);
    let query = format!("{{ __schema {{ types {{ fields {{ {deep} }} }} }} }}");
    assert_eq!(app.query(&query).await.code(), "COST_LIMIT_EXCEEDED");
}

/// Documents that hide their work from a count of leaves: empty lists, gaps filled for one candle,
/// frequencies that no other field uses, types within types.
#[tokio::test]
async fn work_without_leaves_costs_too() {
    let app =
        hundred_days(&["--max-cost", "80000", "--max-aliases", "1000", "--max-tokens", "20000"])
            .await;
    let repeat = |count: usize, part: &dyn Fn(usize) -> String| {
        (0..count).map(part).collect::<Vec<_>>().join(" ")
    };
    let nothing = repeat(900, &|n| format!("a{n}: candles {{ open @skip(if: true) }}"));
    let matches = repeat(15, &|n| format!("a{n}: patterns {{ signal @skip(if: true) }}"));
    let filled = repeat(700, &|n| format!("a{n}: series(fill: NULL, last: 1) {{ length }}"));
    let odd = repeat(900, &|n| format!("a{n}: series(interval: {}) {{ length }}", n + 1));
    for query in [
        format!("{{ instrument(symbol: \"ONE\") {{ series {{ {nothing} }} }} }}"),
        format!("{{ instrument(symbol: \"ONE\") {{ series {{ {matches} }} }} }}"),
        format!("{{ instrument(symbol: \"ONE\") {{ {filled} }} }}"),
        format!("{{ instruments {{ nodes {{ {odd} }} }} }}"),
        "{ __type(name: \"Series\") { fields { type { fields { name } } } } }".to_owned(),
    ] {
        assert_eq!(app.query(&query).await.code(), "COST_LIMIT_EXCEEDED", "{query}");
    }
    let variables = json!({ "n": "x".repeat(70_000) });
    let answer = app.post(&json!({ "query": "{ __typename }", "variables": variables })).await;
    assert_eq!(answer.code(), "VARIABLES_LIMIT_EXCEEDED");
}

/// 5,040 candles with 30 indicators, and what tools ask to learn the schema.
#[tokio::test]
async fn ordinary_requests_are_within_the_limit() {
    let app = TestApp::empty().await;
    let mut rows = String::new();
    for day in 0..5_040 {
        let date = chrono::NaiveDate::from_ymd_opt(2004, 1, 1).unwrap() + chrono::Days::new(day);
        writeln!(rows, "ONE,{date},1,2,1,1.5,{day}").unwrap();
    }
    app.import_rows(&rows).await.unwrap();
    let indicators: Vec<String> =
        (1..=30).map(|n| format!("e{n}: ema(timePeriod: {}) {{ values }}", n * 10)).collect();
    let query = format!(
        "{{ instrument(symbol: \"ONE\") {{ series {{ candles {{ periodStart open high low close \
         volume }} {} }} }} }}",
        indicators.join(" ")
    );
    assert_eq!(app.data(&query).await["instrument"]["series"]["e30"]["values"][5_039], 1.5);

    let types = "name kind ofType { ".repeat(7) + "name" + &" }".repeat(7);
    let value = format!("name description type {{ {types} }} defaultValue");
    let schema = app
        .data(&format!(
            "{{ __schema {{ queryType {{ name }} directives {{ name locations args {{ {value} }} }}
                types {{ kind name description enumValues(includeDeprecated: true) {{ name }}
                    fields(includeDeprecated: true) {{ name args {{ {value} }} type {{ {types} }} }}
                    inputFields {{ {value} }} interfaces {{ {types} }} possibleTypes {{ {types} }} }} }} }}"
        ))
        .await;
    assert!(schema["__schema"]["types"].as_array().unwrap().len() > 30);
}

/// The test has one thread: a computation on it would block all other tasks.
#[tokio::test]
async fn a_long_request_delays_no_other() {
    let app = TestApp::over(TestDatabase::bundled().await, &["--max-aliases", "1000"]).await;
    // The test waits for nothing but the computation.
    app.data("{ instrument(symbol: \"AMZN\") { series { length } } }").await;
    let many: Vec<String> =
        (0..100).map(|n| format!("c{n}: cci(timePeriod: {}) {{ last }}", 500 + n)).collect();
    let query = format!("{{ instrument(symbol: \"AMZN\") {{ series {{ {} }} }} }}", many.join(" "));
    let long = async {
        let answer = app.query(&query).await;
        assert!(answer.json().get("errors").is_none(), "{}", answer.text);
    };
    let others = async {
        for _ in 0..20 {
            tokio::task::yield_now().await;
            assert_eq!(app.get("/healthz").await.status, 200);
        }
    };
    let first = tokio::select! {
        biased;
        () = long => "the long request",
        () = others => "the health checks",
    };
    assert_eq!(first, "the health checks");
}
