//! Compares lists that the server writes as JSON from their columns with the library's ordinary
//! answers, byte for byte, over generated queries.

use std::sync::Arc;

use async_graphql::{Request, Variables};
use candleql::graphql::{ApiSchema, RequestContext, engine::api::Api, schema};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::json;
use storage::store::Store;

use crate::app::{TestApp, repository};

const CASES: u32 = 2_000;

fn request(query: &str) -> Request {
    let variables = json!({ "yes": true, "no": false });
    Request::new(query).variables(Variables::from_json(variables))
}

/// The bytes of our answer, and those of the library's values as `serde_json` writes them.
async fn both(store: &Store, api: &Api, schema: &ApiSchema, query: &str) -> (String, String) {
    let ours = api.execute(request(query), "").await.json;
    let ordinary = request(query).data(Arc::new(RequestContext::new(store.universe())));
    let ordinary = schema.execute(ordinary).await;
    assert!(ordinary.errors.is_empty(), "{query}\n{:?}", ordinary.errors);
    let ordinary = serde_json::to_string(&ordinary.data).unwrap();
    (String::from_utf8(ours).unwrap(), format!("{{\"data\":{ordinary}}}"))
}

/// Nothing, or a directive that keeps or drops its field.
fn directive() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        8 => Just(""),
        1 => Just(" @include(if: $yes)"),
        1 => Just(" @include(if: $no)"),
        1 => Just(" @skip(if: $no)"),
    ]
}

/// A field, perhaps under another key: the same key always means the same field.
fn aliased(field: &'static str) -> impl Strategy<Value = String> {
    let key = field.split(['(', ' ']).next().unwrap();
    prop_oneof![
        3 => Just(field.to_owned()),
        1 => Just(format!("{key}_a: {field}")),
        1 => Just(format!("{key}_b: {field}")),
    ]
}

fn join(parts: &[String]) -> String {
    parts.join(" ")
}

/// A selection of leaves on an object, with inline and named fragments in it.
fn leaves(object: &'static str, fields: &'static [&'static str]) -> BoxedStrategy<String> {
    let field = prop::sample::select(fields).prop_flat_map(aliased);
    // The library does not see variables in directives on __typename.
    let typename = aliased("__typename");
    let field = (field, directive()).prop_map(|(field, directive)| field + directive);
    let leaf = prop_oneof![6 => field, 1 => typename];
    let named = (Just(format!("...{object}Bits")), directive()).prop_map(|(a, b)| a + b);
    let item = prop_oneof![5 => leaf, 1 => named].boxed();
    let list = prop::collection::vec(item, 1..5).prop_map(|items| join(&items)).boxed();
    list.prop_recursive(2, 12, 3, move |inner| {
        let fragment =
            (any::<bool>(), inner.clone(), directive()).prop_map(move |(on, inner, d)| {
                let on = if on { format!(" on {object}") } else { String::new() };
                format!("...{on}{d} {{ {inner} }}")
            });
        prop::collection::vec(prop_oneof![inner, fragment], 1..3).prop_map(|items| join(&items))
    })
    .boxed()
}

fn candle() -> BoxedStrategy<String> {
    leaves(
        "Candle",
        &["periodStart", "periodEnd", "open", "high", "low", "close", "volume", "tradingDays"],
    )
}

fn line() -> impl Strategy<Value = String> {
    let points =
        leaves("Point", &["periodStart", "value"]).prop_map(|s| format!("points {{ {s} }}"));
    let scalar = prop::sample::select(&["values", "last", "lookback", "__typename"][..])
        .prop_flat_map(aliased);
    let chain = Just("ema(timePeriod: 2) { values points { value } }".to_owned());
    let item = prop_oneof![2 => points, 3 => scalar, 1 => chain];
    prop::collection::vec(item, 1..4).prop_map(|items| join(&items))
}

/// A selection on a series, in which lists may stand twice under one key.
fn series() -> impl Strategy<Value = String> {
    let column = prop::sample::select(
        &[
            "periodStart",
            "periodEnd",
            "open",
            "close",
            "volume",
            "tradingDays",
            "length",
            "__typename",
        ][..],
    )
    .prop_flat_map(aliased);
    let list = |field: &'static str, selection: BoxedStrategy<String>| {
        (aliased(field), directive(), selection).prop_map(|(f, d, s)| format!("{f}{d} {{ {s} }}"))
    };
    let item = prop_oneof![
        4 => list("candles", candle()),
        3 => column,
        2 => list("sma(timePeriod: 3)", line().boxed()),
        1 => list("bbands", line().prop_map(|s| format!("upperBand {{ {s} }}")).boxed()),
        1 => list("patterns", leaves("PatternMatch", &["periodStart", "pattern", "signal"])),
    ];
    let list = prop::collection::vec(item, 1..5).prop_map(|items| join(&items)).boxed();
    list.prop_recursive(1, 8, 2, |inner| {
        let fragment =
            (inner.clone(), directive()).prop_map(|(s, d)| format!("... on Series{d} {{ {s} }}"));
        prop::collection::vec(prop_oneof![inner, fragment], 1..3).prop_map(|items| join(&items))
    })
}

fn query() -> impl Strategy<Value = String> {
    let window = prop::sample::select(
        &[
            "(last: 5)",
            "(last: 30, fill: NULL)",
            "(from: \"2023-09-01\", fill: PREVIOUS)",
            "(to: \"2000-01-01\")",
        ][..],
    );
    (window, series()).prop_map(|(window, series)| {
        let fragments = [
            ("CandleBits", "Candle", "close volume open_a: open"),
            ("PointBits", "Point", "value"),
            ("PatternMatchBits", "PatternMatch", "signal pattern"),
        ]
        .iter()
        .filter(|(name, ..)| series.contains(name))
        .map(|(name, object, fields)| format!("fragment {name} on {object} {{ {fields} }}\n"))
        .collect::<Vec<_>>()
        .concat();
        let variables = [("yes", "Boolean!"), ("no", "Boolean!")]
            .iter()
            .filter(|(name, _)| series.contains(&format!("${name})")))
            .map(|(name, kind)| format!("${name}: {kind}"))
            .collect::<Vec<_>>()
            .join(", ");
        let variables = if variables.is_empty() { variables } else { format!("({variables})") };
        format!(
            "query {variables} {{ instrument(symbol: \"AMZN\") {{ series{window} {{ {series} }} }} }}\n{fragments}"
        )
    })
}

#[test]
fn every_generated_query_gets_the_ordinary_bytes() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::empty());
    let csv = std::fs::read_to_string(repository("data/stocks_daily.csv")).unwrap();
    let days = csv.lines().filter(|line| line.starts_with("AMZN,2023-0"));
    let rows: Vec<String> = days.map(|line| line.rsplit_once(',').unwrap().0.to_owned()).collect();
    runtime.block_on(app.import_rows(&rows.join("\n"))).unwrap();
    let (api, schema) = (app.api(), schema(Arc::clone(&app.store)));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&query(), |query| {
            let (ours, ordinary) = runtime.block_on(both(&app.store, &api, &schema, &query));
            prop_assert_eq!(ours, ordinary, "{}", query);
            Ok(())
        })
        .unwrap();
    runtime.block_on(async { drop(app) });
}
