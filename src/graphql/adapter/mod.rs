//! What async-graphql hides from its documentation, in words of our own: the only module that knows.
//!
//! [`types`] adds to the schema what comes from a table, and says what the schema has. [`object`]
//! answers objects whose fields come from a table. [`text`] carries JSON through an answer's tree.
//! All of it holds for the version that Cargo.toml names; a test keeps it out of other files.

mod object;
mod text;
mod types;

pub(in crate::graphql) use async_graphql::{ContextSelectionSet, registry::Registry};

pub(in crate::graphql) use self::{
    object::{AsObject, TableObject, answer, fragment, refuse},
    text::{as_json, from_json},
    types::{
        Argument, Field, ObjectField, add_enum, add_fields, add_fields_of, add_object, objects,
    },
};
