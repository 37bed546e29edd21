//! Documents and variables that would take the parser's stack, a thread's time or the memory.

use serde_json::json;

use super::{Target, each};
use crate::client::{get, post, query, query_with};

const TOKENS: &str = "TOKEN_LIMIT_EXCEEDED";
const NESTING: &str = "NESTING_LIMIT_EXCEEDED";
const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";
const UNPARSED: &str = "GRAPHQL_PARSE_FAILED";
const BAD_REQUEST: &str = "BAD_REQUEST";

/// Fragments that each spread the next one several times.
fn bomb(levels: usize, spreads: usize) -> String {
    let level = |n: usize| {
        let spreads = format!("...f{} ", n + 1).repeat(spreads);
        format!("fragment f{n} on Query {{ {spreads} }} ")
    };
    let fragments = each(levels, level);
    format!("{{ ...f0 }} {fragments} fragment f{levels} on Query {{ __typename }}")
}

#[tokio::test]
async fn fragments_that_multiply_or_go_round() {
    let target = Target::start(&[]).await;
    for (levels, spreads) in [(10, 10), (24, 2)] {
        let attack = format!("{levels} levels of {spreads}");
        target.check(&attack, &query(&bomb(levels, spreads)), 400, "SELECTION_LIMIT_EXCEEDED");
    }
    for cycle in [
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ __typename } fragment a on Query { instrument(symbol: \"A\") { ...b } } \
         fragment b on Instrument { ... { ...b } }",
    ] {
        target.check(cycle, &query(cycle), 400, INVALID);
    }
    target.check_unharmed();
}

/// The second of each pair has as many tokens as a document may.
#[tokio::test]
async fn nesting_without_end() {
    let target = Target::start(&[]).await;
    let nested = |open: &str, close: &str, n: usize| open.repeat(n) + "1" + &close.repeat(n);
    let list = |n: usize| format!("{{ instruments(symbols: {}) {{ a }} }}", nested("[", "]", n));
    let object = |n: usize| format!("{{ a(b: {}) }}", nested("{ a: ", "}", n));
    let selection = |n: usize| "{ a ".repeat(n) + &"}".repeat(n);
    for (attack, document, code) in [
        ("10,000 lists", list(10_000), TOKENS),
        ("3,900 lists", list(3_900), NESTING),
        ("10,000 objects", object(10_000), TOKENS),
        ("1,900 objects", object(1_900), NESTING),
        ("10,000 selections", selection(10_000), TOKENS),
        ("2,600 selections", selection(2_600), NESTING),
        ("10,000 brackets that stay open", "{ a(b: ".to_owned() + &"[".repeat(10_000), TOKENS),
        ("7,900 brackets that stay open", "{ a(b: ".to_owned() + &"[".repeat(7_900), NESTING),
    ] {
        target.check(attack, &query(&document), 400, code);
    }
    let document = "query($v: [String!]) { instruments(symbols: $v) { nodes { symbol } } }";
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [10_000, 130] {
            let variables = format!("{{\"v\":{}}}", nested(open, close, depth));
            let attack = format!("{depth} {open} in variables");
            target.check(&attack, &query_with(document, &variables), 400, BAD_REQUEST);
            let body = format!("{{\"query\":\"{{ __typename }}\",\"extensions\":{variables}}}");
            target.check(&format!("{attack}: extensions"), &post(body), 400, BAD_REQUEST);
        }
    }
    target.check_unharmed();
}

#[tokio::test]
async fn selections_and_directives_in_masses() {
    let target = Target::start(&[]).await;
    let aliases = |n| format!("{{ {} }}", each(n, |n| format!("a{n}: __typename ")));
    let fields = |n| format!("{{ {} }}", "__typename ".repeat(n));
    let directives = |n, one: &str| format!("{{ __typename {} }}", one.repeat(n));
    let unknown = |n| format!("{{ {} }}", each(n, |n| format!("u{n} ")));
    for (attack, document, code) in [
        ("10,000 aliases", aliases(10_000), TOKENS),
        ("2,600 aliases", aliases(2_600), "ALIAS_LIMIT_EXCEEDED"),
        ("10,000 fields", fields(10_000), TOKENS),
        ("7,900 fields", fields(7_900), "ROOT_FIELD_LIMIT_EXCEEDED"),
        ("10,000 directives", directives(10_000, "@skip(if: false) "), TOKENS),
        ("1,100 directives", directives(1_100, "@skip(if: false) "), "DIRECTIVE_LIMIT_EXCEEDED"),
        ("10,000 unknown directives", directives(10_000, "@a "), TOKENS),
        ("3,900 unknown directives", directives(3_900, "@a "), "DIRECTIVE_LIMIT_EXCEEDED"),
        ("60,000 unknown fields", unknown(60_000), TOKENS),
        ("7,900 unknown fields", unknown(7_900), "ROOT_FIELD_LIMIT_EXCEEDED"),
    ] {
        target.check(attack, &query(&document), 400, code);
    }
    target.check_unharmed();
}

