//! Objects by their ids, and how many there are.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::{app::TestApp, cost::hundred_days};

/// `printf Instrument:AMZN | base64`
const AMZN: &str = "SW5zdHJ1bWVudDpBTVpO";

/// `printf Instrument:NOPE | base64`
const NOPE: &str = "SW5zdHJ1bWVudDpOT1BF";

async fn node(app: &TestApp, id: &str, selection: &str) -> Value {
    let query = format!("query ($id: ID!) {{ node(id: $id) {{ {selection} }} }}");
    app.post(&json!({ "query": query, "variables": { "id": id } })).await.json()
}

#[tokio::test]
async fn every_instrument_is_found_again_by_its_id() {
    let app = TestApp::bundled().await;
    let all = app.data("{ instruments { nodes { id symbol } } }").await;
    let nodes = all["instruments"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 6);
    for instrument in nodes {
        let id = instrument["id"].as_str().unwrap();
        let again = node(&app, id, "__typename id ... on Instrument { symbol }").await;
        let symbol = &instrument["symbol"];
        let expected = json!({ "__typename": "Instrument", "id": id, "symbol": symbol });
        assert_eq!(again, json!({ "data": { "node": expected } }));
    }
}

#[tokio::test]
async fn an_id_stays_the_same_when_the_instrument_changes() {
    let app = TestApp::bundled().await;
    let ask = || app.data(r#"{ instrument(symbol: "amzn") { id } }"#);
    assert_eq!(ask().await, json!({ "instrument": { "id": AMZN } }));
    app.import_rows("AMZN,2023-09-22,131,132,130,131.5,1000\n").await.unwrap();
    assert_eq!(ask().await, json!({ "instrument": { "id": AMZN } }));
    let last = node(&app, AMZN, "... on Instrument { series(last: 1) { close } }").await;
    assert_eq!(last["data"]["node"]["series"], json!({ "close": [131.5] }));
}

#[tokio::test]
async fn an_id_without_an_object_is_null_with_a_code() {
    let app = TestApp::bundled().await;
    for (id, code) in [
        (NOPE, "UNKNOWN_SYMBOL"),
        ("", "BAD_USER_INPUT"),
        ("AMZN", "BAD_USER_INPUT"),
        // Instrument:amzn, which no field gives.
        ("SW5zdHJ1bWVudDphbXpu", "BAD_USER_INPUT"),
    ] {
        let query = format!("{{ node(id: {id:?}) {{ id }} beside: __typename }}");
        let answer = app.query(&query).await.json();
        assert_eq!(answer["data"], json!({ "node": null, "beside": "Query" }), "{id}");
        assert_eq!(answer["errors"][0]["path"], json!(["node"]), "{id}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{id}");
    }
    let answer = node(&app, "AMZN", "id").await;
    let message =
        "\"AMZN\" is not an id that the field `id` gives; `instrument(symbol:)` takes symbols";
    assert_eq!(answer["errors"][0]["message"], message);
}

#[tokio::test]
async fn what_is_asked_of_a_node_costs_what_it_costs_of_the_instrument() {
    let app = hundred_days(&[]).await;
    let cost = async |query: &str| {
        let answer = app.post(&json!({ "query": query, "extensions": { "cost": true } })).await;
        let answer = answer.json();
        assert!(answer.get("errors").is_none(), "{query}: {answer}");
        answer["extensions"]["cost"]["actual"].as_u64().unwrap()
    };
    let one = "SW5zdHJ1bWVudDpPTkU";
    let candles = "series { candles { open close } sma { values } }";
    let of_instrument = cost(&format!("{{ instrument(symbol: \"ONE\") {{ {candles} }} }}")).await;
    assert!(of_instrument > 500, "{of_instrument}");
    for query in [
        format!("{{ node(id: \"{one}\") {{ ... on Instrument {{ {candles} }} }} }}"),
        format!(
            "{{ node(id: \"{one}\") {{ ... {{ ... on Node {{ ...all }} }} }} }}
             fragment all on Instrument {{ {candles} }}"
        ),
    ] {
        assert_eq!(cost(&query).await, of_instrument, "{query}");
    }
}

#[tokio::test]
async fn the_total_counts_what_matches_on_all_pages() {
    let app = TestApp::bundled().await;
    for (arguments, total, on_page) in [
        ("", 6, 6),
        ("(first: 2)", 6, 2),
        ("(first: 0)", 6, 0),
        ("(last: 1)", 6, 1),
        ("(first: 2, after: \"META\")", 6, 2),
        ("(search: \"nv\")", 1, 1),
        ("(search: \"no such\")", 0, 0),
        ("(symbols: [\"nvda\", \"NOPE\", \"AAPL\", \"AAPL\"], first: 1)", 2, 1),
    ] {
        let query = format!("{{ instruments{arguments} {{ totalCount nodes {{ symbol }} }} }}");
        let page = &app.data(&query).await["instruments"];
        let count = page["nodes"].as_array().unwrap().len();
        assert_eq!((&page["totalCount"], count), (&json!(total), on_page), "{arguments}");
    }
}
