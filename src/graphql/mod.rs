//! The GraphQL schema over the store, and how a request becomes an answer.
//!
//! [`query`] holds the roots, [`instrument`] what they return, [`series`] the candles of an
//! instrument, [`rows`] a candle as an object. [`answer`] runs a request against them.

pub mod answer;
mod connection;
mod instrument;
mod query;
mod rows;
mod scalars;
mod series;

use std::sync::Arc;

use async_graphql::{
    Context, EmptyMutation, EmptySubscription, SDLExportOptions, Schema, SchemaBuilder,
};

use self::query::Query;
use crate::store::Store;

/// The schema, ready to run requests.
pub type ApiSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// The schema over a store.
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
    Schema::build(Query, EmptyMutation, EmptySubscription)
}

/// The store that [`schema`] was given.
fn store<'a>(ctx: &Context<'a>) -> &'a Store {
    ctx.data_unchecked::<Arc<Store>>()
}