/// The server compares unknown names with the schema's: the work grows with the letters.
#[tokio::test]
async fn unknown_names_cost_little() {
    const LONG: &str = "NAME_LIMIT_EXCEEDED";
    let target = Target::start(&[]).await;
    let series = |fields: &str| {
        format!("{{ instrument(symbol: \"AMZN\") {{ series(last: 1) {{ {fields} }} }} }}")
    };
    let names = |n: usize, letters: usize| {
        let name = "x".repeat(letters);
        each(n, |n| format!("{name}{n} "))
    };
    for (attack, document, code) in [
        ("7,900 names", series(&names(7_900, 3)), INVALID),
        ("7,900 long names", series(&names(7_900, 120)), INVALID),
        ("names of 200 letters", series(&names(4_000, 200)), LONG),
        ("a name of 900,000 letters", series(&names(1, 900_000)), LONG),
        ("an argument", format!("{{ instrument({}: 1) {{ symbol }} }}", names(1, 900_000)), LONG),
        ("a type", format!("{{ ... on {} {{ a }} }}", names(1, 900_000)), LONG),
    ] {
        let reply = target.check(attack, &query(&document), 400, code);
        assert!(!reply.body.contains("did you mean"), "{attack}: {}", reply.body);
    }
    let reply = target.check("a slip", &query("{ instrumen { symbol } }"), 400, INVALID);
    assert!(reply.body.contains("did you mean instrument"), "{}", reply.body);
    target.check_unharmed();
}

#[tokio::test]
async fn introspection_in_circles() {
    let target = Target::start(&[]).await;
    let circles = |n: usize, fields: &str| {
        let close = "} ".repeat(n * fields.matches('{').count());
        format!("{{ __schema {{ types {{ {} name {close} }} }} }}", fields.repeat(n))
    };
    for (times, fields, code) in [
        (3, "fields { type { ", "COST_LIMIT_EXCEEDED"),
        (10, "fields { type { ", "COST_LIMIT_EXCEEDED"),
        (28, "fields { type { ", "COST_LIMIT_EXCEEDED"),
        (40, "fields { type { ", NESTING),
        (10, "fields { args { type { ", "COST_LIMIT_EXCEEDED"),
        (10, "possibleTypes { fields { type { ofType { ", "COST_LIMIT_EXCEEDED"),
    ] {
        let document = circles(times, fields);
        target.check(&document, &query(&document), 400, code);
    }
    target.check_unharmed();
}

#[tokio::test]
async fn numbers_of_400_digits() {
    let target = Target::start(&[]).await;
    let digits = "9".repeat(400);
    let integer = "series(frequency: ANNUAL, last: #) { close }";
    let float = "series(last: 1) { bbands(nbDevUp: #) { upperBand { last } } }";
    for (ty, series) in [("Int", integer), ("Float", float)] {
        let document = |head: &str, number: &str| {
            let series = series.replace('#', number);
            format!("{head} {{ instrument(symbol: \"AMZN\") {{ {series} }} }}")
        };
        let with_variable = document(&format!("query($n: {ty})"), "$n");
        for number in [&digits, &format!("-{digits}"), &format!("{digits}.5"), "1e999"] {
            let attack = format!("{ty} {number}");
            target.check(&attack, &query(&document("query", number)), 400, UNPARSED);
            let variables = format!("{{\"n\":{number}}}");
            target.check(&attack, &query_with(&with_variable, &variables), 400, BAD_REQUEST);
        }
        let (status, code) = if ty == "Int" { (400, INVALID) } else { (200, "") };
        let request = query_with(&with_variable, r#"{ "n": 1e30 }"#);
        target.check("1e30", &request, status, code);
    }
    target.check_unharmed();
}

#[tokio::test]
async fn dates_that_are_none() {
    let target = Target::start(&[]).await;
    let long = "9".repeat(400) + "-01-01";
    for date in [
        "2024-02-30",
        "10000-01-01",
        "99999-01-01",
        "-0001-01-01",
        "+2024-01-01",
        "0000-00-00",
        "2024-1-1",
        "2024-01-01T00:00:00Z",
        "２０２４-01-01",
        "2024-01-01\0",
        "today",
        "",
        &long,
    ] {
        let document = |head: &str, from: &str| {
            let series = format!("series(from: {from}, last: 1) {{ close }}");
            format!("{head} {{ known: __typename instrument(symbol: \"AMZN\") {{ {series} }} }}")
        };
        let inline = query(&document("query", &json!(date).to_string()));
        let variables = json!({ "d": date }).to_string();
        let variable = query_with(&document("query($d: Date)", "$d"), &variables);
        for request in [inline, variable] {
            let reply = target.check(date, &request, 400, INVALID);
            assert_eq!(reply.json().get("data"), None);
            assert!(reply.body.contains("like \\\"2024-01-31\\\""), "{}", reply.body);
        }
    }
    target.check_unharmed();
}

#[tokio::test]
async fn operations_that_are_not_there() {
    let target = Target::start(&[]).await;
    let named = |document: &str, name: &str| {
        post(json!({ "query": document, "operationName": name }).to_string())
    };
    for document in ["query A { __typename } query B { __typename }", "query A { __typename }"] {
        for name in ["C", &"C".repeat(500_000), "A\0"] {
            target.check(document, &named(document, name), 400, INVALID);
        }
    }
    for path in ["mutation%7B__typename%7D", "subscription%7B__typename%7D"] {
        target.check(path, &get(&format!("/graphql?query={path}")), 405, "METHOD_NOT_ALLOWED");
    }
    target.check_unharmed();
}
