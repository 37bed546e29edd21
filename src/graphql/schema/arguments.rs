//! Where the arguments of a field come from.
//!
//! Each field with arguments has a struct for them. The struct holds the arguments as the client
//! gives them; its method `request` applies the defaults and the rules. The resolver fills the
//! struct from its parameters, and the estimate of the cost fills it from the document, so both
//! read an argument alike. A new argument does not compile until both have it.

use std::borrow::Cow;

use async_graphql::{InputType, Name, Value};

/// The arguments of one field, as a document and its variables give them.
pub(in crate::graphql) trait ArgumentSource {
    /// An argument's value, or none if the argument is absent or null. An unset variable is null.
    fn value(&self, name: &str) -> Option<Cow<'_, Value>>;

    /// An argument's value, or none if the argument is absent, null or of another type. The
    /// validation refuses another type.
    fn get<T: InputType>(&self, name: &str) -> Option<T> {
        T::parse(Some(self.value(name)?.into_owned())).ok()
    }
}

/// Arguments of a field that the resolver answers.
impl ArgumentSource for Vec<(Name, Value)> {
    fn value(&self, name: &str) -> Option<Cow<'_, Value>> {
        let value = self.iter().find(|(given, _)| given.as_str() == name).map(|(_, value)| value);
        value.filter(|value| **value != Value::Null).map(Cow::Borrowed)
    }
}
