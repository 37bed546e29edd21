//! Requests can reach every limit: a walk through the schema gives each argument a value beyond its
//! limit, and asks for more of each list than a request may cost.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use serde_json::{Value, json};

use crate::{app::TestApp, cost::hundred_days};

/// A field of the schema, and the query that leads to it.
struct Place {
    /// Such as `Series.candles`.
    name: String,
    /// The beginning of the selection with the field.
    path: Vec<String>,
    field: Value,
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The name of the type behind lists and exclamation marks, and whether there is a list.
fn innermost(of: &Value) -> (&str, bool) {
    let (mut of, mut is_list) = (of, false);
    while of["ofType"].is_object() {
        is_list |= of["kind"] == "LIST";
        of = &of["ofType"];
    }
    (of["name"].as_str().unwrap(), is_list)
}

/// A field with its required arguments.
fn written(object: &str, field: &str) -> String {
    let arguments = match (object, field) {
        ("Query", "instrument") => "(symbol: \"ONE\")",
        ("Query", "__type") => "(name: \"Series\")",
        _ => "",
    };
    format!("{field}{arguments}")
}

/// Every field that a query can ask for.
async fn places(app: &TestApp) -> Vec<Place> {
    let of = "kind name ofType { ".repeat(4) + "kind name" + &" }".repeat(4);
    let query = format!(
        "{{ __schema {{ types {{ kind name fields {{ name type {{ {of} }}
             args {{ name description type {{ {of} }} }} }} }} }} }}"
    );
    let data = app.data(&query).await;
    let mut objects: BTreeMap<&str, &Value> = BTreeMap::new();
    for object in items(&data["__schema"]["types"]).filter(|it| it["kind"] == "OBJECT") {
        objects.insert(object["name"].as_str().unwrap(), object);
    }
    let mut places = Vec::new();
    let mut seen = BTreeSet::from(["Query", "__Schema", "__Type"]);
    let mut next = vec![
        ("Query", Vec::new()),
        ("__Schema", vec!["__schema".to_owned()]),
        ("__Type", vec![written("Query", "__type")]),
    ];
    while let Some((object, path)) = next.pop() {
        for field in items(&objects[object]["fields"]) {
            let name = field["name"].as_str().unwrap();
            let (of, _) = innermost(&field["type"]);
            if objects.contains_key(of) && seen.insert(of) {
                next.push((of, [path.clone(), vec![written(object, name)]].concat()));
            }
            let name = format!("{object}.{name}");
            places.push(Place { name, path: path.clone(), field: field.clone() });
        }
    }
    let unreached: Vec<_> = objects.keys().filter(|name| !seen.contains(*name)).collect();
    assert!(unreached.is_empty(), "no field leads to {unreached:?}");
    places
}

impl Place {
    fn field_name(&self) -> &str {
        self.field["name"].as_str().unwrap()
    }

    /// A query with a text in place of the field.
    fn query(&self, selection: &str) -> String {
        let mut query = String::from("{ ");
        self.path.iter().for_each(|field| write!(query, "{field} {{ ").unwrap());
        query + selection + &" }".repeat(self.path.len() + 1)
    }

    /// The field with arguments, and with a selection if it is an object or an interface.
    fn select(&self, arguments: &str) -> String {
        let kinds = self.field["type"].to_string();
        let has_fields = kinds.contains("\"OBJECT\"") || kinds.contains("\"INTERFACE\"");
        let below = if has_fields { " { __typename }" } else { "" };
        format!("{}{arguments}{below}", self.field_name())
    }
}

const INPUT: &str = "BAD_USER_INPUT";
const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";

/// Values beyond an argument's range, each with the code of its error. An argument of a field that
/// is not an indicator has a line here.
fn beyond(place: &str, argument: &str) -> Option<Vec<(String, &'static str)>> {
    let text = |length: usize| format!("\"{}\"", "x".repeat(length));
    let list = |length: usize, item: &str| format!("[{}]", format!("{item} ").repeat(length));
    let page = || ["-1", "501"].map(|size| (size.to_owned(), INPUT)).to_vec();
    Some(match (place, argument) {
        ("Query.instrument", "symbol") => vec![(text(33), "UNKNOWN_SYMBOL")],
        ("Query.instruments", "search") => vec![(text(101), INPUT)],
        ("Query.instruments", "symbols") => vec![(list(501, "\"ONE\""), INPUT)],
        ("Query.instruments", "first" | "last") => page(),
        ("Query.node", "id") | ("Query.instruments", "after" | "before") => vec![(text(33), INPUT)],
        ("Query.indicatorCatalog", "group") | ("Instrument.series", "frequency" | "fill") => {
            vec![("NO_SUCH".to_owned(), INVALID)]
        }
        // A hundred years of days.
        ("Instrument.series", "interval") => {
            vec![("0".to_owned(), INPUT), ("36526".to_owned(), INPUT)]
        }
        ("Instrument.series", "from" | "to") => vec![("\"2024-02-30\"".to_owned(), INVALID)],
        ("Instrument.series", "last") => vec![("0".to_owned(), INPUT)],
        ("Series.patterns", "only") => vec![
            ("[NO_SUCH]".to_owned(), INVALID),
            (list(8_001, "CDLDOJI"), "TOKEN_LIMIT_EXCEEDED"),
        ],
        _ => return None,
    })
}

