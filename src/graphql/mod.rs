//! The GraphQL schema over the store, and how a request becomes an answer.
//!
//! [`query`] holds the roots, [`instrument`] what they return, [`series`] the candles of an
//! instrument, [`rows`] a candle as an object, [`json`] how long lists are written, [`indicator`] the fields that come from TA-Lib's
//! table. [`view`] is a window of a series, [`mod@workspace`] what a request has computed so far.
//! [`api`] runs a request: [`document`] is its text, parsed, [`mod@cost`]
//! what it will take, and [`answer`] what comes of it.

pub mod answer;
pub mod api;
mod budget;
mod compute;
mod connection;
mod cost;
mod document;
mod enums;
mod indicator;
mod instrument;
mod json;
mod query;
mod rows;
mod scalars;
mod series;
mod table_enum;
mod variables;
mod view;
mod workspace;

use std::sync::Arc;

use async_graphql::{
    Context, ContextBase, EmptyMutation, EmptySubscription, SDLExportOptions, Schema, SchemaBuilder,
};

use self::query::Query;
pub use self::workspace::{Reads, Workspace};
use crate::store::Store;

/// How deep the library lets fields nest. The budget refuses sooner; without it, the library would
/// at 32, and a chain of indicators is a field deeper per link.
const LIBRARY_DEPTH: usize = 64;

/// The schema, ready to run requests.
pub type ApiSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// The schema over a store, for who executes it by other means than an [`api::Api`]. Requests need
/// a [`Workspace`].
#[must_use]
pub fn schema(store: Arc<Store>) -> ApiSchema {
    builder().data(store).finish()
}

/// The schema's document, as `schema.graphql` has it.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .include_specified_by()
        .prefer_single_line_descriptions()
        .use_space_ident();
    builder().finish().sdl_with_options(options)
}

fn builder() -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query, EmptyMutation, EmptySubscription).limit_recursive_depth(LIBRARY_DEPTH)
}

/// The store that the schema was given.
fn store<'a>(ctx: &Context<'a>) -> &'a Store {
    ctx.data_unchecked::<Arc<Store>>()
}

/// What the request has computed so far.
fn workspace<'a, T>(ctx: &ContextBase<'a, T>) -> &'a Workspace {
    ctx.data_unchecked::<Arc<Workspace>>()
}
