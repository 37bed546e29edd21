//! The schema as a document, and what its users read in it.

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::app::{TestApp, repository};

#[test]
fn schema_graphql_is_what_the_server_serves() {
    let checked_in = std::fs::read_to_string(repository("schema.graphql")).unwrap();
    assert_eq!(checked_in, candleql::graphql::sdl(), "schema.graphql is old: run `make schema`");
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