/// The same for an indicator's argument, by its type and by the range in its description.
fn beyond_a_parameter(argument: &Value) -> Vec<(String, &'static str)> {
    let description = argument["description"].as_str().unwrap().trim_end_matches('.');
    let range = description.rsplit_once("; ").map(|(_, range)| range);
    let bounds = range.map(|range| match range.split_once(" to ") {
        Some((min, max)) => vec![(min, -1.0), (max, 1.0)],
        None => match range.split_once(' ').unwrap() {
            ("at", rest) if rest.starts_with("least ") => vec![(&rest["least ".len()..], -1.0)],
            ("at", rest) if rest.starts_with("most ") => vec![(&rest["most ".len()..], 1.0)],
            _ => panic!("a range in other words: {argument}"),
        },
    });
    match (innermost(&argument["type"]).0, bounds) {
        ("Int" | "Float", Some(bounds)) => {
            let outside = |(bound, step): (&str, f64)| {
                let bound: f64 = bound.parse().unwrap_or_else(|_| panic!("no bound: {argument}"));
                ((bound + step).to_string(), INPUT)
            };
            bounds.into_iter().map(outside).collect()
        }
        ("Int", None) => panic!("an integer without a range: {argument}"),
        // It accepts any number, and nothing else.
        ("Float", None) => vec![("\"1\"".to_owned(), INVALID)],
        ("MaType" | "PriceSource", None) => vec![("NO_SUCH".to_owned(), INVALID)],
        _ => panic!("an argument of a new type: {argument}"),
    }
}

#[tokio::test]
async fn every_argument_has_a_limit_and_a_code() {
    let app = hundred_days(&[]).await;
    let mut indicators = BTreeSet::new();
    for indicator in items(&app.data("{ indicatorCatalog { field } }").await["indicatorCatalog"]) {
        indicators.insert(indicator["field"].as_str().unwrap().to_owned());
    }
    let mut refused = 0;
    for place in places(&app).await {
        let of_an_indicator = place.name.starts_with("Series.") || place.name.starts_with("Line.");
        let of_an_indicator = of_an_indicator && indicators.contains(place.field_name());
        for argument in items(&place.field["args"]) {
            let name = argument["name"].as_str().unwrap();
            let values = match beyond(&place.name, name) {
                Some(values) => values,
                None if of_an_indicator => beyond_a_parameter(argument),
                // Arguments of introspection accept every value.
                None if place.name.starts_with("__") || place.field_name() == "__type" => continue,
                None => panic!("beyond() has no line for {}({name}:)", place.name),
            };
            for (value, code) in values {
                let query = place.query(&place.select(&format!("({name}: {value})")));
                let answer = app.query(&query).await;
                assert_eq!(answer.code(), code, "{}({name}:): {}", place.name, answer.text);
                refused += 1;
            }
        }
    }
    assert!(refused > 400, "only {refused} values were refused");
}

/// How many items are in the lists under a key.
fn count(answer: &Value, key: &str) -> usize {
    match answer {
        Value::Array(values) => values.iter().map(|value| count(value, key)).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let own = if name == key { value.as_array().map_or(0, Vec::len) } else { 0 };
                own + count(value, key)
            })
            .sum(),
        _ => 0,
    }
}

#[tokio::test]
async fn every_list_costs_what_is_in_it_and_can_cost_too_much() {
    let app = hundred_days(&[]).await;
    let poor = hundred_days(&["--max-cost", "15"]).await;
    poor.data("{ __typename }").await;
    let (mut lists, mut full) = (0, 0);
    for place in places(&app).await {
        if !innermost(&place.field["type"]).1 {
            continue;
        }
        lists += 1;
        let query = place.query(&format!("counted: {}", place.select("")));
        let request = json!({ "query": query, "extensions": { "cost": true } });
        let answer = app.post(&request).await.json();
        assert!(answer.get("errors").is_none(), "{}: {answer}", place.name);
        let items = count(&answer["data"], "counted");
        let cost = answer["extensions"]["cost"]["actual"].as_u64().unwrap();
        assert!(cost >= items as u64, "{}: {items} items cost {cost}", place.name);
        full += usize::from(items > 0);
        let refused = poor.query(&query).await;
        // A field that is expensive alone exceeds the limit when a document has it twice.
        let refused = if refused.json().get("errors").is_some() {
            refused
        } else {
            poor.query(&place.query(&format!("{0} again: {0}", place.select("")))).await
        };
        assert_eq!(refused.code(), "COST_LIMIT_EXCEEDED", "{}: {}", place.name, refused.text);
    }
    assert!(lists > 20 && full > lists / 2, "{lists} lists, of which {full} had items");
}
