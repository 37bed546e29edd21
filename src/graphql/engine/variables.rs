//! The variables of a document: their types, their values, and where they are named.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use async_graphql::{
    InputType, Name, Positioned, ScalarType, ServerError, Value, Variables,
    parser::types::{
        BaseType, Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet, Type,
    },
};
use async_graphql_value::Value as ParsedValue;

use crate::graphql::schema::scalars::Date;

/// Gives absent variables their defaults, which the library forgets where `@skip` and `@include`
/// ask. Refuses to go on without a variable that must have a value, which the library takes for
/// null, and with a day that is none, which the library would tell without its variable's name.
pub(super) fn complete(
    variables: &mut Variables,
    operation: &OperationDefinition,
) -> Result<(), ServerError> {
    for Positioned { node: variable, pos } in &operation.variable_definitions {
        let name = &variable.name.node;
        if let Some(default) = &variable.default_value {
            variables.entry(name.clone()).or_insert_with(|| default.node.clone());
        }
        let value = variables.get(name).unwrap_or(&Value::Null);
        if !variable.var_type.node.nullable && *value == Value::Null {
            let message =
                format!("variable ${name} of type {} has no value", variable.var_type.node);
            return Err(ServerError::new(message, Some(*pos)));
        }
        if let Some(wrong) = wrong_day(&variable.var_type.node, value) {
            let message = format!(
                "variable ${name} of type {}: {wrong} is not a calendar day like 2024-01-31",
                variable.var_type.node
            );
            return Err(ServerError::new(message, Some(*pos)));
        }
    }
    Ok(())
}

/// The part of a variable's value that should be a day and is none.
fn wrong_day<'a>(written: &Type, value: &'a Value) -> Option<&'a Value> {
    match (&written.base, value) {
        (_, Value::Null) => None,
        (BaseType::List(items), Value::List(values)) => {
            values.iter().find_map(|value| wrong_day(items, value))
        }
        (BaseType::List(items), value) => wrong_day(items, value),
        (BaseType::Named(name), value) => {
            (name.as_str() == Date::type_name() && !Date::is_valid(value)).then_some(value)
        }
    }
}

/// The names of the schema's input types, and of those that every schema has.
static INPUT_TYPES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let sdl = crate::graphql::sdl();
    let of_line = |line: &str| {
        let (kind, rest) = line.split_once(' ')?;
        let name = rest.split([' ', '{']).next()?;
        matches!(kind, "enum" | "scalar" | "input").then(|| name.to_owned())
    };
    let built_in = ["Boolean", "Float", "ID", "Int", "String"].map(str::to_owned);
    sdl.lines().filter_map(of_line).chain(built_in).collect()
});

/// Refuses variables with a default whose type takes no values. The library does so too, but looks
/// at the items of a list's default first, and panics if there is no such type.
pub(super) fn check_types(document: &ExecutableDocument) -> Result<(), ServerError> {
    let operations = document.operations.iter();
    let variables = operations.flat_map(|(_, operation)| &operation.node.variable_definitions);
    for Positioned { node: variable, pos } in variables {
        let name = innermost(&variable.var_type.node);
        if variable.default_value.is_some() && !INPUT_TYPES.contains(name) {
            let message = format!("variable ${} has no input type: {name}", variable.name.node);
            return Err(ServerError::new(message, Some(*pos)));
        }
    }
    Ok(())
}

/// The name of a type, or of its list's items.
fn innermost(written: &Type) -> &str {
    match &written.base {
        BaseType::Named(name) => name,
        BaseType::List(items) => innermost(items),
    }
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
                // Counted where it is defined.
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
