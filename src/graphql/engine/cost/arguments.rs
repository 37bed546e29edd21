//! The arguments of a document's fields, before anything is executed.

use std::borrow::Cow;

use async_graphql::{
    InputType, Value, Variables,
    parser::types::{Directive, Field},
};
use async_graphql_value::Value as ParsedValue;

/// Reads arguments, given the values of variables.
#[derive(Clone, Copy)]
pub(super) struct Arguments<'a>(pub(super) &'a Variables);

impl<'a> Arguments<'a> {
    /// An argument's value; none if it is absent, null, too long to be right, or of another type.
    pub(super) fn get<T: InputType>(self, field: &Field, name: &str) -> Option<T> {
        T::parse(Some(self.value(field, name)?.into_owned())).ok()
    }

    /// An argument's value; none if it is absent, null, or too long to be copied for every field.
    pub(super) fn value(self, field: &Field, name: &str) -> Option<Cow<'a, Value>> {
        self.resolve(&field.get_argument(name)?.node).filter(|value| **value != Value::Null)
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
            ParsedValue::List(_) | ParsedValue::Object(_) | ParsedValue::Binary(_) => false,
            _ => true,
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

    /// Whether a directive takes out what it stands at.
    pub(super) fn leave_out(self, directive: &Directive) -> bool {
        let condition = directive.get_argument("if").and_then(|it| self.resolve(&it.node));
        match (directive.name.node.as_str(), condition.as_deref()) {
            ("skip", Some(Value::Boolean(condition))) => *condition,
            ("include", Some(Value::Boolean(condition))) => !condition,
            _ => false,
        }
    }
}

/// 500 symbols are the most that any list takes.
const MAX_ITEMS: usize = 500;

/// No text that means anything is as long.
const MAX_BYTES: usize = 500;

fn is_short_leaf(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= MAX_BYTES,
        Value::List(_) | Value::Object(_) | Value::Binary(_) => false,
        _ => true,
    }
}
