//! The schema as a document, and its descriptions.

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::app::{TestApp, repository};

#[test]
fn schema_graphql_is_what_the_server_serves() {
    let checked_in = std::fs::read_to_string(repository("schema.graphql")).unwrap();
    assert_eq!(checked_in, candleql::graphql::sdl(), "schema.graphql is old: run `make schema`");
}

#[test]
fn the_document_can_be_parsed() {
    async_graphql::parser::parse_schema(candleql::graphql::sdl()).unwrap();
}

#[test]
fn the_document_begins_with_what_a_reader_needs_and_goes_on_by_name() {
    let sdl = candleql::graphql::sdl();
    let name = |line: &str| {
        let (kind, rest) = line.split_once(' ')?;
        let is_type = ["type", "interface", "enum", "scalar", "input", "union"].contains(&kind);
        is_type.then(|| rest.split(' ').next().unwrap_or_default().to_owned())
    };
    let names: Vec<String> = sdl.lines().filter_map(name).collect();
    assert_eq!(names[..5], ["Query", "Instrument", "Series", "Candle", "Line"]);
    assert!(names[5..].is_sorted(), "{names:?}");
    assert!(names.contains(&"Node".to_owned()), "{names:?}");
}

/// An indicator's description says where a chart draws it only if that is an exception.
#[test]
fn no_description_says_what_goes_without_saying() {
    let sdl = candleql::graphql::sdl();
    assert!(!sdl.contains("Drawn in"), "a pane of its own goes without saying");
    let count = |words: &str| sdl.matches(words).count();
    assert!(count("Drawn over the prices.") > 20, "{}", count("Drawn over the prices."));
    assert!(count("Drawn as marks at candles.") > 61);
}

#[tokio::test]
async fn scalars_name_their_specification() {
    let app = TestApp::empty().await;
    let url = |name: &str| format!(r#"{{ __type(name: "{name}") {{ specifiedByURL }} }}"#);
    let date = app.data(&url("Date")).await;
    assert_eq!(
        date,
        json!({ "__type": { "specifiedByURL": "https://scalars.graphql.org/andimarek/local-date.html" } })
    );
}

#[tokio::test]
async fn every_type_field_argument_and_value_is_described() {
    // The library describes neither its `ID` nor connections.
    const UNDESCRIBED: [&str; 2] = ["ID", "InstrumentConnection"];
    let app = TestApp::empty().await;
    let data = app
        .data(
            "{ __schema { types { name description
                fields { name description args { name description } }
                enumValues { name description } } } }",
        )
        .await;
    let mut missing = Vec::new();
    let mut seen = 0;
    let mut check = |place: String, item: &serde_json::Value| {
        seen += 1;
        if item["description"].as_str().is_none_or(str::is_empty) {
            missing.push(place);
        }
    };
    let items = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    for kind in items(&data["__schema"]["types"]) {
        let name = kind["name"].as_str().unwrap();
        if name.starts_with("__") {
            continue;
        }
        if !UNDESCRIBED.contains(&name) {
            check(name.to_owned(), &kind);
        }
        for field in items(&kind["fields"]) {
            check(format!("{name}.{}", field["name"]), &field);
            for argument in items(&field["args"]) {
                check(format!("{name}.{}({})", field["name"], argument["name"]), &argument);
            }
        }
        for value in items(&kind["enumValues"]) {
            check(format!("{name}.{}", value["name"]), &value);
        }
    }
    assert!(seen > 60, "only {seen} items were seen");
    assert!(missing.is_empty(), "without description: {missing:?}");
}
