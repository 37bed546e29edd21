//! Where the arguments of a field come from.
//!
//! Each field with arguments has a struct of them as the client gives them, whose `request` holds
//! their defaults and rules. The resolver fills it from its parameters, the estimate of the cost
//! from the document; so both mean the same, and a new argument does not compile until both have it.

use std::borrow::Cow;

use async_graphql::{InputType, Name, Value};

/// The arguments of one field, as a document and its variables give them.
pub(in crate::graphql) trait ArgumentSource {
    /// An argument's value; none if it is absent or null, which an unset variable is.
    fn value(&self, name: &str) -> Option<Cow<'_, Value>>;

    /// An argument's value; none if it is absent, null, or of another type, which the validation
    /// refuses.
    fn get<T: InputType>(&self, name: &str) -> Option<T> {
        T::parse(Some(self.value(name)?.into_owned())).ok()
    }
}

/// Arguments of a field that is being resolved.
impl ArgumentSource for Vec<(Name, Value)> {
    fn value(&self, name: &str) -> Option<Cow<'_, Value>> {
        let value = self.iter().find(|(given, _)| given.as_str() == name).map(|(_, value)| value);
        value.filter(|value| **value != Value::Null).map(Cow::Borrowed)
    }
}
