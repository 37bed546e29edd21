//! Whether a value has a type (specification, sections 3.5, 3.9 and 5.6.1), and which values the
//! type accepts.

use async_graphql::{
    Number, Value,
    parser::types::{BaseType, Type},
};
use async_graphql_value::Value as Literal;

use super::report::Hints;
use crate::graphql::{
    adapter::{Kind, TypeDefinition, TypeSystem, innermost},
    schema::parse_day,
};

/// Most values of an enum that an error lists.
const MAX_LISTED: usize = 10;

/// The form of a value, which distinguishes an enum's value from a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graphql::engine) enum Form {
    /// In a document.
    Literal,
    /// Among the variables of a request, where an enum's value is a text.
    Json,
}

/// A value that has no parts.
#[derive(Debug, Clone, Copy)]
pub(in crate::graphql::engine) enum Leaf<'a> {
    Null,
    Number(&'a Number),
    Boolean,
    Text(&'a str),
    Name(&'a str),
    /// A list or an object, which no scalar of the schema is.
    Composite,
}

impl<'a> From<&'a Literal> for Leaf<'a> {
    fn from(value: &'a Literal) -> Self {
        match value {
            Literal::Null => Self::Null,
            Literal::Number(number) => Self::Number(number),
            Literal::Boolean(_) => Self::Boolean,
            Literal::String(text) => Self::Text(text),
            Literal::Enum(name) => Self::Name(name),
            _ => Self::Composite,
        }
    }
}

impl<'a> From<&'a Value> for Leaf<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Number(number) => Self::Number(number),
            Value::Boolean(_) => Self::Boolean,
            Value::String(text) => Self::Text(text),
            Value::Enum(name) => Self::Name(name),
            _ => Self::Composite,
        }
    }
}

/// The first part of a value that has a wrong type, with the type that it should have.
pub(in crate::graphql::engine) fn wrong_part<'a>(
    types: &TypeSystem,
    ty: &'a Type,
    value: &'a Value,
    form: Form,
) -> Option<(&'a Value, &'a Type)> {
    match (value, &ty.base) {
        (Value::List(items), BaseType::List(of)) => {
            items.iter().find_map(|item| wrong_part(types, of, item, form))
        }
        _ if fits(types, ty, value.into(), form) => None,
        _ => Some((value, ty)),
    }
}

/// Whether a value without parts has a type. A single value stands for a list of it.
pub(super) fn fits(types: &TypeSystem, ty: &Type, leaf: Leaf<'_>, form: Form) -> bool {
    if let Leaf::Null = leaf {
        return ty.nullable;
    }
    let Some(of) = types.get(innermost(ty)) else { return false };
    match (&of.kind, leaf, form) {
        (Kind::Enum(values), Leaf::Name(name), Form::Literal)
        | (Kind::Enum(values), Leaf::Text(name), Form::Json) => {
            values.iter().any(|value| value == name)
        }
        (Kind::Scalar, leaf, _) => is_scalar(&of.name, leaf),
        _ => false,
    }
}

/// Whether a value has a scalar type.
fn is_scalar(scalar: &str, leaf: Leaf<'_>) -> bool {
    match (scalar, leaf) {
        ("Int", Leaf::Number(number)) => {
            number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
        }
        ("ID", Leaf::Number(number)) => number.is_i64() || number.is_u64(),
        ("Date", Leaf::Text(text)) => parse_day(text).is_some(),
        ("Float", Leaf::Number(_))
        | ("String" | "ID", Leaf::Text(_))
        | ("Boolean", Leaf::Boolean) => true,
        _ => false,
    }
}

/// The values of a scalar in words; none for an unknown scalar.
fn scalar_in_words(scalar: &str) -> Option<&'static str> {
    Some(match scalar {
        "Int" => "a whole number from -2147483648 to 2147483647",
        "Float" => "a number",
        "Boolean" => "true or false",
        "String" => "a text in quotes",
        "ID" => "a text in quotes or a whole number",
        "Date" => "a calendar day in quotes, like \"2024-01-31\"",
        _ => return None,
    })
}

/// Tells the author of a wrong value which values the type accepts.
pub(in crate::graphql::engine) fn remedy(
    types: &TypeSystem,
    ty: &Type,
    leaf: Leaf<'_>,
    form: Form,
    hints: Hints,
) -> String {
    if let Leaf::Null = leaf {
        return format!("; {ty} takes no null");
    }
    let name = innermost(ty);
    match types.get(name) {
        Some(TypeDefinition { kind: Kind::Enum(values), .. }) => {
            enum_remedy(name, values, leaf, form, hints)
        }
        _ => format!("; {name} takes {}", scalar_in_words(name).unwrap_or("no such value")),
    }
}

