//! The arguments of a document's fields, before the execution.

use std::borrow::Cow;

use async_graphql::{
    Value, Variables,
    parser::types::{Directive, Field},
};
use async_graphql_value::Value as ParsedValue;

use crate::graphql::schema::arguments::ArgumentSource;

/// Reads arguments with the values of the variables.
#[derive(Clone, Copy)]
pub(super) struct Arguments<'a>(pub(super) &'a Variables);

/// The arguments of one field.
pub(super) struct FieldArguments<'a> {
    field: &'a Field,
    variables: Arguments<'a>,
}

impl ArgumentSource for FieldArguments<'_> {
    /// An argument's value; none if it is absent, null, or too long to copy for every field.
    fn value(&self, name: &str) -> Option<Cow<'_, Value>> {
        let value = self.variables.resolve(&self.field.get_argument(name)?.node);
        value.filter(|value| **value != Value::Null)
    }
}

impl<'a> Arguments<'a> {
    /// The arguments of a field.
    pub(super) fn of(self, field: &'a Field) -> FieldArguments<'a> {
        FieldArguments { field, variables: self }
    }

    fn resolve(self, value: &ParsedValue) -> Option<Cow<'a, Value>> {
        if !self.is_short(value) {
            return None;
        }
        if let ParsedValue::Variable(name) = value {
            return self.0.get(name).map(Cow::Borrowed);
        }
        let variable = |name| self.0.get(&name).cloned().ok_or(());
        value.clone().into_const_with(variable).ok().map(Cow::Owned)
    }

    fn is_short(self, value: &ParsedValue) -> bool {
        let is_leaf = |item: &ParsedValue| match item {
            ParsedValue::Variable(name) => self.0.get(name).is_none_or(is_short_leaf),
            ParsedValue::String(text) => text.len() <= MAX_BYTES,
            ParsedValue::Null
            | ParsedValue::Number(_)
            | ParsedValue::Boolean(_)
            | ParsedValue::Enum(_) => true,
            _ => false,
        };
        match value {
            ParsedValue::List(items) => items.len() <= MAX_ITEMS && items.iter().all(is_leaf),
            ParsedValue::Variable(name) => self.0.get(name).is_none_or(|value| match value {
                Value::List(items) => items.len() <= MAX_ITEMS && items.iter().all(is_short_leaf),
                value => is_short_leaf(value),
            }),
            value => is_leaf(value),
        }
    }

    /// Whether a directive removes its field or fragment.
    pub(super) fn leave_out(self, directive: &Directive) -> bool {
        let condition = directive.get_argument("if").and_then(|it| self.resolve(&it.node));
        match (directive.name.node.as_str(), condition.as_deref()) {
            ("skip", Some(Value::Boolean(condition))) => *condition,
            ("include", Some(Value::Boolean(condition))) => !condition,
            _ => false,
        }
    }
}

/// No list takes more than 500 symbols.
const MAX_ITEMS: usize = 500;

/// No meaningful text is as long.
const MAX_BYTES: usize = 500;

fn is_short_leaf(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= MAX_BYTES,
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Enum(_) => true,
        _ => false,
    }
}
