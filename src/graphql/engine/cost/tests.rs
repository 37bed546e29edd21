//! Compares the prices with the schema.

use std::{borrow::Cow, cell::RefCell, collections::HashMap};

use async_graphql::{InputType, Request, Value};
use futures_util::FutureExt;
use serde_json::Value as Json;

use super::prices::{INTROSPECTION, OURS, PRICES, Price, Prices};
use crate::graphql::{
    adapter,
    schema::{
        arguments::ArgumentSource,
        builder,
        indicator::{IndicatorRequest, PatternsArguments},
        node::NodeArguments,
        pagination::PageArguments,
        query::{InstrumentArguments, Query},
        series_request::SeriesArguments,
    },
};

#[test]
fn every_list_and_every_object_of_the_schema_has_a_price() {
    let (_, unpriced) = Prices::of_the_schema();
    assert!(unpriced.is_empty(), "no line of `cost/prices.rs` prices {unpriced:?}");
    let objects = adapter::objects::<Query>();
    for (object, lines) in OURS {
        let fields = objects.iter().find(|it| it.name == *object).map(|it| &it.fields);
        for (name, _) in *lines {
            let has = fields.is_some_and(|fields| fields.iter().any(|field| field.name == *name));
            assert!(has, "the schema has no {object}.{name}");
        }
    }
}

/// Asks for as much as the estimate would price, and finds nothing.
#[derive(Default)]
struct Asked(RefCell<Vec<(String, String)>>);

impl ArgumentSource for Asked {
    fn value(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.0.borrow_mut().push((name.to_owned(), String::new()));
        None
    }

    fn get<T: InputType>(&self, name: &str) -> Option<T> {
        self.0.borrow_mut().push((name.to_owned(), T::type_name().into_owned()));
        None
    }
}

#[test]
fn the_estimate_reads_every_argument_of_the_schema() {
    let mut seen = 0;
    for object in adapter::objects::<Query>() {
        let fields = PRICES.of_type(&object.name);
        for field in &object.fields {
            let (asked, (price, _)) = (Asked::default(), fields[&field.name]);
            match price {
                Price::Instrument => drop(InstrumentArguments::read(&asked)),
                Price::Node => drop(NodeArguments::read(&asked)),
                Price::Page => drop(PageArguments::read(&asked)),
                Price::Series => drop(SeriesArguments::read(&asked)),
                Price::Patterns => drop(PatternsArguments::read(&asked)),
                Price::Indicator(function) => drop(IndicatorRequest::read(function, &asked)),
                // Its price is that of all groups.
                Price::Catalog => drop(asked.value("group")),
                _ => {}
            }
            let asked = asked.0.into_inner();
            for (name, ty) in &field.arguments {
                let place = format!("{}.{}({name}: {ty})", object.name, field.name);
                let found = asked.iter().find(|(asked, _)| asked == name);
                let (_, read_as) = found.unwrap_or_else(|| panic!("{place} is not read"));
                assert!(read_as.is_empty() || read_as == ty, "{place} is read as {read_as}");
                seen += 1;
            }
            // A line has the arguments of a series' field without its sources.
            let same = asked.len() == field.arguments.len() || object.name == "Line";
            assert!(same, "{}.{} has fewer than {asked:?}", object.name, field.name);
        }
    }
    assert!(seen > 200, "only {seen} arguments were seen");
}

fn introspect(query: &str) -> Json {
    let answer = builder().finish().execute(Request::new(query)).now_or_never().unwrap();
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    answer.data.into_json().unwrap()
}