fn enum_remedy(name: &str, values: &[String], leaf: Leaf<'_>, form: Form, hints: Hints) -> String {
    let listed = || match values.len() {
        0..=MAX_LISTED if hints.0 => format!(": {}", values.join(", ")),
        _ => String::new(),
    };
    match (leaf, form) {
        (Leaf::Name(given), Form::Literal) | (Leaf::Text(given), Form::Json) => {
            if values.len() <= MAX_LISTED && hints.0 {
                return format!("; {name} has only {}", values.join(", "));
            }
            let near = hints.did_you_mean(given, values.iter().map(String::as_str));
            format!("; {name} has no such value{near}")
        }
        (_, Form::Literal) => format!("; {name} takes a name without quotes{}", listed()),
        (_, Form::Json) => format!("; {name} takes a name in quotes{}", listed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::engine::validation::types;

    #[test]
    fn every_scalar_of_the_schema_is_known() {
        for of in types().types().filter(|of| matches!(of.kind, Kind::Scalar)) {
            assert!(scalar_in_words(&of.name).is_some(), "{} has no rule and no words", of.name);
        }
    }

    /// Whether each JSON text is a value of the type.
    #[track_caller]
    fn check(ty: &str, right: &[&str], wrong: &[&str]) {
        let ty = Type::new(ty).unwrap();
        for (json, expected) in
            right.iter().map(|it| (it, true)).chain(wrong.iter().map(|it| (it, false)))
        {
            let value = Value::from_json(serde_json::from_str(json).unwrap()).unwrap();
            let part = wrong_part(types(), &ty, &value, Form::Json);
            assert_eq!(part.is_none(), expected, "{ty}: {json}");
        }
    }

    #[test]
    fn values_of_variables_are_of_their_types() {
        check("Int", &["0", "-2147483648", "null"], &["2147483648", "1.5", "\"1\"", "true", "[1]"]);
        check("Int!", &["0"], &["null"]);
        check("Float", &["0", "1.5", "1e30"], &["\"1\"", "false"]);
        check("Boolean", &["true"], &["1", "\"true\""]);
        check("String", &["\"\""], &["1", "[\"a\"]", "{}"]);
        check("ID", &["\"a\"", "1"], &["1.5", "true"]);
        check("Date", &["\"2024-02-29\""], &["\"2023-02-29\"", "20240229", "\"today\""]);
        check("Frequency", &["\"DAILY\""], &["\"daily\"", "\"HOURLY\"", "1"]);
        check("[Int!]", &["[1, 2]", "1", "[]", "null"], &["[1, null]", "[[1]]", "[\"1\"]"]);
        check("[[Int]]", &["[[1], null, 2]", "1"], &["[[[1]]]"]);
        check("Nothing", &["null"], &["1"]);
    }

    #[track_caller]
    fn check_remedy(ty: &str, leaf: Leaf<'_>, form: Form, hints: bool, expected: &str) {
        let ty = Type::new(ty).unwrap();
        assert_eq!(remedy(types(), &ty, leaf, form, Hints(hints)), expected);
    }

    #[test]
    fn a_remedy_names_what_the_type_takes() {
        use {Form::*, Leaf::*};
        const FILLS: &str = "NONE, NULL, PREVIOUS";
        let has_only = format!("; Fill has only {FILLS}");
        check_remedy("Fill", Name("ALL"), Literal, true, &has_only);
        check_remedy("[Fill!]", Text("ALL"), Json, true, &has_only);
        check_remedy("Fill", Name("ALL"), Literal, false, "; Fill has no such value");
        let unquoted = format!("; Fill takes a name without quotes: {FILLS}");
        check_remedy("Fill", Text("NULL"), Literal, true, &unquoted);
        let quoted = format!("; Fill takes a name in quotes: {FILLS}");
        check_remedy("Fill", Boolean, Json, true, &quoted);
        check_remedy("Fill", Boolean, Json, false, "; Fill takes a name in quotes");
        let near = "; CandlestickPattern has no such value; did you mean CDLDOJI?";
        check_remedy("CandlestickPattern", Name("CDLDOJ"), Literal, true, near);
        check_remedy("String!", Null, Json, true, "; String! takes no null");
        check_remedy("[Float]", Text("1"), Json, true, "; Float takes a number");
    }
}
