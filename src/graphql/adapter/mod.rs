//! What async-graphql hides from its documentation, in words of our own: the only module that knows.
//!
//! [`types`] adds to the schema what comes from a table, and says what the schema has;
//! [`type_system`] says the same by name. [`object`] answers objects whose fields come from a table.
//! [`text`] carries JSON through an answer's tree.
//! All of it holds for the version that Cargo.toml names; a test keeps it out of other files.

mod object;
mod text;
mod type_system;
mod types;

pub(in crate::graphql) use async_graphql::{ContextSelectionSet, registry::Registry};

pub(in crate::graphql) use self::{
    object::{AsObject, TableObject, answer, fragment, refuse},
    text::{as_json, from_json},
    type_system::{
        ArgumentDefinition, FieldDefinition, Kind, TypeDefinition, TypeSystem, innermost,
        type_system,
    },
    types::{
        Argument, Field, ObjectField, add_enum, add_fields, add_fields_of, add_object, objects,
    },
};
