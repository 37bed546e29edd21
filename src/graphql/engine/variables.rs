//! The variables of a request: their values, and the places where the document names them.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned, ServerError, Value, Variables,
    parser::types::{
        Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet, Type,
    },
};
use async_graphql_value::Value as ParsedValue;

use super::validation::{self, Form, Hints, Report};

/// Gives absent variables their defaults, which the library forgets for `@skip` and `@include`.
/// Refuses a missing value, which the library would read as null, and a value of another type than
/// the variable's.
pub(super) fn complete(
    variables: &mut Variables,
    operation: &OperationDefinition,
    hints: Hints,
) -> Result<(), Vec<ServerError>> {
    let mut report = Report::default();
    for Positioned { node: variable, pos } in &operation.variable_definitions {
        let (name, ty) = (&variable.name.node, &variable.var_type.node);
        match (variables.get(name), &variable.default_value) {
            (Some(value), _) => check_value(name, ty, value, hints, *pos, &mut report),
            (None, Some(default)) => {
                variables.insert(name.clone(), default.node.clone());
            }
            (None, None) if !ty.nullable => {
                report.add(*pos, || format!("variable ${name} of type {ty} has no value"));
            }
            (None, None) => {}
        }
    }
    report.into_result()
}

fn check_value(name: &str, ty: &Type, value: &Value, hints: Hints, pos: Pos, report: &mut Report) {
    let types = validation::types();
    let Some((part, of)) = validation::wrong_part(types, ty, value, Form::Json) else { return };
    report.add(pos, || {
        let is_or_has = if std::ptr::eq(part, value) { "is" } else { "has in it" };
        let remedy = validation::remedy(types, of, part.into(), Form::Json, hints);
        format!("variable ${name} of type {ty} {is_or_has} {}{remedy}", validation::shown(part))
    });
}

/// How often a document names each of its variables.
pub(super) fn uses(document: &ExecutableDocument) -> HashMap<Name, usize> {
    let mut uses = Uses::default();
    for (_, operation) in document.operations.iter() {
        uses.directives(&operation.node.directives);
        uses.set(&operation.node.selection_set.node);
    }
    for fragment in document.fragments.values() {
        uses.directives(&fragment.node.directives);
        uses.set(&fragment.node.selection_set.node);
    }
    uses.0
}

#[derive(Default)]
struct Uses(HashMap<Name, usize>);

impl Uses {
    fn set(&mut self, set: &SelectionSet) {
        for Positioned { node: selection, .. } in &set.items {
            self.directives(selection.directives());
            match selection {
                Selection::Field(field) => {
                    field.node.arguments.iter().for_each(|(_, value)| self.value(&value.node));
                    self.set(&field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => {
                    self.set(&fragment.node.selection_set.node);
                }
                // The definition counts it.
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        let arguments = directives.iter().flat_map(|directive| &directive.node.arguments);
        arguments.for_each(|(_, value)| self.value(&value.node));
    }

    fn value(&mut self, value: &ParsedValue) {
        match value {
            ParsedValue::Variable(name) => *self.0.entry(name.clone()).or_default() += 1,
            ParsedValue::List(items) => items.iter().for_each(|item| self.value(item)),
            ParsedValue::Object(fields) => fields.values().for_each(|field| self.value(field)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Variables;
    use serde_json::{Value as Json, json};

    use super::*;

    /// Completes the variables of an operation with these definitions; no errors if all are right.
    #[track_caller]
    fn complete(definitions: &str, variables: Json, hints: bool) -> Result<Json, String> {
        let document = format!("query ({definitions}) {{ a }}");
        let document = async_graphql::parser::parse_query(document).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let mut variables = Variables::from_json(variables);
        super::complete(&mut variables, &operation.node, Hints(hints))
            .map(|()| serde_json::to_value(&variables).unwrap())
            .map_err(|errors| {
                errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join("\n")
            })
    }

    #[test]
    fn absent_variables_get_their_defaults() {
        let given = json!({ "b": 2, "c": null, "other": {} });
        let completed = complete("$a: Int = 1, $b: Int = 3, $c: Int = 4, $d: Int", given, true);
        assert_eq!(completed, Ok(json!({ "a": 1, "b": 2, "c": null, "other": {} })));
        assert_eq!(complete("$f: Fill! = NULL", json!({}), true), Ok(json!({ "f": "NULL" })));
    }

    #[track_caller]
    fn check(definition: &str, given: Json, expected: &str) {
        assert_eq!(complete(definition, given, true), Err(expected.to_owned()));
    }

    #[test]
    fn a_wrong_variable_is_named_with_its_value_and_its_type() {
        let of_fill = "NONE, NULL, PREVIOUS";
        check("$s: String!", json!({}), "variable $s of type String! has no value");
        check(
            "$s: String! = \"A\"",
            json!({ "s": null }),
            "variable $s of type String! is null; String! takes no null",
        );
        check(
            "$i: Int",
            json!({ "i": "7" }),
            "variable $i of type Int is \"7\"; Int takes a whole number from -2147483648 to \
             2147483647",
        );
        check(
            "$f: Fill",
            json!({ "f": "ALL" }),
            &format!("variable $f of type Fill is \"ALL\"; Fill has only {of_fill}"),
        );
        check(
            "$s: [String!]",
            json!({ "s": ["A", 5] }),
            "variable $s of type [String!] has in it 5; String takes a text in quotes",
        );
        check(
            "$d: Date, $b: Boolean",
            json!({ "d": "2024-02-30", "b": 1 }),
            "variable $d of type Date is \"2024-02-30\"; Date takes a calendar day in quotes, like \
             \"2024-01-31\"\nvariable $b of type Boolean is 1; Boolean takes true or false",
        );
    }

    #[test]
    fn a_wrong_variable_tells_no_names_where_none_may_be_told() {
        let refused = complete("$f: Fill", json!({ "f": "ALL" }), false);
        let expected = "variable $f of type Fill is \"ALL\"; Fill has no such value";
        assert_eq!(refused, Err(expected.to_owned()));
    }

    #[test]
    fn variables_are_counted_wherever_they_are_named() {
        let document = async_graphql::parser::parse_query(
            "query ($a: A, $b: B, $c: C) @d(x: $a) {
                f(x: $a, y: [$a, { z: $b }]) @e(x: $b) { ...g @e(x: $b) ... @e(x: $b) { h(x: $a) } }
            }
            fragment g on G @e(x: $b) { i(x: \"$b\") j(x: $a) }",
        );
        let uses = super::uses(&document.unwrap());
        assert_eq!((uses["a"], uses["b"], uses.len()), (5, 5, 2));
    }
}
