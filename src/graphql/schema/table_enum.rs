//! GraphQL enums whose values come from TA-Lib's table instead of a Rust enum.

use std::borrow::Cow;

use async_graphql::{
    InputType, InputValueError, InputValueResult, OutputType, Positioned, ServerResult, Value,
    parser::types::Field,
};

use crate::graphql::adapter::{self, ContextSelectionSet, Registry};

/// A set of named values.
pub trait TableEnum: Copy + Send + Sync + 'static {
    /// The name of the enum.
    const NAME: &'static str;
    /// The description of the enum.
    const DESCRIPTION: &'static str;

    /// Every value, in the order of the schema.
    fn all() -> impl Iterator<Item = Self>;

    /// The name of the value.
    fn name(self) -> String;

    /// The description of the value.
    fn description(self) -> String;
}

/// A value of a [`TableEnum`], as argument and as answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<T>(pub T);

/// Adds an enum to the schema, unless the schema has it.
pub(super) fn register<T: TableEnum>(registry: &mut Registry) {
    let values = T::all().map(|value| (value.name(), value.description()));
    adapter::add_enum::<T>(registry, T::NAME, T::DESCRIPTION, values);
}

/// The value with a name, as in a document or among the variables.
pub(super) fn parse<T: TableEnum>(value: &Value) -> Option<T> {
    let name = match value {
        Value::Enum(name) => name.as_str(),
        Value::String(name) => name,
        _ => return None,
    };
    T::all().find(|value| value.name() == name)
}

impl<T: TableEnum> InputType for Named<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        register::<T>(registry);
        <Self as InputType>::qualified_type_name()
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        parse(&value).map(Self).ok_or_else(|| InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::Enum(async_graphql::Name::new(self.0.name()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: TableEnum> OutputType for Named<T> {
    fn type_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Self as InputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(self.to_value())
    }
}
