//! The arguments of a document's fields, before anything is executed.

use std::borrow::Cow;

use async_graphql::{
    InputType, Value, Variables,
    parser::types::{Directive, Field},
};

/// Reads arguments, given the values of variables.
#[derive(Clone, Copy)]
pub(super) struct Arguments<'a>(pub(super) &'a Variables);

impl<'a> Arguments<'a> {
    /// An argument's value; none if it is absent, null, or of another type.
    pub(super) fn get<T: InputType>(self, field: &Field, name: &str) -> Option<T> {
        let value = self.value(field, name).filter(|value| is_short(value))?;
        T::parse(Some(value.into_owned())).ok()
    }

    pub(super) fn value(self, field: &Field, name: &str) -> Option<Cow<'a, Value>> {
        self.resolve(&field.get_argument(name)?.node).filter(|value| **value != Value::Null)
    }

    fn resolve(self, value: &async_graphql_value::Value) -> Option<Cow<'a, Value>> {
        if let async_graphql_value::Value::Variable(name) = value {
            return self.0.get(name).map(Cow::Borrowed);
        }
        let variable = |name| self.0.get(&name).cloned().ok_or(());
        value.clone().into_const_with(variable).ok().map(Cow::Owned)
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

/// Whether a value is short enough to be copied for every field that names it.
pub(super) fn is_short(value: &Value) -> bool {
    /// 500 symbols are the most that any list takes.
    const MAX_ITEMS: usize = 500;
    match value {
        Value::List(items) => items.len() <= MAX_ITEMS,
        Value::String(text) => text.len() <= MAX_ITEMS,
        Value::Object(_) | Value::Binary(_) => false,
        _ => true,
    }
}