fn items(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn lists_and_objects_of_introspection_have_a_price() {
    let of = "kind ofType { kind ofType { kind ofType { kind } } }";
    let answer = introspect(&format!(
        "{{ __schema {{ types {{ name fields {{ name type {{ {of} }} }} }} }} }}"
    ));
    let mut seen = 0;
    for object in items(&answer["__schema"]["types"]) {
        let name = object["name"].as_str().unwrap();
        for field in items(&object["fields"]).iter().filter(|_| name.starts_with("__")) {
            let kinds = field["type"].to_string();
            if !kinds.contains("\"LIST\"") && !kinds.contains("\"OBJECT\"") {
                continue;
            }
            seen += 1;
            let lines = INTROSPECTION.iter().find(|(it, _)| *it == name).map(|(_, lines)| *lines);
            let line = lines.into_iter().flatten().find(|(it, ..)| field["name"] == *it);
            assert!(line.is_some(), "no line of `cost/prices.rs` prices {name}.{}", field["name"]);
        }
    }
    assert!(seen > 10, "only {seen} were seen");
}

/// The average, rounded.
fn average(lengths: &[usize]) -> usize {
    (lengths.iter().sum::<usize>() + lengths.len() / 2) / lengths.len().max(1)
}

/// Asserts that a list's price fits its length, or is slightly higher: over all objects that have
/// it, and over those that one request gets.
#[track_caller]
fn check(object: &str, field: &str, at_once: &[Vec<usize>]) {
    let ours = OURS.iter().find(|(it, _)| *it == object);
    let ours = ours.and_then(|(_, lines)| lines.iter().find(|(it, _)| *it == field));
    let introspection = INTROSPECTION.iter().find(|(it, _)| *it == object);
    let introspection = introspection.and_then(|(_, it)| it.iter().find(|(it, ..)| *it == field));
    let price = ours.map(|it| it.1).or(introspection.map(|it| it.1)).unwrap();
    let largest = at_once.iter().map(|lengths| average(lengths)).max().unwrap_or_default();
    let usual = average(&at_once.concat());
    for (declared, actual) in [(price.largest_length(), largest), (price.usual_length(), usual)] {
        let fits = match price {
            // A very short list costs as much as one item.
            Price::Each => actual <= 32,
            _ => (actual..=4 * actual + 4).contains(&declared),
        };
        assert!(fits, "{object}.{field} has {actual} items, and costs as much as {declared}");
    }
}

#[test]
#[allow(clippy::too_many_lines)] // a table
fn lists_that_the_schema_makes_are_as_long_as_their_prices_say() {
    let answer = introspect(
        "{ __schema { directives { locations args { name } } types { name
            fields { args { name } } interfaces { name } possibleTypes { name }
            enumValues { name } inputFields { name } } }
           indicatorCatalog { sources { name } prices outputs { name }
             parameters { options } } }",
    );
    let schema = &answer["__schema"];
    let types = items(&schema["types"]);
    let indicators = items(&answer["indicatorCatalog"]);
    let parameters = indicators.iter().flat_map(|it| items(&it["parameters"]));
    let parameters: Vec<Json> = parameters.cloned().collect();
    let parents: HashMap<&str, Vec<&[Json]>> = HashMap::from([
        ("__Schema", vec![std::slice::from_ref(schema)]),
        // A client can ask for types one by one.
        ("__Type", types.chunks(1).collect()),
        ("__Field", types.iter().map(|it| items(&it["fields"])).collect()),
        ("__Directive", vec![items(&schema["directives"])]),
        ("IndicatorInfo", vec![indicators]),
        ("ParameterInfo", vec![&parameters]),
    ]);
    let lengths = |parents: &[Json], field: &str| -> Vec<usize> {
        parents.iter().map(|parent| items(&parent[field]).len()).collect()
    };
    for (object, field) in [
        ("__Schema", "types"),
        ("__Schema", "directives"),
        ("__Type", "fields"),
        ("__Type", "interfaces"),
        ("__Type", "possibleTypes"),
        ("__Type", "enumValues"),
        ("__Type", "inputFields"),
        ("__Field", "args"),
        ("__Directive", "locations"),
        ("__Directive", "args"),
        ("IndicatorInfo", "sources"),
        ("IndicatorInfo", "prices"),
        ("IndicatorInfo", "parameters"),
        ("IndicatorInfo", "outputs"),
        ("ParameterInfo", "options"),
    ] {
        let at_once = parents[object].iter().map(|parents| lengths(parents, field));
        check(object, field, &at_once.collect::<Vec<_>>());
    }
}
