//! The rules of the walk, each with the shortest documents that keep and break it; those of the
//! other files stand there.

use async_graphql::parser::parse_query;

use super::*;

/// Asserts what is wrong with a document.
#[track_caller]
pub(super) fn check_with(hints: bool, document: &str, expected: &[&str]) {
    let parsed = parse_query(document).unwrap();
    let errors = check(&parsed, Hints(hints)).err().unwrap_or_default();
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(messages, expected, "{document}");
}

#[track_caller]
pub(super) fn check_invalid(document: &str, expected: &[&str]) {
    check_with(true, document, expected);
}

#[track_caller]
pub(super) fn check_valid(document: &str) {
    check_invalid(document, &[]);
}

/// A document with this among what a series is asked for.
pub(super) fn series(definitions: &str, field: &str) -> String {
    format!("query {definitions} {{ instrument(symbol: \"A\") {{ series {{ {field} }} }} }}")
}

/// A document that gives this to `Instrument.series`.
pub(super) fn given(definitions: &str, arguments: &str) -> String {
    format!(
        "query {definitions} {{ instrument(symbol: \"A\") {{ series({arguments}) {{ length }} }} }}"
    )
}

#[test]
fn fields_are_those_of_their_type() {
    check_valid("{ __typename instrument(symbol: \"A\") { __typename symbol } }");
    check_valid("{ __schema { queryType { name } } __type(name: \"A\") { __typename } }");
    check_invalid(
        "{ instrumen }",
        &["Query has no field instrumen; did you mean instrument or \
                                      instruments?"],
    );
    check_invalid("{ nothing { symbol } }", &["Query has no field nothing"]);
    check_invalid(
        "{ instruments { __schema { types { name } } } }",
        &["InstrumentConnection has no field __schema"],
    );
    check_with(false, "{ instrumen }", &["Query has no field instrumen"]);
}

#[test]
fn objects_are_selected_from_and_scalars_are_not() {
    check_invalid(
        "{ instruments }",
        &["Query.instruments is of type InstrumentConnection: select fields of it in braces"],
    );
    check_invalid(
        "{ instrument(symbol: \"A\") { symbol { length } } }",
        &["Instrument.symbol is of type String, which has no fields to select"],
    );
    check_invalid(
        "{ __typename { name } }",
        &["Query.__typename is of type String, which has no fields to select"],
    );
}

#[test]
fn directives_are_known_stand_where_they_may_and_once() {
    check_valid("{ __typename @skip(if: false) @include(if: true) }");
    check_invalid(
        "{ __typename @skp(if: true) }",
        &["there is no directive @skp; did you mean skip?"],
    );
    check_invalid(
        "{ __typename @skip(if: true) @skip(if: true) }",
        &["the directive @skip stands more than once in one place"],
    );
    check_invalid("{ __typename @skip }", &["the directive @skip needs its argument if: Boolean!"]);
    check_invalid(
        "{ __typename @skip(if: true, iff: true) }",
        &["the directive @skip has no argument iff; did you mean if?"],
    );
    check_invalid(
        "{ __typename @skip(if: 1) }",
        &["the argument if of the directive @skip is 1; Boolean takes true or false"],
    );
    let cannot = |location| format!("the directive @skip cannot stand on {location}");
    for (document, location) in [
        ("query @skip(if: true) { __typename }", "QUERY"),
        ("{ ...f } fragment f on Query @skip(if: true) { __typename }", "FRAGMENT_DEFINITION"),
        (
            "query ($a: Boolean! @skip(if: true)) { __typename @skip(if: $a) }",
            "VARIABLE_DEFINITION",
        ),
    ] {
        check_invalid(document, &[&cannot(location)]);
    }
    check_valid(
        "{ ... @skip(if: true) { __typename } ...f @include(if: true) } \
                 fragment f on Query { __typename }",
    );
}

#[test]
fn fragments_are_defined_used_and_on_types_with_fields() {
    check_valid("{ ...a } fragment a on Query { ...b ...b } fragment b on Query { __typename }");
    check_invalid(
        "{ ...an } fragment a on Query { __typename }",
        &["there is no fragment an; did you mean a?", "the fragment a is not used"],
    );
    check_invalid(
        "{ ... on Quer { __typename } }",
        &["there is no type Quer; did you mean Query?"],
    );
    check_invalid(
        "{ ...a } fragment a on Int { __typename }",
        &["a fragment cannot be on Int, which has no fields"],
    );
    check_invalid(
        "{ ... on Frequency { __typename } }",
        &["a fragment cannot be on Frequency, which has no fields"],
    );
}

#[test]
fn fragments_stand_where_an_object_can_be_of_their_type() {
    check_valid("{ ... on Query { __typename } ... { __typename } }");
    let cannot = "a fragment on Series cannot stand in Query: no object is both";
    check_invalid("{ ... on Series { length } }", &[cannot]);
    check_invalid("{ ...a } fragment a on Series { length }", &[cannot]);
    check_invalid("{ ... { ... on Series { length } } }", &[cannot]);
}

#[test]
fn operations_of_a_kind_that_the_schema_does_not_have_are_the_executions_affair() {
    check_valid("mutation { anything(a: 1) { b } }");
    check_invalid(
        "subscription { a @skip }",
        &["the directive @skip needs its argument if: Boolean!"],
    );
}

#[test]
fn errors_stand_in_the_order_of_the_text_and_twenty_are_the_most() {
    let many = (0..30).map(|n| format!("b{n} ")).collect::<Vec<_>>().concat();
    let errors = check(&parse_query(format!("{{ {many} }}")).unwrap(), Hints(true)).unwrap_err();
    assert_eq!(errors.len(), 20);
    check_invalid("query B { b } query A { a }", &["Query has no field b", "Query has no field a"]);
}
