//! The one module that uses parts of async-graphql outside its documentation. It gives them names
//! of our own.
//!
//! [`types`] adds types from a table to the schema and describes the schema; [`mod@type_system`]
//! describes it by name. [`object`] answers objects whose fields come from a table. [`text`]
//! carries JSON through an answer's tree. All of it holds for the version in Cargo.toml; a test
//! keeps these parts out of other files.

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
